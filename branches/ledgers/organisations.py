"""The list of organisations."""

from __future__ import annotations

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
from branches.models import Member, Organisation, Post
from branches.selectors.organisations import organisations_matching
from core.calendar import local_today
from core.ledgers import AutocompleteFilter, ChoiceFilter, Column, DateRangeFilter, Ledger, TextFilter

UNIT_PATH_LENGTH = 2 * Organisation.steplen
STATUS_TONES = {
    OrganisationStatus.ACTIVE.value: "done",
    OrganisationStatus.SUSPENDED.value: "due",
    OrganisationStatus.MERGED.value: "neutral",
    OrganisationStatus.ABOLISHED.value: "neutral",
}
KINDS = [(kind.value, kind.label) for kind in OrganisationKind if kind != OrganisationKind.WORK_COMMITTEE]


def _members(category: str) -> Coalesce:
    """Present members of a branch, by its own index; other organisations have none of their own."""
    rows = Member.objects.order_by().filter(organisation=OuterRef("pk"), left_on=None, category=category)
    counted = rows.values("organisation").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _name_at(length: Any) -> Subquery:
    """Name of the organisation whose path is the first ``length`` characters of the row's own."""
    above = Organisation.objects.order_by().filter(path=Substr(OuterRef("path"), 1, length))
    return Subquery(above.values("short_name")[:1], output_field=CharField())


def _secretary() -> Subquery:
    posts = Post.objects.order_by().filter(organisation=OuterRef("pk"), kind=PostKind.SECRETARY).on(local_today())
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


class OrganisationLedger(Ledger):
    slug = "organisations"
    title = "党组织"
    empty = "还没有党组织"
    capability = Capability.ORG_UNIT_LIST
    export_url = "branches:organisation_export"
    columns = (
        Column("short_name", "党组织", link="branches:organisation_detail", link_arg="openable", width=28),
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
        Column("status", "状态", choices=OrganisationStatus.choices, badge=STATUS_TONES, width=10),
        Column("name", "党组织名称（全称）", page=False, width=40),
        Column("type_code", "党组织类别", choices=OrganisationType.choices, page=False),
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
    )
    order = ("path",)

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        return Organisation.objects.visible_to(user, cls.capability).annotate(
            unit_name=_name_at(UNIT_PATH_LENGTH),
            parent_name=_name_at(Length(OuterRef("path")) - Organisation.steplen),
            secretary=_where(user, Capability.MEMBER_LIST, _secretary(), CharField()),
            full_count=_members(MemberCategory.FULL),
            probationary_count=_members(MemberCategory.PROBATIONARY),
            openable=_where(user, Capability.BRANCH_VIEW, F("pk"), IntegerField()),
        )
