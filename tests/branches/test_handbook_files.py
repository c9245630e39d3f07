"""The three files of the 工作手册: what can be read out of each, and what a hostile text cannot do in it."""

import shutil
import subprocess
import time
from io import BytesIO

import docx
import openpyxl
import pytest

from branches.exports.handbook_document import handbook_document, numeral
from branches.exports.handbook_workbook import FRONT, write_handbook_workbook
from branches.models import Meeting, MeetingDecision
from core.documents import write_docx, write_pdf
from tests.branches.handbooks import HOSTILE, YEAR, chapter, fill, read
from tests.factories import make_member, make_organisation

pytestmark = pytest.mark.django_db
CLEAN = HOSTILE.replace("\x07", "").replace("\ufffe", "")


@pytest.fixture
def book(city):
    fill(city)
    Meeting.objects.filter(title="第1次大会").update(title=HOSTILE, agenda=f"{HOSTILE}\n第二项", place="=cmd|' /C'!A1")
    MeetingDecision.objects.filter(meeting__title=HOSTILE).update(text="@SUM(A1)", owner="+86")
    return read(city)


def word_of(book):
    buffer = BytesIO()
    write_docx(handbook_document(book), buffer)
    return docx.Document(buffer)


def workbook_of(book):
    buffer = BytesIO()
    write_handbook_workbook(book, buffer)
    return openpyxl.load_workbook(buffer)


def pdf_of(book, tmp_path):
    path = tmp_path / "book.pdf"
    pages = write_pdf(handbook_document(book), path)
    return path, pages


def pdf_text(path, *options):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def cells(document):
    return [cell.text for table in document.tables for row in table.rows for cell in row.cells]


def test_word_has_cover_contents_and_every_chapter(book):
    document = word_of(book)
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[:2] == ["2025年党支部工作手册", "旧名党支部"]
    assert [row.cells[1].text for row in document.tables[0].rows][:3] == [
        "中共整理一科旧名党支部",
        "中共市档案整理中心",
        "2025年",
    ]
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert headings == [f"{numeral(n)}、{each.title}" for n, each in enumerate(book.chapters, start=1)]
    contents = [each.text for each in document.paragraphs if each.style.name == "toc 1"]
    assert [text.split("\t")[0] for text in contents] == headings
    assert all(text.split("\t")[1].isdigit() for text in contents)
    assert document.sections[0].different_first_page_header_footer


def test_word_has_the_logs_and_the_masked_roster(book):
    found = cells(word_of(book))
    assert "周四海（病假，住院）" in found
    assert "110105********002X\n138****0001" in found
    assert f"{CLEAN}\n第二项" in found
    assert "@SUM(A1)（责任人：+86，时限：2025年2月7日）" in found


def test_an_empty_chapter_says_so_in_every_file(city, tmp_path):
    bare = make_organisation(city.committee, "branch", "新设党支部")
    book = read(city, "unit_staff", bare)
    texts = [paragraph.text for paragraph in word_of(book).paragraphs]
    assert texts[texts.index("四、党小组", 30) + 1] == "本年度无记录"
    sheet = workbook_of(book)["04党小组"]
    assert sheet["A4"].value == "本年度无记录"
    path, pages = pdf_of(book, tmp_path)
    assert pages == 4
    assert pdf_text(path).count("本年度无记录") >= 18


def test_pdf_says_the_same_as_word(book, tmp_path):
    path, pages = pdf_of(book, tmp_path)
    text = pdf_text(path, "-layout")
    for each in book.chapters:
        assert text.count(each.title) >= 2, each.title
    for words in ("2025年党支部工作手册", "数据截至", "2026年2月3日 09:30", "整理二科党支部（牵头）", "缺讨论情况"):
        assert words in text
    assert "第 1 页" not in text
    assert f"第 {pages} 页" in text


def test_contents_of_the_pdf_name_the_right_pages(book, tmp_path):
    path, _pages = pdf_of(book, tmp_path)
    contents = pdf_text(path, "-layout", "-f", "2", "-l", "3")
    line = next(line for line in contents.splitlines() if "十九、支部大事记" in line)
    page = int(line.split(".")[-1])
    assert "十九、支部大事记" in pdf_text(path, "-f", str(page), "-l", str(page))


def test_workbook_has_a_sheet_for_each_chapter_with_links_both_ways(book):
    found = workbook_of(book)
    assert found.sheetnames == [FRONT, *(f"{n:02d}{each.title}" for n, each in enumerate(book.chapters, start=1))]
    front = found[FRONT]
    links = {cell.value: cell.hyperlink.location for row in front.rows for cell in row if cell.hyperlink}
    assert links["三、党员名册"] == "'03党员名册'!A1"
    assert len(links) == len(book.chapters)
    for sheet in found.worksheets[1:]:
        assert sheet["A2"].hyperlink.location == f"'{FRONT}'!A1"


def test_workbook_is_set_up_for_paper(book):
    for sheet in workbook_of(book).worksheets:
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"
        assert sheet.oddHeader.center.text


def test_text_that_looks_like_a_formula_stays_text(book):
    found = workbook_of(book)
    values = [cell for sheet in found for row in sheet.rows for cell in row if cell.value is not None]
    assert {cell.data_type for cell in values} <= {"s", "n", "d"}
    texts = {cell.value for cell in values}
    assert "=cmd|' /C'!A1" in texts
    assert any(isinstance(text, str) and text.startswith("=1+1<b>&{PAGE}") for text in texts)


def test_figures_and_days_are_numbers_and_dates(book):
    sheet = workbook_of(book)["07支部党员大会记录"]
    header = next(row for row in sheet.rows if row[0].value == "序号")
    first = sheet[header[0].row + 1]
    assert (first[0].value, first[1].value.isoformat()[:10], first[3].value) == (1, "2025-01-08", 5)
    assert first[1].number_format == "yyyy-mm-dd"


def test_every_log_is_one_row_with_all_its_fields(book):
    sheet = workbook_of(book)["07支部党员大会记录"]
    titles = [row for row in sheet.iter_rows(values_only=True) if row[0] == "序号"]
    assert titles[1][:9] == ("序号", "日期", "主题", "应到", "实到", "会议类型", "地点", "起止时间", "主持人")
    assert titles[1][-1] == "决议（整改）事项及责任人、时限"
    assert sum(row[0] == 2 for row in sheet.iter_rows(values_only=True)) == 2


def test_a_year_of_sixty_logs_takes_a_few_seconds(city, tmp_path):
    fill(city, logs=60)
    for number in range(45):
        make_member(city.branch, f"党员{number}")
    begun = time.perf_counter()
    book = read(city)
    document = handbook_document(book)
    write_docx(document, tmp_path / "book.docx")
    pages = write_pdf(document, tmp_path / "book.pdf")
    write_handbook_workbook(book, tmp_path / "book.xlsx")
    assert time.perf_counter() - begun < 15
    assert pages > 20
    assert len(chapter(book, "支部党员大会记录").parts[1].logs) == 60
    assert book.title == f"{YEAR}年党支部工作手册"


def test_numerals():
    assert [numeral(n) for n in (1, 9, 10, 11, 20, 21)] == ["一", "九", "十", "十一", "二十", "二十一"]
