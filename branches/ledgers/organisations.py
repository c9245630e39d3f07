"""The list of organisations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Length, Substr

from accounts.roles import Capability
from branches.choices import (
    MemberCategory,
    OrganisationKind,
    OrganisationStatus,
    OrganisationType,
    PostKind,
)
from branches.models import Member, Membership, Organisation, Post
from branches.selectors.organisation_past import FACTS, Place, past_of, tree_on
from branches.selectors.organisations import organisations_matching
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
from core.ledgers.filters import YEARS

ISO_LENGTH = len("2026-07-01")
UNIT_PATH_LENGTH = 2 * Organisation.steplen
STATUS_TONES = {
    OrganisationStatus.ACTIVE.value: "done",
    OrganisationStatus.SUSPENDED.value: "due",
    OrganisationStatus.MERGED.value: "neutral",
    OrganisationStatus.ABOLISHED.value: "neutral",
}
KINDS = [(kind.value, kind.label) for kind in OrganisationKind if kind != OrganisationKind.WORK_COMMITTEE]


def _members_on(day: date, *, full: bool) -> Coalesce:
    """Members of a branch on a day, by what they were on it."""
    is_full = Q(member__confirmed_on__lte=day) | Q(member__confirmed_on=None, member__category=MemberCategory.FULL)
    rows = (
        Membership.objects.order_by().filter(organisation=OuterRef("pk")).on(day).filter(is_full if full else ~is_full)
    )
    counted = rows.values("organisation").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _members(category: str) -> Coalesce:
    """Present members of a branch, by its own index; other organisations have none of their own."""
    rows = Member.objects.order_by().filter(organisation=OuterRef("pk"), left_on=None, category=category)
    counted = rows.values("organisation").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _name_at(length: Any, names: Any = None) -> Subquery:
    """Name of the organisation whose path is the first ``length`` characters of the row's own."""
    above = Organisation.objects.order_by().filter(path=Substr(OuterRef("path"), 1, length))
    above = above.annotate(told=names or F("short_name"))
    return Subquery(above.values("told")[:1], output_field=CharField())


def _secretary(day: date | None = None) -> Subquery:
    posts = Post.objects.order_by().filter(organisation=OuterRef("pk"), kind=PostKind.SECRETARY)
    posts = posts.on(day or local_today())
    return Subquery(posts.values("member__name")[:1], output_field=CharField())


def _where(user: Any, capability: Capability, then: Any, output: Any) -> Case | Any:
    """``then`` where the reader reaches the organisation with the capability, else NULL."""
    scope = user.scope(capability)
    if scope.everything:
        return then
    inside = Q(pk=None)
    for path in scope.paths:
        inside |= Q(path__startswith=path)
    return Case(When(inside, then=then), default=Value(None), output_field=output)


def _of_branch(kind: str, number: int) -> str:
    return str(number) if kind == OrganisationKind.BRANCH else ""


def _cased(values: Mapping[int, str], default: Any) -> Any:
    """``values`` by organisation, elsewhere the default."""
    cases = [When(pk=pk, then=Value(value)) for pk, value in values.items()]
    return Case(*cases, default=default, output_field=CharField()) if cases else default


def _names(wanted: Mapping[int, int | None], places: Mapping[int, Place]) -> dict[int, str]:
    return {pk: places[other].short_name if other is not None else "" for pk, other in wanted.items()}


def _strayed(place: Place, places: Mapping[int, Place]) -> bool:
    """Whether it lies in another unit today."""
    return place.unit is not None and places[place.unit].path != place.path[:UNIT_PATH_LENGTH]


def past_day(text: str) -> date:
    """A day before today; FilterError for anything else."""
    try:
        day = date.fromisoformat(text) if len(text) == ISO_LENGTH else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise FilterError("“截至日期”不正确，应为 2026-07-01 这样的格式，已忽略。")
    if day > local_today():
        raise FilterError("“截至日期”不能晚于今天，已忽略。")
    return day


@dataclass(frozen=True)
class AsOf:
    """A past day, and who looks at it."""

    day: date
    user: Any


@dataclass(frozen=True)
class AsOfFilter(Filter):
    """Organisations that stood on a day, under the names and in the places that they had then."""

    template = "branches/_filter_day.html"

    def clean(self, raw: Mapping[str, str], user: Any) -> Any:
        text = raw.get(self.name, "")
        return AsOf(past_day(text), user) if text else None

    def narrow(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        day, past = value.day, past_of(value.day)
        places = tree_on(day)
        parents = {pk: places[pk].parent for pk in past.parents if pk in places}
        units = {pk: place.unit for pk, place in places.items() if _strayed(place, places)}
        told = {name: {pk: facts[name] for pk, facts in past.facts.items() if name in facts} for name in FACTS}
        names = _cased(told["short_name"], F("short_name"))
        parent_name = _name_at(Length(OuterRef("path")) - Organisation.steplen, names)
        shown = {
            "shown_name": names,
            "shown_full_name": _cased(told["name"], F("name")),
            "shown_type": _cased(told["type_code"], F("type_code")),
            "shown_status": _cased(told["status"], F("status")),
            "parent_name": _cased(_names(parents, places), parent_name),
            "unit_name": _cased(_names(units, places), _name_at(UNIT_PATH_LENGTH, names)),
            "secretary": _where(value.user, Capability.MEMBER_LIST, _secretary(day), CharField()),
            "full_count": _members_on(day, full=True),
            "probationary_count": _members_on(day, full=False),
        }
        standing: QuerySet[Any] = queryset.filter(founded_on__lte=day).filter(Q(ended_on=None) | Q(ended_on__gt=day))
        return standing.annotate(**shown)

    def describe(self, value: Any) -> str:
        return f"{value.day}（按当日）"

    def dump(self, value: Any) -> dict[str, str]:
        return {self.name: value.day.isoformat()}


class OrganisationLedger(Ledger):
    slug = "organisations"
    title = "党组织"
    empty = "还没有党组织"
    capability = Capability.ORG_UNIT_LIST
    export_url = "branches:organisation_export"
    columns = (
        Column(
            "short_name", "党组织", "shown_name", link="branches:organisation_detail", link_arg="openable", width=28
        ),
        Column("kind", "层级", choices=OrganisationKind.choices, width=12),
        Column("parent", "上级党组织", "parent_name", width=24),
        Column("unit", "所属单位", "unit_name", width=24, page=False),
        Column("code", "党组织代码", kind="id", sortable=True, width=24, hidden_on_phone=True),
        Column("secretary", "书记", "secretary", width=12),
        Column("full", "正式党员", ("kind", "full_count"), text=_of_branch, width=10),
        Column(
            "probationary", "预备党员", ("kind", "probationary_count"), text=_of_branch, width=10, hidden_on_phone=True
        ),
        Column("founded_on", "成立日期", kind="date", width=12, hidden_on_phone=True),
        Column("status", "状态", "shown_status", choices=OrganisationStatus.choices, badge=STATUS_TONES, width=10),
        Column("name", "党组织名称（全称）", "shown_full_name", page=False, width=40),
        Column("type_code", "党组织类别", "shown_type", choices=OrganisationType.choices, page=False),
        Column("uscc", "统一社会信用代码", kind="id", page=False, width=22),
        Column("ended_on", "撤销或合并日期", kind="date", page=False, width=14),
    )
    filters = (
        TextFilter("q", "搜索", where=organisations_matching, placeholder="名称、拼音、首字母或代码"),
        ChoiceFilter("kind", "层级", "kind", KINDS),
        AutocompleteFilter(
            "org",
            "上级党组织",
            url="branches:organisation_autocomplete",
            source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
            path_field="path",
            label_field="short_name",
        ),
        ChoiceFilter("type", "类别", "type_code", OrganisationType.choices),
        ChoiceFilter("status", "状态", "status", OrganisationStatus.choices),
        DateRangeFilter("founded", "成立日期", "founded_on"),
        AsOfFilter("on", "截至日期"),
    )
    order = ("path",)

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Organisation.objects.visible_to(user, cls.capability).annotate(
            shown_name=F("short_name"),
            shown_full_name=F("name"),
            shown_type=F("type_code"),
            shown_status=F("status"),
            unit_name=_name_at(UNIT_PATH_LENGTH),
            parent_name=_name_at(Length(OuterRef("path")) - Organisation.steplen),
            secretary=_where(user, Capability.MEMBER_LIST, _secretary(), CharField()),
            full_count=_members(MemberCategory.FULL),
            probationary_count=_members(MemberCategory.PROBATIONARY),
            openable=_where(user, Capability.BRANCH_VIEW, F("pk"), IntegerField()),
        )
