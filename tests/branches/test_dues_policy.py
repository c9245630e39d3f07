"""R20: the cliff vectors of domain.md §6, and what must hold for every base, stay and month."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches.policy import dues
from branches.policy.dues import Band, Base, DuesProblem, Relief, Stay, Tariff, monthly_due
from branches.services.dues_rules import FIXTURE


def tariff(payer):
    row = next(row for row in json.loads(FIXTURE.read_text(encoding="utf-8")) if row["payer"] == payer)
    bands = tuple(Band(up_to and D(up_to), D(rate)) for up_to, rate in row.get("bands", ()))
    return Tariff(bands, row.get("lowest") and D(row["lowest"]), row.get("highest") and D(row["highest"]))


WAGE, RETIRED, FARMER, STUDENT = (tariff(payer) for payer in ("monthly", "retired", "farmer", "student"))
BANDED = [tariff(payer) for payer in ("monthly", "annual", "business", "retired")]
bases = st.decimals(D("0.01"), D("9999999.99"), places=2)


@pytest.mark.parametrize(
    ("base", "due"),
    [
        ("3000.00", "15.00"),
        ("3000.01", "30.00"),
        ("5000", "50.00"),
        ("5000.01", "75.00"),
        ("10000", "150.00"),
        ("10000.01", "200.00"),
        ("12000", "240.00"),
    ],
)
@pytest.mark.parametrize("payer", ["monthly", "annual", "business"])
def test_cliffs_of_wages(payer, base, due):
    assert monthly_due(tariff(payer), D(base)).monthly == D(due)


@pytest.mark.parametrize(("base", "due"), [("5000", "25.00"), ("5000.01", "50.00"), ("8000", "80.00")])
def test_cliffs_of_pensions(base, due):
    assert monthly_due(RETIRED, D(base)).monthly == D(due)


@pytest.mark.parametrize(
    ("base", "due", "rate"),
    [("1", "0.01", "0.005"), ("0.99", "0.00", "0.005"), ("2999.00", "15.00", "0.005"), ("7333.33", "110.00", "0.015")],
)
def test_rounding_is_half_up_to_the_cent(base, due, rate):
    found = monthly_due(WAGE, D(base))
    assert (found.monthly, found.rate) == (D(due), D(rate))


def test_students_pay_twenty_cents_and_farmers_what_was_agreed():
    assert monthly_due(STUDENT, D(0)).monthly == D("0.20")
    assert monthly_due(STUDENT, D(500)).monthly == D("0.20")
    assert monthly_due(FARMER, D("0.5")).monthly == D("0.50")
    for amount in ("0", "0.19", "1.01"):
        with pytest.raises(DuesProblem):
            monthly_due(FARMER, D(amount))


@pytest.mark.parametrize("base", ["0", "-1", "0.001"])
def test_a_base_must_be_more_than_nothing(base):
    with pytest.raises(DuesProblem):
        monthly_due(WAGE, D(base))


def test_cap_cuts_and_says_so():
    assert monthly_due(WAGE, D(50000), cap=D(1000)) == dues.Due(D("0.02"), D(1000), capped=False)
    assert monthly_due(WAGE, D("50000.50"), cap=D(1000)) == dues.Due(D("0.02"), D(1000), capped=True)
    assert monthly_due(WAGE, D(90000)).monthly == D(1800)


def test_float_is_refused():
    with pytest.raises(TypeError):
        monthly_due(WAGE, 3000.0)


@given(st.sampled_from(BANDED), bases, bases)
def test_monotone_within_a_band_and_over_all(table, one, other):
    low, high = sorted((one, other))
    below, above = monthly_due(table, low), monthly_due(table, high)
    assert below.rate <= above.rate
    assert below.monthly <= above.monthly


@given(st.sampled_from(BANDED), bases)
def test_the_rate_holds_for_the_whole_base_to_the_exact_cent(table, base):
    due = monthly_due(table, base)
    assert isinstance(due.monthly, D)
    assert due.monthly == due.monthly.quantize(D("0.01"))
    assert abs(due.monthly - base * due.rate) <= D("0.005")
    band = next(band for band in table.bands if band.rate == due.rate)
    assert band.up_to is None or base <= band.up_to
    lower = [each for each in table.bands if each.rate < due.rate]
    assert not lower or base > lower[-1].up_to


@given(st.sampled_from(BANDED), bases, st.integers(1, 3000))
def test_never_above_the_cap(table, base, cap):
    due = monthly_due(table, base, cap=D(cap))
    assert due.monthly <= cap
    assert due.capped == (monthly_due(table, base).monthly > cap)


# Months

A, B = 1, 2


def months(stays, joined=None, move=dues.OLD):
    return dues.collectors(stays, joined, 2026, move)


def test_a_whole_year_in_one_branch():
    assert months([Stay(A, date(2019, 1, 1))]) == dict.fromkeys(range(1, 13), A)


def test_the_month_of_a_move_belongs_to_one_branch():
    stays = [Stay(A, date(2019, 1, 1), date(2026, 6, 15)), Stay(B, date(2026, 6, 15))]
    assert [months(stays)[month] for month in (5, 6, 7)] == [A, A, B]
    assert [months(stays, move=dues.NEW)[month] for month in (5, 6, 7)] == [A, B, B]
    first = [Stay(A, date(2019, 1, 1), date(2026, 6, 1)), Stay(B, date(2026, 6, 1))]
    assert months(first)[6] == B


def test_probationary_members_pay_from_the_month_of_the_assembly():
    assert sorted(months([Stay(A, date(2019, 1, 1))], date(2026, 6, 30))) == list(range(6, 13))
    assert sorted(months([Stay(A, date(2026, 6, 30))], date(2026, 6, 30))) == list(range(6, 13))


def test_who_leaves_pays_for_that_month_and_the_dead_do_not():
    assert sorted(months([Stay(A, date(2019, 1, 1), date(2026, 3, 2))])) == [1, 2, 3]
    assert sorted(months([Stay(A, date(2019, 1, 1), date(2026, 3, 1))])) == [1, 2]
    assert sorted(months([Stay(A, date(2019, 1, 1), date(2026, 3, 2), deceased=True)])) == [1, 2]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 200)), max_size=5),
    st.sampled_from([dues.OLD, dues.NEW]),
)
def test_each_month_is_collected_once_and_by_a_branch_of_that_month(spans, move):
    day, stays = date(2025, 11, 1), []
    for number, (gap, length) in enumerate(spans):
        start = day + timedelta(days=gap)
        day = start + timedelta(days=length)
        stays.append(Stay(number, start, day))
    for month, place in months(stays, move=move).items():
        stay = stays[place]
        assert stay.starts_on < dues.month_start(2026, month + 1)
        assert stay.ends_on > dues.month_start(2026, month)


def test_later_base_counts_from_its_month_and_relief_asks_the_least():
    found = [Base(1, D(100)), Base(7, D(160), 5), Base(7, D(150), 9)]
    assert dues.month_due(6, found, ()).due == 100
    assert dues.month_due(7, found, ()).due == 150
    assert dues.month_due(8, found, [Relief(8, 9)]) == dues.MonthDue(D(150), D("0.00"), relieved=True)
    assert dues.month_due(9, found, [Relief(8, 9, D(60))]).due == 60
    assert dues.month_due(10, found, [Relief(8, 9)]).relieved is False
    assert dues.month_due(6, [Base(7, D(1))], ()) is None


def test_arrears_begin_when_the_month_is_over():
    assert not dues.is_over(2026, 6, date(2026, 6, 30))
    assert dues.is_over(2026, 6, date(2026, 7, 1))
    assert dues.is_over(2026, 12, date(2027, 1, 1))
    assert dues.is_back_payment(2026, 6, date(2026, 7, 1))
    assert not dues.is_back_payment(2026, 6, date(2026, 6, 30))
    assert [dues.months_over(year, date(2026, 3, 5)) for year in (2025, 2026, 2027)] == [12, 2, 0]


def test_the_last_six_months_cross_the_year():
    assert dues.last_months(date(2026, 3, 5)) == [(2025, 9), (2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2)]
