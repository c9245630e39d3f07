"""Service activities from Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.roles import Capability
from core.imports import ImportColumn, Row, RowError, SheetImport, refused_at
from outreach.models import ServiceActivity
from outreach.selectors.places import BRANCH_OR_UNIT
from outreach.services.import_rows import place_choices, places_of
from outreach.services.service import activity_record


class ServiceImport(SheetImport):
    slug = "service-activities"
    title = "服务活动导入"
    hint = "每行一次活动。已经写过组织生活记录的，请到页面上从记录带入，不用导入。"
    capability = Capability.VOLUNTEER_RECORD
    seen_by = Capability.VOLUNTEER_VIEW
    columns = (
        ImportColumn("organisation", "党组织", ("党支部", "单位"), required=True, kind="choice"),
        ImportColumn(
            "held_on", "日期", ("活动日期",), required=True, kind="date", minimum=date(2000, 1, 1), example="2026-07-01"
        ),
        ImportColumn("purpose", "服务内容", ("活动内容",), required=True, max_length=120, example="社区环境整治"),
        ImportColumn("community", "社区或地点", ("社区", "地点"), max_length=40, example="向阳社区"),
        ImportColumn(
            "participants", "参加人数", ("人数",), required=True, kind="integer", minimum=1, maximum=9999, example="12"
        ),
        ImportColumn("result", "成效", ("结果",), max_length=300),
        ImportColumn(
            "hours",
            "活动时长（小时）",
            ("时长",),
            kind="number",
            minimum=Decimal("0.1"),
            maximum=24,
            hint="可不填，不按人累计",
        ),
    )
    unique = ("organisation", "held_on", "purpose")
    ignored = ("序号", "对应的组织生活")

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("outreach:service_list")

    @classmethod
    def choices(cls, user: Any, place: Any) -> Mapping[str, Any]:
        return {"organisation": place_choices(user, Capability.VOLUNTEER_RECORD, BRANCH_OR_UNIT)}

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterator[RowError]:
        days = {row["held_on"] for row in rows}
        keys = ServiceActivity.objects.filter(organisation__in=places_of(rows), held_on__in=days)
        known = set(keys.values_list("organisation_id", "held_on", "purpose"))
        for row in rows:
            if (row["organisation"], row["held_on"], row["purpose"]) in known:
                yield RowError(row, "purpose", "这一天已登记过同样的活动", "删去这一行")

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        found = places_of(rows)
        for row in rows:
            with refused_at(row):
                activity_record(
                    by=by, organisation=found[row["organisation"]], values=row.values, action="volunteer.import"
                )
        return len(rows)
