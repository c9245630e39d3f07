"""Tables and label-value grids brought to one shape for both writers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.documents.fonts import FontName
from core.documents.model import Align, KeyValues, Table
from core.documents.text import lines_of


@dataclass(frozen=True)
class Cell:
    """Lines of text; a label is shaded and set in the type of headings."""

    lines: list[str]
    align: Align = "left"
    label: bool = False

    @property
    def face(self) -> FontName:
        return "sans" if self.label else "serif"

    @property
    def shaded(self) -> bool:
        return self.label


Row = list[Cell]


@dataclass(frozen=True)
class Grid:
    """`shares` of the line per column, together 1; the header is repeated over pages."""

    shares: list[float]
    rows: list[Row]
    header: Row | None = None


def _shares(widths: Sequence[float]) -> list[float]:
    total = sum(widths)
    return [width / total for width in widths]


def table_grid(table: Table) -> Grid:
    """A table; without rows one row says so in its first cell."""
    aligns: Sequence[Align] = table.aligns or ["left"] * len(table.headers)
    header = [Cell(lines_of(text), "center", label=True) for text in table.headers]
    cells = table.rows or [[table.empty, *[""] * (len(table.headers) - 1)]]
    rows = [[Cell(lines_of(value), align) for value, align in zip(row, aligns, strict=True)] for row in cells]
    return Grid(_shares(table.widths or [1.0] * len(table.headers)), rows, header)


def key_values_grid(block: KeyValues) -> Grid:
    """Pairs, `columns` to a row; the last row is filled up with empty cells."""
    cells = [[Cell(lines_of(label), "center", label=True), Cell(lines_of(value))] for label, value in block.pairs]
    while len(cells) % block.columns:
        cells.append([Cell([""], "center", label=True), Cell([""])])
    rows = [
        [cell for pair in cells[start : start + block.columns] for cell in pair]
        for start in range(0, len(cells), block.columns)
    ]
    # A label of six characters fits in its column whatever the number of pairs beside one another.
    shares = _shares([0.2, 0.8]) if block.columns == 1 else _shares([0.18, 0.32] * block.columns)
    return Grid(shares, rows)
