"""Last year's report shows last year's tree: the frozen one always, and one that is made only now as well."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.roles import Role
from branches.models import Organisation
from branches.services.obligations import obligations_open
from branches.services.organisation_status import organisation_merge
from branches.services.organisations import organisation_move, organisation_rename
from branches.services.requirements import requirements_load
from core.periods import parse_period
from reports.models import ReportChunk
from reports.services.quarterly import quarterly_report_freeze, quarterly_report_request
from tests.factories import make_meeting

pytestmark = pytest.mark.django_db
QUARTER, TODAY, CHANGED = "2025Q4", date(2026, 7, 1), date(2026, 2, 1)


@pytest.fixture
def year(city):
    requirements_load()
    obligations_open(since=date(2025, 1, 1))
    make_meeting(city.branch, date(2025, 11, 5), title="十一月大会")
    make_meeting(city.sibling, date(2025, 12, 5), title="十二月大会")
    make_meeting(city.foreign, date(2025, 12, 6), title="养护大会")
    return city


def frozen(organisation):
    place = Organisation.objects.get(pk=organisation.pk)
    report, _ = quarterly_report_request(by=None, organisation=place, period=parse_period(QUARTER), today=TODAY)
    return quarterly_report_freeze(report=report)


def said(report):
    """Everything a report says, by sheet; the number of branches with it."""
    chunks = ReportChunk.objects.filter(report=report).order_by("sheet", "number")
    return {**{(chunk.sheet, chunk.number): chunk.rows for chunk in chunks}, "branches": report.summary["branches"]}


def change_everything(city):
    by = city.user(Role.CITY_STAFF)
    organisation_move(by=by, organisation=city.branch, new_parent=city.foreign_unit, effective_on=CHANGED)
    organisation_rename(
        by=by, organisation=city.sibling, name="中共新名", short_name="新名党支部", effective_on=CHANGED
    )
    organisation_rename(by=by, organisation=city.unit, name="新单位", short_name="新单位", effective_on=CHANGED)


def test_a_frozen_report_is_not_touched_by_later_changes(year):
    report = frozen(year.unit)
    before = said(report)
    change_everything(year)
    organisation_merge(
        by=year.user(Role.CITY_STAFF),
        organisation=Organisation.objects.get(pk=year.foreign_unit.pk),
        target=Organisation.objects.get(pk=year.unit.pk),
        effective_on=date(2026, 3, 1),
    )
    again = frozen(year.unit)
    assert again.pk == report.pk
    assert said(again) == before


def test_a_report_made_only_now_speaks_of_the_tree_of_then(year):
    change_everything(year)
    own, foreign = said(frozen(year.unit)), said(frozen(year.foreign_unit))
    records = [(row[1], row[2], row[5]) for row in own["records", 0]]
    assert sorted(records) == [
        ("市档案整理中心", "整理一科党支部", "十一月大会"),
        ("市档案整理中心", "整理二科党支部", "十二月大会"),
    ]
    assert [(row[1], row[5]) for row in foreign["records", 0]] == [("市园圃养护处", "养护大会")]
    assert (own["branches"], foreign["branches"]) == (2, 1)
    rules = {
        (row[0], row[1]) for sheet, rows in own.items() if sheet != "branches" and sheet[0] == "R03" for row in rows
    }
    assert rules == {("市档案整理中心", "整理一科党支部"), ("市档案整理中心", "整理二科党支部")}
    city = {(row[1], row[2]) for row in said(frozen(year.root))["records", 0]}
    assert city == {
        ("市档案整理中心", "整理一科党支部"),
        ("市档案整理中心", "整理二科党支部"),
        ("市园圃养护处", "养护科党支部"),
    }
