"""Many rows in one statement, the same on both databases."""

import uuid

import pytest
from django.db import DataError, connection, transaction
from django.utils import timezone

from core.bulk import insert_new, insert_select
from core.models import Notice, NoticeDelivery
from tests.factories import make_user

pytestmark = pytest.mark.django_db
COLUMNS = ("user_id", "key", "subject", "body", "url", "batch", "created_at")


def rows(user, keys, subject="标题 'x' \"y\" \\ {z}, NULL"):
    return [(user.pk, key, subject, "", "", uuid.uuid4(), timezone.now()) for key in keys]


def test_known_rows_are_left_out_and_texts_survive():
    user = make_user(None, None)
    insert_new(Notice, COLUMNS, rows(user, "abc"))
    insert_new(Notice, COLUMNS, rows(user, "cde", subject="后来"))
    insert_new(Notice, COLUMNS, [])
    kept = dict(Notice.objects.values_list("key", "subject"))
    odd = "标题 'x' \"y\" \\ {z}, NULL"
    assert kept == {"a": odd, "b": odd, "c": odd, "d": "后来", "e": "后来"}


def test_many_rows_are_few_statements(django_assert_max_num_queries):
    user = make_user(None, None)
    with django_assert_max_num_queries(1 if connection.vendor == "postgresql" else 4):
        insert_new(Notice, COLUMNS, rows(user, map(str, range(300))))
    assert Notice.objects.count() == 300


def test_a_text_too_long_is_refused_where_the_database_knows():
    long = rows(make_user(None, None), "a", subject="长" * 201)
    if connection.vendor == "postgresql":
        with pytest.raises(DataError), transaction.atomic():
            insert_new(Notice, COLUMNS, long)
        assert not Notice.objects.exists()


def test_a_row_for_every_row():
    user = make_user(None, None)
    insert_new(Notice, COLUMNS, rows(user, "abc"))
    when = timezone.now()
    chosen = Notice.objects.exclude(key="b")
    insert_select(
        NoticeDelivery,
        "notice_id",
        chosen,
        {"channel": "email", "state": "pending", "attempts": 0, "due_at": when, "error": ""},
    )
    made = NoticeDelivery.objects.values_list("notice__key", "channel", "state", "attempts", "due_at", "claim")
    assert sorted(made) == [(key, "email", "pending", 0, when, None) for key in "ac"]
