"""Stays in branches as spans of days, the last day exclusive, None for one that goes on. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

Span = tuple[date, date | None]


def uncovered(span: Span, cover: Iterable[Span]) -> list[Span]:
    """The parts of ``span`` that none of ``cover`` holds, in order; a span without a day is left as it is."""
    if span[0] == span[1]:
        return [span]
    parts = [span]
    for taken in cover:
        parts = [piece for part in parts for piece in _without(part, taken)]
    return parts


def _without(part: Span, taken: Span) -> list[Span]:
    (start, end), (first, last) = part, taken
    if first == last or (last is not None and last <= start) or (end is not None and end <= first):
        return [part]
    pieces: list[Span] = []
    if start < first:
        pieces.append((start, first))
    if last is not None and (end is None or last < end):
        pieces.append((last, end))
    return pieces
