"""Meetings planned ahead, and the agendas to begin with."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.choices import MeetingKind
from branches.forms.organisation_life import AgendaForm, PlanForm, ReasonedForm
from branches.ledgers.organisation_life import PlanLedger
from branches.models import MeetingPlan, Organisation
from branches.selectors.meeting_aside import agendas_of
from branches.selectors.meeting_plans import may_write_plan, plans_in_full
from branches.selectors.meetings import groups_on
from branches.services import meeting_plans as services
from branches.views.branch_choice import branch_asked, choose_branch
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page


@door(Capability.PLAN_VIEW, methods=("GET",))
def plan_list(request: UserRequest) -> HttpResponseBase:
    context = {"may_write": request.user.can(Capability.PLAN_WRITE)}
    return ledger_page(request, PlanLedger, template="branches/plan_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def plan_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, PlanLedger)


@door(Capability.PLAN_VIEW, methods=("GET",))
def plan_detail(request: UserRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk, Capability.PLAN_VIEW)
    context = {
        "plan": plan,
        "may_write": may_write_plan(request.user, plan),
        "overdue": plan.state == "planned" and plan.planned_on < local_today(),
        "form": ReasonedForm(initial={"revision": plan.revision}),
    }
    return render(request, "branches/plan_detail.html", context)


@door(Capability.PLAN_WRITE)
def plan_create(request: UserRequest) -> HttpResponse:
    branch = branch_asked(request, Capability.PLAN_WRITE)
    if branch is None:
        return choose_branch(request, request.user, Capability.PLAN_WRITE, "计划会议")
    named = request.GET.get("kind", "")
    kind = named if named in MeetingKind.values else MeetingKind.ASSEMBLY.value
    form = PlanForm(request.POST or None, groups=groups_on(branch, local_today()), kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            plan = services.plan_create(by=request.user, branch=branch, values=form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已列入计划。会议开过之后，从计划直接写记录。")
            return redirect("branches:plan_detail", pk=plan.pk)
    return _draw(request, form, branch)


@door(Capability.PLAN_WRITE)
def plan_update(request: UserRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk, Capability.PLAN_WRITE)
    groups = groups_on(plan.organisation, local_today())
    form = PlanForm(request.POST or None, groups=groups, plan=plan)
    if request.method == "POST" and form.is_valid():
        revision = form.cleaned_data["revision"] or 0
        try:
            services.plan_update(by=request.user, plan=plan, values=form.values(), expected_revision=revision)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "计划已修改。")
            return redirect("branches:plan_detail", pk=pk)
    return _draw(request, form, plan.organisation, plan=plan)


@door(Capability.PLAN_WRITE, methods=("POST",))
def plan_cancel(request: UserRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk, Capability.PLAN_WRITE)
    form = ReasonedForm(request.POST)
    if form.is_valid():
        reason, revision = form.cleaned_data["reason"], form.cleaned_data["revision"]
        try:
            services.plan_cancel(by=request.user, plan=plan, reason=reason, expected_revision=revision)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "计划已取消。")
            return redirect("branches:plan_detail", pk=pk)
    context = {"plan": plan, "may_write": may_write_plan(request.user, plan), "form": form, "refused": True}
    return render(request, "branches/plan_detail.html", context)


@door(Capability.PLAN_WRITE, methods=("GET",))
def agenda_list(request: UserRequest) -> HttpResponse:
    branch = branch_asked(request, Capability.PLAN_WRITE)
    if branch is None:
        return choose_branch(request, request.user, Capability.PLAN_WRITE, "议程模板")
    return render(request, "branches/agenda_list.html", {"branch": branch, "agendas": agendas_of(branch)})


@door(Capability.PLAN_WRITE)
def agenda_edit(request: UserRequest, kind: str) -> HttpResponse:
    if kind not in MeetingKind.values:
        raise Http404("会议类型不存在。")
    branch = branch_asked(request, Capability.PLAN_WRITE)
    if branch is None:
        return choose_branch(request, request.user, Capability.PLAN_WRITE, "议程模板")
    agenda = next(row for row in agendas_of(branch) if row.kind == kind)
    form = AgendaForm(request.POST or None, initial={"text": agenda.text})
    if request.method == "POST":
        form = AgendaForm(request.POST)
        if form.is_valid():
            try:
                services.agenda_template_save(by=request.user, branch=branch, kind=kind, text=form.cleaned_data["text"])
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, "议程模板已保存。")
                return redirect(f"{reverse('branches:agenda_list')}?branch={branch.pk}")
    return render(request, "branches/agenda_form.html", {"branch": branch, "agenda": agenda, "form": form})


def _plan(request: UserRequest, pk: int, capability: Capability) -> MeetingPlan:
    found: MeetingPlan = get_visible(plans_in_full(), request.user, capability, seen_by=Capability.PLAN_VIEW, pk=pk)
    return found


def _draw(request: UserRequest, form: PlanForm, branch: Organisation, **context: Any) -> HttpResponse:
    context |= {"form": form, "branch": branch, "agendas": agendas_of(branch)}
    return render(request, "branches/plan_form.html", context)
