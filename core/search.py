"""How words are found in the database, and the one search box: each app adds the things that it can find.

Core knows none of these things. A source is registered in `AppConfig.ready` and asks within the reader's rights itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

SHOWN = 6
QUERY_LIMIT = 50
#: An ID number or a mobile phone: neither may stand in an address, which ends up in logs (N11).
PERSONAL_NUMBER = re.compile(r"\d{6}(?:19|20)\d{9}[\dXx]|(?<!\d)1[3-9]\d{9}(?!\d)")


def contains(word: str) -> str:
    """
    The lookup that finds ``word`` anywhere. Chinese has no case, and without UPPER() PostgreSQL knows how common the
    word is: for a common one it walks the newest rows and stops, instead of sorting all that match.
    """
    return "contains" if word.upper() == word.lower() else "icontains"


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; without ``url`` the reader may know of it but not open it."""

    title: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class SearchSource:
    """
    A kind of things. ``find(user, text, limit)`` gives at most ``limit`` hits within the reader's rights, in one or two
    queries; ``more(text)`` is the address of the whole list; ``can`` says for whom there is anything to find.
    """

    key: str
    title: str
    icon: str
    order: int
    can: Callable[[Any], bool]
    find: Callable[[Any, str, int], Sequence[Hit]]
    more: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Found:
    """What one source found; ``more_url`` is empty where everything is shown."""

    source: SearchSource
    hits: Sequence[Hit]
    more_url: str


_sources: dict[str, SearchSource] = {}


def register_source(source: SearchSource) -> None:
    """Add a kind of things to the search box; one with a known key replaces the earlier one."""
    _sources[source.key] = source


def search(user: Any, text: str) -> list[Found]:
    """What every source finds for this reader; sources without hits are left out."""
    found = []
    for source in sorted(_sources.values(), key=lambda source: (source.order, source.key)):
        hits = source.find(user, text, SHOWN + 1) if source.can(user) else []
        if hits:
            found.append(Found(source, hits[:SHOWN], source.more(text) if len(hits) > SHOWN else ""))
    return found


def refusal(text: str) -> str:
    """Why this cannot be searched for (Chinese); "" when it can."""
    if PERSONAL_NUMBER.search(text):
        return "身份号码和手机号码不能在这里查找：请到“党员”页的“按号码查找”，号码不会进入网址和日志。"
    if len(text) > QUERY_LIMIT:
        return f"查找的内容不能超过{QUERY_LIMIT}个字。"
    return ""
