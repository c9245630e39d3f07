"""The rules of the advice list: dated rows, kept beside their sources in ``branches/fixtures/advice_rules.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from branches.models import AdviceRule
from core import audit

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "advice_rules.json"
KEY = ("code", "measure", "kind", "valid_from")
TOLD = (
    "title", "level", "threshold", "minimum", "maximum", "statement", "remedy", "source", "article", "valid_until",
)  # fmt: skip


@transaction.atomic
def advice_rules_load(*, rows: Iterable[Mapping[str, Any]] | None = None) -> list[AdviceRule]:
    """
    Insert or update rules by KEY, by default those of the fixture; returns what changed. A rule that changes in
    earnest gets a row of its own with the day from which it holds.
    """
    if rows is None:
        rows = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return [rule for row in rows if (rule := _load(dict(row))) is not None]


def _load(row: dict[str, Any]) -> AdviceRule | None:
    """The stored rule, None where nothing changed."""
    row["valid_from"] = date.fromisoformat(row["valid_from"])
    key = {name: row.pop(name) for name in KEY}
    rule = AdviceRule.objects.filter(**key).first() or AdviceRule(**key)
    before = _told(rule) if rule.pk else None
    for name, value in row.items():
        setattr(rule, name, value)
    rule.full_clean()
    rule.save()
    rule.refresh_from_db()
    after = _told(rule)
    if after == before:
        return None
    audit.record(by=None, action="advice.load", target=rule, before=before, after=after)
    return rule


def _told(rule: AdviceRule) -> dict[str, str]:
    return {name: "" if (value := getattr(rule, name)) is None else str(value) for name in TOLD}
