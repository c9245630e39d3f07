"""督查检查考核计划 (N16): written, submitted, approved by somebody else with its numbers; then frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from core import audit
from core.calendar import local_today
from oversight.choices.inspections import InspectionPlanState
from oversight.models import InspectionEntry, InspectionLimit, InspectionPlan, InspectionSlot
from oversight.selectors.inspections import entries_in_year, limit_of
from oversight.services.texts import cleaned, written

KINDS = (OrganisationKind.WORK_COMMITTEE, OrganisationKind.UNIT)
ENTRY_FIELDS = (
    "title", "basis", "objects_text", "objects_count", "times", "starts_on", "ends_on", "days", "minutes_each",
    "combined_with",
)  # fmt: skip
ENTRY_TEXTS = ("title", "basis", "objects_text", "combined_with")


@transaction.atomic
def plan_create(*, by: User, organisation: Organisation, year: int) -> InspectionPlan:
    """Begin a year's plan; where it has one that is approved, a further batch. One is written at a time."""
    place = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    if place.kind not in KINDS:
        raise ValidationError("督查检查考核计划由机关工委和单位编制，党支部不编制。")
    this_year = local_today().year
    if year not in (this_year, this_year + 1):
        raise ValidationError({"year": f"只能编制{this_year}年和{this_year + 1}年的计划。"})
    plans = InspectionPlan.objects.filter(organisation=place, year=year)
    if plans.exclude(state=InspectionPlanState.APPROVED).exists():
        raise ValidationError({"year": f"{year}年的计划还在编制，请直接打开。"})
    last = plans.aggregate(last=Max("batch"))["last"] or 0
    plan = InspectionPlan(organisation=place, year=year, batch=last + 1, by=by)
    plan.full_clean()
    plan.save(force_insert=True)
    _record(by, "inspection_plan.create", plan, after={"title": plan.title})
    return plan


@transaction.atomic
def entry_save(
    *, by: User, plan: InspectionPlan, values: Mapping[str, Any], entry: InspectionEntry | None = None
) -> InspectionEntry:
    """Add an item to a plan that is being written, or change one. ValidationError by field."""
    held = _locked(plan, InspectionPlanState.DRAFT)
    row = held.entries.get(pk=entry.pk) if entry else InspectionEntry(plan=held)
    before = _told(row) if entry else None
    for field in ENTRY_FIELDS:
        setattr(row, field, values.get(field, ""))
    for field, text in cleaned(**{field: getattr(row, field) for field in ENTRY_TEXTS}).items():
        setattr(row, field, text)
    for field in ("starts_on", "ends_on"):
        day = getattr(row, field)
        if day and day.year != held.year:
            raise ValidationError({field: f"须在计划年度{held.year}年之内。"})
    row.full_clean()
    row.save()
    _record(by, "inspection_plan.entry", held, before=before, after=_told(row))
    return row


@transaction.atomic
def entries_add(*, by: User, plan: InspectionPlan, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add many items, all or none, as from an Excel list; how many."""
    return sum(entry_save(by=by, plan=plan, values=row) is not None for row in rows)


@transaction.atomic
def entry_remove(*, by: User, entry: InspectionEntry) -> None:
    """Take an item out of a plan that is being written."""
    held = _locked(entry.plan, InspectionPlanState.DRAFT)
    _record(by, "inspection_plan.entry_remove", held, before=_told(entry))
    entry.delete()


@transaction.atomic
def plan_submit(*, by: User, plan: InspectionPlan) -> InspectionPlan:
    """
    Put the plan before the committee; it may have no more items in the year than the limit says. Whoever submits it
    answers for it as its author, and cannot approve it.
    """
    held = _locked(plan, InspectionPlanState.DRAFT)
    held.by = by
    if not held.entries.exists():
        raise ValidationError("计划里还没有事项。")
    _check_limit(held)
    held.state, held.return_reason = InspectionPlanState.SUBMITTED, ""
    _save(held)
    _record(by, "inspection_plan.submit", held, after={"title": held.title, "事项数": held.entries.count()})
    return held


@transaction.atomic
def plan_return(*, by: User, plan: InspectionPlan, reason: str) -> InspectionPlan:
    """Back to its author with the reason."""
    held = _locked(plan, InspectionPlanState.SUBMITTED)
    held.state, held.return_reason = InspectionPlanState.DRAFT, written("reason", reason, "退回的原因")
    _save(held)
    _record(by, "inspection_plan.return", held, reason=held.return_reason)
    return held


@transaction.atomic
def plan_approve(
    *, by: User, plan: InspectionPlan, document_number: str, filing_number: str, approved_on: date
) -> InspectionPlan:
    """Approve, by somebody other than the author: from now on each item allows as many inspections as it says."""
    held = _locked(plan, InspectionPlanState.SUBMITTED)
    if by.pk == held.by_id:
        raise ValidationError("编制人不能批准自己的计划，请由其他同志批准。")
    if approved_on > local_today():
        raise ValidationError({"approved_on": "批准日期不能晚于今天。"})
    _check_limit(held)
    numbers = cleaned(document_number=document_number, filing_number=filing_number)
    missing = {field: "请写明。" for field, text in numbers.items() if not text}
    if missing:
        raise ValidationError(missing)
    held.document_number, held.filing_number = numbers["document_number"], numbers["filing_number"]
    held.state, held.approved_on, held.approved_by = InspectionPlanState.APPROVED, approved_on, by
    _save(held)
    InspectionSlot.objects.bulk_create(
        InspectionSlot(entry=entry, number=number)
        for entry in held.entries.all()
        for number in range(1, entry.times + 1)
    )
    _record(by, "inspection_plan.approve", held, after={**numbers, "approved_on": approved_on.isoformat()})
    return held


@transaction.atomic
def plan_remove(*, by: User, plan: InspectionPlan) -> None:
    """Take out a plan that was never approved."""
    held = _locked(plan, InspectionPlanState.DRAFT)
    _record(by, "inspection_plan.remove", held, before={"title": held.title})
    held.delete()


@transaction.atomic
def limit_set(
    *, by: User, organisation: Organisation, audience: str, year: int, limit: int, document: str
) -> InspectionLimit:
    """Set how many items the plans of an organisation of this kind may have in the year."""
    row = InspectionLimit.objects.select_for_update().filter(audience=audience, year=year).first()
    before = {"limit": row.limit, "document": row.document} if row else None
    row = row or InspectionLimit(organisation=organisation, audience=audience, year=year)
    row.limit, row.document, row.by = limit, written("document", document, "依据"), by
    row.full_clean()
    row.save()
    after = {"audience": audience, "year": year, "limit": limit, "document": row.document}
    audit.record(
        by=by, action="inspection_limit.set", target=row, scope_path=organisation.path, before=before, after=after
    )
    return row


def _check_limit(plan: InspectionPlan) -> None:
    limit = limit_of(plan.organisation.kind, plan.year)
    if limit is not None and (count := entries_in_year(plan.organisation_id, plan.year)) > limit.limit:
        raise ValidationError(
            f"{plan.year}年的督查检查考核事项不得超过{limit.limit}项（{limit.document}），现有{count}项。请合并同类事项。"
        )


def _locked(plan: InspectionPlan, state: str) -> InspectionPlan:
    rows = InspectionPlan.objects.select_for_update(of=("self",)).select_related("organisation")
    held: InspectionPlan = rows.get(pk=plan.pk)
    if held.state != state:
        raise ValidationError(f"这份计划{held.get_state_display()}，不能这样办理。")
    return held


def _save(plan: InspectionPlan) -> None:
    plan.full_clean()
    plan.save()


def _told(entry: InspectionEntry) -> dict[str, Any]:
    return {field: str(getattr(entry, field)) for field in ENTRY_FIELDS}


def _record(by: User, action: str, plan: InspectionPlan, **what: Any) -> None:
    audit.record(by=by, action=action, target=plan, scope_path=plan.organisation.path, **what)
