"""The empty roster that is filled in and uploaded: the national export's headings, with notes and drop-downs."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from branches.choices import ETHNICITIES, Degree, Education, MemberCategory
from branches.policy.roster_layout import FIELDS, RosterField

PREPARED_ROWS = 2000
HEADING_ROW = 3
CHOICES_SHEET = "选项"
REQUIRED = ("name", "id_number", "category", "organisation_id", "joined_on")
TEXT_KINDS = ("id", "phone", "work_phone", "date", "text", "name", "email")
WIDTHS = {"id": 22, "date": 13, "branch": 26, "text": 18, "email": 22, "phone": 14, "work_phone": 16}
DATE_NOTE = "写成 2019-07-01、2019.7.1、2019/7/1 或 2019年7月1日，须写到日"
NOTES = {
    "name": "姓名全称，中间不加空格；少数民族姓名用“·”分隔",
    "id_number": "18位。本列已设为文本格式；从别处粘贴时请“只粘贴值”，不要变成数字",
    "organisation_id": "全称、简称或党组织代码均可",
    "group_id": "可留空；须已在党支部页面设立",
    "phone": "11位手机号码，可留空",
    "category": "正式党员或预备党员",
    "party_age_correction": "整数月数，一般留空",
    "education": "研究生请写明博士或硕士",
}
TITLE = "党员名册（导入模板）"
HINT = (
    "从第4行起每行填一名党员，列的次序可以变动，不用的列可以删去；带*的列应当填写。"
    "空白单元格不改动已有内容；不要填公式；住址不收集、不存储。同一人以公民身份号码辨认，重复导入只更新、不重复。"
)


def roster_template(branches: Sequence[str]) -> bytes:
    """The template as xlsx, with the names of these branches in its drop-down."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "党员名册"
    choices = book.create_sheet(CHOICES_SHEET)
    choices.sheet_state = "hidden"
    _head(sheet)
    for index, field in enumerate(FIELDS, start=1):
        _column(sheet, index, field)
        if words := _words(field, branches):
            _drop_down(sheet, choices, index, words)
    sheet.freeze_panes = sheet.cell(HEADING_ROW + 1, 2)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _head(sheet: Worksheet) -> None:
    sheet.cell(1, 1, TITLE).font = Font(bold=True, size=14)
    sheet.cell(2, 1, HINT).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=11)
    sheet.row_dimensions[2].height = 48
    sheet.row_dimensions[HEADING_ROW].height = 30


def _column(sheet: Worksheet, index: int, field: RosterField) -> None:
    cell = sheet.cell(HEADING_ROW, index, field.headings[0] + ("*" if field.name in REQUIRED else ""))
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="F3E9E7")
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    note = NOTES.get(field.name) or (DATE_NOTE if field.kind == "date" else "")
    if note:
        cell.comment = Comment(note, "平台", width=260, height=80)
    letter = get_column_letter(index)
    sheet.column_dimensions[letter].width = WIDTHS.get(field.kind, 12)
    if field.kind in TEXT_KINDS:
        sheet.column_dimensions[letter].number_format = "@"


def _words(field: RosterField, branches: Sequence[str]) -> list[str]:
    """What the drop-down of a column offers; none for free columns."""
    by_kind: dict[str, Sequence[str]] = {
        "gender": ("男", "女"),
        "flag": ("是", "否"),
        "ethnicity": [name for _, name in ETHNICITIES],
        "education": [str(label) for label in Education.labels],
        "degree": [str(label) for label in Degree.labels],
        "category": [str(label) for label in MemberCategory.labels],
        "branch": branches,
    }
    return list(by_kind.get(field.kind, ()))


def _drop_down(sheet: Worksheet, choices: Worksheet, index: int, words: Sequence[str]) -> None:
    """A list kept on a hidden sheet: Excel allows only 255 characters within the rule itself."""
    for row, word in enumerate(words, start=1):
        choices.cell(row, index, word)
    letter = get_column_letter(index)
    rule = DataValidation("list", formula1=f"{CHOICES_SHEET}!${letter}$1:${letter}${len(words)}", allow_blank=True)
    rule.error, rule.errorTitle = "请从下拉列表中选择，或按说明填写。", "不在选项中"
    rule.errorStyle = "warning"
    sheet.add_data_validation(rule)
    rule.add(f"{letter}{HEADING_ROW + 1}:{letter}{HEADING_ROW + PREPARED_ROWS}")
