"""Dated changes of a member, the list of them, the roster of a past day, the member's account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.member_history import ACT_FORMS, LinkForm
from branches.ledgers.member_history import MemberChangeLedger, PastRosterLedger, past_problems
from branches.models import Member
from branches.selectors.member_acts import ACTS
from branches.selectors.members import members_in_full
from branches.services import member_accounts as accounts
from branches.services import member_status as status
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page

VERBS: dict[str, Callable[..., Member]] = {
    "confirm": status.member_confirm,
    "extend": status.probation_extend,
    "cancel": status.probation_cancel,
    "reclassify": status.member_reclassify,
    "suspend-voting": status.voting_suspend,
    "restore-voting": status.voting_restore,
    "lose": status.contact_lose,
    "find": status.contact_find,
    "stop": status.standing_stop,
    "restore": status.standing_restore,
    "strike-off": status.member_strike_off,
}


@door(Capability.MEMBER_UPDATE, Capability.MEMBER_DISABLE, Capability.ADMISSION_APPROVE)
def member_change(request: UserRequest, pk: int, change: str) -> HttpResponse:
    """One dated change; the right to it depends on which."""
    act = ACTS.get(change)
    if act is None:
        raise Http404("没有这项变动。")
    member = _member(request, pk, act.capability)
    form: Any = ACT_FORMS[change](request.POST or None, user=request.user, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            VERBS[change](by=request.user, member=member, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已办理：{act.label}。")
            return redirect("branches:member_detail", pk=pk)
    return render(request, "branches/member_change.html", {"form": form, "member": member, "act": act})


@door(Capability.MEMBER_VIEW_MASKED, methods=("GET",))
def member_change_list(request: UserRequest) -> HttpResponse:
    return ledger_page(request, MemberChangeLedger, "branches/member_changes.html")


@door(Capability.EXPORT_CREATE, methods=("POST",))
def member_change_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, MemberChangeLedger)


@door(Capability.MEMBER_VIEW_MASKED, methods=("GET",))
def roster_past(request: UserRequest) -> HttpResponse:
    """The roster as on any past day."""
    for problem in past_problems(request.GET.dict(), request.user):
        messages.warning(request, problem)
    return ledger_page(request, PastRosterLedger, "branches/roster_past.html")


@door(Capability.EXPORT_CREATE, methods=("POST",))
def roster_past_export(request: UserRequest) -> HttpResponseBase:
    if problems := past_problems(request.GET.dict(), request.user):
        raise BadRequest("；".join(problems))
    return ledger_export(request, PastRosterLedger)


@door(Capability.ROLE_GRANT_PROPOSE)
def member_link(request: UserRequest, pk: int) -> HttpResponse:
    """Which account is the member's own."""
    member = _member(request, pk, Capability.ROLE_GRANT_PROPOSE)
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.member_link(by=request.user, member=member, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已对应账号。")
            return redirect("branches:member_detail", pk=pk)
    return render(request, "branches/member_link.html", {"form": form, "member": member})


@door(Capability.ROLE_GRANT_PROPOSE, methods=("POST",))
def member_unlink(request: UserRequest, pk: int) -> HttpResponse:
    member = _member(request, pk, Capability.ROLE_GRANT_PROPOSE)
    try:
        accounts.member_unlink(by=request.user, member=member)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已解除账号对应；账号的授权没有改动。")
    return redirect("branches:member_detail", pk=pk)


def _member(request: UserRequest, pk: int, capability: Capability) -> Member:
    rows = members_in_full()
    found: Member = get_visible(rows, request.user, capability, seen_by=Capability.MEMBER_LIST, pk=pk)
    return found
