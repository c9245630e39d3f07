"""What core expects of a user; the accounts app provides it."""

from __future__ import annotations

from typing import Any, Protocol

from django.http import HttpRequest


class Reached(Protocol):
    """How far somebody reaches with one capability."""

    @property
    def can(self) -> bool: ...

    @property
    def everything(self) -> bool: ...

    def covers(self, path: str) -> bool: ...


class Actor(Protocol):
    """Somebody who acts."""

    pk: Any
    name: Any

    @property
    def audit_role(self) -> str: ...

    def scope(self, capability: Any) -> Any: ...


class UserRequest(HttpRequest):
    """A request behind a door: somebody is logged in."""

    user: Any
