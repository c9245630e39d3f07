"""Project lists, risk points and activities."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.selectors.worklists import worklist_view
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from discipline.choices import INTEGRITY_PROJECTS, ProjectKind, RiskState
from discipline.forms.integrity import ActivityForm, ProjectForm, RiskForm, RiskReviewForm
from discipline.forms.warnings import ReasonForm
from discipline.ledgers.integrity import ActivityLedger, FiveYearLedger, ProjectLedger, RiskLedger
from discipline.models import IntegrityActivity, Project, RiskPoint
from discipline.selectors import integrity as selectors
from discipline.services import integrity as services
from discipline.views.places import COMMITTEE_TABS, INTEGRITY_TABS, choose_head, head_asked, tabs_of

# --- project lists ---------------------------------------------------------------------------------------------------


@door(Capability.INTEGRITY_VIEW, methods=("GET",))
def project_list(request: UserRequest) -> HttpResponseBase:
    context = _head(request, INTEGRITY_TABS, "project_list", "project_create", "新建项目清单")
    return ledger_page(request, ProjectLedger, template="discipline/ledger.html", context=context)


@door(Capability.INTEGRITY_VIEW, methods=("POST",))
def project_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, ProjectLedger)


@door(Capability.INTEGRITY_RECORD)
def project_create(request: UserRequest) -> HttpResponse:
    return _project_create(request, INTEGRITY_PROJECTS, "新建项目清单", "discipline:project_detail")


@door(Capability.INTEGRITY_VIEW, methods=("GET",))
def project_detail(request: UserRequest, pk: int) -> HttpResponse:
    rows = selectors.projects_in_full().filter(kind__in=INTEGRITY_PROJECTS)
    project = get_visible(rows, request.user, Capability.INTEGRITY_VIEW, seen_by=Capability.INTEGRITY_VIEW, pk=pk)
    return _project_page(request, project, "discipline:project_list")


@door(Capability.DISCIPLINE_COMMITTEE_VIEW, methods=("GET",))
def five_year_list(request: UserRequest) -> HttpResponseBase:
    context = _head(request, COMMITTEE_TABS, "five_year_list", "five_year_create", "新建五年行动")
    return ledger_page(request, FiveYearLedger, template="discipline/ledger.html", context=context)


@door(Capability.DISCIPLINE_COMMITTEE_VIEW, methods=("POST",))
def five_year_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, FiveYearLedger)


@door(Capability.INTEGRITY_RECORD)
def five_year_create(request: UserRequest) -> HttpResponse:
    """By the right to keep project lists: the city, which sets the action up, sits in no 机关纪委 of a unit."""
    return _project_create(request, (ProjectKind.FIVE_YEAR,), "新建五年行动", "discipline:five_year_detail")


@door(Capability.DISCIPLINE_COMMITTEE_VIEW, methods=("GET",))
def five_year_detail(request: UserRequest, pk: int) -> HttpResponse:
    view = Capability.DISCIPLINE_COMMITTEE_VIEW
    rows = selectors.projects_in_full().filter(kind=ProjectKind.FIVE_YEAR)
    return _project_page(
        request, get_visible(rows, request.user, view, seen_by=view, pk=pk), "discipline:five_year_list"
    )


def _project_create(request: UserRequest, kinds: tuple[Any, ...], title: str, done: str) -> HttpResponse:
    place = head_asked(request, Capability.INTEGRITY_RECORD)
    if place is None:
        return choose_head(request, Capability.INTEGRITY_RECORD, title)
    form = ProjectForm(request.POST or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.project_create(by=request.user, organisation=place, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已建立，接着添加或导入任务。")
            return redirect(done, pk=made.pk)
    back = "discipline:five_year_list" if kinds == (ProjectKind.FIVE_YEAR,) else "discipline:project_list"
    return _form_page(request, form, title, "建立", reverse(back), place=place)


def _project_page(request: UserRequest, project: Project, back: str) -> HttpResponse:
    context = {
        "project": project,
        "years": selectors.project_years(request.user, project),
        "worklist": worklist_view(request.user, project.worklist),
        "back": back,
        "back_label": "五年行动" if project.kind == ProjectKind.FIVE_YEAR else "项目清单",
    }
    return render(request, "discipline/project_detail.html", context)


# --- risk points -----------------------------------------------------------------------------------------------------


@door(Capability.INTEGRITY_VIEW, methods=("GET",))
def risk_list(request: UserRequest) -> HttpResponseBase:
    context = _head(request, INTEGRITY_TABS, "risk_list", "risk_create", "登记风险点")
    place = head_asked(request, Capability.INTEGRITY_RECORD) if _records(request) and not request.GET else None
    context["import_place"] = place
    return ledger_page(request, RiskLedger, template="discipline/risk_list.html", context=context)


@door(Capability.INTEGRITY_VIEW, methods=("POST",))
def risk_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, RiskLedger)


@door(Capability.INTEGRITY_RECORD)
def risk_create(request: UserRequest) -> HttpResponse:
    place = head_asked(request, Capability.INTEGRITY_RECORD)
    if place is None:
        return choose_head(request, Capability.INTEGRITY_RECORD, "登记廉政风险点")
    form = RiskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.risk_create(by=request.user, organisation=place, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记风险点，复查到期前会提醒。")
            return redirect("discipline:risk_detail", pk=made.pk)
    return _form_page(request, form, "登记廉政风险点", "登记", reverse("discipline:risk_list"), place=place)


@door(Capability.INTEGRITY_VIEW, methods=("GET",))
def risk_detail(request: UserRequest, pk: int) -> HttpResponse:
    risk = _risk(request, pk, Capability.INTEGRITY_VIEW)
    return render(request, "discipline/risk_detail.html", _risk_page(request, risk))


@door(Capability.INTEGRITY_RECORD)
def risk_update(request: UserRequest, pk: int) -> HttpResponse:
    risk = _risk(request, pk, Capability.INTEGRITY_RECORD)
    form = RiskForm(request.POST or None, risk=risk, review=selectors.open_review(risk))
    if request.method == "POST" and form.is_valid():
        try:
            services.risk_update(by=request.user, risk=risk, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("discipline:risk_detail", pk=pk)
    back = reverse("discipline:risk_detail", args=[pk])
    return _form_page(request, form, "修改廉政风险点", "保存", back, place=risk.organisation)


@door(Capability.INTEGRITY_RECORD, methods=("POST",))
def risk_review(request: UserRequest, pk: int) -> HttpResponse:
    risk = _risk(request, pk, Capability.INTEGRITY_RECORD)
    form = RiskReviewForm(request.POST)
    if form.is_valid():
        try:
            services.risk_review(by=request.user, risk=risk, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记复查结果。")
            return redirect("discipline:risk_detail", pk=pk)
    context = {**_risk_page(request, risk), "form": form}
    return render(request, "discipline/risk_detail.html", context, status=422)


@door(Capability.INTEGRITY_RECORD, methods=("POST",))
def risk_remove(request: UserRequest, pk: int) -> HttpResponse:
    risk = _risk(request, pk, Capability.INTEGRITY_RECORD)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.risk_remove(by=request.user, risk=risk, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已销号。")
            return redirect("discipline:risk_detail", pk=pk)
    context = {**_risk_page(request, risk), "reason_form": form, "refused": True}
    return render(request, "discipline/risk_detail.html", context, status=422)


def _risk_page(request: UserRequest, risk: RiskPoint) -> dict[str, Any]:
    review = selectors.open_review(risk)
    covers = request.user.scope(Capability.INTEGRITY_RECORD).covers(risk.organisation.path)
    return {
        "risk": risk,
        "review": review,
        "late": review is not None and risk.state == RiskState.ACTIVE and review.due_on < local_today(),
        "reviews": [row for row in selectors.reviews_of(risk) if row.reviewed_on],
        "may_record": covers and risk.state == RiskState.ACTIVE,
        "form": RiskReviewForm(),
        "reason_form": ReasonForm(),
    }


def _risk(request: UserRequest, pk: int, capability: Capability) -> RiskPoint:
    rows = selectors.risks_in_full()
    found: RiskPoint = get_visible(rows, request.user, capability, seen_by=Capability.INTEGRITY_VIEW, pk=pk)
    return found


# --- activities ------------------------------------------------------------------------------------------------------


@door(Capability.INTEGRITY_VIEW, methods=("GET",))
def activity_list(request: UserRequest) -> HttpResponseBase:
    context = _head(request, INTEGRITY_TABS, "activity_list", "activity_create", "登记活动")
    return ledger_page(request, ActivityLedger, template="discipline/ledger.html", context=context)


@door(Capability.INTEGRITY_VIEW, methods=("POST",))
def activity_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, ActivityLedger)


@door(Capability.INTEGRITY_RECORD)
def activity_create(request: UserRequest) -> HttpResponse:
    place = head_asked(request, Capability.INTEGRITY_RECORD)
    if place is None:
        return choose_head(request, Capability.INTEGRITY_RECORD, "登记廉洁文化活动")
    form = ActivityForm(request.POST or None, logs=selectors.logs_within(place, Capability.MEETING_LIST, request.user))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.activity_record(by=request.user, organisation=place, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记活动。")
            return redirect("discipline:activity_detail", pk=made.pk)
    return _form_page(request, form, "登记廉洁文化活动", "登记", reverse("discipline:activity_list"), place=place)


@door(Capability.INTEGRITY_VIEW, methods=("GET",))
def activity_detail(request: UserRequest, pk: int) -> HttpResponse:
    activity = _activity(request, pk, Capability.INTEGRITY_VIEW)
    context = {"activity": activity, "form": ReasonForm(), "may_record": _covers(request, activity)}
    return render(request, "discipline/activity_detail.html", context)


@door(Capability.INTEGRITY_RECORD, methods=("POST",))
def activity_remove(request: UserRequest, pk: int) -> HttpResponse:
    activity = _activity(request, pk, Capability.INTEGRITY_RECORD)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        context = {"activity": activity, "form": form, "may_record": True, "refused": True}
        return render(request, "discipline/activity_detail.html", context, status=422)
    services.activity_remove(by=request.user, activity=activity, **form.cleaned_data)
    messages.success(request, "已删除这次活动的登记。")
    return redirect("discipline:activity_list")


def _activity(request: UserRequest, pk: int, capability: Capability) -> IntegrityActivity:
    rows = selectors.activities_in_full()
    found: IntegrityActivity = get_visible(rows, request.user, capability, seen_by=Capability.INTEGRITY_VIEW, pk=pk)
    return found


def _covers(request: UserRequest, row: IntegrityActivity) -> bool:
    return request.user.scope(Capability.INTEGRITY_RECORD).covers(row.organisation.path)


def _records(request: UserRequest) -> bool:
    return request.user.can(Capability.INTEGRITY_RECORD)


def _head(request: UserRequest, tabs: Any, current: str, create: str, label: str) -> dict[str, Any]:
    return {
        "tabs": tabs_of(request.user, tabs, current),
        "create": f"discipline:{create}" if _records(request) else "",
        "create_label": label,
    }


def _form_page(
    request: UserRequest, form: Any, title: str, submit: str, cancel_url: str, **context: Any
) -> HttpResponse:
    context |= {"form": form, "title": title, "submit": submit, "cancel_url": cancel_url}
    return render(request, "discipline/form.html", context)
