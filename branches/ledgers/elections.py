"""The ledgers of terms and of elections."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import CharField, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Substr

from accounts.roles import Capability
from branches.choices import TERM_KINDS, ElectionKind, ElectionState, OrganisationKind
from branches.ledgers.organisations import UNIT_PATH_LENGTH
from branches.models import Election, Organisation, Term
from branches.policy.terms import TermDates, TermState, term_state
from branches.selectors.election_rules import rules_on
from branches.selectors.terms import state_query, termed_organisations
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter

DATES = ("expires_on", "extended_until", "months")
STATES = [(state.value, state.label) for state in TermState if state is not TermState.CLOSED]
KINDS = [(kind.value, kind.label) for kind in TERM_KINDS]
ELECTION_TONES = {
    ElectionState.PREPARING.value: "info",
    ElectionState.REPORTED.value: "due",
    ElectionState.COMPLETED.value: "done",
    ElectionState.CANCELLED.value: "neutral",
}


def _state(expires_on: date, extended_until: date | None, months: int) -> TermState:
    return term_state(TermDates(expires_on, extended_until), local_today(), months)


def _label(*dates: Any) -> str:
    return _state(*dates).label


def _tone(*dates: Any) -> str:
    return _state(*dates).tone


def _in_state(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    today = local_today()
    return queryset.filter(state_query(state, today, rules_on(today).reminder_months))


def _organisation_filter() -> AutocompleteFilter:
    return AutocompleteFilter(
        "org",
        "党组织",
        url="branches:organisation_autocomplete",
        source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
        path_field="organisation__path",
        label_field="short_name",
    )


def _unit_name() -> Subquery:
    unit = Organisation.objects.order_by().filter(path=Substr(OuterRef("organisation__path"), 1, UNIT_PATH_LENGTH))
    return Subquery(unit.values("short_name")[:1], output_field=CharField())


class TermLedger(Ledger):
    """Present terms of organisations that stand; earlier ones are on the page of each."""

    slug = "terms"
    title = "任期和换届"
    empty = "还没有登记届期"
    capability = Capability.ELECTION_VIEW
    export_url = "branches:term_export"
    columns = (
        Column("organisation", "党组织", "organisation__short_name", link="branches:organisation_terms",
               link_arg="organisation_id", width=28),
        Column("kind", "层级", "organisation__kind", choices=OrganisationKind.choices, width=12, hidden_on_phone=True),
        Column("unit", "所属单位", "unit_name", width=24, hidden_on_phone=True),
        Column("number", "届次", text="第{}届".format, cell=lambda number: number, width=8),
        Column("elected_on", "选举日期", kind="date", width=12, hidden_on_phone=True),
        Column("years", "任期（年）", kind="number", width=10, hidden_on_phone=True),
        Column("expires_on", "届满日期", kind="date", sortable=True, width=12),
        Column("extended_until", "经批准延期至", kind="date", width=14, hidden_on_phone=True),
        Column("state", "状态", DATES, text=_label, badge=_tone, width=14),
    )  # fmt: skip
    filters = (
        ChoiceFilter("state", "状态", choices=STATES, where=_in_state),
        _organisation_filter(),
        ChoiceFilter("kind", "层级", "organisation__kind", KINDS),
        DateRangeFilter("expires", "届满日期", "expires_on"),
        TextFilter("q", "搜索", ("organisation__short_name", "organisation__name"), placeholder="党组织名称"),
    )
    order = ("expires_on", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        months = rules_on(local_today()).reminder_months
        return (
            Term.objects.visible_to(user, cls.capability)
            .open()
            .filter(organisation__in=Organisation.objects.filter(termed_organisations()).order_by().values("pk"))
            .annotate(
                months=Value(months, output_field=IntegerField()),
                unit_name=_unit_name(),
            )
        )


class ElectionLedger(Ledger):
    slug = "elections"
    title = "选举"
    empty = "还没有选举记录"
    capability = Capability.ELECTION_VIEW
    export_url = "branches:election_export"
    columns = (
        Column("organisation", "党组织", "organisation__short_name", link="branches:election_detail", width=28),
        Column("kind", "类别", choices=ElectionKind.choices, width=12),
        Column("number", "届次", text="第{}届".format, cell=lambda number: number, width=8),
        Column("planned_on", "拟召开日期", kind="date", sortable=True, width=12, hidden_on_phone=True),
        Column("held_on", "选举日期", kind="date", width=12),
        Column("state", "状态", choices=ElectionState.choices, badge=ELECTION_TONES, width=12),
        Column("request_number", "请示文号", page=False, width=20),
        Column("request_on", "请示日期", kind="date", page=False, width=12),
        Column("reply_number", "批复文号", page=False, width=20),
        Column("reply_on", "批复日期", kind="date", page=False, width=12),
        Column("report_number", "报告文号", page=False, width=20),
        Column("approval_number", "批准文号", page=False, width=20),
        Column("approved_on", "批准日期", kind="date", page=False, width=12),
        Column("filed_on", "备案日期", kind="date", page=False, width=12),
    )
    filters = (
        ChoiceFilter("kind", "类别", "kind", ElectionKind.choices),
        ChoiceFilter("state", "状态", "state", ElectionState.choices),
        _organisation_filter(),
        DateRangeFilter("held", "选举日期", "held_on"),
        TextFilter("q", "搜索", ("organisation__short_name", "organisation__name"), placeholder="党组织名称"),
    )
    order = ("-planned_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Election.objects.visible_to(user, cls.capability)
