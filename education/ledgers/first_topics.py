"""The ledger of 第一议题: day and meeting come from the log where there is one."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.roles import Capability
from branches.choices import WorklistItemState
from branches.models import Organisation
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from education.models import FirstTopic

_OPEN = (WorklistItemState.OPEN, WorklistItemState.RETURNED)
_MEASURES = (("open", "有未落实的措施"), ("overdue", "有逾期的措施"), ("done", "措施都已落实"), ("none", "没有措施"))


def _with_measures(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    unfinished = Q(worklist__items__state__in=_OPEN)
    if state == "overdue":
        unfinished &= Q(worklist__items__due_on__lt=local_today())
    if state in ("open", "overdue"):
        return queryset.filter(pk__in=FirstTopic.objects.filter(unfinished).values("pk"))
    rows = queryset.exclude(pk__in=FirstTopic.objects.filter(unfinished).values("pk"))
    some = FirstTopic.objects.filter(worklist__items__isnull=False).values("pk")
    return rows.filter(pk__in=some) if state == "done" else queryset.exclude(pk__in=some)


class FirstTopicLedger(Ledger):
    slug = "first-topics"
    title = "第一议题"
    empty = "还没有第一议题"
    capability = Capability.STUDY_VIEW
    export_url = "education:first_topic_export"
    columns = (
        Column("name", "会议", "meeting_title", link="education:first_topic_detail", width=36),
        Column("day", "日期", "met_on", kind="date", sortable=True, width=12),
        Column("organisation", "党组织", "organisation__short_name", width=24),
        Column("titles", "学习篇目", text=lambda text: text.replace("\n", "；"), wrap=True, width=50),
        Column("leader", "领学人", width=12, hidden_on_phone=True),
        Column("measures", "已落实/措施", ("closed", "items"), text="{}/{}".format, width=12),
        Column("created_at", "登记时间", kind="datetime", page=False, width=18),
    )
    filters = (
        DateRangeFilter("held", "日期", "met_on"),
        ChoiceFilter("measures", "贯彻措施", choices=_MEASURES, where=_with_measures),
        AutocompleteFilter(
            "org",
            "党组织",
            url="branches:organisation_autocomplete",
            source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
            path_field="organisation__path",
            label_field="short_name",
        ),
        TextFilter("q", "搜索", ("titles", "meeting_title"), placeholder="会议或篇目中的字词"),
    )
    order = ("-met_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        rows = FirstTopic.objects.visible_to(user, cls.capability)
        counted = ~Q(worklist__items__state=WorklistItemState.CANCELLED)
        done = Q(worklist__items__state__in=(WorklistItemState.REPORTED, WorklistItemState.CLOSED))
        return rows.annotate(
            met_on=Coalesce("meeting__held_on", "held_on"),
            meeting_title=Coalesce("meeting__title", NullIf("meeting_name", Value(""))),
            items=Count("worklist__items", filter=counted),
            closed=Count("worklist__items", filter=done),
        )
