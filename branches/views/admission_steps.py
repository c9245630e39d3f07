"""The 25 steps: recorded for one person, corrected, taken back; several steps of one, one step of several."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import door
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.admission import BatchForm, HistoryForm, StepForm, WhyForm
from branches.models import Applicant
from branches.policy import admission as policy
from branches.policy.admission import Rule
from branches.selectors.admission import (
    Known,
    admission_votes,
    batch_people,
    helper_choices,
    known_of,
    right_for,
)
from branches.selectors.admission_rules import admission_rules
from branches.selectors.organisation_rights import may
from branches.services import admission_steps as services
from branches.services.admission_helpers import HELPER_ROLES
from branches.views.admission import applicant_of
from core.actors import UserRequest
from core.calendar import local_today

RIGHTS = (Capability.ADMISSION_RECORD, Capability.ADMISSION_APPROVE)


@door(*RIGHTS)
def admission_step(request: UserRequest, pk: int, step: int) -> HttpResponse:
    """Record one step of one person."""
    applicant, rule = _place(request, pk, step)
    form = _step_form(request, known_of([applicant])[0], rule)
    if request.method == "POST" and form.is_valid():
        try:
            services.step_record(by=request.user, applicant=applicant, step=step, data=form.step_data())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, f"已办理：{applicant.name} {rule.title}。")
            return redirect("branches:applicant_detail", pk=pk)
    return _step_page(request, form, applicant, rule)


@door(*RIGHTS)
def admission_step_correct(request: UserRequest, pk: int, step: int) -> HttpResponse:
    """Correct one step; what stood there is kept."""
    applicant, rule = _place(request, pk, step)
    known = known_of([applicant])[0]
    if step not in known.steps:
        raise Http404("这一步还没有办理。")
    form = _step_form(request, known, rule, is_correction=True)
    if request.method == "POST" and form.is_valid():
        change = {"step": step, "data": form.step_data(), "why": form.cleaned_data["why"]}
        try:
            services.step_correct(by=request.user, applicant=applicant, **change)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "已更正，原内容留有记录。")
            return redirect("branches:applicant_detail", pk=pk)
    return _step_page(request, form, applicant, rule)


@door(*RIGHTS)
def admission_step_withdraw(request: UserRequest, pk: int, step: int) -> HttpResponse:
    """Take back what was entered by mistake."""
    applicant, rule = _place(request, pk, step)
    form = WhyForm(request.POST or None, label="撤回原因")
    if request.method == "POST" and form.is_valid():
        try:
            services.step_withdraw(by=request.user, applicant=applicant, step=step, why=form.cleaned_data["why"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已撤回，原内容留有记录。")
            return redirect("branches:applicant_detail", pk=pk)
    context = {"form": form, "applicant": applicant, "title": f"撤回第{step}步：{rule.title}", "button": "撤回"}
    return render(request, "branches/applicant_form.html", context)


@door(Capability.ADMISSION_RECORD)
def admission_history(request: UserRequest, pk: int) -> HttpResponse:
    """Days of steps that were done before the person was entered here, in one form."""
    applicant = applicant_of(request, pk, Capability.ADMISSION_RECORD)
    known, rules = known_of([applicant])[0], admission_rules(local_today())
    wanted = [rule for rule in rules.values() if _may_catch_up(request, known, rule)]
    form = HistoryForm(request.POST or None, rules=wanted, helpers=helper_choices(applicant))
    if request.method == "POST" and form.is_valid():
        entries = [services.Entry(applicant, step, data) for step, data in form.steps()]
        try:
            services.steps_record(by=request.user, entries=entries)
        except ValidationError as error:
            refuse(form, _by_step(error))
        else:
            messages.success(request, f"已补记{len(entries)}步。")
            return redirect("branches:applicant_detail", pk=pk)
    return render(request, "branches/admission_history.html", {"form": form, "applicant": applicant})


@door(*RIGHTS)
def admission_batch(request: UserRequest) -> HttpResponse:
    """The same step and day for several people. GET: step."""
    rules = {step: rule for step, rule in admission_rules(local_today()).items() if _may_batch(request, rule)}
    rule = rules.get(_number(request.GET.get("step", "")))
    if rule is None:
        return render(request, "branches/admission_batch_start.html", {"rules": rules.values()})
    people: Any = batch_people(request.user, rule)
    form = BatchForm(request.POST or None, rule=rule, people=people)
    if request.method == "POST" and form.is_valid():
        data = form.step_data()
        entries = [services.Entry(person, rule.step, data) for person in form.cleaned_data["applicants"]]
        try:
            services.steps_record(by=request.user, entries=entries)
        except ValidationError as error:
            form.add_error("applicants", error)
        else:
            messages.success(request, f"已为{len(entries)}人办理：{rule.title}。")
            return redirect(f"{reverse('branches:admission_due_list')}?step={rule.step}")
    return render(request, "branches/admission_batch.html", {"form": form, "rule": rule, "found": people.exists()})


def _place(request: UserRequest, pk: int, step: int) -> tuple[Applicant, Rule]:
    """The person and the rule of the step; which right is needed, the rule tells."""
    rule = admission_rules(local_today()).get(step)
    applicant = applicant_of(request, pk, Capability.ADMISSION_VIEW)
    if rule is None:
        raise Http404("没有这一步。")
    if not may(request.user, right_for(rule.actor), applicant.organisation):
        raise PermissionDenied("这一步由上级党组织办理。" if rule.actor == "superior" else "您没有办理此事项的权限。")
    return applicant, rule


def _step_form(request: UserRequest, known: Known, rule: Rule, *, is_correction: bool = False) -> StepForm:
    helpers = helper_choices(known.applicant) if rule.step in HELPER_ROLES else None
    row = known.steps.get(rule.step) if is_correction else None
    votes = admission_votes(known.applicant, besides=row) if rule.step in policy.VOTE_STEPS else []
    data = request.POST or None
    return StepForm(data, rule=rule, known=known, helpers=helpers, votes=votes, is_correction=is_correction)


def _step_page(request: UserRequest, form: StepForm, applicant: Applicant, rule: Rule) -> HttpResponse:
    rules = admission_rules(local_today())
    context = {
        "form": form,
        "applicant": applicant,
        "rule": rule,
        "window": policy.window(rules, form.known.progress, rule.step),
        "sources": sorted({limit.source for limit in rule.limits if limit.source}),
        "needs_vote": rule.step in policy.VOTE_STEPS,
    }
    return render(request, "branches/admission_step.html", context)


def _may_catch_up(request: UserRequest, known: Known, rule: Rule) -> bool:
    """Steps not yet done that the reader may record; what the assembly decides at the end has its own page."""
    if rule.step in known.steps or rule.step in (1, policy.CONFIRMING_STEP, policy.CONFIRMED_STEP, policy.LAST_STEP):
        return False
    return may(request.user, right_for(rule.actor), known.applicant.organisation)


def _may_batch(request: UserRequest, rule: Rule) -> bool:
    return rule.step not in policy.SINGLE_STEPS and request.user.can(right_for(rule.actor))


def _by_step(error: ValidationError) -> ValidationError:
    """A refusal of several steps at the fields of those steps."""
    if not hasattr(error, "error_list") or hasattr(error, "error_dict"):
        return error
    by_field: dict[str, list[Any]] = {}
    for item in error.error_list:
        step = str(item.code or "").partition(":")[2]
        by_field.setdefault(f"step_{step}" if step else "__all__", []).append(item)
    return ValidationError(by_field)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
