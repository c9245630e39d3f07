"""Accounts: created, disabled, unlocked; passwords set and reset."""

from __future__ import annotations

from axes.utils import reset as axes_reset
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import Posting, SecondFactor, User
from accounts.passwords import initial_password
from accounts.roles import ADMINISTRATORS
from accounts.services.sessions import sessions_void
from accounts.tokens import reset_tokens
from core import audit


@transaction.atomic
def account_create(*, by: User | None, username: str, name: str, email: str = "") -> tuple[User, str]:
    """A new account without any role, and its initial password, which nobody can read again.

    Raises ValidationError: the username is taken or malformed.
    """
    password = initial_password()
    user = User(username=username.strip().lower(), name=name.strip(), email=email.strip(), must_change_password=True)
    user.set_password(password)
    user.full_clean()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise ValidationError({"username": "这个用户名已有人使用。"}) from error
    audit.record(by=by, action="account.create", target=user, after={"username": user.username, "name": user.name})
    return user, password


@transaction.atomic
def account_update_own(*, by: User, email: str, reminders_muted: bool, email_muted: bool) -> User:
    """One's own contact and mutes. Name and username are not one's own to change."""
    before = {"reminders_muted": by.reminders_muted, "email_muted": by.email_muted}
    changed_email = by.email != email
    by.email, by.reminders_muted, by.email_muted = email, reminders_muted, email_muted
    by.full_clean(exclude=["password"])
    by.save(update_fields=["email", "reminders_muted", "email_muted"])
    after = {"reminders_muted": reminders_muted, "email_muted": email_muted, "email_changed": changed_email}
    audit.record(by=by, action="account.update_own", target=by, before=before, after=after)
    return by


@transaction.atomic
def account_disable(*, by: User, user: User, reason: str) -> None:
    """Nobody can log in with it any more; live sessions die at once. Postings stay as they were.

    Raises ValidationError: one's own account, or the last administrator of a kind.
    """
    if by.pk == user.pk:
        raise ValidationError("不能停用自己的账号。")
    keep_administrators(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions_void(user)
    audit.record(by=by, action="account.disable", target=user, reason=reason)


@transaction.atomic
def account_enable(*, by: User, user: User, reason: str) -> None:
    """The account works again, with the postings that are still in force. Raises ValidationError: one's own account."""
    if by.pk == user.pk:
        raise ValidationError("不能启用自己的账号。")
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(by=by, action="account.enable", target=user, reason=reason)


@transaction.atomic
def account_unlock(*, by: User, user: User) -> None:
    """Forget failed logins and failed one-time codes."""
    axes_reset(username=user.username)
    SecondFactor.objects.filter(user=user).update(failures=0, locked_until=None)
    audit.record(by=by, action="account.unlock", target=user)


@transaction.atomic
def reset_link_issue(*, by: User, user: User) -> tuple[str, str]:
    """The two parts of a link by which the user sets a new password, once and within PASSWORD_RESET_TIMEOUT seconds.

    Raises ValidationError: a disabled account, one's own, or an administrator's (whoever resets an administrator's
    password could act as that administrator; that is done on the server, see ``manage.py account_admin``).
    """
    if not user.is_active:
        raise ValidationError("账号已停用，请先启用。")
    if by.pk == user.pk:
        raise ValidationError("请在“修改密码”中修改自己的密码。")
    if user.postings.standing().filter(role__in=ADMINISTRATORS).exists():
        raise ValidationError("管理员账号不能由他人重置密码，请由运维人员在服务器上办理。")
    audit.record(by=by, action="password.issue_reset_link", target=user)
    return urlsafe_base64_encode(force_bytes(user.pk)), reset_tokens.make_token(user)


@transaction.atomic
def password_set(*, by: User, password: str) -> None:
    """One's own new password; every session ends, and the caller renews its own.

    Raises ValidationError: it breaks the policy, or is the old one.
    """
    if by.check_password(password):
        raise ValidationError("新密码不能与原密码相同。")
    _store_password(by, password)
    audit.record(by=by, action="password.change", target=by)


@transaction.atomic
def password_reset(*, user: User, password: str) -> None:
    """The password set through a reset link; every session ends. Raises ValidationError: it breaks the policy."""
    _store_password(user, password)
    axes_reset(username=user.username)
    audit.record(by=user, action="password.reset", target=user)


@transaction.atomic
def password_reissue(*, user: User, reason: str, drop_factor: bool = False) -> str:
    """A new initial password from the server's command line; failed logins are forgotten and every session ends."""
    password = initial_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    axes_reset(username=user.username)
    if drop_factor:
        SecondFactor.objects.filter(user=user).delete()
    sessions_void(user)
    audit.record(by=None, action="password.reissue", target=user, after={"drop_factor": drop_factor}, reason=reason)
    return password


def _store_password(user: User, password: str) -> None:
    validate_password(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    sessions_void(user)


def keep_administrators(user: User) -> None:
    """
    ValidationError if a kind of administrator would have nobody left without this user. Two who leave at once are
    looked at one after the other.
    """
    list(
        Posting.objects.filter(role__in=ADMINISTRATORS).order_by("pk").select_for_update(no_key=True).values_list("pk")
    )
    for posting in user.postings.current().filter(role__in=ADMINISTRATORS):
        others = Posting.objects.current().filter(role=posting.role, user__is_active=True).exclude(user=user)
        if not others.exists():
            raise ValidationError(f"至少要保留一名可用的{posting.get_role_display()}。")
