"""Reads around 机关党建分析研判."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.models import Organisation
from branches.querysets import OrganisationQuerySet, OrganisationRowQuerySet
from branches.services.measures import Figure, Measure, MeasureSpan
from oversight.choices.analyses import AnalysisHalf, AnalysisState
from oversight.models import Analysis
from oversight.policy.analyses import FIGURES, FigureKind, half_of, half_span
from oversight.selectors.analysis_figures import figure_url

HALVES_BACK = 4
KINDS = ("work_committee", "unit")


def analyses_in_full() -> OrganisationRowQuerySet:
    return Analysis.objects.select_related("organisation", "by", "finished_by", "worklist")


def analysis_places(user: User) -> OrganisationQuerySet:
    """Where the user may write an analysis: the own unit; for city staff the committee itself and its units."""
    found: OrganisationQuerySet = Organisation.objects.visible_to(user, Capability.ANALYSIS_WRITE).of_kind(*KINDS)
    return found.filter(status="active").order_by("path")


def halves_to_choose(today: date) -> list[tuple[str, str]]:
    """This half-year and those before it, as ("2026-1", words)."""
    year, half = half_of(today)
    found = []
    for _ in range(HALVES_BACK):
        found.append((f"{year}-{half}", f"{year}年{AnalysisHalf(half).label}"))
        year, half = (year, 1) if half == 2 else (year - 1, 2)
    return found


@dataclass(frozen=True, slots=True)
class FigureShown:
    """A frozen figure and where its rows are."""

    kind: FigureKind
    value: Any
    url: str


def figures_shown(row: Analysis) -> list[tuple[str, list[FigureShown]]]:
    """The figures by part, in the order of the declaration."""
    shown = [
        FigureShown(kind, row.figures[kind.key], figure_url(kind.key, row.organisation, row.year, row.half))
        for kind in FIGURES
        if kind.key in row.figures
    ]
    return [(group, list(figures)) for group, figures in groupby(shown, key=lambda figure: figure.kind.group)]


def analyses_done(organisations: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
    """Finished analyses whose half-year ends within the period. One query a period."""
    for requirement, period in spans:
        halves = [half for half in (1, 2) if period.starts_on <= half_span(period.year, half)[1] <= period.ends_on]
        rows = Analysis.objects.filter(state=AnalysisState.FINISHED, year=period.year, half__in=halves)
        if organisations is not None:
            rows = rows.filter(organisation__in=organisations)
        for organisation, count in rows.order_by().values_list("organisation_id").annotate(Count("pk")):
            yield organisation, requirement, period.code, count


def _lines(organisation: int, starts_on: date, ends_on: date) -> list[tuple[str, int]]:
    rows = Analysis.objects.filter(organisation=organisation, year=ends_on.year, state=AnalysisState.FINISHED)
    found = set(rows.values_list("half", flat=True))
    return [(str(label), int(value in found)) for value, label in AnalysisHalf.choices]


def _list_url(organisation: int, starts_on: date, ends_on: date) -> str:
    return f"{reverse('oversight:analysis_list')}?{urlencode({'org': organisation, 'year': ends_on.year})}"


MEASURE = Measure(
    "analyses",
    label="机关党建分析研判",
    hint="分析研判定稿后自动计入：上半年、下半年各1次。",
    done=analyses_done,
    lines=_lines,
    url=_list_url,
    capability=Capability.ANALYSIS_VIEW,
    record_url=lambda organisation: f"{reverse('oversight:analysis_create')}?{urlencode({'place': organisation})}",
    record_capability=Capability.ANALYSIS_WRITE,
)
