"""What the papers take from Excel: documents issued in a year, sit-ins, the items of an inspection plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Organisation
from core.calendar import local_today
from core.imports import ImportColumn, Row, RowError, SheetImport, refused_at
from oversight.choices.filings import FilingKind
from oversight.choices.inspections import InspectionPlanState
from oversight.choices.sit_ins import SitInKind
from oversight.models import Filing, InspectionPlan, SitIn
from oversight.services.filings import filing_register
from oversight.services.inspection_plans import entry_save
from oversight.services.sit_ins import sit_in_record

EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 12, 31)


class UnitImport(SheetImport):
    """Rows of one unit."""

    seen_by = Capability.ORG_UNIT_LIST
    home = ""

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        return Organisation.objects.visible_to(user, Capability(capability)).of_kind(OrganisationKind.UNIT)

    @classmethod
    def done_url(cls, place: Any) -> str:
        return f"{reverse(cls.home)}?org={place.pk}"


class FilingImport(UnitImport):
    """有件必备: the documents that a unit issued, as its register of outgoing papers has them."""

    slug = "filings"
    title = "制发文件导入"
    hint = "把发文登记里的文件导入，逐件标明是否应备；应备的自动计算报备期限。"
    capability = Capability.FILING_SUBMIT
    home = "oversight:filing_list"
    columns = (
        ImportColumn("name", "文件名称", aliases=("文件标题", "标题"), required=True, example="资料借阅办法"),
        ImportColumn("number", "文号", aliases=("发文字号", "发文号"), required=True, max_length=80,
                     example="云档〔2026〕8号"),
        ImportColumn(
            "issued_on", "发布日期", aliases=("发文日期", "印发日期"), required=True, kind="date", minimum=EARLIEST,
            maximum=LATEST, example="2026-03-02",
        ),
        ImportColumn(
            "kind", "是否应备", required=True, kind="choice", choices=FilingKind.choices,
            example=str(FilingKind.DUE.label),
        ),
        ImportColumn("joint_issuers", "联合制定机关"),
    )  # fmt: skip
    unique = ("number",)

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterable[RowError]:
        numbers = [row["number"] for row in rows]
        known = set(Filing.objects.filter(organisation=place, number__in=numbers).values_list("number", flat=True))
        for row in rows:
            if row["number"] in known:
                yield RowError(row, "number", "这个文号已经登记过。")
            if row["issued_on"] > local_today():
                yield RowError(row, "issued_on", "发布日期不能晚于今天。")

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        for row in rows:
            with refused_at(row):
                filing_register(by=by, organisation=place, values=row.values)
        return len(rows)


class SitInImport(UnitImport):
    """A unit's sit-ins of a year, as kept in a list until now."""

    slug = "sit-ins"
    title = "列席情况导入"
    hint = "专职副书记按当天的任职登记自动对应；列席时说了什么不登记。"
    capability = Capability.SIT_IN_RECORD
    home = "oversight:sit_in_list"
    columns = (
        ImportColumn("title", "会议名称", required=True, max_length=80, example="三月党组会"),
        ImportColumn(
            "kind", "会议类型", required=True, kind="choice", choices=SitInKind.choices,
            example=str(SitInKind.PARTY_GROUP.label),
        ),
        ImportColumn(
            "held_on", "日期", required=True, kind="date", minimum=EARLIEST, maximum=LATEST, example="2026-03-10"
        ),
        ImportColumn("expected", "应列席", required=True, kind="yes_no", example="是"),
        ImportColumn("attended", "已列席", aliases=("实际列席",), required=True, kind="yes_no", example="是"),
        ImportColumn("reason", "未列席原因"),
        ImportColumn("opinion_given", "提出了意见", kind="yes_no", example="否"),
    )  # fmt: skip
    unique = ("held_on", "kind", "title")

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterable[RowError]:
        fields = ("held_on", "kind", "title")
        days = {row["held_on"] for row in rows}
        known = set(SitIn.objects.filter(organisation=place, held_on__in=days).values_list(*fields))
        for row in rows:
            if tuple(row[field] for field in fields) in known:
                yield RowError(row, "title", "这次会议已经登记。")

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        for row in rows:
            with refused_at(row):
                values = {**row.values, "opinion_given": bool(row["opinion_given"])}
                sit_in_record(by=by, organisation=place, values=values)
        return len(rows)


class InspectionEntryImport(SheetImport):
    """The items of a plan that is being written."""

    slug = "inspection-entries"
    title = "督查检查考核事项导入"
    hint = "导入到正在编制的计划；批准以后不能再改。"
    capability = Capability.INSPECTION_WRITE
    seen_by = Capability.INSPECTION_VIEW
    columns = (
        ImportColumn("title", "事项名称", required=True, max_length=120, example="党建责任制落实情况检查"),
        ImportColumn("basis", "依据", required=True, example="《机关基层组织工作条例》第三十四条"),
        ImportColumn("objects_text", "对象", aliases=("检查对象",), required=True, example="市直各单位"),
        ImportColumn("objects_count", "对象个数上限", aliases=("对象个数",), required=True, kind="integer", minimum=1,
                     maximum=5000, example="20"),
        ImportColumn("times", "次数上限", aliases=("次数",), required=True, kind="integer", minimum=1, maximum=12,
                     example="1"),
        ImportColumn("starts_on", "起始日期", required=True, kind="date", minimum=EARLIEST, maximum=LATEST,
                     example="2026-06-01"),
        ImportColumn("ends_on", "截止日期", required=True, kind="date", minimum=EARLIEST, maximum=LATEST,
                     example="2026-07-31"),
        ImportColumn("days", "每次天数上限", aliases=("天数",), required=True, kind="integer", minimum=1, maximum=60,
                     example="1"),
        ImportColumn("minutes_each", "每个对象每次约用（分钟）", aliases=("分钟",), required=True, kind="integer",
                     minimum=0, maximum=6000, example="60"),
        ImportColumn("combined_with", "与哪项合并开展", max_length=120),
    )  # fmt: skip
    unique = ("title",)

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        rows = InspectionPlan.objects.select_related("organisation")
        return rows.visible_to(user, Capability(capability))

    @classmethod
    def obstacle(cls, user: Any, place: Any) -> str:
        return "" if place.state == InspectionPlanState.DRAFT else "计划已提交或批准，不能再导入事项。"

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("oversight:inspection_plan_detail", args=[place.pk])

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterable[RowError]:
        known = set(place.entries.values_list("title", flat=True))
        for row in rows:
            if row["title"] in known:
                yield RowError(row, "title", "计划里已经有这个事项，同类事项应合并。")
            for field in ("starts_on", "ends_on"):
                if row[field].year != place.year:
                    yield RowError(row, field, f"须在计划年度{place.year}年之内。")
            if row["ends_on"] < row["starts_on"]:
                yield RowError(row, "ends_on", "截止日期不能早于起始日期。")

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        for row in rows:
            with refused_at(row):
                entry_save(by=by, plan=place, values=row.values)
        return len(rows)
