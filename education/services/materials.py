"""Study materials: put up, corrected, withdrawn. Nobody's reading is recorded (N4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import Organisation
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_today
from education.models import Material

FIELDS = ("title", "category", "issuer", "document_number", "issued_on", "link", "reference", "note")
_TEXTS = ("title", "issuer", "document_number", "reference", "note")


@transaction.atomic
def material_publish(*, by: User, organisation: Organisation, values: Mapping[str, Any]) -> Material:
    """Put a text up for everybody below the organisation. ValidationError by field."""
    material = Material(organisation=organisation, by=by)
    _describe(material, values)
    material.save(force_insert=True)
    audit.record(by=by, action="material.publish", target=material, scope_path=organisation.path, after=_told(material))
    return material


@transaction.atomic
def material_update(*, by: User, material: Material, values: Mapping[str, Any], expected_revision: int) -> Material:
    """Correct what is said about a text. ValidationError by field, or where somebody else changed it meanwhile."""
    material = _locked(material)
    if material.revision != expected_revision:
        raise ValidationError("这份材料刚被别人修改过，请刷新后再改。", code="conflict")
    before = _told(material)
    _describe(material, values)
    material.revision += 1
    material.save()
    audit.record(
        by=by, action="material.update", target=material, scope_path=material.organisation.path, before=before,
        after=_told(material),
    )  # fmt: skip
    return material


@transaction.atomic
def material_withdraw(*, by: User, material: Material, reason: str) -> Material:
    """Take a text out of use: it is no longer offered, and stays named where it was studied."""
    material = _locked(material)
    if not reason.strip():
        raise ValidationError({"reason": ["请写明停用原因。"]})
    refuse_personal_numbers({"reason": reason})
    material.withdrawn_on, material.withdrawn_reason = local_today(), reason.strip()[:200]
    material.revision += 1
    material.full_clean(exclude=["by"])
    material.save()
    audit.record(
        by=by, action="material.withdraw", target=material, scope_path=material.organisation.path,
        reason=material.withdrawn_reason,
    )  # fmt: skip
    return material


def _locked(material: Material) -> Material:
    row: Material = (
        Material.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(pk=material.pk)
    )
    if row.withdrawn_on:
        raise ValidationError("这份材料已经停用。")
    return row


def _describe(material: Material, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        setattr(material, name, values[name])
    refuse_personal_numbers({name: getattr(material, name) for name in _TEXTS})
    if material.issued_on and material.issued_on > local_today():
        raise ValidationError({"issued_on": ["成文日期不能晚于今天。"]})
    material.full_clean(exclude=["by"])


def _told(material: Material) -> dict[str, Any]:
    told = {name: getattr(material, name) for name in FIELDS}
    return told | {"issued_on": str(material.issued_on or "")}
