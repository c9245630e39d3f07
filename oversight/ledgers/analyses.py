"""The ledger of 机关党建分析研判."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.ledgers import ChoiceFilter, Column, Ledger
from oversight.choices.analyses import AnalysisHalf, AnalysisState
from oversight.ledgers.paper_filters import organisation_filter, recent_years
from oversight.models import Analysis


class AnalysisLedger(Ledger):
    slug = "analyses"
    title = "机关党建分析研判"
    empty = "还没有分析研判"
    capability = Capability.ANALYSIS_VIEW
    export_url = "oversight:analysis_export"
    columns = (
        Column("organisation", "单位", "organisation__short_name", link="oversight:analysis_detail", width=28),
        Column("year", "年度", text=str, cell=int, sortable=True, width=8),
        Column("half", "期间", choices=AnalysisHalf.choices, width=10),
        Column("state", "状态", choices=AnalysisState.choices, badge={"draft": "due", "finished": "done"}, width=10),
        Column("host", "主持人", width=12),
        Column("met_on", "会议日期", kind="date", width=12),
        Column("figures_on", "数据截至", kind="date", width=12, hidden_on_phone=True),
        Column("problems", "存在问题", page=False, wrap=True, width=40),
        Column("causes", "原因分析", page=False, wrap=True, width=40),
        Column("measures", "措施", page=False, wrap=True, width=40),
    )
    filters = (
        ChoiceFilter("year", "年度", "year", recent_years),
        ChoiceFilter("half", "期间", "half", AnalysisHalf.choices),
        ChoiceFilter("state", "状态", "state", AnalysisState.choices),
        organisation_filter(label="单位"),
    )
    order = ("-year", "-half", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Analysis.objects.visible_to(user, cls.capability)
