"""Values of a row as HTML cells and as cells of a sheet.

Each column is compiled once a page into a function from the row's tuple to a finished piece of text: rendering a list
costs more than reading it, and a template per row several times as much again (docs/adr/0002-ledgers.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from html import escape
from operator import itemgetter
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from core.ledgers.columns import Column
from core.templatetags.ui import TONES, badge

Row = tuple[Any, ...]
Words = Callable[[Row], str]
PLACEHOLDERS: tuple[Any, ...] = (
    7_061_502_893_341_076,
    UUID("7a61c502-8933-4107-a6d5-3b0f9e2c8d41"),
    "q7061502893341076q",
)


def paths_of(columns: Iterable[Column], *, links: bool) -> list[str]:
    """The ORM paths that these columns need, each once."""
    paths: dict[str, None] = {}
    for column in columns:
        paths.update(dict.fromkeys(column.sources))
        if links and column.link:
            paths[column.link_arg] = None
    return list(paths)


def format_value(kind: str, value: Any) -> str:
    """A stored value in words, by the kind of its column; "" for nothing."""
    if value is None or value == "":
        return ""
    if kind == "bool":
        return "是" if value else "否"
    if kind == "percent":
        return f"{float(value) * 100:.1f}%"
    if kind == "date" and isinstance(value, datetime):
        return _moment(value)[:10]
    return WORDS.get(type(value), str)(value)


def _moment(value: datetime) -> str:
    return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%Y-%m-%d %H:%M}"


WORDS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "是" if value else "否",
    datetime: _moment,
    time: "{:%H:%M}".format,
    date: date.isoformat,
    float: "{:.10g}".format,
    Decimal: "{:f}".format,
}


def words_of(column: Column, places: Sequence[int]) -> Words:
    """Row -> what the reader reads, not yet escaped."""
    first, kind = places[0], column.kind
    if column.text:
        text, only = column.text, len(places) == 1
        if only:
            return lambda row: _plain(text(row[first]))
        return lambda row: _plain(text(*[row[place] for place in places]))
    labels = column.choice_labels()
    if labels is not None:
        return lambda row: labels.get(row[first]) or format_value(kind, row[first])
    if kind in ("text", "id"):
        return lambda row: format_value(kind, value) if type(value := row[first]) is not str else value
    return lambda row: format_value(kind, row[first])


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


class HtmlRows:
    """Compiled cells of a page: `paths` to fetch, `row(values)` -> "<tr>…</tr>" with everything escaped."""

    def __init__(self, columns: Sequence[Column], extra: Sequence[str] = ()) -> None:
        self.paths = paths_of(columns, links=True)
        self.paths += [path for path in dict.fromkeys(extra) if path not in self.paths]
        title = next((column.key for column in columns if column.link and column.sheet), "")
        self.cells = [self._cell(column, column.key == title) for column in columns]

    def row(self, values: Row) -> str:
        return f"<tr>{''.join([cell(values) for cell in self.cells])}</tr>"

    def _cell(self, column: Column, is_title: bool) -> Words:
        places = [self.paths.index(path) for path in column.sources]
        words = words_of(column, places)
        classes = cell_classes(column, is_title)
        head = f'<td{classes} data-label="{escape(column.title)}">' if not is_title else f"<td{classes}>"
        if column.badge is not None:
            return _badged(head, column, places, words)
        if column.link:
            return _linked(head, column, self.paths.index(column.link_arg), words)
        return lambda row: f"{head}{escape(words(row))}</td>"


def cell_classes(column: Column, is_title: bool = False) -> str:
    """The class attribute of a column's cells, or ""."""
    names = []
    if is_title:
        names.append("ledger-title")
    elif column.link and not column.sheet:
        names.append("ledger-actions")
    elif column.kind in ("number", "percent"):
        names.append("num")
    if column.hidden_on_phone:
        names.append("d-none d-md-table-cell")
    return f' class="{" ".join(names)}"' if names else ""


def _linked(head: str, column: Column, place: int, words: Words) -> Words:
    before, after = url_parts(column.link)
    start = f'{head}<a href="{escape(before)}'
    end = f'{escape(after)}">'

    def cell(row: Row) -> str:
        text, value = words(row), row[place]
        if value is None:
            return f"{head}{escape(text)}</td>"
        argument = value if type(value) is int else quote(str(value), safe="")
        return f"{start}{argument}{end}{escape(text) or '（未填写）'}</a></td>"

    return cell


def url_parts(name: str) -> tuple[str, str]:
    """The URL called `name` before and after its one argument: one reverse for a whole page."""
    for placeholder in PLACEHOLDERS:
        try:
            before, after = reverse(name, args=[placeholder]).split(str(placeholder))
        except NoReverseMatch:
            continue
        return before, after
    raise NoReverseMatch(f"{name!r} is not a URL with one argument")


def _badged(head: str, column: Column, places: Sequence[int], words: Words) -> Words:
    looks = column.badge
    made: dict[tuple[str, str], str] = {}

    def cell(row: Row) -> str:
        values = [row[place] for place in places]
        look = looks(*values) if callable(looks) else looks.get(values[0], "") if looks else ""
        text = words(row)
        if (look, text) not in made:
            made[look, text] = _badge(look, text)
        return f"{head}{made[look, text]}</td>"

    return cell


def _badge(look: str, text: str) -> str:
    if not look or not text:
        return escape(text)
    if look in TONES:
        return str(badge(text, look))
    return f'<span class="badge {escape(look)}">{escape(text)}</span>'


@dataclass(frozen=True)
class RowReader:
    """`paths` to fetch, and `cells(values)` -> typed values of the columns."""

    paths: list[str]
    cells: Callable[[Row], Row]


def row_reader(columns: Sequence[Column]) -> RowReader:
    """Compiled cells of a sheet."""
    paths = paths_of(columns, links=False)
    makers = [sheet_cell(column, [paths.index(path) for path in column.sources]) for column in columns]
    return RowReader(paths, lambda row: tuple([make(row) for make in makers]))


def sheet_cell(column: Column, places: Sequence[int]) -> Callable[[Row], Any]:
    """Row -> the value that stands in the sheet: real dates and numbers, else the words of the page."""
    if column.cell:
        cell = column.cell
        return lambda row: cell(*[row[place] for place in places])
    if is_typed(column):
        return itemgetter(places[0])
    return words_of(column, places)


def is_typed(column: Column) -> bool:
    """Whether the stored value itself goes into the sheet."""
    typed = column.kind in ("date", "datetime", "number", "percent", "bool")
    plain = column.kind in ("text", "id") and not column.text
    return len(column.sources) == 1 and column.choices is None and (typed or plain)
