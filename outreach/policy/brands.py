"""How a brand moves from declaration to recognition (domain.md §9.2), and when it may be named (§9.1, R26, N10)."""

from __future__ import annotations

from collections.abc import Collection

DECLARED, RETURNED, NURTURING, GUIDED = "declared", "returned", "nurturing", "guided"
ACCEPTED, RECOGNISED, PROMOTED, EXITED = "accepted", "recognised", "promoted", "exited"

#: What a reviewer may decide, by the state in which the brand stands.
DECISIONS: dict[str, tuple[str, ...]] = {
    DECLARED: (NURTURING, RETURNED),
    NURTURING: (GUIDED,),
    GUIDED: (ACCEPTED, NURTURING),
    ACCEPTED: (RECOGNISED, NURTURING),
    RECOGNISED: (PROMOTED,),
}
#: From acceptance on the name and what it stands for are settled; effect and problems go on being kept.
REWORDED = (DECLARED, RETURNED, NURTURING, GUIDED)
TEXTS = ("name", "slogan", "emblem", "meaning", "business", "effect", "problems")
#: Kept up after the brand is settled.
KEPT_UP = ("effect", "problems")
BASIS = ("naming_organ", "naming_number", "exclusion")
GATE = "《创建示范活动管理办法（试行）》（2022年）第三条、第四条"
INNER = "inner"


def decisions_of(state: str) -> tuple[str, ...]:
    return DECISIONS.get(state, ())


def naming_problems(*, of_unit: bool, organ: str, number: str, exclusion: str) -> dict[str, str]:
    """
    What is missing before a brand may be named, by field (Chinese; empty: nothing). Art. 3 excludes 创建 among an
    organ's own inner bodies: that fits a unit naming its branches, never the committee naming a unit.
    """
    if exclusion == INNER and of_unit:
        return {"exclusion": "认定的是单位，不是本单位内设机构，不适用这种除外情形。"}
    if exclusion:
        return {}
    missing = {}
    if not organ.strip():
        missing["naming_organ"] = "认定须写明批准机关，或选择不属于创建示范活动的情形。"
    if not number.strip():
        missing["naming_number"] = "认定须写明批准或认定文号，或选择不属于创建示范活动的情形。"
    return missing


def check_years(recognised_year: int, checked: Collection[int], *, exited: bool) -> list[int]:
    """The years for which a re-check was asked: those done, and the next one while the brand is named."""
    done = sorted(checked)
    return done if exited else [*done, max([recognised_year, *done]) + 1]
