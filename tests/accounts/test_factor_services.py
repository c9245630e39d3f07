"""One-time codes: right, wrong, used, another's, locked."""

from __future__ import annotations

from base64 import b32decode
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_otp.oath import hotp

from accounts import services
from accounts.models import SecondFactor, User
from accounts.roles import Role
from core.models import AuditEvent
from tests.conftest import City
from tests.factories import make_user


def code_for(secret: str, shift: int = 0) -> str:
    return f"{hotp(b32decode(secret), int(timezone.now().timestamp()) // 30 + shift):06d}"


@pytest.fixture
def secret(db: None) -> str:
    return services.factor_candidate(make_user(None, None, "holder"))


@pytest.fixture
def holder(secret: str) -> User:
    user = User.objects.get(username="holder")
    services.factor_confirm(by=user, code=code_for(secret, -1))
    return user


def refused(user: User, code: str) -> str:
    with pytest.raises(ValidationError) as caught:
        services.factor_check(user=user, code=code)
    return caught.value.messages[0]


def test_confirmed_by_a_code(secret: str) -> None:
    user = User.objects.get(username="holder")
    assert services.factor_candidate(user) == secret
    for wrong in ("000000", "", "abcdef", code_for(secret, 5)):
        with pytest.raises(ValidationError, match="不正确"):
            services.factor_confirm(by=user, code=wrong)
    assert not SecondFactor.objects.exists()
    services.factor_confirm(by=user, code=code_for(secret))
    assert secret not in SecondFactor.objects.get().secret
    assert services.factor_candidate(user) != secret
    with pytest.raises(ValidationError, match="已启用"):
        services.factor_confirm(by=user, code=code_for(services.factor_candidate(user)))


def test_the_confirming_code_is_used_up(secret: str) -> None:
    user = User.objects.get(username="holder")
    code = code_for(secret)
    services.factor_confirm(by=user, code=code)
    assert "已用过" in refused(user, code)


def test_without_a_factor_no_code_lets_in(secret: str) -> None:
    assert "没有可用" in refused(User.objects.get(username="holder"), code_for(secret))


def test_a_code_works_once(holder: User, secret: str) -> None:
    code = code_for(secret)
    services.factor_check(user=holder, code=code)
    assert "已用过" in refused(holder, code)
    assert "已用过" in refused(holder, code_for(secret, -1))
    services.factor_check(user=holder, code=code_for(secret, 1))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "\x00" * 6])
def test_odd_codes(holder: User, code: str) -> None:
    assert "不正确" in refused(holder, code)


def test_anothers_code(holder: User) -> None:
    other = make_user(None, None)
    others = services.factor_candidate(other)
    services.factor_confirm(by=other, code=code_for(others, -1))
    assert "不正确" in refused(holder, code_for(others))


def test_old_codes_and_future_codes(holder: User, secret: str) -> None:
    for shift in (-3, 3):
        assert "不正确" in refused(holder, code_for(secret, shift))


def test_locked_after_five(holder: User, secret: str, city: City) -> None:
    for _ in range(5):
        refused(holder, "abcdef")
    assert "次数过多" in refused(holder, code_for(secret))
    services.account_unlock(by=city.user(Role.SECURITY_ADMIN), user=holder)
    services.factor_check(user=holder, code=code_for(secret))
    kinds = list(AuditEvent.objects.filter(result="failed").values_list("action", flat=True))
    assert sorted(kinds) == ["factor.fail"] * 4 + ["factor.lock"]


def test_the_lock_ends(holder: User, secret: str) -> None:
    for _ in range(5):
        refused(holder, "abcdef")
    SecondFactor.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    services.factor_check(user=holder, code=code_for(secret))


def test_reset_by_another_only(holder: User, city: City) -> None:
    with pytest.raises(ValidationError, match="自己"):
        services.factor_reset(by=holder, user=holder, reason="x")
    services.factor_reset(by=city.user(Role.SECURITY_ADMIN), user=holder, reason="手机丢失")
    assert not SecondFactor.objects.exists()
    assert AuditEvent.objects.get(action="factor.reset").reason == "手机丢失"
