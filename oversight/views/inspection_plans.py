"""督查检查考核计划: the list, a page per plan with its items, approval, limits."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Organisation
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page
from oversight.forms.filings import ReasonForm
from oversight.forms.inspections import EntryForm, LimitForm, PlanApproveForm, PlanBeginForm
from oversight.ledgers.inspections import InspectionEntryLedger, InspectionPlanLedger
from oversight.models import InspectionEntry, InspectionPlan
from oversight.policy.inspections import RULE, burden_words
from oversight.selectors import inspections as selectors
from oversight.services import inspection_plans as services
from oversight.views.paper_acts import (
    INSPECTION_TABS,
    act_now,
    act_on,
    choose_place,
    place_asked,
    refuse_unless,
    tabs_of,
)

SECTION = ("督查检查考核计划", "oversight:inspection_plan_list")
VIEW, WRITE, APPROVE = Capability.INSPECTION_VIEW, Capability.INSPECTION_WRITE, Capability.INSPECTION_APPROVE


@door(VIEW, methods=("GET",))
def inspection_plan_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "tabs": tabs_of(request, INSPECTION_TABS),
        "may_write": request.user.can(WRITE),
        "may_limit": request.user.can(APPROVE),
        "limits": selectors.limits_all(),
        "source": RULE,
    }
    return ledger_page(request, InspectionPlanLedger, template="oversight/inspection_plan_list.html", context=context)


@door(VIEW, methods=("POST",))
def inspection_plan_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger."""
    return ledger_export(request, InspectionPlanLedger)


@door(VIEW, methods=("GET",))
def inspection_entry_list(request: UserRequest) -> HttpResponseBase:
    """Every item of the plans that the reader sees."""
    context = {"tabs": tabs_of(request, INSPECTION_TABS)}
    return ledger_page(request, InspectionEntryLedger, template="oversight/inspection_entry_list.html", context=context)


@door(VIEW, methods=("POST",))
def inspection_entry_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger."""
    return ledger_export(request, InspectionEntryLedger)


@door(WRITE)
def inspection_plan_create(request: UserRequest) -> HttpResponseBase:
    places = selectors.plan_places(request.user)
    place = place_asked(request, places, WRITE)
    if place is None:
        return choose_place(request, places, "编制督查检查考核计划")

    def act(data: dict[str, Any]) -> str:
        plan = services.plan_create(by=request.user, organisation=place, year=data["year"])
        return reverse("oversight:inspection_plan_detail", args=[plan.pk])

    return act_on(
        request, PlanBeginForm(request.POST or None), act,
        title="编制督查检查考核计划", back=reverse("oversight:inspection_plan_list"), submit="开始编制",
        done="请逐项填写，或从 Excel 导入。", source=RULE, subtitle=place.short_name, section=SECTION, place=place,
    )  # fmt: skip


@door(VIEW, methods=("GET",))
def inspection_plan_detail(request: UserRequest, pk: int) -> HttpResponse:
    page = selectors.plan_page(request.user, _plan(request, pk, VIEW))
    context = {"page": page, "plan": page.plan, "source": RULE, "burden": burden_words(page.burden)}
    return render(request, "oversight/inspection_plan_detail.html", context)


@door(WRITE)
def inspection_entry_create(request: UserRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk, WRITE)
    form = EntryForm(request.POST or None)
    return act_on(
        request, form, lambda data: services.entry_save(by=request.user, plan=plan, values=data) and None,
        title="添加事项", back=_url(plan), done="已添加。", source=RULE, subtitle=str(plan), section=SECTION,
    )  # fmt: skip


@door(WRITE)
def inspection_entry_update(request: UserRequest, pk: int) -> HttpResponse:
    entry = _entry(request, pk)
    form = EntryForm(request.POST or None, entry=entry)
    return act_on(
        request, form,
        lambda data: services.entry_save(by=request.user, plan=entry.plan, values=data, entry=entry) and None,
        title="修改事项", back=_url(entry.plan), done="已保存。", subtitle=entry.title, section=SECTION,
    )  # fmt: skip


@door(WRITE, methods=("POST",))
def inspection_entry_remove(request: UserRequest, pk: int) -> HttpResponse:
    entry = _entry(request, pk)
    act = services.entry_remove
    return act_now(request, lambda: act(by=request.user, entry=entry), back=_url(entry.plan), done="已删除这个事项。")


@door(WRITE, methods=("POST",))
def inspection_plan_submit(request: UserRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk, WRITE)
    act = services.plan_submit
    return act_now(
        request, lambda: act(by=request.user, plan=plan) and None, back=_url(plan), done="已提交，等待批准。"
    )


@door(WRITE, methods=("POST",))
def inspection_plan_remove(request: UserRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk, WRITE)

    def act() -> str:
        services.plan_remove(by=request.user, plan=plan)
        return reverse("oversight:inspection_plan_list")

    return act_now(request, act, back=_url(plan), done="已删除这份计划。")


@door(APPROVE)
def inspection_plan_approve(request: UserRequest, pk: int) -> HttpResponse:
    plan = _approved(request, pk)
    return act_on(
        request, PlanApproveForm(request.POST or None),
        lambda data: services.plan_approve(by=request.user, plan=plan, **data) and None,
        title="批准计划", back=_url(plan), submit="批准", source=RULE, subtitle=str(plan), section=SECTION,
    )  # fmt: skip


@door(APPROVE)
def inspection_plan_return(request: UserRequest, pk: int) -> HttpResponse:
    plan = _approved(request, pk)
    return act_on(
        request, ReasonForm(request.POST or None),
        lambda data: services.plan_return(by=request.user, plan=plan, **data) and None,
        title="退回计划", back=_url(plan), submit="退回", subtitle=str(plan), section=SECTION,
    )  # fmt: skip


@door(APPROVE)
def inspection_limit(request: UserRequest) -> HttpResponse:
    """How many items a plan may have in a year: the committee's setting."""
    root = Organisation.objects.visible_to(request.user, APPROVE).filter(depth=1).first()
    refuse_unless(root is not None, "还没有建立机关工委。")
    return act_on(
        request, LimitForm(request.POST or None, years=selectors.inspection_years()),
        lambda data: services.limit_set(by=request.user, organisation=root, **data) and None,
        title="督查检查考核限额", back=reverse("oversight:inspection_limit"), submit="设定", section=SECTION,
        template="oversight/inspection_limit.html", limits=selectors.limits_all(), source=RULE,
    )  # fmt: skip


def _url(plan: InspectionPlan) -> str:
    return reverse("oversight:inspection_plan_detail", args=[plan.pk])


def _approved(request: UserRequest, pk: int) -> InspectionPlan:
    plan = _plan(request, pk, APPROVE)
    refuse_unless(plan.by_id != request.user.pk, "编制人不能批准自己的计划，请由其他同志办理。")
    return plan


def _plan(request: UserRequest, pk: int, capability: Capability) -> InspectionPlan:
    found: InspectionPlan = get_visible(selectors.plans_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _entry(request: UserRequest, pk: int) -> InspectionEntry:
    found: InspectionEntry = get_visible(selectors.entries_in_full(), request.user, WRITE, seen_by=VIEW, pk=pk)
    return found
