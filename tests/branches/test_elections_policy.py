"""R12 and R13 as pure arithmetic: test vectors of domain.md §3, and properties that must hold for any figures."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches.policy import elections as policy
from branches.policy.elections import Base, Figures, RoundKind, Tally
from branches.policy.strokes import SURNAMES, by_strokes
from branches.policy.terms import (
    TermDates,
    TermState,
    expiry,
    extension_problem,
    latest_extension,
    months_later,
    reminder_day,
    reminder_horizon,
    term_state,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


# Terms


def test_expiry_and_reminder():
    assert expiry(date(2023, 3, 15), 3) == date(2026, 3, 15)
    assert expiry(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert reminder_day(date(2026, 3, 15), 6) == date(2025, 9, 15)
    assert reminder_day(date(2026, 8, 31), 6) == date(2026, 2, 28)
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2025, 9, 14), TermState.IN_ORDER),
        (date(2025, 9, 15), TermState.REMINDER),
        (date(2026, 3, 15), TermState.REMINDER),
        (date(2026, 3, 16), TermState.OVERDUE),
    ],
)
def test_states_of_a_term(today, state):
    assert term_state(TermDates(date(2026, 3, 15)), today, 6) is state


def test_an_extension_holds_until_its_own_end():
    term = TermDates(date(2026, 3, 15), extended_until=date(2026, 9, 30))
    assert term_state(term, date(2026, 3, 16), 6) is TermState.EXTENDED
    assert term_state(term, date(2026, 9, 30), 6) is TermState.EXTENDED
    assert term_state(term, date(2026, 10, 1), 6) is TermState.OVERDUE
    assert term_state(TermDates(date(2026, 3, 15), closed_on=date(2026, 3, 1)), date(2030, 1, 1), 6) is TermState.CLOSED


def test_an_extension_is_at_most_twelve_months():
    end = date(2026, 3, 15)
    assert latest_extension(end, 12) == date(2027, 3, 15)
    assert extension_problem(end, date(2027, 3, 15), 12) == ""
    assert "最迟到2027-03-15" in extension_problem(end, date(2027, 3, 16), 12)
    assert "晚于届满日期" in extension_problem(end, end, 12)


@given(DAYS, DAYS, st.integers(1, 12))
def test_the_horizon_is_the_reminder_turned_round(expires_on, today, months):
    assert (reminder_day(expires_on, months) <= today) == (expires_on <= reminder_horizon(today, months))


@given(DAYS, st.integers(-120, 120))
def test_months_later_keeps_the_day_or_ends_the_month(day, months):
    later = months_later(day, months)
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
    assert (later.year - day.year) * 12 + later.month - day.month == months


# Elections


@pytest.mark.parametrize(("seats", "needed"), [(1, 2), (2, 3), (3, 4), (5, 6), (7, 9), (9, 11), (10, 12), (11, 14)])
def test_the_difference_is_rounded_up(seats, needed):
    assert policy.candidates_needed(seats) == needed
    assert policy.candidates_needed(seats, single_allowed=True) == seats


@pytest.mark.parametrize(("eligible", "needed"), [(5, 4), (10, 8), (15, 12), (16, 13), (19, 16), (20, 16), (1, 1)])
def test_the_quorum_is_four_fifths_inclusive(eligible, needed):
    assert policy.quorum(eligible) == needed


@given(st.integers(1, 5000))
def test_the_quorum_is_the_least_number_that_satisfies_the_rule(eligible):
    needed = policy.quorum(eligible)
    assert needed * 5 >= eligible * 4
    assert (needed - 1) * 5 < eligible * 4 or needed == 1
    assert policy.majority(eligible) * 2 > eligible
    assert (policy.majority(eligible) - 1) * 2 <= eligible


@given(st.integers(1, 200))
def test_the_unelected_are_always_enough_for_a_fresh_round(seats):
    candidates = policy.candidates_needed(seats)
    for elected in range(seats):
        assert candidates - elected >= policy.candidates_needed(seats - elected)


def figures(seats=3, eligible=20, present=18, **changes):
    values = {"issued": present, "returned": present, "valid": present, **changes}
    return Figures(seats=seats, eligible=eligible, present=present, **values)


def judge(approvals, **changes):
    return policy.judge(figures(**changes), [Tally(number, votes) for number, votes in enumerate(approvals, start=1)])


def test_winners_need_more_than_half_of_those_present():
    verdict = judge([15, 12, 10, 9])
    assert (verdict.elected, verdict.follows, verdict.open_seats) == ((1, 2, 3), None, 0)
    assert "半数即10票" in verdict.message


def test_the_base_is_a_parameter():
    assert judge([11, 10, 10, 5], base=Base.EXPECTED).elected == (1,)
    assert judge([11, 10, 10, 5], base=Base.PRESENT).elected == (1, 2, 3)


def test_more_than_enough_are_taken_by_votes():
    assert judge([11, 18, 14, 12]).elected == (2, 3, 4)


def test_a_tie_at_the_edge_goes_to_a_new_vote_among_those_tied():
    verdict = judge([16, 12, 11, 11, 11])
    assert verdict.elected == (1, 2)
    assert verdict.tied == (3, 4, 5)
    assert (verdict.open_seats, verdict.follows) == (1, RoundKind.TIE)


def test_a_tie_that_leaves_seats_for_all_is_none():
    assert judge([11, 11, 11, 4]).elected == (1, 2, 3)


def test_those_tied_are_elected_by_more_votes():
    verdict = judge([8, 10], seats=1, kind=RoundKind.TIE)
    assert (verdict.elected, verdict.follows) == ((2,), None)
    again = judge([9, 9], seats=1, kind=RoundKind.TIE)
    assert (again.elected, again.tied, again.follows) == ((), (1, 2), RoundKind.TIE)


def test_too_few_lead_to_a_fresh_vote_for_the_rest():
    verdict = judge([15, 12, 9, 9])
    assert (verdict.elected, verdict.open_seats, verdict.follows) == ((1, 2), 1, RoundKind.FRESH)


def test_no_quorum_and_too_many_ballots_make_the_vote_void():
    assert judge([15] * 4, present=15).follows is RoundKind.REPEAT
    assert "不足应到会的五分之四（16人）" in judge([15] * 4, present=15).message
    assert judge([15] * 3, present=16).elected == (1, 2, 3)
    void = judge([15] * 4, issued=17, returned=18)
    assert (void.elected, void.open_seats, void.follows) == ((), 3, RoundKind.REPEAT)
    assert judge([15] * 3, issued=18, returned=17, valid=17).elected == (1, 2, 3)


def test_impossible_figures_are_named():
    fields = [field for field, _ in policy.figure_problems(figures(present=21, issued=22, returned=20, valid=21))]
    assert fields == ["present", "issued", "valid"]
    assert policy.figure_problems(figures()) == []


def test_a_ballot_chooses_no_more_than_there_are_seats():
    tallies = [Tally(number, 18) for number in range(4)]
    assert policy.tally_problems(figures(), tallies)[0][0] == 0
    assert policy.tally_problems(figures(), tallies[:3]) == []
    assert policy.tally_problems(figures(), [Tally(7, 10, 9)])[0][0] == 7


def test_leaving_seats_vacant_takes_more_than_half():
    assert policy.vacancy_consented(consenting=10, present=18)
    assert not policy.vacancy_consented(consenting=9, present=18)


@given(
    st.integers(1, 9),
    st.lists(st.integers(0, 60), min_size=1, max_size=12),
    st.integers(60, 75),
    st.sampled_from(Base),
    st.sampled_from([RoundKind.FIRST, RoundKind.TIE]),
)
def test_a_round_is_always_consistent(seats, approvals, eligible, base, kind):
    verdict = judge(approvals, seats=seats, eligible=eligible, present=60, base=base, kind=kind)
    votes = dict(enumerate(approvals, start=1))
    assert not set(verdict.elected) & set(verdict.tied)
    assert len(verdict.elected) + verdict.open_seats == seats
    assert (verdict.follows is None) == (verdict.open_seats == 0)
    assert len({votes[number] for number in verdict.tied}) <= 1
    assert not verdict.tied or len(verdict.tied) > verdict.open_seats
    if kind is RoundKind.FIRST:
        wanted = 60 if base is Base.PRESENT else eligible
        assert all(votes[number] * 2 > wanted for number in (*verdict.elected, *verdict.tied))
    left = [votes[number] for number in votes if number not in verdict.elected]
    if verdict.elected and left:
        assert min(votes[number] for number in verdict.elected) > max(left)


# Names


def test_names_are_in_order_of_strokes():
    names = ["赵六", "丁一", "王二", "欧阳海", "李四", "方三"]
    found = by_strokes([(name, name) for name in names])
    assert [names[index] for index in found.order] == ["丁一", "王二", "方三", "李四", "欧阳海", "赵六"]
    assert found.doubt == ""


def test_what_the_table_cannot_tell_is_said():
    names = [("王五", "wang wu"), ("王安平", "wang an ping"), ("王安", "wang an"), ("䶮一", "yan yi")]
    found = by_strokes(names)
    assert [names[index][0] for index in found.order] == ["王安", "王五", "王安平", "䶮一"]
    assert "䶮" in found.doubt
    assert "同姓（王）" in found.doubt


def test_no_surname_stands_twice():
    everything = "".join(SURNAMES.values())
    assert len(set(everything)) == len(everything)
    assert sorted(SURNAMES) == list(SURNAMES)
