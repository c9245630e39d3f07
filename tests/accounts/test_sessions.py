"""Sessions: idle and absolute end, revoked rights, forced changes, one's own list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import Posting, SignIn, User
from accounts.roles import Role
from core.models import AuditEvent
from tests.conftest import City
from tests.factories import PASSWORD, make_user

HOME = "/account/"
NEW = "Qingfeng-Xulai-7788"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def age(client: Client, *, seen: float = 0, began: float = 0) -> None:
    """Make the session older, in minutes."""
    session = client.session
    session["seen"] -= int(seen * 60)
    session["began"] -= int(began * 60)
    session.save()


def status(client: Client, **headers: str) -> int:
    return client.get(HOME, headers=headers).status_code


@pytest.mark.parametrize(
    ("role", "minutes", "expected"),
    [
        (Role.BRANCH_SECRETARY, 29, 200),
        (Role.BRANCH_SECRETARY, 31, 302),
        (Role.CITY_STAFF, 29, 200),
        (Role.SYSTEM_ADMIN, 14, 200),
        (Role.SYSTEM_ADMIN, 16, 302),
        (Role.SECURITY_ADMIN, 16, 302),
        (Role.AUDIT_ADMIN, 16, 302),
    ],
)
def test_idle(city: City, role: Role, minutes: int, expected: int) -> None:
    client = city.client(role)
    age(client, seen=minutes)
    assert status(client) == expected
    if expected == 302:
        assert "长时间没有操作" in client.get("/login/").content.decode()
        assert AuditEvent.objects.get().action == "session.expire"
        assert not SignIn.objects.exists()


def test_absolute(city: City) -> None:
    client = city.client(Role.BRANCH_SECRETARY)
    age(client, began=719)
    assert status(client) == 200
    age(client, began=2)
    assert status(client) == 302


def test_background_requests_do_not_keep_a_session_alive(city: City) -> None:
    client = city.client(Role.BRANCH_SECRETARY)
    age(client, seen=20)
    assert status(client, **{"X-Background": "1"}) == 200
    age(client, seen=11)
    assert status(client, **{"X-Background": "1"}) == 302


def test_real_requests_do(city: City) -> None:
    client = city.client(Role.BRANCH_SECRETARY)
    for _ in range(3):
        age(client, seen=20)
        assert status(client) == 200


def test_written_once_a_minute(city: City, django_assert_num_queries) -> None:
    client = city.client(Role.BRANCH_SECRETARY)
    place = reverse("accounts:factor_qr")
    client.get(place)
    with django_assert_num_queries(2 + 1):  # session, user; the factor
        client.get(place)
    seen = SignIn.objects.get().seen_at
    age(client, seen=1.1)
    client.get(place)
    assert SignIn.objects.get().seen_at > seen


def test_a_session_that_did_not_begin_through_a_login_is_refused(city: City) -> None:
    client = city.client(Role.BRANCH_SECRETARY)
    session = client.session
    del session["began"]
    session.save()
    assert status(client) == 302


def test_pages_are_not_cached(city: City) -> None:
    assert "no-store" in city.client(Role.BRANCH_SECRETARY).get(HOME)["Cache-Control"]


def test_a_revoked_right_stops_at_the_next_request(city: City) -> None:
    client = city.client(Role.UNIT_STAFF)
    assert client.get(reverse("accounts:proposal_create")).status_code == 200
    posting = Posting.objects.get(user=city.user(Role.UNIT_STAFF))
    services.posting_revoke(by=city.user(Role.SECURITY_ADMIN), posting=posting, reason="调离")
    assert client.get(reverse("accounts:proposal_create")).status_code == 403


def test_a_disabled_user_is_out_at_once_and_stays_out(city: City) -> None:
    client, user = city.client(Role.UNIT_STAFF), city.user(Role.UNIT_STAFF)
    admin = city.user(Role.SYSTEM_ADMIN)
    services.account_disable(by=admin, user=user, reason="离职")
    assert status(client) == 302
    services.account_enable(by=admin, user=user, reason="误操作")
    assert status(client) == 302


def test_a_new_password_ends_other_sessions(city: City) -> None:
    client, other = city.client(Role.UNIT_STAFF), city.client(Role.UNIT_STAFF)
    assert status(other) == 200
    answer = change(client)
    assert answer.status_code == 302
    assert status(client) == 200
    assert status(other) == 302
    assert SignIn.objects.get().session_key == client.session.session_key


def change(client: Client, **fields: str):
    data = {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW} | fields
    return client.post(reverse("accounts:password_change"), data)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"old_password": "x"}, "原密码不正确"),
        ({"repeated": "y"}, "不一致"),
        ({"new_password": "short", "repeated": "short"}, "密码太短"),
        ({"new_password": PASSWORD, "repeated": PASSWORD}, "不能与原密码相同"),
    ],
)
def test_bad_changes(city: City, fields: dict[str, str], word: str) -> None:
    client = city.client(Role.UNIT_STAFF)
    assert word in change(client, **fields).content.decode()
    assert User.objects.get(pk=city.user(Role.UNIT_STAFF).pk).check_password(PASSWORD)
    assert status(client) == 200


def test_guessing_the_old_password_locks(city: City) -> None:
    client = city.client(Role.UNIT_STAFF)
    assert [change(client, old_password="x").status_code for _ in range(5)] == [200] * 4 + [429]
    assert change(client).status_code == 429


def test_a_first_password_must_be_changed(city: City) -> None:
    user = make_user(Role.UNIT_STAFF, city.unit, must_change_password=True)
    client = Client()
    client.force_login(user, backend=BACKEND)
    page = reverse("accounts:password_change")
    for name in ("accounts:account_home", "accounts:proposal_create", "accounts:posting_list"):
        assert client.get(reverse(name))["Location"] == page
    assert client.post(HOME, {"email": "a@example.org"})["Location"] == page
    assert "初始密码" in client.get(page).content.decode()
    assert change(client).status_code == 302
    assert status(client) == 200


def test_an_old_password_must_be_changed(city: City, settings) -> None:
    client, user = city.client(Role.UNIT_STAFF), city.user(Role.UNIT_STAFF)
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now() - timedelta(days=91))
    assert client.get(HOME)["Location"] == reverse("accounts:password_change")
    settings.PORTAL = settings.PORTAL | {"PASSWORD_MAX_DAYS": 0}
    assert status(client) == 200


def test_own_sessions_listed_and_ended(city: City) -> None:
    client, other = city.client(Role.UNIT_STAFF), city.client(Role.UNIT_STAFF)
    stranger = city.client(Role.BRANCH_SECRETARY)
    page = client.get(HOME).content.decode()
    assert page.count("登录，最近活动") == 2
    assert page.count("本次登录") == 1
    theirs = SignIn.objects.get(session_key=other.session.session_key)
    assert stranger.post(reverse("accounts:session_end", args=[theirs.pk])).status_code == 404
    assert status(other) == 200
    assert client.post(reverse("accounts:session_end", args=[theirs.pk])).status_code == 302
    assert status(other) == 302
    assert status(client) == 200


def test_extra_fields_change_nothing(city: City) -> None:
    client, user = city.client(Role.BRANCH_SECRETARY), city.user(Role.BRANCH_SECRETARY)
    data = {"email": "a@example.org", "name": "冒名", "username": "root", "is_active": "", "role": "city_staff"}
    assert client.post(HOME, data).status_code == 302
    stored = User.objects.get(pk=user.pk)
    assert (stored.email, stored.name, stored.username, stored.is_active) == (
        "a@example.org",
        user.name,
        user.username,
        True,
    )
    assert stored.roles == {Role.BRANCH_SECRETARY}


def test_swept(city: City) -> None:
    client, stale = city.client(Role.UNIT_STAFF), city.client(Role.UNIT_STAFF)
    SignIn.objects.filter(session_key=stale.session.session_key).update(started_at=timezone.now() - timedelta(hours=13))
    assert services.sessions_sweep() == 1
    assert services.sessions_sweep() == 0
    assert status(stale) == 302
    assert status(client) == 200
