"""Rows for the tests of classes, hours and certificates."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.roles import Role
from branches.models import Member
from branches.services.rules import rules_load
from core.calendar import local_today
from education.models import TrainingClass
from education.policy.rolls import LineData
from education.services.classes import class_close, class_create
from education.services.rolls import roll_add, roll_record

TODAY = local_today()
YEAR = TODAY.year


def load_rules() -> None:
    rules_load()


def make_class(city, *, kind="special", role=Role.CITY_STAFF, organisation=None, ends_on=None, **fields):
    ends_on = ends_on or TODAY - timedelta(days=3)
    fields.setdefault("title", "支部工作培训班")
    fields.setdefault("starts_on", ends_on - timedelta(days=1))
    return class_create(
        by=city.user(role), organisation=organisation or city.root, kind=kind, ends_on=ends_on, **fields
    )


def fill_class(city, held: TrainingClass, told: dict[Member, LineData]) -> None:
    """Put these members on the roll with what is told of each."""
    by = city.user(Role.CITY_STAFF)
    roll_add(by=by, training_class=held, member_ids=[member.pk for member in told])
    lines = dict(held.lines.values_list("member_id", "pk"))
    roll_record(by=by, training_class=held, lines={lines[member.pk]: data for member, data in told.items()})


def closed_class(city, told: dict[Member, LineData], **fields) -> TrainingClass:
    held = make_class(city, **fields)
    fill_class(city, held, told)
    return class_close(by=city.user(Role.CITY_STAFF), training_class=held)


def first_day(year: int = YEAR) -> date:
    return date(year, 1, 1)
