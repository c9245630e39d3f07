"""Reads of the code of conduct: a version for everybody, a commitment for the one who made it."""

from __future__ import annotations

from datetime import date

from accounts.models import User
from accounts.roles import Capability
from branches.models import Organisation
from education.models import ConductCommitment, ConductText
from education.querysets import CommitmentQuerySet


def conduct_in_force(day: date) -> ConductText | None:
    """The version that holds on ``day``: of those in force the last. One query."""
    rows = ConductText.objects.filter(valid_from__lte=day)
    return rows.order_by("-valid_from", "-number").first()


def own_commitments(user: User) -> CommitmentQuerySet:
    """The reader's own commitments, newest first: nobody else's can be asked for."""
    rows: CommitmentQuerySet = ConductCommitment.objects.visible_to(user, Capability.CONDUCT_COMMIT)
    return rows.select_related("text").order_by("-made_at")


def conduct_versions() -> list[ConductText]:
    """Every version, the newest first. One query."""
    return list(ConductText.objects.select_related("by").order_by("-number"))


def publishing_place(user: User) -> Organisation | None:
    """The organisation for which the reader publishes: the committee. One query."""
    return Organisation.objects.visible_to(user, Capability.CONDUCT_PUBLISH).filter(depth=1).first()
