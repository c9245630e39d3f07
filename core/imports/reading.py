"""From an uploaded sheet to rows: finding the heading, reading the cells, judging what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any, NamedTuple

from django.core.exceptions import ValidationError

from core.imports.cells import Read, choices_of, form_of, reader_of
from core.imports.declaration import Choices, ImportColumn, Row, RowError, SheetImport
from core.workbooks.reader import (
    Header,
    Sheet,
    WorkbookError,
    cell_text,
    find_header,
    normalise_heading,
    read_sheet,
)
from core.workbooks.values import (
    CellProblem,
    column_letter,
    conceal,
    merged_fill,
)

HEADER_WITHIN = 20
EXAMPLE = "（示例"
EXAMPLES = (EXAMPLE, "(示例")
AS_VALUES = "复制后用“选择性粘贴—数值”替换"
VALUE_SHOWN = 40

Cells = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """What was read from a sheet, before it is judged: raw cells by key, and where the columns stand."""

    sheet: str
    rows: list[tuple[int, Cells]]
    places: dict[str, tuple[str, str]]  # key -> letter and heading
    odd: dict[int, dict[str, str]] = field(default_factory=dict)  # row -> key -> why
    unknown: list[str] = field(default_factory=list)


@dataclass
class Judged:
    """The rows in order, and what is refused: (row, key, raw value, message, accepted)."""

    rows: list[Row] = field(default_factory=list)
    choices: Mapping[str, Choices] = field(default_factory=dict)
    problems: list[tuple[int, str, Any, str, str]] = field(default_factory=list)


def read_source(importer: type[SheetImport], file: IO[bytes]) -> Source:
    """The rows of the first visible sheet. WorkbookError for what is no usable workbook, or lacks a column."""
    sheet = read_sheet(file)
    merged_fill(sheet.rows, sheet.merged)
    known = {heading: column.key for column in importer.columns for heading in column.headings}
    header = find_header(sheet.rows, known, within=HEADER_WITHIN)
    _refuse_missing(importer, header)
    rows = list(_rows(sheet, header))
    if not rows:
        raise WorkbookError("表头下面没有数据行（示例行不读取）。")
    if len(rows) > importer.row_limit:
        raise WorkbookError(f"一次最多导入{importer.row_limit}行，这里有{len(rows)}行，请分批上传。")
    ignored = {normalise_heading(heading) for heading in importer.ignored}
    unknown = [heading for heading in header.unknown if normalise_heading(heading) not in ignored]
    places = {key: (column_letter(at), cell_text(sheet.rows[header.row][at])) for key, at in header.columns.items()}
    return Source(sheet.name, rows, places, _odd(sheet, header), unknown)


def judge(importer: type[SheetImport], user: Any, place: Any, source: Source) -> Judged:
    """Read every cell, look for doubles, and ask the declaration about the rows whose cells are in order."""
    offered = importer.choices(user, place)
    readers = [_reader(column, choices_of(column, offered)) for column in importer.columns]
    judged = Judged(choices=offered)
    clean: list[Row] = []
    for number, cells in source.rows:
        before = len(judged.problems)
        row = Row(number, {reader.column.key: _value(judged, number, reader, cells) for reader in readers})
        judged.rows.append(row)
        if not _note_odd(judged, number, source) and len(judged.problems) == before:
            clean.append(row)
    single = list(_without_doubles(importer, clean, judged))
    raw = dict(source.rows)
    for error in importer.check(user, place, single):
        _note(judged, error, raw)
    return judged


def problems_of(errors: Iterable[RowError], source: Source) -> Judged:
    """Refusals that came from elsewhere, as those of a judgement."""
    judged, raw = Judged(), dict(source.rows)
    for error in errors:
        _note(judged, error, raw)
    return judged


def as_errors(importer: type[SheetImport], judged: Judged, source: Source, most: int) -> list[dict[str, Any]]:
    """The refused cells as they are kept and shown: in order, personal numbers blanked, the first `most`."""
    titles = {column.key: column.title for column in importer.columns}
    order = {key: index for index, key in enumerate(source.places)}
    found = sorted(judged.problems, key=lambda item: (item[0], order.get(item[1], -1)))
    shown = []
    for row, key, raw, message, accepted in found[:most]:
        letter, heading = source.places.get(key, ("", titles.get(key, "整行")))
        value = conceal(cell_text(raw))[:VALUE_SHOWN]
        shown.append(
            {
                "row": row,
                "column": letter,
                "heading": heading,
                "value": value,
                "message": conceal(message),
                "accepted": accepted,
            }
        )
    return shown


# The sheet -----------------------------------------------------------------------------------------------------------


def _refuse_missing(importer: type[SheetImport], header: Header) -> None:
    missing = [column for column in importer.columns if column.required and column.key not in header.columns]
    if not missing:
        return
    words = [f"{column.title}{_also(column)}" for column in missing]
    raise WorkbookError(f"缺少必需的列：{'、'.join(words)}。请使用下载的模板，或补上这一列。")


def _also(column: ImportColumn) -> str:
    return f"（也可写作{'、'.join(f'“{alias}”' for alias in column.aliases)}）" if column.aliases else ""


def _rows(sheet: Sheet, header: Header) -> Iterator[tuple[int, Cells]]:
    """(number in Excel, raw cells) of every row that is neither the example nor the heading over again."""
    headings = {key: normalise_heading(sheet.rows[header.row][at]) for key, at in header.columns.items()}
    for index, record in sheet.records(header):
        texts = {key: value for key, value in record.items() if isinstance(value, str) and value.strip()}
        if any(value.strip().startswith(EXAMPLES) for value in texts.values()):
            continue
        if texts and all(normalise_heading(value) == headings[key] for key, value in texts.items()):
            continue
        yield index + 1, record


def _odd(sheet: Sheet, header: Header) -> dict[int, dict[str, str]]:
    keys = {at: key for key, at in header.columns.items()}
    found: dict[int, dict[str, str]] = {}
    for places, words in ((sheet.errors, "单元格是错误值"), (sheet.formulas, "单元格是公式")):
        for row, at in places:
            if at in keys:
                found.setdefault(row + 1, {})[keys[at]] = words
    return found


# The cells -----------------------------------------------------------------------------------------------------------


class _Reader(NamedTuple):
    column: ImportColumn
    read: Read
    empty: Any
    accepted: str


def _reader(column: ImportColumn, choices: Choices) -> _Reader:
    empty = () if column.many else "" if column.kind == "text" else None
    return _Reader(column, reader_of(column, choices), empty, column.hint or form_of(column, choices))


def _value(judged: Judged, number: int, reader: _Reader, cells: Cells) -> Any:
    """The value of a cell; what is refused goes into `judged` and reads as empty."""
    column = reader.column
    raw = cells.get(column.key, "")
    try:
        if not (raw is None or (isinstance(raw, str) and not cell_text(raw))):
            return reader.read(raw)
        if column.required:
            judged.problems.append((number, column.key, "", "必须填写，这里是空的", reader.accepted))
    except CellProblem as problem:
        judged.problems.append((number, column.key, raw, problem.message, problem.accepted or reader.accepted))
    except ValidationError as error:
        judged.problems.append((number, column.key, raw, "；".join(error.messages), reader.accepted))
    return reader.empty


def _note_odd(judged: Judged, number: int, source: Source) -> bool:
    """Whether the row has a formula or an error value; told instead of what else was found in that cell."""
    odd = source.odd.get(number, {})
    if odd:
        judged.problems[:] = [item for item in judged.problems if item[0] != number or item[1] not in odd]
        judged.problems += [(number, key, "", message, AS_VALUES) for key, message in odd.items()]
    return bool(odd)


def _note(judged: Judged, error: RowError, raw: Mapping[int, Cells]) -> None:
    cells = raw.get(error.number, {})
    said = cells.get(error.column_key, "")
    judged.problems.append((error.number, error.column_key, said, error.message, error.accepted))


def _without_doubles(importer: type[SheetImport], rows: Sequence[Row], judged: Judged) -> Iterator[Row]:
    seen: dict[Any, int] = {}
    key = importer.unique[0] if importer.unique else ""
    for row in rows:
        identity = importer.identity(row)
        first = seen.setdefault(identity, row.number) if identity is not None else row.number
        if first == row.number:
            yield row
        else:
            said = _said(row.values.get(key, ""))
            judged.problems.append((row.number, key, said, f"与第{first}行重复", "只留一行"))


def _said(value: Any) -> Any:
    return value if isinstance(value, str | int | float | date) else ""
