"""Village postings from Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.roles import Capability
from core.imports import ImportColumn, Row, RowError, SheetImport, refused_at
from outreach.choices import VillageRole
from outreach.models import VillagePosting
from outreach.selectors.places import UNIT
from outreach.services.import_rows import People, place_choices, places_of
from outreach.services.postings import posting_create


class PostingImport(SheetImport):
    slug = "village-postings"
    title = "驻村选派导入"
    hint = "每行一名正在驻村的党员；姓名须在党员名册上。"
    capability = Capability.VILLAGE_POSTING_RECORD
    seen_by = Capability.VILLAGE_POSTING_VIEW
    columns = (
        ImportColumn("organisation", "派出单位", ("单位",), required=True, kind="choice"),
        ImportColumn("member", "姓名", ("选派党员",), required=True, max_length=40),
        ImportColumn("role", "职务", required=True, kind="choice", choices=VillageRole.choices, example="第一书记"),
        ImportColumn("village", "派驻村", ("村",), required=True, max_length=40, example="清水村"),
        ImportColumn("starts_on", "任期起", required=True, kind="date", minimum=date(2000, 1, 1), example="2026-01-01"),
        ImportColumn("ends_on", "任期止", required=True, kind="date", minimum=date(2000, 1, 1), example="2027-12-31"),
    )
    unique = ("organisation", "member")
    ignored = ("序号", "状态", "离任日期", "交接情况")

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("outreach:posting_list")

    @classmethod
    def choices(cls, user: Any, place: Any) -> Mapping[str, Any]:
        return {"organisation": place_choices(user, Capability.VILLAGE_POSTING_RECORD, UNIT)}

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterator[RowError]:
        people = People(rows, "member")
        yield from people.problems(rows, "member")
        keys = [person.pk for row in rows for person in people.found(row, "member")]
        there = set(
            VillagePosting.objects.filter(member__in=keys, finished_on=None).values_list("member_id", flat=True)
        )
        for row in rows:
            if row["ends_on"] <= row["starts_on"]:
                yield RowError(row, "ends_on", "任期止须晚于任期起")
            if any(person.pk in there for person in people.found(row, "member")):
                yield RowError(row, "member", "这名党员正在驻村", "删去这一行，或先办理交接")

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        people, found = People(rows, "member"), places_of(rows)
        for row in rows:
            with refused_at(row):
                posting_create(
                    by=by,
                    unit=found[row["organisation"]],
                    member=people.found(row, "member")[0],
                    values=row.values,
                    action="village_posting.import",
                )
        return len(rows)
