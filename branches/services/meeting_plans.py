"""Meetings planned ahead: written, moved, cancelled, and closed by the log that is written from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from accounts.models import User
from branches.choices import MeetingKind, PlanState
from branches.models import AgendaTemplate, Meeting, MeetingPlan, Organisation
from branches.policy.minutes import id_number_problems
from branches.selectors.meetings import groups_on
from core import audit
from core.calendar import local_today

#: What may be planned, as the fields of the form.
FIELDS = ("kind", "group_id", "title", "planned_on", "starts_at", "place", "agenda")
_TEXTS = {"title": "主题", "place": "地点", "agenda": "议题", "reason": "取消原因", "text": "议题"}


@transaction.atomic
def plan_create(*, by: User, branch: Organisation, values: Mapping[str, Any]) -> MeetingPlan:
    """Plan a meeting of the branch. ValidationError by field."""
    branch = _locked(branch.pk)
    plan = MeetingPlan(organisation=branch, by=by)
    _describe(plan, values)
    plan.save(force_insert=True)
    audit.record(by=by, action="plan.create", target=plan, scope_path=branch.path, after=_audited(plan))
    return plan


@transaction.atomic
def plan_update(*, by: User, plan: MeetingPlan, values: Mapping[str, Any], expected_revision: int) -> MeetingPlan:
    """Move or reword an open plan. ValidationError by field; code "conflict" where it was changed or closed since."""
    plan = _open(plan, expected_revision)
    before = _audited(plan)
    _describe(plan, values)
    plan.revision += 1
    plan.save()
    path = plan.organisation.path
    audit.record(by=by, action="plan.update", target=plan, scope_path=path, before=before, after=_audited(plan))
    return plan


@transaction.atomic
def plan_cancel(*, by: User, plan: MeetingPlan, reason: str, expected_revision: int) -> MeetingPlan:
    """Give an open plan up, with a reason."""
    plan = _open(plan, expected_revision)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": ["请写明取消原因。"]})
    _refuse_id_numbers({"reason": reason})
    plan.state, plan.reason, plan.revision = PlanState.CANCELLED, reason, plan.revision + 1
    plan.full_clean(exclude=["organisation", "by", "meeting", "group"])
    plan.save()
    audit.record(by=by, action="plan.cancel", target=plan, scope_path=plan.organisation.path, reason=reason)
    return plan


def plan_close(*, meeting: Meeting, plan_id: int) -> bool:
    """
    The log was written from this plan: close it. Called within the log's own transaction, with its branch locked; a
    plan that is closed already or lies elsewhere is left alone. Whether it was closed.
    """
    plans = MeetingPlan.objects.filter(pk=plan_id, organisation_id=meeting.organisation_id, state=PlanState.PLANNED)
    return bool(plans.update(state=PlanState.DONE, meeting=meeting, revision=F("revision") + 1))


@transaction.atomic
def agenda_template_save(*, by: User, branch: Organisation, kind: str, text: str) -> None:
    """Keep the branch's own agenda for a kind of meeting; an empty one gives way to the shipped one."""
    branch = _locked(branch.pk)
    if kind not in MeetingKind.values:
        raise ValidationError({"text": ["会议类型不存在。"]})
    lines = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    _refuse_id_numbers({"text": lines})
    own = AgendaTemplate.objects.filter(organisation=branch, kind=kind).first()
    before = {"text": own.text if own else ""}
    if lines:
        row = own or AgendaTemplate(organisation=branch, kind=kind)
        row.text, row.by = lines, by
        row.full_clean(exclude=["organisation", "by"])
        row.save()
    elif own:
        own.delete()
    after = {"kind": MeetingKind(kind).label, "text": lines}
    audit.record(by=by, action="agenda.update", target=branch, scope_path=branch.path, before=before, after=after)


def _locked(branch_id: int) -> Organisation:
    return Organisation.objects.order_by().select_for_update(no_key=True).get(pk=branch_id)


def _open(plan: MeetingPlan, expected_revision: int) -> MeetingPlan:
    branch = _locked(plan.organisation_id)
    plan = MeetingPlan.objects.get(pk=plan.pk)
    plan.organisation = branch
    if plan.state != PlanState.PLANNED:
        raise ValidationError(f"这个计划现在是“{plan.get_state_display()}”，不能再改。", code="conflict")
    if plan.revision != expected_revision:
        raise ValidationError("这个计划刚被改过，请看过新内容再保存。", code="conflict")
    return plan


def _describe(plan: MeetingPlan, values: Mapping[str, Any]) -> None:
    """Put the values on the row and check them; nothing is stored yet."""
    _refuse_id_numbers(values)
    moved = plan.planned_on != values["planned_on"]
    for name in FIELDS:
        setattr(plan, name, values[name])
    if plan.kind != MeetingKind.GROUP:
        plan.group_id = None
    if moved and plan.planned_on < local_today():
        raise ValidationError({"planned_on": ["计划日期不能早于今天；会议已经开过的，直接写会议记录。"]})
    if plan.kind == MeetingKind.GROUP:
        _check_group(plan)
    plan.full_clean(exclude=["organisation", "by", "meeting", "group"])


def _check_group(plan: MeetingPlan) -> None:
    if plan.group_id is None:
        raise ValidationError({"group": ["请选择党小组。"]})
    if plan.group_id not in {group.pk for group in groups_on(plan.organisation, local_today())}:
        raise ValidationError({"group": ["支部没有这个党小组。"]})


def _refuse_id_numbers(values: Mapping[str, Any]) -> None:
    texts = [(name, label, str(values.get(name) or "")) for name, label in _TEXTS.items()]
    if problems := id_number_problems(texts):
        raise ValidationError(dict(problems))


def _audited(plan: MeetingPlan) -> dict[str, Any]:
    return {"kind": plan.kind, "title": plan.title, "planned_on": plan.planned_on.isoformat(), "state": plan.state}
