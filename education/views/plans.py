"""Study plans: the list, one plan, writing, publishing, closing it, and how far it is."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.models import Organisation
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page
from education.forms.plans import CopyForm, PlanForm, PublishForm
from education.ledgers.plans import StudyPlanLedger, StudyTaskLedger, StudyTopicLedger
from education.models import StudyPlan
from education.selectors import plans as selectors
from education.selectors.materials import places_of
from education.selectors.plans import Burden
from education.services import plans as services
from education.views.study_tabs import study_tabs


@door(Capability.STUDY_VIEW, methods=("GET",))
def plan_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "may_write": request.user.can(Capability.STUDY_RECORD),
        "tabs": study_tabs(request.user, "plan_list"),
    }
    return ledger_page(request, StudyPlanLedger, template="education/plan_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def plan_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, StudyPlanLedger)


@door(Capability.STUDY_VIEW, methods=("GET",))
def plan_detail(request: UserRequest, pk: int) -> HttpResponse:
    plan = plan_of(request, pk, Capability.STUDY_VIEW)
    may_write = selectors.may_write_plan(request.user, plan)
    context = {
        "plan": plan,
        "topics": selectors.plan_topics(plan),
        "units": plan.units.order_by("path"),
        "may_write": may_write,
        "import_url": reverse("education:topic_import", args=[plan.pk]),
        "may_export": request.user.can(Capability.EXPORT_CREATE),
        "copy": CopyForm(initial={"year": plan.year + 1}) if may_write else None,
    }
    return render(request, "education/plan_detail.html", context)


@door(Capability.STUDY_RECORD)
def plan_create(request: UserRequest) -> HttpResponse:
    places = places_of(request.user, Capability.STUDY_RECORD)
    units = _units_of(list(places[:2]))
    form = PlanForm(request.POST or None, places=places, units=units)
    if request.method == "POST" and form.is_valid():
        place = form.cleaned_data["organisation"]
        try:
            plan = services.study_plan_create(
                by=request.user, organisation=place, values=form.values(), unit_ids=form.unit_ids()
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已保存草稿。接着添加主题，写完再发布。")
            return redirect("education:plan_detail", pk=plan.pk)
    return render(request, "education/plan_form.html", {"form": form})


@door(Capability.STUDY_RECORD)
def plan_update(request: UserRequest, pk: int) -> HttpResponse:
    plan = plan_of(request, pk, Capability.STUDY_RECORD)
    form = PlanForm(request.POST or None, plan=plan, units=_units_of([plan.organisation]))
    if request.method == "POST" and form.is_valid():
        revision = form.cleaned_data["revision"] or 0
        try:
            services.study_plan_update(
                by=request.user, plan=plan, values=form.values(), unit_ids=form.unit_ids(), expected_revision=revision
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已修改。")
            return redirect("education:plan_detail", pk=pk)
    return render(request, "education/plan_form.html", {"form": form, "plan": plan})


@door(Capability.STUDY_RECORD, methods=("POST",))
def plan_copy(request: UserRequest, pk: int) -> HttpResponse:
    plan = plan_of(request, pk, Capability.STUDY_RECORD)
    form = CopyForm(request.POST)
    if form.is_valid():
        try:
            copy = services.study_plan_copy(by=request.user, plan=plan, year=form.cleaned_data["year"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已复制成新的草稿，请核对主题和时限，补上依据。")
            return redirect("education:plan_detail", pk=copy.pk)
    messages.error(request, "；".join(str(problem) for problems in form.errors.values() for problem in problems))
    return redirect("education:plan_detail", pk=pk)


@door(Capability.STUDY_RECORD)
def plan_publish(request: UserRequest, pk: int) -> HttpResponse:
    """What it asks, and of how many, stands on the page before it is confirmed (N7)."""
    plan = plan_of(request, pk, Capability.STUDY_RECORD)
    form = PublishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        confirmed = Burden(*(data[name] for name in ("units", "branches", "topics", "rows")))
        try:
            job = services.study_plan_publish(
                by=request.user, plan=plan, expected_revision=data["revision"], confirmed=confirmed
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已发布。" if job is None else "已发布，正在后台下达到各党支部。")
            return redirect("core:job_detail", pk=job.pk) if job else redirect("education:plan_detail", pk=pk)
    context = {"plan": plan, "form": form, "burden": selectors.plan_burden(plan)}
    return render(request, "education/plan_publish.html", context)


@door(Capability.STUDY_RECORD, methods=("POST",))
def plan_close(request: UserRequest, pk: int) -> HttpResponse:
    plan = plan_of(request, pk, Capability.STUDY_RECORD)
    try:
        services.study_plan_close(by=request.user, plan=plan)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已结束，没到时限的主题不再要求。")
    return redirect("education:plan_detail", pk=pk)


@door(Capability.STUDY_RECORD, methods=("POST",))
def plan_discard(request: UserRequest, pk: int) -> HttpResponse:
    plan = plan_of(request, pk, Capability.STUDY_RECORD)
    try:
        services.study_plan_discard(by=request.user, plan=plan)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("education:plan_detail", pk=pk)
    messages.success(request, "草稿已删除。")
    return redirect("education:plan_list")


@door(Capability.STUDY_VIEW, methods=("GET",))
def plan_progress(request: UserRequest, pk: int) -> HttpResponse:
    """By unit, in the order of the tree: asked, done, beyond the day. Nobody is ranked (N2)."""
    plan = plan_of(request, pk, Capability.STUDY_VIEW)
    rows = selectors.plan_progress(request.user, plan)
    totals = [sum(getattr(row, name) for row in rows) for name in ("asked", "done", "overdue")]
    return render(request, "education/plan_progress.html", {"plan": plan, "rows": rows, "totals": totals})


@door(Capability.STUDY_VIEW, methods=("GET",))
def task_list(request: UserRequest, pk: int) -> HttpResponseBase:
    plan = plan_of(request, pk, Capability.STUDY_VIEW)
    return ledger_page(
        request, StudyTaskLedger, "education/task_list.html", {"plan": plan}, fixed={"topic__plan_id": plan.pk},
        export_url=reverse("education:task_export", args=[plan.pk]),
    )  # fmt: skip


@door(Capability.EXPORT_CREATE, methods=("POST",))
def task_export(request: UserRequest, pk: int) -> HttpResponseBase:
    plan = plan_of(request, pk, Capability.EXPORT_CREATE)
    return ledger_export(request, StudyTaskLedger, fixed={"topic__plan_id": plan.pk})


@door(Capability.EXPORT_CREATE, methods=("POST",))
def topic_export(request: UserRequest, pk: int) -> HttpResponseBase:
    plan = plan_of(request, pk, Capability.EXPORT_CREATE)
    return ledger_export(request, StudyTopicLedger, fixed={"plan_id": plan.pk})


def plan_of(request: UserRequest, pk: int, capability: Capability) -> StudyPlan:
    found: StudyPlan = get_visible(
        selectors.plans_in_full(), request.user, capability, seen_by=Capability.STUDY_VIEW, pk=pk
    )
    return found


def _units_of(places: list[Organisation]) -> list[tuple[int, str]]:
    return selectors.units_to_choose(places[0]) if len(places) == 1 else []
