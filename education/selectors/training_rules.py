"""The dated settings about hours, classes and certificates."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from branches.choices import MeetingKind
from education.choices import TrainingMeasure
from education.models import TrainingRule
from education.policy.hours import StudyRules


def rules_in_force(day: date) -> QuerySet[TrainingRule]:
    """Every row in force, the later of two versions last."""
    valid = TrainingRule.objects.filter(valid_from__lte=day).filter(Q(valid_until=None) | Q(valid_until__gt=day))
    return valid.order_by("valid_from", "pk")


def study_rules(day: date) -> StudyRules:
    """The settings of a day. One query."""
    defaults, caps, values = {}, {}, {}
    for rule in rules_in_force(day):
        if rule.measure == TrainingMeasure.LOG_DEFAULT:
            defaults[rule.kind] = rule.value
        elif rule.measure == TrainingMeasure.LOG_CAP:
            caps[rule.kind] = rule.value
        else:
            values[rule.measure] = rule.value
    return StudyRules(defaults, caps, values)


def rules_shown(day: date) -> list[TrainingRule]:
    """What stands on the page of settings, one row each, in the order of the enumeration. One query."""
    latest = {(rule.measure, rule.kind): rule for rule in rules_in_force(day)}
    order = {value: place for place, value in enumerate(TrainingMeasure.values)}
    kinds = {value: place for place, value in enumerate(["", *MeetingKind.values])}
    return sorted(latest.values(), key=lambda rule: (order[rule.measure], kinds.get(rule.kind, 0)))


def since_of(measure: str, day: date) -> date:
    """The day from which a setting is asked; far away where there is none. One query."""
    found = rules_in_force(day).filter(measure=measure).order_by("valid_from").values_list("valid_from", flat=True)
    return found.first() or date.max
