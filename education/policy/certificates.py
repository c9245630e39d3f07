"""Training certificates: pure questions about one day, scores and numbers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

SOURCE = "本级规定：党支部书记持证上岗（培训合格证书，不是职业资格证书）"
DEFAULT_PREFIX = "持证"
PREFIX_LIMIT = 12
NUMBER = "{prefix}-{year}-{serial:04d}"


def certificate_state(valid_until: date | None, revoked: bool, today: date, notice_days: int) -> str:
    """One of CertificateState; ``valid_until`` is the last valid day, None where there is no certificate."""
    if valid_until is None:
        return "none"
    if revoked:
        return "revoked"
    if valid_until < today:
        return "expired"
    return "expiring" if today >= valid_until - timedelta(days=notice_days) else "valid"


def valid_until(issued_on: date, years: int) -> date:
    """The last day: the one before the anniversary."""
    year = issued_on.year + years
    leap = issued_on.month == 2 and issued_on.day == 29
    anniversary = date(year, 3, 1) if leap else issued_on.replace(year=year)
    return anniversary - timedelta(days=1)


def certificate_number(prefix: str, year: int, serial: int) -> str:
    """持证-2026-0001"""
    return NUMBER.format(prefix=prefix, year=year, serial=serial)


def result_of_test(score: Decimal | None, resit: Decimal | None, pass_mark: int | None) -> str:
    """合格 where the first test or the re-sit reached the mark; 未考核 without any score."""
    scores = [each for each in (score, resit) if each is not None]
    if pass_mark is None or not scores:
        return "untested"
    return "passed" if max(scores) >= pass_mark else "failed"
