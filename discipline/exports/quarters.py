"""The sums of 机关纪委工作台账 as a workbook: the same rows as on the page."""

from __future__ import annotations

from typing import IO

from core.workbooks.writer import SheetColumn, WorkbookWriter
from discipline.policy.quarters import COUNTS, LABELS, SPANS
from discipline.selectors.committees import Sums

TITLE = "机关纪委工作台账汇总"


def sums_title(sums: Sums) -> str:
    return f"{sums.year}年{SPANS[sums.span][0]}"


def write_sums(sums: Sums, target: IO[bytes]) -> int:
    """Write the sheet, the total last; how many units."""
    columns = [
        SheetColumn("单位", width=30),
        SheetColumn("已确认季度数", "number"),
        *(SheetColumn(LABELS[name], "number") for name in COUNTS),
    ]
    rows = [[row.unit.short_name, row.quarters, *row.counts] for row in sums.rows]
    rows.append(["合计", sum(row.quarters for row in sums.rows), *sums.total])
    with WorkbookWriter(target, title=TITLE) as writer:
        writer.sheet(sums_title(sums), columns).write(rows)
    return len(sums.rows)
