"""联村联户 from Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.roles import Capability
from core.imports import ImportColumn, Row, RowError, SheetImport, refused_at
from outreach.choices import PairingKind
from outreach.models import Pairing
from outreach.selectors.places import BRANCH
from outreach.services.import_rows import People, place_choices, places_of
from outreach.services.pairings import pairing_create


class PairingImport(SheetImport):
    slug = "pairings"
    title = "联村联户导入"
    hint = "每行一个结对。联系户只写代号，不要写群众的姓名、住址、证件号码和电话。"
    capability = Capability.PAIRING_RECORD
    seen_by = Capability.PAIRING_VIEW
    columns = (
        ImportColumn("organisation", "党支部", ("党组织",), required=True, kind="choice"),
        ImportColumn("kind", "类型", required=True, kind="choice", choices=PairingKind.choices, example="党员联户"),
        ImportColumn("village", "村（社区）", ("村", "结对村"), required=True, max_length=40, example="清水村"),
        ImportColumn("member", "联系党员", ("党员",), max_length=40, hint="党员联户时填"),
        ImportColumn("label", "联系户代号", ("代号",), max_length=20, example="联系户1", hint="党员联户时填，不写姓名"),
        ImportColumn(
            "starts_on", "结对日期", required=True, kind="date", minimum=date(2000, 1, 1), example="2026-03-01"
        ),
    )
    unique = ("organisation", "kind", "village", "label")
    ignored = ("序号", "办理中的需求", "结束日期", "结束原因")

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("outreach:pairing_list")

    @classmethod
    def choices(cls, user: Any, place: Any) -> Mapping[str, Any]:
        return {"organisation": place_choices(user, Capability.PAIRING_RECORD, BRANCH)}

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterator[RowError]:
        yield from People(rows, "member").problems(rows, "member")
        open_ones = Pairing.objects.filter(organisation__in=places_of(rows), ends_on=None)
        known = set(open_ones.values_list("organisation_id", "kind", "village", "label"))
        for row in rows:
            if row["kind"] == PairingKind.HOUSEHOLD and not row["member"]:
                yield RowError(row, "member", "党员联户要写联系党员")
            if row["kind"] == PairingKind.HOUSEHOLD and not row["label"]:
                yield RowError(row, "label", "党员联户要写代号", "如联系户1")
            if (row["organisation"], row["kind"], row["village"], row["label"]) in known:
                yield RowError(row, "village", "这个结对已经登记过", "删去这一行")

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        people, found = People(rows, "member"), places_of(rows)
        for row in rows:
            member = next(iter(people.found(row, "member")), None) if row["member"] else None
            with refused_at(row):
                values = {**row.values, "member": member}
                pairing_create(by=by, branch=found[row["organisation"]], values=values, action="pairing.import")
        return len(rows)
