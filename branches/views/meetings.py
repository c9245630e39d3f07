"""Submitted logs: the ledger, one log, its history, its return."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.meetings import ReturnForm
from branches.ledgers.meetings import MeetingLedger
from branches.selectors.meeting_pages import meeting_page, meetings_in_full
from branches.selectors.meeting_versions import corrections_of
from branches.selectors.minutes import drafts_of
from branches.services import meetings as services
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page


@door(Capability.MEETING_LIST, methods=("GET",))
def meeting_list(request: UserRequest) -> HttpResponseBase:
    context = {"drafts": drafts_of(request.user), "may_record": request.user.can(Capability.MEETING_SUBMIT)}
    return ledger_page(request, MeetingLedger, template="branches/meeting_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def meeting_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, MeetingLedger)


@door(Capability.MEETING_VIEW, methods=("GET",))
def meeting_detail(request: UserRequest, pk: int) -> HttpResponse:
    meeting = _meeting(request, pk, Capability.MEETING_VIEW)
    page = meeting_page(request.user, meeting)
    context = {"meeting": meeting, "page": page, "form": ReturnForm(meeting=meeting) if page.may_return else None}
    return render(request, "branches/meeting_detail.html", context)


@door(Capability.MEETING_HISTORY, methods=("GET",))
def meeting_history(request: UserRequest, pk: int) -> HttpResponse:
    meeting = _meeting(request, pk, Capability.MEETING_HISTORY)
    context = {"meeting": meeting, "corrections": corrections_of(meeting)}
    return render(request, "branches/meeting_history.html", context)


@door(Capability.MEETING_RETURN)
def meeting_return(request: UserRequest, pk: int) -> HttpResponse:
    meeting = _meeting(request, pk, Capability.MEETING_RETURN)
    form = ReturnForm(request.POST if request.method == "POST" else None, meeting=meeting)
    if form.is_valid():
        meeting.revision = form.cleaned_data["revision"]
        try:
            services.meeting_return(by=request.user, meeting=meeting, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已退回，党支部会收到通知；更正之前这条记录不再计入。")
            return redirect("branches:meeting_detail", pk=pk)
    return render(request, "branches/meeting_return.html", {"meeting": meeting, "form": form})


def _meeting(request: UserRequest, pk: int, capability: Capability) -> Any:
    return get_visible(meetings_in_full(), request.user, capability, seen_by=Capability.MEETING_VIEW, pk=pk)
