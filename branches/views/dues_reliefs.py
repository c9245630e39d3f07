"""少交 and 免交: listed, proposed by the branch, decided by the unit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.choices import DuesReliefState
from branches.forms.dues import ReliefDecisionForm, ReliefEndForm, ReliefForm
from branches.ledgers.dues import DuesReliefLedger
from branches.models import DuesRelief
from branches.selectors import dues_years as selectors
from branches.services import dues_reliefs as services
from branches.views.dues import member_of_branch
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page


@door(Capability.DUES_VIEW, methods=("GET",))
def dues_relief_list(request: UserRequest) -> HttpResponse:
    return ledger_page(request, DuesReliefLedger, "branches/dues_list.html")


@door(Capability.DUES_VIEW, methods=("POST",))
def dues_relief_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, DuesReliefLedger)


@door(Capability.DUES_RECORD)
def dues_relief_propose(request: UserRequest, pk: int) -> HttpResponse:
    member = member_of_branch(request, pk)
    form = ReliefForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            relief = services.dues_relief_propose(
                by=request.user, branch=member.organisation, member=member, **form.cleaned_data
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已报上级党组织批准；批准前仍按原数额应交。")
            return redirect("branches:dues_relief", pk=relief.pk)
    return render(request, "branches/dues_relief_form.html", {"member": member, "form": form})


@door(Capability.DUES_VIEW, methods=("GET",))
def dues_relief(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, _relief(request, pk, Capability.DUES_VIEW))


@door(Capability.DUES_APPROVE, methods=("POST",))
def dues_relief_decide(request: UserRequest, pk: int) -> HttpResponse:
    relief = _relief(request, pk, Capability.DUES_APPROVE)
    form = ReliefDecisionForm(request.POST)
    if form.is_valid():
        approve = form.cleaned_data["decision"] == "approve"
        note = form.cleaned_data["note"]
        try:
            services.dues_relief_decide(by=request.user, relief=relief, approve=approve, note=note)
        except ValidationError as error:
            _refuse_note(form, error)
        else:
            messages.success(request, "已批准。" if approve else "已告知党支部不批准。")
            return redirect("branches:dues_relief", pk=pk)
    return _page(request, relief, decision=form)


@door(Capability.DUES_APPROVE, methods=("POST",))
def dues_relief_end(request: UserRequest, pk: int) -> HttpResponse:
    relief = _relief(request, pk, Capability.DUES_APPROVE)
    form = ReliefEndForm(request.POST, relief=relief)
    if form.is_valid():
        try:
            services.dues_relief_end(by=request.user, relief=relief, **form.cleaned_data)
        except ValidationError as error:
            _refuse_note(form, error)
        else:
            messages.success(request, "已提前结束减免，其后月份恢复应交。")
            return redirect("branches:dues_relief", pk=pk)
    return _page(request, relief, ending=form)


@door(Capability.DUES_RECORD, methods=("POST",))
def dues_relief_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    relief = _relief(request, pk, Capability.DUES_RECORD)
    try:
        services.dues_relief_withdraw(by=request.user, relief=relief)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已撤回。")
    return redirect("branches:dues_relief", pk=pk)


def _refuse_note(form: forms.Form, error: ValidationError) -> None:
    """The services call every written reason "reason"; here its field is the note."""
    if hasattr(error, "error_dict") and "reason" in error.error_dict:
        error = ValidationError({"note": error.error_dict["reason"]})
    refuse(form, error)


def _relief(request: UserRequest, pk: int, capability: Capability) -> DuesRelief:
    rows: Any = selectors.reliefs_in_full()
    found: DuesRelief = get_visible(rows, request.user, capability, seen_by=Capability.DUES_VIEW, pk=pk)
    return found


def _page(
    request: UserRequest,
    relief: DuesRelief,
    *,
    decision: ReliefDecisionForm | None = None,
    ending: ReliefEndForm | None = None,
) -> HttpResponse:
    approves = request.user.scope(Capability.DUES_APPROVE).covers(relief.organisation.path)
    proposed, approved = relief.state == DuesReliefState.PROPOSED, relief.state == DuesReliefState.APPROVED
    records = request.user.scope(Capability.DUES_RECORD).covers(relief.organisation.path)
    context = {
        "relief": relief,
        "decision": (decision or ReliefDecisionForm()) if approves and proposed else None,
        "ending": (ending or ReliefEndForm(relief=relief))
        if approves and approved and relief.through_month > relief.from_month
        else None,
        "may_withdraw": records and proposed,
    }
    return render(request, "branches/dues_relief.html", context)
