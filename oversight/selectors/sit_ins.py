"""Reads around 专职副书记列席."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind, PostKind
from branches.models import Organisation, Post
from branches.querysets import OrganisationRowQuerySet
from oversight.choices.sit_ins import SitInKind
from oversight.models import SitIn
from oversight.selectors.filings import units_within


def sit_ins_in_full() -> OrganisationRowQuerySet:
    return SitIn.objects.select_related("organisation", "deputy", "by")


def deputies_on(unit: Organisation, day: date) -> list[tuple[int, str]]:
    """Deputy secretaries of the unit's 机关党委 or 总支 on ``day`` as (id, name), from their posts. One query."""
    posts = Post.objects.on(day).filter(
        kind=PostKind.DEPUTY_SECRETARY,
        organisation__path__startswith=unit.path,
        organisation__kind__in=(OrganisationKind.ORGAN_COMMITTEE, OrganisationKind.GENERAL_BRANCH),
    )
    rows = posts.order_by("organisation__path", "member__name_pinyin").values_list("member_id", "member__name")
    return list(dict(rows).items())


@dataclass(frozen=True, slots=True)
class SitInYear:
    """How a unit's year stands: meetings to sit in on, sat in on, absences, opinions, and each kind's sittings."""

    unit: Organisation
    expected: int
    attended: int
    absent: int
    opinions: int
    kinds: tuple[int, ...]


def sit_in_years(user: User, year: int) -> list[SitInYear]:
    """Counts per unit within reach, in tree order: nobody is ranked. Two queries."""
    rows = SitIn.objects.visible_to(user, Capability.SIT_IN_VIEW).filter(held_on__year=year)
    kinds = {f"kind_{kind}": Count("pk", filter=Q(kind=kind, attended=True)) for kind in SitInKind.values}
    counted = rows.order_by().values("organisation").annotate(
        asked=Count("pk", filter=Q(expected=True)),
        sat=Count("pk", filter=Q(expected=True, attended=True)),
        missed=Count("pk", filter=Q(expected=True, attended=False)),
        opinions=Count("pk", filter=Q(opinion_given=True)),
        **kinds,
    )  # fmt: skip
    found = {row["organisation"]: row for row in counted}
    return [_year(unit, found.get(unit.pk, {})) for unit in units_within(user, Capability.SIT_IN_VIEW)]


def _year(unit: Organisation, row: dict[str, int]) -> SitInYear:
    expected, attended, absent, opinions = (row.get(name, 0) for name in ("asked", "sat", "missed", "opinions"))
    kinds = tuple(row.get(f"kind_{kind}", 0) for kind in SitInKind.values)
    return SitInYear(unit, expected, attended, absent, opinions, kinds)
