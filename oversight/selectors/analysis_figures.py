"""The figures that an analysis begins with, read from the records by a day; and the rows that each opens to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.urls import reverse

from branches.choices import MeetingKind, MeetingStatus, MemberCategory
from branches.models import DuesMonth, Meeting, Member, Obligation, Organisation, Talk, Term
from branches.selectors.obligations import state_query
from branches.selectors.terms import due_among
from core.periods import Freq, Period, periods_between
from oversight.policy.analyses import half_quarters, half_span

KINDS_COUNTED = {
    "assemblies": MeetingKind.ASSEMBLY,
    "committees": MeetingKind.COMMITTEE,
    "theme_days": MeetingKind.THEME_DAY,
    "lectures": MeetingKind.LECTURE,
}
TERM_STATES = {"terms_over": "overdue", "terms_soon": "reminder"}


def figures_of(organisation: Organisation, year: int, half: int, today: date) -> dict[str, Any]:
    """Every figure by its key (oversight/policy/analyses.py) below the organisation. A dozen queries."""
    path, span = organisation.path, half_span(year, half)
    return {
        "branches": Organisation.objects.under(path).branches().active().count(),
        **_people(path),
        **_terms(path, today),
        **_meetings(path, span),
        "talks": Talk.objects.filter(organisation__path__startswith=path, held_on__range=span).count(),
        **_obligations(path, year, half, today),
        **_dues(path, year, half, today),
    }


def _people(path: str) -> dict[str, int]:
    rows = Member.objects.current().filter(organisation__path__startswith=path).order_by()
    found = dict(rows.values_list("category").annotate(Count("pk")))
    return {"full": found.get(MemberCategory.FULL, 0), "probationary": found.get(MemberCategory.PROBATIONARY, 0)}


def _terms(path: str, today: date) -> dict[str, int]:
    states = [due.state for due in due_among(Term.objects.open().filter(organisation__path__startswith=path), today)]
    return {key: sum(state == wanted for state in states) for key, wanted in TERM_STATES.items()}


def _meetings(path: str, span: tuple[date, date]) -> dict[str, int]:
    logs = Meeting.objects.filter(
        organisation__path__startswith=path, held_on__range=span, status=MeetingStatus.SUBMITTED
    )
    counts = {key: Count("pk", filter=Q(counts__kind=kind), distinct=True) for key, kind in KINDS_COUNTED.items()}
    return dict(logs.order_by().aggregate(meetings=Count("pk", distinct=True), **counts))


def _obligations(path: str, year: int, half: int, today: date) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, number in enumerate(half_quarters(half), start=1):
        quarter = Period(Freq.QUARTER, year, number)
        months = periods_between(Freq.MONTH, quarter.starts_on, quarter.ends_on)
        codes = [quarter.code, *(month.code for month in months)]
        rows = Obligation.objects.filter(organisation__path__startswith=path, period__in=codes)
        counted = rows.order_by().aggregate(
            asked=Count("pk"),
            met=Count("pk", filter=state_query("done", today)),
            overdue=Count("pk", filter=state_query("overdue", today)),
        )
        found |= {f"{key}_{place}": value for key, value in counted.items()}
    return found


def _dues(path: str, year: int, half: int, today: date) -> dict[str, str]:
    """Yuan, of the months that have begun."""
    months = [month for month in range(6 * half - 5, 6 * half + 1) if date(year, month, 1) <= today]
    rows = DuesMonth.objects.filter(organisation__path__startswith=path, year=year, month__in=months)
    sums = rows.order_by().aggregate(due=Sum("due"), paid=Sum("paid"))
    return {f"dues_{key}": f"{value or Decimal():.2f}" for key, value in sums.items()}


def figure_url(key: str, organisation: Organisation, year: int, half: int) -> str:
    """Where the rows of a figure are listed as they stand today."""
    start, end = half_span(year, half)
    here: dict[str, Any] = {"org": organisation.pk} if organisation.depth > 1 else {}
    held = here | {"held_from": start.isoformat(), "held_to": end.isoformat()}
    counted = {"counted": KINDS_COUNTED[key].value} if key in KINDS_COUNTED else {}
    if key == "meetings" or counted:
        return _url("branches:meeting_list", held | counted | {"status": "submitted"})
    places = {
        "branches": ("branches:organisation_list", here | {"kind": "branch", "status": "active"}),
        "full": ("branches:member_list", here | {"category": key}),
        "probationary": ("branches:member_list", here | {"category": key}),
        "terms_over": ("branches:term_list", here | {"state": TERM_STATES["terms_over"]}),
        "terms_soon": ("branches:term_list", here | {"state": TERM_STATES["terms_soon"]}),
        "talks": ("branches:talk_list", held),
        "dues_due": ("branches:dues_home", {"year": year}),
        "dues_paid": ("branches:dues_home", {"year": year}),
    }
    return _url(*places[key]) if key in places else _obligations_url(key, here, year, half)


def _obligations_url(key: str, here: dict[str, Any], year: int, half: int) -> str:
    what, _, place = key.partition("_")
    quarter = Period(Freq.QUARTER, year, half_quarters(half)[int(place) - 1])
    state = {"met": {"state": "done"}, "overdue": {"state": "overdue"}}.get(what, {})
    return _url("branches:obligation_list", here | {"period": quarter.code} | state)


def _url(name: str, query: dict[str, Any]) -> str:
    return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)
