"""Topics of a study plan from Excel, under the headings of the sheet that the plan exports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from core.imports import ImportColumn, Row, RowError, SheetImport
from education.choices import TopicAudience
from education.models import StudyPlan
from education.selectors.plans import plans_in_full
from education.services.topics import topics_import


class TopicImport(SheetImport):
    slug = "study_topics"
    title = "学习主题导入"
    hint = "每行一个主题。可以直接用另一个计划导出的主题表：“学习月份”和“完成时限”写一个就行。"
    capability = Capability.STUDY_RECORD
    seen_by = Capability.STUDY_VIEW
    columns = (
        ImportColumn("theme", "主题", ("学习主题", "学习内容"), required=True, max_length=120, example="学习党章总纲"),
        ImportColumn(
            "reading", "篇目", ("学习篇目",), max_length=2000, multiline=True, example="《中国共产党章程》总纲",
            hint="一个格子里可以写几行，每行一篇",
        ),
        ImportColumn(
            "audience", "学习对象", ("对象",), kind="choice", choices=TopicAudience.choices, example="全体党员"
        ),
        ImportColumn("month", "学习月份", ("月份",), kind="integer", minimum=1, maximum=12, example="3"),
        ImportColumn("due_on", "完成时限", ("时限", "截止日期"), kind="date"),
        ImportColumn("is_required", "必学", kind="yes_no", example="是", hint="不写就是必学"),
    )  # fmt: skip
    unique = ("theme",)
    ignored = ("序号", "起", "取消原因")
    row_limit = 100

    @classmethod
    def places(cls, user: User, capability: Any) -> QuerySet[Any]:
        return plans_in_full().visible_to(user, capability)

    @classmethod
    def done_url(cls, place: StudyPlan) -> str:
        return reverse("education:plan_detail", args=[place.pk])

    @classmethod
    def obstacle(cls, user: User, place: StudyPlan) -> str:
        return "" if place.is_draft else "已发布的学习计划不再增加主题，请另订计划。"

    @classmethod
    def check(cls, user: User, place: StudyPlan, rows: Sequence[Row]) -> Iterable[RowError]:
        known = set(place.topics.values_list("theme", flat=True))
        for row in rows:
            if row["theme"] in known:
                yield RowError(row, "theme", "这个计划里已有同名的主题")
            if row["due_on"] and not place.starts_on <= row["due_on"] <= place.ends_on:
                yield RowError(row, "due_on", "不在计划的期间之内", f"{place.starts_on}至{place.ends_on}")

    @classmethod
    def commit(cls, by: User, place: StudyPlan, rows: Sequence[Row]) -> int:
        return topics_import(by=by, plan=place, rows=[_values(row) for row in rows])


def _values(row: Row) -> dict[str, Any]:
    required = row["is_required"]
    return {
        "theme": row["theme"],
        "reading": row["reading"],
        "audience": row["audience"] or TopicAudience.MEMBERS.value,
        "is_required": True if required is None else required,
        "month": row["month"],
        "due_on": row["due_on"],
        "materials": [],
    }
