"""What may be done with a log elsewhere: apps above register where their pages take a log up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from branches.models import Meeting


@dataclass(frozen=True, slots=True)
class MeetingLink:
    """One line on the page of a log: what it leads to, and where."""

    title: str
    detail: str
    url: str
    icon: str


#: The links that one reader has from one log, without a query: rights are known, and what stands is asked over there.
Links = Callable[[Any, Meeting], Iterable[MeetingLink]]

_sources: list[Links] = []


def register_meeting_links(source: Links) -> None:
    """Add a source; the same one is not added twice. To be called from ``AppConfig.ready``."""
    if source not in _sources:
        _sources.append(source)


def meeting_links(user: Any, meeting: Meeting) -> tuple[MeetingLink, ...]:
    """Every link that the reader has from this log, in the order in which the sources were registered."""
    return tuple(link for source in _sources for link in source(user, meeting))
