"""What every view around the page of minutes shares: reading what it sent, finding its objects, drawing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate

from accounts.doors import get_visible
from accounts.roles import Capability
from branches.forms.meetings import Content, MeetingForm, content_of, day_of
from branches.models import Meeting, MeetingDraft, Organisation
from branches.policy.meeting_kinds import GROUP, audience
from branches.selectors.closings import closed_words
from branches.selectors.meeting_pages import meetings_in_full
from branches.selectors.meeting_versions import changed_since
from branches.selectors.meetings import groups_on
from branches.selectors.minutes import branches_all, branches_to_record, minutes_page
from branches.services.meetings import is_late_entry
from core.actors import UserRequest
from core.calendar import local_today

PAGE = "branches/meeting_form.html"
REVISION_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Sheet:
    """The state of the page: its content, the draft it is saved under, and which version of a log it corrects."""

    content: Content
    draft_id: UUID
    draft_revision: int = 0
    seen_revision: int = 0
    auto_title: str = ""
    take_roster: bool = False

    @classmethod
    def sent(cls, request: UserRequest) -> Sheet:
        post = request.POST
        return cls(
            content=content_of(post),
            draft_id=_uuid(post.get("draft", "")) or uuid4(),
            draft_revision=_revision(post.get("draft_revision", "")),
            seen_revision=_revision(post.get("revision", "")),
            auto_title=post.get("auto_title", ""),
            take_roster=post.get("take_roster") == "1",
        )

    @classmethod
    def fresh(cls, content: Content) -> Sheet:
        return cls(content=content, draft_id=uuid4())

    @classmethod
    def kept(cls, draft: MeetingDraft) -> Sheet:
        return cls(content=draft.content, draft_id=draft.pk, draft_revision=draft.revision)


def draw_minutes(
    request: UserRequest,
    form: MeetingForm,
    sheet: Sheet,
    branch: Organisation,
    *,
    meeting: Meeting | None = None,
    template: str = PAGE,
) -> HttpResponse:
    """The page, or its part that depends on kind and day."""
    day = day_of(sheet.content)
    page = minutes_page(
        branch,
        form.asked(day) if day else None,
        meeting=meeting,
        take_roster=sheet.take_roster,
        joint=form.may_be_joint,
    )
    context: dict[str, Any] = {
        "form": form,
        "sheet": sheet,
        "branch": branch,
        "meeting": meeting,
        "page": page,
        "rows": form.seat_rows(page.seats, page.branches),
        "late": page.day is not None and is_late_entry(page.day, _submitted_on(meeting)),
        "closed": closed_words([branch.pk], filter(None, (page.day, meeting.held_on if meeting else None))),
    }
    if meeting is None:
        query = urlencode({"branch": branch.pk, "kind": form.kind_now})
        context["action"] = f"{reverse('branches:meeting_create')}?{query}"
    else:
        context["action"] = reverse("branches:meeting_correct", args=[meeting.pk])
        if sheet.seen_revision and sheet.seen_revision != meeting.revision:
            context["changed_by"], context["changes"] = changed_since(meeting, sheet.seen_revision)
    return render(request, template, context)


def _submitted_on(meeting: Meeting | None) -> date:
    return localdate(meeting.submitted_at) if meeting else local_today()


def groups_for(branch: Organisation, content: Content) -> list[Organisation]:
    """The groups to choose from; only what a group holds asks for its group."""
    called = audience(str(content.get("kind") or ""), str(content.get("held_as") or ""))
    return groups_on(branch, day_of(content) or local_today()) if called == GROUP else []


def chosen_branch(request: UserRequest) -> Organisation:
    """The branch named in the request, else the only one; 404 outside the user's reach."""
    named = request.POST.get("branch") or request.GET.get("branch") or ""
    if not named:
        only = list(branches_to_record(request.user)[:2])
        if len(only) == 1:
            return only[0]
    number = _number(named)
    if number is None:
        raise Http404("没有找到这个党支部。")
    found: Organisation = get_visible(
        branches_all(), request.user, Capability.MEETING_SUBMIT, seen_by=Capability.BRANCH_VIEW, pk=number
    )
    return found


def corrected_meeting(request: UserRequest, pk: int) -> Meeting:
    """The log that the user may correct; 404 out of sight, 403 where it may only be read."""
    found: Meeting = get_visible(
        meetings_in_full(), request.user, Capability.MEETING_CORRECT, seen_by=Capability.MEETING_VIEW, pk=pk
    )
    return found


def meeting_named(request: UserRequest) -> Meeting | None:
    """The log that the page corrects, None where it writes a new one."""
    named = request.POST.get("meeting", "")
    if not named:
        return None
    number = _number(named)
    if number is None:
        raise Http404("没有找到这条会议记录。")
    return corrected_meeting(request, number)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _revision(text: str) -> int:
    """The revision named, 0 for none; one that no row ever had would not fit into its column either."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= REVISION_DIGITS else 0


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
