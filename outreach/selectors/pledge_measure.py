"""承诺践诺 as a measure of obligations (S03): whether a branch published pledges in a year, never how many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from accounts.roles import Capability
from branches.services.measures import Figure, Measure, MeasureSpan
from outreach.choices import PledgeState
from outreach.models import Pledge

PLEDGES = "pledges"
_OPEN = (PledgeState.PUBLISHED, PledgeState.JUDGED)


def pledges_done(branches: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
    """1 for every branch with a published pledge of the year. One query a period."""
    for requirement, period in spans:
        rows = Pledge.objects.filter(year=period.starts_on.year, state__in=_OPEN).order_by()
        if branches is not None:
            rows = rows.filter(organisation__in=branches)
        for branch in rows.values_list("organisation_id", flat=True).distinct():
            yield branch, requirement, period.code, 1


def pledge_lines(branch: int, starts_on: date, ends_on: date) -> list[tuple[str, int]]:
    """How many pledges stand in each state."""
    rows = Pledge.objects.filter(organisation=branch, year=starts_on.year).order_by()
    found: dict[str, int] = dict(rows.values_list("state").annotate(Count("pk")))
    return [(str(label), found.get(value, 0)) for value, label in PledgeState.choices]


def _list_url(branch: int, starts_on: date, ends_on: date) -> str:
    return f"{reverse('outreach:pledge_list')}?{urlencode({'org': branch, 'year': starts_on.year})}"


def _record_url(branch: int) -> str:
    return f"{reverse('outreach:pledge_review')}?{urlencode({'branch': branch})}"


MEASURE = Measure(
    PLEDGES,
    label="承诺践诺",
    hint="党员提出承诺、支部审核并公诺后自动计入。",
    done=pledges_done,
    lines=pledge_lines,
    url=_list_url,
    capability=Capability.VANGUARD_VIEW,
    record_url=_record_url,
    record_capability=Capability.PLEDGE_REVIEW,
)
