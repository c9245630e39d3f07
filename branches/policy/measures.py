"""
What a rule is measured by: logs of meetings, talks, later hours (R18) or whatever a wing above holds. Pure: a register
of names and of the questions that the obligations put to them.

Logs are counted by the statements of ``services/obligation_sql``. Every other measure registers itself from its app's
``AppConfig.ready`` with ``register_measure``, and a row of the rules names it: nothing below needs to know the app.
Each question is put once for all branches and all periods, never branch by branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from core.periods import Period

MEETINGS = "meetings"
TALKS = "talks"


class MeasureSpan(NamedTuple):
    """One version of a rule in one period."""

    requirement_id: int
    period: Period


#: Organisation, requirement, code of the period, how many.
Figure = tuple[int, int, str, int]
#: Answers for these branches (None: for all of them) in these periods; one that is not named has 0.
Count = Callable[[Sequence[int] | None, Sequence[MeasureSpan]], Iterable[Figure]]


@dataclass(frozen=True)
class Measure:
    """
    label and hint: what is counted, in Chinese; ``done``: how often it was done; ``asked``: how often it is asked where
    that differs between branches (None: as often as the rule says; 0: not at all), and ``asked_words``, which then say
    it for all.
    ``lines``: (label, how many) of one branch between two days, both included, for the page of one obligation.
    ``url``: where the records of (organisation, first day, last day) are listed, for those with ``capability``;
    ``record_url``: where one is recorded, for those with ``record_capability``.
    """

    name: str
    label: str
    hint: str
    done: Count
    asked: Count | None = None
    asked_words: str = ""
    lines: Callable[[int, date, date], Sequence[tuple[str, int]]] | None = None
    url: Callable[[int, date, date], str] | None = None
    capability: str = ""
    record_url: Callable[[int], str] | None = None
    record_capability: str = ""


_measures: dict[str, Measure] = {}


def register_measure(measure: Measure) -> None:
    """Add a measure; one of the same name is replaced."""
    _measures[measure.name] = measure


def measure_of(name: str) -> Measure | None:
    """The registered measure; None for meetings, and for one whose app is not installed."""
    return _measures.get(name)


def measure_names() -> set[str]:
    """Every name that a rule may give."""
    return {MEETINGS, *_measures}
