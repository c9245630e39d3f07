"""贯彻落实情况报告: one item with its stages, tasks and trace as a Word document; nothing in it is typed again."""

from __future__ import annotations

from datetime import date

from branches.selectors.worklists import WorklistView
from core.documents import Block, Document, Heading, KeyValues, Paragraph, Table
from oversight.selectors.directives import DirectivePage

TITLE = "贯彻落实情况报告"


def _day(value: date | None) -> str:
    return f"{value:%Y-%m-%d}" if value else ""


def report(page: DirectivePage, tasks: WorklistView) -> Document:
    """The item as it stands; tasks are those that the reader may see."""
    directive = page.directive
    facts = [
        ("编号", directive.number),
        ("来源", directive.get_source_display()),
        ("日期", _day(directive.received_on)),
        ("督办党组织", directive.organisation.short_name),
        ("责任党组织", directive.owner.short_name),
        ("状态", directive.get_state_display()),
    ]
    blocks: list[Block] = [
        KeyValues(facts),
        Heading(1, "一、内容摘要"),
        Paragraph(directive.summary),
        Heading(1, "二、各阶段办理情况"),
        _stages(page),
        Heading(1, "三、任务落实情况"),
        _tasks(tasks),
        Heading(1, "四、办理过程"),
        _trace(page),
    ]
    if directive.closing_note:
        blocks += [Heading(1, "五、销号意见"), Paragraph(f"{directive.closing_note}（{_day(directive.closed_on)}）")]
    return Document(f"{directive.title}{TITLE}", blocks, compact=True)


def _stages(page: DirectivePage) -> Table:
    rows = []
    for line in page.stages:
        stage = line.stage
        meeting = str(stage.meeting) if stage.meeting else stage.meeting_named
        what = "；".join(filter(None, [meeting, stage.note]))
        rows.append([stage.name, _day(stage.planned_on), _day(stage.done_on), line.light.label, what])
    return Table(["阶段", "计划完成", "完成日期", "情况", "做了什么"], rows, [2, 2, 2, 2, 6])


def _tasks(tasks: WorklistView) -> Table:
    rows = [
        [
            row.item.number, row.item.task, row.item.organisation.short_name, row.item.owner, _day(row.item.due_on),
            row.label, row.item.result or row.latest,
        ]
        for row in tasks.rows
    ]  # fmt: skip
    return Table(["序号", "任务", "责任单位", "责任人", "时限", "状态", "进展和成效"], rows, [1, 4, 3, 2, 2, 2, 5])


def _trace(page: DirectivePage) -> Table:
    rows = [
        [f"{step.at:%Y-%m-%d}", step.what, "：".join(filter(None, [step.subject, step.text])), step.who]
        for step in reversed(page.steps)
    ]
    return Table(["时间", "步骤", "说明", "经办人"], rows, [2, 2, 8, 2])
