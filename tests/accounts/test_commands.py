"""What is done on the server: the first administrators, passwords of administrators."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import services
from accounts.models import SecondFactor, User
from accounts.roles import Role
from core.models import AuditEvent
from tests.accounts.test_factor_services import code_for
from tests.conftest import City


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


def test_the_first_administrator_can_log_in(city: City) -> None:
    told = run("account_admin", "anquan", "--name", "安全员", "--role", "security_admin")
    password = told.split("：")[1]
    assert told.startswith("安全管理员 anquan")
    user = User.objects.get(username="anquan")
    assert user.roles == {Role.SECURITY_ADMIN}
    client = Client()
    assert client.post("/login/", {"username": "anquan", "password": password}).status_code == 302
    assert client.get("/account/")["Location"] == "/account/password/"
    assert {event.actor_name for event in AuditEvent.objects.exclude(action="login.success")} == {"系统"}


def test_a_taken_name_leaves_nothing(city: City) -> None:
    run("account_admin", "anquan", "--name", "安全员", "--role", "security_admin")
    with pytest.raises(CommandError):
        run("account_admin", "anquan", "--name", "审计员", "--role", "audit_admin")
    assert User.objects.filter(username="anquan").count() == 1


def test_no_tree_no_administrator(db: None) -> None:
    with pytest.raises(CommandError, match="还没有机关工委"):
        run("account_admin", "anquan", "--name", "安全员", "--role", "security_admin")


def test_a_password_given_anew(city: City) -> None:
    user = city.user(Role.AUDIT_ADMIN)
    services.factor_confirm(by=user, code=code_for(services.factor_candidate(user)))
    client = city.client(Role.AUDIT_ADMIN)
    password = run("account_password", user.username, "--reason", "遗忘", "--drop-factor").split("：")[1]
    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    assert not SecondFactor.objects.exists()
    assert client.get("/account/").status_code == 302
    assert AuditEvent.objects.get(action="password.reissue").reason == "遗忘"
    with pytest.raises(CommandError):
        run("account_password", "nobody", "--reason", "x")
