"""A ledger as one reader has filtered and sorted it: the one place where page, sheet and job get their rows from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connections
from django.db.models import QuerySet

from core.ledgers.columns import Column
from core.ledgers.filters import Filter, FilterError
from core.ledgers.keyset import Term, beyond, ordered, terms_of
from core.ledgers.ledger import Ledger
from core.ledgers.rendering import row_reader

CHUNK = 2_000  # rows of one round trip to the database


@dataclass(frozen=True)
class Active:
    """A filter in use, with its cleaned value."""

    filter: Filter
    value: Any

    @property
    def text(self) -> str:
        return f"{self.filter.label}：{self.filter.describe(self.value)}"


class Selection:
    """Rows of a ledger for one reader under GET-like parameters.

    params: raw parameters; unknown ones are ignored, invalid ones noted in `errors` and ignored.
    fixed: ORM lookups laid on top by the view (JSON-able, for background jobs).
    for_export: only rows within the reach of the ledger's export capability as well.
    """

    def __init__(
        self,
        ledger: type[Ledger],
        user: Any,
        params: Mapping[str, str] | None = None,
        fixed: Mapping[str, Any] | None = None,
        *,
        for_export: bool = False,
    ) -> None:
        self.ledger, self.user, self.fixed = ledger, user, dict(fixed or {})
        self.raw = {name: str(value).strip() for name, value in (params or {}).items()}
        self.errors: list[str] = []
        self.active = [active for item in ledger.filters if (active := self._clean(item))]
        self.sort = self._sort(self.raw.get("sort", ""))
        self.queryset = self._queryset(for_export)
        self.terms: tuple[Term, ...] = terms_of(self.queryset, self._order())

    def _clean(self, item: Filter) -> Active | None:
        raw = {name: self.raw.get(name, "") for name in item.parameters}
        try:
            value = item.clean(raw, self.user)
        except FilterError as error:
            self.errors.append(str(error))
            return None
        return None if value is None else Active(item, value)

    def _sort(self, text: str) -> str:
        """ "key" or "-key" of a sortable column, or "" for the ledger's own order."""
        sortable = {column.key for column in self.ledger.columns if column.sortable}
        return text if text.removeprefix("-") in sortable else ""

    def _order(self) -> Sequence[str]:
        if not self.sort:
            return self.ledger.order
        column = next(column for column in self.ledger.columns if column.key == self.sort.removeprefix("-"))
        if not self.sort.startswith("-"):
            return column.sort_paths
        return [path.removeprefix("-") if path.startswith("-") else f"-{path}" for path in column.sort_paths]

    def _queryset(self, for_export: bool) -> QuerySet[Any]:
        queryset = self.ledger.base(self.user)
        if for_export and hasattr(queryset, "visible_to"):
            queryset = queryset.visible_to(self.user, self.ledger.export_capability)
        if self.fixed:
            queryset = queryset.filter(**self.fixed)
        for active in self.active:
            queryset = active.filter.narrow(queryset, active.value)
        return queryset

    def rows(self) -> QuerySet[Any]:
        """The selected rows in their order."""
        return ordered(self.queryset, self.terms)

    def count(self, limit: int) -> int:
        """The number of rows, at most `limit`: never counts further than that."""
        return int(self.queryset.order_by()[:limit].count())

    def params(self, *, without: Filter | None = None, sort: str | None = None) -> dict[str, str]:
        """The parameters that were accepted, canonical: for links and jobs."""
        kept: dict[str, str] = {}
        for active in self.active:
            if active.filter is not without:
                kept |= active.filter.dump(active.value)
        order = self.sort if sort is None else sort
        return kept | ({"sort": order} if order else {})

    def query(self, **changes: Any) -> str:
        """The same as a query string beginning with "?"."""
        return f"?{urlencode(self.params(**changes))}"

    def description(self) -> dict[str, str]:
        """Label and words of each filter in use: for the audit trail and the job's title."""
        return {active.filter.label: active.filter.describe(active.value) for active in self.active}

    def iter_cells(self, columns: Sequence[Column]) -> Iterator[tuple[Any, ...]]:
        """Typed values of these columns, row by row without holding them all: for sheets and documents."""
        reader = row_reader(columns)
        if connections[self.queryset.db].vendor == "postgresql":
            values = self.rows().values_list(*reader.paths).iterator(chunk_size=CHUNK)
        else:
            values = self._chunks(reader.paths)
        return map(reader.cells, values)

    def _chunks(self, paths: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The rows by key, a chunk a query: an open cursor of SQLite keeps its own connection from writing."""
        keys = [term.path for term in self.terms]
        wanted = list(dict.fromkeys([*paths, *keys]))
        places = [wanted.index(key) for key in keys]
        rows = self.rows().values_list(*wanted)
        while chunk := list(rows[:CHUNK]):
            yield from chunk
            last = [chunk[-1][place] for place in places]
            rows = beyond(self.rows(), self.terms, last, backward=False).values_list(*wanted)
