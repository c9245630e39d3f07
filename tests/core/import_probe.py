"""An import of meetings of a branch with one column of each sort, its paths, and one without a place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.urls import include, path, reverse

from accounts.roles import Capability
from branches.choices import MeetingKind
from branches.models import Meeting, Member, Organisation
from core.imports import CellProblem, ImportColumn, Row, RowError, SheetImport, import_urls, refused_at
from tests.factories import make_meeting


def no_jokes(text: str) -> str:
    if "玩笑" in text:
        raise CellProblem("不是会议主题", "写会议通知上的主题")
    return text


class ProbeImport(SheetImport):
    slug = "probe"
    title = "试验会议导入"
    hint = "每行一次会议。"
    capability = Capability.MEETING_SUBMIT
    seen_by = Capability.MEETING_LIST
    columns = (
        ImportColumn(
            "title", "主题", ("会议主题", "议题"), required=True, max_length=20, parse=no_jokes, example="学习"
        ),
        ImportColumn("held_on", "日期", ("开会日期",), required=True, kind="date", minimum=date(2020, 1, 1)),
        ImportColumn("kind", "类型", kind="choice", choices=MeetingKind.choices),
        ImportColumn("chair", "主持人", kind="choice"),
        ImportColumn("people", "参加人", kind="choice", many=True),
        ImportColumn("present", "实到", kind="integer", minimum=0),
        ImportColumn("cost", "经费", kind="money"),
        ImportColumn("late", "补记", kind="yes_no"),
        ImportColumn("code", "编码", hint="文号"),
        ImportColumn("note", "备注", multiline=True, max_length=500),
    )
    unique = ("title", "held_on")
    closed: ClassVar[str] = ""
    fail_in_commit: ClassVar[str] = ""

    @classmethod
    def places(cls, user: Any, capability: str) -> Any:
        return Organisation.objects.visible_to(user, capability)

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("branches:meeting_list")

    @classmethod
    def obstacle(cls, user: Any, place: Any) -> str:
        return cls.closed

    @classmethod
    def choices(cls, user: Any, place: Any) -> dict[str, Any]:
        people = list(Member.objects.filter(organisation=place).order_by("pk").values_list("pk", "name"))
        return {"chair": people, "people": people}

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterable[RowError]:
        known = set(Meeting.objects.filter(organisation=place).values_list("title", flat=True))
        return [RowError(row, "title", "已经登记过", "换一个主题") for row in rows if row["title"] in known]

    @classmethod
    def compare(cls, user: Any, place: Any, rows: Sequence[Row]) -> dict[int, Any]:
        return {row.number: "new" for row in rows}

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        for row in rows:
            with refused_at(row):
                if cls.fail_in_commit and row["title"] == cls.fail_in_commit:
                    raise ValidationError({"title": "这一行不能登记。", "other": "还有别的。"})
                make_meeting(place, row["held_on"], title=row["title"])
        return len(rows)


class PlacelessImport(ProbeImport):
    slug = "probe-placeless"
    title = "试验导入（不限对象）"
    columns = (ImportColumn("title", "主题", required=True),)
    unique = ()

    @classmethod
    def choices(cls, user: Any, place: Any) -> dict[str, Any]:
        return {}

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        assert place is None
        return len(rows)


urlpatterns = [
    path("", include("config.urls")),
    *import_urls("probe", ProbeImport, path="probe/<int:place>/import/"),
    *import_urls("placeless", PlacelessImport),
]
