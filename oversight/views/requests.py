"""请示报告: the ledger of both sides, sending one level up, and answering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Organisation
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from oversight.forms.filings import ReasonForm
from oversight.forms.requests import ReplyForm, RequestForm, TermForm
from oversight.ledgers.requests import RequestLedger
from oversight.models import OfficialRequest
from oversight.policy.requests import DEFAULT_WORKDAYS, RULE
from oversight.selectors import requests as selectors
from oversight.services import requests as services
from oversight.views.paper_acts import PAPER_TABS, act_now, act_on, choose_place, place_asked, refuse_unless, tabs_of

SECTION = ("请示报告", "oversight:request_list")
VIEW, SUBMIT, REPLY = Capability.REQUEST_VIEW, Capability.REQUEST_SUBMIT, Capability.REQUEST_REPLY


@door(VIEW, methods=("GET",))
def request_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "tabs": tabs_of(request, PAPER_TABS),
        "may_send": request.user.can(SUBMIT),
        "may_set": request.user.scope(REPLY).everything,
        "term": selectors.term_workdays(local_today()),
        "source": RULE,
    }
    return ledger_page(request, RequestLedger, template="oversight/request_list.html", context=context)


@door(VIEW, methods=("POST",))
def request_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger."""
    return ledger_export(request, RequestLedger)


@door(SUBMIT)
def request_create(request: UserRequest) -> HttpResponseBase:
    places = selectors.senders(request.user)
    place = place_asked(request, places, SUBMIT)
    if place is None:
        return choose_place(request, places, "报送请示报告")
    above = selectors.superior_of(place)
    form = RequestForm(request.POST or None, model=_model(request, place))

    def act(data: dict[str, Any]) -> str:
        asked_by = data.pop("asked_by")
        row = services.request_send(by=request.user, organisation=place, values=data, asked_by=asked_by)
        return reverse("oversight:request_detail", args=[row.pk])

    subtitle = f"{place.short_name} → {above.short_name}" if above else place.short_name
    return act_on(
        request, form, act, title="报送请示报告", back=reverse("oversight:request_list"), submit="报送",
        done="已报送，答复期限已开始计算。", source=RULE, subtitle=subtitle, section=SECTION, place=place,
    )  # fmt: skip


@door(VIEW, methods=("GET",))
def request_detail(request: UserRequest, pk: int) -> HttpResponse:
    page = selectors.request_page(request.user, _row(request, pk, VIEW))
    return render(request, "oversight/request_detail.html", {"page": page, "row": page.row, "source": RULE})


@door(REPLY)
def request_reply(request: UserRequest, pk: int) -> HttpResponse:
    row = _answered(request, pk)
    return act_on(
        request, ReplyForm(request.POST or None),
        lambda data: services.request_reply(by=request.user, row=row, **data) and None,
        title="答复请示", back=_url(row), submit="答复", subtitle=row.matter, section=SECTION,
    )  # fmt: skip


@door(REPLY)
def request_return(request: UserRequest, pk: int) -> HttpResponse:
    row = _answered(request, pk)
    return act_on(
        request, ReasonForm(request.POST or None),
        lambda data: services.request_return(by=request.user, row=row, **data) and None,
        title="退回", back=_url(row), submit="退回", subtitle=row.matter, section=SECTION,
    )  # fmt: skip


@door(REPLY, methods=("POST",))
def request_note(request: UserRequest, pk: int) -> HttpResponse:
    row = _answered(request, pk)
    return _now(request, row, services.report_note, "已登记阅过。")


@door(SUBMIT, methods=("POST",))
def request_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    return _now(request, _sent(request, pk), services.request_withdraw, "已撤回。")


@door(SUBMIT, methods=("POST",))
def request_finish(request: UserRequest, pk: int) -> HttpResponse:
    return _now(request, _sent(request, pk), services.request_finish, "已办结。")


@door(REPLY)
def request_term(request: UserRequest) -> HttpResponseBase:
    """The usual term of a reply: the committee's setting."""
    root: Organisation = get_visible(Organisation.objects.all(), request.user, REPLY, seen_by=REPLY, depth=1)
    return act_on(
        request, TermForm(request.POST or None),
        lambda data: services.request_term_set(by=request.user, organisation=root, **data) and None,
        title="答复期限", back=reverse("oversight:request_term"), submit="设定", section=SECTION,
        template="oversight/request_term.html", terms=selectors.terms_all(), default=DEFAULT_WORKDAYS,
    )  # fmt: skip


def _model(request: UserRequest, place: Organisation) -> OfficialRequest | None:
    """A returned or withdrawn one of the same organisation that is sent again: nothing is typed twice."""
    named = request.GET.get("again", "")
    if not (named.isascii() and named.isdigit() and len(named) <= 18):
        return None
    rows = selectors.requests_in_full().visible_to(request.user, SUBMIT)
    found: OfficialRequest | None = rows.filter(pk=int(named), organisation=place).first()
    return found


def _now(request: UserRequest, row: OfficialRequest, verb: Callable[..., Any], done: str) -> HttpResponse:
    return act_now(request, lambda: verb(by=request.user, row=row) and None, back=_url(row), done=done)


def _url(row: OfficialRequest) -> str:
    return reverse("oversight:request_detail", args=[row.pk])


def _answered(request: UserRequest, pk: int) -> OfficialRequest:
    row = _row(request, pk, REPLY)
    mine = selectors.is_addressee(request.user, row) and row.by_id != request.user.pk
    refuse_unless(mine, "由主送单位的其他同志答复。")
    return row


def _sent(request: UserRequest, pk: int) -> OfficialRequest:
    row = _row(request, pk, SUBMIT)
    refuse_unless(selectors.is_sender(request.user, row), "由报送单位办理。")
    return row


def _row(request: UserRequest, pk: int, capability: Capability) -> OfficialRequest:
    rows = selectors.requests_in_full()
    found: OfficialRequest = get_visible(rows, request.user, capability, seen_by=VIEW, pk=pk)
    return found
