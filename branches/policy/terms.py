"""
When a term ends, when one is reminded of it, and how far it may be put off (R13; 支部工作条例 art. 21;
《关于党的基层组织任期的意见》 items 1-2; domain.md §3). Pure: dates, no database.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MONTHS = 12


class TermState(StrEnum):
    """What stands of a term on a given day."""

    IN_ORDER = "in_order"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    EXTENDED = "extended"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def tone(self) -> str:
        return TONES[self]


LABELS = {
    TermState.IN_ORDER: "任期内",
    TermState.REMINDER: "即将届满",
    TermState.OVERDUE: "逾期未换届",
    TermState.EXTENDED: "经批准延期",
    TermState.CLOSED: "已换届",
}
TONES = {
    TermState.IN_ORDER: "done",
    TermState.REMINDER: "due",
    TermState.OVERDUE: "overdue",
    TermState.EXTENDED: "waived",
    TermState.CLOSED: "neutral",
}


@dataclass(frozen=True, slots=True)
class TermDates:
    """The days of one term: the last day of its time, of its approved extension, and the day the next one began."""

    expires_on: date
    extended_until: date | None = None
    closed_on: date | None = None

    @property
    def ends_on(self) -> date:
        return self.extended_until or self.expires_on


def months_later(day: date, months: int) -> date:
    """The same day so many months later (earlier if negative); the last of the month where there is no such day."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def expiry(elected_on: date, years: int) -> date:
    """届满日期 = 选举日期 + 任期年数 (domain.md §3)."""
    return months_later(elected_on, years * MONTHS)


def reminder_day(expires_on: date, months: int) -> date:
    """From when on the superior reminds: so many months before the end (支部工作条例 art. 21: six)."""
    return months_later(expires_on, -months)


def reminder_horizon(today: date, months: int) -> date:
    """The latest end of term whose reminder is due today: what ``reminder_day`` says, turned round for a query."""
    later = months_later(today, months)
    is_last_of_month = today.day == monthrange(today.year, today.month)[1]
    return later.replace(day=monthrange(later.year, later.month)[1]) if is_last_of_month else later


def term_state(term: TermDates, today: date, months: int) -> TermState:
    """R13: reminder from ``months`` before the end; overdue after the end, unless an extension holds."""
    if term.closed_on is not None:
        return TermState.CLOSED
    if today > term.ends_on:
        return TermState.OVERDUE
    if term.extended_until is not None:
        return TermState.EXTENDED
    return TermState.REMINDER if today >= reminder_day(term.expires_on, months) else TermState.IN_ORDER


def latest_extension(expires_on: date, months: int) -> date:
    """The last day to which a term may be extended, or back from which it may be ended early (任期意见 item 2)."""
    return months_later(expires_on, months)


def extension_problem(expires_on: date, until: date, months: int) -> str:
    """What is wrong with an extension until that day, in Chinese; "" if nothing."""
    latest = latest_extension(expires_on, months)
    if until <= expires_on:
        return f"延期须晚于届满日期{expires_on}。"
    if until > latest:
        return f"延期一般不超过{months}个月，最迟到{latest}（《关于党的基层组织任期的意见》）。"
    return ""
