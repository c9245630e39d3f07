"""Live sessions: when they begin, that they are used, how they end."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import SignIn, User
from core import audit


def session_stamp(session: SessionBase, *, user: User, address: str, agent: str) -> None:
    """Note when the session began, and list it among the user's own. Every way of logging in passes here."""
    now = int(timezone.now().timestamp())
    session.update({"began": now, "seen": now})
    SignIn.objects.update_or_create(
        session_key=session.session_key,
        defaults={"user": user, "address": address, "agent": agent.replace("\x00", "")[:200]},
    )


def session_touch(session: SessionBase) -> None:
    """Note that the session was used just now."""
    now = timezone.now()
    session["seen"] = int(now.timestamp())
    SignIn.objects.filter(session_key=session.session_key).update(seen_at=now)


@transaction.atomic
def sign_in_record(*, user: User | None, action: str, username: str = "", result: str = "ok", reason: str = "") -> None:
    """The security log's row about logging in or out; ``username`` is what a stranger typed."""
    typed = "".join(character for character in username if character.isprintable())[:64]
    after = {"username": typed} if typed else None
    audit.record(by=user, action=action, target=user, after=after, result=result, reason=reason)


@transaction.atomic
def session_close(*, user: User, session_key: str | None, action: str, reason: str = "") -> None:
    """Strike a session off its owner's list as it ends by logging out or by time."""
    SignIn.objects.filter(session_key=session_key).delete()
    audit.record(by=user, action=action, target=user, reason=reason)


@transaction.atomic
def session_end(*, by: User, sign_in: SignIn) -> None:
    """End one listed session; its next request is a stranger's."""
    _drop([sign_in.session_key])
    audit.record(by=by, action="session.end", target=sign_in.user, after={"address": sign_in.address})


@transaction.atomic
def sessions_end_all(*, by: User | None, user: User, reason: str = "") -> None:
    """End every session of a user, listed or not."""
    sessions_void(user)
    audit.record(by=by, action="session.end_all", target=user, reason=reason)


def sessions_void(user: User) -> None:
    """Make every session of the user worthless: a part of services that change what a session rests on."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.session_epoch = User.objects.values_list("session_epoch", flat=True).get(pk=user.pk)
    _drop(list(user.sign_ins.values_list("session_key", flat=True)))


def sessions_sweep() -> int:
    """Delete sessions past their absolute end; returns how many. Safe to run twice."""
    store = _session_store()
    store.clear_expired()
    limit = timezone.now() - timedelta(hours=settings.PORTAL["SESSION_HOURS"])
    stale = list(SignIn.objects.filter(started_at__lt=limit).values_list("session_key", flat=True))
    _drop(stale)
    return len(stale)


def _drop(keys: list[str]) -> None:
    store = _session_store()
    for key in keys:
        store(key).delete()
    SignIn.objects.filter(session_key__in=keys).delete()


def _session_store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore
