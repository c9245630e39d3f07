"""Where a user may enter something, who belongs there, and which logs of it may be linked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MeetingStatus, OrganisationKind
from branches.models import Meeting, Member, Organisation
from branches.querysets import OrganisationQuerySet
from core.calendar import local_today

BRANCH_OR_UNIT = (OrganisationKind.BRANCH, OrganisationKind.UNIT)
BRANCH = (OrganisationKind.BRANCH,)
UNIT = (OrganisationKind.UNIT,)
#: How far back logs are offered, in days, and how many of them.
LOG_DAYS = 400
LOGS_SHOWN = 60
PEOPLE_SHOWN = 2000


def places(user: User, capability: Capability, kinds: Collection[str]) -> OrganisationQuerySet:
    """Organisations of these kinds that stand and that the user reaches, in tree order."""
    found: OrganisationQuerySet = Organisation.objects.visible_to(user, capability).of_kind(*kinds).active()
    return found.order_by("path")


def places_all(kinds: Collection[str]) -> OrganisationQuerySet:
    """Every one, for a view to narrow to what its reader may reach."""
    return Organisation.objects.of_kind(*kinds)


def people_of(organisation: Organisation) -> list[tuple[int, str]]:
    """Present members of the organisation and what lies below it, as (id, name), by pinyin. One query."""
    rows = Member.objects.current().filter(organisation__path__startswith=organisation.path)
    return list(rows.order_by("name_pinyin", "pk").values_list("pk", "name")[:PEOPLE_SHOWN])


def people_by_id(organisation: Organisation, keys: Collection[int]) -> list[Member]:
    rows = Member.objects.filter(organisation__path__startswith=organisation.path, pk__in=list(keys))
    return list(rows.select_related("organisation"))


def member_of_user(user: User) -> Member | None:
    """The roster's row of the user's own person, while that person is on it."""
    return Member.objects.current().filter(user=user.pk).select_related("organisation").first()


def logs_of(organisation: Organisation, *kinds: str) -> list[Meeting]:
    """Recent submitted logs of the organisation and what lies below it, newest first. One query."""
    since = local_today() - timedelta(days=LOG_DAYS)
    rows = Meeting.objects.filter(
        organisation__path__startswith=organisation.path, status=MeetingStatus.SUBMITTED, held_on__gte=since
    )
    if kinds:
        rows = rows.filter(counts__kind__in=kinds).distinct()
    return list(rows.select_related("organisation").order_by("-held_on", "-pk")[:LOGS_SHOWN])
