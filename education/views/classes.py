"""Training classes and their rolls."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.models import Organisation
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from education.choices import ClassKind, ClassState
from education.forms.classes import ClassForm, PickForm, ReasonForm, RollForm
from education.ledgers.classes import ClassLedger, RollLedger
from education.models import TrainingClass, TrainingLine
from education.selectors.classes import (
    class_roll,
    classes_in_full,
    lines_in_full,
    members_to_pick,
    organisers,
)
from education.selectors.training_rules import study_rules
from education.services import classes as services
from education.services import rolls
from education.views.training_tabs import tabs

SHOWN = 300


@door(Capability.TRAINING_VIEW, methods=("GET",))
def class_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "tabs": tabs(request.user, "education:class_list"),
        "may_record": request.user.can(Capability.TRAINING_RECORD),
    }
    return ledger_page(request, ClassLedger, template="education/class_list.html", context=context)


@door(Capability.TRAINING_VIEW, methods=("POST",))
def class_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, ClassLedger)


@door(Capability.TRAINING_RECORD)
def class_create(request: UserRequest) -> HttpResponse:
    form = ClassForm(request.POST or None, organisers=organisers(request.user), hints=_hints())
    if request.method == "POST" and form.is_valid():
        try:
            held = services.class_create(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记培训班，接下来登记学员名单。")
            return redirect("education:class_detail", pk=held.pk)
    return render(request, "education/class_form.html", {"form": form})


@door(Capability.TRAINING_VIEW, methods=("GET",))
def class_detail(request: UserRequest, pk: int) -> HttpResponseBase:
    held = _class(request, pk, Capability.TRAINING_VIEW)
    return _class_page(request, held, ReasonForm())


def _class_page(request: UserRequest, held: TrainingClass, form: ReasonForm) -> HttpResponseBase:
    user, organisation = request.user, held.organisation
    context = {
        "held": held,
        "roll": class_roll(user, held),
        "form": form,
        "may_record": user.scope(Capability.TRAINING_RECORD).covers(organisation.path),
        "may_certify": held.kind == ClassKind.QUALIFYING
        and held.state == ClassState.CLOSED
        and user.scope(Capability.CERTIFICATE_RECORD).covers(organisation.path),
        "is_over": held.ends_on <= local_today(),
    }
    return ledger_page(
        request, RollLedger, template="education/class_detail.html", context=context, fixed={"training_class": held.pk},
        export_url=f"/education/classes/{held.pk}/export/",
    )  # fmt: skip


@door(Capability.TRAINING_VIEW, methods=("POST",))
def roll_export(request: UserRequest, pk: int) -> HttpResponseBase:
    held = _class(request, pk, Capability.TRAINING_VIEW)
    return ledger_export(request, RollLedger, fixed={"training_class": held.pk})


@door(Capability.TRAINING_RECORD)
def class_update(request: UserRequest, pk: int) -> HttpResponse:
    held = _class(request, pk, Capability.TRAINING_RECORD)
    form = ClassForm(request.POST or None, organisers=organisers(request.user), hints=_hints(), held=held)
    if request.method == "POST" and form.is_valid():
        try:
            services.class_update(by=request.user, training_class=held, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已修改。")
            return redirect("education:class_detail", pk=pk)
    return render(request, "education/class_form.html", {"form": form, "held": held})


@door(Capability.TRAINING_RECORD)
def roll_pick(request: UserRequest, pk: int) -> HttpResponse:
    """Members of one branch below the organiser, ticked."""
    held = _class(request, pk, Capability.TRAINING_RECORD)
    branches = Organisation.objects.visible_to(request.user, Capability.TRAINING_RECORD).under(held.organisation.path)
    branches = branches.branches().active().order_by("path")
    named = request.POST.get("branch") or request.GET.get("branch") or ""
    branch = branches.filter(pk=int(named)).first() if named.isascii() and named.isdigit() and len(named) < 19 else None
    if branch is None:
        context = {"held": held, "branches": branches[:SHOWN], "asked": request.GET.get("q", "")}
        if context["asked"]:
            context["branches"] = branches.filter(short_name__contains=context["asked"])[:SHOWN]
        return render(request, "education/roll_branches.html", context)
    form = PickForm(request.POST or None, people=members_to_pick(held, branch))
    if request.method == "POST" and form.is_valid():
        try:
            count = rolls.roll_add(by=request.user, training_class=held, member_ids=form.cleaned_data["members"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已登记{count}名学员。")
            return redirect("education:class_detail", pk=pk)
    return render(request, "education/roll_pick.html", {"held": held, "branch": branch, "form": form})


@door(Capability.TRAINING_RECORD)
def roll_record(request: UserRequest, pk: int) -> HttpResponse:
    """Attendance, hours and scores of the whole roll on one page."""
    held = _class(request, pk, Capability.TRAINING_RECORD)
    lines = class_roll(request.user, held, Capability.TRAINING_RECORD).lines
    form = RollForm(request.POST or None, lines=lines, tested=held.pass_mark is not None)
    if request.method == "POST" and form.is_valid():
        try:
            count = rolls.roll_record(by=request.user, training_class=held, lines=form.told())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已保存，{count}人有变化。")
            return redirect("education:class_detail", pk=pk)
    return render(request, "education/roll_form.html", {"held": held, "form": form})


@door(Capability.TRAINING_RECORD, methods=("POST",))
def line_remove(request: UserRequest, pk: int) -> HttpResponse:
    line: TrainingLine = get_visible(
        lines_in_full(), request.user, Capability.TRAINING_RECORD, seen_by=Capability.TRAINING_VIEW, pk=pk
    )
    held = _class(request, line.training_class_id, Capability.TRAINING_RECORD)
    try:
        rolls.line_remove(by=request.user, line=line)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, f"已把{line.member.name}移出名单。")
    return redirect("education:roll_record", pk=held.pk)


@door(Capability.TRAINING_RECORD, methods=("POST",))
def class_close(request: UserRequest, pk: int) -> HttpResponse:
    held = _class(request, pk, Capability.TRAINING_RECORD)
    try:
        services.class_close(by=request.user, training_class=held)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已结班，学时已计入各学员。")
    return redirect("education:class_detail", pk=pk)


@door(Capability.TRAINING_RECORD, methods=("POST",))
def class_reopen(request: UserRequest, pk: int) -> HttpResponseBase:
    return _with_reason(request, pk, services.class_reopen, "已重新登记，改完之后再结班；此前不计学时。")


@door(Capability.TRAINING_RECORD, methods=("POST",))
def class_cancel(request: UserRequest, pk: int) -> HttpResponseBase:
    return _with_reason(request, pk, services.class_cancel, "已取消这个培训班。")


def _with_reason(request: UserRequest, pk: int, verb: object, done: str) -> HttpResponseBase:
    held = _class(request, pk, Capability.TRAINING_RECORD)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            verb(by=request.user, training_class=held, reason=form.cleaned_data["reason"])  # type: ignore[operator]
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, done)
            return redirect("education:class_detail", pk=pk)
    return _class_page(request, held, form)


def _class(request: UserRequest, pk: int, capability: Capability) -> TrainingClass:
    found: TrainingClass = get_visible(
        classes_in_full(), request.user, capability, seen_by=Capability.TRAINING_VIEW, pk=pk
    )
    return found


def _hints() -> dict[str, str]:
    rules = study_rules(local_today())
    day, half = (f"{rules.value(name).normalize():f}" for name in ("day_hours", "half_day_hours"))
    return {
        "hours": f"不填则按天数折算：脱产一天{day}学时；半天讲座请填{half}。折算办法为本级默认。",
        "pass_mark": f"只有考试的培训班才填；上岗培训不填则按{rules.number('pass_mark')}分（本级默认）。",
    }
