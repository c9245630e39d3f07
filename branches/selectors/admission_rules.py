"""The rules of 发展党员 as the policy wants them, from rows of the fixture or of the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q

from branches.choices import SUPPLEMENTARY_LIMITS
from branches.models import AdmissionRule
from branches.policy.admission import Limit, Rule
from core.calendar import local_today

FIELDS = (
    "step", "stage", "title", "actor", "requires", "is_optional", "limit", "base_step", "minimum", "maximum",
    "special_maximum", "is_hard", "source", "article",
)  # fmt: skip


def admission_rules(day: date) -> dict[int, Rule]:
    """The rules in force on ``day`` by step. One query; empty where they were never loaded."""
    return rules_of(rules_in_force(day).values(*FIELDS))


def rules_in_force(day: date) -> Any:
    rows = AdmissionRule.objects.filter(valid_from__lte=day)
    return rows.filter(Q(valid_until=None) | Q(valid_until__gt=day)).order_by("step", "pk")


def rules_of(rows: Iterable[Mapping[str, Any]]) -> dict[int, Rule]:
    """One rule a step, with its limits; a supplementary row adds its limit alone."""
    rules: dict[int, Rule] = {}
    limits: dict[int, list[Limit]] = {}
    for row in rows:
        limits.setdefault(row["step"], []).append(_limit(row))
        if row["limit"] not in SUPPLEMENTARY_LIMITS:
            requires = tuple(row["requires"])
            rules[row["step"]] = Rule(
                row["step"], row["stage"], row["title"], row["actor"], requires, row["is_optional"]
            )
    return {step: replace(rule, limits=tuple(limits[step])) for step, rule in sorted(rules.items())}


def _limit(row: Mapping[str, Any]) -> Limit:
    numbers = (row["base_step"], row["minimum"], row["maximum"], row["special_maximum"], row["is_hard"])
    return Limit(row["limit"], *numbers, f"{row['source']}{row['article']}")


def step_titles() -> dict[int, str]:
    """Title of each step in force today, in order. One query."""
    rows = rules_in_force(local_today()).values_list("step", "title")
    return dict(rows)


def rule_rows(day: date) -> list[AdmissionRule]:
    """The rules in force on ``day`` for the page that shows them with their sources."""
    return list(rules_in_force(day))
