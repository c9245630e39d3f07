"""Writing large workbooks: rows streamed as XML into a shell that openpyxl makes.

openpyxl gives everything around the rows (styles, widths, frozen heading, print setup); the rows themselves are written
by hand straight into the zip, so memory does not grow with them. See docs/adr/0002-ledgers.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from core.workbooks.cells import MAKERS, MAX_CELL, Kind, text_cells

MAX_ROWS = 1_048_576  # of a sheet, heading included
# Bytes of one sheet's XML: well below the size where a zip entry needs the ZIP64 form, which Excel distrusts.
MAX_XML = 1_500_000_000
BATCH = 1_000
FORMATS: dict[str, str] = {
    "text": "General",
    "id": "@",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "number": "General",
    "percent": "0.0%",
    "bool": "General",
}
A4 = 9
# Written before the sheets: their content does not depend on them, and sniffers know a workbook by its first entries.
FIRST_PARTS = ("_rels/.rels", "docProps/app.xml", "xl/theme/theme1.xml")
DIMENSION = re.compile(rb"<dimension [^>]*/>")
SHEET_DATA = re.compile(rb"<sheetData\s*/>|<sheetData>.*?</sheetData>", re.DOTALL)
SHEET_NAME = re.compile(r"[\\/*?:\[\]'\x00-\x1f]")


@dataclass(frozen=True)
class SheetColumn:
    """A column of a streamed sheet; width in characters (a Chinese one counts two)."""

    title: str
    kind: Kind = "text"
    width: int = 16
    wrap: bool = False


class WorkbookWriter:
    """A workbook being written to a path or a binary file.

        with WorkbookWriter(path, title="三季度报告") as writer:
            summary = writer.book.create_sheet("汇总")          # styled by openpyxl, may be filled until the end
            sheet = writer.sheet("记录", [SheetColumn("日期", "date"), SheetColumn("主题", width=40)])
            sheet.write(rows)                                   # any iterable of sequences, streamed

    Small styled sheets are ordinary openpyxl sheets of `book`; create them (empty, if need be) in the order wanted,
    before or between the streamed ones. A sheet that grows beyond Excel's limit goes on in "记录 (2)".
    """

    def __init__(self, target: str | Path | IO[bytes], *, title: str = "", author: str = "") -> None:
        self.book = Workbook()
        self.book.remove(self.book.worksheets[0])
        self.book.properties.title = ILLEGAL_CHARACTERS_RE.sub("", title) or None
        self.book.properties.creator = author or "Portal"
        self._styles: dict[tuple[str, bool], int] = {}
        self._zip = ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1)
        self._written: set[str] = set()
        self._streamed: dict[str, Worksheet] = {}
        self._open: SheetWriter | None = None

    def sheet(self, title: str, columns: Sequence[SheetColumn], *, landscape: bool = True) -> SheetWriter:
        """Begin a streamed sheet; the one before it is finished thereby."""
        self._finish_open()
        self._open = SheetWriter(self, title, columns, landscape=landscape)
        return self._open

    def close(self) -> None:
        """Write what remains. Without this call (or a `with` block that ends well) the file is no workbook."""
        self._finish_open()
        if not self.book.worksheets:
            self.book.create_sheet("Sheet1")
        shell = self._shell()
        for part, sheet in self._streamed.items():
            if part != self._part(sheet):
                raise ValueError("a sheet was put before a streamed one after the latter was begun")
        for name in shell.namelist():
            self._copy(shell, name)
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._abandon()

    def _abandon(self) -> None:
        if self._open:
            self._open.entry.close()
        self._zip.close()

    def _finish_open(self) -> None:
        if self._open:
            self._open.finish()
            self._open = None

    def _shell(self) -> ZipFile:
        """The workbook as openpyxl would save it now: streamed sheets are empty in it."""
        buffer = BytesIO()
        self.book.save(buffer)
        return ZipFile(buffer)

    def _part(self, sheet: Worksheet) -> str:
        return f"xl/worksheets/sheet{self.book.worksheets.index(sheet) + 1}.xml"

    def _copy(self, shell: ZipFile, name: str) -> None:
        if name not in self._written:
            self._written.add(name)
            self._zip.writestr(ZipInfo(name, _zip_time(shell, name)), shell.read(name), ZIP_DEFLATED, 1)

    def begin_part(self, sheet: Worksheet) -> tuple[IO[bytes], bytes, bytes]:
        """Open the zip entry of a streamed sheet; also its XML before and after the rows."""
        shell = self._shell()
        for name in FIRST_PARTS:
            self._copy(shell, name)
        part = self._part(sheet)
        self._written.add(part)
        self._streamed[part] = sheet
        head, tail = SHEET_DATA.split(DIMENSION.sub(b"", shell.read(part)), maxsplit=1)
        info = ZipInfo(part, _zip_time(shell, part))
        info.compress_type = ZIP_DEFLATED
        info._compresslevel = 1  # type: ignore[attr-defined]  # ZipFile.open takes no level of its own
        return self._zip.open(info, "w"), head, tail

    def style(self, kind: str, wrap: bool, sheet: Worksheet) -> int:
        """Number of the workbook's cell style for values of `kind`, or for "heading"."""
        if (kind, wrap) not in self._styles:
            cell = sheet.cell(1, 1)
            cell.style = "Normal"
            if kind == "heading":
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", fgColor="F3E9E7")
                cell.border = Border(bottom=Side("thin", color="B5332A"))
                cell.alignment = Alignment(vertical="center", wrap_text=True)
            else:
                cell.number_format = FORMATS[kind]
                cell.alignment = Alignment(vertical="top", wrap_text=wrap or None)
            self._styles[kind, wrap] = cell.style_id
            cell.style = "Normal"
        return self._styles[kind, wrap]


class SheetWriter:
    """A sheet whose rows are streamed; made by `WorkbookWriter.sheet`. `count` is the number of rows written."""

    def __init__(
        self, writer: WorkbookWriter, title: str, columns: Sequence[SheetColumn], *, landscape: bool = True
    ) -> None:
        if not columns:
            raise ValueError("a sheet needs columns")
        self.writer, self.title, self.columns, self.landscape = writer, title, tuple(columns), landscape
        self.count = 0
        self._part_number = 0
        self._letters = [get_column_letter(number) for number in range(1, len(self.columns) + 1)]
        self._begin()

    def write(self, rows: Iterable[Sequence[Any]]) -> int:
        """Write rows of values in the order of the columns; how many were written by this call."""
        before, source = self.count, iter(rows)
        while batch := list(islice(source, min(BATCH, self._room() or MAX_ROWS - 1))):
            if not self._room():
                self.finish()
                self._begin()
            self._write_batch(batch)
        return self.count - before

    def _room(self) -> int:
        """How many more rows this sheet takes."""
        return MAX_ROWS - self._next + 1 if self._size < MAX_XML else 0

    def _begin(self) -> None:
        self._part_number += 1
        suffix = f" ({self._part_number})" if self._part_number > 1 else ""
        title = SHEET_NAME.sub(" ", self.title).strip()[: 31 - len(suffix)] or "Sheet"
        self.sheet = self.writer.book.create_sheet(title + suffix)
        heading = self.writer.style("heading", True, self.sheet)
        self._makers = [
            (MAKERS[column.kind], letter, self.writer.style(column.kind, column.wrap, self.sheet))
            for column, letter in zip(self.columns, self._letters, strict=True)
        ]
        self._dress()
        self.entry, head, self._tail = self.writer.begin_part(self.sheet)
        titles = [
            text_cells(letter, heading, (column.title,), (1,))[0]
            for column, letter in zip(self.columns, self._letters, strict=True)
        ]
        self.entry.write(head + f'<sheetData><row r="1" ht="24" customHeight="1">{"".join(titles)}</row>'.encode())
        self._next = 2
        self._size = 0

    def _dress(self) -> None:
        """Widths, frozen heading, and A4 pages that repeat it."""
        sheet = self.sheet
        for column, letter in zip(self.columns, self._letters, strict=True):
            sheet.column_dimensions[letter].width = column.width
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        sheet.page_setup.paperSize = A4
        sheet.page_setup.orientation = "landscape" if self.landscape else "portrait"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddHeader.center.text = self.title.replace("&", "&&")
        sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
        sheet.auto_filter.ref = f"A1:{self._letters[-1]}1"

    def _write_batch(self, batch: list[Sequence[Any]]) -> None:
        numbers = range(self._next, self._next + len(batch))
        made = [
            maker(letter, style, values, numbers)
            for (maker, letter, style), values in zip(self._makers, zip(*batch, strict=True), strict=True)
        ]
        lines = zip(numbers, map("".join, zip(*made, strict=True)), strict=True)
        xml = "".join([f'<row r="{number}">{cells}</row>' for number, cells in lines]).encode()
        self.entry.write(xml)
        self._next += len(batch)
        self._size += len(xml)
        self.count += len(batch)

    def finish(self) -> None:
        """End the sheet; the writer calls this."""
        last = f"{self._letters[-1]}{self._next - 1}"
        self.sheet.auto_filter.ref = f"A1:{last}"
        self._tail = re.sub(rb'(<autoFilter ref=)"[^"]*"', rb'\1"A1:' + last.encode() + b'"', self._tail)
        self.entry.write(b"</sheetData>" + self._tail)
        self.entry.close()


def _zip_time(shell: ZipFile, name: str) -> tuple[int, int, int, int, int, int]:
    return shell.getinfo(name).date_time


def put(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Set a cell of an openpyxl sheet (counted from 1) to something a user may have typed: text is never a formula."""
    if not isinstance(value, str):
        return sheet.cell(row, column, value)
    cell = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:MAX_CELL]
    cell.data_type = "s"
    return cell
