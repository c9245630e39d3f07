"""The ledgers of plans, appraisals and talks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.choices import AppraisalState, MeetingKind, PlanState, TalkPair
from branches.models import Appraisal, MeetingPlan, Organisation, Talk
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter

_ORGANISATION = AutocompleteFilter(
    "org",
    "党组织",
    url="branches:organisation_autocomplete",
    source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
    path_field="organisation__path",
    label_field="short_name",
)
OVERDUE = "overdue"
_PLAN_STATES = (("planned", "计划中"), (OVERDUE, "已过日期还没有记录"), ("done", "已记录"), ("cancelled", "已取消"))


def _in_state(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    if state == OVERDUE:
        return queryset.filter(state=PlanState.PLANNED, planned_on__lt=local_today())
    return queryset.filter(state=state)


def _is_overdue(state: str, planned_on: date) -> bool:
    return state == PlanState.PLANNED and planned_on < local_today()


def _state_words(state: str, planned_on: date) -> str:
    return "已过日期" if _is_overdue(state, planned_on) else str(PlanState(state).label)


def _state_tone(state: str, planned_on: date) -> str:
    tones = {PlanState.PLANNED: "info", PlanState.DONE: "done", PlanState.CANCELLED: "neutral"}
    return "overdue" if _is_overdue(state, planned_on) else tones[PlanState(state)]


class PlanLedger(Ledger):
    slug = "meeting-plans"
    title = "会议计划"
    empty = "还没有会议计划"
    capability = Capability.PLAN_VIEW
    export_url = "branches:plan_export"
    columns = (
        Column("title", "主题", link="branches:plan_detail", width=40),
        Column("planned_on", "计划日期", kind="date", sortable=True, width=12),
        Column("starts_at", "时间", kind="time", width=8),
        Column("kind", "类型", choices=MeetingKind.choices, width=14),
        Column("organisation", "党支部", "organisation__short_name", width=24),
        Column("place", "地点", width=20, hidden_on_phone=True),
        Column("state", "状态", ("state", "planned_on"), text=_state_words, badge=_state_tone, width=10),
        Column("group", "党小组", "group__short_name", page=False),
        Column("agenda", "议题", page=False, wrap=True, width=40),
    )
    filters = (
        ChoiceFilter("kind", "类型", "kind", MeetingKind.choices),
        ChoiceFilter("state", "状态", choices=_PLAN_STATES, where=_in_state),
        DateRangeFilter("planned", "计划日期", "planned_on"),
        _ORGANISATION,
        TextFilter("q", "搜索", ("title",), placeholder="主题中的字词"),
    )
    order = ("-planned_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return MeetingPlan.objects.visible_to(user, cls.capability)


class AppraisalLedger(Ledger):
    """Counts alone: grades by name stay on the page of one appraisal and in no file."""

    slug = "appraisals"
    title = "民主评议"
    empty = "还没有民主评议"
    capability = Capability.APPRAISAL_VIEW
    export_url = "branches:appraisal_export"
    columns = (
        Column("organisation", "党支部", "organisation__short_name", link="branches:appraisal_detail", width=28),
        Column("year", "年度", text=str, cell=int, sortable=True, width=8),
        Column("members", "党员总数", kind="number", width=10),
        Column("excellent", "优秀", kind="number", width=8),
        Column("qualified", "合格", kind="number", width=8),
        Column("basic", "基本合格", kind="number", width=10),
        Column("unqualified", "不合格", kind="number", width=8),
        Column("state", "状态", choices=AppraisalState.choices, badge={"open": "due", "finished": "done"}, width=10),
        Column("held_on", "会议日期", "meeting__held_on", kind="date", width=12, hidden_on_phone=True),
    )
    filters = (
        ChoiceFilter("year", "年度", "year", lambda user: [(year, f"{year}年") for year in recent_years()]),
        ChoiceFilter("state", "状态", "state", AppraisalState.choices),
        _ORGANISATION,
    )
    order = ("-year", "organisation__path")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Appraisal.objects.visible_to(user, cls.capability)


def recent_years() -> list[int]:
    """This year and the nine before it."""
    today = local_today()
    return list(range(today.year, today.year - 10, -1))


class TalkLedger(Ledger):
    slug = "talks"
    title = "谈心谈话"
    empty = "还没有谈心谈话"
    capability = Capability.TALK_VIEW
    export_url = "branches:talk_export"
    columns = (
        Column("held_on", "日期", kind="date", sortable=True, link="branches:talk_detail", width=12),
        Column("pair", "类型", choices=TalkPair.choices, width=14),
        Column("member_a", "党员", "member_a__name", width=12),
        Column("member_b", "党员", "member_b__name", width=12),
        Column("organisation", "党支部", "organisation__short_name", width=28),
        Column("created_at", "登记时间", kind="datetime", page=False, width=18),
    )
    filters = (
        DateRangeFilter("held", "日期", "held_on"),
        ChoiceFilter("pair", "类型", "pair", TalkPair.choices),
        _ORGANISATION,
        TextFilter("q", "搜索", ("member_a__name", "member_b__name"), placeholder="姓名"),
    )
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Talk.objects.visible_to(user, cls.capability)
