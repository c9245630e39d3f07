"""The ledger of brands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.choices import OrganisationKind
from core.ledgers import ChoiceFilter, Column, Ledger, TextFilter
from outreach.choices import BrandState, NamingExclusion
from outreach.ledgers.filters import organisation_filter, recent_years
from outreach.models import Brand
from outreach.selectors.brands import TONES

_KINDS = ((OrganisationKind.BRANCH, "一支部一特色（品牌）"), (OrganisationKind.UNIT, "一单位一品牌"))


def _basis(organ: str, number: str, exclusion: str) -> str:
    return f"{organ} {number}".strip() if number else str(dict(NamingExclusion.choices).get(exclusion, ""))


class BrandLedger(Ledger):
    slug = "brands"
    title = "党建品牌"
    empty = "还没有党建品牌"
    capability = Capability.BRAND_VIEW
    export_url = "outreach:brand_export"
    columns = (
        Column("name", "品牌名称", link="outreach:brand_detail", width=24),
        Column("organisation", "创建单位", "organisation__short_name", width=26),
        Column("business", "结合的业务", width=30, hidden_on_phone=True, wrap=True),
        Column("declared_year", "申报年度", text=str, cell=int, sortable=True, width=10),
        Column("state", "状态", choices=BrandState.choices, badge=TONES, width=12),
        Column("recognised_on", "认定日期", kind="date", width=12, hidden_on_phone=True),
        Column("basis", "认定依据", ("naming_organ", "naming_number", "exclusion"), text=_basis, page=False, width=30),
        Column("slogan", "口号", page=False, width=30),
        Column("emblem", "标识释义", page=False, wrap=True, width=30),
        Column("meaning", "内涵", page=False, wrap=True, width=40),
        Column("effect", "成效", page=False, wrap=True, width=40),
        Column("exit_reason", "退出原因", page=False, width=24),
    )
    filters = (
        ChoiceFilter("state", "状态", "state", BrandState.choices),
        ChoiceFilter("kind", "类别", "organisation__kind", _KINDS),
        ChoiceFilter("year", "申报年度", "declared_year", recent_years),
        organisation_filter(),
        TextFilter("q", "搜索", ("name", "business"), placeholder="名称或业务"),
    )
    order = ("-declared_year", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Brand.objects.visible_to(user, cls.capability)
