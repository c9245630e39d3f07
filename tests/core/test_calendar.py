"""Working days: the published calendar, the override table above it, statutory days below it."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from core.calendar import add_workdays, is_workday, local_today, office_moment, workdays_between
from core.models import Workday

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 17), False),  # Spring Festival
        (date(2026, 11, 22), False),  # a Sunday
        (date(2026, 11, 23), True),
        (date(2027, 10, 1), False),  # not published yet: statutory days and weekends
        (date(2027, 2, 5), False),  # New Year's Eve of the lunar year
        (date(2027, 2, 9), True),  # the swapped days are not known
        (date(2027, 9, 15), False),  # Mid-Autumn
        (date(2027, 3, 6), False),  # a Saturday
        (date(2027, 3, 8), True),
        (date(2040, 5, 1), False),
        (date(2040, 6, 13), True),  # beyond the table of lunar days
        (date(2003, 10, 1), False),  # before the published calendars
    ],
)
def test_known_days(day, works):
    assert is_workday(day) is works


def test_an_override_wins_over_the_published_calendar():
    Workday.objects.create(day=date(2026, 11, 22), is_workday=True)
    Workday.objects.create(day=date(2027, 3, 8), is_workday=False)
    assert is_workday(date(2026, 11, 22))
    assert not is_workday(date(2027, 3, 8))


def test_counting_forward_and_back_skips_what_is_free(django_assert_num_queries):
    friday = date(2026, 11, 20)
    with django_assert_num_queries(1):
        assert add_workdays(friday, 3) == date(2026, 11, 25)
    assert add_workdays(friday, 0) == friday
    assert add_workdays(date(2026, 11, 23), -1) == friday
    assert add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_counting_heeds_overrides():
    Workday.objects.create(day=date(2026, 11, 22), is_workday=True)
    assert add_workdays(date(2026, 11, 20), 1) == date(2026, 11, 22)


def test_workdays_between_counts_the_end_but_not_the_start(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert workdays_between(date(2026, 11, 20), date(2026, 11, 25)) == 3
    assert workdays_between(date(2026, 11, 20), date(2026, 11, 22)) == 0
    assert workdays_between(date(2026, 11, 25), date(2026, 11, 20)) == 0


def test_today_is_the_local_date(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 31, 16, 30, tzinfo=UTC))
    assert local_today() == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), "2026-11-23T10:00:00+08:00"),  # Monday 10:00 there
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), "2026-11-23T09:00:00+08:00"),  # Monday 07:00
        (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "2026-11-24T09:00:00+08:00"),  # Monday 17:30
        (datetime(2026, 11, 21, 4, 0, tzinfo=UTC), "2026-11-23T09:00:00+08:00"),  # Saturday
    ],
)
def test_messages_leave_in_office_hours(moment, leaves):
    assert office_moment(moment).isoformat() == leaves
