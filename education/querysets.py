"""Chainable filters of the wing. Every row carries one declared path to its organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from accounts.querysets import ScopedQuerySet
from accounts.roles import Capability
from branches.querysets import AddressedRowQuerySet, OrganisationRowQuerySet
from education.choices import StudyPlanState

if TYPE_CHECKING:
    from accounts.models import User

_STUDY = frozenset({Capability.STUDY_VIEW, Capability.EXPORT_CREATE})


class TrainingClassQuerySet(AddressedRowQuerySet):
    """A class is told to everybody below its organiser; its roll is not."""

    addressed = frozenset({Capability.TRAINING_VIEW, Capability.CERTIFICATE_VIEW, Capability.EXPORT_CREATE})


class TrainingLineQuerySet(OrganisationRowQuerySet):
    """Lines of a roll belong to the branch in which the member then was."""

    self_field = "member__user"


class OfMemberQuerySet(ScopedQuerySet):
    """Rows about one member, seen where the member is now."""

    scope_field = "member__organisation__path"
    self_field = "member__user"


class MaterialQuerySet(AddressedRowQuerySet):
    """Materials are for everybody below their publisher."""

    addressed = _STUDY

    def current(self) -> Self:
        return self.filter(withdrawn_on=None)


class StudyPlanQuerySet(AddressedRowQuerySet):
    """Published plans are for everybody below their issuer; drafts are seen by those alone who write them."""

    addressed = _STUDY

    def visible_to(self, user: User, capability: Capability) -> Self:
        rows = super().visible_to(user, capability)
        if capability not in self.addressed:
            return rows
        return rows.filter(~Q(state=StudyPlanState.DRAFT) | self._writable(user))

    def _writable(self, user: User) -> Q:
        """What lies in the reader's own scope of writing; a condition that nothing meets where there is none."""
        scope = user.scope(Capability.STUDY_RECORD)
        if scope.everything:
            return Q(pk__isnull=False)
        return self._inside(user, scope) or Q(pk__in=())


class StudyTopicQuerySet(ScopedQuerySet):
    """Topics are seen by whoever sees their plan."""

    scope_field = "plan__organisation__path"

    def visible_to(self, user: User, capability: Capability) -> Self:
        plans = self.model._meta.get_field("plan").related_model._default_manager.using(self.db)
        return self.filter(plan__in=plans.visible_to(user, capability).order_by().values("pk"))


class CommitmentQuerySet(ScopedQuerySet):
    """A commitment is its own member's alone: no right over an organisation reaches it, not even the city's."""

    scope_field = "member__organisation__path"
    self_field = "member__user"

    def visible_to(self, user: User, capability: Capability) -> Self:
        return self.filter(member__user=user.pk) if user.can(capability) else self.none()
