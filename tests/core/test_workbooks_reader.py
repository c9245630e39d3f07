"""Uploaded workbooks: what is read, what is named as odd, and what is refused before a library sees it."""

# ruff: noqa: DTZ001  # Excel knows no time zones
from __future__ import annotations

import io
import struct
from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from core.workbooks import package as module
from core.workbooks.reader import (
    WorkbookError,
    cell_kind,
    cell_name,
    cell_text,
    find_header,
    is_lossy,
    normalise_heading,
    read_sheet,
)
from core.workbooks.writer import SheetColumn, WorkbookWriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows, title="花名册", **others):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for name, content in others.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    buffer = BytesIO()
    book.save(buffer)
    buffer.seek(0)
    return buffer


def rezip(source, changes=None, extra=None):
    """The same workbook with some parts replaced, dropped (None) or added."""
    target, changes = BytesIO(), changes or {}
    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = changes.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        missing = {name: content for name, content in changes.items() if name not in old.namelist()}
        for name, content in (missing | (extra or {})).items():
            new.writestr(name, content)
    target.seek(0)
    return target


def sheet_xml(body, prolog=""):
    return f'{prolog}<worksheet xmlns="{MAIN}">{body}</worksheet>'.encode()


def with_sheet(body, prolog=""):
    return rezip(workbook([["x"]]), {"xl/worksheets/sheet1.xml": sheet_xml(body, prolog)})


def refused(file):
    with pytest.raises(WorkbookError) as caught:
        read_sheet(file)
    return "".join(caught.value.messages)


def test_values_and_places():
    sheet = read_sheet(
        workbook(
            [
                [],
                ["", "姓名", "人数", "日期", "时间", "在册"],
                ["", "张三", 3, date(2026, 7, 1), datetime(2026, 7, 1, 9, 30), True],
            ]
        )
    )
    assert sheet.name == "花名册"
    assert sheet.rows[1][1] == "姓名"
    assert sheet.rows[2] == ["", "张三", 3.0, date(2026, 7, 1), datetime(2026, 7, 1, 9, 30), True]
    assert not sheet.formulas
    assert not sheet.errors


def test_formulas_and_errors_are_named():
    body = (
        '<sheetData><row r="1"><c r="A1" t="str"><f>1+1</f><v>2</v></c><c r="B1"><f>NA()</f></c></row>'
        '<row r="3"><c r="B3" t="e"><v>#N/A</v></c><c t="inlineStr"><is><t>y</t></is></c><c><f>2</f><v>2</v></c></row>'
        "</sheetData>"
    )
    sheet = read_sheet(with_sheet(body))
    assert sheet.formulas == {(0, 0), (0, 1), (2, 3)}
    assert sheet.errors == {(2, 1)}
    assert sheet.rows[0][0] == "2"
    assert sheet.rows[2][1] == ""


def test_formulas_with_a_namespace_prefix_are_named():
    row = '<x:row r="2"><x:c r="A2"><x:f>1</x:f><x:v>1</x:v></x:c></x:row>'
    xml = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{row}</x:sheetData></x:worksheet>'
    file = rezip(workbook([["x"]]), {"xl/worksheets/sheet1.xml": xml.encode()})
    assert read_sheet(file).formulas == {(1, 0)}


def test_openpyxl_formula_is_named():
    assert read_sheet(workbook([["姓名"], ["=A1"]])).formulas == {(1, 0)}


def test_named_and_hidden_sheets():
    file = workbook([["a"]], 说明=[["b"]])
    assert read_sheet(file, "说明").rows == [["b"]]
    with pytest.raises(WorkbookError, match="没有名为"):
        read_sheet(file, "别的")
    book = openpyxl.load_workbook(file)
    book["花名册"].sheet_state = "hidden"
    buffer = BytesIO()
    book.save(buffer)
    assert read_sheet(buffer).name == "说明"


def test_our_own_exports_are_read_back():
    buffer, rows = BytesIO(), [("=张三", "110105194912310021", date(2026, 7, 1), 3), ("李 四", None, None, None)]
    with WorkbookWriter(buffer) as writer:
        columns = [
            SheetColumn("姓名"),
            SheetColumn("证号", "id"),
            SheetColumn("日期", "date"),
            SheetColumn("数", "number"),
        ]
        writer.sheet("花名册", columns).write(rows)
    sheet = read_sheet(buffer)
    assert sheet.rows[1:] == [["=张三", "110105194912310021", date(2026, 7, 1), 3.0], ["李 四", "", "", ""]]
    assert not sheet.formulas


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "文件是空的"),
        (b"name,age\n", "不是 .xlsx"),
        (b"%PDF-1.7", "不是 .xlsx"),
        (b"<html><table></table></html>", "不是 .xlsx"),
        (module.OLE + bytes(600), "旧版 .xls"),
        (module.OLE + bytes(600) + module.ENCRYPTED_PACKAGE, "打开密码"),
        (b"PK\x03\x04" + bytes(100), "已损坏"),
    ],
)
def test_other_files_are_told_apart(content, message):
    assert message in refused(BytesIO(content))


def test_other_zips_are_no_workbooks():
    buffer = BytesIO()
    with ZipFile(buffer, "w") as package:
        package.writestr("word/document.xml", "<a/>")
        package.writestr("[Content_Types].xml", "<a/>")
    assert "不是 .xlsx" in refused(buffer)


def test_every_truncation_is_a_clear_message():
    whole = workbook([["姓名"], ["张三"]]).getvalue()
    for length in range(4, len(whole), 97):
        assert refused(BytesIO(whole[:length]))


def test_every_flipped_byte_is_read_or_refused():
    whole = workbook([["姓名", 1, date(2026, 1, 1)], ["张三", "=A1", 2]]).getvalue()
    for place in range(0, len(whole), 41):
        broken = bytearray(whole)
        broken[place] ^= 0x55
        with suppress(WorkbookError):
            read_sheet(BytesIO(bytes(broken)))


def test_upload_limit(monkeypatch):
    monkeypatch.setattr(module, "MAX_UPLOAD", 1000)
    assert "MB" in refused(workbook([["x"]]))


def test_bomb_is_refused_before_reading():
    body = "<sheetData>" + " " * (module.MAX_UNPACKED + 10) + "</sheetData>"
    file = with_sheet(body)
    assert len(file.getvalue()) < module.MEGABYTE
    assert "解压后过大" in refused(file)


def test_bomb_with_a_lying_directory_is_refused():
    """The directory claims a small part; the reader only ever gets what was unpacked and checked."""
    source = with_sheet("<sheetData>" + " " * 5_000_000 + "</sheetData>").getvalue()
    with ZipFile(BytesIO(source)) as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    forged = source.replace(struct.pack("<I", size), struct.pack("<I", 500))
    assert forged != source
    assert refused(BytesIO(forged))


def test_too_many_entries():
    extra = {f"xl/media/{number}.png": "" for number in range(module.MAX_ENTRIES)}
    assert "解压后过大" in refused(rezip(workbook([["x"]]), extra=extra))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "XL/Workbook.xml", "../../etc/passwd", "/etc/passwd"])
def test_doubled_and_climbing_entries(name):
    assert "出于安全已拒绝" in refused(rezip(workbook([["x"]]), extra={name: "<a/>"}))


def test_macros():
    assert "宏" in refused(rezip(workbook([["x"]]), extra={"xl/vbaProject.bin": b"x"}))


def test_encrypted_entries():
    whole = bytearray(workbook([["x"]]).getvalue())
    place = whole.find(b"PK\x01\x02")
    whole[place + 8] |= 1
    assert "打开密码" in refused(BytesIO(bytes(whole)))


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<?xml version="1.0"?>\n<!doctype x SYSTEM "file:///etc/passwd">',
        '<?xml version="1.0" encoding="UTF-16"?>',
        '<?xml version="1.0" encoding="gb18030"?>',
    ],
)
def test_document_types_and_odd_encodings(prolog):
    assert "出于安全已拒绝" in refused(with_sheet("<sheetData/>", prolog))


def test_utf16_is_refused():
    xml = sheet_xml("<sheetData/>").decode().encode("utf-16")
    assert "出于安全已拒绝" in refused(rezip(workbook([["x"]]), {"xl/worksheets/sheet1.xml": xml}))


def test_document_type_in_any_part():
    styles = b'<!DOCTYPE x><styleSheet xmlns="%s"/>' % MAIN.encode()
    assert "出于安全已拒绝" in refused(rezip(workbook([["x"]]), {"xl/styles.xml": styles}))


@pytest.mark.parametrize(
    "reference",
    [
        'r="XFD1048576"',
        'r="A1048576"',
        'r="A100000"',
        'r="GS1"',
        "r='ZZ9'",
        'r = "AAA1"',
        "r\n=\n'gs2'",
        'r="A0100000"',
    ],
)
def test_far_cells_are_refused(reference):
    body = f'<sheetData><row r="1"><c r="A1"><v>1</v></c><c {reference}><v>1</v></c></row></sheetData>'
    assert "超出" in refused(with_sheet(body))


@pytest.mark.parametrize("reference", ["GR1", "A99999", "AZ20", "A00005"])
def test_near_cells_are_read(reference):
    cell = f'<sheetData><row r="1"><c r="{reference}"><v>7</v></c></row></sheetData>'
    body = f'{cell}<conditionalFormatting operator="greaterThan"/>'
    assert any(7.0 in row for row in read_sheet(with_sheet(body)).rows)


def test_claimed_dimension_is_not_believed():
    body = '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
    assert read_sheet(with_sheet(body)).rows == [[1.0]]


def shared(indexes):
    """One cell a row, naming these of three shared strings: a long one, an empty one, a short one."""
    strings = f'<sst xmlns="{MAIN}"><si><t>{"长" * 3000}</t></si><si/><si><t>短</t></si></sst>'
    body = "".join(f'<row><c t="s"><v>{index}</v></c></row>' for index in indexes)
    changes = {"xl/worksheets/sheet1.xml": sheet_xml(f"<sheetData>{body}</sheetData>"), "xl/sharedStrings.xml": strings}
    return rezip(workbook([["x"]]), changes)


def test_multiplied_shared_strings_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MAX_TEXT", 100_000)
    assert "解压后过大" in refused(shared([0] * 50))
    assert len(read_sheet(shared([0, *[2] * 50])).rows) == 51


def test_parts_missing_or_broken():
    for name in ("xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"):
        assert "已损坏" in refused(rezip(workbook([["x"]]), {name: None}))
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"):
        assert "已损坏" in refused(rezip(workbook([["x"]]), {name: b"<broken"}))


def test_file_stays_open():
    file = io.BytesIO(workbook([["x"]]).getvalue())
    read_sheet(file)
    assert not file.closed


KNOWN = {"姓名": "name", "公民身份号码": "id_number", "身份证号码": "id_number", "出生日期": "birth_date"}


def test_header_below_titles():
    rows = [
        ["市直机关党员花名册"],
        ["填报单位：", "姓名不详"],
        ["序号", " 姓　名*", "身份证\n号码", "出生日期（年-月-日）", "备注"],
        [1.0, "张三", "x", "", ""],
    ]
    header = find_header(rows, KNOWN, required=("name", "id_number"))
    assert (header.row, header.columns) == (2, {"name": 1, "id_number": 2, "birth_date": 3})
    assert header.unknown == ["序号", "备注"]


def test_header_missing_doubled_or_absent():
    with pytest.raises(WorkbookError, match="没有找到表头"):
        find_header([["a"], ["b"]], KNOWN)
    with pytest.raises(WorkbookError, match="没有找到表头"):
        find_header([], KNOWN)
    with pytest.raises(WorkbookError, match="缺少必需的列：公民身份号码"):
        find_header([["姓名"]], KNOWN, required=("name", "id_number"))
    with pytest.raises(WorkbookError, match="A1 和 C1"):
        find_header([["公民身份号码", "姓名", "身份证号码"]], KNOWN)


def test_header_is_looked_for_only_near_the_top():
    with pytest.raises(WorkbookError, match="前 3 行"):
        find_header([[""], [""], [""], ["姓名"]], KNOWN, within=3)


def test_records_skip_blank_rows():
    sheet = read_sheet(workbook([["姓名", "出生日期"], ["张三", date(1980, 1, 2)], [None, "  "], ["李四", None]]))
    header = find_header(sheet.rows, KNOWN)
    assert list(sheet.records(header)) == [
        (1, {"name": "张三", "birth_date": date(1980, 1, 2)}),
        (3, {"name": "李四", "birth_date": ""}),
    ]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("", "empty", ""),
        (None, "empty", ""),
        (" \u3000", "empty", ""),
        (" 张三\u200b ", "text", "张三"),
        (12.0, "number", "12"),
        (1.5, "number", "1.5"),
        (1.1010519491231e17, "number", "110105194912310000"),
        (True, "bool", "是"),
        (date(2026, 7, 1), "date", "2026-07-01"),
        (datetime(2026, 7, 1), "datetime", "2026-07-01"),
        (datetime(2026, 7, 1, 9, 30), "datetime", "2026-07-01 09:30"),
    ],
)
def test_cell_kind_and_text(value, kind, text):
    assert (cell_kind(value), cell_text(value)) == (kind, text)


def test_numbers_that_lost_digits():
    assert is_lossy(110105194912310021.0)
    assert not is_lossy(13800000000.0)
    assert not is_lossy("110105194912310021")


def test_names_of_cells_and_headings():
    assert cell_name(4, 1) == "B5"
    assert cell_name(0, 27) == "AB1"
    assert normalise_heading(" 姓　名 ：*") == normalise_heading("姓名") == "姓名"
