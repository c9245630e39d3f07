"""Notices to users: in the portal at once and exactly once, by e-mail at most once.

A delivery is claimed in a batch, marked SENDING just before it leaves and SENT after. A worker that dies before SENDING
gives its claim back; between SENDING and SENT nobody knows what the mail server got, so the delivery becomes UNKNOWN
and is not repeated: the notice itself waits in the inbox anyway.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.bulk import insert_new, insert_select
from core.models import Channel, DeliveryState, Notice, NoticeDelivery
from core.selectors import unread_notices_of

CLAIM_SIZE = 50
CLAIM_LOST_AFTER = timedelta(minutes=10)
MAX_ATTEMPTS = 5
BACKOFF_MINUTES = (1, 5, 30, 120)
REFUSALS = (SMTPResponseException, SMTPRecipientsRefused)  # the server answered: certainly not delivered

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One message. ``key`` names what is said, e.g. "reminder:2026Q3:0001:first"; ``url`` is a path of this portal."""

    user_id: int
    key: str
    subject: str
    body: str = ""
    url: str = ""
    email: bool = True


@transaction.atomic
def notices_send(*, rows: Iterable[NoticeRow], due_at: datetime | None = None) -> int:
    """Put messages into inboxes and queue their e-mails; a (user, key) already known is left alone. How many were new.

    E-mails leave from ``due_at`` on (now, if not given; see `core.calendar.office_moment`), and only to active users
    with an address who have not muted them.
    """
    known = list(rows)
    mailed = _insert([row for row in known if row.email])
    silent = _insert([row for row in known if not row.email])
    _queue_mails(mailed, due_at or timezone.now())
    return mailed.count() + silent.count()


def _insert(rows: list[NoticeRow]) -> QuerySet[Notice]:
    """Store the rows that are not known yet; those."""
    batch, now = uuid.uuid4(), timezone.now()
    notices = [
        (row.user_id, row.key, " ".join(row.subject.split())[:200], row.body, row.url, batch, now) for row in rows
    ]
    insert_new(Notice, ("user_id", "key", "subject", "body", "url", "batch", "created_at"), notices)
    return Notice.objects.filter(batch=batch)


def _queue_mails(notices: QuerySet[Notice], due_at: datetime) -> None:
    reachable = notices.filter(user__is_active=True, user__email_muted=False).exclude(user__email="")
    constants = {"channel": Channel.EMAIL, "state": DeliveryState.PENDING, "attempts": 0, "due_at": due_at, "error": ""}
    insert_select(NoticeDelivery, "notice_id", reachable, constants)


def notice_read(*, by: Any, notice: Notice) -> None:
    """Mark one of the user's own notices as read."""
    unread_notices_of(by).filter(pk=notice.pk).update(read_at=timezone.now())


def notices_read_all(*, by: Any) -> int:
    """Mark the user's whole inbox as read; how many were unread."""
    return unread_notices_of(by).update(read_at=timezone.now())


def notices_settle(*, users: Iterable[int], key: str) -> int:
    """Mark one message as read in these inboxes, since what it asked for is done; how many were unread."""
    unread = Notice.objects.filter(user__in=list(users), key=key, read_at=None)
    return unread.update(read_at=timezone.now())


def notices_deliver() -> int:
    """Send the e-mails that are due; how many were sent. Safe to run several times at once."""
    _recover(timezone.now())
    sent = 0
    while claim := _claim(timezone.now()):
        sent += _send_claimed(claim)
    return sent


def _recover(now: datetime) -> None:
    """Give back what a dead worker held, and close what it may have sent."""
    lost = NoticeDelivery.objects.filter(claimed_at__lt=now - CLAIM_LOST_AFTER)
    lost.filter(state=DeliveryState.CLAIMED).update(state=DeliveryState.PENDING, claim=None)
    lost.filter(state=DeliveryState.SENDING).update(state=DeliveryState.UNKNOWN, error="发送时中断，未再重发")


def _claim(now: datetime) -> uuid.UUID | None:
    """Take up to CLAIM_SIZE due deliveries for this worker alone."""
    due = NoticeDelivery.objects.filter(state=DeliveryState.PENDING, due_at__lte=now, channel=Channel.EMAIL)
    chosen = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:CLAIM_SIZE])
    if not chosen:
        return None
    claim = uuid.uuid4()
    due.filter(pk__in=chosen).update(state=DeliveryState.CLAIMED, claim=claim, claimed_at=now)
    return claim


def _send_claimed(claim: uuid.UUID) -> int:
    held = NoticeDelivery.objects.filter(claim=claim, state=DeliveryState.CLAIMED)
    deliveries = list(held.select_related("notice__user"))
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # smtplib's errors are OSErrors
        for delivery in deliveries:
            _put_off(delivery, error)
        return 0
    try:
        return sum(_deliver(delivery, connection) for delivery in deliveries)
    finally:
        connection.close()


def _deliver(delivery: NoticeDelivery, connection: Any) -> bool:
    user = delivery.notice.user
    if not user.is_active or user.email_muted or not user.email:
        _move(delivery, DeliveryState.CLAIMED, state=DeliveryState.SKIPPED)
        return False
    if not _move(delivery, DeliveryState.CLAIMED, state=DeliveryState.SENDING, attempts=delivery.attempts + 1):
        return False  # we were away too long and somebody else has it
    delivery.attempts += 1
    try:
        connection.send_messages([_email(delivery.notice)])
    except REFUSALS as error:
        _put_off(delivery, error)
        return False
    except Exception as error:
        logger.exception("delivery %s: outcome unknown", delivery.pk)
        _move(delivery, DeliveryState.SENDING, state=DeliveryState.UNKNOWN, error=_brief(error))
        return False
    return _move(delivery, DeliveryState.SENDING, state=DeliveryState.SENT, sent_at=timezone.now(), error="")


def _put_off(delivery: NoticeDelivery, error: Exception) -> None:
    """Try again later: after 1, 5, 30 and 120 minutes; the fifth failure is the last."""
    attempts = delivery.attempts + (delivery.state == DeliveryState.CLAIMED)
    again = attempts < MAX_ATTEMPTS
    _move(
        delivery,
        delivery.state,
        state=DeliveryState.PENDING if again else DeliveryState.FAILED,
        attempts=attempts,
        due_at=timezone.now() + timedelta(minutes=BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES)) - 1]),
        claim=None,
        error=_brief(error),
    )


def _move(delivery: NoticeDelivery, before: str, **changes: Any) -> bool:
    """Change the row only if this worker still holds it in the state expected."""
    held = NoticeDelivery.objects.filter(pk=delivery.pk, claim=delivery.claim, state=before)
    moved = bool(held.update(**changes))
    if moved:
        delivery.state = changes["state"]
    return moved


def _email(notice: Notice) -> EmailMessage:
    link = f"{settings.PORTAL['BASE_URL'].rstrip('/')}{notice.url}" if notice.url else ""
    text = "\n\n".join(part for part in (notice.body, link) if part)
    subject = f"【{settings.PORTAL['NAME']}】{notice.subject}"
    return EmailMessage(subject, text or notice.subject, to=[notice.user.email])


def _brief(error: Exception) -> str:
    return f"{error.__class__.__name__}: {error}"[:500]
