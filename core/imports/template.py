"""The empty sheet of an import: headings, an example that is not read, drop-downs, and how each column is filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.imports.cells import choices_of, form_of, labels_of
from core.imports.declaration import Choices, ImportColumn, SheetImport
from core.imports.reading import EXAMPLE
from core.workbooks.writer import SHEET_NAME, put

GUIDE_SHEET, CHOICES_SHEET = "填写说明", "选项"
HEAD_FILL = PatternFill("solid", fgColor="F3E9E7")
EXAMPLE_FONT = Font(italic=True, color="808080")
RULE = Border(bottom=Side("thin", color="B5332A"))
TOP = Alignment(wrap_text=True, vertical="top")
WIDTHS = {"date": 14, "number": 12, "integer": 10, "money": 14, "yes_no": 10}
PREPARED_ROWS = 200  # whose cells are text already; the column is besides, but not every program minds that
TYPED = ("number", "integer", "money")
GUIDE_HEADINGS = (("列名", 20), ("必填", 8), ("怎样填写", 48), ("也认得的列名", 30), ("说明", 40))


def template_workbook(importer: type[SheetImport], user: Any, place: Any) -> bytes:
    """The template as xlsx; its drop-downs offer what this place offers."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET_NAME.sub(" ", importer.title)[:31]
    guide = book.create_sheet(GUIDE_SHEET)
    words = book.create_sheet(CHOICES_SHEET)
    words.sheet_state = "hidden"
    offered = importer.choices(user, place)
    for index, column in enumerate(importer.columns, start=1):
        choices = choices_of(column, offered)
        _column(sheet, index, column, _example(column, choices))
        if labels := _offered(column, choices):
            rule = _drop_down(words, index, column.title, labels)
            sheet.add_data_validation(rule)
            letter = get_column_letter(index)
            rule.add(f"{letter}3:{letter}{importer.row_limit + 2}")
    sheet.freeze_panes = "A2"
    _guide(guide, importer, offered)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _column(sheet: Worksheet, index: int, column: ImportColumn, example: str) -> None:
    heading = put(sheet, 1, index, f"{column.title}*" if column.required else column.title)
    heading.font, heading.fill, heading.border = Font(bold=True), HEAD_FILL, RULE
    heading.alignment = Alignment(wrap_text=True, vertical="center")
    if column.hint:
        heading.comment = Comment(column.hint, "平台", width=260, height=80)
    put(sheet, 2, index, f"{EXAMPLE}）{example}" if index == 1 else example).font = EXAMPLE_FONT
    letter = get_column_letter(index)
    usual = 30 if column.multiline or column.max_length > 200 else 18
    sheet.column_dimensions[letter].width = max(WIDTHS.get(column.kind, usual), 2 * len(column.title) + 3)
    if column.kind not in TYPED:
        # Text keeps leading zeros and long codes, and a day as it was typed.
        sheet.column_dimensions[letter].number_format = "@"
        for row in range(2, PREPARED_ROWS + 2):
            sheet.cell(row, index).number_format = "@"


def _example(column: ImportColumn, choices: Choices) -> str:
    usual = {"date": "2026-07-01", "money": "5000.00", "number": "12.5", "integer": "12", "yes_no": "是"}
    return column.example or next(iter(labels_of(choices)), "") or usual.get(column.kind, "")


def _offered(column: ImportColumn, choices: Choices) -> list[str]:
    """What the drop-down of a column offers; none where several may stand in a cell."""
    if column.kind == "yes_no":
        return ["是", "否"]
    return labels_of(choices) if column.kind == "choice" and not column.many else []


def _drop_down(words: Worksheet, index: int, title: str, labels: Sequence[str]) -> DataValidation:
    """A list kept on a hidden sheet: Excel allows only 255 characters within the rule itself."""
    for row, label in enumerate(labels, start=1):
        put(words, row, index, label)
    letter = get_column_letter(index)
    rule = DataValidation("list", formula1=f"{CHOICES_SHEET}!${letter}$1:${letter}${len(labels)}", allow_blank=True)
    rule.error, rule.errorTitle = f"“{title}”请从下拉列表中选择。", "不在选项中"
    rule.errorStyle = "warning"
    return rule


def _guide(sheet: Worksheet, importer: type[SheetImport], offered: Mapping[str, Choices]) -> None:
    put(sheet, 1, 1, f"{importer.title}：填写说明").font = Font(bold=True, size=14)
    remark = (
        f"{importer.hint}从第3行起每行填一条，一次最多{importer.row_limit}行；以“{EXAMPLE}）”开头的示例行不读取，可以删去。"
        "列的次序可以变动，不用的列可以删去；带*的列必须填写；不要填公式。"
    )
    put(sheet, 2, 1, remark).alignment = TOP
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=len(GUIDE_HEADINGS))
    sheet.row_dimensions[2].height = 48
    for index, (title, width) in enumerate(GUIDE_HEADINGS, start=1):
        cell = put(sheet, 3, index, title)
        cell.font, cell.fill, cell.border = Font(bold=True), HEAD_FILL, RULE
        sheet.column_dimensions[get_column_letter(index)].width = width
    for row, column in enumerate(importer.columns, start=4):
        form = form_of(column, choices_of(column, offered))
        texts = (column.title, "必填" if column.required else "可留空", form, "、".join(column.aliases), column.hint)
        for index, text in enumerate(texts, start=1):
            put(sheet, row, index, text).alignment = TOP
    sheet.freeze_panes = "A4"
