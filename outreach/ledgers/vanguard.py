"""The ledgers of vanguard posts and pledges. Nobody is counted or ranked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.calendar import local_today
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from outreach.choices import ItemResult, PledgeCategory, PledgeState
from outreach.ledgers.filters import organisation_filter, recent_years
from outreach.models import Pledge, PledgeItem, VanguardPost
from outreach.selectors.vanguard import standing_words

_STANDINGS = (("on", "在岗"), ("past", "已过有效期"), ("withdrawn", "已撤销"))


def _standing(queryset: QuerySet[Any], wanted: str) -> QuerySet[Any]:
    if wanted == "withdrawn":
        return queryset.exclude(withdrawn_on=None)
    past = queryset.filter(withdrawn_on=None, valid_until__lt=local_today())
    return past if wanted == "past" else queryset.filter(withdrawn_on=None).exclude(pk__in=past.values("pk"))


def _words(withdrawn_on: date | None, valid_until: date | None) -> str:
    return standing_words(withdrawn_on, valid_until, local_today())[0]


def _tone(withdrawn_on: date | None, valid_until: date | None) -> str:
    return standing_words(withdrawn_on, valid_until, local_today())[1]


class VanguardLedger(Ledger):
    slug = "vanguard-posts"
    title = "党员先锋岗"
    empty = "还没有先锋岗"
    capability = Capability.VANGUARD_VIEW
    export_url = "outreach:vanguard_export"
    columns = (
        Column("title", "岗位名称", link="outreach:vanguard_detail", width=24),
        Column("organisation", "党组织", "organisation__short_name", width=26),
        Column("holder", "责任人", ("holder__name", "team"), text=lambda name, team: name or team, width=16),
        Column("shown_on", "亮牌日期", kind="date", sortable=True, width=12),
        Column("valid_until", "有效期至", kind="date", width=12, hidden_on_phone=True),
        Column("standing", "状态", ("withdrawn_on", "valid_until"), text=_words, badge=_tone, width=12),
        Column("standard", "岗位标准", page=False, wrap=True, width=40),
        Column("reason", "撤销原因", page=False, width=24),
    )
    filters = (
        ChoiceFilter("standing", "状态", choices=_STANDINGS, where=_standing),
        DateRangeFilter("shown", "亮牌日期", "shown_on"),
        organisation_filter(),
        TextFilter("q", "搜索", ("title", "holder__name", "team"), placeholder="岗位或责任人"),
    )
    order = ("-shown_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return VanguardPost.objects.visible_to(user, cls.capability)


class PledgeLedger(Ledger):
    """One line an item: what was published (公诺), and for who reviews what still waits."""

    slug = "pledge-items"
    title = "承诺践诺"
    empty = "还没有承诺"
    capability = Capability.VANGUARD_VIEW
    export_url = "outreach:pledge_export"
    columns = (
        Column("member", "党员", "pledge__member__name", link="outreach:pledge_detail", link_arg="pledge_id", width=12),
        Column("organisation", "党支部", "pledge__organisation__short_name", width=26),
        Column("year", "年度", "pledge__year", text=str, cell=int, width=8),
        Column("category", "类别", choices=PledgeCategory.choices, width=8),
        Column("content", "承诺内容", width=40, wrap=True),
        Column("due_on", "完成时限", kind="date", width=12, hidden_on_phone=True),
        Column(
            "state",
            "状态",
            "pledge__state",
            choices=PledgeState.choices,
            badge={"submitted": "due", "returned": "overdue", "published": "info", "judged": "done"},
            width=10,
        ),
        Column("result", "评议结果", choices={"": "", **dict(ItemResult.choices)}, width=10, hidden_on_phone=True),
        Column("progress", "践诺情况", page=False, wrap=True, width=40),
    )
    filters = (
        ChoiceFilter("year", "年度", "pledge__year", recent_years),
        ChoiceFilter("state", "状态", "pledge__state", PledgeState.choices),
        ChoiceFilter("category", "类别", "category", PledgeCategory.choices),
        organisation_filter("pledge__organisation__path"),
        TextFilter("q", "搜索", ("pledge__member__name", "content"), placeholder="姓名或内容"),
    )
    order = ("-pledge__year", "pledge__organisation__path", "pledge__member__name_pinyin", "pledge_id", "number")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        open_to = Pledge.objects.open_to(user).values("pk")
        return PledgeItem.objects.visible_to(user, cls.capability).filter(pledge__in=open_to)
