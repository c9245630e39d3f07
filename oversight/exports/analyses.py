"""The analysis as a Word document: the frozen figures, then what was written."""

from __future__ import annotations

from branches.models import WorklistItem
from core.documents import Block, Document, Heading, KeyValues, Paragraph, Table
from oversight.models import Analysis
from oversight.policy.analyses import RULE
from oversight.selectors.analyses import figures_shown

PARTS = (("situation", "总体情况"), ("problems", "存在问题"), ("causes", "原因分析"), ("measures", "措施"))
NUMBERS = "一二三四五六七八九十"


def analysis_document(row: Analysis) -> Document:
    """One document; a part that nobody wrote is left out. Two queries."""
    blocks: list[Block] = [
        KeyValues(
            [
                ("单位", row.organisation.name),
                ("期间", f"{row.year}年{row.get_half_display()}"),
                ("主持人", row.host),
                ("会议日期", row.met_on or ""),
                ("数据截至", row.figures_on),
                ("状态", row.get_state_display()),
            ]
        ),
        Heading(1, "一、基本数据"),
        _figures(row),
    ]
    written = [(title, getattr(row, field)) for field, title in PARTS if getattr(row, field)]
    for number, (title, text) in enumerate(written, start=1):
        blocks += [Heading(1, f"{NUMBERS[number]}、{title}"), Paragraph(text)]
    blocks += [Heading(1, f"{NUMBERS[len(written) + 1]}、措施清单"), _items(row)]
    blocks.append(Paragraph(f"依据：{RULE}。数据由平台记录自动读取，定稿后不再变动。", indent=False))
    return Document(row.title, blocks, subtitle=row.organisation.name)


def _figures(row: Analysis) -> Table:
    rows = [
        [group, figure.kind.label, f"{figure.value}{figure.kind.unit}"]
        for group, figures in figures_shown(row)
        for figure in figures
    ]
    return Table(["类别", "项目", "数据"], rows, [2, 3, 2])


def _items(row: Analysis) -> Table:
    items = WorklistItem.objects.filter(worklist=row.worklist_id).select_related("organisation").order_by("number")
    rows = [
        [item.number, item.task, item.organisation.short_name, item.owner, item.due_on, item.get_state_display()]
        for item in items
    ]
    return Table(["序号", "任务", "责任单位", "责任人", "时限", "状态"], rows, [1, 4, 3, 2, 2, 2])
