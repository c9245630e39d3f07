"""专职副书记列席: the list, the year's counts, a page per meeting."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date

from accounts.doors import door, get_visible
from accounts.roles import Capability
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from oversight.choices.sit_ins import SitInKind
from oversight.forms.sit_ins import SitInForm
from oversight.ledgers.paper_filters import recent_years
from oversight.ledgers.sit_ins import SitInLedger
from oversight.models import SitIn
from oversight.policy.sit_ins import RULE
from oversight.selectors import sit_ins as selectors
from oversight.selectors.filings import units_within
from oversight.services import sit_ins as services
from oversight.views.paper_acts import PAPER_TABS, act_now, act_on, choose_place, place_asked, tabs_of

SECTION = ("专职副书记列席", "oversight:sit_in_list")
VIEW, RECORD = Capability.SIT_IN_VIEW, Capability.SIT_IN_RECORD


@door(VIEW, methods=("GET",))
def sit_in_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "tabs": tabs_of(request, PAPER_TABS),
        "may_record": request.user.can(RECORD),
        "import_url": _import_url(request),
        "source": RULE,
    }
    return ledger_page(request, SitInLedger, template="oversight/sit_in_list.html", context=context)


@door(VIEW, methods=("POST",))
def sit_in_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger."""
    return ledger_export(request, SitInLedger)


@door(VIEW, methods=("GET",))
def sit_in_summary(request: UserRequest) -> HttpResponse:
    """The year's counts, unit by unit."""
    years = [year for year, _ in recent_years()][1:]
    year = next((each for each in years if str(each) == request.GET.get("year")), local_today().year)
    kinds = [str(label) for label in SitInKind.labels]
    rows = selectors.sit_in_years(request.user, year)
    context = {
        "tabs": tabs_of(request, PAPER_TABS),
        "year": year,
        "years": years,
        "rows": rows,
        "kinds": kinds,
        "values": SitInKind.values,
        "source": RULE,
    }
    return render(request, "oversight/sit_in_summary.html", context)


@door(RECORD)
def sit_in_create(request: UserRequest) -> HttpResponseBase:
    places = units_within(request.user, RECORD)
    place = place_asked(request, places, RECORD)  # type: ignore[arg-type]
    if place is None:
        return choose_place(request, places, "登记列席情况")  # type: ignore[arg-type]
    form = SitInForm(request.POST or None, people=selectors.deputies_on(place, _day(request)))

    def act(data: dict[str, Any]) -> str:
        row = services.sit_in_record(by=request.user, organisation=place, values=data)
        return reverse("oversight:sit_in_detail", args=[row.pk])

    return act_on(
        request, form, act, title="登记列席情况", back=reverse("oversight:sit_in_list"), submit="登记", done="已登记。",
        source=RULE, subtitle=place.short_name, section=SECTION, place=place,
    )  # fmt: skip


@door(VIEW, methods=("GET",))
def sit_in_detail(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(request, pk, VIEW)
    may_record = request.user.scope(RECORD).covers(row.organisation.path)
    return render(request, "oversight/sit_in_detail.html", {"row": row, "may_record": may_record, "source": RULE})


@door(RECORD)
def sit_in_update(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(request, pk, RECORD)
    people = selectors.deputies_on(row.organisation, _day(request, row.held_on))
    form = SitInForm(request.POST or None, people=people, row=row)
    return act_on(
        request, form, lambda data: services.sit_in_revise(by=request.user, row=row, values=data) and None,
        title="修改列席情况", back=reverse("oversight:sit_in_detail", args=[pk]), subtitle=row.title, section=SECTION,
    )  # fmt: skip


@door(RECORD, methods=("POST",))
def sit_in_remove(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(request, pk, RECORD)

    def act() -> str:
        services.sit_in_remove(by=request.user, row=row)
        return reverse("oversight:sit_in_list")

    return act_now(request, act, back=reverse("oversight:sit_in_detail", args=[pk]), done="已删除这次登记。")


def _day(request: UserRequest, default: date | None = None) -> date:
    try:
        day = parse_date(request.POST.get("held_on", ""))
    except ValueError:
        day = None
    return day or default or local_today()


def _row(request: UserRequest, pk: int, capability: Capability) -> SitIn:
    found: SitIn = get_visible(selectors.sit_ins_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _import_url(request: UserRequest) -> str:
    """The import of the only unit within reach; "" where there is none, or several."""
    units = list(units_within(request.user, RECORD)[:2])
    return reverse("oversight:sit_in_import", args=[units[0].pk]) if len(units) == 1 else ""
