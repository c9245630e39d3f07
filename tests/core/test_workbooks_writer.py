"""Streamed sheets: right types, text that stays text, styles around, files that others open."""

# ruff: noqa: DTZ001  # Excel knows no time zones
from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import filetype
import openpyxl
import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from core.workbooks import writer as module
from core.workbooks.cells import MAX_CELL, clean_texts
from core.workbooks.writer import SheetColumn, WorkbookWriter, put

COLUMNS = (
    SheetColumn("日期", "date", 12),
    SheetColumn("主题", width=40, wrap=True),
    SheetColumn("证号", "id", 22),
    SheetColumn("人数", "number"),
    SheetColumn("到会率", "percent"),
    SheetColumn("补记", "bool"),
    SheetColumn("提交时间", "datetime", 18),
)
ROW = (
    date(2026, 7, 1),
    "学习",
    "110105194912310021",
    3,
    Decimal("0.855"),
    True,
    datetime(2026, 7, 1, 15, 30, tzinfo=UTC),
)


def write(rows, columns=COLUMNS, **options):
    buffer = BytesIO()
    with WorkbookWriter(buffer, title="试验") as writer:
        writer.sheet("记录", columns, **options).write(rows)
    buffer.seek(0)
    return buffer


def values(buffer, sheet="记录"):
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(buffer)[sheet].iter_rows()]


def one(value, kind="text"):
    """The single cell that this value becomes."""
    return openpyxl.load_workbook(write([(value, "x")], [SheetColumn("甲", kind), SheetColumn("乙")])).active["A2"]


def test_values_keep_their_types():
    sheet = openpyxl.load_workbook(write([ROW])).active
    cells = sheet[2]
    assert [cell.value for cell in cells] == [
        datetime(2026, 7, 1),
        "学习",
        "110105194912310021",
        3,
        0.855,
        "是",
        datetime(2026, 7, 1, 23, 30),
    ]
    assert [cell.number_format for cell in cells[:5]] == ["yyyy-mm-dd", "General", "@", "General", "0.0%"]
    assert cells[6].number_format == "yyyy-mm-dd hh:mm"
    assert cells[2].data_type in ("s", "inlineStr")
    assert cells[3].data_type == "n"


def test_the_sheet_is_dressed():
    sheet = openpyxl.load_workbook(write([ROW, ROW])).active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G3"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.column_dimensions["B"].width == 40
    assert sheet["A1"].font.bold
    assert sheet["B2"].alignment.wrap_text
    assert not sheet.protection.sheet


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("x")', "'=1"])
def test_text_stays_text(text):
    buffer = write([(text, "x")], [SheetColumn("甲"), SheetColumn("乙")])
    cell = openpyxl.load_workbook(buffer).active["A2"]
    assert cell.value == text
    assert cell.data_type in ("s", "inlineStr")
    assert b"<f>" not in ZipFile(buffer).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("a<b>&\"'c", "a<b>&\"'c"),
        ("\x00\x01\x0b坏\x1f字符￾\uffff\r", "坏字符"),
        ("  两边  ", "  两边  "),
        ("第一行\n第二行", "第一行\n第二行"),
        ("_x0041_", "_x0041_"),
        ("𠮷👍", "𠮷👍"),
        ("\ud800", "?"),
        (123, "123"),
    ],
)
def test_any_text_can_be_written(given, read):
    rows = CalamineWorkbook.from_filelike(write([(given, "x")], [SheetColumn("甲"), SheetColumn("乙")]))
    assert rows.get_sheet_by_index(0).to_python()[1][0] == read


def test_clean_texts_keeps_places():
    assert clean_texts(["a\x00b", None, "", "<", "c"]) == ["ab", "", "", "&lt;", "c"]


def test_long_text_is_cut_where_excel_ends():
    read = one("长" * 40_000).value
    assert len(read) == MAX_CELL
    assert read.endswith("…")


@pytest.mark.parametrize(
    ("value", "kind", "read"),
    [
        (None, "date", None),
        (date(1899, 5, 4), "date", "1899-05-04"),
        (datetime(2026, 7, 1, 20, tzinfo=UTC), "date", datetime(2026, 7, 2)),
        (date(2026, 7, 1), "datetime", datetime(2026, 7, 1)),
        ("不详", "date", "不详"),
        (10**17, "number", "1" + "0" * 17),
        (float("nan"), "number", "nan"),
        (Decimal("12.50"), "number", 12.5),
        ("—", "number", "—"),
        (0, "number", 0),
        (False, "bool", "否"),
        (None, "bool", None),
        ("", "text", None),
    ],
)
def test_odd_values_do_no_harm(value, kind, read):
    assert one(value, kind).value == read


def test_rows_spill_into_further_sheets(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 11)
    monkeypatch.setattr(module, "BATCH", 4)
    buffer = write([(number,) for number in range(25)], [SheetColumn("甲", "number")])
    book = openpyxl.load_workbook(buffer)
    assert book.sheetnames == ["记录", "记录 (2)", "记录 (3)"]
    assert [sheet.max_row for sheet in book] == [11, 11, 6]
    found = [row[0].value for sheet in book for row in sheet.iter_rows(min_row=2)]
    assert found == list(range(25))
    assert [sheet.auto_filter.ref for sheet in book] == ["A1:A11", "A1:A11", "A1:A6"]


def test_exactly_full_sheet_begins_no_other(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 11)
    buffer = write([(number,) for number in range(10)], [SheetColumn("甲", "number")])
    assert openpyxl.load_workbook(buffer).sheetnames == ["记录"]


def test_summary_first_filled_last():
    buffer = BytesIO()
    with WorkbookWriter(buffer) as writer:
        summary = writer.book.create_sheet("汇总")
        first = writer.sheet("甲", [SheetColumn("数", "number")])
        first.write([(1,), (2,)])
        writer.sheet("乙", [SheetColumn("文")]).write([("x",)])
        put(summary, 1, 1, "=合计")
        put(summary, 1, 2, first.count)
        put(summary, 1, 3, "坏\x07字")
    book = openpyxl.load_workbook(buffer)
    assert book.sheetnames == ["汇总", "甲", "乙"]
    assert [cell.value for cell in book["汇总"][1]] == ["=合计", 2, "坏字"]
    assert book["汇总"]["A1"].data_type == "s"
    assert book["甲"]["A3"].value == 2
    assert book["乙"]["A2"].value == "x"


def test_sheet_put_before_a_streamed_one_is_an_error():
    writer = WorkbookWriter(BytesIO())
    writer.sheet("甲", [SheetColumn("数")])
    writer.book.create_sheet("汇总", 0)
    with pytest.raises(ValueError, match="before a streamed one"):
        writer.close()


def test_failed_export_closes_its_file(tmp_path):
    path = tmp_path / "x.xlsx"
    with pytest.raises(ZeroDivisionError), WorkbookWriter(path) as writer:
        writer.sheet("甲", [SheetColumn("数")]).write((1 // 0,) for _ in range(3))
    path.unlink()


def test_rows_of_the_wrong_length_are_an_error():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        write([("a",)], [SheetColumn("甲"), SheetColumn("乙")])


def test_title_with_forbidden_characters():
    buffer = BytesIO()
    with WorkbookWriter(buffer) as writer:
        writer.sheet("会议/记录[一]:" + "长" * 40, [SheetColumn("甲")])
        writer.sheet("'", [SheetColumn("甲")])
    names = openpyxl.load_workbook(buffer).sheetnames
    assert names[0].startswith("会议 记录 一")
    assert len(names[0]) == 31
    assert len(names) == 2


def test_package_is_a_sound_workbook():
    buffer = write([ROW] * 3)
    assert filetype.guess_mime(buffer.getvalue()[:8192]).endswith("spreadsheetml.sheet")
    package = ZipFile(buffer)
    assert package.testzip() is None
    names = package.namelist()
    assert len(names) == len(set(names))
    for name in names:
        etree.fromstring(package.read(name))
    order = [child.tag.split("}")[1] for child in etree.fromstring(package.read("xl/worksheets/sheet1.xml"))]
    assert order == (
        [
            "sheetPr",
            "sheetViews",
            "sheetFormatPr",
            "cols",
            "sheetData",
            "autoFilter",
            "pageMargins",
            "pageSetup",
            "headerFooter",
        ]
    )


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.slow
def test_libreoffice_reads_it(tmp_path):
    path = tmp_path / "记录.xlsx"
    path.write_bytes(write([ROW, (None, "=1+1", "", None, None, None, None)]).getvalue())
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to"]
    command += ["csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    lines = (tmp_path / "记录.csv").read_text().splitlines()
    assert lines[1] == "2026-07-01,学习,110105194912310021,3,85.5%,是,2026-07-01 23:30"
    assert lines[2].startswith(",=1+1,")
