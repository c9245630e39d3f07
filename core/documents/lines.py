"""Breaking Chinese text into lines: anywhere between characters, but no line begins with 。 or ends with （."""

from __future__ import annotations

import re
from collections.abc import Callable

Measure = Callable[[str], float]

_CLOSING = "，。、；：！？）》」』】〕”’…—·％%,.;:!?)]}"
_OPENING = "（《「『【〔“‘([{"
# A token is what stays together: a word or a figure, or one character; with the brackets and marks that cling to it.
_TOKEN = re.compile(
    rf"\s|[{re.escape(_OPENING)}]*(?:[0-9A-Za-z_.:/@#&+\-]+(?:,[0-9]+)*|[^\s{re.escape(_OPENING)}])?[{re.escape(_CLOSING)}]*"
)


def tokens(text: str) -> list[str]:
    """The text in pieces that are not to be parted; joined they are the text again."""
    return [match[0] for match in _TOKEN.finditer(text) if match[0]]


def break_lines(text: str, width: float, measure: Measure, first: float = 0) -> list[str]:
    """
    The text in lines no wider than `width`, the first one narrower by `first`. A token that is wider than a line is
    broken wherever it must. At least one line.
    """
    lines: list[str] = []
    line, room = "", width - first
    for token in tokens(text):
        size = measure(token)
        if size <= room:
            line, room = line + token, room - size
            continue
        if token.isspace():
            continue
        if line:
            lines.append(line.rstrip())
        *full, line = _chop(token, width if lines or line else width - first, measure)
        lines.extend(full)
        room = width - measure(line)
    return [*lines, line]


def _chop(token: str, width: float, measure: Measure) -> list[str]:
    """A token that may be wider than a line, by the character."""
    pieces, piece, room = [], "", width
    for char in token:
        size = measure(char)
        if piece and size > room:
            pieces.append(piece)
            piece, room = "", width
        piece, room = piece + char, room - size
    return [*pieces, piece]
