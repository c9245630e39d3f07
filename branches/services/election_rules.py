"""The rules about terms and elections: dated rows, kept beside their sources in ``fixtures/election_rules.json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from branches.models import ElectionRule
from branches.selectors.election_rules import fixture_rows
from core import audit


@transaction.atomic
def election_rules_load(*, rows: Iterable[Mapping[str, Any]] | None = None) -> list[ElectionRule]:
    """
    Insert or update rules by (code, valid_from), by default those of the fixture; returns what changed. A rule that
    changes in earnest gets a new row with its own ``valid_from``.
    """
    return [rule for row in (fixture_rows() if rows is None else rows) if (rule := _load(dict(row))) is not None]


def _load(row: dict[str, Any]) -> ElectionRule | None:
    """The stored rule, None where nothing changed."""
    key = {"code": row.pop("code"), "valid_from": date.fromisoformat(row.pop("valid_from"))}
    rule = ElectionRule.objects.filter(**key).first() or ElectionRule(**key)
    before = _told(rule) if rule.pk else None
    for field, value in row.items():
        setattr(rule, field, value)
    rule.full_clean()
    after = _told(rule)
    if after == before:
        return None
    rule.save()
    audit.record(by=None, action="election_rule.load", target=rule, before=before, after=after)
    return rule


def _told(rule: ElectionRule) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int) else str(value or "")
        for name, value in model_to_dict(rule).items()
        if name != "id"
    }
