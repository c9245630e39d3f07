"""Chainable filters of the outreach wing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from accounts.querysets import ScopedQuerySet
from accounts.roles import Capability
from branches.querysets import MemberRowQuerySet
from outreach.choices import PledgeState

if TYPE_CHECKING:
    from accounts.models import User


class BrandPartQuerySet(ScopedQuerySet):
    """Steps and yearly re-checks of a brand: added, never changed."""

    scope_field = "brand__organisation__path"


class VanguardPartQuerySet(ScopedQuerySet):
    scope_field = "post__organisation__path"


class PledgeQuerySet(MemberRowQuerySet):
    """
    Pledges. What was published stands open to readers of the branch (公诺); before that only the member and who
    reviews for the branch read it.
    """

    def open_to(self, user: User) -> Self:
        published = Q(state__in=(PledgeState.PUBLISHED, PledgeState.JUDGED)) & self._of(user, Capability.VANGUARD_VIEW)
        reviewed = self._of(user, Capability.PLEDGE_REVIEW)
        return self.filter(published | reviewed | Q(member__user=user.pk))

    def _of(self, user: User, capability: Capability) -> Q:
        scope = user.scope(capability)
        if scope.everything:
            return Q()
        return self._inside(user, scope) or Q(pk=None)


class PledgePartQuerySet(ScopedQuerySet):
    scope_field = "pledge__organisation__path"
    self_field = "pledge__member__user"


class PairingPartQuerySet(ScopedQuerySet):
    scope_field = "pairing__organisation__path"


class VillagePostingPartQuerySet(ScopedQuerySet):
    scope_field = "posting__organisation__path"


class FusionPartQuerySet(ScopedQuerySet):
    scope_field = "project__organisation__path"
