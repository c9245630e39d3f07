"""Lists of 发展党员: the people on the way, and what is due for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Replace

from accounts.roles import Capability
from branches.choices import AdmissionActor, ApplicantStatus, Gender, Standing, StopCategory
from branches.models import AdmissionDue, Applicant, Organisation
from branches.policy.admission import DueState, due_state
from branches.selectors.admission import SOON_DAYS, due_query
from branches.selectors.admission_rules import step_titles
from branches.selectors.members import members_matching
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from core.search import contains

STATUS_TONES = {
    ApplicantStatus.ONGOING.value: "info",
    ApplicantStatus.CONFIRMED.value: "done",
    ApplicantStatus.CANCELLED.value: "neutral",
    ApplicantStatus.STOPPED.value: "neutral",
}
DUE_CHOICES = (
    ("overdue", "已逾期"),
    ("soon", f"{SOON_DAYS}天内到期或期满（不含逾期）"),
    ("30", "30天内到期或期满（含逾期）"),
    ("60", "60天内到期或期满（含逾期）"),
    ("90", "90天内到期或期满（含逾期）"),
    ("ready", "现在可以办理"),
    ("waiting", "未到办理时间"),
)


def _due(queryset: QuerySet[Any], code: str) -> QuerySet[Any]:
    return queryset.filter(due_query(code, local_today()))


def _with_due(queryset: QuerySet[Any], code: str) -> QuerySet[Any]:
    rows = AdmissionDue.objects.filter(due_query(code, local_today()), applicant=OuterRef("pk"))
    return queryset.filter(Exists(rows))


def _named(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Dues of people whose name, pinyin or initials match every word."""
    queryset = queryset.alias(plain_pinyin=Replace("applicant__name_pinyin", Value(" ")))
    for word in text.lower().split():
        found = Q(**{f"applicant__name__{contains(word)}": word})
        if word.isascii():
            found |= Q(plain_pinyin__startswith=word) | Q(applicant__initials__startswith=word)
        queryset = queryset.filter(found)
    return queryset


def _step_choices(user: Any) -> Iterable[tuple[int, str]]:
    return [(step, f"{step} {title}") for step, title in step_titles().items()]


def _state(from_on: date, due_on: date | None) -> DueState:
    return due_state(from_on, due_on, local_today(), soon_days=SOON_DAYS)


def _organisations(user: Any) -> QuerySet[Any]:
    return Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST)


def _place(path_field: str) -> AutocompleteFilter:
    return AutocompleteFilter(
        "org",
        "党组织",
        url="branches:organisation_autocomplete",
        source=_organisations,
        path_field=path_field,
        label_field="short_name",
    )


class ApplicantLedger(Ledger):
    """People on the way: where they stand and what is next. Status and dates, nothing else."""

    slug = "applicants"
    title = "发展党员名册"
    empty = "还没有登记入党申请人"
    empty_action = ("branches:applicant_create", "登记入党申请人")
    capability = Capability.ADMISSION_VIEW
    export_url = "branches:applicant_export"
    columns = (
        Column("name", "姓名", link="branches:applicant_detail", sortable=True, sort="name_pinyin", width=12),
        Column("gender", "性别", choices=Gender.choices, width=6, hidden_on_phone=True),
        Column(
            "organisation", "党支部", "organisation__short_name", sortable=True, sort="organisation__path", width=26
        ),
        Column("standing", "发展阶段", choices=Standing.choices, sortable=True, width=14),
        Column("status", "状态", choices=ApplicantStatus.choices, badge=STATUS_TONES, width=18),
        Column("last_step", "已办到", choices=lambda: dict(_step_choices(None)), width=26),
        Column("next_step", "下一步", choices=lambda: dict(_step_choices(None)), width=26),
        Column("next_from", "最早办理日期", kind="date", width=14, hidden_on_phone=True),
        Column("next_due", "最迟办理日期", kind="date", width=14),
        Column("probation_ends_on", "预备期满日期", kind="date", sortable=True, width=14, hidden_on_phone=True),
        Column("extended_months", "延长预备期月数", kind="number", page=False, width=12),
        Column("stopped_on", "停止日期", kind="date", page=False, width=12),
        Column("stop_category", "停止原因", choices=StopCategory.choices, page=False, width=22),
    )
    filters = (
        TextFilter("q", "搜索", where=members_matching, placeholder="姓名、拼音或首字母"),
        _place("organisation__path"),
        ChoiceFilter("standing", "发展阶段", "standing", Standing.choices),
        ChoiceFilter("due", "办理时限", choices=DUE_CHOICES, where=_with_due),
        ChoiceFilter("status", "状态", "status", ApplicantStatus.choices),
        DateRangeFilter("probation", "预备期满日期", "probation_ends_on"),
    )
    order = ("name_pinyin", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        first = AdmissionDue.objects.filter(applicant=OuterRef("pk")).order_by("sort_on", "step")
        nearest = {name: Subquery(first.values(field)[:1]) for name, field in NEXT.items()}
        return Applicant.objects.visible_to(user, cls.capability).annotate(**nearest)


NEXT = {"next_step": "step", "next_from": "from_on", "next_due": "due_on"}


class AdmissionDueLedger(Ledger):
    """Who is due for what: one row for each open step, and for the next half-yearly review."""

    slug = "admission_dues"
    title = "发展党员到期提醒"
    empty = "没有待办的步骤"
    capability = Capability.ADMISSION_VIEW
    export_url = "branches:admission_due_export"
    columns = (
        Column(
            "name",
            "姓名",
            "applicant__name",
            link="branches:applicant_detail",
            link_arg="applicant_id",
            sortable=True,
            sort="applicant__name_pinyin",
            width=12,
        ),
        Column("organisation", "党支部", "applicant__organisation__short_name", width=26),
        Column("step", "步骤", choices=lambda: dict(_step_choices(None)), sortable=True, width=28),
        Column("actor", "办理方", choices=AdmissionActor.choices, width=14),
        Column(
            "state",
            "状态",
            ("from_on", "due_on"),
            text=lambda *days: _state(*days).label,
            badge=lambda *days: _state(*days).tone,
            width=12,
        ),
        Column("from_on", "最早办理日期", kind="date", width=14),
        Column("due_on", "最迟办理日期", kind="date", width=14),
        Column("sort_on", "到期日期", kind="date", sortable=True, page=False, sheet=False),
    )
    filters = (
        TextFilter("q", "搜索", where=_named, placeholder="姓名、拼音或首字母"),
        ChoiceFilter("due", "办理时限", choices=DUE_CHOICES, where=_due),
        ChoiceFilter("step", "步骤", "step", _step_choices),
        ChoiceFilter("actor", "办理方", "actor", AdmissionActor.choices),
        _place("applicant__organisation__path"),
    )
    order = ("sort_on", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return AdmissionDue.objects.visible_to(user, cls.capability)
