"""Reads around 督查检查考核 and its plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from core.calendar import local_today
from oversight.choices.inspections import InspectionPlanState, InspectionRecord, InspectionState
from oversight.models import (
    Inspection,
    InspectionEntry,
    InspectionLimit,
    InspectionPlan,
    InspectionTarget,
)
from oversight.policy.inspections import burden
from oversight.querysets import InspectionPlanPartQuerySet, InspectionPlanQuerySet, InspectionQuerySet

RECORD_LISTS = {
    InspectionRecord.MEETINGS: "branches:meeting_list",
    InspectionRecord.OBLIGATIONS: "branches:obligation_list",
    InspectionRecord.QUARTERS: "branches:late_entry_list",
    InspectionRecord.TERMS: "branches:term_list",
    InspectionRecord.ADMISSIONS: "branches:applicant_list",
    InspectionRecord.DUES: "branches:dues_home",
}
#: An inspection reads the year before its first day.
DAYS_BACK = 365


def plans_in_full() -> InspectionPlanQuerySet:
    return InspectionPlan.objects.select_related("organisation", "by", "approved_by")


def entries_in_full() -> InspectionPlanPartQuerySet:
    return InspectionEntry.objects.select_related("plan__organisation")


def inspections_in_full() -> InspectionQuerySet:
    return Inspection.objects.select_related("organisation", "slot__entry__plan", "worklist", "by")


def limit_of(kind: str, year: int) -> InspectionLimit | None:
    """How many items an organisation of this kind may plan in the year; None where nothing was set. One query."""
    return InspectionLimit.objects.filter(audience=kind, year=year).first()


def limits_all() -> list[InspectionLimit]:
    return list(InspectionLimit.objects.select_related("by").order_by("-year", "audience"))


def entries_in_year(organisation_id: int, year: int) -> int:
    """Items of every plan of the organisation in the year. One query."""
    return InspectionEntry.objects.filter(plan__organisation=organisation_id, plan__year=year).count()


def plan_places(user: User) -> OrganisationQuerySet:
    """Where the user may write a plan: the own unit, for city staff the committee and its units."""
    found: OrganisationQuerySet = Organisation.objects.visible_to(user, Capability.INSPECTION_WRITE).of_kind(
        "work_committee", "unit"
    )
    return found.filter(status="active").order_by("path")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An item with how often it was used."""

    entry: InspectionEntry
    used: int

    @property
    def left(self) -> int:
        return self.entry.times - self.used


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan with its items, what it costs those below, and what its reader may do now."""

    plan: InspectionPlan
    rows: list[EntryRow]
    limit: InspectionLimit | None
    counted: int
    acts: frozenset[str]

    @property
    def burden(self) -> int:
        return sum(row.entry.burden for row in self.rows)


def plan_page(user: User, plan: InspectionPlan) -> PlanPage:
    """Three queries, however many items."""
    entries = plan.entries.annotate(used=Count("slots__inspections", filter=~Q(slots__inspections__state="cancelled")))
    path = plan.organisation.path
    acts = set()
    if user.scope(Capability.INSPECTION_WRITE).covers(path):
        acts = {InspectionPlanState.DRAFT: {"edit", "submit"}, InspectionPlanState.APPROVED: {"open"}}.get(
            InspectionPlanState(plan.state), set()
        )
    submitted = plan.state == InspectionPlanState.SUBMITTED
    if submitted and plan.by_id != user.pk and user.scope(Capability.INSPECTION_APPROVE).covers(path):
        acts = {"approve", "return"}
    return PlanPage(
        plan,
        [EntryRow(entry, entry.used) for entry in entries],
        limit_of(plan.organisation.kind, plan.year),
        entries_in_year(plan.organisation_id, plan.year),
        frozenset(acts),
    )


@dataclass(frozen=True, slots=True)
class RecordLink:
    """A record of the portal that an inspection reads, of one inspected organisation."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    organisation: Organisation
    links: list[RecordLink]


@dataclass(frozen=True, slots=True)
class InspectionPage:
    """An inspection with whom it concerns, and what it reads; those inspected see their own line alone."""

    row: Inspection
    targets: list[TargetRow]
    others: int
    may_write: bool

    @property
    def burden(self) -> int:
        return burden(len(self.targets) + self.others, self.row.slot.entry.minutes_each)


def inspection_page(user: User, row: Inspection) -> InspectionPage:
    """One query beside the inspection."""
    places = [
        target.organisation for target in row.targets.select_related("organisation").order_by("organisation__path")
    ]
    scope = user.scope(Capability.INSPECTION_VIEW)
    holder = scope.covers(row.organisation.path)
    shown = [place for place in places if holder or scope.covers(place.path)]
    may_write = row.state == InspectionState.OPEN and user.scope(Capability.INSPECTION_WRITE).covers(
        row.organisation.path
    )
    return InspectionPage(
        row, [TargetRow(place, _links(row, place)) for place in shown], len(places) - len(shown), may_write
    )


def _links(row: Inspection, place: Organisation) -> list[RecordLink]:
    start = row.starts_on - timedelta(days=DAYS_BACK)
    found = []
    for name in row.records:
        record = InspectionRecord(name)
        query: dict[str, Any] = {"org": place.pk}
        if record == InspectionRecord.MEETINGS:
            query |= {"held_from": start.isoformat(), "held_to": row.ends_on.isoformat()}
        found.append(RecordLink(str(record.label), f"{reverse(RECORD_LISTS[record])}?{urlencode(query)}"))
    return found


@dataclass(frozen=True, slots=True)
class BurdenRow:
    """How often an organisation was inspected in a year, and for how many minutes as planned."""

    organisation: Organisation
    count: int
    minutes: int


def inspections_by_target(user: User, year: int) -> list[BurdenRow]:
    """
    The organisations within reach that were inspected in the year, in tree order (nobody is ranked): how often, by
    whomever. Two queries.
    """
    rows = InspectionTarget.objects.visible_to(user, Capability.INSPECTION_VIEW)
    rows = rows.filter(inspection__starts_on__year=year).exclude(inspection__state=InspectionState.CANCELLED)
    counted = (
        rows.order_by()
        .values("organisation")
        .annotate(count=Count("pk"), minutes=Sum(F("inspection__slot__entry__minutes_each")))
    )
    found = {row["organisation"]: row for row in counted}
    places = Organisation.objects.filter(pk__in=found).order_by("path")
    return [BurdenRow(place, found[place.pk]["count"], found[place.pk]["minutes"]) for place in places]


def targets_of_plan(plan: InspectionPlan) -> OrganisationQuerySet:
    """Whom an inspection of this plan may be of: units for the committee, branches for a unit, standing today."""
    kinds = ("unit",) if plan.organisation.depth == 1 else ("branch",)
    found: OrganisationQuerySet = Organisation.objects.under(plan.organisation.path).of_kind(*kinds)
    return found.filter(status="active").order_by("path")


def inspection_years() -> list[int]:
    """Next year, this one and the four before it."""
    year = local_today().year
    return list(range(year + 1, year - 5, -1))
