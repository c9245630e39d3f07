"""Hours of logs and classes by hand."""

from datetime import date, time
from decimal import Decimal as D

import pytest

from education.policy.hours import (
    LogFacts,
    StudyRules,
    YearHours,
    has_reached,
    in_halves,
    log_hours,
    months_later,
    newcomer_until,
    suggested_hours,
)

KINDS = ("lecture", "study", "theme_day", "warning_education")
RULES = StudyRules(
    defaults=dict.fromkeys(KINDS, D(1)),
    caps=dict.fromkeys(KINDS, D(4)),
    values={"minutes": D(60), "member_hours": D(32), "leader_hours": D(56), "leader_classes": D(1)},
)


@pytest.mark.parametrize(
    ("facts", "hours"),
    [
        ({"kinds": ["study"]}, D(1)),
        ({"kinds": ["study"], "starts_at": time(9), "ends_at": time(11)}, D(2)),
        ({"kinds": ["study"], "starts_at": time(9), "ends_at": time(10, 59)}, D("1.5")),
        ({"kinds": ["study"], "starts_at": time(9), "ends_at": time(9, 20)}, D(1)),
        ({"kinds": ["study"], "starts_at": time(8), "ends_at": time(18)}, D(4)),
        ({"kinds": ["study"], "starts_at": time(11), "ends_at": time(9)}, D(1)),
        ({"kinds": ["study"], "starts_at": time(9)}, D(1)),
        ({"kinds": ["assembly"], "starts_at": time(9), "ends_at": time(11)}, D(0)),
        ({"kinds": ["assembly", "lecture"], "starts_at": time(9), "ends_at": time(12)}, D(3)),
        ({"kinds": ["assembly", "lecture"], "starts_at": time(9), "ends_at": time(12), "lecture_hours": D(1)}, D(1)),
        ({"kinds": ["lecture", "study"], "starts_at": time(9), "ends_at": time(11), "lecture_hours": D(1)}, D(2)),
        ({"kinds": ["theme_day"], "starts_at": time(9), "ends_at": time(11)}, D(0)),
        ({"kinds": ["theme_day"], "starts_at": time(9), "ends_at": time(11), "with_study": True}, D(2)),
        ({"kinds": []}, D(0)),
    ],
)
def test_hours_of_a_log(facts, hours):
    assert log_hours(LogFacts(**facts), RULES) == hours


def test_halves_days_and_months():
    assert in_halves(D("1.9")) == D("1.5")
    assert suggested_hours(date(2026, 3, 2), date(2026, 3, 4), D(8)) == 24
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2026, 3, 15), -6) == date(2025, 9, 15)
    assert newcomer_until(date(2025, 6, 1), None, 12) == date(2027, 6, 1)
    assert newcomer_until(date(2025, 6, 1), date(2026, 6, 20), 12) == date(2027, 6, 20)


@pytest.mark.parametrize(
    ("hours", "leader", "reached"),
    [
        (YearHours(D(32)), False, True),
        (YearHours(D("31.5")), False, False),
        (YearHours(D(16), D(16), 1), False, True),
        (YearHours(D(56)), True, False),  # no class
        (YearHours(D(40), D(16), 1), True, True),
        (YearHours(D(39), D(16), 1), True, False),
    ],
)
def test_reached(hours, leader, reached):
    assert has_reached(hours, is_leader=leader, rules=RULES) is reached
