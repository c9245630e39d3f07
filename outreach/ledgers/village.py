"""The ledgers of service activities, communities, pairings, needs and village postings."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.roles import Capability
from core.calendar import local_today
from core.ledgers import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from outreach.choices import PairingKind, Satisfaction, VillageRole
from outreach.ledgers.filters import organisation_filter
from outreach.models import Pairing, PairingNeed, ReportedCommunity, ServiceActivity, VillagePosting
from outreach.policy.postings import notice_from

_NEEDS = (("open", "办理中"), ("late", "已过时限"), ("done", "已办结"))


class ServiceLedger(Ledger):
    """Activities. Sorted by day alone: hours and heads stand in no order and in no sum (N2)."""

    slug = "service-activities"
    title = "志愿服务和社区服务"
    empty = "还没有服务活动"
    capability = Capability.VOLUNTEER_VIEW
    export_url = "outreach:service_export"
    columns = (
        Column("purpose", "服务内容", link="outreach:service_detail", width=36),
        Column("held_on", "日期", kind="date", sortable=True, width=12),
        Column("organisation", "党组织", "organisation__short_name", width=26),
        Column("community", "社区或地点", width=20, hidden_on_phone=True),
        Column("participants", "参加人数", kind="number", width=10),
        Column("result", "成效", wrap=True, width=40, hidden_on_phone=True),
        Column("hours", "活动时长（小时）", kind="number", page=False, width=14),
        Column("meeting", "对应的组织生活", "meeting__title", page=False, width=30),
    )
    filters = (
        DateRangeFilter("held", "日期", "held_on"),
        organisation_filter(),
        TextFilter("q", "搜索", ("purpose", "community"), placeholder="内容或社区"),
    )
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return ServiceActivity.objects.visible_to(user, cls.capability)


class CommunityLedger(Ledger):
    slug = "reported-communities"
    title = "报到社区"
    empty = "还没有登记报到社区"
    capability = Capability.VOLUNTEER_VIEW
    export_url = "outreach:community_export"
    columns = (
        Column("name", "报到社区", width=24),
        Column("organisation", "党支部", "organisation__short_name", width=28),
        Column("starts_on", "报到日期", kind="date", sortable=True, width=12),
        Column("ends_on", "结束日期", kind="date", width=12),
        Column("end", "办理", ("ends_on",), text=lambda day: "" if day else "结束报到", link="outreach:community_end",
               sheet=False),
    )  # fmt: skip
    filters = (
        BooleanFilter(
            "now",
            "现在报到",
            where=lambda rows, value: rows.filter(ends_on=None) if value else rows.exclude(ends_on=None),
        ),
        organisation_filter(),
        TextFilter("q", "搜索", ("name",), placeholder="社区名称"),
    )
    order = ("-starts_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return ReportedCommunity.objects.visible_to(user, cls.capability)


class PairingLedger(Ledger):
    slug = "pairings"
    title = "联村联户"
    empty = "还没有结对"
    capability = Capability.PAIRING_VIEW
    export_url = "outreach:pairing_export"
    columns = (
        Column("village", "村（社区）", link="outreach:pairing_detail", width=20),
        Column("kind", "类型", choices=PairingKind.choices, width=10),
        Column("organisation", "党支部", "organisation__short_name", width=26),
        Column("member", "联系党员", "member__name", width=12),
        Column("label", "联系户代号", width=14),
        Column("starts_on", "结对日期", kind="date", sortable=True, width=12),
        Column("open_needs", "办理中的需求", kind="number", width=12),
        Column("ends_on", "结束日期", kind="date", width=12, hidden_on_phone=True),
        Column("end_reason", "结束原因", page=False, width=24),
    )
    filters = (
        ChoiceFilter("kind", "类型", "kind", PairingKind.choices),
        BooleanFilter(
            "now",
            "结对中",
            where=lambda rows, value: rows.filter(ends_on=None) if value else rows.exclude(ends_on=None),
        ),
        organisation_filter(),
        TextFilter("q", "搜索", ("village", "member__name", "label"), placeholder="村、党员或代号"),
    )
    order = ("-starts_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        open_needs = Count("needs", filter=Q(needs__done_on=None) & ~Q(needs=None))
        return Pairing.objects.visible_to(user, cls.capability).annotate(open_needs=open_needs)


def _need_state(done_on: date | None, due_on: date | None) -> str:
    if done_on:
        return "已办结"
    return "已过时限" if due_on and due_on < local_today() else "办理中"


def _need_tone(done_on: date | None, due_on: date | None) -> str:
    return {"已办结": "done", "已过时限": "overdue", "办理中": "due"}[_need_state(done_on, due_on)]


def _needs_in(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    if state == "done":
        return queryset.exclude(done_on=None)
    late = Q(due_on__lt=local_today())
    found = queryset.filter(done_on=None)
    return found.filter(late) if state == "late" else found.filter(Q(due_on=None) | ~late)


class NeedLedger(Ledger):
    slug = "pairing-needs"
    title = "群众需求和实事"
    empty = "还没有登记群众需求"
    capability = Capability.PAIRING_VIEW
    export_url = "outreach:need_export"
    columns = (
        Column("need", "困难或需求", link="outreach:need_detail", width=36),
        Column("village", "村（社区）", "pairing__village", width=18),
        Column("label", "联系户代号", "pairing__label", width=14, hidden_on_phone=True),
        Column("organisation", "党支部", "pairing__organisation__short_name", width=26),
        Column("noted_on", "登记日期", kind="date", sortable=True, width=12, hidden_on_phone=True),
        Column("due_on", "办结时限", kind="date", width=12),
        Column("state", "状态", ("done_on", "due_on"), text=_need_state, badge=_need_tone, width=10),
        Column("deed", "办什么实事", page=False, wrap=True, width=36),
        Column("done_on", "办结日期", kind="date", page=False, width=12),
        Column("result", "办理结果", page=False, wrap=True, width=36),
        Column("satisfaction", "群众评价", choices={"": "", **dict(Satisfaction.choices)}, page=False, width=10),
    )
    filters = (
        ChoiceFilter("state", "状态", choices=_NEEDS, where=_needs_in),
        ChoiceFilter("satisfaction", "群众评价", "satisfaction", Satisfaction.choices),
        DateRangeFilter("due", "办结时限", "due_on"),
        organisation_filter("pairing__organisation__path"),
        TextFilter("q", "搜索", ("need", "pairing__village", "pairing__label"), placeholder="需求、村或代号"),
    )
    order = ("-noted_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return PairingNeed.objects.visible_to(user, cls.capability)


def _term_state(finished_on: date | None, ends_on: date) -> str:
    if finished_on:
        return "已离任"
    today = local_today()
    if ends_on < today:
        return "任期已满"
    return "即将届满" if notice_from(ends_on) <= today else "在任"


def _term_tone(finished_on: date | None, ends_on: date) -> str:
    tones = {"已离任": "neutral", "任期已满": "overdue", "即将届满": "due", "在任": "done"}
    return tones[_term_state(finished_on, ends_on)]


class PostingLedger(Ledger):
    slug = "village-postings"
    title = "驻村选派"
    empty = "还没有驻村选派"
    capability = Capability.VILLAGE_POSTING_VIEW
    export_url = "outreach:posting_export"
    columns = (
        Column("member", "姓名", "member__name", link="outreach:posting_detail", width=12),
        Column("role", "职务", choices=VillageRole.choices, width=12),
        Column("village", "派驻村", width=20),
        Column("organisation", "派出单位", "organisation__short_name", width=26),
        Column("starts_on", "任期起", kind="date", sortable=True, width=12),
        Column("ends_on", "任期止", kind="date", sortable=True, width=12),
        Column("state", "状态", ("finished_on", "ends_on"), text=_term_state, badge=_term_tone, width=10),
        Column("finished_on", "离任日期", kind="date", page=False, width=12),
        Column("handover", "交接情况", page=False, wrap=True, width=36),
    )
    filters = (
        ChoiceFilter("role", "职务", "role", VillageRole.choices),
        BooleanFilter(
            "now",
            "在任",
            where=lambda rows, value: rows.filter(finished_on=None) if value else rows.exclude(finished_on=None),
        ),
        DateRangeFilter("ends", "任期止", "ends_on"),
        organisation_filter(),
        TextFilter("q", "搜索", ("member__name", "village"), placeholder="姓名或村"),
    )
    order = ("-starts_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return VillagePosting.objects.visible_to(user, cls.capability)
