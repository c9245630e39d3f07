"""分片区联系指导: areas and their units, dated; how many visits are owed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.measures import deadlines_refresh
from branches.services.obligations import organisations_lock
from core import audit
from core.calendar import local_today
from oversight.models import LiaisonArea, LiaisonRule, LiaisonUnit
from oversight.selectors.liaison import SOURCE, area_subjects
from oversight.services.texts import cleaned, written

FIELDS = ("name", "leader_post", "leader", "office", "starts_on")
LINKS = ["by"]


@transaction.atomic
def area_create(*, by: User, organisation: Organisation, values: Mapping[str, Any]) -> LiaisonArea:
    """A new area of the work committee, without units yet. ValidationError by field."""
    organisations_lock([organisation.pk])
    if organisation.kind != OrganisationKind.WORK_COMMITTEE:
        raise ValidationError("片区由机关工委设立。")
    area = LiaisonArea(organisation=organisation, by=by)
    _describe(area, values)
    area.save(force_insert=True)
    _record(by, "liaison_area.create", area, after=_told(area))
    due_again(area)
    return area


@transaction.atomic
def area_update(
    *, by: User, area: LiaisonArea, values: Mapping[str, Any], expected_revision: int | None = None
) -> LiaisonArea:
    held = _locked(area, expected_revision)
    before, subjects = _told(held), set(area_subjects(held))
    _describe(held, values)
    held.revision += 1
    held.save()
    _record(by, "liaison_area.update", held, before=before, after=_told(held))
    deadlines_refresh(source=SOURCE, subjects=subjects | set(area_subjects(held)))
    return held


@transaction.atomic
def area_end(*, by: User, area: LiaisonArea, ends_on: date, reason: str) -> LiaisonArea:
    """Give an area up from a day on; its units are free from that day."""
    held = _locked(area)
    reason = written("reason", reason, "停用原因")
    if not held.starts_on <= ends_on <= local_today():
        raise ValidationError({"ends_on": f"日期应在{held.starts_on}与今天之间。"})
    later = held.units.filter(ends_on=None, starts_on__gt=ends_on)
    if later.exists() or held.visits.filter(held_on__gte=ends_on).exists():
        raise ValidationError({"ends_on": "这一天以后还有编入的单位或走访记录。"})
    subjects = area_subjects(held)
    held.units.filter(ends_on=None).update(ends_on=ends_on)
    held.ends_on = ends_on
    held.revision += 1
    held.full_clean(exclude=LINKS)
    held.save()
    _record(by, "liaison_area.end", held, after={"ends_on": ends_on.isoformat()}, reason=reason)
    deadlines_refresh(source=SOURCE, subjects=subjects)
    return held


@transaction.atomic
def units_add(*, by: User, area: LiaisonArea, units: Iterable[Organisation], starts_on: date) -> int:
    """Put units into the area from a day on; how many. A unit lies in one area at a time. ValidationError by field."""
    places = sorted({unit.pk: unit for unit in units}.values(), key=lambda unit: unit.path)
    organisations_lock(sorted({area.organisation_id, *(unit.pk for unit in places)}))
    held = _locked(area)
    if not places:
        raise ValidationError({"units": "请选择单位。"})
    if not held.starts_on <= starts_on <= local_today():
        raise ValidationError({"starts_on": f"日期应在{held.starts_on}与今天之间。"})
    _check_free(places, starts_on)
    rows = [LiaisonUnit(area=held, unit=unit, starts_on=starts_on, by=by) for unit in places]
    LiaisonUnit.objects.bulk_create(rows)
    names = [unit.short_name for unit in places]
    after = {"starts_on": starts_on.isoformat(), "单位": names}
    _record(by, "liaison_area.units", held, after=after)
    return len(rows)


@transaction.atomic
def unit_leave(*, by: User, row: LiaisonUnit, ends_on: date) -> LiaisonUnit:
    """Take a unit out of its area from a day on."""
    area = _locked(row.area)
    held: LiaisonUnit = LiaisonUnit.objects.select_for_update(of=("self",)).select_related("unit").get(pk=row.pk)
    if held.ends_on is not None:
        raise ValidationError("这个单位已经移出片区。", code="conflict")
    if not held.starts_on <= ends_on <= local_today():
        raise ValidationError({"ends_on": f"日期应在{held.starts_on}与今天之间。"})
    held.ends_on = ends_on
    held.full_clean(exclude=["area", "unit", "by"])
    held.save()
    after = {"单位": held.unit.short_name, "ends_on": ends_on.isoformat()}
    _record(by, "liaison_area.leave", area, after=after)
    return held


@transaction.atomic
def visits_set(*, by: User, valid_from: date, visits: int) -> LiaisonRule:
    """How many visits an area is owed in a half-year, from a day on; half-years that began before keep theirs."""
    if valid_from < local_today():
        raise ValidationError({"valid_from": "启用日期不能早于今天。"})
    rule = LiaisonRule(valid_from=valid_from, visits=visits, by=by)
    rule.full_clean(exclude=["by"])
    rule.save(force_insert=True)
    audit.record(by=by, action="liaison.rule", target=rule, after={"valid_from": str(valid_from), "visits": visits})
    for area in LiaisonArea.objects.filter(ends_on=None):
        due_again(area)
    return rule


def due_again(area: LiaisonArea) -> None:
    """The obligations that follow from the area (rule V05)."""
    deadlines_refresh(source=SOURCE, subjects=area_subjects(area))


def _locked(area: LiaisonArea, expected_revision: int | None = None) -> LiaisonArea:
    organisations_lock([area.organisation_id])
    held: LiaisonArea = (
        LiaisonArea.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=area.pk)
    )
    if held.ends_on is not None:
        raise ValidationError("这个片区已经停用。", code="conflict")
    if expected_revision is not None and held.revision != expected_revision:
        raise ValidationError("这个片区刚被改过，请看过新内容再保存。", code="conflict")
    return held


def _describe(area: LiaisonArea, values: Mapping[str, Any]) -> None:
    texts = cleaned(**{name: str(values.get(name) or "") for name in FIELDS[:-1]})
    for name, text in texts.items():
        setattr(area, name, text)
    area.starts_on = values["starts_on"]
    if area.starts_on > local_today():
        raise ValidationError({"starts_on": "开始日期不能晚于今天。"})
    if area.pk and area.units.filter(starts_on__lt=area.starts_on).exists():
        raise ValidationError({"starts_on": "已有单位在这一天之前编入片区。"})
    area.full_clean(exclude=LINKS)


def _check_free(units: list[Organisation], day: date) -> None:
    if any(unit.kind != OrganisationKind.UNIT or unit.ended_on is not None for unit in units):
        raise ValidationError({"units": "只能选择现有的单位。"})
    taken = LiaisonUnit.objects.filter(unit__in=units).exclude(ends_on__lte=day).select_related("unit", "area")
    if held := list(taken):
        words = "、".join(f"{row.unit.short_name}（{row.area.name}）" for row in held)
        raise ValidationError({"units": f"一个单位同一时间只在一个片区，这些单位已在片区里：{words}。"})


def _told(area: LiaisonArea) -> dict[str, Any]:
    return {name: str(getattr(area, name)) for name in FIELDS}


def _record(by: User, action: str, area: LiaisonArea, **facts: Any) -> None:
    audit.record(by=by, action=action, target=area, scope_path=area.organisation.path, **facts)
