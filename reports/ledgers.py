"""The lists of the roof, each declared once."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.models import Organisation
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from core.periods import parse_period
from reports.choices import ReminderStage, ReportState, SuggestionKind, SuggestionState
from reports.models import QuarterlyReport, Reminder, Suggestion
from reports.selectors.suggestions import author_words

EDITIONS = ((True, "正式报表"), (False, "阶段性报表"))


def _organisations(user: Any) -> QuerySet[Organisation]:
    return Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST)


class ReportLedger(Ledger):
    slug = "quarterly_reports"
    title = "季度报表"
    capability = Capability.REPORT_UNIT_VIEW
    empty = "还没有季度报表"
    columns = (
        Column("period", "季度", text=lambda code: parse_period(code).title, sortable=True, width=16),
        Column("title", "名称", link="reports:report_detail", link_arg="pk", width=50),
        Column("organisation", "范围", "organisation__short_name", width=28, hidden_on_phone=True),
        Column("final", "种类", "is_final", choices=EDITIONS, width=12),
        Column("edition", "版次", kind="number", width=8, hidden_on_phone=True),
        Column("as_of", "数据截至", kind="date", width=12),
        Column("state", "状态", choices=ReportState.choices, badge={"frozen": "done", "building": "due"}),
    )
    filters = (
        ChoiceFilter(
            "final",
            "种类",
            choices=(("1", "正式报表"), ("0", "阶段性报表")),
            where=lambda rows, v: rows.filter(is_final=v == "1"),
        ),
        AutocompleteFilter(
            "org",
            "范围",
            url="branches:organisation_autocomplete",
            source=_organisations,
            path_field="organisation__path",
        ),
        TextFilter("q", "搜索", ("title",), placeholder="名称中的字词"),
    )
    order = ("-period", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return QuarterlyReport.objects.visible_to(user, cls.capability)


class ReminderLedger(Ledger):
    slug = "reminders"
    title = "提醒记录"
    capability = Capability.REMINDER_LIST
    export_url = "reports:reminder_export"
    empty = "还没有发出过提醒"
    columns = (
        Column("created_at", "提醒时间", kind="datetime", sortable=True, width=18),
        Column("stage", "阶段", choices=ReminderStage.choices, badge={"overdue": "overdue", "ahead": "due"}),
        Column("organisation", "党支部", "obligation__organisation__short_name", width=34),
        Column(
            "title",
            "应做事项",
            "obligation__requirement__title",
            link="branches:obligation_detail",
            link_arg="obligation_id",
            width=20,
        ),
        Column("period", "期间", "obligation__period", text=lambda code: parse_period(code).title, width=16),
        Column(
            "done",
            "现已做/应做",
            ("obligation__done", "obligation__needed"),
            text=lambda done, needed: f"{done}/{needed}",
        ),
    )
    filters = (
        ChoiceFilter("stage", "阶段", "stage", ReminderStage.choices),
        AutocompleteFilter(
            "org",
            "党组织",
            url="branches:organisation_autocomplete",
            source=_organisations,
            path_field="obligation__organisation__path",
        ),
    )
    order = ("-created_at", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Reminder.objects.visible_to(user, cls.capability)


SUGGESTION_STATES = (*SuggestionState.choices[:2], ("overdue", "超过期限未答复"))


def _suggestion_state(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    if state == "overdue":
        return queryset.filter(state=SuggestionState.OPEN, due_on__lt=local_today())
    return queryset.filter(state=state)


def _author(name: str, is_nameless: bool) -> str:  # in the order of the columns
    return author_words(name, is_nameless=is_nameless)


class SuggestionLedger(Ledger):
    """What was asked of the committee; read by those who answer."""

    slug = "suggestions"
    title = "投诉建议"
    empty = "还没有投诉建议"
    capability = Capability.SUGGESTION_ANSWER
    export_url = "reports:suggestion_export"
    columns = (
        Column("text", "内容", text=lambda text: text[:60], link="reports:suggestion_detail", width=60),
        Column("number", "编号", "pk", text=str, cell=int, width=8),
        Column("kind", "类别", choices=SuggestionKind.choices, width=12),
        Column("author", "提出人", ("by__name", "is_nameless"), text=_author, width=12),
        Column("asked_on", "提出日期", kind="date", sortable=True, width=12),
        Column("due_on", "答复期限", kind="date", sortable=True, width=12),
        Column(
            "state",
            "状态",
            choices=SuggestionState.choices,
            badge={"open": "due", "answered": "done", "withdrawn": "neutral"},
            width=10,
        ),
        Column("answered_on", "答复日期", kind="date", width=12),
        Column("page", "所在页面", page=False, width=30),
        Column("answer", "答复", page=False, wrap=True, width=60),
    )
    filters = (
        ChoiceFilter("kind", "类别", "kind", SuggestionKind.choices),
        ChoiceFilter("state", "状态", choices=SUGGESTION_STATES, where=_suggestion_state),
        DateRangeFilter("asked", "提出日期", "asked_on"),
        TextFilter("q", "搜索", ("text",), placeholder="内容中的字词"),
    )
    order = ("-asked_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Suggestion.objects.visible_to(user, cls.capability).exclude(state=SuggestionState.WITHDRAWN)
