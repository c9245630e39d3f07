"""Reports that exist, and their frozen rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Organisation
from reports.models import QuarterlyReport
from reports.selectors.quarterly import RECORDS, RULE_HEADINGS, Row

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 100
#: What "未完成" leaves out; every other state is some way of still being open.
SETTLED = ("已完成", "已减免")
OPEN = "未完成"
UNIT, STATE = 0, RULE_HEADINGS.index("情况")


def report_by_id(pk: int) -> QuarterlyReport:
    """For background work, which has checked the right when it was ordered."""
    return QuarterlyReport.objects.select_related("organisation").get(pk=pk)


def report_places(user: User) -> QuerySet[Organisation]:
    """The organisations for which the user may have a report built: units, and the city for city staff."""
    units = Organisation.objects.visible_to(user, Capability.REPORT_UNIT_GENERATE).of_kind(OrganisationKind.UNIT)
    city = Organisation.objects.visible_to(user, Capability.REPORT_CITY_GENERATE)
    return units | city.of_kind(OrganisationKind.WORK_COMMITTEE)


@dataclass(frozen=True)
class FrozenPage:
    """One page of a frozen sheet; ``total`` counts what the filter leaves."""

    rows: list[Row]
    total: int
    number: int

    @property
    def has_next(self) -> bool:
        return self.number * PAGE < self.total


def frozen_page(report: QuarterlyReport, sheet: str, *, unit: str = "", state: str = "", number: int = 1) -> FrozenPage:
    """Rows of a frozen sheet, of one unit and one state if given, a hundred a page counted from 1."""
    place = UNIT if sheet != RECORDS else UNIT + 1
    kept: list[Row] = []
    for rows in report.chunks.filter(sheet=sheet).order_by("number").values_list("rows", flat=True):
        kept += [row for row in rows if (not unit or row[place] == unit) and (not state or _stands(row[STATE], state))]
    return FrozenPage(kept[(number - 1) * PAGE : number * PAGE], len(kept), number)


def _stands(found: str, wanted: str) -> bool:
    return found not in SETTLED if wanted == OPEN else found == wanted


def summary_of(report: QuarterlyReport) -> dict[str, object]:
    """The frozen summary with the units' figures in the order of the rules, ready to be laid out."""
    summary = report.summary
    codes = [rule["code"] for rule in summary["rules"]]
    units = [
        {"unit": unit["unit"], "cells": [(code, unit["rules"].get(code)) for code in codes]}
        for unit in summary["units"]
    ]
    rules = [{**rule, "due": rule["items"] - rule["waived"]} for rule in summary["rules"]]
    return {**summary, "rules": rules, "units": units}
