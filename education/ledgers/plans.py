"""The ledgers of study plans: the plans, the topics of one, and each branch's rows of one."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import MeetingStatus, OrganisationKind
from branches.models import Organisation
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from education.choices import StudyPlanKind, StudyPlanState, TopicAudience
from education.models import StudyPlan, StudyTask, StudyTopic
from education.policy.study import TaskState
from education.selectors.plans import plan_years, tasks_in_state

STATE_TONES = {
    StudyPlanState.DRAFT.value: "draft",
    StudyPlanState.PUBLISHED.value: "done",
    StudyPlanState.CLOSED.value: "neutral",
}
_ORGANISATION = AutocompleteFilter(
    "org",
    "党组织",
    url="branches:organisation_autocomplete",
    source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
    path_field="organisation__path",
    label_field="short_name",
)


class StudyPlanLedger(Ledger):
    slug = "study-plans"
    title = "学习计划"
    empty = "还没有学习计划"
    capability = Capability.STUDY_VIEW
    export_url = "education:plan_export"
    columns = (
        Column("title", "名称", link="education:plan_detail", width=40),
        Column("year", "年度", text=str, cell=int, sortable=True, width=8),
        Column("kind", "类型", choices=StudyPlanKind.choices, width=18),
        Column("organisation", "制定组织", "organisation__short_name", width=24),
        Column("topics", "主题", "topic_count", kind="number", width=8),
        Column("starts_on", "开始", kind="date", width=12, hidden_on_phone=True),
        Column("ends_on", "结束", kind="date", sortable=True, width=12),
        Column("state", "状态", choices=StudyPlanState.choices, badge=STATE_TONES, width=10),
        Column("basis", "依据", page=False, wrap=True, width=40),
        Column("published_on", "发布日期", kind="date", page=False, width=12),
    )
    filters = (
        ChoiceFilter("year", "年度", "year", lambda user: [(year, f"{year}年") for year in plan_years(local_today())]),
        ChoiceFilter("kind", "类型", "kind", StudyPlanKind.choices),
        ChoiceFilter("state", "状态", "state", StudyPlanState.choices),
        _ORGANISATION,
        TextFilter("q", "搜索", ("title",), placeholder="名称中的字词"),
    )
    order = ("-year", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        counted = Count("topics", filter=Q(topics__cancelled_on=None))
        return StudyPlan.objects.visible_to(user, cls.capability).annotate(topic_count=counted)


class StudyTopicLedger(Ledger):
    """The topics of one plan, for the sheet: the headings are those of the import."""

    slug = "study-topics"
    title = "学习主题"
    empty = "还没有主题"
    capability = Capability.STUDY_VIEW
    columns = (
        Column("number", "序号", kind="number", width=8),
        Column("theme", "主题", width=40),
        Column("reading", "篇目", wrap=True, width=50),
        Column("audience", "学习对象", choices=TopicAudience.choices, width=20),
        Column("starts_on", "起", kind="date", width=12),
        Column("due_on", "完成时限", kind="date", width=12),
        Column("is_required", "必学", kind="bool", width=8),
        Column("cancel_reason", "取消原因", width=20),
    )
    order = ("number", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        plans = StudyPlan.objects.visible_to(user, cls.capability)
        return StudyTopic.objects.filter(plan__in=plans.values("pk"))


def _unit_name() -> Subquery:
    path = Substr(OuterRef("organisation__path"), 1, STEP * UNIT_DEPTH)
    units = Organisation.objects.of_kind(OrganisationKind.UNIT).order_by().filter(path=path)
    return Subquery(units.values("short_name")[:1], output_field=CharField())


class StudyTaskLedger(Ledger):
    """Each branch's rows of a plan, as far as the reader reaches; in the order of the tree, for nobody is ranked."""

    slug = "study-tasks"
    title = "各党支部学习情况"
    empty = "还没有下达到党支部"
    capability = Capability.STUDY_VIEW
    columns = (
        Column("organisation", "党支部", "organisation__short_name", width=28),
        Column("unit", "单位", width=24, hidden_on_phone=True),
        Column("theme", "主题", "topic__theme", width=40),
        Column("due_on", "完成时限", "topic__due_on", kind="date", sortable=True, width=12),
        Column("required", "必学", "topic__is_required", kind="bool", width=8, hidden_on_phone=True),
        Column("logs", "会议记录", kind="number", width=10),
        Column(
            "state",
            "状态",
            text=lambda state: TaskState(state).label,
            badge=lambda state: TaskState(state).tone,
            width=10,
        ),
    )
    filters = (
        ChoiceFilter("state", "状态", "state", [(state.value, state.label) for state in TaskState]),
        ChoiceFilter(
            "required", "性质", choices=(("yes", "必学"), ("no", "选学")),
            where=lambda rows, value: rows.filter(topic__is_required=value == "yes"),
        ),
        DateRangeFilter("due", "完成时限", "topic__due_on"),
        _ORGANISATION,
        TextFilter("q", "搜索", ("topic__theme",), placeholder="主题中的字词"),
    )  # fmt: skip
    order = ("organisation__path", "topic__number", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        reached = StudyTask.objects.visible_to(user, cls.capability)
        rows = tasks_in_state().filter(pk__in=reached.order_by().values("pk"))
        logs = Count("links", filter=Q(links__meeting__status=MeetingStatus.SUBMITTED))
        return rows.annotate(unit=_unit_name(), logs=logs)
