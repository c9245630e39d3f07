"""Lists that come from Excel: directives, units of an area, research topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.roles import Capability
from branches.models import Organisation
from core.calendar import local_today
from core.imports import ImportColumn, Row, RowError, SheetImport, refused_at
from core.imports.declaration import Choices
from oversight.choices import DirectiveSource
from oversight.models import Directive, LiaisonArea, ResearchTopic
from oversight.selectors.liaison import areas_in_full, units_free
from oversight.selectors.places import answering_places, running_places
from oversight.services.directives import DirectiveData, directive_register
from oversight.services.liaison import units_add
from oversight.services.research import topic_create

OWNERS_LIMIT = 3000


class DirectiveImport(SheetImport):
    """Items with their stages by the version in force; each row states that it holds nothing secret."""

    slug = "directives"
    title = "贯彻落实事项导入"
    hint = "各阶段时限按现行设置自动排定，导入后可以调整。不含涉密和内部内容的才能登记。"
    capability = Capability.DIRECTIVE_WRITE
    seen_by = Capability.DIRECTIVE_VIEW
    columns = (
        ImportColumn("number", "编号", required=True, max_length=30, example="2026-001"),
        ImportColumn("source", "来源", required=True, kind="choice", choices=tuple(DirectiveSource.choices)),
        ImportColumn("received_on", "日期", aliases=("交办日期",), required=True, kind="date", example="2026-07-01"),
        ImportColumn("title", "事项名称", aliases=("事项",), required=True, max_length=120, example="推进窗口服务提质"),
        ImportColumn(
            "summary", "内容摘要", aliases=("内容摘要（非涉密）",), required=True, max_length=1000, multiline=True,
            example="用一两句话写清要求",
        ),
        ImportColumn("owner", "责任党组织", aliases=("责任单位",), required=True, kind="choice"),
        ImportColumn("is_public", "不含涉密和内部内容", required=True, kind="yes_no", example="是"),
    )  # fmt: skip
    unique = ("number",)

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        return running_places(user, Capability(capability))

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("oversight:directive_list")

    @classmethod
    def choices(cls, user: Any, place: Any) -> Mapping[str, Choices]:
        owners = answering_places(user, cls.capability).under(place.path).order_by("path")
        return {"owner": [(owner, owner.short_name) for owner in owners[:OWNERS_LIMIT]]}

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterable[RowError]:
        numbers = {row["number"] for row in rows}
        taken = set(Directive.objects.filter(organisation=place, number__in=numbers).values_list("number", flat=True))
        for row in rows:
            if row["number"] in taken:
                yield RowError(row, "number", "这个编号已经登记")
            if not row["is_public"]:
                yield RowError(row, "is_public", "含涉密或内部内容的不能登记在平台上", "是")
            if row["received_on"] > local_today():
                yield RowError(row, "received_on", "日期不能晚于今天")

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        for row in rows:
            with refused_at(row):
                directive_register(by=by, organisation=place, data=DirectiveData(**row.values))
        return len(rows)


class AreaUnitsImport(SheetImport):
    """The units of one area."""

    slug = "liaison-units"
    title = "片区单位导入"
    hint = "一个单位同一时间只在一个片区；已在片区里的单位要先移出。"
    capability = Capability.LIAISON_RECORD
    seen_by = Capability.LIAISON_VIEW
    columns = (
        ImportColumn("unit", "单位", aliases=("单位名称",), required=True, kind="choice"),
        ImportColumn("starts_on", "从哪天起", aliases=("起始日期",), kind="date", hint="不填为今天"),
    )
    unique = ("unit",)

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        return areas_in_full().visible_to(user, Capability(capability))

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("oversight:area_detail", args=[place.pk])

    @classmethod
    def obstacle(cls, user: Any, place: LiaisonArea) -> str:
        return "这个片区已经停用。" if place.ends_on else ""

    @classmethod
    def choices(cls, user: Any, place: Any) -> Mapping[str, Choices]:
        return {"unit": [(unit, unit.short_name) for unit in units_free(local_today()).order_by("path")]}

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        for row in rows:
            with refused_at(row):
                units_add(by=by, area=place, units=[row["unit"]], starts_on=row["starts_on"] or local_today())
        return len(rows)


class ResearchImport(SheetImport):
    """Topics of a year's plan."""

    slug = "research-topics"
    title = "调研课题导入"
    capability = Capability.RESEARCH_WRITE
    seen_by = Capability.RESEARCH_VIEW
    columns = (
        ImportColumn(
            "title", "课题", aliases=("课题名称",), required=True, max_length=80, example="支部活动时间怎么保证"
        ),
        ImportColumn("question", "要解决的问题", required=True, max_length=1000, multiline=True),
        ImportColumn("leader", "负责人", required=True, max_length=40),
        ImportColumn("starts_on", "开始日期", required=True, kind="date", example="2026-03-01"),
        ImportColumn("ends_on", "结束日期", required=True, kind="date", example="2026-09-30"),
    )
    unique = ("title", "starts_on")

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        return running_places(user, Capability(capability))

    @classmethod
    def done_url(cls, place: Any) -> str:
        return reverse("oversight:research_list")

    @classmethod
    def check(cls, user: Any, place: Organisation, rows: Sequence[Row]) -> Iterable[RowError]:
        known = set(ResearchTopic.objects.filter(organisation=place).values_list("title", "starts_on"))
        for row in rows:
            if (row["title"], row["starts_on"]) in known:
                yield RowError(row, "title", "这个课题已经登记")
            if row["ends_on"] < row["starts_on"]:
                yield RowError(row, "ends_on", "结束日期不能早于开始日期")

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        for row in rows:
            with refused_at(row):
                topic_create(by=by, organisation=place, values=row.values)
        return len(rows)
