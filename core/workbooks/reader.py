"""Reading uploaded workbooks: values with their types, formula and error cells named, hostile files refused.

sheet = read_sheet(request.FILES["file"])
header = find_header(sheet.rows, {"姓名": "name", "性别": "gender"}, required=("name",))
for index, row in sheet.records(header):
    row.get("name"), cell_name(index, header.columns["name"])   # "张三", "B5"
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import IO, Any, Literal

from lxml import etree
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from core.workbooks.package import BROKEN, WorkbookError, check_package, repack

__all__ = [
    "Header",
    "Sheet",
    "WorkbookError",
    "cell_kind",
    "cell_name",
    "cell_text",
    "find_header",
    "is_lossy",
    "normalise_heading",
    "read_sheet",
]

Value = str | float | int | bool | date | datetime | time | timedelta
CellKind = Literal["empty", "text", "number", "bool", "date", "datetime", "time"]
Place = tuple[int, int]  # row and column, both from 0

EXACT = 10**15  # a number with more digits has lost some of them in Excel
ODD_MARKS = (b"<f", b":f", b'"e"', b"'e'")  # found in a moment; the exact pattern takes seconds for a large sheet
ODD_CELLS = re.compile(rb"""<f[\s/>]|:f[\s/>]|t\s*=\s*["']e["']""")
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
PARSER = {"resolve_entities": False, "no_network": True, "huge_tree": True}
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class Sheet:
    """A sheet as it was read. `rows[0][0]` is A1; an empty cell is "".

    Numbers are floats, whatever they look like; dates are those that Excel stored as dates. `formulas` and `errors`
    name the cells whose value was calculated, or is an error like #N/A (and reads "" here). `merged` are the ranges of
    merged cells that span several rows; only the first cell of one has a value.
    """

    name: str
    rows: list[list[Any]]
    formulas: frozenset[Place] = frozenset()
    errors: frozenset[Place] = frozenset()
    merged: tuple[tuple[Place, Place], ...] = ()

    def records(self, header: Header) -> Iterator[tuple[int, dict[str, Any]]]:
        """(row from 0, value by key) of every row below the heading that is not blank."""
        columns = tuple(header.columns.items())
        for index in range(header.row + 1, len(self.rows)):
            row = self.rows[index]
            record = {key: row[column] for key, column in columns}
            if any(value != "" and (not isinstance(value, str) or value.strip()) for value in record.values()):
                yield index, record


@dataclass(frozen=True)
class Header:
    """Where the heading stands: its row (from 0), the column (from 0) of each key, and headings nobody knows."""

    row: int
    columns: dict[str, int]
    unknown: list[str] = field(default_factory=list)


def read_sheet(file: IO[bytes], name: str = "") -> Sheet:
    """The sheet called `name`, else the first visible one, of an uploaded xlsx.

    WorkbookError with a Chinese message when the file is broken, hostile, encrypted, too large or no xlsx.
    """
    parts = check_package(file)
    workbook = _calamine(repack(parts))
    found = _sheet_name(workbook, name)
    rows = _rows(workbook, found)
    content = _sheet_part(parts, found)
    formulas, errors = _odd_cells(content)
    return Sheet(found, rows, formulas, errors, _merged(workbook, found, content))


def find_header(
    rows: Sequence[Sequence[Any]], known: Mapping[str, str], *, required: Sequence[str] = (), within: int = 10
) -> Header:
    """The heading row: the one among the first `within` that holds most of the known headings.

    known: heading -> key (several headings may mean one key). Spaces, line breaks, full-width forms, a trailing * or
    colon, and a remark in brackets do not matter. WorkbookError when no row holds a known heading, one stands twice,
    or a required one is missing.
    """
    keys = {normalise_heading(heading): key for heading, key in known.items()}
    found = max(
        ((_known_in(row, keys), -index) for index, row in enumerate(rows[:within])),
        key=lambda item: (len(item[0]), item[1]),
        default=([], 0),
    )
    pairs, row = found[0], -found[1]
    if not pairs:
        raise WorkbookError(f"前 {within} 行里没有找到表头。请使用下载的模板，或保留“{next(iter(known), '')}”等列名。")
    return _header(rows[row], row, pairs, known, required)


def normalise_heading(value: Any) -> str:
    """A heading without what people vary: width, spaces, marks at the end."""
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", str(value)))
    return re.sub(r"\s+", "", text).strip("*:;、,.").casefold()


def cell_kind(value: Any) -> CellKind:
    """What a cell holds; blanks count as empty."""
    if isinstance(value, str):
        return "text" if value.strip() else "empty"
    if value is None:
        return "empty"
    for kind, types in _KINDS:
        if isinstance(value, types):
            return kind
    return "text"


_KINDS: tuple[tuple[CellKind, tuple[type, ...]], ...] = (
    ("bool", (bool,)),
    ("number", (int, float)),
    ("datetime", (datetime,)),
    ("date", (date,)),
    ("time", (time, timedelta)),
)


def cell_text(value: Any) -> str:
    """A cell as one would read it: trimmed text, 12 for 12.0, 2026-07-01 for a date, 是/否 for a truth value."""
    kind = cell_kind(value)
    if kind == "text":
        return INVISIBLE.sub("", str(value)).strip()
    if kind == "number":
        return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
    if kind == "bool":
        return "是" if value else "否"
    if kind == "datetime":
        return f"{value:%Y-%m-%d %H:%M}" if (value.hour, value.minute) != (0, 0) else f"{value:%Y-%m-%d}"
    return "" if value is None or kind == "empty" else str(value)


def is_lossy(value: Any) -> bool:
    """Whether this number has more digits than Excel keeps: an ID or card number typed into a number cell."""
    return cell_kind(value) == "number" and abs(value) >= EXACT


def cell_name(row: int, column: int) -> str:
    """B5 for (4, 1)."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def _calamine(package: BytesIO) -> CalamineWorkbook:
    return _guarded(lambda: CalamineWorkbook.from_filelike(package))


def _rows(workbook: CalamineWorkbook, name: str) -> list[list[Any]]:
    rows: list[list[Any]] = _guarded(lambda: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
    return rows


def _merged(workbook: CalamineWorkbook, name: str, content: bytes) -> tuple[tuple[Place, Place], ...]:
    """Ranges of merged cells over several rows; the reader is asked only where the sheet speaks of any."""
    if b"mergeCell " not in content:
        return ()
    ranges = _guarded(lambda: workbook.get_sheet_by_name(name).merged_cell_ranges) or []
    return tuple((first, last) for first, last in ranges if last[0] > first[0])


def _guarded(call: Any) -> Any:
    """The result of a call into the Rust reader, whose panics are no Exceptions."""
    try:
        return call()
    except Exception as error:
        raise WorkbookError(BROKEN) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise WorkbookError(BROKEN) from error


def _sheet_name(workbook: CalamineWorkbook, wanted: str) -> str:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if wanted:
        if wanted in [sheet.name for sheet in sheets]:
            return wanted
        raise WorkbookError(f"工作簿里没有名为“{wanted}”的工作表。")
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    if not visible:
        raise WorkbookError("工作簿里没有可见的工作表。")
    return str(visible[0])


def _sheet_part(parts: dict[str, bytes], name: str) -> bytes:
    """The XML of the sheet called `name`."""
    by_name = {part.lower(): content for part, content in parts.items()}
    try:
        workbook = etree.fromstring(by_name["xl/workbook.xml"], etree.XMLParser(**PARSER))
        relations = etree.fromstring(by_name["xl/_rels/workbook.xml.rels"], etree.XMLParser(**PARSER))
        identifier = next(item.get(RELATION) for item in workbook.iter("{*}sheet") if item.get("name") == name)
        target = next(item.get("Target", "") for item in relations if item.get("Id") == identifier)
        return by_name[target.lower() if target.startswith("xl/") else f"xl/{target.lower()}".replace("xl//xl/", "xl/")]
    except (etree.XMLSyntaxError, KeyError, StopIteration) as error:
        raise WorkbookError(BROKEN) from error


def _odd_cells(content: bytes) -> tuple[frozenset[Place], frozenset[Place]]:
    """The formula cells and the error cells of a sheet. Most sheets have none, which a glance at the bytes shows."""
    formulas: set[Place] = set()
    errors: set[Place] = set()
    if not any(mark in content for mark in ODD_MARKS) or not ODD_CELLS.search(content):
        return frozenset(), frozenset()
    row = -1
    try:
        for _, element in etree.iterparse(BytesIO(content), events=("end",), tag="{*}row", **PARSER):
            row = int(element.get("r", row + 2)) - 1
            _note_odd(element, row, formulas, errors)
            element.clear()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise WorkbookError(BROKEN) from error
    return frozenset(formulas), frozenset(errors)


def _note_odd(element: Any, row: int, formulas: set[Place], errors: set[Place]) -> None:
    column = -1
    for cell in element.iterchildren("{*}c"):
        reference = cell.get("r")
        place = (row, column + 1) if reference is None else _place(reference)
        column = place[1]
        if cell.find("{*}f") is not None:
            formulas.add(place)
        if cell.get("t") == "e":
            errors.add(place)


def _place(reference: str) -> Place:
    letters, row = coordinate_from_string(reference.upper())
    return row - 1, column_index_from_string(letters) - 1


def _known_in(row: Sequence[Any], keys: Mapping[str, str]) -> list[tuple[str, int]]:
    """(key, column) of the known headings in this row."""
    found = []
    for column, value in enumerate(row):
        if isinstance(value, str) and (key := _key(value, keys)):
            found.append((key, column))
    return found


def _key(value: str, keys: Mapping[str, str]) -> str | None:
    heading = normalise_heading(value)
    return keys.get(heading) or keys.get(re.split(r"[(\[【]", heading, maxsplit=1)[0].strip("*:"))


def _header(
    cells: Sequence[Any], row: int, pairs: list[tuple[str, int]], known: Mapping[str, str], required: Sequence[str]
) -> Header:
    columns: dict[str, int] = {}
    for key, column in pairs:
        if key in columns:
            places = f"{cell_name(row, columns[key])} 和 {cell_name(row, column)}"
            raise WorkbookError(f"列“{str(cells[column]).strip()}”出现了两次（{places}），请只保留一列。")
        columns[key] = column
    titles = {key: heading for heading, key in reversed(list(known.items()))}
    missing = [titles.get(key, key) for key in required if key not in columns]
    if missing:
        raise WorkbookError(f"缺少必需的列：{'、'.join(missing)}。请使用下载的模板。")
    taken = set(columns.values())
    unknown = [str(cell).strip() for column, cell in enumerate(cells) if column not in taken and str(cell).strip()]
    return Header(row, columns, unknown)
