"""警示教育大会: what its agenda usually is, and how a quarter stands. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from core.periods import Freq, Period

#: The usual order (domain.md §10): screening, circulars near to far, a lecture, the speech.
AGENDA = "\n".join(
    (
        "主持人介绍大会事项",
        "播放警示教育片",
        "通报典型案例（先身边后外地）",
        "专题授课（以案说法）",
        "领导讲话，提出会后要求",
    )
)


class QuarterState(StrEnum):
    """How a quarter of one organisation stands."""

    HELD = "held"
    PLANNED = "planned"
    LATE = "late"
    MISSING = "missing"
    OPEN = "open"


STATE_WORDS: dict[QuarterState, tuple[str, str]] = {
    QuarterState.HELD: ("已召开", "done"),
    QuarterState.PLANNED: ("已计划", "info"),
    QuarterState.LATE: ("已过计划日期", "overdue"),
    QuarterState.MISSING: ("没有召开", "overdue"),
    QuarterState.OPEN: ("未安排", "neutral"),
}


def quarters(year: int) -> list[Period]:
    """The four quarters of a year."""
    return [Period(Freq.QUARTER, year, number) for number in (1, 2, 3, 4)]


def quarter_state(period: Period, *, held: bool, planned_on: date | None, today: date, is_due: bool) -> QuarterState:
    """
    ``planned_on``: the day of the earliest conference that still stands planned. ``is_due``: whether a quarter
    without one is a lack (the city's; R22 asks units for none of their own).
    """
    if held:
        return QuarterState.HELD
    if planned_on is not None:
        return QuarterState.LATE if planned_on < today else QuarterState.PLANNED
    if is_due and period.ends_on < today:
        return QuarterState.MISSING
    return QuarterState.OPEN
