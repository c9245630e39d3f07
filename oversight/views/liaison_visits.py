"""Visits: the list, one visit with what was found, and writing one down."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Organisation
from branches.selectors.worklists import worklist_view
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from oversight.forms.liaison import LiaisonVisitForm, VisitRecordForm
from oversight.ledgers.liaison import VisitLedger
from oversight.models import LiaisonArea, LiaisonVisit
from oversight.selectors import liaison as selectors
from oversight.services import liaison_visits as services
from oversight.views.paper_acts import act_now, act_on

SECTION = ("走访联系", "oversight:visit_list")
VIEW, RECORD = Capability.LIAISON_VIEW, Capability.LIAISON_RECORD
LIGHT = "走访不要求被走访单位报送材料、书面汇报或陪同；下面的情况由平台给出。"


@door(VIEW, methods=("GET",))
def visit_list(request: UserRequest) -> HttpResponse:
    return ledger_page(request, VisitLedger, template="oversight/visit_list.html")


@door(VIEW, methods=("POST",))
def visit_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger; not everybody who holds it may see visits."""
    return ledger_export(request, VisitLedger)


@door(VIEW, methods=("GET",))
def visit_detail(request: UserRequest, pk: int) -> HttpResponse:
    visit = _visit(request, pk, VIEW)
    context = {
        "visit": visit,
        "worklist": worklist_view(request.user, visit.worklist),
        "may_record": request.user.scope(RECORD).covers(visit.area.organisation.path),
    }
    return render(request, "oversight/visit_detail.html", context)


@door(RECORD)
def visit_create(request: UserRequest, area: int) -> HttpResponse:
    """How the chosen unit stands is shown beside the form, so that nobody prepares material."""
    held: LiaisonArea = get_visible(selectors.areas_in_full(), request.user, RECORD, seen_by=VIEW, pk=area)
    places = selectors.visited_places(held, local_today())
    chosen = _chosen(places, request.GET.get("organisation", ""))
    form = VisitRecordForm(
        request.POST or None, places=places, visitors=" ".join(filter(None, [held.leader_post, held.leader])),
        organisation=chosen,
    )  # fmt: skip

    def act(data: dict[str, Any]) -> str:
        visit = services.visit_record(
            by=request.user,
            area=held,
            organisation=data["organisation"],
            values=form.values(),
            findings=data["findings"].splitlines(),
            due_on=data["due_on"],
        )
        return reverse("oversight:visit_detail", args=[visit.pk])

    return act_on(
        request, form, act,
        title="登记走访", submit="登记", back=reverse("oversight:area_detail", args=[area]), section=SECTION,
        subtitle=held.name, done="走访已登记。", source=LIGHT, template="oversight/visit_form.html", area=held,
        chosen=chosen, facts=selectors.visit_facts(chosen) if chosen else (),
    )  # fmt: skip


@door(RECORD)
def visit_update(request: UserRequest, pk: int) -> HttpResponse:
    visit = _visit(request, pk, RECORD)
    form = LiaisonVisitForm(request.POST or None, visit=visit)

    def act(data: dict[str, Any]) -> None:
        services.visit_update(by=request.user, visit=visit, values=form.values(), expected_revision=data["revision"])

    back = reverse("oversight:visit_detail", args=[pk])
    return act_on(
        request, form, act, title="修改走访登记", back=back, section=SECTION, subtitle=visit.organisation.short_name
    )


@door(RECORD, methods=("POST",))
def visit_remove(request: UserRequest, pk: int) -> HttpResponse:
    visit = _visit(request, pk, RECORD)
    area = reverse("oversight:area_detail", args=[visit.area_id])

    def act() -> str:
        services.visit_remove(by=request.user, visit=visit)
        return area

    return act_now(request, act, back=reverse("oversight:visit_detail", args=[pk]), done="已删除这次走访的登记。")


def _visit(request: UserRequest, pk: int, capability: Capability) -> LiaisonVisit:
    found: LiaisonVisit = get_visible(selectors.visits_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _chosen(places: Any, named: str) -> Organisation | None:
    found: Organisation | None = places.filter(pk=int(named)).first() if named.isdecimal() and len(named) < 19 else None
    return found
