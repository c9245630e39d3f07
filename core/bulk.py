"""Many rows in one statement. What only PostgreSQL understands stands here and in `core.append_only`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet, Value

Rows = Sequence[tuple[Any, ...]]


def insert_new(model: type[Model], columns: Sequence[str], rows: Rows) -> None:
    """Insert rows of database values; one that breaks a unique constraint is left out.

    ``columns`` are attribute names ("user_id") and hold every column that may not be NULL.
    """
    if not rows:
        return
    if connection.vendor == "postgresql":
        _insert_arrays(model, columns, rows)
        return
    instances = [model(**dict(zip(columns, row, strict=True))) for row in rows]
    model._default_manager.bulk_create(instances, ignore_conflicts=True)


def insert_select(model: type[Model], column: str, source: QuerySet[Any], constants: Mapping[str, Any]) -> None:
    """
    Insert a row for every row of ``source``: its primary key in ``column``, the same constants in the others. One that
    breaks a unique constraint is left out; ``source`` must have a WHERE, or SQLite misreads what follows.
    """
    fields = {name: _field(model, name) for name in constants}
    values = {f"new_{name}": Value(value, fields[name]) for name, value in constants.items()}
    query, parameters = source.annotate(**values).values_list("pk", *values).query.sql_with_params()
    names = _quoted(model, [column, *constants])
    statement = f"INSERT INTO {_table(model)} ({names}) {query} ON CONFLICT DO NOTHING"  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _insert_arrays(model: type[Model], columns: Sequence[str], rows: Rows) -> None:
    """One array per column is parsed several times as fast as one tuple per row."""
    fields = [_field(model, name) for name in columns]
    arrays = ", ".join(f"%s::{_array_type(field)}[]" for field in fields)
    parameters = [
        [field.get_db_prep_save(value, connection) for value in column]
        for field, column in zip(fields, zip(*rows, strict=True), strict=True)
    ]
    names = _quoted(model, columns)
    statement = f"INSERT INTO {_table(model)} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608 # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _array_type(field: Any) -> str:
    """A cast to varchar(n) would cut silently where the column itself refuses."""
    kind = str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))
    return "text" if kind.startswith("varchar") else kind


def _field(model: type[Model], attname: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == attname)


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(model: type[Model], attnames: Sequence[str]) -> str:
    return ", ".join(connection.ops.quote_name(_field(model, name).column) for name in attnames)
