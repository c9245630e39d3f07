"""Rules loaded, and rows of this wing made through its services."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.roles import Role
from branches.services.requirements import requirements_load
from core.calendar import local_today
from outreach.services.brands import brand_declare
from outreach.services.fusion import project_create
from outreach.services.pairings import pairing_create
from outreach.services.postings import posting_create
from outreach.services.settings_load import settings_load
from tests.factories import make_user

TODAY = local_today()
BRAND = {"name": "档案先锋", "meaning": "把档案服务做到群众心里", "business": "档案查询", "slogan": "一卷一心"}
PROJECT = {
    "title": "查档不出社区", "problem": "群众查档往返多", "means": "党员包点代办",
    "starts_on": TODAY - timedelta(days=60), "ends_on": None,
}  # fmt: skip


@pytest.fixture
def rules(db):
    requirements_load()
    settings_load()


@pytest.fixture
def secretary(city):
    return city.user(Role.BRANCH_SECRETARY)


@pytest.fixture
def staff(city):
    return city.user(Role.UNIT_STAFF)


@pytest.fixture
def owner(city):
    return city.client(Role.BRANCH_SECRETARY)


@pytest.fixture
def reviewer(city):
    """A second person of the unit's staff."""
    return make_user(Role.UNIT_STAFF, city.unit)


def make_brand(city, by, organisation=None, **values):
    return brand_declare(
        by=by, organisation=organisation or city.branch, declared_year=TODAY.year, values={**BRAND, **values}
    )


def make_project(city, by, organisation=None, **values):
    return project_create(by=by, organisation=organisation or city.branch, values={**PROJECT, **values})


def make_pairing(city, by, **values):
    given = {
        "kind": "household", "village": "清水村", "member": city.members[1], "label": "联系户1",
        "starts_on": TODAY - timedelta(days=30), **values,
    }  # fmt: skip
    return pairing_create(by=by, branch=city.branch, values=given)


def make_posting(city, by, member=None, **values):
    given = {
        "village": "清水村", "role": "first_secretary", "starts_on": TODAY - timedelta(days=700),
        "ends_on": TODAY + timedelta(days=60), **values,
    }  # fmt: skip
    return posting_create(by=by, unit=city.unit, member=member or city.members[2], values=given)


def text(answer):
    return answer.content.decode()
