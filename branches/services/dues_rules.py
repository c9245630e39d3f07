"""The dues rules: dated rows with their bands, kept beside their sources in ``branches/fixtures/dues_rules.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from branches.models import DuesBand, DuesRule
from branches.policy.dues import cents
from core import audit

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "dues_rules.json"
FIELDS = ("base_title", "source", "article", "label")


@transaction.atomic
def dues_rules_load(*, rows: Iterable[Mapping[str, Any]] | None = None) -> list[DuesRule]:
    """
    Insert or update rules by (payer, valid_from), by default those of the fixture; returns what changed. Rates that
    change in earnest get a new row with its own ``valid_from``: bases approved before keep the rule that made them.
    """
    if rows is None:
        rows = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return [rule for row in rows if (rule := _load(row)) is not None]


def _load(row: Mapping[str, Any]) -> DuesRule | None:
    """The stored rule, None where nothing changed."""
    key = {"payer": row["payer"], "valid_from": date.fromisoformat(row["valid_from"])}
    rule = DuesRule.objects.filter(**key).first() or DuesRule(**key)
    before = _told(rule) if rule.pk else None
    for field in FIELDS:
        setattr(rule, field, row[field])
    rule.lowest, rule.highest = _amount(row.get("lowest")), _amount(row.get("highest"))
    rule.valid_until = date.fromisoformat(row["valid_until"]) if row.get("valid_until") else None
    bands = [(_amount(up_to), Decimal(rate)) for up_to, rate in row.get("bands", ())]
    _check(rule, bands)
    rule.save()
    _set_bands(rule, bands)
    after = _told(rule)
    if after == before:
        return None
    audit.record(by=None, action="dues_rule.load", target=rule, before=before, after=after)
    return rule


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else cents(Decimal(text))


def _check(rule: DuesRule, bands: list[tuple[Decimal | None, Decimal]]) -> None:
    rule.full_clean()
    limits = [up_to for up_to, _ in bands]
    closed = [limit for limit in limits[:-1] if limit is not None]
    if bands and (limits[-1] is not None or len(closed) != len(limits) - 1 or closed != sorted(set(closed))):
        raise ValidationError(f"{rule}：比例各档须由低到高，最后一档不设上限。")
    if bool(bands) == (rule.lowest is not None):
        raise ValidationError(f"{rule}：按比例和按数额只能写一种。")


def _set_bands(rule: DuesRule, bands: list[tuple[Decimal | None, Decimal]]) -> None:
    if [(band.up_to, band.rate) for band in rule.bands.order_by("rate")] == bands:
        return
    rule.bands.all().delete()
    for up_to, rate in bands:
        band = DuesBand(rule=rule, up_to=up_to, rate=rate)
        band.full_clean()
        band.save()


def _told(rule: DuesRule) -> dict[str, Any]:
    told = {field: getattr(rule, field) for field in FIELDS}
    told |= {name: str(getattr(rule, name) or "") for name in ("lowest", "highest", "valid_until")}
    bands = rule.bands.order_by("rate").values_list("up_to", "rate")
    return told | {"bands": [[str(up_to or ""), str(rate)] for up_to, rate in bands]}
