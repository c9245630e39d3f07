"""When the portal speaks up: pure date arithmetic."""

from __future__ import annotations

from datetime import date, timedelta

from core.periods import Freq

#: Days before the end of a period at which a branch that is behind is reminded (本级默认).
AHEAD_DAYS: dict[str, int] = {Freq.MONTH: 7, Freq.QUARTER: 15, Freq.YEAR: 30, "once": 7}
#: Days after the end of a period within which the one overdue reminder is sent; older ones stay on the home page only.
OVERDUE_DAYS = 30


def ahead_until(frequency: str, today: date) -> date:
    """The last period end that is near enough for the reminder ahead of it."""
    return today + timedelta(days=AHEAD_DAYS[frequency])


def overdue_since(today: date) -> date:
    """The earliest period end whose overdue reminder is still sent."""
    return today - timedelta(days=OVERDUE_DAYS)


def rate(done: int, needed: int) -> float | None:
    """Share of what was due that was done, 0 to 1; None where nothing was due: not applicable is not zero."""
    return done / needed if needed else None
