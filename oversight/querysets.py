"""Chainable filters of the wing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from accounts.querysets import ScopedQuerySet
from accounts.roles import Capability
from branches.querysets import AddressedRowQuerySet, OrganisationRowQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.scopes import Scope


class DirectiveQuerySet(OrganisationRowQuerySet):
    """Items are seen from both ends: by whoever runs them and by whoever answers for them, and by nobody else (N12)."""

    def _inside(self, user: User, scope: Scope) -> Q:
        condition = super()._inside(user, scope)
        for path in scope.paths:
            condition |= Q(owner__path__startswith=path)
        return condition

    def run_within(self, scope: Scope) -> Self:
        """Items whose running organisation lies in the scope: the supervisor's side."""
        if scope.everything:
            return self.all()
        condition = Q()
        for path in scope.paths:
            condition |= Q(organisation__path__startswith=path)
        return self.filter(condition) if condition else self.none()


class DirectivePartQuerySet(ScopedQuerySet):
    scope_field = "directive__organisation__path"

    def _inside(self, user: User, scope: Scope) -> Q:
        condition = super()._inside(user, scope)
        for path in scope.paths:
            condition |= Q(directive__owner__path__startswith=path)
        return condition


class DirectiveTraceQuerySet(DirectivePartQuerySet):
    """Steps are added, never changed or deleted."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("the trace of an item is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the trace of an item is never deleted")


class CampaignQuerySet(AddressedRowQuerySet):
    """A campaign in preparation is seen by those who prepare it."""

    addressed = frozenset({Capability.CAMPAIGN_VIEW, Capability.EXPORT_CREATE})

    def visible_to(self, user: User, capability: Capability) -> Self:
        rows = super().visible_to(user, capability)
        preparing = user.scope(Capability.CAMPAIGN_WRITE)
        if preparing.everything:
            return rows
        own = self._inside(user, preparing)
        return rows.filter(~Q(state="draft") | own) if own else rows.exclude(state="draft")


class LiaisonAreaQuerySet(OrganisationRowQuerySet):
    """A unit sees the area that it is or was in."""

    def _inside(self, user: User, scope: Scope) -> Q:
        condition = super()._inside(user, scope)
        units = Q()
        for path in scope.paths:
            units |= Q(units__unit__path__startswith=path)
        if units:
            condition |= Q(pk__in=self.model._default_manager.filter(units).values("pk"))
        return condition


class LiaisonUnitQuerySet(ScopedQuerySet):
    scope_field = "unit__path"

    def on(self, day: date) -> Self:
        """Who belonged to an area on ``day``; the last day itself no longer counts."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


class ResearchPartQuerySet(ScopedQuerySet):
    scope_field = "topic__organisation__path"


class FilingReviewQuerySet(ScopedQuerySet):
    scope_field = "filing__organisation__path"


class OfficialRequestQuerySet(ScopedQuerySet):
    """
    Requests and reports belong to two organisations: the one that sent them and the one above that it was sent to.
    Nobody else reads them, the committee nothing between a branch and its unit. The right to reply is the addressee's.
    """

    def visible_to(self, user: User, capability: Capability) -> Self:
        scope = user.scope(capability)
        if scope.everything:
            return self.filter(target__depth=1)
        condition = self._inside(user, scope)
        return self.filter(condition) if condition else self.none()

    def _inside(self, user: User, scope: Scope) -> Q:
        condition = Q()
        for path in scope.paths:
            condition |= Q(target__path__startswith=path) | Q(organisation__path__startswith=path)
        return condition

    def to_answer(self, user: User, capability: Capability) -> Self:
        """What was sent to the reader's own organisation."""
        scope = user.scope(capability)
        if scope.everything:
            return self.filter(target__depth=1)
        condition = Q()
        for path in scope.paths:
            condition |= Q(target__path__startswith=path)
        return self.filter(condition) if condition else self.none()


class InspectionPlanQuerySet(AddressedRowQuerySet):
    """An approved plan is read by everybody below; one in preparation by those who prepare or approve it."""

    addressed = frozenset({Capability.INSPECTION_VIEW, Capability.EXPORT_CREATE})

    def visible_to(self, user: User, capability: Capability) -> Self:
        rows = super().visible_to(user, capability)
        preparing = user.scope(Capability.INSPECTION_WRITE)
        if preparing.everything:
            return rows
        own = self._inside(user, preparing)
        return rows.filter(Q(state="approved") | own) if own else rows.filter(state="approved")


class InspectionPlanPartQuerySet(ScopedQuerySet):
    """Items of a plan: written within its reach, read by whoever reads the plan."""

    scope_field = "plan__organisation__path"

    def visible_to(self, user: User, capability: Capability) -> Self:
        if capability not in InspectionPlanQuerySet.addressed:
            return super().visible_to(user, capability)
        plans = self.model._meta.get_field("plan").related_model._default_manager
        return self.filter(plan__in=plans.visible_to(user, capability).order_by().values("pk"))


class InspectionSlotQuerySet(ScopedQuerySet):
    scope_field = "entry__plan__organisation__path"


class InspectionQuerySet(OrganisationRowQuerySet):
    """An inspection is read by whoever holds it and by those inspected, and by nobody else (N12)."""

    shared = frozenset({Capability.INSPECTION_VIEW, Capability.EXPORT_CREATE})

    def visible_to(self, user: User, capability: Capability) -> Self:
        scope = user.scope(capability)
        if scope.everything or capability not in self.shared or not scope.paths:
            return super().visible_to(user, capability)
        inspected = Q()
        for path in scope.paths:
            inspected |= Q(targets__organisation__path__startswith=path)
        shared = self.model._default_manager.filter(inspected)
        return self.filter(self._inside(user, scope) | Q(pk__in=shared.order_by().values("pk")))


class InspectionPartQuerySet(ScopedQuerySet):
    """Inspected organisations, each by its own path."""


class InspectionLimitQuerySet(AddressedRowQuerySet):
    addressed = frozenset({Capability.INSPECTION_VIEW})
