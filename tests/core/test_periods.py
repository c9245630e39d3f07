"""Periods: contiguous, covering, and the same after a round trip of their codes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import Freq, Period, parse_period, period_of, periods_between

days = st.dates(date(1001, 1, 1), date(9997, 12, 31))
freqs = st.sampled_from(Freq)


@given(days, freqs)
def test_a_day_lies_in_its_period(day, freq):
    period = period_of(day, freq)
    assert period.starts_on <= day <= period.ends_on
    assert day in period
    assert period.freq is freq


@given(days, freqs)
def test_periods_are_contiguous(day, freq):
    period = period_of(day, freq)
    assert period.next().starts_on == period.ends_on + timedelta(days=1)
    assert period.next().previous() == period
    assert period.starts_on not in period.next()


@given(days, freqs)
def test_codes_round_trip(day, freq):
    period = period_of(day, freq)
    assert parse_period(period.code) == period
    assert str(period) == period.code


@given(days, st.integers(0, 900), freqs)
def test_periods_between_cover_every_day_once(start, length, freq):
    end = start + timedelta(days=length)
    found = periods_between(freq, start, end)
    assert found[0] == period_of(start, freq)
    assert found[-1] == period_of(end, freq)
    assert all(left.next() == right for left, right in pairwise(found))


@given(days, days, freqs)
def test_codes_of_one_frequency_sort_by_time(one, other, freq):
    first, second = period_of(one, freq), period_of(other, freq)
    assert (first.code < second.code) == (first.starts_on < second.starts_on)


@pytest.mark.parametrize(
    ("code", "title", "starts_on", "ends_on"),
    [
        ("2026", "2026年", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026Q3", "2026年三季度", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026M07", "2026年7月", date(2026, 7, 1), date(2026, 7, 31)),
        ("2028M02", "2028年2月", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_codes_titles_and_ends(code, title, starts_on, ends_on):
    period = parse_period(code)
    assert (period.title, period.starts_on, period.ends_on) == (title, starts_on, ends_on)


@pytest.mark.parametrize(
    "code",
    ["", "2026Q5", "2026Q0", "2026M13", "2026M7", "26Q1", "2026q1", "２０２６", "2026Q3 ", "2026Q3\n", "0999", "9999"],
)
def test_what_is_no_period(code):
    with pytest.raises(ValueError, match="period"):
        parse_period(code)


def test_a_moment_counts_by_its_local_date():
    shanghai = ZoneInfo("Asia/Shanghai")
    assert period_of(datetime(2026, 3, 31, 23, 30, tzinfo=shanghai), Freq.QUARTER).code == "2026Q1"
    assert period_of(datetime(2026, 3, 31, 15, 30, tzinfo=UTC), Freq.QUARTER).code == "2026Q1"
    assert period_of(datetime(2026, 3, 31, 16, 30, tzinfo=UTC), Freq.QUARTER).code == "2026Q2"


def test_nothing_lies_between_when_the_end_comes_first():
    assert periods_between(Freq.MONTH, date(2026, 3, 2), date(2026, 3, 1)) == []


def test_a_number_outside_the_year_is_refused():
    with pytest.raises(ValueError, match="no such period"):
        Period(Freq.QUARTER, 2026, 5)
