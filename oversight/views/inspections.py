"""督查检查考核: opened from the plan, read in the portal, ended; and how often each was inspected."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.selectors.worklists import worklist_view
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from oversight.forms.filings import ReasonForm
from oversight.forms.inspections import InspectionForm, ResultForm
from oversight.ledgers.inspections import InspectionLedger
from oversight.models import Inspection, InspectionEntry
from oversight.policy.inspections import RULE, burden_words
from oversight.selectors import inspections as selectors
from oversight.services import inspections as services
from oversight.views.paper_acts import INSPECTION_TABS, act_on, tabs_of

SECTION = ("督查检查考核", "oversight:inspection_list")
VIEW, WRITE = Capability.INSPECTION_VIEW, Capability.INSPECTION_WRITE


@door(VIEW, methods=("GET",))
def inspection_list(request: UserRequest) -> HttpResponseBase:
    context = {"tabs": tabs_of(request, INSPECTION_TABS), "may_write": request.user.can(WRITE), "source": RULE}
    return ledger_page(request, InspectionLedger, template="oversight/inspection_list.html", context=context)


@door(VIEW, methods=("POST",))
def inspection_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger."""
    return ledger_export(request, InspectionLedger)


@door(VIEW, methods=("GET",))
def inspection_burden(request: UserRequest) -> HttpResponse:
    """How often each was inspected in a year, and what it cost."""
    years = selectors.inspection_years()[1:]
    year = next((each for each in years if str(each) == request.GET.get("year")), local_today().year)
    rows = selectors.inspections_by_target(request.user, year)
    shown = [(row, burden_words(row.minutes)) for row in rows]
    context = {"tabs": tabs_of(request, INSPECTION_TABS),
        "year": year, "years": years, "rows": shown, "count": sum(row.count for row in rows),
        "total": burden_words(sum(row.minutes for row in rows)), "source": RULE,
    }  # fmt: skip
    return render(request, "oversight/inspection_burden.html", context)


@door(WRITE)
def inspection_create(request: UserRequest, pk: int) -> HttpResponse:
    """Open an inspection of an item of the plan: the only way to one (N16)."""
    entry: InspectionEntry = get_visible(selectors.entries_in_full(), request.user, WRITE, seen_by=VIEW, pk=pk)
    form = InspectionForm(request.POST or None, places=selectors.targets_of_plan(entry.plan))

    def act(data: dict[str, Any]) -> str:
        data["targets"] = list(data["targets"])
        row = services.inspection_open(by=request.user, entry=entry, **data)
        return reverse("oversight:inspection_detail", args=[row.pk])

    return act_on(
        request, form, act, title="开展督查检查考核",
        back=reverse("oversight:inspection_plan_detail", args=[entry.plan_id]), submit="开展", done="已按计划开展。",
        source=RULE, subtitle=entry.title, section=SECTION,
    )  # fmt: skip


@door(VIEW, methods=("GET",))
def inspection_detail(request: UserRequest, pk: int) -> HttpResponse:
    page = selectors.inspection_page(request.user, _row(request, pk, VIEW))
    context = {
        "page": page,
        "row": page.row,
        "entry": page.row.slot.entry,
        "burden": burden_words(page.burden),
        "worklist": worklist_view(request.user, page.row.worklist),
        "source": RULE,
    }
    return render(request, "oversight/inspection_detail.html", context)


@door(WRITE)
def inspection_finish(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(request, pk, WRITE)
    return act_on(
        request, ResultForm(request.POST or None),
        lambda data: services.inspection_finish(by=request.user, row=row, **data) and None,
        title="结束督查检查考核", back=_url(pk), submit="结束", subtitle=row.slot.entry.title, section=SECTION,
    )  # fmt: skip


@door(WRITE)
def inspection_cancel(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(request, pk, WRITE)
    return act_on(
        request, ReasonForm(request.POST or None),
        lambda data: services.inspection_cancel(by=request.user, row=row, **data) and None,
        title="取消督查检查考核", back=_url(pk), submit="确定取消", subtitle=row.slot.entry.title, section=SECTION,
    )  # fmt: skip


def _url(pk: int) -> str:
    return reverse("oversight:inspection_detail", args=[pk])


def _row(request: UserRequest, pk: int, capability: Capability) -> Inspection:
    found: Inspection = get_visible(selectors.inspections_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found
