"""The settings of hours, classes and certificates: dated rows, kept beside their sources in ``fixtures``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from core import audit
from education.models import TrainingRule

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "training_rules.json"
TOLD = ("value", "source", "article", "label", "valid_until")


@transaction.atomic
def training_rules_load(*, rows: Iterable[Mapping[str, Any]] | None = None) -> list[TrainingRule]:
    """
    Insert or update settings by (measure, kind, valid_from), by default those of the fixture; returns what changed. A
    setting that changes in earnest gets a row of its own with the day from which it holds.
    """
    if rows is None:
        rows = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return [rule for row in rows if (rule := _load(dict(row))) is not None]


def training_rules_told() -> list[str]:
    """Load the fixture; what changed, in words."""
    return [f"{rule}（{rule.valid_from} 起）" for rule in training_rules_load()]


def _load(row: dict[str, Any]) -> TrainingRule | None:
    key = {"measure": row["measure"], "kind": row["kind"], "valid_from": date.fromisoformat(row["valid_from"])}
    rule = TrainingRule.objects.filter(**key).first() or TrainingRule(**key)
    before = _told(rule) if rule.pk else None
    rule.value = Decimal(row["value"])
    rule.source, rule.article, rule.label = row["source"], row["article"], row["label"]
    until = row.get("valid_until")
    rule.valid_until = date.fromisoformat(until) if until else None
    rule.full_clean()
    rule.save()
    rule.refresh_from_db()
    after = _told(rule)
    if after == before:
        return None
    audit.record(by=None, action="training_rule.load", target=rule, before=before, after=after)
    return rule


def _told(rule: TrainingRule) -> dict[str, str]:
    return {name: "" if (value := getattr(rule, name)) is None else str(value) for name in TOLD}
