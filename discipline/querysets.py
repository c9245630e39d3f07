"""Chainable filters of the wing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import Q

from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.querysets import OrganisationRowQuerySet
from discipline.choices import Audience, CircularState

if TYPE_CHECKING:
    from accounts.models import User


class SharedRowQuerySet(OrganisationRowQuerySet):
    """
    Rows told to everybody below their organisation, or only to the units chosen (公开范围). Telling goes down with the
    reading capabilities in ``addressed`` alone; every other one reaches what lies in the scope.
    """

    addressed: ClassVar[frozenset[Capability]] = frozenset()

    def visible_to(self, user: User, capability: Capability) -> Self:
        scope = user.scope(capability)
        if scope.everything or capability not in self.addressed:
            return super().visible_to(user, capability)
        inside = self._inside(user, scope)
        return self.filter(inside | self._told(scope.paths)) if inside else self.none()

    def _told(self, paths: tuple[str, ...]) -> Q:
        above = {path[:end] for path in paths for end in range(STEP, len(path), STEP)}
        return Q(organisation__path__in=above, audience=Audience.ALL)


class ChosenRowQuerySet(SharedRowQuerySet):
    """Beside what is told to all: what is told to chosen units."""

    def _told(self, paths: tuple[str, ...]) -> Q:
        units = {path[: STEP * UNIT_DEPTH] for path in paths}
        chosen = self.model._default_manager.using(self.db).filter(audience=Audience.CHOSEN, units__path__in=units)
        return super()._told(paths) | Q(pk__in=chosen.values("pk"))


class ConferenceQuerySet(ChosenRowQuerySet):
    addressed = frozenset({Capability.WARNING_VIEW, Capability.EXPORT_CREATE})


class CircularQuerySet(ChosenRowQuerySet):
    addressed = frozenset({Capability.CIRCULAR_VIEW, Capability.EXPORT_CREATE})

    def _told(self, paths: tuple[str, ...]) -> Q:
        """What was withdrawn is read by its publisher alone."""
        return super()._told(paths) & Q(state=CircularState.PUBLISHED)

    def published(self) -> Self:
        return self.filter(state=CircularState.PUBLISHED)


class ProjectQuerySet(SharedRowQuerySet):
    addressed = frozenset({Capability.INTEGRITY_VIEW, Capability.DISCIPLINE_COMMITTEE_VIEW, Capability.EXPORT_CREATE})


class RiskReviewQuerySet(OrganisationRowQuerySet):
    scope_field = "risk__organisation__path"


class VersionQuerySet(OrganisationRowQuerySet):
    """Versions are added, never changed or deleted."""

    scope_field = "quarter__organisation__path"
