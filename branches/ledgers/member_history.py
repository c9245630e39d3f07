"""What happened to members: their changes, their letters, the roster as on a past day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When

from accounts.roles import Capability
from branches.choices import (
    ETHNICITIES,
    EntryReason,
    Gender,
    LetterDirection,
    LetterState,
    LostCircumstance,
    MemberCategory,
    MemberChangeKind,
    OrganisationKind,
    PartyStanding,
)
from branches.ledgers.organisations import past_day
from branches.models import MemberChange, Membership, Organisation, TransferLetter
from branches.policy.letters import letter_overdue
from branches.selectors.member_history import roster_on
from branches.selectors.members import members_matching
from branches.selectors.organisation_past import below, tree_on
from core.calendar import local_today
from core.ledgers import (
    AutocompleteFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Filter,
    FilterError,
    Ledger,
    TextFilter,
)
from core.ledgers.filters import Picked

CATEGORY_TONES = {MemberCategory.FULL.value: "done", MemberCategory.PROBATIONARY.value: "due"}
LETTER_STATES = [*LetterState.choices, ("expired", "已超期")]
LETTER_TONES = {"待接收": "due", "已超期": "overdue", "已办结": "done", "已撤销": "neutral"}
SEARCH = TextFilter(
    "q",
    "搜索",
    where=lambda rows, text: members_matching(rows, text, through="member__"),
    placeholder="姓名、拼音或首字母",
)
ORGANISATION = AutocompleteFilter(
    "org",
    "党组织",
    url="branches:organisation_autocomplete",
    source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
    path_field="organisation__path",
    label_field="short_name",
)


def _openable(user: Any) -> Any:
    """The member's key where the reader may open the page, else NULL: who moved on belongs to others now."""
    scope = user.scope(Capability.MEMBER_VIEW_MASKED)
    if scope.everything:
        return F("member_id")
    inside = Q(member__user=user.pk) if scope.own else Q(pk=None)
    for path in scope.paths:
        inside |= Q(member__organisation__path__startswith=path)
    return Case(When(inside, then=F("member_id")), default=Value(None))


class MemberChangeLedger(Ledger):
    """Every dated change of a member, where it happened."""

    slug = "member_changes"
    title = "党员变动"
    empty = "还没有变动记录"
    capability = Capability.MEMBER_VIEW_MASKED
    export_url = "branches:member_change_export"
    columns = (
        Column("effective_on", "生效日期", kind="date", sortable=True, width=12),
        Column(
            "name",
            "姓名",
            "member__name",
            link="branches:member_detail",
            link_arg="openable",
            sortable=True,
            sort="member__name_pinyin",
            width=12,
        ),
        Column("kind", "变动", choices=MemberChangeKind.choices, width=20),
        Column("organisation", "当时所在党支部", "organisation__short_name", width=26),
        Column("document", "依据文号", width=20, hidden_on_phone=True),
        Column("circumstance", "失联情形", choices=LostCircumstance.choices, page=False, width=14),
        Column("until", "到期或跟进日期", kind="date", sortable=True, width=14),
        Column("note", "说明", page=False, width=30, wrap=True),
        Column("by", "经办人", "by__name", width=12, hidden_on_phone=True),
        Column("recorded_at", "登记时间", kind="datetime", width=18, hidden_on_phone=True),
    )
    filters = (
        SEARCH,
        ORGANISATION,
        ChoiceFilter("kind", "变动", "kind", MemberChangeKind.choices),
        DateRangeFilter("effective", "生效日期", "effective_on"),
        DateRangeFilter("until", "到期或跟进日期", "until"),
    )
    order = ("-effective_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return MemberChange.objects.visible_to(user, cls.capability).annotate(openable=_openable(user))


def _letter_state(state: str, valid_until: date) -> str:
    return "已超期" if letter_overdue(state, valid_until, local_today()) else str(LetterState(state).label)


def _other_side(target: str | None, outside: str) -> str:
    return target or outside


def _in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    today = local_today()
    if state == "expired":
        return rows.filter(state=LetterState.ISSUED, valid_until__lt=today)
    waiting = Q(valid_until__gte=today) if state == LetterState.ISSUED else Q()
    return rows.filter(waiting, state=state)


def _at_either_end(rows: QuerySet[Any], place: Any) -> QuerySet[Any]:
    return rows.filter(Q(organisation__path__startswith=place.path) | Q(target__path__startswith=place.path))


class LetterLedger(Ledger):
    """介绍信 that go out or come in; overdue is judged by the day (R25)."""

    slug = "transfer_letters"
    title = "组织关系介绍信"
    empty = "还没有介绍信"
    capability = Capability.MEMBER_VIEW_MASKED
    export_url = "branches:letter_export"
    columns = (
        Column("person_name", "姓名", link="branches:letter_detail", width=12),
        Column("direction", "方向", choices=LetterDirection.choices, width=8),
        Column("organisation", "本方党支部", "organisation__short_name", width=26),
        Column("other", "对方党组织", ("target__short_name", "outside"), text=_other_side, width=30),
        Column("number", "介绍信编号", kind="id", width=18, hidden_on_phone=True),
        Column("issued_on", "开具日期", kind="date", sortable=True, width=12),
        Column("valid_until", "有效期至", kind="date", sortable=True, width=12),
        Column(
            "state",
            "状态",
            ("state", "valid_until"),
            text=_letter_state,
            badge=lambda state, until: LETTER_TONES[_letter_state(state, until)],
            width=10,
        ),
        Column("accepted_on", "接收日期", kind="date", sortable=True, width=12),
    )
    filters = (
        TextFilter("q", "搜索", ("person_name", "number", "outside"), placeholder="姓名、编号或对方党组织"),
        AutocompleteFilter(
            "org",
            "党组织",
            url="branches:organisation_autocomplete",
            source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
            path_field="organisation__path",
            label_field="short_name",
            where=_at_either_end,
        ),
        ChoiceFilter("direction", "方向", "direction", LetterDirection.choices),
        ChoiceFilter("state", "状态", choices=LETTER_STATES, where=_in_state),
        DateRangeFilter("issued", "开具日期", "issued_on"),
        DateRangeFilter("valid", "有效期至", "valid_until"),
    )
    order = ("-issued_on", "-pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return TransferLetter.objects.visible_to(user, cls.capability)


@dataclass(frozen=True)
class PastDay:
    """A day, and perhaps an organisation as it lay on that day."""

    day: date
    place: Picked | None


@dataclass(frozen=True)
class PastDayFilter(Filter):
    """
    The stays that held on a day (today unless given), below an organisation as the tree was then. Always in use: a
    roster is of some day.
    """

    template = "branches/_filter_past.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        return (self.name, "org")

    def clean(self, raw: Mapping[str, str], user: Any) -> Any:
        """What cannot be read counts as not given, for the list is of some day at all events; ``problems`` says so."""
        day, place, _ = self.read(raw, user)
        return PastDay(day, place)

    def read(self, raw: Mapping[str, str], user: Any) -> tuple[date, Picked | None, list[str]]:
        """The day and the organisation asked for, and what is wrong with either."""
        day, place, problems = local_today(), None, []
        try:
            day = past_day(raw[self.name].strip()) if raw.get(self.name, "").strip() else day
        except FilterError as error:
            problems.append(str(error))
        try:
            place = ORGANISATION.clean(raw, user)
        except FilterError as error:
            problems.append(str(error))
        return day, place, problems

    def narrow(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        rows = roster_on(value.day, queryset)  # type: ignore[arg-type]
        if value.place is None:
            return rows
        places = tree_on(value.day)
        inside = below(places, value.place.pk)
        branches = [pk for pk in inside if pk in places and places[pk].kind == OrganisationKind.BRANCH]
        return rows.filter(organisation__in=branches)

    def describe(self, value: Any) -> str:
        return f"{value.day}" + (f" {value.place.label}" if value.place else "")

    def dump(self, value: Any) -> dict[str, str]:
        return {self.name: value.day.isoformat()} | ({"org": str(value.place.pk)} if value.place else {})

    def widget(self, raw: Mapping[str, str], value: Any, user: Any) -> dict[str, Any]:
        place = value.place if value else None
        day = raw.get(self.name, "") or local_today().isoformat()
        return {**ORGANISATION.widget(raw, place, user), "day": day, "place": "org", "place_label": "当时所属党组织"}


PAST_DAY = PastDayFilter("on", "日期")


def past_problems(params: Mapping[str, str], user: Any) -> list[str]:
    """What is wrong with the day or the organisation asked for, in words."""
    return PAST_DAY.read(params, user)[2]


class PastRosterLedger(Ledger):
    """The roster as on a day: who was in which branch, as which kind of member. Numbers are today's and left out."""

    slug = "past_roster"
    title = "某日党员名册"
    empty = "这一天没有在册党员"
    capability = Capability.MEMBER_VIEW_MASKED
    export_url = "branches:roster_past_export"
    columns = (
        Column(
            "name",
            "姓名",
            "member__name",
            link="branches:member_detail",
            link_arg="openable",
            sortable=True,
            sort="member__name_pinyin",
            width=12,
        ),
        Column("gender", "性别", "member__gender", choices=Gender.choices, width=6),
        Column("ethnicity", "民族", "member__ethnicity", choices=ETHNICITIES, page=False, width=10),
        Column("birth_date", "出生日期", "member__birth_date", kind="date", page=False, width=12),
        Column(
            "category", "当日人员类别", "category_on", choices=MemberCategory.choices, badge=CATEGORY_TONES, width=12
        ),
        Column("standing", "当日党籍状态", "standing_on", choices=PartyStanding.choices, page=False, width=12),
        Column(
            "organisation",
            "当日所在党支部",
            "organisation__short_name",
            sortable=True,
            sort="organisation__path",
            width=26,
        ),
        Column("group", "当日所在党小组", "group__short_name", width=18, hidden_on_phone=True),
        Column("joined_on", "入党日期", "member__joined_on", kind="date", width=12, hidden_on_phone=True),
        Column("starts_on", "进入日期", kind="date", sortable=True, width=12),
        Column("entry_reason", "进入方式", choices=EntryReason.choices, width=12, hidden_on_phone=True),
    )
    filters = (
        PAST_DAY,
        SEARCH,
        ChoiceFilter("category", "当日人员类别", "category_on", MemberCategory.choices),
    )
    order = ("member__name_pinyin", "pk")

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        listed = Membership.objects.visible_to(user, Capability.MEMBER_LIST).visible_to(user, cls.capability)
        return listed.annotate(openable=_openable(user))
