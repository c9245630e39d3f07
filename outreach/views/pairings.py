"""联村联户: pairings, needs and what was done about them, visits."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers import ledger_export
from outreach.choices import PairingKind
from outreach.choices import VisitForm as VisitForms
from outreach.forms.rows import DayForm
from outreach.forms.village import NeedDoneForm, NeedForm, PairingForm, VisitForm
from outreach.ledgers.village import NeedLedger, PairingLedger
from outreach.models import Pairing, PairingNeed, PairingVisit
from outreach.selectors.places import BRANCH, people_by_id, people_of
from outreach.selectors.village import needs_in_full, next_label, pairings_in_full, visits_in_full
from outreach.services import pairings as services
from outreach.views.pages import Crumbs, act_or_tell, answer, choose_place, listing, may, place_asked, posted
from outreach.views.service import TABS

VIEW, RECORD = Capability.PAIRING_VIEW, Capability.PAIRING_RECORD
PRIVATE = "联系户只用代号，不写群众的姓名、住址、证件号码和电话；平台也没有这些栏。"


@door(VIEW, methods=("GET",))
def pairing_list(request: UserRequest) -> HttpResponse:
    actions = [
        ("从Excel导入", "outreach:pairing_import", "file-import", RECORD),
        ("登记结对", "outreach:pairing_create", "plus", RECORD),
    ]
    return listing(request, PairingLedger, tabs=TABS, actions=actions, note=PRIVATE)


@door(VIEW, methods=("POST",))
def pairing_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, PairingLedger)


@door(RECORD)
def pairing_create(request: UserRequest) -> HttpResponse:
    branch = place_asked(request, RECORD, BRANCH)
    if branch is None:
        return choose_place(request, RECORD, BRANCH, "登记结对")
    form = PairingForm(
        posted(request),
        people=people_of(branch),
        kind=PairingKind.HOUSEHOLD,
        label=next_label(branch),
        starts_on=local_today(),
    )

    def values() -> dict[str, Any]:
        key = form.cleaned_data["member"]
        return form.values | {"member": next(iter(people_by_id(branch, [key])), None) if key else None}

    return answer(
        request,
        form,
        lambda: services.pairing_create(by=request.user, branch=branch, values=values()),
        done="已登记结对。",
        to=_url,
        title="登记结对",
        crumbs=_crumbs(),
        place=branch,
        note=PRIVATE,
    )


@door(VIEW, methods=("GET",))
def pairing_detail(request: UserRequest, pk: int) -> HttpResponse:
    pairing = _pairing(request, pk, VIEW)
    context = {
        "pairing": pairing,
        "needs": pairing.needs.order_by("done_on", "due_on", "pk"),
        "visits": pairing.visits.all(),
        "today": local_today(),
        "may_record": pairing.ends_on is None and may(request.user, RECORD, pairing.organisation.path),
    }
    return render(request, "outreach/pairing_detail.html", context)


@door(RECORD)
def pairing_end(request: UserRequest, pk: int) -> HttpResponse:
    pairing = _pairing(request, pk, RECORD)
    form = DayForm(posted(request), day=("ends_on", "结束日期"), text=("end_reason", "结束原因"))
    return answer(
        request,
        form,
        lambda: services.pairing_end(
            by=request.user,
            pairing=pairing,
            ends_on=form.cleaned_data["ends_on"],
            reason=form.cleaned_data["end_reason"],
        ),
        done="结对已结束。",
        to=_url,
        title=f"结束结对：{pairing}",
        crumbs=_crumbs(pairing),
        place=pairing.organisation,
        note="还没有办结的需求不再提示。",
    )


@door(RECORD)
def need_create(request: UserRequest, pk: int) -> HttpResponse:
    pairing = _pairing(request, pk, RECORD)
    form = NeedForm(posted(request), noted_on=local_today())
    return answer(
        request,
        form,
        lambda: services.need_add(by=request.user, pairing=pairing, values=form.values),
        done="已登记需求。",
        to=lambda need: _url(pairing),
        title=f"登记需求：{pairing}",
        crumbs=_crumbs(pairing),
        place=pairing.organisation,
        note=PRIVATE,
    )


@door(RECORD)
def visit_create(request: UserRequest, pk: int) -> HttpResponse:
    pairing = _pairing(request, pk, RECORD)
    form = VisitForm(posted(request), held_on=local_today(), form=VisitForms.ON_SITE)
    return answer(
        request,
        form,
        lambda: services.visit_record(by=request.user, pairing=pairing, **form.values),
        done="已登记走访。",
        to=lambda visit: _url(pairing),
        title=f"登记走访：{pairing}",
        crumbs=_crumbs(pairing),
        place=pairing.organisation,
        note="只登记哪天、用什么方式走访过。",
    )


@door(RECORD, methods=("POST",))
def visit_remove(request: UserRequest, pk: int) -> HttpResponse:
    visit: PairingVisit = get_visible(visits_in_full(), request.user, RECORD, seen_by=VIEW, pk=pk)
    page = _url(visit.pairing)
    return act_or_tell(
        request,
        lambda: services.visit_remove(by=request.user, visit=visit),
        done="已删除这次走访。",
        to=page,
        back=page,
    )


@door(VIEW, methods=("GET",))
def need_list(request: UserRequest) -> HttpResponse:
    return listing(request, NeedLedger, tabs=TABS, note=PRIVATE)


@door(VIEW, methods=("POST",))
def need_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, NeedLedger)


@door(VIEW, methods=("GET",))
def need_detail(request: UserRequest, pk: int) -> HttpResponse:
    need = _need(request, pk, VIEW)
    is_open = need.done_on is None and need.pairing.ends_on is None
    context = {
        "need": need,
        "late": is_open and need.due_on is not None and need.due_on < local_today(),
        "may_record": is_open and may(request.user, RECORD, need.pairing.organisation.path),
    }
    return render(request, "outreach/need_detail.html", context)


@door(RECORD)
def need_update(request: UserRequest, pk: int) -> HttpResponse:
    need = _need(request, pk, RECORD)
    form = NeedForm(posted(request), row=need)
    return answer(
        request,
        form,
        lambda: services.need_update(by=request.user, need=need, values=form.values),
        done="已保存。",
        to=_need_url,
        title="修改需求",
        crumbs=[*_crumbs(need.pairing), (need.need, _need_url(need))],
        place=need.pairing.organisation,
        note=PRIVATE,
    )


@door(RECORD)
def need_done(request: UserRequest, pk: int) -> HttpResponse:
    need = _need(request, pk, RECORD)
    form = NeedDoneForm(posted(request), initial={"deed": need.deed})
    return answer(
        request,
        form,
        lambda: services.need_done(by=request.user, need=need, **form.cleaned_data),
        done="已办结。",
        to=_need_url,
        title=f"办结：{need.need}",
        crumbs=[*_crumbs(need.pairing), (need.need, _need_url(need))],
        place=need.pairing.organisation,
        submit="办结",
    )


@door(RECORD, methods=("POST",))
def need_remove(request: UserRequest, pk: int) -> HttpResponse:
    need = _need(request, pk, RECORD)
    return act_or_tell(
        request,
        lambda: services.need_remove(by=request.user, need=need),
        done="已删除这个需求。",
        to=_url(need.pairing),
        back=_need_url(need),
    )


def _pairing(request: UserRequest, pk: int, capability: Capability) -> Pairing:
    found: Pairing = get_visible(pairings_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _need(request: UserRequest, pk: int, capability: Capability) -> PairingNeed:
    found: PairingNeed = get_visible(needs_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _url(pairing: Pairing) -> str:
    return reverse("outreach:pairing_detail", args=[pairing.pk])


def _need_url(need: PairingNeed) -> str:
    return reverse("outreach:need_detail", args=[need.pk])


def _crumbs(pairing: Pairing | None = None) -> Crumbs:
    found = [("联村联户", reverse("outreach:pairing_list"))]
    return [*found, (str(pairing), _url(pairing))] if pairing else found
