"""The ledger of obligations: one row for each rule, branch and period that has begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Substr

from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import OrganisationKind
from branches.models import Obligation, Organisation
from branches.policy.obligations import State
from branches.selectors.obligation_matrix import period_codes
from branches.selectors.obligation_rules import rule_titles
from branches.selectors.obligations import obligation_state, state_query
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, Filter, FilterError, Ledger
from core.periods import Freq, Period, parse_period

STATES = (
    ("behind", "未完成（含进行中）"),
    (State.OVERDUE.value, State.OVERDUE.label),
    (State.DUE.value, "进行中、即将到期"),
    (State.NOTED.value, State.NOTED.label),
    (State.DONE.value, State.DONE.label),
    (State.WAIVED.value, State.WAIVED.label),
)
KINDS = (("periodic", "定期事项"), ("once", "限时事项"))
FIGURES = ("done", "needed", "waived", "starts_on", "ends_on", "requirement__level")


@dataclass(frozen=True)
class PeriodFilter(Filter):
    """A year, a quarter with its months, or a month, by its code."""

    def clean(self, raw: Mapping[str, str], user: Any) -> Period | None:
        code = raw.get(self.name, "").upper()
        if not code:
            return None
        try:
            return parse_period(code)
        except ValueError:
            text = f"没有“{code[:12]}”这个期间，应写成 2026、2026Q3 或 2026M07，已忽略。"
            raise FilterError(text) from None

    def narrow(self, queryset: QuerySet[Any], value: Period) -> QuerySet[Any]:
        if value.freq is Freq.YEAR:
            return queryset.filter(period__gte=value.code, period__lt=value.next().code)
        codes = period_codes(value)[:-1] if value.freq is Freq.QUARTER else [value.code]
        return queryset.filter(period__in=codes)

    def describe(self, value: Period) -> str:
        return value.title

    def dump(self, value: Period) -> dict[str, str]:
        return {self.name: value.code}

    def widget(self, raw: Mapping[str, str], value: Any, user: Any) -> dict[str, Any]:
        return {"text": raw.get(self.name, ""), "placeholder": "如 2026、2026Q3、2026M07", "max_length": 7}


def _state(done: int, needed: int, waived: bool, *span_and_level: Any) -> State:
    starts_on, ends_on, level = span_and_level
    return obligation_state(done, needed, waived, starts_on, ends_on, local_today(), level)


def _when(period: str, subject: str, ends_on: date) -> str:
    return f"{ends_on.isoformat()} 前" if subject else parse_period(period).title


def _of_kind(queryset: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return queryset.exclude(subject="") if kind == "once" else queryset.filter(subject="")


def _in_state(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    return queryset.filter(state_query(state, local_today()))


def _unit_name() -> Subquery:
    path = Substr(OuterRef("organisation__path"), 1, STEP * UNIT_DEPTH)
    units = Organisation.objects.of_kind(OrganisationKind.UNIT).order_by().filter(path=path)
    return Subquery(units.values("short_name")[:1], output_field=CharField())


class ObligationLedger(Ledger):
    slug = "obligations"
    title = "应做事项"
    empty = "还没有应做事项"
    capability = Capability.OBLIGATION_LIST
    export_url = "branches:obligation_export"
    columns = (
        Column(
            "rule",
            "应做事项",
            ("requirement__title", "title"),
            text=lambda rule, title: title or rule,
            link="branches:obligation_detail",
            width=24,
        ),
        Column("period", "期间", ("period", "subject", "ends_on"), text=_when, width=16),
        Column("organisation", "党组织", "organisation__short_name", width=28),
        Column("unit", "单位", width=24, hidden_on_phone=True),
        Column("figures", "已做/应做", ("done", "needed"), text="{}/{}".format, sheet=False),
        Column("needed", "应做", kind="number", page=False, width=8),
        Column("done", "已做", kind="number", page=False, width=8),
        Column(
            "state",
            "状态",
            FIGURES,
            text=lambda *figures: _state(*figures).label,
            badge=lambda *figures: _state(*figures).tone,
            width=12,
        ),
        Column("ends_on", "截止日期", kind="date", sortable=True, width=12),
        Column(
            "source",
            "依据",
            ("requirement__source", "requirement__article"),
            text="{}{}".format,
            width=44,
            hidden_on_phone=True,
        ),
        Column("label", "性质", "requirement__label", page=False, width=12),
        Column("duty", "所属规则", "requirement__title", page=False, width=18),
        Column("code", "规则编号", "requirement__code", page=False, width=10),
    )
    filters = (
        PeriodFilter("period", "期间"),
        ChoiceFilter("rule", "应做事项", "requirement__code", lambda user: rule_titles().items()),
        ChoiceFilter("kind", "类别", choices=KINDS, where=_of_kind),
        ChoiceFilter("state", "状态", choices=STATES, where=_in_state),
        AutocompleteFilter(
            "org",
            "党组织",
            url="branches:organisation_autocomplete",
            source=lambda user: Organisation.objects.visible_to(user, Capability.OBLIGATION_LIST),
            path_field="organisation__path",
            label_field="short_name",
        ),
    )
    order = ("-ends_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        """What has begun; the end of the year bounds the index scan, since nothing that has begun ends later."""
        today = local_today()
        rows = Obligation.objects.visible_to(user, cls.capability)
        rows = rows.filter(starts_on__lte=today, ends_on__lte=date(today.year, 12, 31))
        return rows.annotate(unit=_unit_name())
