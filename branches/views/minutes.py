"""Writing minutes: choose the kind, type, submit; and the same page for a correction."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.doors import door
from accounts.forms import refuse
from accounts.roles import Capability
from branches.choices import MeetingKind
from branches.forms.meetings import Content, CorrectionForm, MeetingForm
from branches.models import Organisation
from branches.selectors.meeting_plans import open_plan, open_plans, planned_content
from branches.selectors.meeting_versions import meeting_content
from branches.selectors.meetings import groups_on
from branches.selectors.minutes import (
    branches_to_record,
    draft_of_correction,
    drafts_of,
    due_kinds,
    first_content,
    other_kinds,
)
from branches.services import meetings as services
from branches.views.minutes_page import (
    PAGE,
    Sheet,
    chosen_branch,
    corrected_meeting,
    draw_minutes,
    groups_for,
    meeting_named,
)
from core.actors import UserRequest
from core.calendar import local_today

BRANCHES_SHOWN = 100


@door(Capability.MEETING_SUBMIT, methods=("GET",))
def meeting_new(request: UserRequest) -> HttpResponse:
    """
    What is due stands first; a secretary of several branches chooses the branch. A link that names the kind goes
    on.
    """
    branches = list(branches_to_record(request.user)[:BRANCHES_SHOWN])
    branch = chosen_branch(request) if "branch" in request.GET or len(branches) == 1 else None
    context: dict[str, Any] = {"branches": branches, "branch": branch}
    if branch is not None and request.GET.get("kind") in MeetingKind.values:
        query = urlencode({"branch": branch.pk, "kind": request.GET["kind"]})
        return redirect(f"{reverse('branches:meeting_create')}?{query}")
    if branch is not None:
        today = local_today()
        groups = groups_on(branch, today)
        owed = due_kinds(branch, groups, today)
        context |= {
            "due": [item for item in owed if not item.overdue],
            "overdue": [item for item in owed if item.overdue],
            "others": other_kinds(owed, groups),
            "plans": open_plans(branch),
            "today": today,
            "drafts": [draft for draft in drafts_of(request.user) if draft.organisation_id == branch.pk],
        }
    return render(request, "branches/meeting_new.html", context)


@door(Capability.MEETING_SUBMIT)
def meeting_create(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        return _submit(request, chosen_branch(request))
    if request.GET.get("kind") not in MeetingKind.values:
        return redirect("branches:meeting_new")
    branch = chosen_branch(request)
    sheet = Sheet.fresh(_first_content(request, branch))
    form = MeetingForm(sheet.content, groups=groups_for(branch, sheet.content))
    return draw_minutes(request, form, sheet, branch)


def _submit(request: UserRequest, branch: Organisation) -> HttpResponse:
    sheet = Sheet.sent(request)
    form = MeetingForm(sheet.content, groups=groups_for(branch, sheet.content), bound=True)
    if form.is_valid():
        try:
            meeting = services.meeting_record(
                by=request.user, branch=branch, data=form.meeting_data(), submission_key=sheet.draft_id
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已提交，已标明“补记”。" if meeting.is_late_entry else "已提交。")
            return redirect("branches:meeting_detail", pk=meeting.pk)
    return draw_minutes(request, form, sheet, branch)


@door(Capability.MEETING_SUBMIT, methods=("POST",))
def meeting_roster(request: UserRequest) -> HttpResponse:
    """Who should attend on the day chosen, with the absences already marked; nothing is stored."""
    sheet, meeting = Sheet.sent(request), meeting_named(request)
    branch = meeting.organisation if meeting else chosen_branch(request)
    form_class = CorrectionForm if meeting else MeetingForm
    form = form_class(sheet.content, groups=groups_for(branch, sheet.content))
    form.follow_title(sheet.auto_title)
    template = "branches/_meeting_roster.html" if request.headers.get("HX-Request") else PAGE
    return draw_minutes(request, form, sheet, branch, meeting=meeting, template=template)


@door(Capability.MEETING_CORRECT)
def meeting_correct(request: UserRequest, pk: int) -> HttpResponse:
    meeting = corrected_meeting(request, pk)
    if request.method == "GET":
        draft = draft_of_correction(meeting, request.user)
        sheet = Sheet.kept(draft) if draft else Sheet.fresh(meeting_content(meeting))
        form = CorrectionForm(sheet.content, groups=groups_for(meeting.organisation, sheet.content))
        return draw_minutes(request, form, sheet, meeting.organisation, meeting=meeting)
    sheet = Sheet.sent(request)
    form = CorrectionForm(sheet.content, groups=groups_for(meeting.organisation, sheet.content), bound=True)
    if form.is_valid():
        try:
            services.meeting_correct(
                by=request.user,
                meeting=meeting,
                data=form.meeting_data(),
                reason=form.cleaned_data["reason"],
                expected_revision=sheet.seen_revision,
                take_roster=sheet.take_roster,
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已更正，原内容留存在历史版本中。")
            return redirect("branches:meeting_detail", pk=pk)
    return draw_minutes(request, form, sheet, meeting.organisation, meeting=meeting)


def _first_content(request: UserRequest, branch: Organisation) -> Content:
    """The day is today, except for what should have been held in a period that is over: that the recorder knows."""
    kind, day = request.GET["kind"], local_today()
    groups = groups_on(branch, day) if kind == MeetingKind.GROUP else []
    named = request.GET.get("group", "")
    plan = open_plan(branch, request.GET.get("plan", ""))
    named = str(plan.group_id) if plan and plan.group_id else named
    group = next((group for group in groups if str(group.pk) == named or len(groups) == 1), None)
    content = first_content(
        branch=branch, kind=kind, user=request.user, day=None if "overdue" in request.GET else day, group=group
    )
    return content | planned_content(plan, day) if plan and plan.kind == kind else content
