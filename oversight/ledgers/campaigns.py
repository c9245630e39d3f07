"""The ledger of 专项行动."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from oversight.choices import CampaignState
from oversight.ledgers.paper_filters import organisation_filter
from oversight.models import Campaign
from oversight.selectors.campaigns import with_projects


class CampaignLedger(Ledger):
    slug = "campaigns"
    title = "专项行动"
    empty = "还没有专项行动"
    capability = Capability.CAMPAIGN_VIEW
    export_url = "oversight:campaign_export"
    columns = (
        Column("title", "行动名称", link="oversight:campaign_detail", width=40),
        Column("organisation", "主办党组织", "organisation__short_name", width=24),
        Column("starts_on", "开始", kind="date", sortable=True, width=12),
        Column("ends_on", "结束", kind="date", sortable=True, width=12),
        Column(
            "projects",
            "项目",
            ("projects_closed", "projects"),
            text=lambda closed, total: f"{closed}/{total}" if total else "",
            width=10,
        ),
        Column(
            "state",
            "状态",
            choices=CampaignState.choices,
            badge={"draft": "draft", "running": "info", "ended": "done"},
            width=10,
        ),
        Column("basis", "依据", page=False, wrap=True, width=40),
        Column("goals", "目标和要求", page=False, wrap=True, width=50),
        Column("summary", "总结", page=False, wrap=True, width=50),
    )
    filters = (
        ChoiceFilter("state", "状态", "state", CampaignState.choices),
        DateRangeFilter("starts", "开始日期", "starts_on"),
        organisation_filter("org", "主办党组织"),
        TextFilter("q", "搜索", ("title",), placeholder="名称中的字词"),
    )
    order = ("-starts_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        """Projects are counted over all units only for those who run the campaign (N12)."""
        return with_projects(Campaign.objects.visible_to(user, cls.capability), user)
