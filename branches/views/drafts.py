"""Drafts: gone on with, saved by the page itself, thrown away."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.forms.meetings import MeetingForm
from branches.models import MeetingDraft
from branches.selectors.minutes import drafts_in_full, is_draft_id_taken, submitted_as
from branches.services import drafts as services
from branches.views.minutes_page import Sheet, chosen_branch, draw_minutes, groups_for, meeting_named
from core.actors import UserRequest

HTTP_CONFLICT = 409
HTTP_UNPROCESSABLE = 422


@door(Capability.DRAFT_UPDATE, methods=("GET",))
def draft_edit(request: UserRequest, pk: UUID) -> HttpResponse:
    """Go on with a draft; one submitted meanwhile leads to its log."""
    submitted = submitted_as(pk, request.user)
    if submitted is not None:
        return redirect("branches:meeting_detail", pk=submitted.pk)
    draft = _draft(request, pk, Capability.DRAFT_UPDATE)
    if draft.meeting_id:
        return redirect("branches:meeting_correct", pk=draft.meeting_id)
    sheet = Sheet.kept(draft)
    form = MeetingForm(sheet.content, groups=groups_for(draft.organisation, sheet.content))
    return draw_minutes(request, form, sheet, draft.organisation)


@door(Capability.DRAFT_UPDATE, methods=("POST",))
def draft_save(request: UserRequest, pk: UUID) -> HttpResponse:
    """Called by the page itself (JSON), or by its button where scripts do not run."""
    visible = MeetingDraft.objects.visible_to(request.user, Capability.DRAFT_UPDATE)
    draft = visible.select_related("organisation").filter(pk=pk).first()
    if draft is None and is_draft_id_taken(pk):
        raise Http404("没有找到，或不在您的范围内。")
    sheet, meeting = Sheet.sent(request), meeting_named(request)
    branch = draft.organisation if draft else meeting.organisation if meeting else chosen_branch(request)
    try:
        revision = services.draft_save(
            by=request.user,
            branch=branch,
            draft_id=pk,
            content=sheet.content,
            revision=sheet.draft_revision,
            meeting=meeting,
        )
    except ValidationError as error:
        return _refused(request, error)
    if _wants_json(request):
        return JsonResponse({"revision": revision, "url": reverse("branches:draft_edit", args=[pk])})
    messages.success(request, "草稿已保存。")
    return redirect("branches:draft_edit", pk=pk)


@door(Capability.DRAFT_DELETE, methods=("POST",))
def draft_discard(request: UserRequest, pk: UUID) -> HttpResponse:
    services.draft_discard(by=request.user, draft=_draft(request, pk, Capability.DRAFT_DELETE))
    messages.success(request, "草稿已删除。")
    return redirect("branches:meeting_list")


def _draft(request: UserRequest, pk: UUID, capability: Capability) -> MeetingDraft:
    found: MeetingDraft = get_visible(drafts_in_full(), request.user, capability, seen_by=Capability.DRAFT_VIEW, pk=pk)
    return found


def _refused(request: UserRequest, error: ValidationError) -> HttpResponse:
    message = " ".join(error.messages)
    if _wants_json(request):
        conflict = getattr(error, "code", "") in ("conflict", "submitted")
        return JsonResponse({"message": message}, status=HTTP_CONFLICT if conflict else HTTP_UNPROCESSABLE)
    messages.error(request, message)
    return redirect("branches:meeting_list")


def _wants_json(request: UserRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
