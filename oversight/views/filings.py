"""规范性文件备案: the list, the reconciliation of a year, a page per document, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from oversight.forms import filings as form_classes
from oversight.ledgers.filings import FilingLedger
from oversight.ledgers.paper_filters import recent_years
from oversight.models import Filing
from oversight.policy.filings import FILING_RULE, REVIEW_RULE
from oversight.selectors import filings as selectors
from oversight.services import filings as services
from oversight.views.paper_acts import PAPER_TABS, act_now, act_on, choose_place, place_asked, refuse_unless, tabs_of

SECTION = ("规范性文件备案", "oversight:filing_list")
WRONG_STATE = "这份文件现在不能这样办理，或须由其他同志办理。"


@door(Capability.FILING_VIEW, methods=("GET",))
def filing_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "tabs": tabs_of(request, PAPER_TABS),
        "may_submit": request.user.can(Capability.FILING_SUBMIT),
        "import_url": _import_url(request),
        "source": FILING_RULE,
    }
    return ledger_page(request, FilingLedger, template="oversight/filing_list.html", context=context)


@door(Capability.FILING_VIEW, methods=("POST",))
def filing_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger."""
    return ledger_export(request, FilingLedger)


@door(Capability.FILING_VIEW, methods=("GET",))
def filing_reconcile(request: UserRequest) -> HttpResponse:
    """有件必备: what was issued in a year against what was filed."""
    years = [year for year, _ in recent_years()][1:]
    year = next((each for each in years if str(each) == request.GET.get("year")), local_today().year)
    rows = selectors.filings_reconciled(request.user, year)
    context = {"tabs": tabs_of(request, PAPER_TABS), "year": year, "years": years, "rows": rows, "source": FILING_RULE}
    return render(request, "oversight/filing_reconcile.html", context)


@door(Capability.FILING_SUBMIT)
def filing_create(request: UserRequest) -> HttpResponseBase:
    places = selectors.units_within(request.user, Capability.FILING_SUBMIT)
    place = place_asked(request, places, Capability.FILING_SUBMIT)  # type: ignore[arg-type]
    if place is None:
        return choose_place(request, places, "登记规范性文件")  # type: ignore[arg-type]

    def act(data: dict[str, Any]) -> str:
        filing = services.filing_register(by=request.user, organisation=place, values=data)
        return reverse("oversight:filing_detail", args=[filing.pk])

    return act_on(
        request, form_classes.FilingForm(request.POST or None), act,
        title="登记规范性文件", back=reverse("oversight:filing_list"), submit="登记", done="已登记。",
        subtitle=place.short_name, section=SECTION, place=place,
    )  # fmt: skip


@door(Capability.FILING_VIEW, methods=("GET",))
def filing_detail(request: UserRequest, pk: int) -> HttpResponse:
    page = selectors.filing_page(request.user, _filing(request, pk, Capability.FILING_VIEW))
    context = {"page": page, "filing": page.filing, "filing_rule": FILING_RULE, "review_rule": REVIEW_RULE}
    return render(request, "oversight/filing_detail.html", context)


@door(Capability.FILING_SUBMIT)
def filing_update(request: UserRequest, pk: int) -> HttpResponse:
    filing = _filing(request, pk, Capability.FILING_SUBMIT)
    form = form_classes.FilingForm(request.POST or None, filing=filing)
    return _act(
        request, filing, form, "修改登记", lambda data: services.filing_revise(values=data, **_who(request, filing))
    )


@door(Capability.FILING_SUBMIT, methods=("POST",))
def filing_remove(request: UserRequest, pk: int) -> HttpResponse:
    filing = _filing(request, pk, Capability.FILING_SUBMIT)

    def act() -> str:
        services.filing_remove(by=request.user, filing=filing)
        return reverse("oversight:filing_list")

    return act_now(request, act, back=reverse("oversight:filing_detail", args=[pk]), done="已删除这份登记。")


@door(Capability.FILING_SUBMIT)
def filing_submit(request: UserRequest, pk: int) -> HttpResponse:
    filing = _filing(request, pk, Capability.FILING_SUBMIT)
    form = form_classes.FilingSubmitForm(request.POST or None, filing=filing)
    return _act(request, filing, form, "报备", lambda data: services.filing_submit(**data, **_who(request, filing)))


@door(Capability.FILING_SUBMIT)
def filing_correct(request: UserRequest, pk: int) -> HttpResponse:
    filing = _filing(request, pk, Capability.FILING_SUBMIT)
    form = form_classes.FilingCorrectForm(request.POST or None)
    return _act(
        request, filing, form, "报告纠正情况", lambda data: services.filing_correct(**data, **_who(request, filing))
    )


@door(Capability.FILING_REVIEW)
def filing_receive(request: UserRequest, pk: int) -> HttpResponse:
    filing = _reviewed(request, pk)
    form = form_classes.FilingReceiveForm(request.POST or None)
    return _act(
        request, filing, form, "接收备案", lambda data: services.filing_receive(**data, **_who(request, filing))
    )


@door(Capability.FILING_REVIEW)
def filing_return(request: UserRequest, pk: int) -> HttpResponse:
    filing = _reviewed(request, pk)
    form = form_classes.ReasonForm(request.POST or None)
    return _act(request, filing, form, "退回补正", lambda data: services.filing_return(**data, **_who(request, filing)))


@door(Capability.FILING_REVIEW)
def filing_extend(request: UserRequest, pk: int) -> HttpResponse:
    filing = _reviewed(request, pk)
    form = form_classes.ReviewExtendForm(request.POST or None)
    return _act(request, filing, form, "延长审查", lambda data: services.review_extend(**data, **_who(request, filing)))


@door(Capability.FILING_REVIEW)
def filing_decide(request: UserRequest, pk: int) -> HttpResponse:
    filing = _reviewed(request, pk)
    form = form_classes.ReviewDecideForm(request.POST or None)
    return _act(
        request, filing, form, "作出审查意见", lambda data: services.review_decide(**data, **_who(request, filing))
    )


def _who(request: UserRequest, filing: Filing) -> dict[str, Any]:
    return {"by": request.user, "filing": filing}


def _act(
    request: UserRequest, filing: Filing, form: forms.Form, title: str, act: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    back = reverse("oversight:filing_detail", args=[filing.pk])
    return act_on(
        request, form, lambda data: act(data) and None, title=title, back=back, submit=title, subtitle=filing.name,
        section=SECTION,
    )  # fmt: skip


def _reviewed(request: UserRequest, pk: int) -> Filing:
    """The filing, for somebody else than who filed it (the mark # of the matrix)."""
    filing = _filing(request, pk, Capability.FILING_REVIEW)
    refuse_unless(request.user.pk not in (filing.by_id, filing.filed_by_id), WRONG_STATE)
    return filing


def _filing(request: UserRequest, pk: int, capability: Capability) -> Filing:
    rows, seen = selectors.filings_in_full(), Capability.FILING_VIEW
    found: Filing = get_visible(rows, request.user, capability, seen_by=seen, pk=pk)
    return found


def _import_url(request: UserRequest) -> str:
    """The import of the only unit within reach; "" where there is none, or several."""
    units = list(selectors.units_within(request.user, Capability.FILING_SUBMIT)[:2])
    return reverse("oversight:filing_import", args=[units[0].pk]) if len(units) == 1 else ""
