"""The ledger of 专职副书记列席."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.ledgers import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from oversight.choices.sit_ins import SitInKind
from oversight.ledgers.paper_filters import by_year, organisation_filter, recent_years
from oversight.models import SitIn


def _words(expected: bool, attended: bool) -> str:
    if attended:
        return "已列席"
    return "未列席" if expected else "不需列席"


def _tone(expected: bool, attended: bool) -> str:
    if attended:
        return "done"
    return "overdue" if expected else "neutral"


class SitInLedger(Ledger):
    slug = "sit-ins"
    title = "专职副书记列席"
    empty = "还没有列席登记"
    capability = Capability.SIT_IN_VIEW
    export_url = "oversight:sit_in_export"
    columns = (
        Column("title", "会议名称", link="oversight:sit_in_detail", width=32),
        Column("kind", "会议类型", choices=SitInKind.choices, width=28),
        Column("held_on", "日期", kind="date", sortable=True, width=12),
        Column("organisation", "单位", "organisation__short_name", width=24),
        Column("deputy", "专职副书记", "deputy__name", width=12),
        Column("state", "列席情况", ("expected", "attended"), text=_words, badge=_tone, width=10),
        Column("reason", "未列席原因", width=28, hidden_on_phone=True),
        Column("opinion_given", "提出了意见", kind="bool", width=10, hidden_on_phone=True),
        Column("expected", "应列席", kind="bool", page=False, width=8),
        Column("attended", "已列席", kind="bool", page=False, width=8),
    )
    filters = (
        ChoiceFilter("year", "年度", choices=recent_years, where=by_year("held_on")),
        ChoiceFilter("kind", "会议类型", "kind", SitInKind.choices),
        BooleanFilter("expected", "应列席", "expected"),
        BooleanFilter("attended", "已列席", "attended"),
        BooleanFilter("opinion", "提出意见", "opinion_given"),
        organisation_filter(label="单位"),
        DateRangeFilter("held", "日期", "held_on"),
        TextFilter("q", "搜索", ("title",), placeholder="会议名称"),
    )
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return SitIn.objects.visible_to(user, cls.capability)
