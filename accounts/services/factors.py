"""The second factor: one-time codes by RFC 6238. A code works once."""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_otp.oath import hotp

from accounts.models import SecondFactor, User
from accounts.services.sessions import sessions_void
from core import audit
from core.crypto import decrypt, encrypt, keyed_hash

STEP_SECONDS = 30
TOLERANCE = 1  # steps before and after, for clocks that differ
DIGITS = 6
SECRET_BYTES = 20


def factor_candidate(user: User) -> str:
    """The secret (base32) offered for a new factor. Nothing is stored: it stays the same until the user's password,
    sessions or factor change, and cannot be computed without FIELD_KEY."""
    seed = keyed_hash(f"second factor of {user.pk}, {user.password}, {user.session_epoch}")
    return b32encode(bytes.fromhex(seed)[:SECRET_BYTES]).decode()


@transaction.atomic
def factor_confirm(*, by: User, code: str) -> None:
    """Switch the factor on with a first code for the candidate; every session ends, and the caller renews its own.

    Raises ValidationError: wrong code, or there is a factor already.
    """
    secret = factor_candidate(by)
    step = _matching_step(secret, code)
    if step is None:
        raise ValidationError("动态码不正确，请核对手机时间后输入新的动态码。")
    _, created = SecondFactor.objects.get_or_create(user=by, defaults={"secret": encrypt(secret), "last_step": step})
    if not created:
        raise ValidationError("已启用第二重验证。")
    sessions_void(by)
    audit.record(by=by, action="factor.enable", target=by)


def factor_check(*, user: User, code: str) -> None:
    """Accept a code once. Raises ValidationError: wrong, used, or too many failures (then locked for LOCK_MINUTES)."""
    with transaction.atomic():
        problem = _try_code(user, code)
    if problem:  # raised outside the transaction, which counts the failure
        raise ValidationError(problem)


def _try_code(user: User, code: str) -> str:
    factor = SecondFactor.objects.select_for_update().filter(user=user).first()
    if factor is None:
        return "没有可用的第二重验证，请重新登录。"
    if factor.locked_until and factor.locked_until > timezone.now():
        return "动态码错误次数过多，请稍后再试，或请安全管理员解锁。"
    step = _matching_step(decrypt(factor.secret), code)
    if step is None or step <= factor.last_step:
        _count_failure(factor, user)
        return "动态码不正确或已用过，请等待下一个动态码。"
    SecondFactor.objects.filter(pk=factor.pk).update(last_step=step, failures=0, locked_until=None)
    return ""


def _matching_step(secret: str, code: str) -> int | None:
    """The time step that the code belongs to, around now."""
    code = code.strip()
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    key, now_step = b32decode(secret), int(timezone.now().timestamp()) // STEP_SECONDS
    steps = range(now_step - TOLERANCE, now_step + TOLERANCE + 1)
    return next((step for step in steps if hmac.compare_digest(f"{hotp(key, step, DIGITS):0{DIGITS}d}", code)), None)


def _count_failure(factor: SecondFactor, user: User) -> None:
    failures = factor.failures + 1
    locks = failures >= settings.PORTAL["LOCK_FAILURES"]
    until = timezone.now() + timedelta(minutes=settings.PORTAL["LOCK_MINUTES"]) if locks else None
    SecondFactor.objects.filter(pk=factor.pk).update(failures=0 if locks else F("failures") + 1, locked_until=until)
    audit.record(by=user, action="factor.lock" if locks else "factor.fail", target=user, result="failed")


@transaction.atomic
def factor_remove(*, by: User) -> None:
    """Switch one's own factor off; every session ends, and the caller renews its own."""
    SecondFactor.objects.filter(user=by).delete()
    sessions_void(by)
    audit.record(by=by, action="factor.disable", target=by)


@transaction.atomic
def factor_reset(*, by: User, user: User, reason: str) -> None:
    """Take away the factor of somebody who lost the device. Raises ValidationError: one's own."""
    if by.pk == user.pk:
        raise ValidationError("不能重置自己的第二重验证。")
    SecondFactor.objects.filter(user=user).delete()
    sessions_void(user)
    audit.record(by=by, action="factor.reset", target=user, reason=reason)
