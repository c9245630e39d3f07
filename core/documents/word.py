"""A document as Word (.docx): styles, repeated table headers, page numbers and contents that Word itself keeps."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike, fspath
from typing import IO, Any

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.shared import Pt
from docx.text.paragraph import Paragraph as WordParagraph

from core.documents import ooxml
from core.documents.layout import KEPT_LINES, Mark, lay_out
from core.documents.model import Align, Block, Document, Heading, KeyValues, PageBreak, Paragraph, Signatures, Table
from core.documents.ooxml import element
from core.documents.sizes import Sizes, sizes_of
from core.documents.tables import Cell, Grid, Row, key_values_grid, table_grid
from core.documents.text import lines_of, one_line
from core.documents.word_styles import INDENTED, LABEL, TABLE_TEXT, TITLE, prepare_styles

Target = str | PathLike[str] | IO[bytes]
JUSTIFY = {"left": "left", "center": "center", "right": "right", "justify": "both"}
SHORT_TEXT = 120  # characters
GRID = ("top", "left", "bottom", "right", "insideH", "insideV")


def write_docx(document: Document, target: Target) -> None:
    """Write the Word file to a path or a binary file."""
    word = docx.Document()
    sizes = sizes_of(document)
    _describe(word, document)
    _page(word, document, sizes)
    prepare_styles(word, sizes)
    writer = _Writer(word, sizes)
    if document.cover:
        writer.cover(document)
    else:
        writer.titles(document)
    if document.contents:
        writer.contents(lay_out(document).marks)
    for block in document.blocks:
        writer.add(block)
    word.save(fspath(target) if isinstance(target, str | PathLike) else target)


def _describe(word: WordDocument, document: Document) -> None:
    properties = word.core_properties
    properties.title = one_line(document.title)[:255]
    properties.language = "zh-CN"
    properties.author = properties.comments = properties.last_modified_by = ""


def _page(word: WordDocument, document: Document, sizes: Sizes) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = (Pt(value) for value in sizes.page)
    section.orientation = WD_ORIENT.LANDSCAPE if document.landscape else WD_ORIENT.PORTRAIT
    top, right, bottom, left = (Pt(value) for value in sizes.margins)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = top, right, bottom, left
    section.footer_distance = Pt(sizes.margins[2] * 0.5)
    footer = section.footer.paragraphs[0]
    ooxml.set_alignment(footer, "center")
    footer.add_run("第 ")
    ooxml.add_field(footer, "PAGE", "1")
    footer.add_run(" 页")


class _Writer:
    """Appends blocks to the body."""

    def __init__(self, word: WordDocument, sizes: Sizes) -> None:
        self.word = word
        self.sizes = sizes
        self.bookmarks = 0

    def paragraph(self, text: str, style: str, align: Align | None = None) -> WordParagraph:
        paragraph = self.word.add_paragraph(style=style)
        if text:
            paragraph.add_run(text)
        if align:
            ooxml.set_alignment(paragraph, JUSTIFY[align])
        return paragraph

    def titles(self, document: Document) -> None:
        self.paragraph(one_line(document.title), TITLE)
        if document.subtitle:
            self.paragraph(one_line(document.subtitle), "Subtitle")

    def cover(self, document: Document) -> None:
        """A first page without a number."""
        self.word.sections[0].different_first_page_header_footer = True
        first = len(self.word.paragraphs)
        self.titles(document)
        self.word.paragraphs[first].paragraph_format.space_before = Pt(self.sizes.cover_space)
        self.word.paragraphs[-1].paragraph_format.space_after = Pt(self.sizes.cover_space / 2)
        for block in document.cover:
            self.add(block)
        self.word.add_page_break()

    def add(self, block: Block) -> None:
        match block:
            case Heading():
                self.heading(block)
            case Paragraph():
                self.text(block)
            case Table():
                self.grid(table_grid(block))
            case KeyValues():
                self.grid(key_values_grid(block))
            case Signatures():
                self.signatures(block)
            case PageBreak():
                self.word.add_page_break()

    def heading(self, heading: Heading) -> None:
        self.bookmarks += 1
        paragraph = self.paragraph("", f"Heading {heading.level}")
        with ooxml.bookmark(paragraph, self.bookmarks, ooxml.bookmark_name(self.bookmarks)):
            paragraph.add_run(one_line(heading.text))

    def text(self, block: Paragraph) -> None:
        style = INDENTED if block.indent and block.align in ("justify", "left") else "Normal"
        for line in lines_of(block.text):
            paragraph = self.paragraph(line, style, block.align)
            for run in paragraph.runs:
                run.bold = block.bold or None

    def contents(self, marks: list[Mark]) -> None:
        """
        A field that Word fills itself, filled beforehand: each entry leads to its heading, and asks for the page that
        the heading stands on.
        """
        self.paragraph("目　录", "TOC Heading")
        if not marks:
            self.word.add_page_break()
            return
        right = str(round(self.sizes.width * 20))
        for number, mark in enumerate(marks, start=1):
            entry = self.paragraph("", f"toc {mark.level}")
            if number == 1:
                ooxml.begin_field(entry, 'TOC \\o "1-3" \\h \\z \\u')
            ooxml.set_right_tab(entry, right)
            with ooxml.link_to(entry, ooxml.bookmark_name(number)) as link:
                ooxml.append_text(link, mark.text)
                ooxml.append_tab(link)
                ooxml.append_field(link, f"PAGEREF {ooxml.bookmark_name(number)} \\h", str(mark.page + 1))
            if number == len(marks):
                ooxml.end_field(entry)
        ooxml.update_fields_on_opening(self.word)
        self.word.add_page_break()

    def signatures(self, block: Signatures) -> None:
        """A table without rules, two signatures to a row."""
        labels = [one_line(label) for label in block.labels]
        table = ooxml.new_table([0.5, 0.5], self.sizes.width, borders=())
        for start in range(0, len(labels), 2):
            row = ooxml.new_row(table)
            for label in [*labels[start : start + 2], ""][:2]:
                cell = ooxml.new_cell(row, 0.5 * self.sizes.width)
                _signature(cell, label)
        self._append(table)
        if block.date:
            self.paragraph(one_line(block.date), "Normal", "right")

    def grid(self, grid: Grid) -> None:
        table = ooxml.new_table(grid.shares, self.sizes.width, borders=GRID)
        for row, is_header in _rows(grid):
            line = ooxml.new_row(table, header=is_header, whole=_is_short(row))
            for cell, share in zip(row, grid.shares, strict=True):
                _fill(ooxml.new_cell(line, share * self.sizes.width, shaded=cell.shaded), cell)
        self._append(table)

    def _append(self, table: Any) -> None:
        """After the last paragraph; Word wants a paragraph between tables, which also keeps a distance."""
        body = self.word.element.body
        body.insert(len(body) - 1, table)
        self.paragraph("", "Table Gap")


def _rows(grid: Grid) -> Iterator[tuple[Row, bool]]:
    if grid.header:
        yield grid.header, True
    for row in grid.rows:
        yield row, False


def _is_short(row: Row) -> bool:
    """Whether the row is better kept on one page; how many lines it takes, Word alone knows."""
    return all(len(cell.lines) <= KEPT_LINES and sum(map(len, cell.lines)) <= SHORT_TEXT for cell in row)


def _fill(box: Any, cell: Cell) -> None:
    style = LABEL if cell.label else TABLE_TEXT
    for line in cell.lines:
        paragraph = element("p", box)
        properties = element("pPr", paragraph)
        element("pStyle", properties, val=style)
        element("jc", properties, val=JUSTIFY[cell.align])
        if line:
            ooxml.append_text(paragraph, line)


def _signature(box: Any, label: str) -> None:
    paragraph = element("p", box)
    if label:
        ooxml.append_text(paragraph, f"{label}：")
        ooxml.append_text(paragraph, "\u3000" * 7, underline=True)
