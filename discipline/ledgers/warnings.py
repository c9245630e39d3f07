"""The ledgers of conferences, of what was asked, and of circulars."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Organisation
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter
from discipline.choices import CircularState, ConferenceState, DisciplineCategory, FollowUpForm
from discipline.models import Circular, FollowUp, WarningConference
from discipline.selectors.follow_ups import is_met, state_of

ORGANISATION = AutocompleteFilter(
    "org",
    "党组织",
    url="branches:organisation_autocomplete",
    source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
    path_field="organisation__path",
    label_field="short_name",
)
LEVELS = ((OrganisationKind.WORK_COMMITTEE.value, "市直机关"), (OrganisationKind.UNIT.value, "单位"))
CAUSES_SHOWN = 60


def _conference_tone(state: str, planned_on: date) -> str:
    if state == ConferenceState.PLANNED:
        return "overdue" if planned_on < local_today() else "info"
    return "done" if state == ConferenceState.HELD else "neutral"


def _conference_words(state: str, planned_on: date) -> str:
    late = state == ConferenceState.PLANNED and planned_on < local_today()
    return "已过计划日期" if late else str(ConferenceState(state).label)


class ConferenceLedger(Ledger):
    slug = "warning-conferences"
    title = "警示教育大会"
    empty = "还没有警示教育大会"
    capability = Capability.WARNING_VIEW
    export_url = "discipline:conference_export"
    columns = (
        Column("theme", "主题", link="discipline:conference_detail", width=40),
        Column("organisation", "主办", source="organisation__short_name", width=28),
        Column("planned_on", "计划日期", kind="date", sortable=True, width=12),
        Column("held_on", "召开日期", kind="date", sortable=True, width=12),
        Column(
            "state", "状态", source=("state", "planned_on"), text=_conference_words, badge=_conference_tone, width=12
        ),
        Column("expected", "应到", kind="number", width=8, hidden_on_phone=True),
        Column("present", "实到", kind="number", width=8, hidden_on_phone=True),
        Column("on_leave", "请假", kind="number", width=8, hidden_on_phone=True),
        Column("cases_told", "通报案例数", kind="number", width=10),
        Column("place", "地点", width=24, page=False),
        Column("speaker", "主讲人", width=16, page=False),
        Column("films", "警示教育片", width=40, wrap=True, page=False),
        Column("follow_up", "会后要求", width=40, wrap=True, page=False),
        Column("follow_up_due_on", "落实时限", kind="date", width=12, page=False),
    )
    filters = (
        ChoiceFilter("level", "层级", "organisation__kind", LEVELS),
        ChoiceFilter("state", "状态", "state", ConferenceState.choices),
        DateRangeFilter("planned", "计划日期", "planned_on"),
        DateRangeFilter("held", "召开日期", "held_on"),
        ORGANISATION,
        TextFilter("q", "搜索", ("theme", "place"), placeholder="主题、地点"),
    )
    order = ("-planned_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return WarningConference.objects.visible_to(user, cls.capability)


class CircularLedger(Ledger):
    slug = "discipline-circulars"
    title = "典型案例通报"
    empty = "还没有典型案例通报"
    capability = Capability.CIRCULAR_VIEW
    export_url = "discipline:circular_export"
    columns = (
        Column("title", "标题", link="discipline:circular_detail", width=44),
        Column("issuer", "发布机关", width=28),
        Column("number", "文号", width=22, hidden_on_phone=True),
        Column("issued_on", "发布日期", kind="date", sortable=True, width=12),
        Column("category", "案例类别", choices=DisciplineCategory.choices, width=12),
        Column("is_named", "点名", kind="bool", width=8, hidden_on_phone=True),
        Column("organisation", "转发", source="organisation__short_name", width=24, hidden_on_phone=True),
        Column("due_on", "学习时限", kind="date", sortable=True, width=12),
        Column(
            "state",
            "状态",
            choices=CircularState.choices,
            badge={"published": "done", "withdrawn": "neutral"},
            width=10,
        ),
        Column("requirement", "学习要求", width=40, wrap=True, page=False),
    )
    filters = (
        ChoiceFilter("category", "案例类别", "category", DisciplineCategory.choices),
        ChoiceFilter("state", "状态", "state", CircularState.choices),
        BooleanFilter("named", "点名", "is_named"),
        DateRangeFilter("issued", "发布日期", "issued_on"),
        ORGANISATION,
        TextFilter("q", "搜索", ("title", "number", "issuer"), placeholder="标题、文号、发布机关"),
    )
    order = ("-issued_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Circular.objects.visible_to(user, cls.capability)


def _state(done_on: date | None, status: str | None, due_on: date) -> tuple[str, str]:
    return state_of(done_on, status, due_on, local_today())


def _cause(theme: str | None, title: str | None) -> str:
    return theme or title or ""


def _how(form: str, meeting: str | None) -> str:
    return f"会议记录：{meeting}" if meeting else str(FollowUpForm(form).label) if form else ""


def _causes(user: Any) -> list[tuple[str, str]]:
    """The latest conferences and circulars that ask for something."""
    conferences = WarningConference.objects.visible_to(user, Capability.WARNING_VIEW).exclude(follow_up="")
    circulars = Circular.objects.visible_to(user, Capability.CIRCULAR_VIEW).exclude(requirement="")
    found = [(f"w{pk}", theme) for pk, theme in conferences.order_by("-pk").values_list("pk", "theme")[:CAUSES_SHOWN]]
    return found + [
        (f"c{pk}", title) for pk, title in circulars.order_by("-pk").values_list("pk", "title")[:CAUSES_SHOWN]
    ]


def _of_cause(queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
    return queryset.filter(**{"conference" if value[0] == "w" else "circular": int(value[1:])})


def _in_state(queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "done":
        return queryset.filter(is_met())
    late = Q(due_on__lt=local_today())
    return queryset.filter(~is_met() & late) if value == "overdue" else queryset.filter(~is_met())


class FollowUpLedger(Ledger):
    slug = "discipline-follow-ups"
    title = "学习落实"
    empty = "还没有要落实的事项"
    capability = Capability.WARNING_VIEW
    export_url = "discipline:follow_up_export"
    columns = (
        Column(
            "cause", "来自", source=("conference__theme", "circular__title"), text=_cause,
            link="discipline:follow_up_detail", width=40,
        ),
        Column("organisation", "党组织", source="organisation__short_name", width=30),
        Column("due_on", "时限", kind="date", sortable=True, width=12),
        Column(
            "state", "状态", source=("done_on", "meeting__status", "due_on"), text=lambda *row: _state(*row)[0],
            badge=lambda *row: _state(*row)[1], width=14,
        ),
        Column("done_on", "完成日期", kind="date", width=12),
        Column("how", "形式", source=("form", "meeting__title"), text=_how, width=36, hidden_on_phone=True),
        Column("headcount", "参加人数", kind="number", width=10, page=False),
    )  # fmt: skip
    filters = (
        ChoiceFilter(
            "state", "状态", choices=(("open", "待落实"), ("overdue", "已逾期"), ("done", "已完成")), where=_in_state
        ),
        ChoiceFilter("cause", "来自", choices=_causes, where=_of_cause),
        DateRangeFilter("due", "时限", "due_on"),
        ORGANISATION,
    )
    order = ("-due_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return FollowUp.objects.visible_to(user, cls.capability)
