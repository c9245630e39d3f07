"""Doors: which right opens a view, and how an object and the right to it arrive together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.roles import Capability
from core.doors import Door, door

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.querysets import ScopedQuerySet

__all__ = ["Door", "door", "get_visible"]


def get_visible(
    queryset: ScopedQuerySet, user: User, capability: Capability, *, seen_by: Capability, **lookup: Any
) -> Any:
    """The object that the user reaches with the capability.

    Raises PermissionDenied where the user sees it by ``seen_by`` but lacks the right, Http404 where it is out of sight.
    """
    found = queryset.visible_to(user, capability).filter(**lookup).first()
    if found is not None:
        return found
    if seen_by != capability and queryset.visible_to(user, seen_by).filter(**lookup).exists():
        raise PermissionDenied("您没有办理此事项的权限。")
    raise Http404("没有找到，或不在您的范围内。")
