"""The lock of closed quarters, asked by every service that writes a record of a branch."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.core.exceptions import ValidationError

from branches.policy.closings import locked_words
from branches.selectors.closings import closed_quarter
from core.calendar import local_today


def refuse_closed(*, branches: Collection[int], days: Iterable[date], field: str = "") -> None:
    """
    ValidationError (code "closed", on ``field`` where given) where one of these days lies in a closed quarter of one of
    these branches. To be asked after their rows are locked, so that a closing that came in between is seen: whoever
    closes holds the same locks. One query; none while all days lie in the running quarter, which is never closed.
    """
    row = closed_quarter(branches, days, local_today())
    if row is None:
        return
    words = locked_words(row[0], row[1] if len(branches) > 1 else "")
    error = ValidationError(words, code="closed")
    raise ValidationError({field: error}) if field else error
