"""Reads of 分片区联系指导: areas, whose visits are due, and how a unit stands before somebody goes there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Prefetch, Q

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind, OrganisationStatus, WorklistItemState
from branches.models import Obligation, Organisation, Term, WorklistItem
from branches.querysets import OrganisationQuerySet, OrganisationRowQuerySet
from branches.selectors.obligations import due_on, overdue_on
from branches.selectors.terms import due_among
from branches.services.measures import Deadline
from core.calendar import local_today
from oversight.models import LiaisonArea, LiaisonRule, LiaisonUnit, LiaisonVisit
from oversight.policy.liaison import HalfYear, half_of, halves_between
from oversight.querysets import LiaisonAreaQuerySet
from oversight.selectors.item_counts import counted, live_items

RULE = "V05"
SOURCE = "liaison"
#: Where no setting was stored.
DEFAULT_VISITS = 1
#: Half-years ahead of today are opened so many days before they begin.
AHEAD_DAYS = 31


def areas_in_full() -> LiaisonAreaQuerySet:
    return LiaisonArea.objects.select_related("organisation", "by")


def visits_in_full() -> OrganisationRowQuerySet:
    return LiaisonVisit.objects.select_related("organisation", "area__organisation", "worklist", "by")


def with_findings(rows: OrganisationRowQuerySet) -> OrganisationRowQuerySet:
    """Annotated with how many problems were found and how many of them are closed."""
    live = live_items()
    found: OrganisationRowQuerySet = rows.annotate(
        findings=counted(live), findings_closed=counted(live.filter(state=WorklistItemState.CLOSED))
    )
    return found


def visits_needed(rules: list[tuple[date, int]], half: HalfYear) -> int:
    """How many visits an area is owed in a half-year: the setting in force on its first day."""
    return next((visits for since, visits in rules if since <= half.starts_on), DEFAULT_VISITS)


def liaison_rules() -> list[tuple[date, int]]:
    """The settings, the latest first."""
    return list(LiaisonRule.objects.order_by("-valid_from").values_list("valid_from", "visits"))


def rules_all() -> list[LiaisonRule]:
    return list(LiaisonRule.objects.select_related("by").order_by("-valid_from"))


@dataclass(frozen=True, slots=True)
class AreaPage:
    """``units``: (unit, since, visits in this half-year) that the reader may see; ``past``: who left the area."""

    area: LiaisonArea
    half: HalfYear
    needed: int
    done: int
    units: tuple[tuple[LiaisonUnit, int], ...]
    past: tuple[LiaisonUnit, ...]
    may_record: bool


def area_page(user: User, area: LiaisonArea) -> AreaPage:
    """Four queries. Counts of visits are those that the reader may see; only who sees all is told of what is due."""
    today = local_today()
    half = half_of(today)
    rows = LiaisonUnit.objects.visible_to(user, Capability.LIAISON_VIEW).filter(area=area).select_related("unit")
    units = list(rows.order_by("unit__path", "starts_on"))
    visits = LiaisonVisit.objects.visible_to(user, Capability.LIAISON_VIEW).filter(area=area)
    visits = visits.filter(held_on__range=(half.starts_on, half.ends_on))
    paths = list(visits.values_list("organisation__path", flat=True))
    present = [row for row in units if row.ends_on is None or row.ends_on > today]
    return AreaPage(
        area=area,
        half=half,
        needed=visits_needed(liaison_rules(), half),
        done=len(paths),
        units=tuple((row, sum(path.startswith(row.unit.path) for path in paths)) for row in present),
        past=tuple(row for row in units if row not in present),
        may_record=user.scope(Capability.LIAISON_RECORD).covers(area.organisation.path),
    )


def units_free(day: date) -> OrganisationQuerySet:
    """Standing units that belong to no area on ``day``."""
    taken = LiaisonUnit.objects.on(day).values("unit")
    found: OrganisationQuerySet = Organisation.objects.of_kind(OrganisationKind.UNIT)
    return found.filter(status=OrganisationStatus.ACTIVE).exclude(pk__in=taken)


def area_of(organisation: Organisation, day: date) -> LiaisonArea | None:
    """The area that the organisation's unit belongs to on ``day``."""
    rows = LiaisonUnit.objects.on(day).filter(unit__path=organisation.unit_path).select_related("area__organisation")
    found = rows.first()
    return found.area if found else None


def visited_places(area: LiaisonArea, day: date) -> OrganisationQuerySet:
    """Units of the area on ``day`` and the branches in them."""
    inside = Q(pk__in=[])
    for path in LiaisonUnit.objects.on(day).filter(area=area).values_list("unit__path", flat=True):
        inside |= Q(path__startswith=path)
    rows: OrganisationQuerySet = Organisation.objects.filter(inside, status=OrganisationStatus.ACTIVE)
    return rows.of_kind(OrganisationKind.UNIT, OrganisationKind.BRANCH)


def visit_facts(organisation: Organisation) -> list[tuple[str, str]]:
    """
    How the organisation stands today by the portal's own records, as (label, words): so that nobody there prepares
    material. Five queries.
    """
    today, path = local_today(), organisation.path
    behind = Obligation.objects.filter(organisation__path__startswith=path)
    overdue = behind.filter(overdue_on(today)).count()
    due = behind.filter(due_on(today)).count()
    branches = Organisation.objects.under(path).branches().filter(status=OrganisationStatus.ACTIVE).count()
    terms = due_among(Term.objects.filter(organisation__path__startswith=path), today)
    items = WorklistItem.objects.filter(organisation__path__startswith=path).overdue(today).count()
    facts = [
        ("党支部", f"{branches}个"),
        ("应做事项", f"逾期{overdue}项，本期待完成{due}项"),
        ("任期", f"{len(terms)}个到期或临近到期" if terms else "都在任期内"),
        ("清单任务", f"逾期{items}项" if items else "没有逾期"),
    ]
    return facts if organisation.kind != OrganisationKind.BRANCH else facts[1:]


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area with its present units and the visits of the running half-year, as far as the reader sees them."""

    area: LiaisonArea
    units: tuple[Organisation, ...]
    done: int
    needed: int


def area_lines(user: User) -> list[AreaLine]:
    """Areas in use, by name. Four queries."""
    today = local_today()
    half = half_of(today)
    units = LiaisonUnit.objects.visible_to(user, Capability.LIAISON_VIEW).on(today).select_related("unit")
    present = Prefetch("units", queryset=units.order_by("unit__path"), to_attr="present_units")
    rows = LiaisonArea.objects.visible_to(user, Capability.LIAISON_VIEW).filter(Q(ends_on=None) | Q(ends_on__gt=today))
    areas = list(rows.prefetch_related(present).order_by("name", "pk"))
    visits = LiaisonVisit.objects.visible_to(user, Capability.LIAISON_VIEW).filter(area__in=areas)
    counted_visits = visits.filter(held_on__range=(half.starts_on, half.ends_on)).order_by()
    done = dict(counted_visits.values_list("area_id").annotate(Count("pk")))
    needed = visits_needed(liaison_rules(), half)
    return [
        AreaLine(area, tuple(row.unit for row in area.present_units), done.get(area.pk, 0), needed) for area in areas
    ]


# Deadlines -----------------------------------------------------------------------------------------------------------


def area_subject(area_id: int, half: HalfYear) -> str:
    return f"{SOURCE}:{area_id}-{half.code}"


def area_of_subject(subject: str) -> int:
    return int(subject.partition(":")[2].partition("-")[0])


def liaison_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """
    For each area and half-year the visits that the work committee owes it (rule V05): done where there were enough.
    The next half-year is opened a month before it begins. Three queries.
    """
    areas = LiaisonArea.objects.order_by("pk")
    if subjects is not None:
        areas = areas.filter(pk__in={area_of_subject(each) for each in subjects})
    rules, done = liaison_rules(), _visits_by_half(areas)
    horizon = local_today() + timedelta(days=AHEAD_DAYS)
    for area in areas:
        for half in _halves(area, horizon):
            subject = area_subject(area.pk, half)
            if subjects is not None and subject not in subjects:
                continue
            needed = visits_needed(rules, half)
            title = f"走访联系{area.name}（{half.title}，至少{needed}次）"[:80]
            starts_on = max(half.starts_on, area.starts_on)
            is_done = done.get((area.pk, half), 0) >= needed
            yield Deadline(RULE, area.organisation_id, subject, title, starts_on, half.ends_on, is_done)


def area_subjects(area: LiaisonArea) -> list[str]:
    """The subject of every half-year in which the area is or was in use, whether anything is due in it or not."""
    until = max(local_today() + timedelta(days=AHEAD_DAYS), area.ends_on or area.starts_on)
    return [area_subject(area.pk, half) for half in halves_between(area.starts_on, until)]


def _halves(area: LiaisonArea, horizon: date) -> list[HalfYear]:
    """Half-years that the area saw to the end: the one in which it is given up is not asked."""
    halves = halves_between(area.starts_on, horizon)
    return [half for half in halves if area.ends_on is None or area.ends_on > half.ends_on]


def _visits_by_half(areas: LiaisonAreaQuerySet) -> dict[tuple[int, HalfYear], int]:
    rows = LiaisonVisit.objects.filter(area__in=areas.order_by().values("pk")).order_by()
    found: dict[tuple[int, HalfYear], int] = {}
    for area, day, number in rows.values_list("area_id", "held_on").annotate(number=Count("pk")):
        key = (area, half_of(day))
        found[key] = found.get(key, 0) + number
    return found
