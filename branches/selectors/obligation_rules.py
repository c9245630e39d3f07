"""The rules as their page tells them: every version, what it counts, how often it asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from branches.choices import Frequency, MeetingKind, RequirementCondition
from branches.models import Requirement
from branches.policy.deadlines import deadline_source
from branches.policy.measures import measure_of
from branches.policy.obligations import Rule, rule_on


@dataclass(frozen=True)
class RuleRow:
    """A version of a rule as its page tells it."""

    requirement: Requirement
    kinds: str
    asked: str
    in_force: bool


def requirement_rows(today: date) -> list[RuleRow]:
    """Every version of every rule, the newest first. Two queries."""
    rules = list(Requirement.objects.order_by("code", "-valid_from").prefetch_related("kinds"))
    return [
        RuleRow(
            rule,
            _counted_from(rule),
            asked_words(rule),
            _in_force(rule, rules, today),
        )
        for rule in rules
    ]


def _counted_from(rule: Requirement) -> str:
    """The kinds of meeting, or what another measure counts."""
    measure = measure_of(rule.measure) or deadline_source(rule.measure)
    return measure.label if measure else "、".join(MeetingKind(each.kind).label for each in rule.kinds.all())


def asked_words(rule: Requirement) -> str:
    """How often the rule asks it of everybody, in words."""
    if rule.frequency == Frequency.ONCE:
        return "按各事项的期限"
    measure = measure_of(rule.measure)
    if measure and measure.asked_words:
        return f"{Frequency(rule.frequency).label}{measure.asked_words}"
    each = "每个党小组" if rule.condition == RequirementCondition.HAS_GROUPS else ""
    return f"{each}{Frequency(rule.frequency).label}至少 {rule.needed} 次"


def _in_force(rule: Requirement, rules: Iterable[Requirement], today: date) -> bool:
    versions = [Rule(*attrgetter(*Rule._fields)(each)) for each in rules if each.code == rule.code]
    current = rule_on(versions, today)
    return current is not None and current.pk == rule.pk


def rule_titles() -> dict[str, str]:
    """Code and title of every rule, of its latest version."""
    rows: Any = Requirement.objects.order_by("code", "valid_from").values_list("code", "title")
    return dict(rows)
