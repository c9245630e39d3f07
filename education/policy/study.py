"""When a topic is studied and how a branch stands with it. Pure: dates and counts only."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TaskState(StrEnum):
    DONE = "done"
    OVERDUE = "overdue"
    DUE = "due"
    COMING = "coming"
    OPTIONAL = "optional"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def tone(self) -> str:
        """The badge's tone."""
        return _TONES[self]


_LABELS = {
    TaskState.DONE: "已学",
    TaskState.OVERDUE: "已过时限",
    TaskState.DUE: "进行中",
    TaskState.COMING: "未开始",
    TaskState.OPTIONAL: "选学",
    TaskState.CANCELLED: "已取消",
}
_TONES = {
    TaskState.DONE: "done",
    TaskState.OVERDUE: "overdue",
    TaskState.DUE: "due",
    TaskState.COMING: "info",
    TaskState.OPTIONAL: "neutral",
    TaskState.CANCELLED: "neutral",
}


def task_state(*, done: bool, required: bool, cancelled: bool, starts_on: date, due_on: date, today: date) -> TaskState:
    """How a branch stands with a topic on ``today``; the last day itself is still in time."""
    if done:
        return TaskState.DONE
    if cancelled:
        return TaskState.CANCELLED
    if not required:
        return TaskState.OPTIONAL
    if today > due_on:
        return TaskState.OVERDUE
    return TaskState.COMING if today < starts_on else TaskState.DUE


@dataclass(frozen=True, slots=True)
class Window:
    """The days in which a topic is studied, both included."""

    starts_on: date
    due_on: date


def topic_window(*, starts_on: date, ends_on: date, month: int | None, due_on: date | None) -> Window:
    """
    The days of a topic within a plan's: a month of the plan (the first such month), else up to ``due_on``, else the
    whole plan. ValueError, in Chinese, where they do not lie within the plan.
    """
    if month:
        first = next(day for day in _months(starts_on) if day.month == month)
        window = Window(max(first, starts_on), min(last_day(first), ends_on))
        if due_on:
            window = Window(window.starts_on, due_on)
    else:
        window = Window(starts_on, due_on or ends_on)
    if not starts_on <= window.starts_on <= window.due_on <= ends_on:
        raise ValueError(f"应在学习计划的期间（{starts_on}至{ends_on}）之内。")
    return window


def last_day(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def in_year(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes the 28th."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _months(start: date) -> Iterable[date]:
    """Twelve months from that of ``start`` on, each by its first day."""
    for number in range(12):
        total = start.year * 12 + start.month - 1 + number
        yield date(total // 12, total % 12 + 1, 1)


def mentioned(titles: Iterable[str], text: str) -> bool:
    """Whether any of these titles stands in the text, whatever quotation marks and gaps stand around it."""
    plain = _bare(text)
    return any(len(bare) >= 4 and bare in plain for title in titles if (bare := _bare(title)))


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())
