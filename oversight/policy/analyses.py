"""机关党建分析研判: the half-years, and which figures an analysis begins with. Pure."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

SOURCE = "《中国共产党党和国家机关基层组织工作条例》第十七条"
RULE = f"{SOURCE}：定期向机关工委和党组（党委）汇报机关思想政治工作情况；每半年一次为本级默认"


class FigureKind(NamedTuple):
    """What is counted: its key, what it is called, its measure word, and the part of the page."""

    key: str
    label: str
    unit: str
    group: str


FIGURES = (
    FigureKind("branches", "党支部", "个", "组织和党员"),
    FigureKind("full", "正式党员", "名", "组织和党员"),
    FigureKind("probationary", "预备党员", "名", "组织和党员"),
    FigureKind("terms_over", "已届满未换届", "个", "组织和党员"),
    FigureKind("terms_soon", "临近届满", "个", "组织和党员"),
    FigureKind("meetings", "会议记录", "次", "组织生活"),
    FigureKind("assemblies", "党员大会", "次", "组织生活"),
    FigureKind("committees", "支委会会议", "次", "组织生活"),
    FigureKind("theme_days", "主题党日", "次", "组织生活"),
    FigureKind("lectures", "党课", "次", "组织生活"),
    FigureKind("talks", "谈心谈话", "次", "组织生活"),
    FigureKind("asked_1", "应做事项（前一季度）", "项", "应做事项"),
    FigureKind("met_1", "已完成（前一季度）", "项", "应做事项"),
    FigureKind("overdue_1", "逾期未做（前一季度）", "项", "应做事项"),
    FigureKind("asked_2", "应做事项（后一季度）", "项", "应做事项"),
    FigureKind("met_2", "已完成（后一季度）", "项", "应做事项"),
    FigureKind("overdue_2", "逾期未做（后一季度）", "项", "应做事项"),
    FigureKind("dues_due", "应交党费", "元", "党费"),
    FigureKind("dues_paid", "已交党费", "元", "党费"),
)
FIGURE_KINDS = {kind.key: kind for kind in FIGURES}


def half_span(year: int, half: int) -> tuple[date, date]:
    """First and last day of a half-year; both lie inside."""
    return (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))


def half_quarters(half: int) -> tuple[int, int]:
    """Numbers of the two quarters of a half-year."""
    return (1, 2) if half == 1 else (3, 4)


def half_of(day: date) -> tuple[int, int]:
    """Year and half that a day lies in."""
    return day.year, 1 if day.month <= 6 else 2
