"""What this wing ships as rows: limits of pledges and tags of fusion projects. Safe to run again."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from outreach.models import FusionTag, PledgeLimit

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@transaction.atomic
def settings_load() -> list[str]:
    """Add what is missing; what the city changed stays. What was added, in words."""
    added = [
        str(row)
        for values in _rows("pledge_limits")
        for row, is_new in [
            PledgeLimit.objects.get_or_create(valid_from=date.fromisoformat(values.pop("valid_from")), defaults=values)
        ]
        if is_new
    ]
    known = set(FusionTag.objects.values_list("name", flat=True))
    tags = [FusionTag(**values) for values in _rows("fusion_tags") if values["name"] not in known]
    FusionTag.objects.bulk_create(tags)
    return [*added, *(tag.name for tag in tags)]


def _rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return found
