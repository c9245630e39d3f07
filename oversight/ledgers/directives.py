"""The ledger of 第一遵循 / 第一政治要件."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from core.calendar import local_today
from core.ledgers import ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from oversight.choices import DirectiveSource, DirectiveState
from oversight.ledgers.paper_filters import organisation_filter
from oversight.models import Directive
from oversight.policy.directives import Light, light
from oversight.selectors.directives import in_light, with_progress

_STATES = (*DirectiveState.choices, ("overdue", "有阶段逾期"))


def _standing(state: str, due: date | None) -> tuple[str, str]:
    """(words, tone): an open item by its nearest day, else its state."""
    if state == DirectiveState.OPEN:
        found = light(due_on=due, done_on=None, today=local_today())
        return (found.label if found != Light.OPEN else "办理中"), found.tone
    tones = {DirectiveState.CLOSED: "done", DirectiveState.WITHDRAWN: "neutral"}
    return str(DirectiveState(state).label), tones[DirectiveState(state)]


class DirectiveLedger(Ledger):
    slug = "directives"
    title = "贯彻落实事项"
    empty = "还没有贯彻落实事项"
    capability = Capability.DIRECTIVE_VIEW
    export_url = "oversight:directive_export"
    columns = (
        Column("number", "编号", sortable=True, width=12),
        Column("title", "事项名称", link="oversight:directive_detail", width=40),
        Column("source", "来源", choices=DirectiveSource.choices, width=18, hidden_on_phone=True),
        Column("received_on", "日期", kind="date", sortable=True, width=12, hidden_on_phone=True),
        Column("owner", "责任党组织", "owner__short_name", width=24),
        Column("stage", "当前阶段", "stage_name", width=12),
        Column("due", "最近时限", "stage_due", kind="date", width=12),
        Column(
            "tasks",
            "任务",
            ("tasks_done", "tasks"),
            text=lambda done, total: f"{done}/{total}" if total else "",
            width=10,
        ),
        Column(
            "state",
            "状态",
            ("state", "stage_due"),
            text=lambda state, due: _standing(state, due)[0],
            badge=lambda state, due: _standing(state, due)[1],
            width=12,
        ),
        Column("organisation", "督办党组织", "organisation__short_name", page=False, width=24),
        Column("summary", "内容摘要", page=False, wrap=True, width=50),
        Column("closed_on", "销号日期", kind="date", page=False, width=12),
        Column("closing_note", "销号意见", page=False, wrap=True, width=30),
    )
    filters = (
        ChoiceFilter("source", "来源", "source", DirectiveSource.choices),
        ChoiceFilter("state", "状态", choices=_STATES, where=in_light),
        DateRangeFilter("received", "日期", "received_on"),
        organisation_filter("owner", "责任党组织", "owner__path"),
        TextFilter("q", "搜索", ("number", "title"), placeholder="编号或名称中的字词"),
    )
    order = ("-received_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return with_progress(Directive.objects.visible_to(user, cls.capability))
