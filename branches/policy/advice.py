"""Whether an organisation fits a rule of the advice list (domain.md §16: R01, R02, R14-R17). Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Limits:
    """What a rule asks; None is no limit. Shares are in percent, ages in months, the rest in persons."""

    threshold: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(slots=True)
class Facts:
    """What is known of an organisation; None is unknown, and what is unknown is not judged."""

    full: int = 0
    probationary: int = 0
    seats: int = 0
    has_discipline: bool = False
    discipline_head: int | None = None
    deputies: frozenset[int] = frozenset()
    staff: int | None = None
    party_staff: int | None = None
    secretary_months: int | None = None

    @property
    def total(self) -> int:
        return self.full + self.probationary


@dataclass(frozen=True, slots=True)
class Misfit:
    """What was found, and by how much it does not fit; both in words."""

    figure: str
    gap: str = ""


def months_between(since: date, today: date) -> int:
    """Whole months from one day to another."""
    months = (today.year - since.year) * MONTHS + today.month - since.month
    return months - (today.day < since.day)


def judge(measure: str, limits: Limits, facts: Facts) -> Misfit | None:
    """What does not fit; None where it does, or where it cannot be told. KeyError for no such measure."""
    return _JUDGES[measure](limits, facts)


def _gap(value: int, limits: Limits, unit: str = "人") -> str:
    if limits.minimum is not None and value < limits.minimum:
        return f"少{ceil(limits.minimum - value)}{unit}"
    if limits.maximum is not None and value > limits.maximum:
        return f"多{ceil(value - limits.maximum)}{unit}"
    return ""


def _full(limits: Limits, facts: Facts) -> Misfit | None:
    gap = _gap(facts.full, limits)
    return Misfit(f"正式党员{facts.full}人", gap) if gap else None


def _members(limits: Limits, facts: Facts) -> Misfit | None:
    gap = _gap(facts.total, limits)
    return Misfit(f"党员{facts.total}人", gap) if gap else None


def _seats(facts: Facts, gap: str) -> Misfit | None:
    seats = f"委员{facts.seats}人" if facts.seats else "没有登记委员"
    return Misfit(f"正式党员{facts.full}人，{seats}", gap) if gap else None


def _committee(limits: Limits, facts: Facts) -> Misfit | None:
    """From the threshold on, a committee within the limits (支部工作条例 art. 20)."""
    return _seats(facts, _gap(facts.seats, limits)) if facts.full >= (limits.threshold or 0) else None


def _needless(limits: Limits, facts: Facts) -> Misfit | None:
    """Below the threshold, a secretary and perhaps a deputy, no committee (支部工作条例 art. 20)."""
    return _seats(facts, _gap(facts.seats, limits)) if facts.full < (limits.threshold or 0) else None


def _discipline(limits: Limits, facts: Facts) -> Misfit | None:
    return None if facts.has_discipline else Misfit("没有登记机关纪委")


def _discipline_head(limits: Limits, facts: Facts) -> Misfit | None:
    """Its head is a deputy secretary of the committee (机关基层组织工作条例 art. 9); judged once it is there."""
    if not facts.has_discipline:
        return None
    if facts.discipline_head is None:
        return Misfit("没有登记机关纪委书记")
    return None if facts.discipline_head in facts.deputies else Misfit("机关纪委书记没有兼任机关党委副书记")


def _party_staff(limits: Limits, facts: Facts) -> Misfit | None:
    """
    A share in percent, judged in whole persons: at least the least number that reaches the lower limit, at most the
    greatest within the upper one, which is never below the former (30 staff: one person). 机关基层组织工作条例 art. 30.
    """
    if not facts.staff or facts.party_staff is None:
        return None
    least = ceil(facts.staff * limits.minimum / 100) if limits.minimum is not None else 0
    most = max(floor(facts.staff * limits.maximum / 100), least) if limits.maximum is not None else None
    within = Limits(minimum=Decimal(least), maximum=None if most is None else Decimal(most))
    share = facts.party_staff / facts.staff
    figure = f"工作人员{facts.staff}人，专职党务{facts.party_staff}人，占{share:.1%}"
    gap = _gap(facts.party_staff, within)
    return Misfit(figure, gap) if gap else None


def _secretary(limits: Limits, facts: Facts) -> Misfit | None:
    months = facts.secretary_months
    if months is None or limits.minimum is None or months >= limits.minimum:
        return None
    return Misfit(f"书记党龄{max(months, 0)}个月", f"差{ceil(limits.minimum - max(months, 0))}个月")


_JUDGES: dict[str, Callable[[Limits, Facts], Misfit | None]] = {
    "full_members": _full,
    "members": _members,
    "committee_needed": _committee,
    "committee_usual": _committee,
    "committee_needless": _needless,
    "discipline_committee": _discipline,
    "discipline_secretary": _discipline_head,
    "party_staff": _party_staff,
    "secretary_age": _secretary,
}
