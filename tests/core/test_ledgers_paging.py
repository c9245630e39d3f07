"""Paging by key walks every row once, in any order, in both directions; a doctored cursor is no cursor."""

from __future__ import annotations

import random
from datetime import date, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.signing import Signer

from accounts.roles import Role
from branches.choices import MeetingKind
from branches.models import Meeting
from core.ledgers.keyset import dump_cursor, load_cursor
from core.ledgers.page import LedgerPage
from core.ledgers.selection import Selection
from tests.core.ledger_probe import ProbeLedger

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.ledger_probe")]
SORTS = ["", *[f"{sign}{column.key}" for column in ProbeLedger.columns if column.sortable for sign in ("", "-")]]


@pytest.fixture
def user(city, monkeypatch):
    """City staff before 40 meetings with many equal and some empty keys, in pages of 7."""
    monkeypatch.setattr(ProbeLedger, "page_size", 7)
    dice = random.Random(7)
    Meeting.objects.bulk_create(
        Meeting(
            organisation=dice.choice([city.branch, city.sibling, city.foreign]),
            held_on=date(2026, 1, 1) + timedelta(days=dice.randrange(4)),
            starts_at=dice.choice([None, time(9), time(14, 30), None]),
            kind=MeetingKind.ASSEMBLY,
            title=dice.choice(["甲", "乙", "丙", "A", "a", "é"]),
            place=dice.choice(["", "二楼"]),
            expected=3,
            present=3,
        )
        for _ in range(40)
    )
    return city.user(Role.CITY_STAFF)


def page(user, url):
    params = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    return LedgerPage(Selection(ProbeLedger, user, params))


def pks(shown):
    return [values[shown._renderer.paths.index("pk")] for values in shown.values]


@pytest.mark.parametrize("sort", SORTS)
def test_walk_there_and_back(user, sort):
    whole = list(Selection(ProbeLedger, user, {"sort": sort}).rows().values_list("pk", flat=True))
    assert len(whole) == 40
    shown, walked = page(user, f"?sort={sort}"), []
    assert not shown.has_previous
    assert shown.first_url == ""
    while True:
        walked.append(pks(shown))
        if not shown.next_url:
            break
        shown = page(user, shown.next_url)
    assert [pk for chunk in walked for pk in chunk] == whole
    for chunk in reversed(walked[:-1]):
        shown = page(user, shown.previous_url)
        assert pks(shown) == chunk
    assert not shown.has_previous
    assert shown.has_next


@pytest.mark.parametrize("sort", SORTS)
def test_order_is_total_and_empty_values_stand_last(user, sort):
    selection = Selection(ProbeLedger, user, {"sort": sort})
    assert [term.path for term in selection.terms][-1] == "pk"
    if sort.endswith("starts_at"):
        times = list(selection.rows().values_list("starts_at", flat=True))
        empty = times.count(None)
        assert empty
        assert times[-empty:] == [None] * empty
        assert times[:-empty] == sorted(times[:-empty], reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", SORTS)
def test_chunks_of_an_export_are_the_same_rows(user, sort, monkeypatch):
    monkeypatch.setattr("core.ledgers.selection.CHUNK", 6)
    selection = Selection(ProbeLedger, user, {"sort": sort})
    rows = list(selection.rows().values_list("pk", flat=True))
    assert [values[0] for values in selection._chunks(["pk"])] == rows


def test_top_of_the_list_is_a_full_page(user):
    second = page(user, page(user, "?").next_url)
    Meeting.objects.filter(pk__in=pks(page(user, "?"))[:3]).delete()
    back = page(user, second.previous_url)
    assert len(back.values) == 7
    assert not back.has_previous
    assert pks(back) == pks(page(user, "?"))


def test_cursor_into_nothing_shows_the_first_page(user):
    last = page(user, "?")
    while last.next_url:
        before, last = last, page(user, last.next_url)
    url = before.next_url
    Meeting.objects.filter(pk__in=pks(last)).delete()
    assert pks(page(user, url)) == pks(page(user, "?"))


@pytest.mark.parametrize(
    "cursor",
    ["x", "", "W10:abc", "%00", "' OR 1=1 --", "9" * 5000, Signer(salt="other").sign_object(["2026-01-01", 1])],
    ids=["letter", "empty", "unsigned", "nul", "sql", "long", "other-key"],
)
@pytest.mark.parametrize("name", ["after", "before"])
def test_bad_cursor_is_the_first_page(user, name, cursor):
    shown = LedgerPage(Selection(ProbeLedger, user, {name: cursor}))
    assert pks(shown) == pks(page(user, "?"))
    assert not shown.has_previous


def test_cursor_of_another_order_is_the_first_page(user):
    cursor = parse_qs(urlsplit(page(user, "?").next_url).query)["after"][0]
    shown = LedgerPage(Selection(ProbeLedger, user, {"sort": "title", "after": cursor}))
    assert not shown.has_previous


def test_cursor_values_survive(user):
    meeting = Meeting.objects.filter(starts_at__isnull=False).first()
    values = (meeting.held_on, meeting.starts_at, meeting.submitted_at, None, "甲", 3, meeting.submission_key)
    assert load_cursor("s", dump_cursor("s", values), len(values)) == values
    assert load_cursor("s", dump_cursor("s", values), 3) is None
    assert load_cursor("t", dump_cursor("s", values), len(values)) is None


def test_uniform_order_is_one_row_comparison(user):
    from core.ledgers.keyset import beyond

    selection = Selection(ProbeLedger, user)
    sql = str(beyond(selection.queryset, selection.terms, [date(2026, 1, 2), 5], backward=False).query)
    assert " OR " not in sql
    assert '"held_on", "branches_meeting"."id") < (' in sql
