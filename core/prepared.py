"""Reads compiled once: on a page that everybody opens, the ORM's compilation costs more than the statement itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """
    ``build(**samples)`` makes a query of plain values (`values_list` of texts and integers) once per database kind;
    `rows(**values)` runs its SQL with these values, integers and texts (a day as text), in the places of the samples.
    Samples must differ from each other and from every constant of the query. TypeError where one is not a parameter.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], **samples: Any) -> None:
        self._build, self._samples = build, samples
        self._compiled: dict[str, tuple[str, list[tuple[str, Any]]]] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values. One query, no compilation."""
        if connection.vendor not in self._compiled:
            self._compiled[connection.vendor] = self._compile()
        statement, slots = self._compiled[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(statement, [values[name] if name else constant for name, constant in slots])
            return list(cursor.fetchall())

    def _compile(self) -> tuple[str, list[tuple[str, Any]]]:
        statement, parameters = self._build(**self._samples).query.sql_with_params()
        names = {str(sample): name for name, sample in self._samples.items()}
        slots = [(names.get(str(parameter), ""), parameter) for parameter in parameters]
        if missing := self._samples.keys() - {name for name, _ in slots}:
            raise TypeError(f"not a parameter of the query: {sorted(missing)}")
        return statement, slots
