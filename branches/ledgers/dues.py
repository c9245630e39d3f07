"""Lists of 党费: months of members, payments, reliefs, uploaded workbooks."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.roles import Capability
from branches.choices import (
    DuesImportKind,
    DuesPaymentKind,
    DuesReliefKind,
    DuesReliefReason,
    DuesReliefState,
)
from branches.models import DuesBase, DuesImport, DuesMonth, DuesPayment, DuesRelief, Member, Organisation
from branches.policy.dues import months_over
from branches.selectors.dues_years import MonthState, month_state
from branches.selectors.members import members_matching
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter

MONTHS = tuple((month, f"{month}月") for month in range(1, 13))
BEGUN, ARREARS, SETTLED, RELIEVED, AHEAD = "begun", "arrears", "settled", "relieved", "ahead"
STATES = (
    (BEGUN, "已到月份（含本月）"),
    (ARREARS, "未交清（已过月份）"),
    (SETTLED, "已交清"),
    (RELIEVED, "有减免"),
    (AHEAD, "未到月份"),
)
RELIEF_TONES = {
    DuesReliefState.PROPOSED.value: "due",
    DuesReliefState.APPROVED.value: "waived",
    DuesReliefState.REFUSED.value: "neutral",
    DuesReliefState.WITHDRAWN.value: "neutral",
}
IMPORT_TONES = {
    DuesImport.State.PREVIEW.value: "due",
    DuesImport.State.COMMITTED.value: "done",
    DuesImport.State.DROPPED.value: "neutral",
}


def _years(user: Any) -> list[tuple[int, str]]:
    """Years with bases, and this one."""
    rows = DuesBase.objects.visible_to(user, Capability.DUES_VIEW).order_by()
    found = set(rows.values_list("year", flat=True).distinct()) | {local_today().year}
    return [(year, f"{year}年") for year in sorted(found, reverse=True)]


def _named(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows about members found by name, pinyin or initials."""
    return queryset.filter(member__in=members_matching(Member.objects.all(), text).values("pk"))


YEAR = ChoiceFilter("year", "年份", "year", _years)
SEARCH = TextFilter("q", "搜索", where=_named, placeholder="姓名、拼音或首字母")
ORGANISATION = AutocompleteFilter(
    "org",
    "党组织",
    url="branches:organisation_autocomplete",
    source=lambda user: Organisation.objects.visible_to(user, Capability.DUES_VIEW),
    path_field="organisation__path",
    label_field="short_name",
)
PERSON = Column("member", "姓名", "member__name", link="branches:dues_person", link_arg="member_id", width=12)
BRANCH = Column("organisation", "党支部", "organisation__short_name", width=26)


def _period(year: int, month: int) -> str:
    return f"{year}年{month}月"


def _state(*figures: Any) -> MonthState:
    names = ("year", "month", "due", "paid", "relieved")
    return month_state(DuesMonth(**dict(zip(names, figures, strict=True))), local_today())


def _in_state(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    today = local_today()
    over = Q(year__lt=today.year) | Q(year=today.year, month__lte=months_over(today.year, today))
    ahead = Q(year__gt=today.year) | Q(year=today.year, month__gt=today.month)
    wanted = {
        BEGUN: ~ahead,
        ARREARS: over & Q(due__gt=F("paid")),
        SETTLED: Q(due__lte=F("paid")),
        RELIEVED: Q(relieved=True),
        AHEAD: ahead,
    }
    return queryset.filter(wanted[state])


class DuesMonthLedger(Ledger):
    """One row for each member and month: what was due and what came in."""

    slug = "dues_months"
    title = "党费月份明细"
    empty = "还没有核定的党费"
    capability = Capability.DUES_VIEW
    export_url = "branches:dues_month_export"
    columns = (
        PERSON,
        BRANCH,
        Column("period", "月份", ("year", "month"), text=_period, width=14),
        Column("full", "减免前应交", kind="number", page=False, width=12),
        Column("due", "应交", kind="number", width=10),
        Column("paid", "实交", kind="number", width=10),
        Column("extra", "自愿多交", kind="number", width=10, hidden_on_phone=True),
        Column(
            "state",
            "状态",
            ("year", "month", "due", "paid", "relieved"),
            text=lambda *figures: _state(*figures).label,
            badge=lambda *figures: _state(*figures).tone,
            width=12,
        ),
    )
    filters = (
        YEAR,
        ChoiceFilter("month", "月份", "month", MONTHS),
        ChoiceFilter("state", "状态", choices=STATES, where=_in_state),
        ORGANISATION,
        SEARCH,
    )
    order = ("organisation__path", "-year", "month", "member__name_pinyin", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return DuesMonth.objects.visible_to(user, cls.capability)


def _payment_kind(kind: str, is_back: bool, reverses: int | None) -> str:
    if reverses:
        return "冲正"
    if kind == DuesPaymentKind.EXTRA:
        return str(DuesPaymentKind.EXTRA.label)
    return "补交" if is_back else str(DuesPaymentKind.DUES.label)


def _kinds(queryset: QuerySet[Any], kind: str) -> QuerySet[Any]:
    wanted = {
        "dues": Q(kind=DuesPaymentKind.DUES, is_back=False, reverses=None),
        "back": Q(kind=DuesPaymentKind.DUES, is_back=True, reverses=None),
        "extra": Q(kind=DuesPaymentKind.EXTRA, reverses=None),
        "reversal": Q(reverses__isnull=False),
    }
    return queryset.filter(wanted[kind])


class DuesPaymentLedger(Ledger):
    """Money as it came in, and what was taken back."""

    slug = "dues_payments"
    title = "党费交纳记录"
    empty = "还没有交纳记录"
    capability = Capability.DUES_VIEW
    export_url = "branches:dues_payment_export"
    columns = (
        PERSON,
        BRANCH,
        Column("paid_on", "交纳日期", kind="date", sortable=True, width=12),
        Column("period", "所属月份", ("year", "month"), text=_period, width=14),
        Column("kind", "类别", ("kind", "is_back", "reverses"), text=_payment_kind, width=10),
        Column("amount", "金额", kind="number", width=10),
        Column("by", "登记人", "by__name", width=12, hidden_on_phone=True),
        Column("reason", "冲正原因", width=24, hidden_on_phone=True),
    )
    filters = (
        YEAR,
        ChoiceFilter("month", "所属月份", "month", MONTHS),
        ChoiceFilter(
            "kind",
            "类别",
            choices=(("dues", "党费"), ("back", "补交"), ("extra", "自愿多交"), ("reversal", "冲正")),
            where=_kinds,
        ),
        DateRangeFilter("paid", "交纳日期", "paid_on"),
        ORGANISATION,
        SEARCH,
    )
    order = ("-paid_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return DuesPayment.objects.visible_to(user, cls.capability)


def _months_words(year: int, first: int, last: int) -> str:
    return f"{year}年{first}月" if first == last else f"{year}年{first}月至{last}月"


class DuesReliefLedger(Ledger):
    slug = "dues_reliefs"
    title = "党费减免"
    empty = "还没有党费减免"
    capability = Capability.DUES_VIEW
    export_url = "branches:dues_relief_export"
    columns = (
        Column("member", "姓名", "member__name", link="branches:dues_relief", width=12),
        BRANCH,
        Column("kind", "方式", choices=DuesReliefKind.choices, width=8),
        Column("months", "月份", ("year", "from_month", "through_month"), text=_months_words, width=22),
        Column("amount", "减免后每月", kind="number", width=12),
        Column("reason", "事由类别", choices=DuesReliefReason.choices, width=24, hidden_on_phone=True),
        Column("state", "状态", choices=DuesReliefState.choices, badge=RELIEF_TONES, width=10),
        Column("studied_on", "支部研究日期", kind="date", width=14, hidden_on_phone=True),
        Column("decided_on", "批准日期", kind="date", sortable=True, width=12, hidden_on_phone=True),
    )
    filters = (YEAR, ChoiceFilter("state", "状态", "state", DuesReliefState.choices), ORGANISATION, SEARCH)
    order = ("-pk",)

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return DuesRelief.objects.visible_to(user, cls.capability)


class DuesImportLedger(Ledger):
    slug = "dues_imports"
    title = "党费导入"
    empty = "还没有上传过党费表格"
    capability = Capability.DUES_VIEW
    columns = (
        Column("file_name", "文件", link="branches:dues_import", width=30),
        BRANCH,
        Column("kind", "内容", choices=DuesImportKind.choices),
        Column("year", "年份", width=8),
        Column("by", "上传人", "by__name", hidden_on_phone=True),
        Column("created_at", "上传时间", kind="datetime", hidden_on_phone=True),
        Column("change_count", "变动", kind="number"),
        Column("error_count", "错误", kind="number"),
        Column("state", "状态", choices=DuesImport.State.choices, badge=IMPORT_TONES),
    )
    filters = (
        ChoiceFilter("kind", "内容", "kind", DuesImportKind.choices),
        ChoiceFilter("state", "状态", "state", DuesImport.State.choices),
    )
    order = ("-pk",)

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return DuesImport.objects.visible_to(user, cls.capability)
