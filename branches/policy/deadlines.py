"""
What is due once, on a day of its own: a task, a filing, a follow-up. Pure: a register of sources, no database.

An app above registers where its deadlines follow from; each becomes an obligation of its own, whose ``subject`` names
the record. The source tells the rows, never the other way round: they can be derived anew at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

TITLE_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Deadline:
    """
    One thing due: ``rule`` is the code of a requirement of the frequency "once"; ``subject`` is "<source>:<key>" and
    unique within its rule and organisation; ``title`` says what is due (at most 80 characters); ``starts_on`` is the
    day on which it was asked, ``ends_on`` the last day on which it is in time.
    """

    rule: str
    organisation_id: int
    subject: str
    title: str
    starts_on: date
    ends_on: date
    done: bool


#: The deadlines of these subjects, of all where None; what is not named is due no more.
Rows = Callable[[Collection[str] | None], Iterable[Deadline]]


@dataclass(frozen=True)
class DeadlineSource:
    """
    ``name`` is what a requirement gives as its measure and what its subjects begin with; label and hint say in Chinese
    what is counted; ``url`` opens the record of a subject, for those who hold ``capability``. ``of_logs`` names the
    subjects that rest on these logs of meetings, so that they follow when one is corrected or sent back.
    """

    name: str
    label: str
    hint: str
    rows: Rows
    url: Callable[[str], str]
    capability: str = ""
    of_logs: Callable[[Collection[int]], Iterable[str]] | None = None


_sources: dict[str, DeadlineSource] = {}


def register_deadlines(source: DeadlineSource) -> None:
    """Add a source; one of the same name is replaced."""
    _sources[source.name] = source


def deadline_source(name: str) -> DeadlineSource | None:
    """The registered source; None where its app is not installed."""
    return _sources.get(name)


def deadline_names() -> set[str]:
    """Every name that a rule of the frequency "once" may give as its measure."""
    return set(_sources)


def deadline_sources() -> list[DeadlineSource]:
    """Every registered source, by name."""
    return [_sources[name] for name in sorted(_sources)]
