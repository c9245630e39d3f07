"""
党费: what is due, from whom, in which month. Pure; money is Decimal in yuan, never float.

Source: 中共中央组织部《关于中国共产党党费收缴、使用和管理的规定》(2008-04-01), domain.md §6, rule R20.
The rate of the band applies to the whole base, so the due jumps at the edge of a band. Rounding to 分 (half up) is this
portal's own rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MONTHS = range(1, 13)
#: 党章 art. 9: six months in a row without dues, without a good reason.
LONG_UNPAID = 6
OLD, NEW = "old", "new"


class DuesProblem(ValueError):
    """Why no due can be computed from a base (Chinese)."""


@dataclass(frozen=True, slots=True)
class Band:
    """``rate`` for a base of at most ``up_to`` yuan (included); None: for any higher one."""

    up_to: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """How one category pays: by bands of the base, or an amount a month between ``lowest`` and ``highest``."""

    bands: tuple[Band, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None

    @property
    def by_amount(self) -> bool:
        """The base is the agreed monthly amount itself (农民)."""
        return not self.bands and self.lowest != self.highest

    @property
    def is_fixed(self) -> bool:
        """One amount for everybody: a base is not asked for."""
        return not self.bands and self.lowest == self.highest


@dataclass(frozen=True, slots=True)
class Due:
    """What a base comes to: the rate (None: an amount, not a share), yuan a month, and whether the cap cut it."""

    rate: Decimal | None
    monthly: Decimal
    capped: bool = False


@dataclass(frozen=True, slots=True)
class BaseEntry:
    """What is said of one member: the category, and yuan (None where the category needs none)."""

    member_id: int
    payer: str
    base: Decimal | None


def cents(value: Decimal | int | None) -> Decimal:
    """Yuan with two places, half up. TypeError for a float: it would not be exact."""
    if isinstance(value, float):
        raise TypeError("money is Decimal, never float")
    return Decimal(value or 0).quantize(CENT, ROUND_HALF_UP)


def monthly_due(tariff: Tariff, base: Decimal, *, cap: Decimal = ZERO) -> Due:
    """
    Yuan a month on ``base`` yuan (R20). ``cap``: the most that is asked of one person a month, zero for none.
    DuesProblem for a base that cannot be.
    """
    base = cents(base)
    if tariff.is_fixed:
        return Due(None, cents(tariff.lowest))
    if base <= 0:
        raise DuesProblem("请填写大于0的数额。")
    if tariff.by_amount:
        return Due(None, _agreed(tariff, base))
    rate = next(band.rate for band in tariff.bands if band.up_to is None or base <= band.up_to)
    amount = (base * rate).quantize(CENT, ROUND_HALF_UP)
    return Due(rate, min(amount, cap), amount > cap) if cap else Due(rate, amount)


def _agreed(tariff: Tariff, amount: Decimal) -> Decimal:
    if not cents(tariff.lowest) <= amount <= cents(tariff.highest):
        raise DuesProblem(f"每月交纳数额应在{tariff.lowest:f}元至{tariff.highest:f}元之间。")
    return amount


# Months -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a branch; ``ends_on`` is the first day after it. ``deceased``: it ended with the member's death."""

    organisation: int
    starts_on: date
    ends_on: date | None = None
    deceased: bool = False

    def touches(self, first: date, after: date) -> bool:
        """Whether it holds a day from ``first`` up to the day before ``after``."""
        if self.ends_on is None:
            return self.starts_on < after
        return max(self.starts_on, first) < min(self.ends_on, after)


def month_start(year: int, month: int) -> date:
    """The first day; month 13 is January of the next year."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def collectors(stays: Sequence[Stay], joined_on: date | None, year: int, move_month: str = OLD) -> dict[int, int]:
    """
    Which branch collects each month of the year from a member: month -> organisation; a month without one is not due.

    In the month of a move it is the branch that the member leaves (``move_month`` "old") or comes to ("new"): one of
    them, never both. Probationary members pay from the month of the assembly that admitted them (``joined_on``). The
    month of a death is not asked for.
    """
    found: dict[int, int] = {}
    for month in MONTHS:
        first, after = month_start(year, month), month_start(year, month + 1)
        held = sorted((stay for stay in stays if stay.touches(first, after)), key=lambda stay: stay.starts_on)
        died = any(stay.deceased and stay.ends_on and stay.ends_on < after for stay in held)
        if held and not died and (joined_on is None or joined_on < after):
            found[month] = held[0 if move_month == OLD else -1].organisation
    return found


@dataclass(frozen=True, slots=True)
class Base:
    """An approved monthly due from a month of the year on; the later of two wins, by ``from_month``, then ``order``."""

    from_month: int
    monthly: Decimal
    order: int = 0


@dataclass(frozen=True, slots=True)
class Relief:
    """Months of a year in which only ``amount`` a month is asked; zero: nothing."""

    from_month: int
    through_month: int
    amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class MonthDue:
    """What one month asks: ``full`` by the base, ``due`` after relief."""

    full: Decimal
    due: Decimal
    relieved: bool


def month_due(month: int, bases: Iterable[Base], reliefs: Iterable[Relief]) -> MonthDue | None:
    """The due of a month; None while no base is approved for it."""
    known = [base for base in bases if base.from_month <= month]
    if not known:
        return None
    full = max(known, key=lambda base: (base.from_month, base.order)).monthly
    amounts = [relief.amount for relief in reliefs if relief.from_month <= month <= relief.through_month]
    due = min([full, *amounts])
    return MonthDue(full, due, bool(amounts))


def is_over(year: int, month: int, today: date) -> bool:
    """Whether the month has ended: what is unpaid then is in arrears."""
    return month_start(year, month + 1) <= today


def months_over(year: int, today: date) -> int:
    """How many months of the year have ended."""
    return 12 if year < today.year else today.month - 1 if year == today.year else 0


def last_months(today: date, count: int = LONG_UNPAID) -> list[tuple[int, int]]:
    """(year, month) of the last ``count`` months that have ended, the oldest first."""
    latest = today.year * 12 + today.month - 2
    return [(number // 12, number % 12 + 1) for number in range(latest - count + 1, latest + 1)]


def is_back_payment(year: int, month: int, paid_on: date) -> bool:
    """补交: paid after the month itself."""
    return is_over(year, month, paid_on)
