"""What was once broken by attacking the portal, and odd input on every URL of the resolver."""

from __future__ import annotations

import random
import re
import uuid
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.roles import Role
from branches.models import MeetingDraft
from core.models import AuditEvent
from tests.conftest import City
from tests.factories import PASSWORD

JSON = {"Accept": "application/json"}
# Those would end the sessions of the attackers themselves.
SPARED = {"logout", "password_change", "session_end", "user_disable", "user_sessions_end", "posting_revoke"}
REQUESTS_PER_ROLE = 100
NUMBERS = ("1", "2", "7", "0", "9" * 18, "9223372036854775807", "9" * 30, "１２")
WORDS = ("records", "R03", "move", "__class__", "0001-01-01", "9999-12-31", "2026W01", "MQ", "set", "%00", "%FF")
NASTY = (
    "", "0", "-1", "1", "9" * 18, "9" * 25, "9" * 4400, "NaN", "1e309", "١٢", "\x00", "a\x00b", "\x1b\x0b\uffff",
    "\u202eb", "<script>alert(1)</script>", "{{7*7}}{% debug %}", "=1+1", "' OR 1=1--", "%", "\\", "../../etc/passwd",
    "0001-01-01", "9999-12-31", "2026-02-30", "10000-01-01", "2026Q5", "2026Q3", "99999", "0000Q1", "null",
    "[" * 2000, "字" * 300, "a" * 6000, "-pk", "organisation__path", "25:61", "assembly", "group", "branch", "R03",
    "520100199001011234",
)  # fmt: skip
FIELDS = (
    "q", "sort", "after", "before", "page", "all", "period", "unit", "org", "branch", "kind", "right", "parent", "view",
    "state", "rule", "held_from", "held_to", "a__b", "_connector", "next", "who", "at_from", "status", "revision",
    "organisation", "is_late_entry", "draft", "draft_revision", "meeting", "held_on", "group", "also", "reason",
    "title", "take_roster", "status-1", "status-999999999999999999", "vote-1-approve", "vote-999-method",
    "decision-0-due_on", "target", "moved_on", "left_on", "user", "role", "day", "number", "phone", "id_number", "name",
    "since", "starts_on", "ends_on", "effective_on", "member", "code", "username", "password",
)  # fmt: skip
BODIES = (
    ("application/x-www-form-urlencoded; charset=utf-16", b"a=b"),
    ("application/x-www-form-urlencoded; charset=nope", b"a=b"),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=x", b"--x\r\n\x00"),
    ("application/json", b'{"a":' * 5000),
)


def resolved(patterns: list[Any], prefix: str = "") -> list[tuple[str, str]]:
    """(path with its <arguments>, name) of every URL."""
    found: list[tuple[str, str]] = []
    for item in patterns:
        if isinstance(item, URLResolver):
            found += resolved(item.url_patterns, prefix + str(item.pattern))
        elif isinstance(item, URLPattern):
            found.append((f"{prefix}{item.pattern}", item.name or ""))
    return found


def filled(path: str, dice: random.Random) -> str:
    def argument(match: re.Match[str]) -> str:
        kind = match[1].partition(":")[0]
        if kind == "uuid":
            return str(uuid.UUID(int=dice.getrandbits(128)))
        return dice.choice(NUMBERS if kind == "int" else WORDS)

    return "/" + re.sub(r"<([^>]+)>", argument, path)


def odd_answer(client: Client, dice: random.Random, path: str) -> tuple[int, str]:
    url, chance = filled(path, dice), dice.random()
    data = {dice.choice(FIELDS): dice.choice(NASTY) for _ in range(dice.randint(0, 8))}
    kind, body = dice.choice(BODIES)
    if chance < 0.4:
        answer, what = client.get(url, data), f"GET {url} {data}"
    elif chance < 0.9:
        answer, what = client.post(url, data), f"POST {url} {data}"
    else:
        answer, what = client.generic("POST", url, body, content_type=kind), f"POST {url} {kind}"
    if answer.streaming:
        answer.getvalue()  # or the file behind it stays open
    return answer.status_code, what


@pytest.mark.parametrize("role", Role.values)
def test_odd_input_is_never_a_server_error(city: City, role: str) -> None:
    client, dice = city.client(role), random.Random(role)
    client.raise_request_exception, client.handler.enforce_csrf_checks = False, True
    client.get("/account/")
    client.defaults["HTTP_X_CSRFTOKEN"] = client.cookies["csrftoken"].value
    paths = [path for path, name in resolved(get_resolver().url_patterns) if name not in SPARED]
    broken = []
    for _ in range(REQUESTS_PER_ROLE):
        status, what = odd_answer(client, dice, dice.choice(paths))
        if status >= 500:
            broken.append(f"{status} {what[:300]}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(("kind", "body"), [BODIES[0], BODIES[2]])
@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("/login/", 400, "服务器没有看懂这次请求"),
        ("/reports/１２/", 404, "没有这个页面"),
        ("/nowhere/", 404, "没有这个页面"),
    ],
)
def test_a_body_that_cannot_be_read_is_no_server_error(
    db: None, kind: str, body: bytes, url: str, status: int, words: str
) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.get("/login/")  # only who brings the cookie has the body searched for the token
    answer = client.generic("POST", url, body, content_type=kind)
    assert answer.status_code == status
    assert words in answer.content.decode()


@pytest.mark.parametrize("wanted", ["-1", "http", "accounts:logout", "builtins.open", "admin", "login/"])
def test_next_is_a_path_and_never_the_name_of_a_view(city: City, wanted: str) -> None:
    answer = city.client(Role.MEMBER).get("/login/", {"next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_wrong_passwords_within_a_session_are_audited_and_never_kept(city: City) -> None:
    client = city.client(Role.BRANCH_SECRETARY)
    typed = {"old_password": "Jiude-Mima-1", "new_password": "Xinde-Mima-2026", "repeated": "Xinde-Mima-2026"}
    client.post("/account/password/", typed)
    client.post("/account/factor/remove/", {"password": "Cuode-Mima-3"})
    kept = " ".join(f"{row.get_data} {row.post_data}" for row in AccessAttempt.objects.all())
    assert AccessAttempt.objects.exists()
    assert not [word for word in (*typed.values(), "Cuode-Mima-3", PASSWORD) if word in kept]
    assert AuditEvent.objects.filter(action="password.refuse", result="failed").count() == 2


@pytest.mark.parametrize("revision", ["9" * 18, "2147483647", "99999999999"])
def test_a_draft_takes_no_revision_that_its_column_cannot_hold(city: City, revision: str) -> None:
    data = {"kind": "assembly", "title": "草稿", "branch": city.branch.pk, "draft_revision": revision}
    url = f"/meetings/drafts/{uuid.uuid4()}/save/"
    answer = city.client(Role.BRANCH_SECRETARY).post(url, data, headers=JSON)
    assert answer.json()["revision"] == MeetingDraft.objects.get().revision == 1


def test_the_inbox_takes_no_number_of_any_length(city: City) -> None:
    assert city.client(Role.MEMBER).get("/notices/", {"before": "9" * 5000}).status_code == 200
