"""The ledgers of 督查检查考核: plans, their items, and what was held."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from accounts.roles import Capability
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from oversight.choices.inspections import InspectionPlanState, InspectionState
from oversight.ledgers.paper_filters import by_year, organisation_filter, recent_years
from oversight.models import Inspection, InspectionEntry, InspectionPlan, InspectionTarget
from oversight.policy.inspections import burden

PLAN_TONES = {"draft": "draft", "submitted": "due", "approved": "done"}
STATE_TONES = {"open": "info", "finished": "done", "cancelled": "neutral"}


class InspectionPlanLedger(Ledger):
    slug = "inspection-plans"
    title = "督查检查考核计划"
    empty = "还没有督查检查考核计划"
    capability = Capability.INSPECTION_VIEW
    export_url = "oversight:inspection_plan_export"
    columns = (
        Column(
            "organisation", "计划单位", "organisation__short_name", link="oversight:inspection_plan_detail", width=28
        ),
        Column("year", "年度", text=str, cell=int, sortable=True, width=8),
        Column("batch", "批次", text=lambda batch: "年度" if batch == 1 else f"追加{batch - 1}", cell=int, width=8),
        Column("entries", "事项数", "entry_count", kind="number", width=8),
        Column("state", "状态", choices=InspectionPlanState.choices, badge=PLAN_TONES, width=10),
        Column("document_number", "批准文号", width=24, hidden_on_phone=True),
        Column("filing_number", "备案号", width=24),
        Column("approved_on", "批准日期", kind="date", width=12, hidden_on_phone=True),
    )
    filters = (
        ChoiceFilter("year", "年度", "year", recent_years),
        ChoiceFilter("state", "状态", "state", InspectionPlanState.choices),
        organisation_filter(label="计划单位"),
    )
    order = ("-year", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        rows = InspectionPlan.objects.visible_to(user, cls.capability)
        return rows.annotate(entry_count=Count("entries"))


class InspectionEntryLedger(Ledger):
    """The items of the plans that the reader sees; for the page of one plan, and for its sheet."""

    slug = "inspection-entries"
    title = "督查检查考核计划事项"
    empty = "计划里还没有事项"
    capability = Capability.INSPECTION_VIEW
    export_url = "oversight:inspection_entry_export"
    columns = (
        Column("title", "事项名称", link="oversight:inspection_plan_detail", link_arg="plan_id", width=36),
        Column("year", "年度", "plan__year", text=str, cell=int, width=8),
        Column("organisation", "计划单位", "plan__organisation__short_name", width=24),
        Column("basis", "依据", width=36, hidden_on_phone=True),
        Column("objects_text", "对象", width=28),
        Column("objects_count", "对象个数上限", kind="number", width=10, hidden_on_phone=True),
        Column("times", "次数上限", kind="number", width=8),
        Column("starts_on", "起始日期", kind="date", width=12),
        Column("ends_on", "截止日期", kind="date", width=12),
        Column("days", "每次天数上限", kind="number", width=10, hidden_on_phone=True),
        Column("minutes_each", "每个对象每次约用（分钟）", kind="number", width=12, hidden_on_phone=True),
        Column("burden", "负担（分钟）", ("objects_count", "minutes_each", "times"),
               text=lambda *row: str(burden(*row)), cell=burden, width=10, hidden_on_phone=True),
        Column("combined_with", "与哪项合并开展", width=24, hidden_on_phone=True),
        Column("state", "计划状态", "plan__state", choices=InspectionPlanState.choices, badge=PLAN_TONES, width=10),
    )  # fmt: skip
    filters = (
        ChoiceFilter("year", "年度", "plan__year", recent_years),
        organisation_filter(label="计划单位", field="plan__organisation__path"),
        TextFilter("q", "搜索", ("title", "objects_text"), placeholder="事项或对象"),
    )
    order = ("plan_id", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        plans = InspectionPlan.objects.visible_to(user, cls.capability)
        return InspectionEntry.objects.filter(plan__in=plans.order_by().values("pk"))


def _inspected(queryset: QuerySet[Any], place: Any) -> QuerySet[Any]:
    found = InspectionTarget.objects.filter(organisation__path__startswith=place.path)
    return queryset.filter(pk__in=found.order_by().values("inspection"))


class InspectionLedger(Ledger):
    slug = "inspections"
    title = "督查检查考核"
    empty = "还没有开展督查检查考核"
    capability = Capability.INSPECTION_VIEW
    export_url = "oversight:inspection_export"
    columns = (
        Column("title", "事项", "slot__entry__title", link="oversight:inspection_detail", width=36),
        Column("organisation", "实施单位", "organisation__short_name", width=24),
        Column("starts_on", "起始日期", kind="date", sortable=True, width=12),
        Column("ends_on", "截止日期", kind="date", width=12),
        Column("number", "第几次", ("slot__number", "slot__entry__times"), text="第{}次，共{}次".format, width=14,
               hidden_on_phone=True),
        Column("filing_number", "计划备案号", "slot__entry__plan__filing_number", width=20, hidden_on_phone=True),
        Column("state", "状态", choices=InspectionState.choices, badge=STATE_TONES, width=10),
    )  # fmt: skip
    filters = (
        ChoiceFilter("year", "年度", choices=recent_years, where=by_year("starts_on")),
        ChoiceFilter("state", "状态", "state", InspectionState.choices),
        organisation_filter("org", "被查单位", where=_inspected),
        organisation_filter("holder", "实施单位"),
        DateRangeFilter("held", "起始日期", "starts_on"),
        TextFilter("q", "搜索", ("slot__entry__title",), placeholder="事项名称"),
    )
    order = ("-starts_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Inspection.objects.visible_to(user, cls.capability)
