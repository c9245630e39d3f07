"""Doors: which right opens a view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Door:
    """``capabilities``: any of them opens; none listed means every logged-in user."""

    capabilities: tuple[str, ...]
    methods: tuple[str, ...]

    def opens_to(self, user: Any) -> bool:
        return not self.capabilities or any(user.scope(capability).can for capability in self.capabilities)


def door(*capabilities: str, methods: Sequence[str] = ("GET", "POST")) -> Callable[[View], View]:
    """Answer 405 to other methods and 403 to a user who holds none of the capabilities anywhere.

    ``@door()`` opens to every logged-in user. The mark ``view.door`` is read by the permission sweep.
    """
    allowed = tuple(dict.fromkeys([*methods, "HEAD"] if "GET" in methods else methods))
    entry = Door(capabilities, tuple(methods))

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            if not entry.opens_to(request.user):
                raise PermissionDenied("您没有使用此功能的权限。")
            return view(request, *args, **kwargs)

        guarded.door = entry  # type: ignore[attr-defined]
        return guarded

    return decorate
