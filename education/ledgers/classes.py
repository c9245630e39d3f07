"""The ledgers of training classes and of the roll of one class."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.models import Organisation
from core.ledgers import AutocompleteFilter, BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from education.choices import ClassKind, ClassState, LineResult
from education.models import TrainingClass, TrainingLine
from education.selectors.classes import counted

STATE_BADGES = {ClassState.OPEN: "info", ClassState.CLOSED: "done", ClassState.CANCELLED: "neutral"}
RESULT_BADGES = {LineResult.PASSED: "done", LineResult.FAILED: "overdue", LineResult.UNTESTED: "neutral"}


def hours_words(hours: Decimal | None) -> str:
    """7.5, 24; nothing where none are told."""
    return "" if hours is None else f"{hours.normalize():f}"


def organisation_filter(path_field: str) -> AutocompleteFilter:
    return AutocompleteFilter(
        "org",
        "党组织",
        url="branches:organisation_autocomplete",
        source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
        path_field=path_field,
        label_field="short_name",
    )


class ClassLedger(Ledger):
    slug = "training-classes"
    title = "培训班"
    empty = "还没有培训班"
    capability = Capability.TRAINING_VIEW
    export_url = "education:class_export"
    columns = (
        Column("title", "培训班", link="education:class_detail", width=40),
        Column("kind", "类别", choices=ClassKind.choices, width=12),
        Column("starts_on", "开班日期", kind="date", sortable=True, width=12),
        Column("ends_on", "结班日期", kind="date", width=12),
        Column("organisation", "主办单位", "organisation__short_name", width=24),
        Column("hours", "学时", kind="number", text=hours_words, width=8),
        Column("seats", "学员", kind="number", width=8),
        Column("came", "参加", kind="number", width=8),
        Column("passed", "合格", kind="number", width=8, hidden_on_phone=True),
        Column("state", "状态", choices=ClassState.choices, badge=STATE_BADGES, width=10),
        Column("place", "地点", page=False, width=24),
    )
    filters = (
        ChoiceFilter("kind", "类别", "kind", ClassKind.choices),
        ChoiceFilter("state", "状态", "state", ClassState.choices),
        DateRangeFilter("held", "开班日期", "starts_on"),
        organisation_filter("organisation__path"),
        TextFilter("q", "搜索", ("title",), placeholder="名称中的字词"),
    )
    order = ("-starts_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return counted(TrainingClass.objects.visible_to(user, cls.capability), user)


def _came(attended: bool | None) -> str:
    return {None: "未登记", True: "参加", False: "未参加"}[attended]


class RollLedger(Ledger):
    """The roll of one class, as far as the reader reaches; the view fixes the class."""

    slug = "training-roll"
    title = "学员名单"
    empty = "还没有学员名单"
    capability = Capability.TRAINING_VIEW
    columns = (
        Column("name", "姓名", "member__name", sort="member__name_pinyin", link="education:hours_member",
               link_arg="member_id", width=12),
        Column("organisation", "党支部", "organisation__short_name", width=28),
        Column("attended", "参加", text=_came,
               badge=lambda attended: {None: "due", True: "done", False: "neutral"}[attended], width=10),
        Column("hours", "学时", kind="number", text=hours_words, width=8),
        Column("score", "考试成绩", kind="number", text=hours_words, width=10),
        Column("resit_score", "补考成绩", kind="number", text=hours_words, width=10),
        Column("result", "结果", choices=LineResult.choices, badge=RESULT_BADGES, width=10),
    )  # fmt: skip
    filters = (
        BooleanFilter("came", "参加", "attended"),
        ChoiceFilter("result", "结果", "result", LineResult.choices),
        organisation_filter("organisation__path"),
        TextFilter("q", "搜索", ("member__name",), placeholder="姓名"),
    )
    order = ("member__name_pinyin", "member_id")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return TrainingLine.objects.visible_to(user, cls.capability)
