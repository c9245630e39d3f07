"""Bulk inserts for both databases: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

CHUNK = 20_000


def stamp(moment: datetime) -> str:
    """A UTC moment as either database stores it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S") + ("+00" if connection.vendor == "postgresql" else "")


def next_id(model: type[models.Model]) -> int:
    highest = model._default_manager.aggregate(top=models.Max("pk"))["top"]
    return int(highest or 0) + 1


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` (one value per column, dates as date or ISO text) and return how many there were."""
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    insert = _copy if connection.vendor == "postgresql" else _executemany
    stream, count = iter(rows), 0
    while chunk := list(islice(stream, CHUNK)):
        insert(table, names, len(columns), chunk)
        count += len(chunk)
    return count


def _copy(table: str, names: str, width: int, chunk: list[Sequence[Any]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows([["\\N" if value is None else value for value in row] for row in chunk])
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", buffer)


def _executemany(table: str, names: str, width: int, chunk: list[Sequence[Any]]) -> None:
    marks = ", ".join(["%s"] * width)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names come from the models
    with connection.cursor() as cursor:
        cursor.executemany(statement, chunk)


def reset_sequences(models_: Sequence[type[models.Model]]) -> None:
    """After explicit ids, the next row made by the portal must get a free one."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models_):
            cursor.execute(statement)


@contextmanager
def bare_tables(models_: Sequence[type[models.Model]]) -> Iterator[None]:
    """
    Take indexes, unique and foreign keys off while rows pour in, and put the very same back afterwards: building
    them once is several
    times as fast as keeping them up to date, and every row is checked all the same. PostgreSQL only; within one
    transaction.
    """
    if connection.vendor != "postgresql":
        yield
        return
    tables = [model._meta.db_table for model in models_]
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS, [tables])
        constraints = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        cursor.execute(INDEXES, [tables])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')


#: Unique and foreign keys first to go, and last to come back; primary keys and checks stay.
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('u', 'f') ORDER BY contype DESC, conname
"""
INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid::regclass::text = ANY(%s) AND NOT i.indisprimary AND NOT i.indisunique ORDER BY c.relname
"""
