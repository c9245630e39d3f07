"""Every set of rules that the portal ships as dated rows, loaded together: safe to run again, at every start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from branches.services.admission_rules import admission_rules_load
from branches.services.advice_rules import advice_rules_load
from branches.services.dues_rules import dues_rules_load
from branches.services.election_rules import election_rules_load
from branches.services.requirements import requirements_load

_loaders: list[Callable[[], list[str]]] = []


def register_rules_loader(load: Callable[[], list[str]]) -> None:
    """Add what an app above ships as rows of its own: ``load`` may run again at any time and says what changed."""
    if load not in _loaders:
        _loaders.append(load)


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
    told = [f"{rule}（{rule.valid_from} 起）" for rule in changed]
    return told + [line for load in _loaders for line in load()]
