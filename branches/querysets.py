"""Chainable filters of the ground floor. Every row carries one declared path to its organisation."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db.models import Q
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from accounts.querysets import ScopedQuerySet
from branches.choices import COMMITTEE_POSTS, MemberCategory, OrganisationKind, OrganisationStatus


class OrganisationQuerySet(ScopedQuerySet, MP_NodeQuerySet):
    scope_field = "path"

    def active(self) -> Self:
        return self.filter(status=OrganisationStatus.ACTIVE)

    def of_kind(self, *kinds: str) -> Self:
        return self.filter(kind__in=kinds)

    def branches(self) -> Self:
        return self.of_kind(OrganisationKind.BRANCH)

    def standing_on(self, day: date) -> Self:
        """Organisations that existed on ``day``: founded on or before it and not yet ended."""
        return self.filter(founded_on__lte=day).filter(Q(ended_on=None) | Q(ended_on__gt=day))

    def under(self, path: str) -> Self:
        """
        The organisation at ``path`` and everything below it; steps are of fixed width, so a prefix never crosses
        nodes.
        """
        return self.filter(path__startswith=path)


class OrganisationManager(MP_NodeManager.from_queryset(OrganisationQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> OrganisationQuerySet:
        return OrganisationQuerySet(self.model, using=self._db).order_by("path")


class OrganisationRowQuerySet(ScopedQuerySet):
    """Rows that hold ``organisation`` themselves."""

    scope_field = "organisation__path"


class MemberQuerySet(OrganisationRowQuerySet):
    self_field = "user"

    def current(self) -> Self:
        return self.filter(left_on=None)

    def full(self) -> Self:
        return self.filter(category=MemberCategory.FULL)


class MembershipQuerySet(OrganisationRowQuerySet):
    self_field = "member__user"

    def on(self, day: date) -> Self:
        """Memberships that held on ``day``; the last day itself no longer counts."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


class PostQuerySet(OrganisationRowQuerySet):
    def on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))

    def committee(self) -> Self:
        return self.filter(kind__in=COMMITTEE_POSTS)


class AttendanceQuerySet(ScopedQuerySet):
    scope_field = "meeting__organisation__path"
    self_field = "member__user"


class MeetingPartQuerySet(ScopedQuerySet):
    """Rows that belong to a meeting: votes, decisions, versions."""

    scope_field = "meeting__organisation__path"


class ObligationPartQuerySet(ScopedQuerySet):
    scope_field = "obligation__organisation__path"
