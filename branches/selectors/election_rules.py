"""The dated rules about terms and elections (R12, R13), as one book for a day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import Q

from branches.choices import ElectionBase, ElectionMeasure, OrganisationKind
from branches.models import ElectionRule

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "election_rules.json"


@dataclass(frozen=True)
class RuleBook:
    """What is in force on one day."""

    rules: Sequence[ElectionRule]

    def number(self, measure: str) -> int:
        return self.rule(measure).number

    def rule(self, measure: str) -> ElectionRule:
        """The rule of one measure that does not differ by place."""
        return next(rule for rule in self.rules if rule.measure == measure and rule.is_default)

    def term(self, place: str) -> ElectionRule:
        """The length of a term: by kind of organisation, or of a village."""
        return next(rule for rule in self.rules if rule.measure == ElectionMeasure.TERM_YEARS and rule.place == place)

    def terms_for(self, kind: str) -> list[ElectionRule]:
        """What may be chosen for an organisation of this kind, the usual one first."""
        places = [kind, "village"] if kind != OrganisationKind.ORGAN_COMMITTEE else [kind]
        return [self.term(place) for place in places]

    @property
    def bases(self) -> list[ElectionRule]:
        """Both bases of the majority, the default first; their sources disagree (domain.md §17)."""
        found = [rule for rule in self.rules if rule.measure == ElectionMeasure.MAJORITY_BASE]
        return sorted(found, key=lambda rule: not rule.is_default)

    @property
    def default_base(self) -> str:
        return self.bases[0].option if self.bases else ElectionBase.PRESENT

    @property
    def reminder_months(self) -> int:
        return self.number(ElectionMeasure.REMINDER_MONTHS)

    @property
    def extension_months(self) -> int:
        return self.number(ElectionMeasure.EXTENSION_MONTHS)

    @property
    def quorum_percent(self) -> int:
        return self.number(ElectionMeasure.QUORUM_PERCENT)

    @property
    def difference_percent(self) -> int:
        return self.number(ElectionMeasure.DIFFERENCE_PERCENT)


def rules_on(day: date) -> RuleBook:
    """
    The rules in force on ``day``. One query. Where none were loaded yet, those of the fixture: an installation without
    them must still tell whose term is over.
    """
    in_force = ElectionRule.objects.filter(valid_from__lte=day).filter(Q(valid_until=None) | Q(valid_until__gt=day))
    return RuleBook(list(in_force) or _fixture())


def fixture_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return rows


@lru_cache(maxsize=1)
def _fixture() -> list[ElectionRule]:
    return [ElectionRule(**{**row, "valid_from": date.fromisoformat(row["valid_from"])}) for row in fixture_rows()]
