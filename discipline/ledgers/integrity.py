"""The ledgers of projects, risk points, activities, the quarters of 机关纪委 and 廉政谈话."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.roles import Capability
from core.calendar import local_today
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from discipline.choices import (
    INTEGRITY_PROJECTS,
    ActivityKind,
    IntegrityTalkKind,
    ProjectKind,
    RiskLevel,
    RiskState,
)
from discipline.ledgers.warnings import ORGANISATION
from discipline.models import CommitteeQuarter, IntegrityActivity, IntegrityTalk, Project, RiskPoint, RiskReview
from discipline.policy.quarters import COUNTS, LABELS

YEARS_SHOWN = 6


def recent_years() -> list[int]:
    """This year first."""
    this = local_today().year
    return list(range(this, this - YEARS_SHOWN, -1))


def _years(user: Any) -> list[tuple[int, str]]:
    return [(year, f"{year}年") for year in recent_years()]


def _running_in(queryset: QuerySet[Any], year: int) -> QuerySet[Any]:
    return queryset.filter(first_year__lte=year, last_year__gte=year)


class ProjectLedger(Ledger):
    slug = "integrity-projects"
    title = "廉洁文化和清廉机关"
    empty = "还没有项目清单"
    capability = Capability.INTEGRITY_VIEW
    export_url = "discipline:project_export"
    columns = (
        Column("title", "名称", link="discipline:project_detail", width=44),
        Column("kind", "类别", choices=ProjectKind.choices, width=22),
        Column("organisation", "牵头", source="organisation__short_name", width=28),
        Column("first_year", "年度", source="first_year", text=lambda year: f"{year}年", sortable=True, width=10),
    )
    filters = (
        ChoiceFilter("kind", "类别", "kind", [(kind.value, kind.label) for kind in INTEGRITY_PROJECTS]),
        ChoiceFilter("year", "年度", choices=_years, where=_running_in),
        ORGANISATION,
        TextFilter("q", "搜索", ("title",), placeholder="名称"),
    )
    order = ("-first_year", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Project.objects.visible_to(user, cls.capability).filter(kind__in=INTEGRITY_PROJECTS)


class FiveYearLedger(Ledger):
    slug = "five-year-actions"
    title = "机关纪委建设五年行动"
    empty = "还没有五年行动"
    capability = Capability.DISCIPLINE_COMMITTEE_VIEW
    export_url = "discipline:five_year_export"
    columns = (
        Column("title", "名称", link="discipline:five_year_detail", width=44),
        Column("organisation", "牵头", source="organisation__short_name", width=28),
        Column(
            "years", "年度", source=("first_year", "last_year"), text=lambda first, last: f"{first}—{last}年",
            sort="first_year", sortable=True, width=16,
        ),
    )  # fmt: skip
    filters = (ChoiceFilter("year", "年度", choices=_years, where=_running_in), ORGANISATION)
    order = ("-first_year", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Project.objects.visible_to(user, cls.capability).filter(kind=ProjectKind.FIVE_YEAR)


def _is_late(state: str, due_on: date | None) -> bool:
    return state == RiskState.ACTIVE and due_on is not None and due_on < local_today()


def _risk_words(state: str, due_on: date | None) -> str:
    return "复查逾期" if _is_late(state, due_on) else str(RiskState(state).label)


def _risk_tone(state: str, due_on: date | None) -> str:
    if _is_late(state, due_on):
        return "overdue"
    return "done" if state == RiskState.ACTIVE else "neutral"


def _reviewed(queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
    return queryset.filter(state=RiskState.ACTIVE, due_on__lt=local_today())


class RiskLedger(Ledger):
    slug = "risk-points"
    title = "廉政风险点"
    empty = "还没有登记廉政风险点"
    capability = Capability.INTEGRITY_VIEW
    export_url = "discipline:risk_export"
    columns = (
        Column("post", "岗位", link="discipline:risk_detail", width=28),
        Column("organisation", "单位", source="organisation__short_name", width=28),
        Column(
            "level", "风险等级", choices=RiskLevel.choices, badge={"1": "overdue", "2": "due", "3": "neutral"},
            sortable=True, width=10,
        ),
        Column("description", "风险表现", width=44, wrap=True, hidden_on_phone=True),
        Column("controls", "防控措施", width=50, wrap=True, page=False),
        Column("responsible", "责任科室", width=18, hidden_on_phone=True),
        Column("due_on", "复查日期", kind="date", sortable=True, width=12),
        Column("state", "状态", source=("state", "due_on"), text=_risk_words, badge=_risk_tone, width=10),
    )  # fmt: skip
    filters = (
        ChoiceFilter("level", "风险等级", "level", RiskLevel.choices),
        ChoiceFilter("state", "状态", "state", RiskState.choices),
        ChoiceFilter("review", "复查", choices=(("late", "已逾期"),), where=_reviewed),
        DateRangeFilter("due", "复查日期", "due_on"),
        ORGANISATION,
        TextFilter("q", "搜索", ("post", "description", "responsible"), placeholder="岗位、表现、科室"),
    )
    order = ("level", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        coming = RiskReview.objects.filter(risk=OuterRef("pk"), reviewed_on=None).values("due_on")[:1]
        return RiskPoint.objects.visible_to(user, cls.capability).annotate(due_on=Subquery(coming))


class ActivityLedger(Ledger):
    slug = "integrity-activities"
    title = "廉洁文化活动"
    empty = "还没有登记廉洁文化活动"
    capability = Capability.INTEGRITY_VIEW
    export_url = "discipline:activity_export"
    columns = (
        Column("title", "活动名称", link="discipline:activity_detail", width=40),
        Column("kind", "类别", choices=ActivityKind.choices, width=18),
        Column("organisation", "主办", source="organisation__short_name", width=28),
        Column("held_on", "日期", kind="date", sortable=True, width=12),
        Column("headcount", "参加人数", kind="number", width=10),
        Column("meeting", "会议记录", source="meeting__title", width=30, hidden_on_phone=True),
    )
    filters = (
        ChoiceFilter("kind", "类别", "kind", ActivityKind.choices),
        DateRangeFilter("held", "日期", "held_on"),
        ORGANISATION,
        TextFilter("q", "搜索", ("title",), placeholder="名称"),
    )
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return IntegrityActivity.objects.visible_to(user, cls.capability)


class QuarterLedger(Ledger):
    slug = "discipline-quarters"
    title = "机关纪委工作台账"
    empty = "还没有确认的工作台账"
    capability = Capability.DISCIPLINE_COMMITTEE_VIEW
    export_url = "discipline:quarter_export"
    columns = (
        Column("organisation", "单位", source="organisation__short_name", link="discipline:quarter_detail", width=28),
        Column(
            "period", "季度", source=("year", "quarter"), text=lambda year, number: f"{year}年{number}季度", width=14,
            sort=("year", "quarter"), sortable=True,
        ),
        *(Column(name, LABELS[name], kind="number", width=12, hidden_on_phone=name == "training") for name in COUNTS),
        Column("revision", "版本", kind="number", width=8, hidden_on_phone=True),
    )  # fmt: skip
    filters = (
        ChoiceFilter("year", "年度", "year", _years),
        ChoiceFilter("quarter", "季度", "quarter", [(number, f"{number}季度") for number in (1, 2, 3, 4)]),
        ORGANISATION,
    )
    order = ("-year", "-quarter", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return CommitteeQuarter.objects.visible_to(user, cls.capability)


class IntegrityTalkLedger(Ledger):
    slug = "integrity-talks"
    title = "廉政谈话登记"
    empty = "还没有登记廉政谈话"
    capability = Capability.INTEGRITY_TALK_VIEW
    export_url = "discipline:integrity_talk_export"
    columns = (
        Column("held_on", "日期", kind="date", sortable=True, link="discipline:integrity_talk_detail", width=12),
        Column("organisation", "单位", source="organisation__short_name", width=28),
        Column("kind", "类型", choices=IntegrityTalkKind.choices, width=16),
        Column("count", "次数", kind="number", width=8),
    )
    filters = (
        ChoiceFilter("kind", "类型", "kind", IntegrityTalkKind.choices),
        DateRangeFilter("held", "日期", "held_on"),
        ORGANISATION,
    )
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return IntegrityTalk.objects.visible_to(user, cls.capability)
