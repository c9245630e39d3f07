"""Every read that a page of core needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core.audit import Stream, actions_of
from core.models import AuditEvent, ImportBatch, Job, Notice, Workday
from core.prepared import Prepared

INBOX_PAGE = 50
LARGEST_ID = 2**63 - 1
UNREAD_LIMIT = 100


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Some notices, and where the next older ones begin (0: there are none)."""

    notices: list[Notice]
    before: int


def jobs_of(user: Any) -> QuerySet[Job]:
    """The user's own jobs, newest first."""
    return Job.objects.filter(owner_id=user.pk).order_by("-created_at")


def job_of(user: Any, job_id: UUID) -> Job | None:
    """One of the user's own jobs; None if it is somebody else's or does not exist."""
    return jobs_of(user).filter(pk=job_id).first()


def import_batches_of(user: Any, slug: str, place_key: str) -> QuerySet[ImportBatch]:
    """The user's own uploads of one kind of sheet for one place, newest first; without what they say."""
    mine = ImportBatch.objects.filter(by_id=user.pk, slug=slug, place_key=place_key)
    return mine.order_by("-pk").defer("payload", "errors", "unknown")


def import_batch_of(user: Any, slug: str, place_key: str, pk: int) -> ImportBatch | None:
    """One of the user's own uploads in full; None if it is somebody else's or belongs elsewhere."""
    mine = ImportBatch.objects.filter(by_id=user.pk, slug=slug, place_key=place_key)
    return mine.filter(pk=pk).first() if pk <= LARGEST_ID else None


def notices_of(user: Any) -> QuerySet[Notice]:
    """The user's notices, newest first."""
    return Notice.objects.filter(user_id=user.pk).order_by("-pk")


def unread_notices_of(user: Any) -> QuerySet[Notice]:
    return notices_of(user).filter(read_at__isnull=True)


def _unread(user: int) -> QuerySet[Notice, Any]:
    return Notice.objects.filter(user_id=user, read_at__isnull=True).order_by().values_list("pk")[:UNREAD_LIMIT]


_UNREAD = Prepared(_unread, user=7_061_502_893)


def unread_notice_count(user: Any) -> int:
    """How many unread notices the user has, counted no further than UNREAD_LIMIT. One query, asked for every page."""
    return len(_UNREAD.rows(user=user.pk))


def notice_of(user: Any, pk: int) -> Notice | None:
    """One of the user's own notices; None if it is somebody else's or does not exist."""
    return notices_of(user).filter(pk=pk).first() if pk <= LARGEST_ID else None


def inbox_page(user: Any, *, unread: bool = False, before: str = "") -> InboxPage:
    """A page of the inbox below the notice ``before``; anything that is no number starts at the top."""
    notices = unread_notices_of(user) if unread else notices_of(user)
    if before.isascii() and before.isdecimal() and len(before) < 19:
        notices = notices.filter(pk__lt=int(before))
    rows = list(notices[: INBOX_PAGE + 1])
    return InboxPage(rows[:INBOX_PAGE], rows[INBOX_PAGE - 1].pk if len(rows) > INBOX_PAGE else 0)


def audit_events_of(user: Any, stream: Stream, capability: str) -> QuerySet[AuditEvent]:
    """The events of one stream that the user reaches: all of them, or those of the organisations in scope."""
    scope = user.scope(capability)
    events = _in_stream(stream)
    if scope.everything:
        return events
    inside = Q(pk__in=())
    for path in scope.paths:
        inside |= Q(scope_path__startswith=path)
    return events.filter(inside)


def audit_event_of(user: Any, stream: Stream, capability: str, pk: int) -> AuditEvent | None:
    """One event, if it is of this stream and the user reaches it."""
    return audit_events_of(user, stream, capability).filter(pk=pk).first() if pk <= LARGEST_ID else None


def changes_of(event: AuditEvent) -> list[tuple[str, Any, Any]]:
    """(field, before, after) of everything the event recorded."""
    before, after = event.before or {}, event.after or {}
    return [(name, before.get(name, ""), after.get(name, "")) for name in dict.fromkeys([*before, *after])]


def workdays_from(year: int) -> QuerySet[Workday]:
    """The exceptions to the calendar from a year on, latest first."""
    return Workday.objects.filter(day__year__gte=year)


def _in_stream(stream: Stream) -> QuerySet[AuditEvent]:
    """An action that nobody registered counts as administrative: it is shown to the fewest."""
    if stream is Stream.ADMIN:
        return AuditEvent.objects.exclude(action__in=actions_of(Stream.BUSINESS) + actions_of(Stream.AUDITOR))
    return AuditEvent.objects.filter(action__in=actions_of(stream))
