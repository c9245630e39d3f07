"""THE SWEEP: every URL of the resolver, opened as every actor of the matrix, at its own, a sibling and a foreign place.

What is expected comes from docs/permission_matrix.csv alone, never from the code that is under test.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Posting, User
from accounts.roles import Role
from tests.conftest import build_city
from tests.factories import LONG_AGO, ROLE_PLACES, make_user
from tests.sweep import PUBLIC, Entry, Target, World, build_world, canaries, side_doors
from tests.sweeps import ENTRIES

MATRIX = Path(__file__).parents[1] / "docs" / "permission_matrix.csv"
COLUMNS = {
    Role.MEMBER: "member",
    Role.BRANCH_SECRETARY: "branch_sec",
    Role.UNIT_STAFF: "unit_staff",
    Role.UNIT_DISCIPLINE: "unit_discipline",
    Role.CITY_STAFF: "city_staff",
    Role.SYSTEM_ADMIN: "sysadmin",
    Role.SECURITY_ADMIN: "secadmin",
    Role.AUDIT_ADMIN: "auditadmin",
}
REFUSED, OUT_OF_SIGHT, WRONG_METHOD = 403, 404, 405
# What an allowed request may be answered with; an empty POST is often a form with errors.
ALLOWED = {200, 204, 302, 400, 409, 422}
# An allowed object that has nothing to give yet (a job without a file) is not found either.
EMPTY_HANDED = {"core:job_download", "accounts:factor_qr", "branches:member_contact"}


def cells() -> dict[tuple[str, str], str]:
    """(row, role) -> S, B, U, C or -."""
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return {
            (f"{row['object']}.{row['action']}", role): row[column][0]
            for row in csv.DictReader(file)
            for role, column in COLUMNS.items()
        }


CELLS = cells()


def patterns(resolver: Any = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLResolver):
            yield from patterns(item, f"{namespace}{item.namespace}:" if item.namespace else namespace)
        else:
            yield f"{namespace}{item.name}", item


VIEWS = {name: pattern.callback for name, pattern in patterns()}


def url_name(entry_name: str) -> str:
    """An entry may be called "app:name#case": another way to ask the same URL."""
    return entry_name.partition("#")[0]


SWEPT = sorted(name for name in ENTRIES if url_name(name) in VIEWS)


def test_every_url_is_swept() -> None:
    named = [name for name, _ in patterns()]
    assert [name for name in named if name.endswith(":None") or name == "None"] == []
    assert len(named) == len(set(named)), "a name used twice hides a URL from the sweep"
    swept = {url_name(name) for name in ENTRIES}
    assert set(named) - PUBLIC - swept == set(), "URLs without an entry in tests/sweep.py or tests/sweeps/"
    assert swept - set(named) == set(), "entries without a URL"
    assert PUBLIC - set(named) == set()


def test_every_door_is_the_one_of_its_entry() -> None:
    doors = {name: getattr(view, "door", None) for name, view in VIEWS.items()}
    assert {name for name, door in doors.items() if door is None} == PUBLIC
    for name, entry in ENTRIES.items():
        door = doors.get(url_name(name))
        assert door is None or set(map(str, door.capabilities)) == set(entry.rights), name


def test_only_public_pages_ask_for_no_login() -> None:
    assert {name for name, view in VIEWS.items() if not getattr(view, "login_required", True)} == PUBLIC


def test_every_right_is_a_row_of_the_matrix() -> None:
    rows = {row for row, _ in CELLS}
    used = {right for entry in ENTRIES.values() for right in (*entry.rights, entry.seen_by) if right}
    assert used - rows == set()


def reaches(right: str, role: str, user: User, home: str, target: Target) -> bool:
    """Whether the cell of the matrix covers the target, for a user posted at the path ``home``."""
    letter = CELLS[right, role]
    if letter == "S":
        return target.owner == user.pk
    return {
        "-": False,
        "B": target.path.startswith(home),
        "U": target.path.startswith(home[:8]),
        "C": True,
    }[letter]


def expected(entry: Entry, role: str, user: User, home: str, target: Target | None) -> set[int]:
    held = not entry.rights or any(CELLS[right, role] != "-" for right in entry.rights)
    if target is None:
        return ALLOWED if held else {REFUSED}
    if held and any(reaches(right, role, user, home, target) for right in entry.governing):
        return ALLOWED
    if reaches(entry.seen_by, role, user, home, target):
        return {REFUSED}
    return {OUT_OF_SIGHT} if held else {REFUSED, OUT_OF_SIGHT}


def send(cookie: str, method: str, name: str, target: Target | None) -> HttpResponseBase:
    """One request on its own: whatever it changes is taken back."""
    client = Client()
    client.cookies["sessionid"] = cookie
    target = target or Target()
    with transaction.atomic():
        url = reverse(url_name(name), kwargs=target.kwargs, query=target.query)
        response = getattr(client, method.lower())(url, **({} if method == "GET" else {"data": target.query}))
        text = body(response)
        transaction.set_rollback(True)
    response.text_seen = text  # type: ignore[attr-defined]
    return response


def body(response: HttpResponseBase) -> str:
    """Everything in the answer that a reader could read, inside a workbook too."""
    raw = response.getvalue() if hasattr(response, "getvalue") else response.content  # type: ignore[attr-defined]
    if raw[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            raw = b"\n".join(archive.read(part) for part in archive.namelist())
    return str(raw, "utf-8", "replace") + str(response.headers)


def to_login(response: HttpResponseBase) -> bool:
    return response.status_code == 302 and response.headers["Location"].startswith(reverse("accounts:login"))


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Built once for all: every request is taken back, and the things asked for are made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world(build_city())
        transaction.set_rollback(True)


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


@pytest.mark.parametrize("name", SWEPT)
def test_sweep(world: World, name: str) -> None:
    entry, methods = ENTRIES[name], VIEWS[url_name(name)].door.methods
    wrong = []
    for role in COLUMNS:
        user = world.city.user(role)
        home = getattr(world.city, ROLE_PLACES[role]).path
        cookie, hidden = cookie_of(user), canaries(world, role)
        if role == Role.AUDIT_ADMIN and name.startswith("core:audit"):
            hidden = set()  # the trail names what was acted on, and the auditor reads all of it
        for place in entry.places if entry.at else ("",):
            target = entry.at(world, place, user) if entry.at else None
            allowed = expected(entry, role, user, home, target)
            if name in EMPTY_HANDED and allowed == ALLOWED:
                allowed = ALLOWED | {OUT_OF_SIGHT}
            for method in methods:
                response = send(cookie, method, name, target)
                case = f"{role} {method} {name} {place}: {response.status_code}"
                if response.status_code not in allowed or (to_login(response) and not entry.to_login):
                    wrong.append(f"{case}, expected {sorted(allowed)}")
                wrong += [f"{case} leaks {text}" for text in sorted(hidden) if text in response.text_seen]
    assert not wrong, "\n".join(wrong)


NARROW = [Role.MEMBER, Role.BRANCH_SECRETARY, Role.UNIT_STAFF, Role.UNIT_DISCIPLINE, Role.SYSTEM_ADMIN]


@pytest.mark.parametrize("name", [name for name in SWEPT if ENTRIES[name].at is None and ENTRIES[name].rights])
def test_side_doors(world: World, name: str) -> None:
    """Filters, searches and invented parameters of lists, suggestions and exports."""
    leaks = []
    for role in NARROW:
        cookie, hidden = cookie_of(world.city.user(role)), canaries(world, role)
        for query in side_doors(world):
            for method in VIEWS[url_name(name)].door.methods:
                response = send(cookie, method, name, Target(query=query))
                assert response.status_code < 500
                case = f"{role} {method} {name} {query}"
                leaks += [f"{case} leaks {text}" for text in sorted(hidden) if text in response.text_seen]
    assert not leaks, "\n".join(leaks)


# role, URL, field, places that the role may choose, places that it may not
FOREIGN_KEYS = [
    (Role.BRANCH_SECRETARY, "branches:member_create", "organisation", ["branch"], ["sibling", "foreign", "unit"]),
    (Role.UNIT_STAFF, "branches:member_create", "organisation", ["branch", "sibling"], ["foreign"]),
    (Role.UNIT_STAFF, "branches:member_transfer", "target", ["sibling"], ["foreign", "foreign_unit"]),
    (Role.UNIT_STAFF, "branches:organisation_change#move", "target", [], ["foreign", "foreign_unit", "root"]),
    (Role.UNIT_STAFF, "branches:organisation_change#merge", "target", ["sibling"], ["foreign"]),
    (Role.BRANCH_SECRETARY, "branches:roster_upload", "organisation", ["branch"], ["sibling", "foreign", "unit"]),
    (Role.UNIT_STAFF, "branches:roster_upload", "organisation", ["unit"], ["foreign_unit", "foreign", "root"]),
    (Role.UNIT_STAFF, "accounts:proposal_create", "organisation", ["branch", "unit"], ["foreign", "root"]),
    (Role.UNIT_STAFF, "reports:report_create", "organisation", ["unit"], ["foreign_unit", "root"]),
    (Role.BRANCH_SECRETARY, "branches:post_assign", "member", ["members"], ["sibling_members", "foreign_members"]),
    (Role.UNIT_STAFF, "branches:post_assign", "member", ["members"], ["foreign_members"]),
]


@pytest.mark.parametrize(("role", "name", "field", "good", "bad"), FOREIGN_KEYS)
def test_foreign_keys_inside_writes(
    world: World, role: str, name: str, field: str, good: list[str], bad: list[str]
) -> None:
    """A form takes no object from outside the writer's reach, however well its number is known."""
    user, entry = world.city.user(role), ENTRIES[name]
    kwargs = entry.at(world, "own", user).kwargs if entry.at else {}
    for place in (*good, *bad):
        chosen = getattr(world.city, place)
        chosen = chosen[0] if isinstance(chosen, list) else chosen
        response = send(cookie_of(user), "POST", name, Target(kwargs, query={field: chosen.pk}))
        problems = response.context["form"].errors  # type: ignore[attr-defined]
        assert problems, "nothing else was filled in"
        assert (field in problems) is (place in bad), f"{name} {field} {place}: {problems}"


@pytest.mark.parametrize("name", SWEPT)
def test_strangers_and_leavers(world: World, name: str) -> None:
    """Not logged in, disabled, or without any posting left."""
    entry, methods = ENTRIES[name], VIEWS[url_name(name)].door.methods
    target = entry.at(world, "own", world.city.user(Role.BRANCH_SECRETARY)) if entry.at else None
    leaver = make_user(Role.BRANCH_SECRETARY, world.city.branch)
    disabled, ended = cookie_of(leaver), make_user(None, None)
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    Posting.objects.create(
        user=ended, organisation=world.city.branch, role=Role.BRANCH_SECRETARY, starts_on=LONG_AGO, ends_on=LONG_AGO
    )
    former = cookie_of(ended)
    for method in methods:
        for cookie in ("", disabled):
            response = send(cookie, method, name, target)
            assert to_login(response), f"{method} {name}: {response.status_code}"
        status = send(former, method, name, target).status_code
        assert status in (ALLOWED if not entry.rights else {REFUSED}), f"{method} {name}: {status}"


@pytest.mark.parametrize("name", SWEPT)
def test_no_other_method(world: World, name: str) -> None:
    entry, methods = ENTRIES[name], VIEWS[url_name(name)].door.methods
    role = next(
        role for role in COLUMNS if not entry.rights or any(CELLS[right, role] != "-" for right in entry.rights)
    )
    user = world.city.user(role)
    target = entry.at(world, "own", user) if entry.at else None
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(methods):
        assert send(cookie_of(user), method, name, target).status_code == WRONG_METHOD, method


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_pages(world: World, name: str) -> None:
    kwargs = {"uid": "MQ", "token": "set"} if name == "accounts:password_reset" else {}
    response = send("", "GET", name, Target(kwargs))
    assert response.status_code in {200, 302, 404, 503}
    hidden = set().union(*(canaries(world, role) for role in COLUMNS)) | {member.name for member in world.city.members}
    assert not [text for text in hidden if text in response.text_seen]


def test_canaries_are_seen_where_they_may_be(world: World) -> None:
    """The sweep would prove nothing if nobody saw the canaries."""
    cookie = cookie_of(world.city.user(Role.CITY_STAFF))
    seen = send(cookie, "GET", "branches:meeting_list", None).text_seen  # type: ignore[attr-defined]
    assert {text for text in canaries(world, Role.SYSTEM_ADMIN) if "会议" in text and text not in seen} == set()
    secretary = cookie_of(world.city.user(Role.BRANCH_SECRETARY))
    own = ENTRIES["branches:draft_edit"].at(world, "own", world.city.user(Role.BRANCH_SECRETARY))  # type: ignore[misc]
    assert "草稿金丝雀own" in send(secretary, "GET", "branches:draft_edit", own).text_seen  # type: ignore[attr-defined]
