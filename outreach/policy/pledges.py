"""承诺践诺 (domain.md §12): what a year's pledge must hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class ItemData(NamedTuple):
    category: str
    content: str
    due_on: date


class Limits(NamedTuple):
    fewest: int
    most: int


#: Where no dated row says otherwise. Sources give 1-3 and 2-5 (domain.md §17).
DEFAULT = Limits(1, 5)


def pledge_problem(items: Sequence[ItemData], year: int, limits: Limits) -> str:
    """Why these items cannot be a pledge of the year (Chinese); "" when they can."""
    if not limits.fewest <= len(items) <= limits.most:
        return f"每人每年承诺{limits.fewest}至{limits.most}条，现在是{len(items)}条。"
    for number, item in enumerate(items, start=1):
        if not item.content.strip():
            return f"第{number}条没有写承诺内容。"
        if item.due_on.year != year:
            return f"第{number}条的完成时限应在{year}年内。"
    if len({item.content.strip() for item in items}) < len(items):
        return "有两条承诺内容相同。"
    return ""
