"""分片区联系指导: areas with their units, and how many visits are owed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Organisation
from core.actors import UserRequest
from core.calendar import local_today
from oversight.forms.liaison import AreaForm, EndForm, UnitsForm, VisitsRuleForm
from oversight.models import LiaisonArea, LiaisonUnit
from oversight.policy.liaison import half_of
from oversight.selectors import liaison as selectors
from oversight.services import liaison as services
from oversight.views.paper_acts import act_on
from oversight.views.running import work_sections

SECTION = ("片区联系", "oversight:area_list")
VIEW, RECORD = Capability.LIAISON_VIEW, Capability.LIAISON_RECORD


@door(VIEW, methods=("GET",))
def area_list(request: UserRequest) -> HttpResponse:
    context = {
        "sections": work_sections(request.user),
        "areas": selectors.area_lines(request.user),
        "half": half_of(local_today()),
        "free": selectors.units_free(local_today()) if request.user.can(RECORD) else (),
        "may_record": request.user.can(RECORD),
    }
    return render(request, "oversight/area_list.html", context)


@door(VIEW, methods=("GET",))
def area_detail(request: UserRequest, pk: int) -> HttpResponse:
    area = _area(request, pk, VIEW)
    return render(request, "oversight/area_detail.html", {"page": selectors.area_page(request.user, area)})


@door(RECORD)
def area_create(request: UserRequest) -> HttpResponse:
    root = get_visible(Organisation.objects.filter(depth=1), request.user, RECORD, seen_by=RECORD)
    form = AreaForm(request.POST or None)

    def act(data: dict[str, Any]) -> str:
        area = services.area_create(by=request.user, organisation=root, values=form.values())
        return reverse("oversight:area_detail", args=[area.pk])

    back = reverse("oversight:area_list")
    return act_on(request, form, act, title="设立片区", back=back, section=SECTION, done="片区已设立，接着编入单位。")


@door(RECORD)
def area_update(request: UserRequest, pk: int) -> HttpResponse:
    area = _area(request, pk, RECORD)
    form = AreaForm(request.POST or None, area=area)

    def act(data: dict[str, Any]) -> None:
        services.area_update(by=request.user, area=area, values=form.values(), expected_revision=data["revision"])

    return _acted(request, area, form, act, title="修改片区", done="片区已修改。")


@door(RECORD)
def area_end(request: UserRequest, pk: int) -> HttpResponse:
    area = _area(request, pk, RECORD)
    form = EndForm(request.POST or None, reasoned=True)
    return _acted(
        request, area, form, lambda data: services.area_end(by=request.user, area=area, **data),
        title="停用片区", submit="停用", done="片区已停用，单位同时移出。",
    )  # fmt: skip


@door(RECORD)
def units_add(request: UserRequest, pk: int) -> HttpResponse:
    area = _area(request, pk, RECORD)
    form = UnitsForm(request.POST or None, units=selectors.units_free(local_today()))
    return _acted(
        request, area, form, lambda data: services.units_add(by=request.user, area=area, **data),
        title="编入单位", submit="编入", done="已编入片区。", template="oversight/units_form.html",
    )  # fmt: skip


@door(RECORD)
def unit_leave(request: UserRequest, pk: int) -> HttpResponse:
    rows = LiaisonUnit.objects.select_related("area__organisation", "unit")
    row: LiaisonUnit = get_visible(rows, request.user, RECORD, seen_by=VIEW, pk=pk)
    form = EndForm(request.POST or None)
    return _acted(
        request, row.area, form, lambda data: services.unit_leave(by=request.user, row=row, ends_on=data["ends_on"]),
        title=f"移出片区：{row.unit.short_name}", submit="移出", done="已移出片区。",
    )  # fmt: skip


@door(RECORD)
def visits_rule(request: UserRequest) -> HttpResponse:
    get_visible(Organisation.objects.filter(depth=1), request.user, RECORD, seen_by=RECORD)
    form = VisitsRuleForm(request.POST or None)
    return act_on(
        request, form, lambda data: services.visits_set(by=request.user, **data) and None,
        title="走访次数设置", back=reverse("oversight:visits_rule"), section=SECTION, done="已设定。",
        template="oversight/visits_rule.html", rules=selectors.rules_all(), standard=selectors.DEFAULT_VISITS,
    )  # fmt: skip


def _area(request: UserRequest, pk: int, capability: Capability) -> LiaisonArea:
    found: LiaisonArea = get_visible(selectors.areas_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _acted(request: UserRequest, area: LiaisonArea, form: Any, act: Any, **words: Any) -> HttpResponse:
    back = reverse("oversight:area_detail", args=[area.pk])
    return act_on(request, form, act, back=back, section=SECTION, subtitle=area.name, **words)
