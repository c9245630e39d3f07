"""Logging in and out: guessing, enumeration, fixation, redirects, lockout."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import SignIn, User
from accounts.roles import Role
from core.models import AuditEvent
from tests.conftest import City
from tests.factories import PASSWORD, make_user

LOGIN = "/login/"


@pytest.fixture
def user(db: None) -> User:
    return make_user(None, None, "chenyu", name="陈雨")


def post(client: Client, username: str = "chenyu", password: str = PASSWORD, **data: str):
    headers = {"User-Agent": "test-browser"}
    return client.post(LOGIN, {"username": username, "password": password, **data}, headers=headers)


def is_in(client: Client) -> bool:
    return client.get(reverse("accounts:password_change")).status_code == 200


def test_the_page(client: Client, db: None) -> None:
    page = client.get(LOGIN)
    body = page.content.decode()
    assert page.status_code == 200
    for part in ('autocomplete="username"', 'autocomplete="current-password"', "登录", "csrfmiddlewaretoken"):
        assert part in body
    assert "onpaste" not in body
    assert "no-store" in page["Cache-Control"]


def test_right_password(client: Client, user: User) -> None:
    answer = post(client, username=" ChenYu ")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.address) == ("login.success", user.pk, "127.0.0.1")
    sign_in = SignIn.objects.get()
    assert (sign_in.user, sign_in.agent, sign_in.address) == (user, "test-browser", "127.0.0.1")
    assert sign_in.session_key == client.session.session_key


def test_wrong_unknown_and_disabled_look_the_same(client: Client, user: User) -> None:
    make_user(None, None, "tingyong", is_active=False)
    pages = [
        post(client, "chenyu", "Cuowu-Mima-2026"),
        post(client, "meiyou", "Cuowu-Mima-2026"),
        post(client, "tingyong", PASSWORD),
    ]
    assert {page.status_code for page in pages} == {200}
    texts = {page.content.decode().split("<form")[1].split("用户名或密码不正确。")[1][:60] for page in pages}
    assert len(texts) == 1
    assert not is_in(client)


def test_unknown_users_cost_one_hash_too(client: Client, user: User) -> None:
    """The time of an answer does not tell whether the name exists."""
    for name in ("chenyu", "meiyou"):
        hasher = "django.contrib.auth.hashers.MD5PasswordHasher.encode"
        with mock.patch(hasher, autospec=True, side_effect=PBKDF2PasswordHasher().encode and _digest) as encode:
            post(client, name, "Cuowu-Mima-2026")
        assert encode.call_count == 1, name


def _digest(self: object, password: str, salt: str) -> str:
    return f"md5${salt}$0"


def test_failures_are_recorded_without_the_password(client: Client, user: User) -> None:
    post(client, "chenyu\r\nFAKE 登录成功", "Cuowu-Mima-2026")
    event = AuditEvent.objects.get()
    assert (event.action, event.result, event.actor_id) == ("login.fail", "failed", None)
    assert event.after == {"username": "chenyuFAKE 登录成功".lower()}
    assert "Cuowu" not in str(list(AccessAttempt.objects.values()))


@pytest.mark.parametrize("name", ["", "\x00", "a" * 300, "👩‍🚀" * 20, "' or 1=1 --"])
def test_odd_names(client: Client, user: User, name: str) -> None:
    assert post(client, name, "x").status_code == 200
    assert post(client, "chenyu", "\x00" * 20).status_code == 200


def test_locked_per_account_and_address(client: Client, user: User) -> None:
    make_user(None, None, "linjia")
    answers = [post(client, password="Cuowu-Mima-2026").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = post(client)
    assert locked.status_code == 429
    assert "锁定 30 分钟" in locked.content.decode()
    assert not is_in(client)
    assert post(Client(), "linjia").status_code == 302
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    assert post(elsewhere).status_code == 302
    assert AuditEvent.objects.filter(action="login.lock").count() == 2


def test_unknown_names_lock_alike(client: Client, db: None) -> None:
    assert [post(client, "meiyou").status_code for _ in range(6)] == [200, 200, 200, 200, 429, 429]


def test_another_browser_does_not_escape_the_lock(client: Client, user: User) -> None:
    for number in range(5):
        client.post(LOGIN, {"username": "chenyu", "password": "x"}, headers={"User-Agent": f"agent {number}"})
    assert post(client).status_code == 429


def test_the_lock_ends_by_time_and_by_the_security_administrator(client: Client, user: User, city: City) -> None:
    for _ in range(5):
        post(client, password="x")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))
    assert post(client).status_code == 302
    client.logout()
    for _ in range(5):
        post(client, password="x")
    services.account_unlock(by=city.user(Role.SECURITY_ADMIN), user=user)
    assert post(client).status_code == 302


def test_success_forgets_failures(client: Client, user: User) -> None:
    for _ in range(3):
        for _ in range(4):
            post(client, password="x")
        assert post(client).status_code == 302
        client.logout()


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/account/", "/account/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http://testserver/account/", "http://testserver/account/"),
        ("http:///evil.example", "/"),
    ],
)
def test_next_stays_here(client: Client, user: User, wanted: str, lands: str) -> None:
    assert post(client, next=wanted)["Location"] == lands
    assert client.get(LOGIN, {"next": wanted})["Location"] == lands


def test_the_session_of_a_stranger_is_not_kept(client: Client, user: User) -> None:
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key
    post(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert not is_in(Client(headers={"Cookie": f"sessionid={before}"}))


def test_logging_out(client: Client, user: User) -> None:
    post(client)
    cookie = client.cookies["sessionid"].value
    assert client.get(reverse("accounts:logout")).status_code == 405
    assert is_in(client)
    answer = client.post(reverse("accounts:logout"))
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert not SignIn.objects.exists()
    client.cookies["sessionid"] = cookie
    assert not is_in(client)
    assert AuditEvent.objects.order_by("pk").last().action == "logout"


def test_writes_need_a_token(user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(LOGIN, {"username": "chenyu", "password": PASSWORD}).status_code == 403
    strict.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post(reverse("accounts:logout")).status_code == 403
    assert is_in(strict)


def test_strangers_are_sent_to_the_login_page(client: Client, db: None) -> None:
    answer = client.get(reverse("accounts:account_home"))
    assert answer["Location"] == f"{LOGIN}?next=/account/"
