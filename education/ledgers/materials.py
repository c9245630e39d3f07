"""The ledger of study materials. Who read what is nobody's column (N4)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from education.choices import MaterialCategory
from education.models import Material

_STATES = (("current", "在用"), ("withdrawn", "已停用"))


def _in_state(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    return queryset.filter(withdrawn_on__isnull=state == "current")


class MaterialLedger(Ledger):
    slug = "study-materials"
    title = "学习材料"
    empty = "还没有学习材料"
    capability = Capability.STUDY_VIEW
    export_url = "education:material_export"
    columns = (
        Column("title", "标题", link="education:material_detail", width=44),
        Column("category", "类别", choices=MaterialCategory.choices, width=12),
        Column("issuer", "制发机关或作者", width=24),
        Column("document_number", "文号", kind="id", width=20, hidden_on_phone=True),
        Column("issued_on", "成文日期", kind="date", sortable=True, width=12),
        Column("organisation", "发布组织", "organisation__short_name", width=24, hidden_on_phone=True),
        Column(
            "state",
            "状态",
            "withdrawn_on",
            text=lambda day: "已停用" if day else "在用",
            badge=lambda day: "neutral" if day else "done",
            width=10,
        ),
        Column("reference", "出处", page=False, width=30),
        Column("link", "网址", page=False, width=40),
        Column("note", "说明", page=False, wrap=True, width=40),
    )
    filters = (
        ChoiceFilter("category", "类别", "category", MaterialCategory.choices),
        ChoiceFilter("state", "状态", choices=_STATES, where=_in_state),
        DateRangeFilter("issued", "成文日期", "issued_on"),
        TextFilter("q", "搜索", ("title", "document_number", "issuer"), placeholder="标题、文号、制发机关"),
    )
    order = ("-created_at", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Material.objects.visible_to(user, cls.capability)
