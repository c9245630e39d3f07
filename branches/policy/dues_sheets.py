"""Workbooks of 党费: which headings they have, and what a cell says. Pure."""

from __future__ import annotations

from typing import Any

from branches.policy.dues import MONTHS
from core.workbooks.values import CellProblem, plain_text, read_date

BASE_HEADINGS = {"编号": "id", "姓名": "name", "人员类别": "payer", "计算基数": "base"}
PAYMENT_HEADINGS = {"编号": "id", "姓名": "name"} | {
    heading: key
    for month in MONTHS
    for heading, key in ((f"{month}月实交", f"paid_{month}"), (f"{month}月日期", f"day_{month}"))
}
#: Headings of the ledger that an upload knows and does not read: they are derived, or decided elsewhere.
DERIVED = (
    "年份",
    "党支部",
    "人员类别",
    "计算基数",
    "核定日期",
    "比例",
    "月应交",
    "补交",
    "减免批准",
    "上年基数",
    "状态",
)


def read_day(raw: Any) -> str:
    """The day as ISO text, "" for an empty cell, or "!" and why it cannot be read: it matters only if it is needed."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return ""
    try:
        return read_date(raw).isoformat()
    except CellProblem as problem:
        return f"!{problem.message}"


def read_number(raw: Any) -> int | None:
    """The number of a member, None for an empty cell."""
    text = plain_text(raw)
    if not text:
        return None
    text = text.removesuffix(".0")
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise CellProblem("编号应为数字", "不要改动模板里的编号，或把这一列留空")
    return int(text)
