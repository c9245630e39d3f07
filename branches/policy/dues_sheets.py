"""Workbooks of 党费: which headings they have, and what a cell says. Pure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from branches.policy.dues import CENT, MONTHS
from branches.policy.roster_cells import CellProblem, plain_text, read_date

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
LARGEST = Decimal("9999999999.99")
DECORATION = re.compile(r"[,，¥￥元\s]")
DIGITS = re.compile(r"-?\d+(\.\d+)?")


def read_money(raw: Any) -> Decimal | None:
    """Yuan of a cell, None for an empty one. What Excel keeps as a number is read by the digits that it shows."""
    if isinstance(raw, bool | date):
        raise CellProblem("不是金额", "写成 5000 或 5000.00")
    text = DECORATION.sub("", repr(raw) if isinstance(raw, int | float) else plain_text(raw))
    if not text:
        return None
    return _amount(text)


def _amount(text: str) -> Decimal:
    if not DIGITS.fullmatch(text):
        raise CellProblem("不是金额", "写成 5000 或 5000.00")
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise CellProblem("不是金额", "写成 5000 或 5000.00") from error
    if amount < 0 or amount > LARGEST:
        raise CellProblem("金额不在可用的范围内", "大于等于0")
    if amount != amount.quantize(CENT):
        raise CellProblem("金额最多到分", "保留两位小数")
    return amount.quantize(CENT)


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
