"""
归档: when a quarter of a branch is locked, until when it was opened again, and what to say to whoever meets the lock.
Pure. The handbook is a truthful original record, checked and filed after the period (domain.md §14.1); corrections are
traceable, never overwritten (§14.2): hence a lock that opens with a reason and leaves a trace.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from core.periods import Freq, Period, parse_period, period_of

OPEN = "open"
CLOSED = "closed"
REOPENED = "reopened"
REASON_MINIMUM = 4
REASON_LIMIT = 200


def quarters_of(days: Iterable[date], today: date) -> list[str]:
    """Codes of the quarters that are over and in which one of these days lies; a running quarter is never closed."""
    found = {period_of(day, Freq.QUARTER) for day in days}
    return sorted(period.code for period in found if period.ends_on < today)


def closing_day(ends_on: date, days: int) -> date:
    """The day on which a quarter closes by itself: the last one for entries is the day before."""
    return ends_on + timedelta(days=days + 1)


def is_locked(state: str, reopen_until: date | None, today: date) -> bool:
    """Whether nothing of the quarter may change on ``today``. The last day of a reopening still belongs to it."""
    if state == REOPENED:
        return reopen_until is None or today > reopen_until
    return state == CLOSED


def may_close(period: Period, state: str, reopen_until: date | None, today: date) -> bool:
    """A quarter may be closed by hand once it is over, and again while it is reopened."""
    return period.ends_on < today and not is_locked(state, reopen_until, today)


def locked_words(code: str, branch: str = "", *, typed: bool = True) -> str:
    """
    What whoever meets the lock is told: what is locked, who opens it and how, and that nothing typed is lost; before
    anything is ``typed`` without the last.
    """
    whose = f"（{branch}）" if branch else ""
    kept = "您填写的内容还在，没有丢失。" if typed else ""
    return (
        f"{parse_period(code).title}已经归档{whose}，不能再新记、更正、退回或减免。{kept}"
        "确有需要的，由党支部书记在“应做事项”的“季度归档”里写明原因申请重新开放，单位党务干部同意后即可办理。"
    )


def reason_problem(text: str) -> str:
    """What is wrong with a reason, in Chinese; empty where it can stand."""
    if len(text) < REASON_MINIMUM:
        return f"请写明原因，至少{REASON_MINIMUM}个字。"
    return f"原因不能超过{REASON_LIMIT}字。" if len(text) > REASON_LIMIT else ""
