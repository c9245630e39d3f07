"""The ledger of 规范性文件备案."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.roles import Capability
from core.calendar import local_today
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from oversight.choices.filings import FilingKind, FilingState
from oversight.ledgers.paper_filters import by_year, organisation_filter, recent_years
from oversight.models import Filing
from oversight.policy.filings import days_late

TONES = {
    FilingState.PENDING.value: "due",
    FilingState.FILED.value: "info",
    FilingState.REVIEWING.value: "info",
    FilingState.PASSED.value: "done",
    FilingState.CORRECTING.value: "overdue",
    FilingState.EXEMPT.value: "neutral",
}
TIMELINESS = (
    ("due", "应当备案"), ("filed", "已报备"), ("in_time", "按时报备"), ("late", "超期报备"), ("overdue", "超期未报"),
)  # fmt: skip


def _timely(queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
    asked = queryset.exclude(state=FilingState.EXEMPT)
    return {
        "due": asked,
        "filed": asked.filter(filed_on__isnull=False),
        "in_time": asked.filter(filed_on__lte=F("due_on")),
        "late": asked.filter(filed_on__gt=F("due_on")),
        "overdue": asked.filter(Q(filed_on=None), due_on__lt=local_today()),
    }[value]


def _late(state: str, due_on: date, filed_on: date | None) -> int:
    return 0 if state == FilingState.EXEMPT else days_late(due_on, filed_on or local_today())


def _late_words(*row: Any) -> str:
    days = _late(*row)
    return f"{days}天" if days else ""


class FilingLedger(Ledger):
    slug = "filings"
    title = "规范性文件备案"
    empty = "还没有登记规范性文件"
    capability = Capability.FILING_VIEW
    export_url = "oversight:filing_export"
    columns = (
        Column("name", "文件名称", link="oversight:filing_detail", width=44),
        Column("number", "文号", width=24),
        Column("organisation", "制定单位", "organisation__short_name", width=24),
        Column("issued_on", "发布日期", kind="date", sortable=True, width=12),
        Column("due_on", "报备期限", kind="date", width=12, hidden_on_phone=True),
        Column("filed_on", "报备日期", kind="date", width=12),
        Column("late", "超期", ("state", "due_on", "filed_on"), kind="number", text=_late_words, cell=_late,
               badge=lambda *row: "overdue" if _late(*row) else "", width=8),
        Column("state", "状态", choices=FilingState.choices, badge=TONES, width=10),
        Column("kind", "是否应备", choices=FilingKind.choices, page=False, width=36),
        Column("joint_issuers", "联合制定机关", page=False, width=24),
        Column("report_ref", "备案报告", page=False, width=24),
        Column("text_ref", "正式文本", page=False, width=24),
        Column("note_ref", "备案说明", page=False, width=24),
    )  # fmt: skip
    filters = (
        ChoiceFilter("year", "发布年度", choices=recent_years, where=by_year("issued_on")),
        ChoiceFilter("state", "状态", "state", FilingState.choices),
        ChoiceFilter("timely", "报备情况", choices=TIMELINESS, where=_timely),
        organisation_filter(label="制定单位"),
        DateRangeFilter("issued", "发布日期", "issued_on"),
        TextFilter("q", "搜索", ("name", "number"), placeholder="名称或文号"),
    )
    order = ("-issued_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Filing.objects.visible_to(user, cls.capability)
