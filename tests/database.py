"""Test databases: copied from a migrated one, and emptied although their audit tables refuse it."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core import management
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.creation import BaseDatabaseCreation
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases

from core import append_only

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / "var" / "test" / "databases"


@pytest.fixture(autouse=True, scope="session")
def audit_tables_can_be_flushed() -> Iterator[None]:
    """After a transactional test Django flushes every table: the triggers step aside for that moment only."""
    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(case: TransactionTestCase) -> None:
        append_only.drop(connection)
        try:
            flush(case)
        finally:
            append_only.install(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_without_triggers)
        yield


# A migrated database is made once and copied: seventy migrations take longer than most runs of a few tests.


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """The plugin's own, for whoever asks: a module may hold the database open before any test of it is marked."""
    verbosity = request.config.option.verbose
    with django_db_blocker.unblock(), _copied():
        config = setup_databases(verbosity, interactive=False, aliases={"default"}, serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        teardown_databases(config, verbosity)


@contextmanager
def _copied() -> Iterator[None]:
    """Where ``create_test_db`` would migrate, the copy of an earlier run with the same tables is taken instead."""
    create = BaseDatabaseCreation.create_test_db

    def create_by_copy(self: BaseDatabaseCreation, *args: Any, **options: Any) -> str:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(management, "call_command", _migrated)
            return create(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseCreation, "create_test_db", create_by_copy)
        yield


def _migrated(name: str, *args: Any, **options: Any) -> Any:
    if name != "migrate":
        return call_command(name, *args, **options)
    store = SqliteStore() if connection.vendor == "sqlite" else PostgresStore()
    with _alone(store.key):
        if not store.restore():
            call_command(name, *args, **options)
            store.keep()
    return None


def _fingerprint() -> str:
    """Of everything that the tables follow from: migrations, models, core, and the versions of the packages."""
    files = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/models.py"), *ROOT.glob("*/models/*.py")]
    files += [
        *ROOT.glob("core/*.py"),
        *ROOT.glob("*/choices.py"),
        *ROOT.glob("*/choices/*.py"),
        ROOT / "requirements.txt",
    ]
    digest = sha256(str(ROOT).encode())
    for path in sorted(files):
        digest.update(path.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(key: str) -> Iterator[None]:
    """One process at a time makes the copy; the others wait for it."""
    STORE.mkdir(parents=True, exist_ok=True)
    with (STORE / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class SqliteStore:
    """A file beside the other things that tests write."""

    def __init__(self) -> None:
        self.key = f"sqlite-{_fingerprint()}"
        self.path = STORE / f"{self.key}.db"

    def restore(self) -> bool:
        if not self.path.exists():
            return False
        connection.ensure_connection()
        with closing(sqlite3.connect(self.path)) as kept:
            kept.backup(connection.connection)
        return True

    def keep(self) -> None:
        for old in STORE.glob("sqlite-*.db"):
            old.unlink()
        connection.ensure_connection()
        draft = self.path.with_suffix(".draft")
        with closing(sqlite3.connect(draft)) as kept:
            connection.connection.backup(kept)
        draft.rename(self.path)


class PostgresStore:
    """A database of the same server; the test database is made anew from it."""

    def __init__(self) -> None:
        self.key = f"portal_tests_{_fingerprint()}"

    def restore(self) -> bool:
        with self._server() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.key])
            if cursor.fetchone() is None:
                return False
            self._copy(cursor, self.key, connection.settings_dict["NAME"])
        return True

    def keep(self) -> None:
        with self._server() as cursor:
            self._copy(cursor, connection.settings_dict["NAME"], self.key)

    @staticmethod
    def _copy(cursor: Any, source: str, target: str) -> None:
        cursor.execute(f'DROP DATABASE IF EXISTS "{target}"')
        cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    @staticmethod
    @contextmanager
    def _server() -> Iterator[Any]:
        """Another database of the server: neither side of a copy may be in use."""
        connection.close()
        with connection._nodb_cursor() as cursor:
            yield cursor
        connection.close()
