"""The matrix as a workbook: the same rows and columns as on the page, all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

from branches.policy.obligations import State
from branches.selectors.obligation_cells import Cell, Heading, Total
from branches.selectors.obligation_matrix import Matrix
from core.workbooks.writer import SheetColumn, WorkbookWriter

TITLE = "应做事项矩阵"
NOT_ASKED = "不适用"


def write_matrix(matrix: Matrix, target: IO[bytes]) -> int:
    """Write the sheet; how many rows."""
    by_unit = matrix.query.by_unit
    lead = (
        [SheetColumn("单位", width=28)] if by_unit else [SheetColumn("单位", width=24), SheetColumn("党支部", width=30)]
    )
    columns = [SheetColumn(_title(heading), width=16) for heading in matrix.headings]
    with WorkbookWriter(target, title=TITLE) as writer:
        sheet = writer.sheet(f"{matrix.query.period.title}", [*lead, *columns])
        return sheet.write(_rows(matrix))


def _title(heading: Heading) -> str:
    return f"{heading.title} {heading.label}"


def _rows(matrix: Matrix) -> Iterator[Sequence[str]]:
    for place, cells in matrix.rows:
        lead = [place.name] if matrix.query.by_unit else [place.unit, place.name]
        yield [*lead, *map(cell_words, cells)]


def cell_words(cell: Cell) -> str:
    """A cell in words: the figures, then the state."""
    if cell is None:
        return NOT_ASKED
    if isinstance(cell, Total):
        return f"{cell.met}/{cell.asked} {total_label(cell)}" if cell.asked else State.WAIVED.label
    face = cell[1]
    return f"{face.done}/{face.needed} {face.state.label}"


def total_label(total: Total) -> str:
    """What stands of several obligations, in words."""
    return f"{total.overdue} 项逾期" if total.overdue else total.state.label
