"""The 工作手册 as a workbook: cover and contents with links, then a sheet for each chapter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import IO, Any

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from branches.exports.handbook_document import chapter_title
from branches.selectors.handbook import Handbook
from branches.selectors.handbook_parts import NOTHING, Chapter, Facts, Listing, Logs, Note
from core.documents.text import clean
from core.workbooks.cells import SPELLED
from core.workbooks.writer import FORMATS, WorkbookWriter, put

FRONT = "封面和目录"
#: Width of a sheet's columns together, in characters; on paper it is fitted to one page.
LINE_WIDTH = 150
A4 = 9
LINK = Font(color="1F5FA8", underline="single")
HEAD = Font(bold=True)
FILL = PatternFill("solid", fgColor="F3E9E7")
EDGE = Side("thin", color="D9C8C4")
GRID = Border(EDGE, EDGE, EDGE, EDGE)
TEXT = Alignment(wrap_text=True, vertical="top", horizontal="left")
MIDDLE = Alignment(wrap_text=True, vertical="top", horizontal="center")
#: Of the columns of logs, in characters.
LOG_WIDTHS = {"序号": 6, "日期": 12, "主题": 22, "应到": 7, "实到": 7}
LOG_HEADINGS = tuple(LOG_WIDTHS)
WIDE = {
    "会议类型": 15,
    "地点": 13,
    "起止时间": 9,
    "主持人": 9,
    "记录人": 9,
    "议题": 26,
    "学习内容": 26,
    "发言和讨论情况": 90,
    "表决": 34,
}
OTHERWISE = 20
LINE_HEIGHT = 15.0  # points
TALLEST = 400.0  # points; a sheet takes no taller row, the text is whole all the same


def write_handbook_workbook(book: Handbook, target: str | Path | IO[bytes]) -> None:
    """Write the workbook; every text stays text, whatever it begins with."""
    with WorkbookWriter(target, title=book.title) as writer:
        front = writer.book.create_sheet(FRONT)
        sheets = []
        for number, chapter in enumerate(book.chapters, start=1):
            sheet = writer.book.create_sheet(f"{number:02d}{chapter.title}"[:31])
            _Sheet(sheet, chapter_title(number, chapter)).chapter(chapter)
            _paper(sheet, f"{book.branch}　{book.title}　{chapter.title}")
            sheets.append((chapter_title(number, chapter), chapter, sheet))
        _front(front, book, sheets)


def _front(sheet: Worksheet, book: Handbook, sheets: Sequence[tuple[str, Chapter, Worksheet]]) -> None:
    page = _Sheet(sheet, book.title, back=False)
    page.widths([24, 60, 16])
    page.pairs(book.cover)
    page.skip()
    page.line("目录", HEAD)
    for title, chapter, target in sheets:
        cell = page.line(title)
        _link(cell, target.title)
        page.cell(page.row - 1, 2, NOTHING if chapter.is_empty else "")
    _paper(sheet, book.title, landscape=False)


class _Sheet:
    """Writes parts below one another; `row` is the next free one."""

    def __init__(self, sheet: Worksheet, title: str, *, back: bool = True) -> None:
        self.sheet, self.row, self.columns = sheet, 1, 2
        self.line(title, Font(bold=True, size=14))
        if back:
            _link(self.line("返回目录"), FRONT)
        self.skip()

    def cell(self, row: int, column: int, value: Any) -> Cell:
        if isinstance(value, int | float | Decimal | date):
            cell = self.sheet.cell(row, column, value)
            if isinstance(value, date):
                cell.number_format = FORMATS["date"]
            return cell
        return put(self.sheet, row, column, SPELLED.sub("_x005F_", clean(value)) or None)

    def line(self, text: str, font: Font | None = None) -> Cell:
        cell = self.cell(self.row, 1, text)
        if font:
            cell.font = font
        self.row += 1
        return cell

    def skip(self) -> None:
        self.row += 1

    def widths(self, widths: Iterable[float]) -> None:
        found = list(widths)
        self.columns = max(len(found), 2)
        for number, width in enumerate(found, start=1):
            self.sheet.column_dimensions[get_column_letter(number)].width = width

    def chapter(self, chapter: Chapter) -> None:
        self.widths(_widths(chapter))
        if chapter.is_empty:
            self.line(NOTHING)
            return
        for part in chapter.parts:
            match part:
                case Facts():
                    self.pairs(part.pairs)
                case Note():
                    self.line(part.text)
                case Listing():
                    self.listing(part)
                case Logs():
                    self.logs(part)
            self.skip()

    def pairs(self, pairs: Iterable[tuple[str, Any]]) -> None:
        for label, value in pairs:
            head = self.cell(self.row, 1, label)
            head.font, head.fill, head.border, head.alignment = HEAD, FILL, GRID, TEXT
            for column in range(2, self.columns + 1):
                self.sheet.cell(self.row, column).border = GRID
            self.cell(self.row, 2, value).alignment = TEXT
            if self.columns > 2:
                self.sheet.merge_cells(start_row=self.row, start_column=2, end_row=self.row, end_column=self.columns)
            self.row += 1

    def listing(self, part: Listing) -> None:
        if part.title:
            self.line(part.title, HEAD)
        if not part.rows:
            self.line(NOTHING)
            return
        self.table(part.headings, part.rows, [heading in part.middle for heading in part.headings])

    def logs(self, part: Logs) -> None:
        """A row for each log, a column for each field that any of them has."""
        if not part.logs:
            return
        headings, rows = log_table(part)
        self.line("记录全文", HEAD)
        self.table(headings, rows, [heading in LOG_HEADINGS and heading != "主题" for heading in headings])

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[Any]], middle: Sequence[bool]) -> None:
        for column, heading in enumerate(headings, start=1):
            cell = self.cell(self.row, column, heading)
            cell.font, cell.fill, cell.border, cell.alignment = HEAD, FILL, GRID, MIDDLE
        self._fit(headings)
        for values in rows:
            for column, (value, centred) in enumerate(zip(values, middle, strict=True), start=1):
                cell = self.cell(self.row, column, value)
                cell.border, cell.alignment = GRID, MIDDLE if centred else TEXT
            self._fit(values)

    def _fit(self, values: Sequence[Any]) -> None:
        """End the row at the height that its text takes: not every program works it out when opening the file."""
        sheet = self.sheet
        widths = [sheet.column_dimensions[get_column_letter(number)].width for number in range(1, len(values) + 1)]
        lines = max(_lines(value, width) for value, width in zip(values, widths, strict=True))
        if lines > 1:
            sheet.row_dimensions[self.row].height = min(lines * LINE_HEIGHT, TALLEST)
        self.row += 1


def _lines(value: Any, width: float) -> int:
    """How many lines a text takes in a column; a Chinese character is twice as wide as a digit."""
    texts = clean(value).split("\n")
    return sum(max(1, ceil(sum(1 if char.isascii() else 2 for char in text) / max(width - 1, 1))) for text in texts)


def log_table(part: Logs) -> tuple[list[str], list[list[Any]]]:
    """The logs as a table: what all have first, then what any of them has."""
    rows = [
        {"序号": number, "日期": log.held_on, "主题": log.subject, "应到": log.expected, "实到": log.present}
        | {label: value for label, value in (*log.short, *log.long) if label not in LOG_HEADINGS}
        for number, log in enumerate(part.logs, start=1)
    ]
    headings = [label for label in rows[0] if label in LOG_HEADINGS or any(row[label] for row in rows)]
    return headings, [[row[label] for label in headings] for row in rows]


def _widths(chapter: Chapter) -> list[float]:
    """Of the widest table in the chapter."""
    logs = next((part for part in chapter.parts if isinstance(part, Logs) and part.logs), None)
    if logs:
        return [LOG_WIDTHS.get(heading) or WIDE.get(heading, OTHERWISE) for heading in log_table(logs)[0]]
    listings = [part for part in chapter.parts if isinstance(part, Listing) and part.rows]
    if not listings:
        return [24, 60]
    widest = max(listings, key=lambda part: len(part.headings))
    return [max(8, share * LINE_WIDTH / sum(widest.widths)) for share in widest.widths]


def _link(cell: Cell, sheet: str) -> None:
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1", display=None)
    cell.font = LINK


def _paper(sheet: Worksheet, title: str, *, landscape: bool = True) -> None:
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddHeader.center.text = clean(title).replace("&", "&&")
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
