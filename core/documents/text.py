"""Text as it may stand in a document: no control characters, nothing that reorders what the reader sees."""

from __future__ import annotations

import re
from typing import Any

# Controls but tab and line feed; lone surrogates and non-characters, which XML forbids; marks that turn the writing
# direction, with which one text can be made to look like another.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("\r\n|[\r\u2028\u2029\x85\x0b\x0c]")


def clean(value: Any) -> str:
    """The value as text for any writer; None is empty, line breaks are line feeds, tabs are spaces."""
    text = "" if value is None else str(value)
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", text)).replace("\t", "\u3000")


def lines_of(value: Any) -> list[str]:
    """The cleaned text line by line, at least one."""
    return clean(value).strip("\n").split("\n")


def one_line(value: Any) -> str:
    """The cleaned text in one line."""
    return " ".join(clean(value).split("\n")).strip()
