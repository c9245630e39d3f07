"""Every read that the account pages need."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode

from accounts.models import Posting, PostingProposal, ProposalState, SecondFactor, SignIn, User
from accounts.querysets import ScopedQuerySet
from accounts.roles import Capability
from accounts.tokens import reset_tokens


def user_by_login(username: str) -> User | None:
    """The active user of that name."""
    return User.objects.active().filter(username=username.strip().lower()).first()


def user_by_pk(pk: Any) -> User | None:
    """The active user with that key; None also for a key that is none."""
    try:
        return User.objects.active().filter(pk=int(pk)).first()
    except (TypeError, ValueError, OverflowError):
        return None


def user_by_reset_link(uid: str, token: str) -> User | None:
    """The active user whose reset link this is, while it is good."""
    try:
        user = user_by_pk(urlsafe_base64_decode(uid).decode())
    except ValueError:
        return None
    return user if user and reset_tokens.check_token(user, token) else None


def users_all() -> ScopedQuerySet:
    return User.objects.all()


def postings_all() -> ScopedQuerySet:
    return Posting.objects.select_related("user", "organisation")


def proposals_all() -> ScopedQuerySet:
    return PostingProposal.objects.select_related("user", "organisation", "proposed_by", "decided_by")


def postings_of(user: User) -> QuerySet[Posting]:
    """All postings of a user, ended ones included, newest first."""
    return user.postings.select_related("organisation").order_by("-starts_on", "-pk")


def sign_ins_of(user: User) -> QuerySet[SignIn]:
    """The user's live sessions, the most recently used first."""
    limit = timezone.now() - timedelta(hours=settings.PORTAL["SESSION_HOURS"])
    return user.sign_ins.filter(started_at__gte=limit)


def factor_of(user: User) -> SecondFactor | None:
    """The user's second factor."""
    return SecondFactor.objects.filter(user=user).first()


def is_locked(user: User) -> bool:
    """Whether failed logins or failed one-time codes lock the user out, from some address at least."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    attempts = AccessAttempt.objects.filter(username=user.username, attempt_time__gte=since)
    worst = attempts.values("ip_address").annotate(failures=Sum("failures_since_start")).order_by("-failures").first()
    if worst and worst["failures"] >= settings.AXES_FAILURE_LIMIT:
        return True
    return SecondFactor.objects.filter(user=user, locked_until__gt=timezone.now()).exists()


def organisations() -> Any:
    """The rows that postings point to; the tree itself belongs to a floor above."""
    return Posting._meta.get_field("organisation").related_model._default_manager


def root_organisation() -> Any:
    """The organisation at the top of the tree, where administrators are appointed; None while there is none."""
    return organisations().filter(depth=1).order_by("path").first()


def organisations_for_grants(user: User) -> QuerySet[Any]:
    """Where the user may propose a role, as the tree is ordered."""
    return organisations().visible_to(user, Capability.ROLE_GRANT_PROPOSE).order_by("path")


def grant_places(user: User, words: str) -> list[dict[str, str]]:
    """Suggestions for the place of a role: value, text, hint. At most 20."""
    rows = organisations_for_grants(user)
    for word in words.split()[:5]:
        rows = rows.filter(Q(name__icontains=word) | Q(short_name__icontains=word) | Q(code__startswith=word))
    return [{"value": str(pk), "text": short, "hint": name} for pk, short, name in _labels(rows[:20])]


def _labels(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.values_list("pk", "short_name", "name")


def open_proposals_count(user: User) -> int:
    """Proposals that wait for this user's decision."""
    waiting = PostingProposal.objects.visible_to(user, Capability.ROLE_GRANT_APPROVE)
    return waiting.filter(state=ProposalState.OPEN).exclude(proposed_by=user).exclude(user=user).count()
