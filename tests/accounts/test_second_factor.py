"""The second factor at the door: asked for, required by role, set up by QR code, taken off."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import SecondFactor, User
from accounts.roles import Role
from core.models import AuditEvent
from tests.accounts.test_factor_services import code_for
from tests.conftest import City
from tests.factories import PASSWORD, make_user

SETUP, CODE = "/account/factor/", "/login/code/"


@pytest.fixture
def user(city: City) -> User:
    return make_user(Role.BRANCH_SECRETARY, city.branch, "chenyu")


@pytest.fixture
def secret(user: User) -> str:
    secret = services.factor_candidate(user)
    services.factor_confirm(by=user, code=code_for(secret, -1))
    return secret


def give_password(client: Client, **data: str):
    return client.post("/login/", {"username": "chenyu", "password": PASSWORD, **data})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_the_password_alone_is_not_enough(client: Client, user: User, secret: str) -> None:
    answer = give_password(client, next="/account/")
    assert answer["Location"] == f"{CODE}?next=%2Faccount%2F"
    assert not is_in(client)
    assert 'autocomplete="one-time-code"' in client.get(CODE).content.decode()
    for wrong in ("", "000000x", "12345"):
        assert client.post(CODE, {"code": wrong}).status_code == 200
        assert not is_in(client)
    answer = client.post(CODE, {"code": code_for(secret), "next": "/account/"})
    assert answer["Location"] == "/account/"
    assert is_in(client)
    assert client.session["second_factor"]
    assert "waiting" not in client.session


def test_a_code_opens_one_session(client: Client, user: User, secret: str) -> None:
    code, other = code_for(secret), Client()
    give_password(client)
    give_password(other)
    assert client.post(CODE, {"code": code}).status_code == 302
    page = other.post(CODE, {"code": code})
    assert "已用过" in page.content.decode()
    assert not is_in(other)


def test_no_code_page_without_the_password(client: Client, db: None) -> None:
    assert client.get(CODE)["Location"] == "/login/"
    assert client.post(CODE, {"code": "123456"})["Location"] == "/login/"


def test_the_wait_ends_with_time_and_with_the_password(client: Client, user: User, secret: str) -> None:
    give_password(client)
    session = client.session
    pk, known, since = session["waiting"]
    session["waiting"] = [pk, known, since - 301]
    session.save()
    assert client.get(CODE)["Location"] == "/login/"
    give_password(client)
    services.password_set(by=user, password="Qingfeng-Xulai-7788")
    assert client.get(CODE)["Location"] == "/login/"


def test_guessing_locks(client: Client, user: User, secret: str) -> None:
    give_password(client)
    for _ in range(5):
        client.post(CODE, {"code": "abcdef"})
    page = client.post(CODE, {"code": code_for(secret)})
    assert "次数过多" in page.content.decode()
    assert not is_in(client)


def test_set_up_in_the_browser(city: City, user: User) -> None:
    client, other = Client(), Client()
    for browser in (client, other):
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    picture = client.get(f"{SETUP}qr.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<?xml")
    page = client.get(SETUP).content.decode()
    secret = services.factor_candidate(user)
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page
    assert client.post(SETUP, {"code": "000000"}).status_code == 200
    assert client.post(SETUP, {"code": code_for(secret)}).status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert client.get(f"{SETUP}qr.svg").status_code == 404
    assert client.get(SETUP).status_code == 302
    assert secret not in client.get("/account/").content.decode()


@pytest.mark.parametrize("role", [Role.CITY_STAFF, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_required_by_role(city: City, settings, role: Role) -> None:
    client = city.client(role)
    assert is_in(client)
    settings.PORTAL = settings.PORTAL | {"REQUIRE_OTP_ROLES": [role]}
    assert client.get("/account/")["Location"] == SETUP
    assert client.get("/account/", headers={"HX-Request": "true"})["HX-Redirect"] == SETUP
    assert client.post("/account/", {"email": "x@example.org"})["Location"] == SETUP
    assert client.get(SETUP).status_code == 200
    client.post(SETUP, {"code": code_for(services.factor_candidate(User.objects.get(pk=city.user(role).pk)))})
    assert is_in(client)
    assert is_in(city.client(Role.BRANCH_SECRETARY))
    client.post(reverse("accounts:factor_remove"), {"password": PASSWORD})
    assert SecondFactor.objects.exists()


def test_taken_off_with_the_password(client: Client, user: User, secret: str) -> None:
    give_password(client)
    client.post(CODE, {"code": code_for(secret)})
    client.post(reverse("accounts:factor_remove"), {"password": "x"})
    assert SecondFactor.objects.exists()
    client.post(reverse("accounts:factor_remove"), {"password": PASSWORD})
    assert not SecondFactor.objects.exists()
    assert AuditEvent.objects.order_by("pk").last().action == "factor.disable"
