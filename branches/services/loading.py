"""
Many rows at once, without model instances: COPY on PostgreSQL, prepared statements on SQLite. It speaks to each
database in its own dialect; callers hold a transaction and have checked every value.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from itertools import islice
from typing import Any

from django.db import connection, models

CHUNK = 1000


def keys_reserve(model: type[models.Model], count: int) -> Sequence[int]:
    """Primary keys for ``count`` rows to come, in order."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            drawn = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) AS key FROM generate_series(1, %s)"
            cursor.execute(f"SELECT array_agg(key) FROM ({drawn}) AS drawn", [table, count])  # noqa: S608 # nosec B608
            return list(cursor.fetchone()[0] or ())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
    first = (last[0] if last else 0) + 1
    return range(first, first + count)


def stamp(moment: datetime) -> str:
    """A moment as the database stores it, for a column that is the same in every row."""
    return str(connection.ops.adapt_datetimefield_value(moment))


def rows_insert(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values in the order of ``fields`` (attribute names); moments as `stamp` writes them."""
    columns = _columns(model, fields)
    if connection.vendor == "postgresql":
        _copy(model, columns, model._meta.db_table, rows)
        return
    names, marks = _listed(column.column for column in columns), ", ".join(["?"] * len(columns))
    _execute_many(f"INSERT INTO {_quoted(model._meta.db_table)} ({names}) VALUES ({marks})", rows)  # noqa: S608 # nosec B608


def rows_update(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Overwrite ``fields`` of rows named by their key: each row is the values, then the key."""
    columns = _columns(model, fields)
    table = _quoted(model._meta.db_table)
    if connection.vendor == "postgresql":
        _update_from_copy(model, columns, rows)
        return
    sets = ", ".join(f"{_quoted(column.column)} = ?" for column in columns)
    _execute_many(f"UPDATE {table} SET {sets} WHERE id = ?", rows)  # noqa: S608 # nosec B608


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[Any]:
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    return [by_attribute[name] for name in fields]


def _update_from_copy(model: type[models.Model], columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    table, staged = model._meta.db_table, f"staged_{model._meta.db_table}"
    key = model._meta.pk
    names = _listed(column.column for column in (*columns, key))
    sets = ", ".join(f"{_quoted(column.column)} = staged.{_quoted(column.column)}" for column in columns)
    target = _quoted(table)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_quoted(staged)}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_quoted(staged)} ON COMMIT DROP AS "  # noqa: S608 # nosec B608
            f"SELECT {names} FROM {target} WITH NO DATA"
        )
        _copy(model, [*columns, key], staged, rows)
        cursor.execute(
            f"UPDATE {target} SET {sets} FROM {_quoted(staged)} AS staged WHERE {target}.id = staged.id"  # noqa: S608 # nosec B608
        )


def _copy(model: type[models.Model], columns: Sequence[Any], table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Values go through as CSV, which the C writer makes; an empty text stays a text, an empty date is NULL."""
    texts = [str(column.column) for column in columns if isinstance(column, models.CharField | models.TextField)]
    keep = f", FORCE_NOT_NULL ({_listed(texts)})" if texts else ""
    command = f"COPY {_quoted(table)} ({_listed(column.column for column in columns)}) FROM STDIN (FORMAT csv{keep})"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(command, _CsvStream(rows))


class _CsvStream:
    """Rows as CSV, made while the server already stores those before."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows = iter(rows)
        self._buffer = StringIO(newline="")
        self._writer = csv.writer(self._buffer, lineterminator="\n")

    def read(self, size: int = -1) -> str:
        """The next thousand rows, whatever ``size`` says; "" at the end."""
        self._writer.writerows(islice(self._rows, CHUNK))
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text


def _execute_many(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Straight to sqlite3: Django's cursor would rewrite the statement for each row."""
    connection.ensure_connection()
    plain = ([_plain(value) for value in row] for row in rows)
    with connection.wrap_database_errors:
        connection.connection.executemany(statement, plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_quoted(name) for name in names)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
