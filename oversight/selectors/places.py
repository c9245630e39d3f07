"""Where a reader runs work of the wing, and the logs that may be linked to it."""

from __future__ import annotations

from datetime import date

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MeetingStatus, OrganisationKind, OrganisationStatus
from branches.models import Meeting, Organisation
from branches.querysets import OrganisationQuerySet

#: So many logs are offered to be linked, the latest first.
LOGS_OFFERED = 60


def running_places(user: User, capability: Capability) -> OrganisationQuerySet:
    """Organisations in whose name the reader runs work: the work committee and units within reach."""
    places: OrganisationQuerySet = Organisation.objects.visible_to(user, capability)
    kinds = (OrganisationKind.WORK_COMMITTEE, OrganisationKind.UNIT)
    return places.of_kind(*kinds).filter(status=OrganisationStatus.ACTIVE)


def answering_places(user: User, capability: Capability) -> OrganisationQuerySet:
    """Organisations that work may be given to: everything standing within reach except groups."""
    places: OrganisationQuerySet = Organisation.objects.visible_to(user, capability)
    return places.filter(status=OrganisationStatus.ACTIVE).exclude(kind=OrganisationKind.GROUP)


def logs_offered(user: User, path: str, since: date) -> list[tuple[int, str]]:
    """(id, words) of submitted logs at or below ``path`` since ``since`` that the reader may see, the latest first."""
    rows = Meeting.objects.visible_to(user, Capability.MEETING_VIEW)
    rows = rows.filter(status=MeetingStatus.SUBMITTED, held_on__gte=since)
    rows = rows.filter(organisation__path__startswith=path).order_by("-held_on", "-pk")
    found = rows.values_list("pk", "held_on", "title", "organisation__short_name")[:LOGS_OFFERED]
    return [(pk, f"{held_on:%Y-%m-%d} {title}（{place}）") for pk, held_on, title, place in found]
