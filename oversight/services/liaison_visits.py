"""Visits to units and branches: recorded once by who went there; nothing is asked of the visited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from branches.models import Organisation
from branches.services.departures import notices_to, staff_of
from branches.services.obligations import organisations_lock
from branches.services.worklists import item_add, worklist_create
from core import audit
from core.calendar import local_today
from oversight.models import LiaisonArea, LiaisonUnit, LiaisonVisit
from oversight.selectors.liaison import visit_facts
from oversight.services.liaison import due_again
from oversight.services.texts import cleaned

WORKLIST_SOURCE = "oversight.liaison"
FINDINGS_LIMIT = 20
FIELDS = ("held_on", "form", "visitors", "suggestions")
LINKS = ["organisation", "area", "worklist", "by"]


@transaction.atomic
def visit_record(
    *,
    by: User,
    area: LiaisonArea,
    organisation: Organisation,
    values: Mapping[str, Any],
    findings: Sequence[str] = (),
    due_on: date | None = None,
) -> LiaisonVisit:
    """
    A visit, with how the visited stood on the portal, and each finding as a task of theirs until ``due_on``. The
    visited are told. ValidationError by field.
    """
    organisations_lock(sorted({area.organisation_id, organisation.pk}))
    visit = LiaisonVisit(area=area, organisation=organisation, by=by)
    _describe(visit, values)
    _check_place(visit)
    findings = _findings(findings, due_on)
    visit.facts = [list(fact) for fact in visit_facts(organisation)]
    title = f"{visit.held_on:%Y-%m-%d}{visit.get_form_display()}{organisation.short_name}"[:120]
    visit.worklist = worklist_create(by=by, organisation=area.organisation, source=WORKLIST_SOURCE, title=title)
    visit.save(force_insert=True)
    for finding in findings:
        item_add(
            by=by, worklist=visit.worklist, task=finding, organisation=organisation, due_on=due_on or local_today()
        )
    _record(by, "liaison_visit.record", visit, after=_told(visit) | {"发现问题": len(findings)})
    due_again(area)
    _tell(by, visit)
    return visit


@transaction.atomic
def visit_update(
    *, by: User, visit: LiaisonVisit, values: Mapping[str, Any], expected_revision: int | None = None
) -> LiaisonVisit:
    """Correct what was written; findings are corrected in their list. ValidationError by field."""
    held = _locked(visit)
    if expected_revision is not None and held.revision != expected_revision:
        raise ValidationError("这次走访刚被改过，请看过新内容再保存。", code="conflict")
    before = _told(held)
    _describe(held, values)
    _check_place(held)
    held.revision += 1
    held.save()
    _record(by, "liaison_visit.update", held, before=before, after=_told(held))
    due_again(held.area)
    return held


@transaction.atomic
def visit_remove(*, by: User, visit: LiaisonVisit) -> None:
    """Take out a visit entered by mistake; not once anything was found on it."""
    held = _locked(visit)
    if held.worklist.items.exists():
        raise ValidationError("这次走访已经列了问题，不能删除。")
    area, worklist = held.area, held.worklist
    _record(by, "liaison_visit.remove", held, before=_told(held))
    held.delete()
    worklist.delete()
    due_again(area)


def _locked(visit: LiaisonVisit) -> LiaisonVisit:
    organisations_lock(sorted({visit.organisation_id, visit.area.organisation_id}))
    rows = LiaisonVisit.objects.select_for_update(of=("self",)).select_related("organisation", "area", "worklist")
    held: LiaisonVisit = rows.get(pk=visit.pk)
    return held


def _describe(visit: LiaisonVisit, values: Mapping[str, Any]) -> None:
    texts = cleaned(**{name: str(values.get(name) or "") for name in ("visitors", "suggestions")})
    for name in FIELDS:
        setattr(visit, name, texts.get(name, values.get(name)))
    if visit.held_on > local_today():
        raise ValidationError({"held_on": "日期不能晚于今天，去过之后再登记。"})
    visit.full_clean(exclude=LINKS)


def _check_place(visit: LiaisonVisit) -> None:
    inside = LiaisonUnit.objects.on(visit.held_on).filter(area=visit.area, unit__path=visit.organisation.unit_path)
    if not inside.exists():
        raise ValidationError({"organisation": f"{visit.organisation.short_name}这一天不在{visit.area.name}。"})


def _findings(findings: Sequence[str], due_on: date | None) -> list[str]:
    found = [line.strip() for line in findings if line.strip()]
    cleaned(findings="\n".join(found))
    if len(found) > FINDINGS_LIMIT:
        raise ValidationError({"findings": f"一次最多列{FINDINGS_LIMIT}个问题。"})
    if any(len(line) > 120 for line in found):
        raise ValidationError({"findings": "每个问题最多120字，每行写一个。"})
    if found and (due_on is None or due_on < local_today()):
        raise ValidationError({"due_on": "请填写解决时限，不早于今天。"})
    return found


def _tell(by: User, visit: LiaisonVisit) -> None:
    users = [pk for pk in staff_of(visit.organisation.path) if pk != by.pk]
    subject = f"{visit.held_on}{visit.get_form_display()}的情况已登记：{visit.organisation.short_name}"
    body = f"{visit.area.name}，{visit.visitors}。不需要报送材料。"
    url = reverse("oversight:visit_detail", args=[visit.pk])
    notices_to(users, key=f"liaison_visit:{visit.pk}", subject=subject, body=body, url=url)


def _told(visit: LiaisonVisit) -> dict[str, Any]:
    return {
        "area": visit.area.name,
        "organisation": visit.organisation.short_name,
        "held_on": visit.held_on.isoformat(),
        "form": visit.form,
    }


def _record(by: User, action: str, visit: LiaisonVisit, **facts: Any) -> None:
    audit.record(by=by, action=action, target=visit, scope_path=visit.organisation.path, **facts)
