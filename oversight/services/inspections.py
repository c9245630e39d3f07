"""督查检查考核: opened from an item of an approved plan and within its number, finished with what was found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import Organisation
from branches.services.worklists import worklist_create, worklist_stop
from core import audit
from oversight.choices.inspections import InspectionPlanState, InspectionRecord, InspectionState
from oversight.models import Inspection, InspectionEntry, InspectionPlan, InspectionSlot, InspectionTarget
from oversight.policy.inspections import RULE
from oversight.services.texts import cleaned, written

SOURCE = "oversight.inspection"
TARGET_KINDS = ("unit", "organ_committee", "general_branch", "branch")


@transaction.atomic
def inspection_open(
    *,
    by: User,
    entry: InspectionEntry,
    starts_on: date,
    ends_on: date,
    targets: Collection[Organisation],
    records: Sequence[str] = (),
) -> Inspection:
    """
    Open an inspection of these organisations: only from an approved plan, within the item's number, days, period and
    count of objects (N16). ValidationError by field, with the rule; nothing is stored then.
    """
    plan = InspectionPlan.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=entry.plan_id)
    if plan.state != InspectionPlanState.APPROVED:
        raise ValidationError(f"计划没有批准，不能开展。依据：{RULE}。")
    held = InspectionEntry.objects.get(pk=entry.pk)
    _check_days(held, starts_on, ends_on)
    _check_targets(plan, held, targets)
    if unknown := set(records) - set(InspectionRecord.values):
        raise ValidationError({"records": f"平台没有“{'、'.join(sorted(unknown))}”。"})
    row = Inspection(organisation=plan.organisation, starts_on=starts_on, ends_on=ends_on, by=by)
    row.slot, row.records = _free_slot(held), list(records)
    title = f"{held.title}（{starts_on:%Y-%m-%d}）发现问题"[:120]
    row.worklist = worklist_create(by=by, organisation=plan.organisation, source=SOURCE, title=title)
    row.full_clean()
    row.save(force_insert=True)
    InspectionTarget.objects.bulk_create(InspectionTarget(inspection=row, organisation=each) for each in targets)
    named = sorted(each.short_name for each in targets)
    _record(by, "inspection.open", row, after={"title": held.title, "starts_on": str(starts_on), "targets": named})
    return row


@transaction.atomic
def inspection_finish(*, by: User, row: Inspection, result: str) -> Inspection:
    """End it with its result; what was found stands in its worklist."""
    found = _locked(row)
    found.result = cleaned(result=result)["result"]
    if not found.result:
        raise ValidationError({"result": "请写明结果。"})
    found.state = InspectionState.FINISHED
    _save(found)
    _record(by, "inspection.finish", found, after={"result": found.result})
    return found


@transaction.atomic
def inspection_cancel(*, by: User, row: Inspection, reason: str) -> Inspection:
    """It is not held: its number is free again, and what is left of its worklist is cancelled."""
    found = _locked(row)
    found.result = written("reason", reason, "取消的原因")
    found.state = InspectionState.CANCELLED
    _save(found)
    worklist_stop(by=by, worklist=found.worklist, reason=found.result)
    _record(by, "inspection.cancel", found, reason=found.result)
    return found


def _check_days(entry: InspectionEntry, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise ValidationError({"ends_on": "截止日期不能早于起始日期。"})
    if not entry.starts_on <= starts_on <= ends_on <= entry.ends_on:
        raise ValidationError({"starts_on": f"须在计划的{entry.starts_on}至{entry.ends_on}之内。依据：{RULE}。"})
    if (ends_on - starts_on).days + 1 > entry.days:
        raise ValidationError({"ends_on": f"计划每次最多{entry.days}天。"})


def _check_targets(plan: InspectionPlan, entry: InspectionEntry, targets: Collection[Organisation]) -> None:
    if not targets:
        raise ValidationError({"targets": "请选择被查单位。"})
    if len(targets) > entry.objects_count:
        raise ValidationError({"targets": f"计划最多{entry.objects_count}个对象，这里选了{len(targets)}个。"})
    for place in targets:
        if place.pk == plan.organisation_id or not place.path.startswith(plan.organisation.path):
            raise ValidationError({"targets": f"{place.short_name}不在{plan.organisation.short_name}之下。"})
        if place.kind not in TARGET_KINDS:
            raise ValidationError({"targets": f"{place.short_name}不作为督查检查考核对象。"})


def _free_slot(entry: InspectionEntry) -> InspectionSlot:
    taken = Inspection.objects.filter(slot__entry=entry).exclude(state=InspectionState.CANCELLED)
    slot = entry.slots.exclude(pk__in=taken.order_by().values("slot")).order_by("number").first()
    if slot is None:
        raise ValidationError(f"“{entry.title}”计划{entry.times}次，已经用完，不能再开展。依据：{RULE}。")
    return slot


def _locked(row: Inspection) -> Inspection:
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("organisation", "slot__entry", "worklist")
    found: Inspection = rows.get(pk=row.pk)
    if found.state != InspectionState.OPEN:
        raise ValidationError(f"这次督查检查考核{found.get_state_display()}，不能再办理。")
    return found


def _save(row: Inspection) -> None:
    row.full_clean()
    row.save()


def _record(by: User, action: str, row: Inspection, **what: Any) -> None:
    audit.record(by=by, action=action, target=row, scope_path=row.organisation.path, **what)
