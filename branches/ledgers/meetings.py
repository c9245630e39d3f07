"""The ledger of submitted logs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.choices import MeetingKind, MeetingStatus
from branches.models import Meeting, Organisation
from branches.selectors.search import is_searchable, meetings_matching
from core.ledgers import AutocompleteFilter, BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter

STATUS_TONES = {
    MeetingStatus.SUBMITTED.value: "done",
    MeetingStatus.RETURNED.value: "overdue",
    MeetingStatus.VOID.value: "neutral",
}
_KINDS = dict(MeetingKind.choices)


def _kind_names(kinds: list[str]) -> str:
    return "、".join(_KINDS.get(kind, kind) for kind in kinds)


def _counted_as(queryset: QuerySet[Any], kind: str) -> QuerySet[Any]:
    """A 党课 held within an assembly counts as 党课 too; a returned log counts as nothing."""
    return queryset.filter(counts__kind=kind)


def _holding(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """By the index of words; a single character is looked for in titles."""
    return meetings_matching(queryset, text) if is_searchable(text) else queryset.filter(title__contains=text)


class MeetingLedger(Ledger):
    slug = "meetings"
    title = "会议记录"
    empty = "还没有会议记录"
    capability = Capability.MEETING_LIST
    export_url = "branches:meeting_export"
    columns = (
        Column("title", "主题", link="branches:meeting_detail", width=40),
        Column("held_on", "日期", kind="date", sortable=True, width=12),
        Column("kind", "类型", choices=MeetingKind.choices, width=14),
        Column("also", "同时计为", "also_kinds", text=_kind_names, width=20, hidden_on_phone=True),
        Column("organisation", "党支部", "organisation__short_name", width=24),
        Column("attendance", "实到/应到", ("present", "expected"), text="{}/{}".format, width=10),
        Column("status", "状态", choices=MeetingStatus.choices, badge=STATUS_TONES, width=10),
        Column("late", "补记", "is_late_entry", text=lambda late: "补记" if late else "", width=8),
        Column("group", "党小组", "group__short_name", page=False),
        Column("place", "地点", page=False),
        Column("host", "主持人", page=False, width=12),
        Column("recorder", "记录人", page=False, width=12),
        Column("voting", "实到/应到有表决权", ("present_voting", "expected_voting"), text="{}/{}".format, page=False),
        Column("agenda", "议题", page=False, wrap=True, width=40),
        Column("study", "学习内容", page=False, wrap=True, width=40),
        Column("resolution", "决议", page=False, wrap=True, width=40),
        Column("submitted_at", "提交时间", kind="datetime", page=False, width=18),
    )
    filters = (
        ChoiceFilter("kind", "类型", "kind", MeetingKind.choices),
        ChoiceFilter("counted", "计为", choices=MeetingKind.choices, where=_counted_as),
        DateRangeFilter("held", "日期", "held_on"),
        AutocompleteFilter(
            "org",
            "党组织",
            url="branches:organisation_autocomplete",
            source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
            path_field="organisation__path",
            label_field="short_name",
        ),
        ChoiceFilter("status", "状态", "status", MeetingStatus.choices),
        BooleanFilter("late", "补记", "is_late_entry", yes="补记", no="按时"),
        TextFilter("q", "搜索", where=_holding, placeholder="主题、议题、学习内容、决议"),
    )
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Meeting.objects.visible_to(user, cls.capability)
