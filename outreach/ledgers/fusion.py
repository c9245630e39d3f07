"""The ledgers of fusion projects and of their figures before and after."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.ledgers import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from outreach.choices import FusionState, TagGroup
from outreach.ledgers.filters import organisation_filter
from outreach.models import FusionFigure, FusionProject, FusionTag
from outreach.policy.fusion import change_of
from outreach.selectors.fusion import TONES


def _tags(user: Any) -> list[tuple[int, str]]:
    return list(FusionTag.objects.values_list("pk", "name"))


class FusionLedger(Ledger):
    slug = "fusion-projects"
    title = "党建业务融合"
    empty = "还没有融合项目"
    capability = Capability.FUSION_VIEW
    export_url = "outreach:fusion_export"
    columns = (
        Column("title", "项目名称", link="outreach:fusion_detail", width=30),
        Column("organisation", "党组织", "organisation__short_name", width=26),
        Column("starts_on", "开始日期", kind="date", sortable=True, width=12),
        Column("ends_on", "计划完成", kind="date", width=12, hidden_on_phone=True),
        Column("state", "状态", choices=FusionState.choices, badge=TONES, width=10),
        Column("problem", "业务难题", page=False, wrap=True, width=40),
        Column("means", "党建做法", page=False, wrap=True, width=40),
        Column("result", "结果", page=False, wrap=True, width=40),
    )
    filters = (
        ChoiceFilter("tag", "服务方向", "tags", _tags),
        ChoiceFilter(
            "group",
            "方向类别",
            choices=TagGroup.choices,
            where=lambda rows, group: rows.filter(tags__group=group).distinct(),
        ),
        ChoiceFilter("state", "状态", "state", FusionState.choices),
        DateRangeFilter("starts", "开始日期", "starts_on"),
        organisation_filter(),
        TextFilter("q", "搜索", ("title", "problem"), placeholder="名称或难题"),
    )
    order = ("-starts_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return FusionProject.objects.visible_to(user, cls.capability)


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}".rstrip("0").rstrip(".")


class FigureLedger(Ledger):
    slug = "fusion-figures"
    title = "前后对比指标"
    empty = "还没有前后对比指标"
    capability = Capability.FUSION_VIEW
    export_url = "outreach:figure_export"
    columns = (
        Column("name", "指标名称", width=22),
        Column("unit", "单位", width=8),
        Column("base_value", "基期值", text=_number, cell=lambda value: value, width=12),
        Column("base_on", "基期日期", kind="date", width=12),
        Column("now_value", "现值", text=_number, cell=lambda value: value, width=12),
        Column("now_on", "现值日期", kind="date", width=12),
        Column("change", "变化", ("base_value", "now_value"), text=change_of, width=16),
        Column("project", "融合项目", "project__title", link="outreach:fusion_detail", link_arg="project_id", width=30),
        Column("organisation", "党组织", "project__organisation__short_name", width=26, hidden_on_phone=True),
        Column("state", "项目状态", "project__state", choices=FusionState.choices, page=False, width=10),
    )
    filters = (
        ChoiceFilter("tag", "服务方向", "project__tags", _tags),
        BooleanFilter(
            "known",
            "已有现值",
            where=lambda rows, value: rows.exclude(now_on=None) if value else rows.filter(now_on=None),
        ),
        organisation_filter("project__organisation__path"),
        TextFilter("q", "搜索", ("name", "project__title"), placeholder="指标或项目"),
    )
    order = ("-pk",)

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return FusionFigure.objects.visible_to(user, cls.capability)
