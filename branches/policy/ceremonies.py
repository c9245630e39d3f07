"""Political rituals (domain.md §12): whose 政治生日 falls into a month, what a record of one must have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

SOURCE = "《中共中央关于加强党的政治建设的意见》：坚持和完善重温入党誓词、党员过政治生日等政治仪式"
#: A home is visited by two at least ([M-med] in domain.md §12: practice, not a rule of the 条例).
VISITORS_MINIMUM = 2


def party_age(joined_on: date, year: int) -> int:
    """Years since the member joined, on the birthday of that year."""
    return year - joined_on.year


def visit_problems(member: int, visitors: Collection[int], consented: bool) -> dict[str, list[str]]:
    """What is missing from a record of 政治家访, in Chinese, by field."""
    found: dict[str, list[str]] = {}
    if not consented:
        found["consented"] = ["须经党员本人同意才能家访和登记。"]
    if member in visitors:
        found["visitors"] = ["家访对象不能同时是家访人。"]
    elif len(set(visitors)) < VISITORS_MINIMUM:
        found["visitors"] = [f"家访人至少{VISITORS_MINIMUM}名。"]
    return found
