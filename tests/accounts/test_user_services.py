"""Accounts: created, disabled, unlocked, their passwords set and reset."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts import selectors, services
from accounts.models import SignIn, User
from accounts.roles import Role
from core.models import AuditEvent
from tests.conftest import City
from tests.factories import PASSWORD, make_user

NEW = "Qingfeng-Xulai-7788"


def create(city: City, **fields: str) -> tuple[User, str]:
    values = {"username": "Xin.Yonghu", "name": "沈百里", "email": ""} | fields
    return services.account_create(by=city.user(Role.SYSTEM_ADMIN), **values)


def test_created_without_any_role(city: City) -> None:
    user, password = create(city)
    assert user.username == "xin.yonghu"
    assert user.check_password(password)
    assert user.must_change_password
    assert not user.postings.exists()
    event = AuditEvent.objects.get()
    assert (event.action, event.object_id) == ("account.create", str(user.pk))
    assert password not in str(event.after)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"username": "a b"}, "用户名由"),
        ({"username": "党员"}, "用户名由"),
        ({"username": "x\ny"}, "用户名由"),
        ({"name": ""}, "不能为空|必填"),
        ({"email": "nowhere"}, "Email|邮"),
    ],
)
def test_malformed_accounts_are_refused(city: City, fields: dict[str, str], word: str) -> None:
    with pytest.raises(ValidationError) as caught:
        create(city, **fields)
    assert any(part in " ".join(caught.value.messages) for part in word.split("|"))
    assert not AuditEvent.objects.exists()


def test_usernames_are_unique_whatever_their_case(city: City) -> None:
    create(city)
    with pytest.raises(ValidationError):
        create(city, username="XIN.YONGHU")


def test_disabled_and_enabled(city: City) -> None:
    admin, user = city.user(Role.SYSTEM_ADMIN), make_user(None, None)
    SignIn.objects.create(user=user, session_key="x" * 32)
    services.account_disable(by=admin, user=user, reason="离职")
    user.refresh_from_db()
    assert not user.is_active
    assert user.session_epoch == 1
    assert not SignIn.objects.exists()
    services.account_enable(by=admin, user=user, reason="返聘")
    user.refresh_from_db()
    assert user.is_active
    assert [event.reason for event in AuditEvent.objects.order_by("pk")] == ["离职", "返聘"]


def test_not_oneself_nor_the_last_administrator(city: City) -> None:
    admin = city.user(Role.SYSTEM_ADMIN)
    with pytest.raises(ValidationError, match="自己的账号"):
        services.account_disable(by=admin, user=admin, reason="x")
    with pytest.raises(ValidationError, match="至少要保留一名"):
        services.account_disable(by=admin, user=city.user(Role.SECURITY_ADMIN), reason="x")


def test_password_set(city: City) -> None:
    user = make_user(None, None, must_change_password=True)
    with pytest.raises(ValidationError, match="不能与原密码相同"):
        services.password_set(by=user, password=PASSWORD)
    with pytest.raises(ValidationError, match="密码太短"):
        services.password_set(by=user, password="Ab1!")
    services.password_set(by=user, password=NEW)
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.must_change_password
    assert user.password_changed_at is not None
    assert user.session_epoch == 1


def test_a_reset_link_works_once(city: City) -> None:
    user = make_user(None, None)
    uid, token = services.reset_link_issue(by=city.user(Role.SYSTEM_ADMIN), user=user)
    assert selectors.user_by_reset_link(uid, token) == user
    services.password_reset(user=user, password=NEW)
    assert selectors.user_by_reset_link(uid, token) is None
    assert not any(token in str(event.after) for event in AuditEvent.objects.all())


@pytest.mark.parametrize(
    ("uid", "token"), [("", ""), ("!!", "x-y"), ("MQ", "aaa-bbb"), ("5Lit", "x"), ("OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "x")]
)
def test_made_up_links_lead_nowhere(db: None, uid: str, token: str) -> None:
    assert selectors.user_by_reset_link(uid, token) is None


def test_a_disabled_account_kills_its_link(city: City) -> None:
    admin, user = city.user(Role.SYSTEM_ADMIN), make_user(None, None)
    uid, token = services.reset_link_issue(by=admin, user=user)
    services.account_disable(by=admin, user=user, reason="x")
    services.account_enable(by=admin, user=user, reason="x")
    assert selectors.user_by_reset_link(uid, token) is None


def test_no_links_for_administrators_oneself_or_the_disabled(city: City) -> None:
    admin = city.user(Role.SYSTEM_ADMIN)
    for user, word in (
        (city.user(Role.AUDIT_ADMIN), "管理员账号"),
        (admin, "修改密码"),
        (make_user(None, None, is_active=False), "已停用"),
    ):
        with pytest.raises(ValidationError, match=word):
            services.reset_link_issue(by=admin, user=user)


def test_own_account_updated(city: City) -> None:
    user = make_user(None, None)
    services.account_update_own(by=user, email="a@example.org", reminders_muted=True, email_muted=False)
    user.refresh_from_db()
    assert (user.email, user.reminders_muted) == ("a@example.org", True)
    assert "a@example.org" not in str(AuditEvent.objects.get().after)
