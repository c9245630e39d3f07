"""The rules: dated rows, kept beside their sources in ``branches/fixtures/requirements.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from branches.choices import Frequency
from branches.models import Requirement, RequirementKind
from branches.policy.deadlines import deadline_names
from branches.policy.measures import MEETINGS, measure_names
from core import audit

_fixtures: list[Path] = [Path(__file__).resolve().parent.parent / "fixtures" / "requirements.json"]


def register_rules(fixture: Path) -> None:
    """Add an app's own file of rules; to be called from its ``AppConfig.ready``."""
    if fixture not in _fixtures:
        _fixtures.append(fixture)


@transaction.atomic
def requirements_load(*, rows: Iterable[Mapping[str, Any]] | None = None) -> list[Requirement]:
    """
    Insert or update rules by (code, valid_from), by default those of every registered file; returns what changed.
    A rule that changes in earnest gets a new row with its own ``valid_from``: the version in force then goes on
    judging the past.
    """
    if rows is None:
        rows = [row for path in _fixtures for row in json.loads(path.read_text(encoding="utf-8"))]
    return [requirement for row in rows if (requirement := _load(dict(row))) is not None]


def _load(row: dict[str, Any]) -> Requirement | None:
    """The stored rule, None where nothing changed."""
    kinds = set(row.pop("kinds"))
    key = {"code": row.pop("code"), "valid_from": date.fromisoformat(row.pop("valid_from"))}
    requirement = Requirement.objects.filter(**key).first() or Requirement(**key)
    before = _told(requirement) if requirement.pk else None
    for field, value in row.items():
        setattr(requirement, field, value)
    _check(requirement, kinds)
    requirement.save()
    _set_kinds(requirement, kinds)
    after = _told(requirement)
    if after == before:
        return None
    audit.record(by=None, action="requirement.load", target=requirement, before=before, after=after)
    return requirement


def _check(requirement: Requirement, kinds: set[str]) -> None:
    requirement.full_clean()
    once = requirement.frequency == Frequency.ONCE
    if requirement.measure not in (deadline_names() if once else measure_names()):
        raise ValidationError(f"{requirement}：没有“{requirement.measure}”这种计量。")
    if not kinds and requirement.measure == MEETINGS:
        raise ValidationError(f"{requirement}：没有写明哪种会议可以完成它。")


def _set_kinds(requirement: Requirement, kinds: set[str]) -> None:
    requirement.kinds.exclude(kind__in=kinds).delete()
    known = set(requirement.kinds.values_list("kind", flat=True))
    for kind in sorted(kinds - known):
        row = RequirementKind(requirement=requirement, kind=kind)
        row.full_clean()
        row.save()


def _told(requirement: Requirement) -> dict[str, Any]:
    fields = (
        "title", "frequency", "needed", "condition", "audience", "level", "measure", "source", "article", "label",
        "valid_until",
    )  # fmt: skip
    told = {field: getattr(requirement, field) for field in fields}
    told["valid_until"] = str(told["valid_until"] or "")
    return told | {"kinds": sorted(requirement.kinds.values_list("kind", flat=True))}
