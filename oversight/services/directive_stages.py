"""The stages of one item: planned, done, returned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import MeetingStatus
from branches.models import Meeting
from core.calendar import local_today
from oversight.choices import DirectiveEventKind as Kind
from oversight.models import Directive, DirectiveStage
from oversight.services.directives import check_order, due_again, locked, record, save, trace
from oversight.services.texts import cleaned, written

NOTE_MINIMUM = 4


@transaction.atomic
def stages_plan(
    *,
    by: User,
    directive: Directive,
    planned: Mapping[int, date | None],
    reason: str,
    expected_revision: int | None = None,
) -> Directive:
    """Set the days of stages that are not done, by position, with a reason. ValidationError by field."""
    held = locked(directive, expected_revision)
    reason = written("reason", reason, "调整原因")
    stages = list(DirectiveStage.objects.filter(directive=held))
    changed = [
        stage
        for stage in stages
        if stage.done_on is None and stage.position in planned and planned[stage.position] != stage.planned_on
    ]
    if not changed:
        raise ValidationError("各阶段的时限没有变化。")
    words = [f"{stage.name}由{stage.planned_on or '未定'}改为{planned[stage.position] or '未定'}" for stage in changed]
    for stage in changed:
        stage.planned_on = planned[stage.position]
    check_order([stage.planned_on for stage in stages])
    DirectiveStage.objects.bulk_update(changed, ["planned_on"])
    save(held)
    trace(by, held, Kind.PLANNED, f"{'；'.join(words)}。{reason}")
    record(by, "directive.plan", held, after={"阶段时限": words}, reason=reason)
    due_again(held)
    return held


@transaction.atomic
def stage_finish(
    *,
    by: User,
    stage: DirectiveStage,
    done_on: date | None = None,
    note: str = "",
    meeting: Meeting | None = None,
    meeting_named: str = "",
) -> DirectiveStage:
    """
    A stage is done: by the log of the meeting that did it, whose day then counts, or by what was done on ``done_on``.
    Meetings of a unit, of which the portal holds no log, may be named. ValidationError by field.
    """
    held = locked(stage.directive)
    row = _stage(held, stage)
    texts = cleaned(note=note, meeting_named=meeting_named)
    if meeting is not None:
        _check_meeting(held, meeting)
        done_on = meeting.held_on
    _check_done(held, row, done_on, named=bool(meeting or texts["meeting_named"]), note=texts["note"])
    row.done_on, row.done_by, row.note = done_on, by, texts["note"]
    row.meeting, row.meeting_named = meeting, "" if meeting else texts["meeting_named"]
    row.full_clean(exclude=["directive", "done_by", "meeting"])
    row.save()
    words = "，".join(filter(None, [f"{done_on}", str(meeting.title) if meeting else row.meeting_named, row.note]))
    trace(by, held, Kind.FINISHED, words[:1000], row)
    record(by, "directive.finish", held, after={"阶段": row.name, "完成日期": str(done_on)})
    due_again(held)
    return row


@transaction.atomic
def stage_return(*, by: User, stage: DirectiveStage, reason: str) -> DirectiveStage:
    """退回: a finished stage is to be done again; what was written stays, to be written on."""
    held = locked(stage.directive)
    row = _stage(held, stage)
    if row.done_on is None:
        raise ValidationError("这个阶段还没有完成。", code="conflict")
    reason = written("reason", reason, "退回原因")
    row.done_on = row.done_by = None
    row.save()
    trace(by, held, Kind.RETURNED, reason, row)
    record(by, "directive.return", held, after={"阶段": row.name}, reason=reason)
    due_again(held)
    return row


def _stage(directive: Directive, stage: DirectiveStage) -> DirectiveStage:
    row = DirectiveStage.objects.select_for_update(of=("self",)).get(pk=stage.pk)
    row.directive = directive
    if row.is_closing:
        raise ValidationError("销号在事项页面办理。")
    return row


def _check_meeting(directive: Directive, meeting: Meeting) -> None:
    inside = meeting.organisation.path.startswith(directive.owner.path)
    if not inside or meeting.status != MeetingStatus.SUBMITTED:
        raise ValidationError({"meeting": "请选择责任党组织已提交的会议记录。"})


def _check_done(directive: Directive, row: DirectiveStage, done_on: date | None, *, named: bool, note: str) -> None:
    if row.done_on is not None:
        raise ValidationError("这个阶段已经完成。", code="conflict")
    if done_on is None:
        raise ValidationError({"done_on": "请填写完成日期，或选择会议记录。"})
    if not directive.received_on <= done_on <= local_today():
        raise ValidationError({"done_on": f"日期应在{directive.received_on}与今天之间。"})
    if row.by_meeting and not named:
        raise ValidationError({"meeting": "请选择会议记录；单位层面的会议填写会议名称。"})
    if not named and len(note) < NOTE_MINIMUM:
        raise ValidationError({"note": f"请写明做了什么，至少{NOTE_MINIMUM}个字。"})
