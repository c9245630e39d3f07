"""Reads around 典型案例通报."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import Capability
from discipline.models import Circular, WarningConference
from discipline.querysets import CircularQuerySet


def circulars_in_full() -> CircularQuerySet:
    return Circular.objects.select_related("organisation", "by")


def circulars_to_tell(user: User) -> CircularQuerySet:
    """Circulars that may serve as the material of a conference, latest first."""
    return Circular.objects.visible_to(user, Capability.CIRCULAR_VIEW).published().order_by("-issued_on", "-pk")


def circulars_told(user: User, conference: WarningConference) -> CircularQuerySet:
    """The materials of a conference that the reader may open."""
    return (
        Circular.objects.visible_to(user, Capability.CIRCULAR_VIEW)
        .filter(conferences=conference)
        .order_by("-issued_on")
    )
