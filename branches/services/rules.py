"""Every set of rules that the portal ships as dated rows, loaded together: safe to run again, at every start."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from branches.services.admission_rules import admission_rules_load
from branches.services.advice_rules import advice_rules_load
from branches.services.dues_rules import dues_rules_load
from branches.services.election_rules import election_rules_load
from branches.services.requirements import requirements_load


@transaction.atomic
def rules_load() -> list[str]:
    """Insert or update what the fixtures say; what changed, in words."""
    changed: list[Any] = [
        *requirements_load(),
        *advice_rules_load(),
        *admission_rules_load(),
        *dues_rules_load(),
        *election_rules_load(),
    ]
    return [f"{rule}（{rule.valid_from} 起）" for rule in changed]
