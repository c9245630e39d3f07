"""The rule about full-time Party staff, as the advice list holds it."""

from __future__ import annotations

from datetime import date

from branches.choices import AdviceMeasure, OrganisationKind
from branches.models import AdviceRule
from branches.selectors.advice import rules_on


def staffing_rule(day: date) -> AdviceRule | None:
    """R16 in force; None where it is not loaded. One query."""
    found = (rule for rule in rules_on(day) if rule.measure == AdviceMeasure.PARTY_STAFF)
    return next((rule for rule in found if rule.kind == OrganisationKind.UNIT), None)
