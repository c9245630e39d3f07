"""Triggers by which the database itself refuses to change or delete audit rows.

Whoever owns the tables can still drop a trigger; the chain of seals is what shows that (`core.audit_chain`).
"""

from __future__ import annotations

from typing import Any

TABLES = ("core_auditevent", "core_auditseal")
KEYS = {"core_auditevent": "id", "core_auditseal": "seq"}
REFUSAL = "audit rows are append-only"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION core_audit_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}'; END
$$ LANGUAGE plpgsql
"""


def install(connection: Any) -> None:
    """Create the triggers, in place of any that are there."""
    drop(connection)
    statements = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop(connection: Any) -> None:
    """Remove the triggers: to unapply the migration, and to empty a test database."""
    with connection.cursor() as cursor:
        for name, table in _names(connection.vendor):
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def missing(connection: Any) -> list[str]:
    """The names of the triggers that are not in force."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'core_audit%%' AND tgenabled IN ('O', 'A')"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'core_audit%%'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    return sorted(name for name, _ in _names(connection.vendor) if name not in found)


def _names(vendor: str) -> list[tuple[str, str]]:
    events = ("change", "truncate") if vendor == "postgresql" else ("update", "delete", "replace")
    return [(f"{table}_{event}", table) for table in TABLES for event in events]


def _postgresql() -> list[str]:
    statements = [_FUNCTION]
    for table in TABLES:
        for name, event in ((f"{table}_change", "UPDATE OR DELETE"), (f"{table}_truncate", "TRUNCATE")):
            when = f"BEFORE {event} ON {table} FOR EACH STATEMENT"
            statements.append(f"CREATE TRIGGER {name} {when} EXECUTE PROCEDURE core_audit_refuse()")
            # Also while replication roles are switched, which silences ordinary triggers.
            statements.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    return statements


def _sqlite() -> list[str]:
    statements = []
    for table in TABLES:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {KEYS[table]} = NEW.{KEYS[table]})"  # noqa: S608 # nosec B608
        statements += [
            f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}",
            # INSERT OR REPLACE deletes the old row without firing the trigger above.
            f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} WHEN {exists} {refuse}",
        ]
    return statements
