"""The lists of the roof, each declared once."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.models import Organisation
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, Ledger, TextFilter
from core.periods import parse_period
from reports.choices import ReminderStage, ReportState
from reports.models import QuarterlyReport, Reminder

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
