"""廉政风险点 from Excel: the sheet that the list exports comes back with the same headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.roles import Capability
from core.calendar import local_today
from core.imports import ImportColumn, Row, RowError, SheetImport, refused_at
from discipline.choices import RiskLevel, RiskState
from discipline.models import RiskPoint
from discipline.selectors.places import heads_all
from discipline.services.integrity import risk_create


class RiskImport(SheetImport):
    slug = "risk_points"
    title = "廉政风险点导入"
    hint = "每行一个岗位的一条风险。写岗位，不写姓名。"
    capability = Capability.INTEGRITY_RECORD
    seen_by = Capability.INTEGRITY_VIEW
    columns = (
        ImportColumn("post", "岗位", aliases=("岗位名称",), required=True, max_length=40, example="政府采购经办岗"),
        ImportColumn(
            "level", "风险等级", aliases=("等级", "级别"), required=True, kind="choice", choices=RiskLevel.choices,
            example="高",
        ),
        ImportColumn(
            "description", "风险表现", aliases=("风险点", "风险内容"), required=True, max_length=300,
            example="采购需求设置倾向性条款",
        ),
        ImportColumn(
            "controls", "防控措施", required=True, max_length=500, multiline=True, example="两人以上核对，公开征求意见"
        ),
        ImportColumn("responsible", "责任科室", aliases=("责任部门",), required=True, max_length=40, example="办公室"),
        ImportColumn("review_on", "复查日期", aliases=("下次复查",), required=True, kind="date", example="2027-06-30"),
    )  # fmt: skip
    unique = ("post", "description")
    ignored = ("序号", "单位", "状态")

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        found: QuerySet[Any] = heads_all().visible_to(user, Capability(capability))
        return found

    @classmethod
    def place_label(cls, place: Any) -> str:
        return str(place.short_name)

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("discipline:risk_list")

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterator[RowError]:
        """One query."""
        active = RiskPoint.objects.filter(organisation=place, state=RiskState.ACTIVE)
        known, today = set(active.values_list("post", "description")), local_today()
        for row in rows:
            if (row["post"], row["description"]) in known:
                yield RowError(row, "description", "这个岗位的这条风险表现已经登记。")
            if isinstance(row["review_on"], date) and row["review_on"] < today:
                yield RowError(row, "review_on", "复查日期不能早于今天。")

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        for row in rows:
            with refused_at(row):
                risk_create(by=by, organisation=place, **dict(row.values))
        return len(rows)
