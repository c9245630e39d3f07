"""When a rule is asked, and what stands of it: dates alone, no database."""

from datetime import date

import pytest

from branches.policy.obligations import (
    BEGINNING,
    Change,
    Rule,
    Span,
    State,
    horizon,
    quiet_spans,
    rule_on,
    slots,
    state_of,
)

MONTH = {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 2, 28)}
QUARTER = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 3, 31)}


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 1, 31), State.UPCOMING),
        (date(2026, 2, 1), State.DUE),
        (date(2026, 2, 21), State.DUE),
        (date(2026, 2, 22), State.DUE_SOON),
        (date(2026, 2, 28), State.DUE_SOON),
        (date(2026, 3, 1), State.OVERDUE),
    ],
)
def test_state_by_day(today, state):
    assert state_of(done=0, needed=1, waived=False, today=today, **MONTH) is state


@pytest.mark.parametrize(
    ("today", "state"),
    [(date(2026, 3, 1), State.DUE), (date(2026, 3, 2), State.DUE_SOON), (date(2026, 4, 1), State.OVERDUE)],
)
def test_quarter_is_due_soon_in_its_last_thirty_days(today, state):
    assert state_of(done=0, needed=1, waived=False, today=today, **QUARTER) is state


def test_done_wins_over_waived_and_late():
    late = date(2027, 1, 1)
    assert state_of(done=1, needed=1, waived=True, today=late, **MONTH) is State.DONE
    assert state_of(done=1, needed=2, waived=True, today=late, **MONTH) is State.WAIVED
    assert state_of(done=1, needed=2, waived=False, today=late, **MONTH) is State.OVERDUE


def test_every_state_has_a_label_and_a_tone():
    assert len({state.label for state in State}) == len(State)
    assert all(state.tone for state in State)


def test_horizon_is_the_end_of_the_next_quarter():
    assert horizon(date(2026, 11, 22)) == date(2027, 3, 31)
    assert horizon(date(2026, 12, 31)) == date(2027, 3, 31)
    assert horizon(date(2027, 1, 1)) == date(2027, 6, 30)


def rule(pk, since, until=None, frequency="quarter", needed=1):
    return Rule(pk, "R03", frequency, needed, "always", since, until)


def test_version_in_force_on_the_first_day():
    old, new = rule(1, date(2018, 10, 28)), rule(2, date(2026, 4, 2), needed=3)
    assert rule_on([old, new], date(2026, 4, 1)) is old
    assert rule_on([old, new], date(2026, 4, 2)) is new
    found = slots([old, new], date(2026, 1, 1), date(2026, 12, 31))
    assert [(slot.period.code, slot.rule.pk) for slot in found] == [
        ("2026Q1", 1),
        ("2026Q2", 1),
        ("2026Q3", 2),
        ("2026Q4", 2),
    ]


def test_rule_asks_nothing_before_or_after_its_validity():
    ended = rule(1, date(2026, 2, 1), date(2026, 7, 1))
    assert [slot.period.code for slot in slots([ended], date(2026, 1, 1), date(2026, 12, 31))] == ["2026Q2"]


def test_slots_begin_and_end_with_the_window():
    found = slots([rule(1, date(2018, 10, 28))], date(2026, 1, 1), date(2026, 7, 1))
    assert [slot.period.code for slot in found] == ["2026Q1", "2026Q2", "2026Q3"]


def test_a_rule_may_change_its_frequency():
    found = slots(
        [rule(1, date(2018, 10, 28)), rule(2, date(2026, 7, 1), frequency="month")], date(2026, 4, 1), date(2026, 8, 31)
    )
    assert sorted(slot.period.code for slot in found) == ["2026M07", "2026M08", "2026Q2"]


def test_quiet_is_told_by_changes():
    day = date(2026, 3, 1)
    assert quiet_spans(suspended=False, temporary=False, changes=[]) == []
    assert quiet_spans(suspended=True, temporary=False, changes=[]) == [Span(BEGINNING, None)]
    assert quiet_spans(suspended=True, temporary=False, changes=[Change(day, True)]) == [Span(day, None)]
    resumed = [Change(day, True), Change(date(2026, 6, 1), False)]
    assert quiet_spans(suspended=False, temporary=False, changes=resumed) == [Span(day, date(2026, 6, 1))]
    same_day = [Change(day, True), Change(day, False)]
    assert quiet_spans(suspended=False, temporary=False, changes=same_day) == []


def test_temporary_until_it_became_regular():
    day = date(2026, 3, 1)
    assert quiet_spans(suspended=False, temporary=True, changes=[]) == [Span(BEGINNING, None)]
    regular = [Change(day, temporary_before=True, temporary_after=False)]
    assert quiet_spans(suspended=False, temporary=False, changes=regular) == [Span(BEGINNING, day)]
    founded_temporary = [Change(date(2025, 1, 1), temporary_after=True), *regular]
    assert quiet_spans(suspended=False, temporary=False, changes=founded_temporary) == [Span(date(2025, 1, 1), day)]
