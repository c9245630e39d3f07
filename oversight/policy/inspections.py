"""督查检查考核: what an inspection costs those below (domain.md §13.4, N16). Pure."""

from __future__ import annotations

SOURCE = "《整治形式主义为基层减负若干规定》"
RULE = f"{SOURCE}：督查检查考核实行年度计划和备案管理；计划外不得开展，不得频繁要求基层填表格报材料"


def burden(organisations: int, minutes: int, times: int = 1) -> int:
    """Branch-minutes: organisations × minutes of each × how often."""
    return organisations * minutes * times


def burden_words(minutes: int) -> str:
    """Branch-minutes in words, in hours from an hour on."""
    return f"{minutes}分钟" if minutes < 60 else f"约{minutes / 60:.1f}小时".replace(".0小", "小")
