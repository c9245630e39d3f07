"""The ledgers of 归档: how the quarters of branches stand, and which logs came late or were corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import MeetingKind, MeetingStatus, OrganisationKind, QuarterState
from branches.ledgers.obligations import PeriodFilter
from branches.models import Meeting, MeetingVersion, Organisation, QuarterClosing
from branches.selectors.closings import TONES, state_on
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, Ledger, TextFilter
from core.periods import Freq, Period, parse_period, period_of

RUNNING = "running"
REQUESTED = "requested"
STATES = (
    (REQUESTED, "申请重新开放，待办理"),
    (QuarterState.OPEN.value, "已结束未归档"),
    (QuarterState.REOPENED.value, QuarterState.REOPENED.label),
    (QuarterState.CLOSED.value, QuarterState.CLOSED.label),
    (RUNNING, "进行中"),
)
LATE, CORRECTED = "late", "corrected"


def unit_name(path: str = "organisation__path") -> Subquery:
    """The short name of the unit above the organisation at this path."""
    units = Organisation.objects.of_kind(OrganisationKind.UNIT).order_by()
    found = units.filter(path=Substr(OuterRef(path), 1, STEP * UNIT_DEPTH))
    return Subquery(found.values("short_name")[:1], output_field=CharField())


def _organisations(capability: Capability) -> AutocompleteFilter:
    return AutocompleteFilter(
        "org",
        "党组织",
        url="branches:organisation_autocomplete",
        source=lambda user: Organisation.objects.visible_to(user, capability),
        path_field="organisation__path",
        label_field="short_name",
    )


@dataclass(frozen=True)
class QuarterFilter(PeriodFilter):
    """A quarter, or all four of a year."""

    def narrow(self, queryset: QuerySet[Any], value: Period) -> QuerySet[Any]:
        if value.freq is Freq.YEAR:
            return queryset.filter(period__gte=value.code, period__lt=value.next().code)
        return queryset.filter(period=period_of(value.starts_on, Freq.QUARTER).code)


@dataclass(frozen=True)
class HeldFilter(PeriodFilter):
    """Logs of meetings held in a year, a quarter or a month."""

    def narrow(self, queryset: QuerySet[Any], value: Period) -> QuerySet[Any]:
        return queryset.filter(held_on__range=(value.starts_on, value.ends_on))


def _in_state(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    today = local_today()
    over = Q(state=QuarterState.REOPENED, reopen_until__lt=today)
    found = {
        REQUESTED: Q(requested_at__isnull=False),
        RUNNING: Q(ends_on__gte=today),
        QuarterState.OPEN.value: Q(state=QuarterState.OPEN, ends_on__lt=today),
        QuarterState.REOPENED.value: Q(state=QuarterState.REOPENED) & ~over,
        QuarterState.CLOSED.value: Q(state=QuarterState.CLOSED) | over,
    }
    return queryset.filter(found[state])


def _state_words(state: str, until: date | None, ends_on: date, requested_at: Any) -> str:
    today = local_today()
    now = QuarterState(state_on(state, until, today))
    words = "进行中" if ends_on >= today else str(now.label)
    if now == QuarterState.REOPENED and until:
        words += f"，至{until:%m-%d}"
    return f"{words}，申请重新开放" if requested_at else words


def _state_tone(state: str, until: date | None, ends_on: date, requested_at: Any) -> str:
    if requested_at:
        return "due"
    return "info" if ends_on >= local_today() else TONES[QuarterState(state_on(state, until, local_today()))]


def _closed_by(at: Any, name: str | None) -> str:
    return (name or "系统") if at else ""


class QuarterLedger(Ledger):
    """Every branch and quarter, the newest first; in the order of the tree, for nobody is ranked (N2)."""

    slug = "quarters"
    title = "季度归档"
    empty = "还没有季度。每天夜里为每个党支部开列"
    capability = Capability.QUARTER_VIEW
    export_url = "branches:quarter_export"
    columns = (
        Column(
            "organisation", "党支部", "organisation__short_name", link="branches:quarter_branch",
            link_arg="organisation_id", width=28,
        ),
        Column("period", "季度", text=lambda code: parse_period(code).title, sortable=True, width=16),
        Column("unit", "单位", width=24, hidden_on_phone=True),
        Column(
            "state", "状态", ("state", "reopen_until", "ends_on", "requested_at"), text=_state_words, badge=_state_tone,
            width=26,
        ),
        Column("closed_at", "归档时间", kind="datetime", width=18),
        Column("closed_by", "归档人", ("closed_at", "closed_by__name"), text=_closed_by, width=12),
        Column("reopen_reason", "最近一次重新开放的原因", width=36, hidden_on_phone=True),
        Column("reopened_at", "重新开放时间", kind="datetime", page=False, width=18),
        Column("reopened_by", "开放人", "reopened_by__name", page=False, width=12),
        Column("request_reason", "待办申请的原因", page=False, width=36),
    )  # fmt: skip
    filters = (
        QuarterFilter("period", "季度"),
        ChoiceFilter("state", "状态", choices=STATES, where=_in_state),
        _organisations(Capability.QUARTER_VIEW),
    )
    order = ("-period", "organisation__path")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return QuarterClosing.objects.visible_to(user, cls.capability).annotate(unit=unit_name())


def _is(queryset: QuerySet[Any], what: str) -> QuerySet[Any]:
    return queryset.filter(is_late_entry=True) if what == LATE else queryset.filter(corrections__gt=0)


class LateLedger(Ledger):
    """Logs that were entered late, and logs that were corrected, with the reason last given (domain.md §14.2)."""

    slug = "late-entries"
    title = "补记和更正"
    empty = "没有补记或更正过的会议记录"
    capability = Capability.MEETING_HISTORY
    export_url = "branches:late_entry_export"
    columns = (
        Column("title", "主题", link="branches:meeting_detail", width=40),
        Column("held_on", "会议日期", kind="date", sortable=True, width=12),
        Column("organisation", "党支部", "organisation__short_name", width=26),
        Column("late", "补记", "is_late_entry", text=lambda late: "补记" if late else "", badge={True: "due"}, width=8),
        Column("corrections", "更正次数", kind="number", width=10),
        Column("reason", "最近一次更正原因", width=36, hidden_on_phone=True),
        Column("late_note", "补记说明", width=30, hidden_on_phone=True),
        Column("submitted_at", "提交时间", kind="datetime", width=18),
        Column("unit", "单位", page=False, width=24),
        Column("kind", "类型", choices=MeetingKind.choices, page=False, width=14),
        Column("status", "状态", choices=MeetingStatus.choices, page=False, width=10),
        Column("submitted_by", "提交人", "submitted_by__name", page=False, width=12),
        Column("corrected_at", "最近一次更正时间", kind="datetime", page=False, width=18),
        Column("corrected_by", "更正人", page=False, width=12),
    )
    filters = (
        HeldFilter("period", "期间"),
        ChoiceFilter("what", "类别", choices=((LATE, "补记"), (CORRECTED, "更正")), where=_is),
        _organisations(Capability.MEETING_HISTORY),
        TextFilter("q", "搜索", ("title",), placeholder="主题中的字词"),
    )
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        """Late ones and corrected ones are found by their indexes; nothing else is looked at."""
        versions = MeetingVersion.objects.filter(meeting=OuterRef("pk")).order_by("-number")
        found = Q(is_late_entry=True) | Q(pk__in=MeetingVersion.objects.order_by().values("meeting"))
        rows = Meeting.objects.visible_to(user, cls.capability).filter(found).exclude(status=MeetingStatus.VOID)
        counted = MeetingVersion.objects.filter(meeting=OuterRef("pk")).order_by().values("meeting")
        return rows.annotate(
            corrections=Subquery(counted.annotate(found=Count("pk")).values("found")),
            reason=Subquery(versions.values("reason")[:1]),
            corrected_at=Subquery(versions.values("at")[:1]),
            corrected_by=Subquery(versions.values("by__name")[:1]),
            unit=unit_name(),
        )
