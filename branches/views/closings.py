"""归档: the quarters of branches, one quarter with its doors, and the logs that came late or were corrected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.closings import ClosingReasonForm
from branches.ledgers.closings import LateLedger, QuarterLedger
from branches.models import Organisation
from branches.selectors.closings import branch_quarters, quarter_branches, quarter_page, requests_waiting
from branches.services import closings as services
from branches.views.obligation_tabs import obligation_tabs
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page
from core.periods import Freq, Period, parse_period


@door(Capability.QUARTER_VIEW, methods=("GET",))
def quarter_list(request: UserRequest) -> HttpResponse:
    context = {"waiting": requests_waiting(request.user), "tabs": obligation_tabs(request.user, "quarter_list")}
    return ledger_page(request, QuarterLedger, template="branches/quarter_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def quarter_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, QuarterLedger)


@door(Capability.MEETING_HISTORY, methods=("GET",))
def late_entry_list(request: UserRequest) -> HttpResponse:
    context = {"tabs": obligation_tabs(request.user, "late_entry_list")}
    return ledger_page(request, LateLedger, template="branches/late_entry_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def late_entry_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, LateLedger)


@door(Capability.QUARTER_VIEW, methods=("GET",))
def quarter_branch(request: UserRequest, pk: int) -> HttpResponse:
    branch = _branch(request, pk, Capability.QUARTER_VIEW)
    context = {
        "branch": branch,
        "quarters": branch_quarters(branch),
        "may_history": request.user.can(Capability.MEETING_HISTORY),
    }
    return render(request, "branches/quarter_branch.html", context)


@door(Capability.QUARTER_VIEW, methods=("GET",))
def quarter_detail(request: UserRequest, pk: int, period: str) -> HttpResponse:
    return _page(request, _branch(request, pk, Capability.QUARTER_VIEW), _quarter(period))


@door(Capability.QUARTER_CLOSE, methods=("POST",))
def quarter_close(request: UserRequest, pk: int, period: str) -> HttpResponse:
    branch = _branch(request, pk, Capability.QUARTER_CLOSE)
    try:
        services.quarter_close(by=request.user, branch=branch, period=_quarter(period))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已归档。需要补记或更正的，可以写明原因申请重新开放。")
    return redirect("branches:quarter_detail", pk=pk, period=period)


@door(Capability.QUARTER_CLOSE, methods=("POST",))
def quarter_request(request: UserRequest, pk: int, period: str) -> HttpResponse:
    branch = _branch(request, pk, Capability.QUARTER_CLOSE)
    return _decided(request, branch, period, services.quarter_request, "已提出申请，单位办理后会通知您。")


@door(Capability.QUARTER_REOPEN, methods=("POST",))
def quarter_reopen(request: UserRequest, pk: int, period: str) -> HttpResponse:
    branch = _branch(request, pk, Capability.QUARTER_REOPEN)
    return _decided(request, branch, period, services.quarter_reopen, "已重新开放，到期自动归档；已通知党支部。")


@door(Capability.QUARTER_REOPEN, methods=("POST",))
def quarter_refuse(request: UserRequest, pk: int, period: str) -> HttpResponse:
    branch = _branch(request, pk, Capability.QUARTER_REOPEN)
    return _decided(request, branch, period, services.quarter_refuse, "已办理，原因已通知党支部。")


def _decided(request: UserRequest, branch: Organisation, code: str, act: Callable[..., Any], done: str) -> HttpResponse:
    """Act with the reason given; what was typed stays where it is refused."""
    form, period = ClosingReasonForm(request.POST), _quarter(code)
    if form.is_valid():
        try:
            act(by=request.user, branch=branch, period=period, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, done)
            return redirect("branches:quarter_detail", pk=branch.pk, period=code)
    return _page(request, branch, period, form)


def _page(
    request: UserRequest, branch: Organisation, period: Period, form: ClosingReasonForm | None = None
) -> HttpResponse:
    context = {
        "page": quarter_page(request.user, branch, period),
        "form": form or ClosingReasonForm(),
        "may_history": request.user.can(Capability.MEETING_HISTORY),
        "reopen_days": settings.PORTAL["QUARTER_REOPEN_DAYS"],
    }
    return render(request, "branches/quarter_detail.html", context)


def _branch(request: UserRequest, pk: int, capability: Capability) -> Organisation:
    found: Organisation = get_visible(
        quarter_branches(), request.user, capability, seen_by=Capability.QUARTER_VIEW, pk=pk
    )
    return found


def _quarter(code: str) -> Period:
    """The quarter named in the URL; 404 for anything else."""
    try:
        period = parse_period(code)
    except ValueError:
        raise Http404("没有这个季度。") from None
    if period.freq is not Freq.QUARTER:
        raise Http404("没有这个季度。")
    return period
