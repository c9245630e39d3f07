"""Where a stage stands on a day, and when the stages of a new item are planned for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: So many days before its day a stage is due soon.
SOON_DAYS = 7


class Light(StrEnum):
    """绿、黄、红: how a thing stands against its day. It ranks nothing and nobody (N2)."""

    DONE = "done"
    OVERDUE = "overdue"
    SOON = "soon"
    ON_TIME = "on_time"
    OPEN = "open"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def tone(self) -> str:
        return TONES[self]


LABELS = {
    Light.DONE: "已完成",
    Light.OVERDUE: "已逾期",
    Light.SOON: "临近时限",
    Light.ON_TIME: "按期推进",
    Light.OPEN: "未定时限",
}
TONES = {Light.DONE: "done", Light.OVERDUE: "overdue", Light.SOON: "due", Light.ON_TIME: "info", Light.OPEN: "neutral"}


def light(*, due_on: date | None, done_on: date | None, today: date) -> Light:
    """How a stage or an item stands on ``today``; its own day is still in time."""
    if done_on is not None:
        return Light.DONE
    if due_on is None:
        return Light.OPEN
    if due_on < today:
        return Light.OVERDUE
    return Light.SOON if (due_on - today).days <= SOON_DAYS else Light.ON_TIME


@dataclass(frozen=True, slots=True)
class StageDraft:
    """A stage as a scheme writes it: ``days`` after the registration is its planned day, None for none."""

    name: str
    days: int | None = None
    by_meeting: bool = False


def planned_days(starts_on: date, days: Iterable[int | None]) -> list[date | None]:
    """The planned day of each stage, in their order."""
    return [starts_on + timedelta(days=count) if count is not None else None for count in days]


def dates_in_order(dates: Iterable[date | None]) -> bool:
    """Whether no stage is planned before an earlier one; stages without a day do not count."""
    known = [day for day in dates if day is not None]
    return known == sorted(known)
