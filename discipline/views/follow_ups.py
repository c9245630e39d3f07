"""What units and branches were asked: one tap on a log, or a short record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Meeting
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from discipline.forms.warnings import FollowUpRecordForm, ReasonForm
from discipline.ledgers.warnings import FollowUpLedger
from discipline.models import FollowUp
from discipline.selectors.follow_ups import follow_ups_in_full, offered_logs, state_of
from discipline.services import follow_ups as services
from discipline.views.places import WARNING_TABS, tabs_of


@door(Capability.WARNING_VIEW, methods=("GET",))
def follow_up_list(request: UserRequest) -> HttpResponseBase:
    context = {"tabs": tabs_of(request.user, WARNING_TABS, "follow_up_list")}
    return ledger_page(request, FollowUpLedger, template="discipline/ledger.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def follow_up_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, FollowUpLedger)


@door(Capability.WARNING_VIEW, methods=("GET",))
def follow_up_detail(request: UserRequest, pk: int) -> HttpResponse:
    row = _follow_up(request, pk, Capability.WARNING_VIEW)
    return render(request, "discipline/follow_up_detail.html", _detail(request, row))


@door(Capability.WARNING_RECORD, methods=("POST",))
def follow_up_link(request: UserRequest, pk: int) -> HttpResponse:
    """One tap: the log that was offered, or any other of the organisation's that fits."""
    row = _follow_up(request, pk, Capability.WARNING_RECORD)
    named = request.POST.get("meeting", "")
    number = int(named) if named.isascii() and named.isdigit() and len(named) <= 18 else 0
    meeting = Meeting.objects.visible_to(request.user, Capability.MEETING_VIEW).filter(pk=number).first()
    try:
        if meeting is None:
            raise ValidationError("请选择会议记录。")
        services.follow_up_link(by=request.user, follow_up=row, meeting=meeting)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已关联会议记录，这一项完成。")
    return redirect("discipline:follow_up_detail", pk=pk)


@door(Capability.WARNING_RECORD, methods=("POST",))
def follow_up_record(request: UserRequest, pk: int) -> HttpResponse:
    row = _follow_up(request, pk, Capability.WARNING_RECORD)
    form = FollowUpRecordForm(request.POST)
    if form.is_valid():
        try:
            services.follow_up_record(by=request.user, follow_up=row, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记，这一项完成。")
            return redirect("discipline:follow_up_detail", pk=pk)
    context = {**_detail(request, row), "form": form, "refused": True}
    return render(request, "discipline/follow_up_detail.html", context, status=422)


@door(Capability.WARNING_RECORD, methods=("POST",))
def follow_up_undo(request: UserRequest, pk: int) -> HttpResponse:
    row = _follow_up(request, pk, Capability.WARNING_RECORD)
    form = ReasonForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError("请写明撤回的原因。")
        services.follow_up_undo(by=request.user, follow_up=row, **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已撤回登记，这一项重新待办。")
    return redirect("discipline:follow_up_detail", pk=pk)


def _detail(request: UserRequest, row: FollowUp) -> dict[str, Any]:
    may_record = request.user.scope(Capability.WARNING_RECORD).covers(row.organisation.path)
    log_state = row.meeting.status if row.meeting else None
    words, tone = state_of(row.done_on, log_state, row.due_on, local_today())
    is_open = row.done_on is None or log_state not in (None, "submitted")
    is_branch = row.organisation.kind == OrganisationKind.BRANCH
    return {
        "row": row,
        "words": words,
        "tone": tone,
        "is_open": is_open,
        "is_branch": is_branch,
        "may_record": may_record,
        "may_type": may_record and is_open and not (is_branch and row.conference_id),
        "offers": offered_logs(row) if may_record and is_open else [],
        "form": FollowUpRecordForm(),
        "reason_form": ReasonForm(),
    }


def _follow_up(request: UserRequest, pk: int, capability: Capability) -> FollowUp:
    rows = follow_ups_in_full()
    found: FollowUp = get_visible(rows, request.user, capability, seen_by=Capability.WARNING_VIEW, pk=pk)
    return found
