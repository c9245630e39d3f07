"""Reads of members: found by name, pinyin or a number's hash, and everything on a member's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Replace

from accounts.models import User
from accounts.roles import Capability
from branches.choices import PartyStanding
from branches.models import Member, Membership, Organisation, Post, RosterBatch, TransferLetter
from branches.querysets import MemberQuerySet, OrganisationRowQuerySet
from branches.selectors.letters import letters_of
from branches.selectors.member_acts import possible_acts
from branches.selectors.member_history import ChangeLine, follow_up_of, history_of
from branches.selectors.organisation_rights import may
from core.crypto import keyed_hash
from core.search import contains

FOUND_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class MemberPage:
    """What the page of a member shows, and what its reader may do there. ``acts``: slug of a dated change -> words."""

    stays: list[Membership]
    posts: list[Post]
    history: list[ChangeLine]
    letters: list[TransferLetter]
    acts: dict[str, str]
    is_own: bool
    may_update: bool
    may_transfer: bool
    may_issue: bool
    may_disable: bool
    may_reveal: bool
    may_link: bool
    follow_up: date | None


def member_page(user: User, member: Member) -> MemberPage:
    """Stays, posts, history, letters, rights. Four queries; a fifth for a member whose standing is stopped."""
    own, place = member.user_id == user.pk, member.organisation
    present = member.left_on is None
    letters = letters_of(user, member)
    may_transfer = may(user, Capability.MEMBER_TRANSFER, place)
    return MemberPage(
        stays=list(member.memberships.select_related("organisation", "group").order_by("-starts_on", "-pk")),
        posts=list(member.posts.select_related("organisation").order_by("-starts_on", "-pk")),
        history=history_of(member),
        letters=letters,
        acts=possible_acts(user, member),
        is_own=own,
        may_update=may(user, Capability.MEMBER_UPDATE, place) and present,
        may_transfer=may_transfer,
        may_issue=may_transfer and present and not any(letter.is_open for letter in letters),
        may_disable=may(user, Capability.MEMBER_DISABLE, place) and present,
        may_reveal=may(user, Capability.MEMBER_PII_REVEAL, place)
        or (own and user.scope(Capability.MEMBER_PII_REVEAL).own),
        may_link=may(user, Capability.ROLE_GRANT_PROPOSE, place) and not own,
        follow_up=follow_up_of(member) if member.standing == PartyStanding.SUSPENDED else None,
    )


def members_in_full() -> MemberQuerySet:
    """Members with their branch, group and account, for pages of one member."""
    return Member.objects.select_related("organisation", "group", "user")


def members_matching(queryset: QuerySet[Any], text: str, *, through: str = "") -> QuerySet[Any]:
    """
    Rows whose member's name, pinyin from its beginning, or initials match every word of ``text``. ``through``: the path
    from a row to its member ("member__").
    """
    queryset = queryset.alias(plain_pinyin=Replace(f"{through}name_pinyin", Value(" ")))
    for word in text.lower().split():
        found = Q(**{f"{through}name__{contains(word)}": word})
        if word.isascii():
            found |= Q(plain_pinyin__startswith=word) | Q(**{f"{through}initials__startswith": word})
        queryset = queryset.filter(found)
    return queryset


def members_by_number(user: User, number: str) -> list[Member]:
    """Members within reach with exactly this ID number or phone; the number itself is never part of a query."""
    hashed = keyed_hash("".join(number.split()).upper())
    if not hashed:
        return []
    rows = Member.objects.visible_to(user, Capability.MEMBER_VIEW_MASKED).select_related("organisation")
    found = rows.filter(Q(id_number_hash=hashed) | Q(phone_hash=hashed)).order_by("left_on", "name_pinyin", "pk")
    return list(found[:FOUND_AT_MOST])


def members_found(user: User, text: str, organisation: Organisation | None) -> list[dict[str, Any]]:
    """At most 20 present members within reach, as the autocomplete wants them. One query."""
    rows = Member.objects.visible_to(user, Capability.MEMBER_LIST).current().select_related("organisation")
    if organisation is not None:
        rows = rows.filter(organisation__path__startswith=organisation.path)
    found = members_matching(rows, text).order_by("name_pinyin", "pk")[:FOUND_AT_MOST]
    return [{"value": item.pk, "text": item.name, "hint": item.organisation.short_name} for item in found]


def own_member(user: User) -> Member | None:
    """The member who this user is."""
    return members_in_full().filter(user_id=user.pk).first()


def sees_whole_roster(user: User) -> bool:
    """Whether the reader may see more of members than their names: staff and secretaries, not the plain member."""
    scope = user.scope(Capability.MEMBER_VIEW_MASKED)
    return scope.can and not scope.self_only


def batches_in_full() -> OrganisationRowQuerySet:
    return RosterBatch.objects.select_related("organisation", "by")


def importable_branches(user: User) -> list[str]:
    """Names of the branches whose rosters the reader may upload, for the drop-down of the template."""
    branches = Organisation.objects.visible_to(user, Capability.IMPORT_UPLOAD).branches().active()
    return list(branches.order_by("path").values_list("short_name", flat=True))


def batches_waiting(user: User) -> OrganisationRowQuerySet:
    """Rosters within reach that are being checked or wait to be committed; one with errors waits for nobody."""
    waiting = (RosterBatch.State.CHECKING, RosterBatch.State.PREVIEW)
    return RosterBatch.objects.visible_to(user, Capability.IMPORT_PREVIEW).filter(state__in=waiting, error_count=0)
