"""What a form says about one of the 25 steps, as the services take it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class StepData:
    """
    What is said about one step. ``vote``, the vote of a log, gives the day of steps 15 and 23; ``helpers`` are members;
    the rest belongs to single steps.
    """

    done_on: date
    note: str = ""
    reason: str = ""
    is_skipped: bool = False
    helpers: tuple[Any, ...] = ()
    training_days: int | None = None
    training_hours: int | None = None
    leaves_on: date | None = None
    vote: Any = None
    outcome: str = ""
    months: int | None = None
