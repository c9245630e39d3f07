"""The quarterly workbook, rendered from the frozen snapshot alone: the same figures whenever it is opened again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from core.periods import parse_period
from core.workbooks.writer import SheetColumn, WorkbookWriter, put
from reports.models import QuarterlyReport
from reports.selectors.quarterly import RECORD_HEADINGS, RECORDS, RULE_HEADINGS, Row

Report = Callable[[int, int, str], None]

DATE_HEADINGS = ("截止日期", "日期", "提交日期")
NUMBER_HEADINGS = ("应做次数", "已做次数", "应到", "实到", "应到有表决权", "实到有表决权")
WIDTHS = {"单位": 24, "党支部": 34, "主题": 40, "计为": 24, "党组织代码": 22, "期间": 14}
SUMMARY_WIDTHS = {1: 24, 2: 16, 3: 12, 4: 42}
#: Columns of the summary that hold words; figures stand in the middle.
LEFT = (1, 2)
HEAD = Font(bold=True)
FILL = PatternFill("solid", fgColor="F3E9E7")
LINE = Side("thin", color="D9C8C4")
GRID = Border(LINE, LINE, LINE, LINE)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def report_file_name(report: QuarterlyReport) -> str:
    return f"{report.title}.xlsx"


def report_path(report: QuarterlyReport) -> Path:
    """Where the rendered workbook is kept; private, reached only through a view. Named by the moment of freezing
    too, so that a database made anew never finds a file of the former one."""
    if report.frozen_at is None:
        raise ValueError("only a frozen report is rendered")
    return Path(settings.MEDIA_ROOT) / "reports" / report.period / f"{report.pk}-{report.frozen_at:%Y%m%d%H%M%S%f}.xlsx"


def report_render(report: QuarterlyReport, progress: Report | None = None) -> Path:
    """
    Render the workbook unless it is there; it takes its place only when whole, so a full disk leaves nothing half
    done.
    """
    path = report_path(report)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{id(report):x}.part")
        try:
            workbook_write(report, draft, progress)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    return path


def workbook_write(report: QuarterlyReport, target: Path, progress: Report | None = None) -> None:
    """Summary, a sheet for each rule, and the sheet of records."""
    if report.frozen_at is None:
        raise ValueError("only a frozen report is rendered")
    rules = report.summary["rules"]
    with WorkbookWriter(target, title=report.title) as writer:
        moment = report.frozen_at.replace(tzinfo=None, microsecond=0)
        writer.book.properties.created = writer.book.properties.modified = moment
        _summary(writer.book.create_sheet("汇总"), report)
        for number, rule in enumerate(rules):
            _sheet(writer, f"{rule['code']} {rule['title']}", RULE_HEADINGS, _rows(report, rule["code"]))
            if progress:
                progress(number + 1, len(rules) + 1, f"正在写入：{rule['title']}")
        _sheet(writer, "会议记录", RECORD_HEADINGS, _rows(report, RECORDS))


def _sheet(writer: WorkbookWriter, title: str, headings: tuple[str, ...], rows: Iterator[Row]) -> None:
    dates = [index for index, heading in enumerate(headings) if heading in DATE_HEADINGS]
    writer.sheet(title, [_column(heading) for heading in headings]).write(_dated(row, dates) for row in rows)


def _column(heading: str) -> SheetColumn:
    if heading in DATE_HEADINGS:
        return SheetColumn(heading, "date", 12)
    if heading in NUMBER_HEADINGS:
        return SheetColumn(heading, "number", 10)
    return SheetColumn(heading, "id" if heading == "党组织代码" else "text", WIDTHS.get(heading, 12))


def _dated(row: Row, columns: list[int]) -> Row:
    for index in columns:
        row[index] = date.fromisoformat(row[index])
    return row


def _rows(report: QuarterlyReport, sheet: str) -> Iterator[Row]:
    """Rows of one sheet, a stretch at a time."""
    chunks = report.chunks.filter(sheet=sheet).order_by("number").values_list("rows", flat=True)
    for rows in chunks.iterator(chunk_size=4):
        yield from rows


def _summary(sheet: Worksheet, report: QuarterlyReport) -> None:
    """Title, the moment, one line a rule, one line a unit, and what the figures mean; set up for A4."""
    summary = report.summary
    _line(sheet, [report.title], font=Font(bold=True, size=16, color="B5332A"))
    as_of = date.fromisoformat(summary["as_of"])
    kind = "正式报表" if report.is_final else "阶段性报表"
    period = parse_period(report.period)
    _line(
        sheet, [f"{period.title}　数据截至{as_of:%Y-%m-%d}　{kind}第{report.edition}版　党支部{summary['branches']}个"]
    )
    meetings = summary["meetings"]
    _line(sheet, [f"会议记录{meetings['count']}份，其中补记{meetings['late']}份。"])
    _line(sheet, [""])
    _table(
        sheet,
        ["编号", "应做事项", "性质", "依据", "应做项", "已完成", "已减免", "未完成", "完成率"],
        [_rule_row(rule) for rule in summary["rules"]],
    )
    _line(sheet, [""])
    codes = [rule["code"] for rule in summary["rules"]]
    titles = [f"{rule['title']}\n完成/应做" for rule in summary["rules"]]
    _table(sheet, ["单位", *titles], [_unit_row(unit, codes) for unit in summary["units"]])
    _line(sheet, [""])
    _line(sheet, ["说明：一个“应做项”是一个党支部在一个期间内的一项要求；完成率＝已完成÷（应做项－已减免）。"])
    _line(sheet, ["各项明细见同名工作表，所依据的会议记录见“会议记录”工作表；名次不作排列。"])
    _set_up(sheet)


def _rule_row(rule: dict[str, Any]) -> Row:
    figures = [rule[key] for key in ("items", "done", "waived", "open")]
    share = rule["rate"] if rule["rate"] is not None else "不适用"
    return [rule["code"], rule["title"], rule["label"], rule["source"], *figures, share]


def _unit_row(unit: dict[str, Any], codes: list[str]) -> Row:
    cells = []
    for code in codes:
        figures = unit["rules"].get(code)
        cells.append(f"{figures['done']}/{figures['items']}" if figures else "—")
    return [unit["unit"], *cells]


def _append(sheet: Worksheet, values: Row) -> list[Cell]:
    """A row below the last one; names of organisations stay text, whatever they begin with."""
    number = 1 if sheet["A1"].value is None else sheet.max_row + 1
    return [put(sheet, number, column, value) for column, value in enumerate(values, start=1)]


def _line(sheet: Worksheet, values: Row, font: Font | None = None) -> None:
    cells = _append(sheet, values)
    if font:
        cells[0].font = font


def _table(sheet: Worksheet, headings: list[str], rows: list[Row]) -> None:
    for cell in _append(sheet, list(headings)):
        cell.font, cell.fill, cell.border, cell.alignment = HEAD, FILL, GRID, CENTRE
    sheet.row_dimensions[sheet.max_row].height = 32
    for row in rows:
        for cell in _append(sheet, row):
            cell.border = GRID
            cell.alignment = Alignment(horizontal="left" if cell.column in LEFT else "center", vertical="center")
            if isinstance(cell.value, float):
                cell.number_format = "0.0%"


def _set_up(sheet: Worksheet) -> None:
    for number in range(1, 10):
        sheet.column_dimensions[get_column_letter(number)].width = SUMMARY_WIDTHS.get(number, 12)
    sheet.page_setup.paperSize, sheet.page_setup.orientation = 9, "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.freeze_panes = "A4"
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
