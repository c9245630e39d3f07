"""Emptying a test database whose audit tables refuse to be emptied."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase

from core import append_only


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
