"""The ledger of 请示报告: the same list for both sides, each with its own rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.calendar import local_today
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from oversight.choices.requests import RequestCategory, RequestKind, RequestState
from oversight.ledgers.paper_filters import organisation_filter
from oversight.models import OfficialRequest

TONES = {
    RequestState.SENT.value: "due",
    RequestState.REPLIED.value: "info",
    RequestState.RETURNED.value: "waived",
    RequestState.WITHDRAWN.value: "neutral",
    RequestState.DONE.value: "done",
}
STATES = (*RequestState.choices, ("overdue", "超期未答复"))


def _is_overdue(state: str, due_on: date | None) -> bool:
    return state == RequestState.SENT and due_on is not None and due_on < local_today()


def _words(state: str, due_on: date | None) -> str:
    if state == RequestState.SENT and due_on is None:
        return "待阅"
    return "超期未答复" if _is_overdue(state, due_on) else str(RequestState(state).label)


def _tone(state: str, due_on: date | None) -> str:
    return "overdue" if _is_overdue(state, due_on) else TONES[state]


def _in_state(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    if state == "overdue":
        return queryset.filter(state=RequestState.SENT, due_on__lt=local_today())
    return queryset.filter(state=state)


class RequestLedger(Ledger):
    slug = "official-requests"
    title = "请示报告"
    empty = "还没有请示报告"
    capability = Capability.REQUEST_VIEW
    export_url = "oversight:request_export"
    columns = (
        Column("matter", "事项", link="oversight:request_detail", width=40),
        Column("kind", "类别", choices=RequestKind.choices, width=8),
        Column("organisation", "报送单位", "organisation__short_name", width=24),
        Column("target", "主送", "target__short_name", width=24, hidden_on_phone=True),
        Column("sent_on", "报送日期", kind="date", sortable=True, width=12),
        Column("due_on", "答复期限", kind="date", sortable=True, width=12),
        Column("state", "状态", ("state", "due_on"), text=_words, badge=_tone, width=10),
        Column("workdays_taken", "答复用时（工作日）", kind="number", width=12, hidden_on_phone=True),
        Column("category", "事项类别", choices=RequestCategory.choices, page=False),
        Column("number", "文号", page=False, width=24),
        Column("summary", "内容摘要", page=False, wrap=True, width=40),
        Column("answered_on", "答复日期", kind="date", page=False, width=12),
        Column("reply_number", "批复文号", page=False, width=24),
        Column("reply", "答复意见", page=False, wrap=True, width=40),
    )
    filters = (
        ChoiceFilter("kind", "类别", "kind", RequestKind.choices),
        ChoiceFilter("state", "状态", choices=STATES, where=_in_state),
        ChoiceFilter("category", "事项类别", "category", RequestCategory.choices),
        organisation_filter(label="报送单位"),
        organisation_filter("target", "主送", "target__path"),
        DateRangeFilter("sent", "报送日期", "sent_on"),
        TextFilter("q", "搜索", ("matter", "number"), placeholder="事项或文号"),
    )
    order = ("-sent_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return OfficialRequest.objects.visible_to(user, cls.capability)
