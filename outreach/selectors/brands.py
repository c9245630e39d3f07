"""Reads of brands."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import Capability
from branches.querysets import OrganisationRowQuerySet
from core.calendar import local_today
from outreach.choices import BrandState
from outreach.models import Brand, BrandCheck, BrandStep
from outreach.policy.brands import check_years, decisions_of

TONES = {
    BrandState.DECLARED: "due",
    BrandState.RETURNED: "overdue",
    BrandState.NURTURING: "info",
    BrandState.GUIDED: "info",
    BrandState.ACCEPTED: "info",
    BrandState.RECOGNISED: "done",
    BrandState.PROMOTED: "done",
    BrandState.EXITED: "neutral",
}


def brands_in_full() -> OrganisationRowQuerySet:
    return Brand.objects.select_related("organisation", "by", "worklist")


@dataclass(frozen=True, slots=True)
class BrandPage:
    """What the page of a brand shows beside its own fields; ``decisions`` are open to this reader."""

    steps: list[BrandStep]
    checks: list[BrandCheck]
    decisions: tuple[tuple[str, str], ...]
    check_year: int | None
    may_write: bool
    may_review: bool
    is_author: bool
    tone: str


def brand_page(user: User, brand: Brand) -> BrandPage:
    """Two queries."""
    path = brand.organisation.path
    steps, checks = list(brand.steps.select_related("by")), list(brand.checks.select_related("by"))
    authors = {brand.by_id, *(step.by_id for step in steps if step.state == BrandState.DECLARED)}
    reviews = user.scope(Capability.BRAND_REVIEW).covers(path)
    may_review = reviews and user.pk not in authors
    is_open = brand.state != BrandState.EXITED
    return BrandPage(
        steps=steps,
        checks=checks,
        decisions=tuple((state, str(BrandState(state).label)) for state in decisions_of(brand.state))
        if may_review
        else (),
        check_year=_check_year(brand, checks) if may_review else None,
        may_write=is_open and user.scope(Capability.BRAND_WRITE).covers(path),
        may_review=may_review and is_open,
        is_author=reviews and not may_review and is_open,
        tone=TONES[BrandState(brand.state)],
    )


def _check_year(brand: Brand, checks: list[BrandCheck]) -> int | None:
    """The year whose re-check is open, once it has begun."""
    if not brand.is_named or brand.recognised_on is None:
        return None
    year = check_years(brand.recognised_on.year, {check.year for check in checks}, exited=False)[-1]
    return year if year <= local_today().year else None
