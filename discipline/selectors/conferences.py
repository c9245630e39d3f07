"""Reads around 警示教育大会: the year at a glance, one conference, and the city's own rule (R22)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.measures import Figure, Measure, MeasureSpan
from core.calendar import local_today
from core.periods import Period
from discipline.choices import ConferenceState
from discipline.models import WarningConference
from discipline.policy.conferences import STATE_WORDS, QuarterState, quarter_state, quarters
from discipline.querysets import ConferenceQuerySet
from discipline.selectors.places import heads_all

CONFERENCES = "warning_conference"


def conferences_in_full() -> ConferenceQuerySet:
    return WarningConference.objects.select_related("organisation", "by")


@dataclass(frozen=True, slots=True)
class Cell:
    """One quarter of one organisation; ``plan_url`` where the reader may plan one in it."""

    period: Period
    state: QuarterState
    conferences: tuple[WarningConference, ...]
    plan_url: str = ""

    @property
    def words(self) -> str:
        return STATE_WORDS[self.state][0]

    @property
    def tone(self) -> str:
        return STATE_WORDS[self.state][1]


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    organisation: Organisation
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """``held``: in how many of its quarters the city held one."""

    year: int
    periods: tuple[Period, ...]
    rows: tuple[ScheduleRow, ...]

    @property
    def held(self) -> int:
        root = [row for row in self.rows if row.organisation.depth == 1]
        return sum(cell.state is QuarterState.HELD for row in root for cell in row.cells)


def schedule(user: User, year: int) -> Schedule:
    """The city and every unit that the reader sees by the four quarters of a year. Three queries."""
    visible = Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST).values("pk")
    places = list(heads_all().filter(Q(kind=OrganisationKind.WORK_COMMITTEE) | Q(pk__in=visible)))
    found = WarningConference.objects.visible_to(user, Capability.WARNING_VIEW)
    found = found.exclude(state=ConferenceState.CANCELLED).order_by("planned_on", "pk")
    days = Q(held_on__year=year) | Q(held_on=None, planned_on__year=year)
    by_cell: dict[tuple[int, str], list[WarningConference]] = {}
    for row in found.filter(days):
        by_cell.setdefault((row.organisation_id, row.period.code), []).append(row)
    scope, today = user.scope(Capability.WARNING_RECORD), local_today()
    rows = [
        ScheduleRow(
            place,
            tuple(
                _cell(place, period, by_cell.get((place.pk, period.code), []), scope.covers(place.path), today)
                for period in quarters(year)
            ),
        )
        for place in places
    ]
    return Schedule(year, tuple(quarters(year)), tuple(rows))


def _cell(
    place: Organisation, period: Period, conferences: list[WarningConference], may_plan: bool, today: date
) -> Cell:
    planned = [row.planned_on for row in conferences if row.state == ConferenceState.PLANNED]
    state = quarter_state(
        period,
        held=any(row.state == ConferenceState.HELD for row in conferences),
        planned_on=min(planned, default=None),
        today=today,
        is_due=place.kind == OrganisationKind.WORK_COMMITTEE,
    )
    plan = may_plan and not conferences and period.ends_on >= today
    query = urlencode({"org": place.pk, "day": max(period.starts_on, today).isoformat()})
    url = f"{reverse('discipline:conference_create')}?{query}" if plan else ""
    return Cell(period, state, tuple(conferences), url)


def held_done(organisations: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
    """Conferences held in each period. One query a period."""
    for requirement, period in spans:
        rows = WarningConference.objects.filter(
            state=ConferenceState.HELD, held_on__range=(period.starts_on, period.ends_on)
        )
        if organisations is not None:
            rows = rows.filter(organisation__in=organisations)
        for organisation, count in rows.order_by().values_list("organisation_id").annotate(Count("pk")):
            yield organisation, requirement, period.code, count


def held_lines(organisation: int, starts_on: date, ends_on: date) -> list[tuple[str, int]]:
    """The conferences of a period, each with the number of cases told."""
    rows: Any = WarningConference.objects.filter(
        organisation=organisation, state=ConferenceState.HELD, held_on__range=(starts_on, ends_on)
    ).order_by("held_on")
    return [(f"{held_on:%Y-%m-%d} {theme}", 1) for held_on, theme in rows.values_list("held_on", "theme")]


def _list_url(organisation: int, starts_on: date, ends_on: date) -> str:
    query = urlencode({"held_from": starts_on.isoformat(), "held_to": ends_on.isoformat()})
    return f"{reverse('discipline:conference_list')}?{query}"


MEASURE = Measure(
    CONFERENCES,
    label="召开警示教育大会",
    hint="在“从严治党”里登记警示教育大会的召开情况后自动计入。",
    done=held_done,
    lines=held_lines,
    url=_list_url,
    capability=Capability.WARNING_VIEW,
    record_url=lambda organisation: f"{reverse('discipline:conference_create')}?org={organisation}",
    record_capability=Capability.WARNING_RECORD,
)
