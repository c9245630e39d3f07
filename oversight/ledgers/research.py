"""The ledger of 调研课题."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from oversight.choices import ResearchState, ResultKind
from oversight.ledgers.paper_filters import organisation_filter
from oversight.models import ResearchTopic
from oversight.selectors.research import with_measures


class ResearchLedger(Ledger):
    slug = "research-topics"
    title = "调研课题"
    empty = "还没有调研课题"
    capability = Capability.RESEARCH_VIEW
    export_url = "oversight:research_export"
    columns = (
        Column("title", "课题", link="oversight:research_detail", width=40),
        Column("leader", "负责人", width=16),
        Column("organisation", "党组织", "organisation__short_name", width=24, hidden_on_phone=True),
        Column("starts_on", "开始", kind="date", sortable=True, width=12),
        Column("ends_on", "结束", kind="date", sortable=True, width=12),
        Column("visited", "点位", "visited", kind="number", width=8),
        Column("found", "问题", "found", kind="number", width=8),
        Column(
            "measures",
            "措施",
            ("measures_closed", "measures"),
            text=lambda closed, total: f"{closed}/{total}" if total else "",
            width=10,
        ),
        Column(
            "state",
            "状态",
            choices=ResearchState.choices,
            badge={"open": "info", "concluded": "due", "applied": "done"},
            width=12,
        ),
        Column("question", "要解决的问题", page=False, wrap=True, width=50),
        Column("result", "调研成果", page=False, wrap=True, width=50),
        Column("result_kind", "转化形式", choices=(("", ""), *ResultKind.choices), page=False, width=12),
        Column("result_name", "文件或做法", page=False, width=30),
    )
    filters = (
        ChoiceFilter("state", "状态", "state", ResearchState.choices),
        DateRangeFilter("starts", "开始日期", "starts_on"),
        organisation_filter("org", "党组织"),
        TextFilter("q", "搜索", ("title", "leader"), placeholder="课题或负责人"),
    )
    order = ("-starts_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return with_measures(ResearchTopic.objects.visible_to(user, cls.capability))
