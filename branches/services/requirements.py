"""The rules: dated rows, kept beside their sources in ``branches/fixtures/requirements.json``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    judging the past. A handful of statements and one for each rule that changed.
    """
    if rows is None:
        rows = [row for path in _fixtures for row in json.loads(path.read_text(encoding="utf-8"))]
    wanted = {(row["code"], date.fromisoformat(row["valid_from"])): row for row in rows}
    stored = {(rule.code, rule.valid_from): rule for rule in Requirement.objects.prefetch_related("kinds")}
    loads = [_planned(key, row, stored.get(key)) for key, row in wanted.items()]
    changed = [load for load in loads if load.before != load.after]
    _store(changed)
    for load in changed:
        audit.record(by=None, action="requirement.load", target=load.rule, before=load.before, after=load.after)
    return [load.rule for load in changed]


@dataclass(frozen=True)
class _Load:
    """A rule as it shall be stored; ``before`` is None for a new one."""

    rule: Requirement
    kinds: frozenset[str]
    before: dict[str, Any] | None
    after: dict[str, Any]


def _planned(key: tuple[str, date], row: Mapping[str, Any], stored: Requirement | None) -> _Load:
    kinds = frozenset(row["kinds"])
    before = _told(stored, {each.kind for each in stored.kinds.all()}) if stored else None
    rule = stored or Requirement(code=key[0], valid_from=key[1])
    for field, value in row.items():
        if field not in ("code", "valid_from", "kinds"):
            setattr(rule, field, value)
    _check(rule, kinds)
    return _Load(rule, kinds, before, _told(rule, kinds))


def _check(requirement: Requirement, kinds: Collection[str]) -> None:
    requirement.clean_fields()
    once = requirement.frequency == Frequency.ONCE
    if requirement.measure not in (deadline_names() if once else measure_names()):
        raise ValidationError(f"{requirement}：没有“{requirement.measure}”这种计量。")
    if not kinds and requirement.measure == MEETINGS:
        raise ValidationError(f"{requirement}：没有写明哪种会议可以完成它。")
    for kind in kinds:
        RequirementKind(kind=kind).clean_fields(exclude=["requirement"])


def _store(loads: Sequence[_Load]) -> None:
    Requirement.objects.bulk_create([load.rule for load in loads if load.before is None])
    for load in loads:
        if load.before is not None:
            load.rule.save()
    RequirementKind.objects.filter(requirement__in=[load.rule.pk for load in loads if load.before]).delete()
    kinds = [RequirementKind(requirement=load.rule, kind=kind) for load in loads for kind in sorted(load.kinds)]
    RequirementKind.objects.bulk_create(kinds)


def _told(requirement: Requirement, kinds: Collection[str]) -> dict[str, Any]:
    fields = (
        "title", "frequency", "needed", "condition", "audience", "level", "measure", "source", "article", "label",
        "valid_until",
    )  # fmt: skip
    told = {field: getattr(requirement, field) for field in fields}
    told["valid_until"] = str(told["valid_until"] or "")
    return told | {"kinds": sorted(kinds)}
