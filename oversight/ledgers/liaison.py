"""The ledger of visits."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from oversight.choices import VisitForm
from oversight.ledgers.paper_filters import organisation_filter
from oversight.models import LiaisonArea, LiaisonVisit
from oversight.selectors.liaison import with_findings


def _areas(user: Any) -> list[tuple[int, str]]:
    rows = LiaisonArea.objects.visible_to(user, Capability.LIAISON_VIEW).order_by("name", "pk")
    return list(rows.values_list("pk", "name"))


class VisitLedger(Ledger):
    slug = "liaison-visits"
    title = "走访联系"
    empty = "还没有走访记录"
    capability = Capability.LIAISON_VIEW
    export_url = "oversight:visit_export"
    columns = (
        Column("held_on", "日期", kind="date", sortable=True, link="oversight:visit_detail", width=12),
        Column("organisation", "走访单位或党支部", "organisation__short_name", width=28),
        Column("form", "方式", choices=VisitForm.choices, width=8),
        Column("area", "片区", "area__name", width=14),
        Column("visitors", "走访人", width=20, hidden_on_phone=True),
        Column(
            "findings",
            "问题",
            ("findings_closed", "findings"),
            text=lambda closed, total: f"已销号{closed}/{total}" if total else "没有问题",
            width=14,
        ),
        Column("suggestions", "意见建议", page=False, wrap=True, width=50),
    )
    filters = (
        ChoiceFilter("area", "片区", "area", _areas),
        ChoiceFilter("form", "方式", "form", VisitForm.choices),
        DateRangeFilter("held", "日期", "held_on"),
        organisation_filter("org", "单位"),
        TextFilter("q", "搜索", ("visitors", "suggestions"), placeholder="走访人或意见中的字词"),
    )
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return with_findings(LiaisonVisit.objects.visible_to(user, cls.capability))
