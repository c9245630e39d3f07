"""
民主评议党员 (支部工作条例 art. 18; quota: yearly guidance of 中组部, domain.md §1.6; rule R08 of §16).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

EXCELLENT = "excellent"
GRADES = (EXCELLENT, "qualified", "basic", "unqualified")
SOURCE = "《中国共产党支部工作条例（试行）》第十八条和年度民主评议工作通知"


def excellent_limit(members: int) -> int:
    """How many may be 优秀: a third of all members, rounded down (15 -> 5, 16 -> 5, 50 -> 16)."""
    return members // 3


def tally_of(grades: Mapping[int, str]) -> dict[str, int]:
    """How many of each grade, every grade named."""
    counts = Counter(grades.values())
    return {grade: counts[grade] for grade in GRADES}


def finish_problems(*, grades: Mapping[int, str], graded: Collection[int], members: int) -> list[str]:
    """
    Why the appraisal cannot be finished, in Chinese. ``grades`` by member; ``graded`` are the full members, who all
    have one; ``members`` counts the probationary too, who take part and have none.
    """
    problems = []
    missing = len(set(graded) - set(grades))
    if missing:
        problems.append(f"还有{missing}名正式党员没有评定等次。")
    limit, excellent = excellent_limit(members), tally_of(grades)[EXCELLENT]
    if excellent > limit:
        problems.append(
            f"优秀{excellent}人，超过了党员总数{members}人的三分之一（最多{limit}人）。请按民主测评结果核减后再完成。"
        )
    return problems
