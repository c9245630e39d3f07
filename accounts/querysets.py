"""Rows narrowed to what a user may reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.roles import Capability
    from accounts.scopes import Scope


class ScopedQuerySet(QuerySet[Any]):
    """Every row carries one declared way to its organisation's path, and perhaps one to the user it is about."""

    scope_field: ClassVar[str] = "organisation__path"
    self_field: ClassVar[str | None] = None

    def visible_to(self, user: User, capability: Capability) -> Self:
        """Rows that the user reaches with the capability; none where the user does not hold it."""
        scope = user.scope(capability)
        if scope.everything:
            return self.all()
        condition = self._inside(user, scope)
        return self.filter(condition) if condition else self.none()

    def _inside(self, user: User, scope: Scope) -> Q:
        condition = Q()
        for path in scope.paths:
            condition |= Q(**{f"{self.scope_field}__startswith": path})
        if scope.own and self.self_field:
            condition |= Q(**{self.self_field: user.pk})
        return condition
