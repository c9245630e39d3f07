"""
Worklists (项目清单): a register of the mechanisms that run them, and how one task stands on a day. Pure.

An app above registers its mechanism from ``AppConfig.ready``; its lists carry the name. What is due follows from the
rule that the mechanism names, one obligation for every task (branches/policy/deadlines.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: Days ahead of its last day from which a task counts as nearly due.
SOON_DAYS = 7
#: So many tasks are added at once at most.
BATCH_LIMIT = 500
#: The source of deadlines that every list feeds, and what its rules give as their measure.
DEADLINES = "worklist"


@dataclass(frozen=True)
class WorklistSource:
    """
    ``name`` is "<app>.<mechanism>", ``label`` its Chinese name; ``rule`` the code of the requirement of the frequency
    "once" that its tasks are due by ("" where they are no obligations); with ``needs_second`` somebody else than who
    reported closes a task; ``url`` opens the record that a list (by its id) belongs to.
    """

    name: str
    label: str
    rule: str = ""
    needs_second: bool = False
    url: Callable[[int], str] | None = None


_sources: dict[str, WorklistSource] = {}


def register_worklist_source(source: WorklistSource) -> None:
    """Add a mechanism; one of the same name is replaced."""
    _sources[source.name] = source


def worklist_source(name: str) -> WorklistSource:
    """The registered mechanism; LookupError where its app is not installed."""
    try:
        return _sources[name]
    except KeyError:
        raise LookupError(f"no worklist source {name}") from None


def worklist_sources() -> list[WorklistSource]:
    """Every registered mechanism, by name."""
    return [_sources[name] for name in sorted(_sources)]


def source_label(name: str) -> str:
    """What people call the mechanism; the bare name where its app is not installed."""
    return _sources[name].label if name in _sources else name


class Standing(StrEnum):
    """How a task stands on a day; in the order in which a list counts them."""

    PLANNED = "planned"
    OPEN = "open"
    SOON = "soon"
    OVERDUE = "overdue"
    REPORTED = "reported"
    RETURNED = "returned"
    CLOSED = "closed"
    CANCELLED = "cancelled"


LABELS = {
    Standing.PLANNED: "未开始",
    Standing.OPEN: "进行中",
    Standing.SOON: "即将到期",
    Standing.OVERDUE: "已逾期",
    Standing.REPORTED: "待销号",
    Standing.RETURNED: "已退回",
    Standing.CLOSED: "已销号",
    Standing.CANCELLED: "已取消",
}
TONES = {
    Standing.PLANNED: "neutral",
    Standing.OPEN: "info",
    Standing.SOON: "due",
    Standing.OVERDUE: "overdue",
    Standing.REPORTED: "draft",
    Standing.RETURNED: "overdue",
    Standing.CLOSED: "done",
    Standing.CANCELLED: "waived",
}


def standing_of(state: str, starts_on: date | None, due_on: date, today: date) -> Standing:
    """
    How a task stands on ``today``. Its last day is in time. What was returned and is beyond it is overdue; what waits
    to be closed or is done stays so, whatever the day.
    """
    if state not in ("open", "returned"):
        return Standing(state)
    if due_on < today:
        return Standing.OVERDUE
    if state == "returned":
        return Standing.RETURNED
    if starts_on is not None and starts_on > today:
        return Standing.PLANNED
    return Standing.SOON if due_on <= today + timedelta(days=SOON_DAYS) else Standing.OPEN
