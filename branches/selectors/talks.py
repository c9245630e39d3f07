"""Reads around 谈心谈话."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from accounts.roles import Capability
from branches.choices import TalkPair
from branches.models import Membership, Organisation, Post, Talk
from branches.policy.talks import TalkRow, talk_rows
from branches.querysets import OrganisationQuerySet, OrganisationRowQuerySet
from core.calendar import local_today


def talks_in_full() -> OrganisationRowQuerySet:
    return Talk.objects.select_related("organisation", "member_a", "member_b", "by")


def talk_branches(user: User, capability: Capability) -> OrganisationQuerySet:
    """The branches whose talks the user reaches, in tree order."""
    found: OrganisationQuerySet = Organisation.objects.visible_to(user, capability).branches().order_by("path")
    return found


def people_on(branch: Organisation, day: date) -> list[tuple[int, str]]:
    """Every member of the branch on ``day`` as (id, name), by pinyin. One query."""
    rows = Membership.objects.filter(organisation=branch).on(day).order_by("member__name_pinyin", "member_id")
    return list(dict(rows.values_list("member_id", "member__name")).items())


def committee_on(branch: Organisation, day: date, members: Collection[int] | None = None) -> set[int]:
    """Who sat in the committee on ``day``. One query."""
    posts = Post.objects.filter(organisation=branch).committee().on(day)
    if members is not None:
        posts = posts.filter(member__in=members)
    return set(posts.values_list("member_id", flat=True))


@dataclass(frozen=True, slots=True)
class TalkYear:
    """
    How the talks of a branch stand in a year: ``rows`` in the order of names, for nobody is ranked; ``counts`` of each
    type as (label, how many).
    """

    year: int
    day: date
    rows: tuple[TalkRow, ...]
    counts: tuple[tuple[str, int], ...]

    @property
    def lacking(self) -> int:
        return sum(not row.is_complete for row in self.rows)


def talk_year(branch: Organisation, year: int) -> TalkYear:
    """Who had a talk of each type in the year, of those who belong to the branch at its end or today. Three queries."""
    day = min(date(year, 12, 31), local_today())
    talks = list(
        Talk.objects.filter(organisation=branch, held_on__year=year).values_list("member_a_id", "member_b_id", "pair")
    )
    rows = talk_rows(people_on(branch, day), committee_on(branch, day), talks)
    counts = tuple((label, sum(pair == value for *_, pair in talks)) for value, label in TalkPair.choices)
    return TalkYear(year, day, tuple(rows), counts)
