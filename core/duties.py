"""What waits for a reader on the home page beside obligations: each app adds what it knows of.

Core knows none of these things. A source is registered in `AppConfig.ready` and asks within the reader's rights itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Duty:
    """One line: what, for whom and until when; ``url`` is where it is done; ``tone`` that of the badge."""

    title: str
    detail: str
    url: str
    action: str
    tone: str
    label: str = ""


#: The lines of one reader on one day, in at most two queries; none where the reader has no such duty.
Duties = Callable[[Any, date], Iterator[Duty]]

_sources: list[Duties] = []


def register_duties(source: Duties) -> None:
    """Add a source of lines; the same one is not added twice."""
    if source not in _sources:
        _sources.append(source)


def registered_duties(user: Any, today: date) -> Iterator[Duty]:
    """The lines of every source, in the order in which they were registered."""
    for source in _sources:
        yield from source(user, today)
