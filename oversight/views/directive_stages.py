"""The stages of one item: done by whoever answers for it, planned and returned by whoever runs it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Meeting
from core.actors import UserRequest
from oversight.forms.directives import NoteForm, StageForm, StagesPlanForm
from oversight.models import DirectiveStage
from oversight.selectors.directives import stages_in_full
from oversight.selectors.places import logs_offered
from oversight.services import directive_stages as services
from oversight.views.directives import SECTION, directive_run
from oversight.views.paper_acts import act_on, refuse_unless

WRITE = Capability.DIRECTIVE_WRITE


@door(WRITE)
def stages_plan(request: UserRequest, pk: int) -> HttpResponse:
    directive = directive_run(request, pk)
    form = StagesPlanForm(request.POST or None, stages=directive.stages.all(), revision=directive.revision)

    def act(data: dict[str, Any]) -> None:
        services.stages_plan(
            by=request.user,
            directive=directive,
            planned=form.planned(),
            reason=data["reason"],
            expected_revision=data["revision"],
        )

    back = reverse("oversight:directive_detail", args=[pk])
    return act_on(
        request,
        form,
        act,
        title="调整阶段时限",
        back=back,
        section=SECTION,
        subtitle=str(directive),
        done="时限已调整。",
    )


@door(WRITE)
def stage_finish(request: UserRequest, pk: int) -> HttpResponse:
    """Logs are offered from below the organisation that answers for the item."""
    stage = _stage(request, pk)
    directive = stage.directive
    logs = logs_offered(request.user, directive.owner.path, directive.received_on)
    form = StageForm(request.POST or None, stage=stage, logs=logs)

    def act(data: dict[str, Any]) -> None:
        meeting = _meeting(request, data.pop("meeting"))
        services.stage_finish(by=request.user, stage=stage, meeting=meeting, **data)

    return _acted(request, stage, form, act, title=f"登记完成：{stage.name}", submit="完成", done="已登记完成。")


@door(WRITE)
def stage_return(request: UserRequest, pk: int) -> HttpResponse:
    stage = _stage(request, pk)
    runs = request.user.scope(WRITE).covers(stage.directive.organisation.path)
    refuse_unless(runs, "由督办党组织办理，责任党组织不能办理。")
    form = NoteForm(request.POST or None, name="reason", label="退回原因", limit=200)
    return _acted(
        request, stage, form,
        lambda data: services.stage_return(by=request.user, stage=stage, reason=data["reason"]),
        title=f"退回：{stage.name}", submit="退回", done="已退回，重新办理。",
    )  # fmt: skip


def _stage(request: UserRequest, pk: int) -> DirectiveStage:
    rows = stages_in_full()
    found: DirectiveStage = get_visible(rows, request.user, WRITE, seen_by=Capability.DIRECTIVE_VIEW, pk=pk)
    return found


def _meeting(request: UserRequest, pk: int | None) -> Meeting | None:
    """Only offered logs are choices; read again within the reader's rights."""
    if pk is None:
        return None
    rows = Meeting.objects.visible_to(request.user, Capability.MEETING_VIEW)
    return rows.select_related("organisation").get(pk=pk)


def _acted(request: UserRequest, stage: DirectiveStage, form: Any, act: Any, **words: Any) -> HttpResponse:
    back = reverse("oversight:directive_detail", args=[stage.directive_id])
    return act_on(request, form, act, back=back, section=SECTION, subtitle=str(stage.directive), **words)
