"""The advice list as a workbook: the rows of the page, all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from branches.choices import AdviceLevel
from branches.selectors.advice import Finding
from core.workbooks.writer import SheetColumn, WorkbookWriter

TITLE = "组织设置建议"
COLUMNS = (
    SheetColumn("单位", width=24),
    SheetColumn("党组织", width=30),
    SheetColumn("党组织代码", "id", 24),
    SheetColumn("层级", width=10),
    SheetColumn("规则编号", width=10),
    SheetColumn("规则", width=22),
    SheetColumn("现状", width=34, wrap=True),
    SheetColumn("规定", width=48, wrap=True),
    SheetColumn("怎样调整", width=48, wrap=True),
    SheetColumn("依据", width=48, wrap=True),
    SheetColumn("程度", width=10),
)


def write_advice(findings: Sequence[Finding], target: IO[bytes]) -> int:
    """Write the sheet; how many rows."""
    with WorkbookWriter(target, title=TITLE) as writer:
        return writer.sheet(TITLE, list(COLUMNS)).write(map(_row, findings))


def _row(finding: Finding) -> list[str]:
    subject, rule = finding.subject, finding.rule
    return [
        subject.unit,
        subject.short_name,
        subject.code,
        finding.kind_label,
        rule.code,
        rule.title,
        finding.found,
        rule.statement,
        rule.remedy,
        f"{rule.source}{rule.article}",
        str(AdviceLevel(rule.level).label),
    ]
