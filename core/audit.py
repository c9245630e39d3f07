"""The audit trail: one row for every act, written in the act's own transaction.

Every app registers its actions with a Chinese label; what nobody registered counts as administrative, so that it is
shown to the fewest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from core.actors import Actor
from core.context import request_context

if TYPE_CHECKING:
    from core.models import AuditEvent

SYSTEM_NAME = "系统"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL refuses both


class Stream(StrEnum):
    """Who may read an action: business supervisors, the audit administrator, or those who watch the auditor."""

    BUSINESS = "business"
    ADMIN = "admin"
    AUDITOR = "auditor"


_labels: dict[str, str] = {}
_streams: dict[str, Stream] = {}


def register(labels: Mapping[str, str], *, stream: Stream = Stream.BUSINESS) -> None:
    """Add actions ("object.verb") with their Chinese labels to the catalogue; called from `AppConfig.ready`."""
    _labels.update(labels)
    _streams.update(dict.fromkeys(labels, stream))


def labels() -> dict[str, str]:
    """Every registered action with its label."""
    return dict(_labels)


def action_label(action: str) -> str:
    return _labels.get(action, action)


def actions_of(stream: Stream) -> list[str]:
    """The registered actions of one stream, sorted."""
    return sorted(action for action, found in _streams.items() if found == stream)


def record(
    *,
    by: Actor | None,
    action: str,
    target: Model | None = None,
    scope_path: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    result: str = "ok",
) -> AuditEvent:
    """Write one event: a single INSERT. ``by`` None is the system itself.

    ``before`` and ``after`` hold what changed, never personal data in clear. ``scope_path`` is the path of the
    organisation concerned, by which supervisors find the event.
    """
    from core.models import AuditEvent  # here, so that apps may import this module before models are ready

    context = request_context()
    event = AuditEvent(
        actor_id=by.pk if by else None,
        actor_name=_text(by.name if by else SYSTEM_NAME, 100),
        actor_role=by.audit_role[:200] if by else "",
        action=action,
        scope_path=scope_path,
        before=_storable(before),
        after=_storable(after),
        reason=_text(reason),
        result=result,
        address=context.address,
        request_id=context.request_id,
    )
    if target is not None:
        event.object_type = target._meta.label_lower
        event.object_id = str(target.pk)
        event.object_label = _text(str(target), 200)
    event.save(force_insert=True)
    return event


def _text(value: str, limit: int | None = None) -> str:
    return _UNSTORABLE.sub("", value)[:limit]


def _storable(value: Any) -> Any:
    """The same value without characters that a database refuses."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {_text(str(key)): _storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_storable(item) for item in value]
    return value
