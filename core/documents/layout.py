"""Where everything of a document stands: pages of pieces of text, rules and shades, in points from the top left.

The PDF is drawn from it; the Word writer takes the page numbers of the headings from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.documents.fonts import FontName, font
from core.documents.lines import break_lines
from core.documents.model import Align, Block, Document, Heading, KeyValues, PageBreak, Paragraph, Signatures, Table
from core.documents.sizes import Sizes, sizes_of
from core.documents.tables import Cell, Grid, Row, key_values_grid, table_grid
from core.documents.text import lines_of, one_line

PADDING = 4.0
RULE = 0.6
#: The baseline stands this share of a line's height below its top, for the fonts in use.
BASELINE = 0.36
INDENT = 2  # characters
#: A row of so many lines is not parted over two pages; with more of them pages would stay half empty.
KEPT_LINES = 6


@dataclass(frozen=True)
class Span:
    """A line of text at its baseline; `stretch` is added after every character."""

    x: float
    y: float
    text: str
    font: FontName
    size: float
    stretch: float = 0.0


@dataclass
class Piece:
    """What is read as one: a paragraph's part on a page, a row of a table. `target` is a page it leads to."""

    tag: str
    spans: list[Span] = field(default_factory=list)
    target: int | None = None


@dataclass
class Page:
    pieces: list[Piece] = field(default_factory=list)
    shades: list[tuple[float, float, float, float]] = field(default_factory=list)  # x, y, width, height
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)  # from x, y to x, y


@dataclass(frozen=True)
class Mark:
    """A heading where it came to stand; `page` counts from 0."""

    level: int
    text: str
    page: int
    y: float


@dataclass
class Layout:
    sizes: Sizes
    pages: list[Page]
    marks: list[Mark]
    covered: bool = False
    numbered: bool = True


def lay_out(document: Document) -> Layout:
    """The document on pages. Cover and contents come first, and after them the text begins on a page of its own."""
    body = _Composer(sizes_of(document))
    covered = bool(document.cover)
    if not document.contents and not covered:
        body.titles(document)
    for block in document.blocks:
        body.add(block)
    if not document.contents and not covered:
        return Layout(body.sizes, body.pages, body.marks)
    # The entries take the same room whatever their figures, so the first pass tells how far the text is pushed.
    front = len(_front(document, body.marks, 0).pages)
    pages = [*_front(document, body.marks, front).pages, *body.pages]
    return Layout(body.sizes, pages, [Mark(m.level, m.text, m.page + front, m.y) for m in body.marks], covered)


def _front(document: Document, marks: list[Mark], shift: int) -> _Composer:
    composer = _Composer(sizes_of(document))
    if document.cover:
        composer.cover(document)
    else:
        composer.titles(document)
    if document.contents:
        if document.cover:
            composer.break_page()
        composer.heading_line("目　录")
        for mark in marks:
            composer.entry(mark, mark.page + shift)
    return composer


#: A row of a table with the lines that each cell breaks into.
Measured = list[tuple[Cell, list[str]]]


def _longest(row: Measured) -> list[str]:
    """The lines of the cell that has most of them."""
    return max((lines for _, lines in row), key=len)


def _parted(row: Measured, count: int) -> tuple[Measured, Measured]:
    """The first so many lines of every cell, and the others."""
    first = [(cell, lines[:count]) for cell, lines in row]
    return first, [(cell, lines[count:]) for cell, lines in row]


class _Composer:
    """Puts blocks below one another and begins pages where they do not fit."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self.pages = [Page()]
        self.marks: list[Mark] = []
        self.top, _, bottom, self.left = sizes.margins
        self.bottom = sizes.page[1] - bottom
        self.y = self.top

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def break_page(self) -> None:
        self.pages.append(Page())
        self.y = self.top

    def need(self, height: float) -> None:
        """Begin a page if so much does not fit below; never two in a row."""
        if self.y + height > self.bottom + 0.01 and self.y > self.top:
            self.break_page()

    def add(self, block: Block) -> None:
        match block:
            case Heading():
                self.heading(block)
            case Paragraph():
                self.paragraph(block)
            case Table():
                self.grid(table_grid(block))
            case KeyValues():
                self.grid(key_values_grid(block))
            case Signatures():
                self.signatures(block)
            case PageBreak():
                if self.y > self.top:
                    self.break_page()

    def text(
        self, text: str, *, tag: str, face: FontName, size: float, align: Align = "justify", indent: float = 0
    ) -> None:
        """Lines of the full width, going on to further pages."""
        height = size * self.sizes.leading
        lines = break_lines(font(face).shown(text), self.sizes.width / size, font(face).width, indent)
        piece: Piece | None = None
        for number, line in enumerate(lines):
            self.need(height)
            if piece is None or self.y == self.top:
                piece = Piece(tag)
                self.page.pieces.append(piece)
            piece.spans.append(
                self._span(line, face=face, size=size, align=align, indent=indent, full=number + 1 < len(lines))
            )
            indent = 0
            self.y += height

    def _span(self, line: str, *, face: FontName, size: float, align: Align, indent: float, full: bool) -> Span:
        spare = self.sizes.width - (font(face).width(line) + indent) * size
        shift = {"center": spare / 2, "right": spare}.get(align, 0.0)
        stretch = 0.0
        if align == "justify" and full and len(line) > 1 and spare < 3 * size:
            stretch = spare / (len(line) - 1)
        y = self.y + size * self.sizes.leading / 2 + size * BASELINE
        return Span(self.left + shift + indent * size, y, line, face, size, stretch)

    def titles(self, document: Document) -> None:
        self.text(one_line(document.title), tag="H1", face="serif", size=self.sizes.title, align="center")
        if document.subtitle:
            self.text(one_line(document.subtitle), tag="P", face="serif", size=self.sizes.subtitle, align="center")
        self.y += self.sizes.body

    def cover(self, document: Document) -> None:
        self.y += self.sizes.cover_space
        self.titles(document)
        self.y += self.sizes.cover_space / 2
        for block in document.cover:
            self.add(block)

    def heading_line(self, text: str) -> None:
        self.text(text, tag="P", face="sans", size=self.sizes.headings[0], align="center")

    def heading(self, heading: Heading) -> None:
        """Never the last line of a page."""
        size = self.sizes.headings[heading.level - 1]
        text = one_line(heading.text)
        if self.y > self.top and self.sizes.body < 16:
            self.y += size * 0.4
        self.need(size * self.sizes.leading + 4 * self.sizes.body * self.sizes.leading)
        self.marks.append(Mark(heading.level, text, len(self.pages) - 1, self.y))
        face: FontName = "sans" if heading.level < 3 else "serif"
        self.text(text, tag=f"H{heading.level}", face=face, size=size, align="left")

    def paragraph(self, paragraph: Paragraph) -> None:
        indented = paragraph.indent and paragraph.align in ("justify", "left")
        face: FontName = "sans" if paragraph.bold else "serif"
        for line in lines_of(paragraph.text):
            self.text(
                line,
                tag="P",
                face=face,
                size=self.sizes.body,
                align=paragraph.align,
                indent=INDENT if indented and line else 0,
            )

    def entry(self, mark: Mark, page: int) -> None:
        """A line of the contents: the heading, dots, the page."""
        size = self.sizes.body
        number = str(page + 1)
        left = self.left + (mark.level - 1) * 1.5 * size
        end = self.left + self.sizes.width
        serif = font("serif")
        room = (end - left) / size - 4
        lines = break_lines(serif.shown(mark.text), room, serif.width)
        self.need(len(lines) * size * self.sizes.leading)
        piece = Piece("P", target=page)
        self.page.pieces.append(piece)
        for line in lines:
            y = self.y + size * self.sizes.leading / 2 + size * BASELINE
            piece.spans.append(Span(left, y, line, "serif", size))
            self.y += size * self.sizes.leading
        used = left + serif.width(lines[-1]) * size + size / 2
        start = end - serif.width(number) * size
        dot = serif.width(".") * size * 1.6
        dots = max(0, int((start - size / 2 - used) / dot))
        piece.spans.append(Span(start - size / 2 - dots * dot, y, "." * dots, "serif", size, dot * 0.6 / 1.6))
        piece.spans.append(Span(start, y, number, "serif", size))

    def signatures(self, signatures: Signatures) -> None:
        """Two to a row, the blank drawn as a rule."""
        size, half = self.sizes.body, self.sizes.width / 2
        height = size * 2.2
        for index in range(0, len(signatures.labels), 2):
            self.need(height)
            piece = Piece("P")
            self.page.pieces.append(piece)
            for place, label in enumerate(signatures.labels[index : index + 2]):
                text = font("serif").shown(one_line(label) + "：")
                x, y = self.left + place * half, self.y + height / 2 + size * BASELINE
                piece.spans.append(Span(x, y, text, "serif", size))
                start = x + font("serif").width(text) * size
                self.page.rules.append(
                    (start, y + 3, max(start + 3 * size, self.left + place * half + half - size), y + 3)
                )
            self.y += height
        if signatures.date:
            self.y += size
            self.text(one_line(signatures.date), tag="P", face="serif", size=size, align="right")

    def grid(self, grid: Grid) -> None:
        """Rows with rules around the cells; the header is repeated, and a row taller than a page goes on."""
        self.y += PADDING
        header = self._measured(grid, grid.header) if grid.header else None
        rows = [self._measured(grid, row) for row in grid.rows]
        head = self._height(header) if header else 0.0
        self.need(head + (min(self._height(rows[0]), 4 * self.sizes.table) if rows else 0))
        if header:
            self._row(grid, header)
        if head > (self.bottom - self.top) / 2:
            header = None  # it would leave no room for its rows
        for row in rows:
            self._flowing_row(grid, row, header)
        self.y += PADDING + self.sizes.body * 0.5

    def _line_height(self) -> float:
        return self.sizes.table * self.sizes.table_leading

    def _measured(self, grid: Grid, row: Row) -> Measured:
        measured: Measured = []
        for cell, share in zip(row, grid.shares, strict=True):
            face = font(cell.face)
            room = (share * self.sizes.width - 2 * PADDING) / self.sizes.table
            lines = [piece for line in cell.lines for piece in break_lines(face.shown(line), room, face.width)]
            measured.append((cell, lines))
        return measured

    def _height(self, row: Measured) -> float:
        return len(_longest(row)) * self._line_height() + 2 * PADDING

    def _flowing_row(self, grid: Grid, row: Measured, header: Measured | None) -> None:
        head = self._height(header) if header else 0.0
        whole = self._height(row)
        is_kept = len(_longest(row)) <= KEPT_LINES and whole <= self.bottom - self.top - head
        while row:
            room = self.bottom - self.y
            if whole <= room + 0.01:
                part, row = row, []
            elif is_kept or self._lines_in(room) < 2:
                self.break_page()
                if header:
                    self._row(grid, header)
                continue
            else:
                part, row = _parted(row, self._lines_in(room))
                whole = self._height(row)
            self._row(grid, part)

    def _lines_in(self, height: float) -> int:
        return int((height - 2 * PADDING) / self._line_height())

    def _row(self, grid: Grid, row: Measured) -> None:
        height, x = self._height(row), self.left
        piece = Piece("P")
        self.page.pieces.append(piece)
        for (cell, lines), share in zip(row, grid.shares, strict=True):
            width = share * self.sizes.width
            self._cell(piece, cell, lines, (x, width, height))
            x += width
        self.y += height

    def _cell(self, piece: Piece, cell: Cell, lines: list[str], box: tuple[float, float, float]) -> None:
        x, width, height = box
        if cell.shaded:
            self.page.shades.append((x, self.y, width, height))
        right, low = x + width, self.y + height
        self.page.rules += [
            (x, self.y, right, self.y),
            (x, low, right, low),
            (x, self.y, x, low),
            (right, self.y, right, low),
        ]
        size = self.sizes.table
        y = self.y + (height - len(lines) * self._line_height()) / 2
        for line in lines:
            spare = width - 2 * PADDING - font(cell.face).width(line) * size
            shift = {"center": spare / 2, "right": spare}.get(cell.align, 0.0)
            baseline = y + self._line_height() / 2 + size * BASELINE
            piece.spans.append(Span(x + PADDING + shift, baseline, line, cell.face, size))
            y += self._line_height()
