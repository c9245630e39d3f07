"""What the tests of the papers share: the rules, a second person, and rows made through the services."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from accounts.models import User
from accounts.roles import Role
from branches.models import Obligation
from branches.services.requirements import requirements_load
from core.calendar import local_today
from oversight.models import Filing, InspectionPlan
from oversight.services import filings, inspection_plans
from tests.conftest import City
from tests.factories import make_user

RULES = Path(__file__).resolve().parents[2] / "oversight" / "fixtures" / "paper_rules.json"
TODAY = local_today()
DAY = timedelta(days=1)


def load_rules() -> None:
    requirements_load(rows=json.loads(RULES.read_text(encoding="utf-8")))


def second(city: City, role: str = Role.CITY_STAFF) -> User:
    """Another person of the same role."""
    return make_user(role, {Role.CITY_STAFF: city.root, Role.UNIT_STAFF: city.unit}[role])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def sheet(answer: Any) -> list[tuple[Any, ...]]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True))


def workbook(*rows: tuple[Any, ...]) -> BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "导入.xlsx"
    return file


def obligations(subject: str) -> dict[str, tuple[int, int, date]]:
    """Rule -> (organisation, done, last day) of what a record is due by."""
    rows = Obligation.objects.filter(subject=subject).select_related("requirement")
    return {row.requirement.code: (row.organisation_id, row.done, row.ends_on) for row in rows}


def facts(**changes: Any) -> dict[str, Any]:
    values = {
        "name": "资料借阅管理办法", "number": "云档〔2026〕1号", "issued_on": TODAY - 31 * DAY, "joint_issuers": "",
        "kind": "due",
    }  # fmt: skip
    return values | changes


def make_filing(city: City, unit: Any = None, by: User | None = None, **changes: Any) -> Filing:
    return filings.filing_register(
        by=by or city.user(Role.UNIT_STAFF), organisation=unit or city.unit, values=facts(**changes)
    )


def file_it(city: City, filing: Filing, by: User | None = None) -> Filing:
    return filings.filing_submit(
        by=by or city.user(Role.UNIT_STAFF), filing=filing, filed_on=TODAY, report_ref="备案报告一",
        text_ref="正式文本", note_ref="备案说明",
    )  # fmt: skip


def entry_values(**changes: Any) -> dict[str, Any]:
    values = {
        "title": "党建责任制检查", "basis": "机关条例第三十四条", "objects_text": "各单位", "objects_count": 2,
        "times": 1,
        "starts_on": date(TODAY.year, 1, 1), "ends_on": date(TODAY.year, 12, 31), "days": 3, "minutes_each": 60,
        "combined_with": "",
    }  # fmt: skip
    return values | changes


def make_plan(city: City, organisation: Any = None, by: User | None = None, **changes: Any) -> InspectionPlan:
    by = by or city.user(Role.CITY_STAFF)
    plan = inspection_plans.plan_create(by=by, organisation=organisation or city.root, year=TODAY.year)
    inspection_plans.entry_save(by=by, plan=plan, values=entry_values(**changes))
    return plan


def approve(city: City, plan: InspectionPlan) -> InspectionPlan:
    inspection_plans.plan_submit(by=plan.by, plan=plan)
    return inspection_plans.plan_approve(
        by=second(city), plan=plan, document_number="云办发〔2026〕2号", filing_number="备2026-01", approved_on=TODAY
    )
