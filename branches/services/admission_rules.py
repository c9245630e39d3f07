"""The rules of 发展党员: dated rows, kept beside their sources in ``branches/fixtures/admission_rules.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from branches.models import AdmissionRule, Applicant
from branches.services.admission_dues import dues_refresh
from core import audit
from core.calendar import local_today

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "admission_rules.json"
TOLD = ("title", "actor", "requires", "is_optional", "base_step", "minimum", "maximum", "special_maximum", "is_hard")


@transaction.atomic
def admission_rules_load(*, rows: Iterable[Mapping[str, Any]] | None = None) -> list[AdmissionRule]:
    """
    Insert or update rules by (step, limit, valid_from), by default those of the fixture; returns what changed. Where
    something did, what is due is derived anew for everybody on the way.
    """
    if rows is None:
        rows = json.loads(FIXTURE.read_text(encoding="utf-8"))
    changed = [rule for row in rows if (rule := _load(dict(row))) is not None]
    if changed:
        dues_refresh(applicants=Applicant.objects.exclude(status="stopped"), today=local_today())
    return changed


def _load(row: dict[str, Any]) -> AdmissionRule | None:
    """The stored rule, None where nothing changed."""
    key = {"step": row.pop("step"), "limit": row.pop("limit"), "valid_from": date.fromisoformat(row.pop("valid_from"))}
    rule = AdmissionRule.objects.filter(**key).first() or AdmissionRule(**key)
    before = _told(rule, row) if rule.pk else None
    for name, value in row.items():
        setattr(rule, name, value)
    after = _told(rule, row)
    if after == before:
        return None
    rule.full_clean()
    rule.save()
    audit.record(by=None, action="requirement.load", target=rule, before=before, after=after)
    return rule


def _told(rule: AdmissionRule, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in sorted({*TOLD, *row})}
