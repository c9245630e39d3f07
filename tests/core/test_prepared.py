"""Queries compiled once: the same rows as the ORM's, one statement, values only as parameters."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Posting
from accounts.models.postings import held_roles
from accounts.roles import Role
from core.calendar import local_today
from core.models import Notice
from core.prepared import Prepared
from core.selectors import unread_notice_count
from tests.conftest import City


def test_the_rows_are_those_of_the_orm(city: City) -> None:
    user = city.user(Role.CITY_STAFF)
    held = Posting.objects.current().filter(user=user).order_by("pk")
    expected = list(held.values_list("role", "organisation__path", "organisation__short_name"))
    assert held_roles(user.pk, local_today()) == expected
    assert held_roles(city.user(Role.MEMBER).pk, local_today()) != expected


def test_it_is_compiled_once_and_asks_once(city: City) -> None:
    calls: list[dict[str, int]] = []

    def build(user: int) -> object:
        calls.append({"user": user})
        return Notice.objects.filter(user_id=user).order_by("pk").values_list("key")

    prepared = Prepared(build, user=7_061_502_893)  # type: ignore[arg-type]
    user, other = city.user(Role.MEMBER), city.user(Role.CITY_STAFF)
    Notice.objects.create(user=user, key="甲", subject="通知", batch="7a61c502-8933-4107-a6d5-3b0f9e2c8d41")
    with CaptureQueriesContext(connection) as queries:
        assert prepared.rows(user=user.pk) == [("甲",)]
        assert prepared.rows(user=other.pk) == []
    assert len(queries) == 2
    assert calls == [{"user": 7_061_502_893}]


def test_values_stay_values(city: City) -> None:
    prepared = Prepared(lambda key: Notice.objects.filter(key=key).values_list("key"), key="样本钥匙")
    assert prepared.rows(key="' OR 1=1 --") == []


@pytest.mark.usefixtures("db")
def test_a_sample_that_is_no_parameter_is_refused() -> None:
    prepared = Prepared(lambda size: Notice.objects.values_list("key")[:size], size=71)
    with pytest.raises(TypeError, match="size"):
        prepared.rows(size=5)


def test_unread_notices_are_counted_without_the_read_ones(city: City) -> None:
    user = city.user(Role.MEMBER)
    for number in range(3):
        Notice.objects.create(user=user, key=str(number), subject="通知", batch="7a61c502-8933-4107-a6d5-3b0f9e2c8d41")
    assert unread_notice_count(user) == 3
    Notice.objects.filter(user=user, key="1").update(read_at="2026-01-05T08:00:00+08:00")
    assert unread_notice_count(user) == 2
    assert unread_notice_count(city.user(Role.CITY_STAFF)) == 0
