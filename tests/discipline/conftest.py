"""The city with the rules loaded, and a conference that was held."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.roles import Role
from branches.services.obligations import obligations_open
from branches.services.requirements import requirements_load
from core.calendar import local_today
from core.periods import Freq, period_of
from discipline.services.conferences import conference_hold, conference_plan
from tests.conftest import City

TODAY = local_today()
QUARTER = period_of(TODAY, Freq.QUARTER)
COUNTS = {"expected": 100, "present": 90, "on_leave": 6, "cases_told": 2}


@pytest.fixture
def rules(city: City) -> None:
    requirements_load()
    obligations_open(since=QUARTER.previous().starts_on, through=QUARTER.ends_on)


@pytest.fixture
def plan(city: City, rules: None):
    """``plan(day, organisation=...)``: a conference that is planned."""

    def make(day: date = TODAY, organisation=None, **values):
        values = {
            "theme": "严守纪律", "place": "礼堂", "agenda": "", "films": "", "audience": "all", "planned_on": day,
            **values,
        }  # fmt: skip
        return conference_plan(by=city.user(Role.CITY_STAFF), organisation=organisation or city.root, **values)

    return make


@pytest.fixture
def held(city: City, plan):
    """A conference of the city held yesterday."""
    row = plan(TODAY - timedelta(days=1))
    return conference_hold(by=city.user(Role.CITY_STAFF), conference=row, held_on=TODAY - timedelta(days=1), **COUNTS)
