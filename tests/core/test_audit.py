"""Recording what was done: complete, lean, and beyond change."""

import ast
import logging
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from core import append_only, audit
from core.context import RequestIdFilter, use_context
from core.models import AuditEvent, AuditSeal

pytestmark = pytest.mark.django_db


@pytest.fixture
def triggers(db):
    append_only.install(connection)


def an_event(**fields):
    return audit.record(by=None, action="job.enqueue", **fields)


def test_an_event_says_who_did_what_to_which_object_and_from_where(city):
    secretary = city.user(Role.BRANCH_SECRETARY)
    with use_context(address="10.1.2.3", request_id="abcdef123456"):
        written = audit.record(
            by=secretary,
            action="meeting.submit",
            target=city.branch,
            scope_path=city.branch.path,
            before={"title": "旧"},
            after={"title": "新"},
            reason="更正",
        )
    event = AuditEvent.objects.get(pk=written.pk)
    assert (event.actor_id, event.actor_name, event.actor_role) == (secretary.pk, secretary.name, secretary.audit_role)
    assert (event.object_type, event.object_id) == ("branches.organisation", str(city.branch.pk))
    assert event.object_label == str(city.branch)
    assert (event.before, event.after, event.reason, event.result) == ({"title": "旧"}, {"title": "新"}, "更正", "ok")
    assert (event.address, event.request_id, event.scope_path) == ("10.1.2.3", "abcdef123456", city.branch.path)


def test_the_system_has_a_name_and_no_number(db):
    event = an_event()
    assert (event.actor_id, event.actor_name, event.before, event.after) == (None, "系统", None, None)


def test_an_event_is_one_insert_and_nothing_else(city, django_assert_num_queries):
    secretary = User.objects.get(pk=city.user(Role.BRANCH_SECRETARY).pk)
    assert "党支部书记" in secretary.audit_role
    with django_assert_num_queries(1):
        audit.record(by=secretary, action="meeting.submit", target=city.branch, after={"n": 1})


def test_characters_that_a_database_refuses_are_left_out(db):
    event = an_event(after={"a\x00b": ["x\x00y", {"z": "\ud800!"}], "n": 3}, reason="为\x00何")
    event.refresh_from_db()
    assert event.after == {"ab": ["xy", {"z": "!"}], "n": 3}
    assert event.reason == "为何"


def test_long_names_are_cut(city):
    city.branch.name = "长" * 500
    city.branch.short_name = "长" * 500
    assert len(an_event(target=city.branch).object_label) <= 200


def test_an_undone_act_leaves_no_event(db):
    with transaction.atomic():
        an_event()
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("model", [AuditEvent, AuditSeal])
def test_the_database_refuses_update_and_delete(triggers, model):
    row = an_event() if model is AuditEvent else AuditSeal.objects.create(seq=1, event_id=1, hash="0" * 64)
    field = "reason" if model is AuditEvent else "hash"
    for change in (
        lambda: model.objects.update(**{field: "改"}),
        lambda: model.objects.filter(pk=row.pk).delete(),
        lambda: model.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert model.objects.count() == 1


def test_the_database_refuses_replacing_and_truncating(triggers):
    event = an_event()
    table = "core_auditevent"
    if connection.vendor == "sqlite":
        refused = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = {event.pk}"
    else:
        refused = f"TRUNCATE {table}"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(refused)
    assert AuditEvent.objects.get().pk == event.pk


def test_triggers_can_be_listed(triggers):
    assert append_only.missing(connection) == []
    append_only.drop(connection)
    assert len(append_only.missing(connection)) == (4 if connection.vendor == "postgresql" else 6)


def test_the_migration_puts_the_triggers_in_force(db, request):
    if request.config.getoption("nomigrations"):
        pytest.skip("the schema was made without migrations")
    assert append_only.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_can_still_be_emptied():
    append_only.install(connection)
    an_event()


def test_a_request_has_a_number_and_an_address(city, settings):
    client = city.client(Role.MEMBER)
    answer = client.get("/healthz")
    assert len(answer["X-Request-ID"]) == 32
    forged = Client(headers={"x-request-id": "chosen-by-the-caller"}).get("/healthz")
    assert forged["X-Request-ID"] != "chosen-by-the-caller"
    settings.TRUSTED_PROXIES = 1
    passed_on = Client(headers={"x-request-id": "chosen-by-the-proxy"}).get("/healthz")
    assert passed_on["X-Request-ID"] == "chosen-by-the-proxy"
    broken = Client(headers={"x-request-id": "line\nbreak <script>"}).get("/healthz")
    assert len(broken["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "address"),
    [
        (0, "6.6.6.6", "10.0.0.1", "10.0.0.1"),
        (1, "6.6.6.6, 192.0.2.7", "10.0.0.1", "192.0.2.7"),
        (2, "6.6.6.6, 192.0.2.7, 10.0.0.2", "10.0.0.1", "192.0.2.7"),
        (1, "", "10.0.0.1", ""),
        (1, "nonsense", "10.0.0.1", ""),
        (1, "2001:db8::1", "10.0.0.1", "2001:db8::1"),
        (0, "", "", ""),
    ],
)
def test_only_trusted_proxies_are_believed(rf, settings, proxies, forwarded, remote, address):
    from core.middleware import client_address

    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR=remote, headers={"x-forwarded-for": forwarded})
    assert client_address(request) == address


APPS = ("core", "accounts", "branches", "education", "discipline", "oversight", "outreach", "assessment", "reports")


def recorded_actions():
    """(file, action) of every `record(action=...)` in the code; an f-string gives its fixed beginning."""
    root = Path(__file__).parents[2]
    for path in (file for app in APPS for file in (root / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and "record" in ast.dump(node.func):
                for word in (keyword for keyword in node.keywords if keyword.arg == "action"):
                    texts = [part.value for part in ast.walk(word.value) if isinstance(part, ast.Constant)]
                    yield from ((path.name, text) for text in texts if "." in str(text))


def test_every_recorded_action_is_in_the_catalogue():
    known = audit.labels()
    unknown = {(name, text) for name, text in recorded_actions() if not any(found.startswith(text) for found in known)}
    assert unknown == set()


def test_the_catalogue_is_large_enough_and_chinese():
    known = audit.labels()
    assert len(known) >= 40
    assert all(not label.isascii() for label in known.values())
    assert all(action == action.lower() and " " not in action for action in known)
    assert audit.action_label("no.such") == "no.such"


def test_log_lines_carry_the_number_of_the_request():
    record = logging.LogRecord("x", logging.INFO, "", 0, "text", None, None)
    assert RequestIdFilter().filter(record)
    assert record.request_id == "-"
    with use_context(request_id="abcdef123456"):
        RequestIdFilter().filter(record)
    assert record.request_id == "abcdef123456"
