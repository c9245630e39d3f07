"""
Days of 规范性文件备案 (domain.md §11, R21). All of them are calendar days: the rule says 「30日内」, not 工作日. Pure.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

SOURCE = "《中国共产党党内法规和规范性文件备案审查规定》"
FILING_DAYS = 30
REVIEW_DAYS = 30
REVIEW_MONTHS = 3
FILING_RULE = f"{SOURCE}：自发布之日起{FILING_DAYS}日内报备，按自然日计算"
REVIEW_RULE = f"{SOURCE}：一般在{REVIEW_DAYS}日内完成审查，可延长一次，最长不超过{REVIEW_MONTHS}个月"


def filing_due(issued_on: date) -> date:
    """The last day in time: thirty days after the day of issue, which itself is not counted (R21)."""
    return issued_on + timedelta(days=FILING_DAYS)


def days_late(due_on: date, done_on: date) -> int:
    """How many days after the last one; 0 where it was in time."""
    return max(0, (done_on - due_on).days)


def review_due(received_on: date) -> date:
    return received_on + timedelta(days=REVIEW_DAYS)


def review_latest(received_on: date) -> date:
    """As far as a review may be extended: the same day three months on, or the last of a shorter month."""
    year, month = divmod(received_on.month - 1 + REVIEW_MONTHS, 12)
    year, month = received_on.year + year, month + 1
    return date(year, month, min(received_on.day, monthrange(year, month)[1]))
