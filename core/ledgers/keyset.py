"""Paging by key: a page starts after the last row of the page before, so page 2,000 costs what page 1 costs.

Any order works: the pk is added as the last term, empty values stand last in either direction, and the cursor is
signed, so that a doctored one is simply no cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.core.signing import BadSignature, Signer
from django.db.models import BooleanField, F, Field, Model, Q, QuerySet, Value
from django.db.models.expressions import Func, OrderBy

TYPES: dict[str, Any] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "Decimal": Decimal,
    "UUID": UUID,
}


@dataclass(frozen=True)
class Term:
    """One path of an order. `field` is unknown (None) for annotations, which may also be empty."""

    path: str
    descending: bool
    nullable: bool
    field: Field[Any, Any] | None

    def ordering(self, backward: bool) -> OrderBy:
        """The ORDER BY of this term; read backward, everything is reversed, empty values come first."""
        expression = F(self.path)
        options = {"nulls_first" if backward else "nulls_last": True} if self.nullable else {}
        return expression.desc(**options) if self.descending != backward else expression.asc(**options)

    def same(self, value: Any) -> Q:
        """Rows equal to `value` in this term."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def beyond(self, value: Any, backward: bool) -> Q | None:
        """Rows further on than `value` in this term; None where there can be none."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if backward else None
        further = Q(**{f"{self.path}__{'lt' if self.descending != backward else 'gt'}": value})
        return further | Q(**{f"{self.path}__isnull": True}) if self.nullable and not backward else further


class RowCompare(Func):
    """(a, b) < (x, y): the one form of the condition that an index over (a, b) answers at once."""

    output_field = BooleanField()

    def __init__(self, *expressions: Any, operator: str = "<", **extra: Any) -> None:
        half = len(expressions) // 2
        holes = ", ".join(["%s"] * half)
        self.pattern = f"(({holes}) {operator} ({holes}))"
        super().__init__(*expressions, **extra)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        return self.pattern % tuple(sql for sql, _ in compiled), tuple(
            value for _, values in compiled for value in values
        )


def terms_of(queryset: QuerySet[Any], order: Sequence[str]) -> tuple[Term, ...]:
    """The order as terms, ended by the pk (in the direction of the last term) where it is not named."""
    names = list(order)
    pk_names = {"pk", "id", queryset.model._meta.pk.name}
    if not any(name.lstrip("-") in pk_names for name in names):
        names.append("-pk" if names and names[-1].startswith("-") else "pk")
    return tuple(_term(queryset, name) for name in names)


def _term(queryset: QuerySet[Any], name: str) -> Term:
    path = name.removeprefix("-")
    nullable, field = _look_up(queryset, path)
    return Term(path, name.startswith("-"), nullable, field)


def _look_up(queryset: QuerySet[Any], path: str) -> tuple[bool, Field[Any, Any] | None]:
    """(may be empty, final field) of an ORM path."""
    if path in queryset.query.annotations:
        return True, None
    model: type[Model] | None = queryset.model
    nullable, field = False, None
    for step in path.split("__"):
        if model is None:
            return True, None  # a transform, such as held_on__year
        try:
            field = cast("Field[Any, Any]", model._meta.pk if step == "pk" else model._meta.get_field(step))
        except FieldDoesNotExist:
            return True, None
        nullable = nullable or field.null
        model = field.related_model if field.is_relation else None
    return nullable, field


def ordered(queryset: QuerySet[Any], terms: Sequence[Term], backward: bool = False) -> QuerySet[Any]:
    """The rows in this order, or in exactly the opposite one."""
    return queryset.order_by(*(term.ordering(backward) for term in terms))


def beyond(queryset: QuerySet[Any], terms: Sequence[Term], values: Sequence[Any], backward: bool) -> QuerySet[Any]:
    """The rows after (before, when backward) the row that has these values."""
    directions = {term.descending != backward for term in terms}
    if len(directions) == 1 and all(term.field is not None and not term.nullable for term in terms):
        paths = [F(term.path) for term in terms]
        bounds = [Value(value, output_field=term.field) for term, value in zip(terms, values, strict=True)]
        return queryset.filter(RowCompare(*paths, *bounds, operator="<" if directions.pop() else ">"))
    condition, equal = Q(pk__in=()), Q()
    for term, value in zip(terms, values, strict=True):
        if further := term.beyond(value, backward):
            condition |= equal & further
        equal &= term.same(value)
    if not terms[0].nullable:  # implied by the condition, but of a form that an index can use
        sign = "lte" if terms[0].descending != backward else "gte"
        condition &= Q(**{f"{terms[0].path}__{sign}": values[0]})
    return queryset.filter(condition)


def dump_cursor(salt: str, values: Sequence[Any]) -> str:
    """The values as a signed, opaque parameter."""
    return Signer(salt=salt).sign_object([_dump(value) for value in values])


def load_cursor(salt: str, cursor: str, length: int) -> tuple[Any, ...] | None:
    """The values again; None for anything that `dump_cursor` did not make for this list and this order."""
    try:
        values = tuple(_load(item) for item in Signer(salt=salt).unsign_object(cursor))
    except (BadSignature, ValueError, TypeError, KeyError, ArithmeticError):
        return None
    return values if len(values) == length else None


def _dump(value: Any) -> Any:
    kind = type(value).__name__
    return {kind: value.isoformat() if hasattr(value, "isoformat") else str(value)} if kind in TYPES else value


def _load(item: Any) -> Any:
    if isinstance(item, dict):
        ((kind, text),) = item.items()
        return TYPES[kind](text)
    return item
