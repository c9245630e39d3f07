"""One page of a ledger as the template needs it: finished rows, headings, filters, chips, links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.urls import resolve, reverse
from django.utils.safestring import SafeString, mark_safe

from core.doors import Door
from core.ledgers.columns import Column
from core.ledgers.keyset import beyond, dump_cursor, load_cursor, ordered
from core.ledgers.rendering import HtmlRows, cell_classes
from core.ledgers.selection import Active, Selection
from core.ui import drawn

WIDE = 9  # columns; a wider table scrolls within its own frame


@dataclass(frozen=True)
class Heading:
    """A column's heading; `url` sorts by it ("" when it cannot), `aria_sort` says how it is sorted now."""

    title: str
    classes: str
    url: str
    aria_sort: str

    @property
    def html(self) -> str:
        title = escape(self.title)
        link = f'<a class="sort" href="{escape(self.url)}">{title}</a>' if self.url else title
        sort = f' aria-sort="{self.aria_sort}"' if self.aria_sort else ""
        return f'<th scope="col"{self.classes}{sort}>{link}</th>'


@dataclass(frozen=True)
class Chip:
    """A filter in use; `url` is the page without it."""

    text: str
    url: str


class LedgerPage:
    """What `core/_ledger.html` shows. One query reads its rows when it is made; another counts a long list."""

    def __init__(self, selection: Selection, *, hide: Sequence[str] = (), export_url: str = "") -> None:
        self.selection, self.ledger = selection, selection.ledger
        self.columns = [column for column in self.ledger.columns if column.page and column.key not in hide]
        self._export_url = export_url
        self._renderer = HtmlRows(self.columns, [term.path for term in selection.terms])
        self._keys = [self._renderer.paths.index(term.path) for term in selection.terms]
        self._salt = f"ledger:{self.ledger.slug}:{[(term.path, term.descending) for term in selection.terms]}"
        self.has_previous = self.has_next = False
        self.values = self._read()

    def _read(self) -> list[tuple[Any, ...]]:
        """The values of this page's rows; a cursor that leads nowhere leads to the first page."""
        for name, backward in (("after", False), ("before", True)):
            cursor = load_cursor(self._salt, self.selection.raw.get(name, ""), len(self._keys))
            if cursor and (values := self._read_beyond(cursor, backward)):
                return values
        values, self.has_next = self._fetch(self.selection.rows())
        return values

    def _read_beyond(self, cursor: Sequence[Any], backward: bool) -> list[tuple[Any, ...]]:
        selection = self.selection
        further = beyond(selection.queryset, selection.terms, cursor, backward)
        values, more = self._fetch(ordered(further, selection.terms, backward))
        self.has_previous, self.has_next = (more, True) if backward else (True, more)
        if backward and not more and len(values) < self.ledger.page_size:
            values = []  # the top of the list: show a full first page rather than a torn one
        if not values:
            self.has_previous = self.has_next = False
        return values[::-1] if backward else values

    def _fetch(self, rows: Any) -> tuple[list[tuple[Any, ...]], bool]:
        size = self.ledger.page_size
        values = list(rows.values_list(*self._renderer.paths)[: size + 1])
        return values[:size], len(values) > size

    @property
    def title(self) -> str:
        return self.ledger.title

    @cached_property
    def rows(self) -> list[str]:
        """One finished <tr> for each row."""
        return [self._renderer.row(values) for values in self.values]

    @property
    def rows_html(self) -> SafeString:
        return mark_safe("\n".join(self.rows))  # noqa: S308  # every value was escaped by its column

    @property
    def is_wide(self) -> bool:
        return len(self.columns) > WIDE

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for column in self.columns]

    @property
    def headings_html(self) -> SafeString:
        return mark_safe(f"<tr>{''.join([heading.html for heading in self.headings])}</tr>")  # noqa: S308  # escaped there

    def _heading(self, column: Column) -> Heading:
        classes = cell_classes(column)
        if not column.sortable:
            return Heading(column.title, classes, "", "")
        direction = self._direction(column)
        sort = f"-{column.key}" if direction == "ascending" else column.key
        return Heading(column.title, classes, self.selection.query(sort=sort), direction)

    def _direction(self, column: Column) -> str:
        """How the list is sorted by this column now: "ascending", "descending", or "" when by another."""
        first = self.selection.terms[0]
        chosen = self.selection.sort.removeprefix("-")
        path = column.sort_paths[0]
        if chosen not in ("", column.key) or first.path != path.removeprefix("-"):
            return ""
        return "ascending" if first.descending == path.startswith("-") else "descending"

    @property
    def errors(self) -> list[str]:
        return self.selection.errors

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The form's fields: each a template and its context."""
        values = {active.filter.name: active.value for active in self.selection.active}
        return [
            {
                "template": item.template,
                "name": item.name,
                "label": item.label,
                **item.widget(self.selection.raw, values.get(item.name), self.selection.user),
            }
            for item in self.ledger.filters
        ]

    @property
    def filters_html(self) -> SafeString:
        """The form, without which a list has none; the same fields with the same values are drawn once a process."""
        said = {
            "title": self.title, "fields": self.filters, "sort": self.sort, "count": len(self.chips),
            "wrong": bool(self.errors), "clear_url": self.clear_url,
        }  # fmt: skip
        return drawn("core/_ledger_filters.html", **said) if self.ledger.filters else SafeString("")

    @property
    def sort(self) -> str:
        return self.selection.sort

    @cached_property
    def chips(self) -> list[Chip]:
        return [self._chip(active) for active in self.selection.active]

    def _chip(self, active: Active) -> Chip:
        return Chip(active.text, self.selection.query(without=active.filter))

    @cached_property
    def clear_url(self) -> str:
        """The list without any filter."""
        return f"?{urlencode({'sort': self.sort})}" if self.sort else "?"

    @cached_property
    def count_text(self) -> str:
        """ "共 873 条", or "超过 1000 条" where counting on would cost more than it tells."""
        cap = self.ledger.count_cap
        short = not self.has_previous and not self.has_next
        count = len(self.values) if short else self.selection.count(cap + 1)
        return f"超过 {cap} 条" if count > cap else f"共 {count} 条"

    @cached_property
    def next_url(self) -> str:
        return self._cursor_url("after", self.values[-1]) if self.has_next else ""

    @cached_property
    def previous_url(self) -> str:
        return self._cursor_url("before", self.values[0]) if self.has_previous else ""

    @cached_property
    def first_url(self) -> str:
        return self.selection.query() if self.has_previous else ""

    def _cursor_url(self, name: str, values: tuple[Any, ...]) -> str:
        cursor = dump_cursor(self._salt, [values[key] for key in self._keys])
        return f"?{urlencode({**self.selection.params(), name: cursor})}"

    @cached_property
    def export_url(self) -> str:
        """Where the same selection is exported; "" when there is no such place or the reader has no right to it."""
        if not self.selection.user.scope(self.ledger.export_capability).can:
            return ""
        url = self._export_url or (reverse(self.ledger.export_url) if self.ledger.export_url else "")
        return f"{url}{self.selection.query()}" if url else ""

    @property
    def empty_url(self) -> str:
        """Where the reader goes to make the first row, for those whom that door opens to."""
        if not self.ledger.empty_action:
            return ""
        url = reverse(self.ledger.empty_action[0])
        door: Door | None = getattr(resolve(url).func, "door", None)
        return url if door is None or door.opens_to(self.selection.user) else ""

    @property
    def empty_label(self) -> str:
        return self.ledger.empty_action[1] if self.ledger.empty_action else ""
