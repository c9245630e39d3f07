"""Word and PDF from one description: what stands in them, in which fonts, and what a hostile text cannot do."""

import shutil
import subprocess
import time
from io import BytesIO

import docx
import pytest
from docx.oxml.ns import qn
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from core.documents import Document, Heading, KeyValues, PageBreak, Paragraph, Signatures, Table, write_docx, write_pdf
from core.documents.fonts import MISSING, font
from core.documents.layout import lay_out
from core.documents.lines import break_lines, tokens
from core.documents.text import clean

RARE = "张㛃、刘䶮、陈𬭎"
HOSTILE = '<b>&{PAGE}=1+1 \\h " MERGEFIELD x\x00\x07\u202egnp.exe\ufffe\ud800'


def sample(contents=True, rows=60, **options):
    return Document(
        title="第三支部委员会换届选举材料",
        blocks=[
            Heading(1, "一、基本情况"),
            Paragraph(f"本届委员会任期三年，“届满”前报请换届——{RARE}。" * 3),
            Heading(2, "（一）候选人"),
            KeyValues([("姓名", "李四"), ("出生年月", "1980年1月"), ("职务", "书记")]),
            Table(["序号", "姓名", "说明"], [[n, RARE, f"说明{n}" * 12] for n in range(rows)], [1, 3, 5]),
            PageBreak(),
            Heading(1, "二、结果"),
            Paragraph(HOSTILE),
            Signatures(["监票人", "计票人", "主持人"], date="2026年3月1日"),
        ],
        contents=contents,
        **options,
    )


def pdf_of(document):
    buffer = BytesIO()
    return write_pdf(document, buffer), buffer.getvalue()


def word_of(document):
    buffer = BytesIO()
    write_docx(document, buffer)
    buffer.seek(0)
    return docx.Document(buffer)


@pytest.fixture
def pdftotext(tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")

    def read(content, *options):
        path = tmp_path / "document.pdf"
        path.write_bytes(content)
        command = ["pdftotext", *options, str(path), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return read


# Word


def test_word_names_official_fonts_and_their_substitutes():
    word = word_of(sample())
    fonts = {name: word.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) for name in ("Title", "Normal")}
    assert fonts == {"Title": "方正小标宋简体", "Normal": "仿宋_GB2312"}
    assert word.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    table = next(part for part in word.part.package.iter_parts() if part.partname.endswith("fontTable.xml"))
    names = etree.fromstring(table.blob)
    assert {
        (found.get(qn("w:name")), found.find(qn("w:altName")).get(qn("w:val")))
        for found in names.iter(qn("w:font"))
        if found.find(qn("w:altName")) is not None
    } >= {("方正小标宋简体", "宋体"), ("仿宋_GB2312", "仿宋")}


def test_word_is_a4_with_page_numbers_and_a_title():
    word = word_of(sample())
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    footer = section.footer.paragraphs[0]
    assert footer.text == "第 1 页"
    assert [code.text for code in footer._p.iter(qn("w:instrText"))] == [" PAGE "]
    assert (word.core_properties.title, word.core_properties.author) == ("第三支部委员会换届选举材料", "")


def test_word_contents_are_filled_and_kept_by_word():
    word = word_of(sample())
    entries = [p for p in word.paragraphs if p.style.name.startswith("toc ")]
    marks = lay_out(sample()).marks
    assert [p.text for p in entries] == [f"{mark.text}\t{mark.page + 1}" for mark in marks]
    codes = [code.text.strip() for code in word.element.body.iter(qn("w:instrText"))]
    assert codes[0].startswith("TOC ")
    assert len(codes) == 1 + len(marks)
    assert word.settings.element.find(qn("w:updateFields")).get(qn("w:val")) == "true"
    targets = {found.get(qn("w:name")) for found in word.element.body.iter(qn("w:bookmarkStart"))}
    assert {link.get(qn("w:anchor")) for link in word.element.body.iter(qn("w:hyperlink"))} == targets
    kinds = [mark.get(qn("w:fldCharType")) for mark in word.element.body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("end") == kinds.count("separate")


def test_word_table_repeats_its_header():
    table = word_of(sample()).tables[1]
    heads = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
    assert heads == [True] + [False] * 60
    assert [cell.text for cell in table.rows[1].cells] == ["0", RARE, "说明0" * 12]
    widths = [int(column.get(qn("w:w"))) for column in table._tbl.iter(qn("w:gridCol"))]
    assert widths[2] == pytest.approx(widths[0] * 5, abs=5)


def test_word_reads_no_text_as_code():
    word = word_of(sample())
    line = next(p for p in word.paragraphs if "PAGE" in p.text)
    assert line.text == '<b>&{PAGE}=1+1 \\h " MERGEFIELD xgnp.exe'
    assert not any("MERGEFIELD" in code.text for code in word.element.body.iter(qn("w:instrText")))


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.slow
def test_libreoffice_reads_it(tmp_path, pdftotext):
    path = tmp_path / "材料.docx"
    write_docx(sample(), path)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to"]
    command += ["pdf:writer_pdf_Export", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = pdftotext((tmp_path / "材料.pdf").read_bytes())
    assert text.startswith("第三支部委员会换届选举材料\n目")
    assert text.count("序号") > 1
    assert "第2页" in text.replace(" ", "")


# PDF


def test_pdf_holds_the_text_in_embedded_fonts(pdftotext):
    count, content = pdf_of(sample())
    assert content.startswith(b"%PDF")
    assert content.count(b"/FontFile3") == 2
    text = pdftotext(content, "-raw")
    assert RARE in text.replace("\n", "")
    assert f"第 {count} 页" in text
    assert text.count("序号") > 1


def test_pdf_has_title_tags_outline_and_links():
    _, content = pdf_of(sample())
    for mark in (b"/MarkInfo", b"/StructTreeRoot", b"/S /H1", b"/Outlines", b"/DisplayDocTitle true", b"/Lang (zh-CN)"):
        assert mark in content, mark
    assert content.count(b"/Subtype /Link") == 3
    assert "第三支部委员会换届选举材料".encode("utf-16-be") in content or b"/Title" in content


def test_pdf_contents_give_the_pages_where_the_headings_stand(pdftotext):
    document = sample(rows=120)
    _, content = pdf_of(document)
    for mark in lay_out(document).marks:
        page = str(mark.page + 1)
        assert mark.text in pdftotext(content, "-f", page, "-l", page)
    assert lay_out(document).marks[-1].page > 3
    front = pdftotext(content, "-f", "1", "-l", "1", "-layout")
    last = next(line for line in front.splitlines() if "二、结果" in line)
    assert last.split()[-1] == str(lay_out(document).marks[-1].page + 1)


def test_pdf_shows_a_mark_where_the_font_has_no_glyph(pdftotext):
    _, content = pdf_of(Document("题目", [Paragraph("笑😀脸\U0010fffd，正常")]))
    assert f"笑{MISSING}脸{MISSING}，正常" in pdftotext(content)


def test_pdf_reads_no_text_as_markup(pdftotext):
    _, content = pdf_of(sample(contents=False, rows=0))
    text = pdftotext(content)
    assert "<b>&{PAGE}=1+1" in text
    assert "（无）" in text
    assert "\u202e" not in text


def test_a_row_taller_than_a_page_goes_on_under_the_repeated_header(pdftotext):
    count, content = pdf_of(Document("题", [Table(["栏目"], [["很长的内容，" * 1500]])]))
    assert count > 2
    text = pdftotext(content)
    assert text.count("栏目") == count
    assert text.replace("\n", "").count("长") >= 1400


def test_sixty_pages_take_no_longer_than_five_seconds():
    block = "".join(chr(0x4E00 + number * 7) for number in range(900))
    started = time.perf_counter()
    pages, content = pdf_of(Document("长文", [Paragraph(block[n % 500 :] * 2) for n in range(40)], contents=True))
    assert pages >= 60
    assert time.perf_counter() - started < 5
    assert len(content) < 2_000_000


def test_both_fonts_know_rare_names_and_all_common_characters():
    for name in ("serif", "sans"):
        face = font(name)
        assert face.shown(RARE) == RARE
        common = (
            "".join(chr(code) for code in range(0x4E00, 0x9FA6)) + "，。、；：？！“”‘’（）《》〈〉【】〔〕…—·①②③㎡℃"
        )
        assert MISSING not in face.shown(common)


def test_a_subset_is_a_font_of_these_characters():
    data = font("serif").subset("党支部")
    assert len(data) < 10_000
    assert set(map(ord, "党支部")) <= set(TTFont(BytesIO(data)).getBestCmap())


@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize("landscape", [True, False])
def test_every_appearance_is_written(compact, landscape):
    document = sample(compact=compact, landscape=landscape)
    assert pdf_of(document)[0] > 2
    assert word_of(document).sections[0].orientation == (1 if landscape else 0)


def test_contents_without_headings_are_empty():
    document = Document("题", [Paragraph("文")], contents=True)
    assert pdf_of(document)[0] == 2
    assert "文" in [p.text for p in word_of(document).paragraphs]


# Text and lines


def test_clean_keeps_letters_and_line_breaks_only():
    assert clean("甲\r\n乙\x00\x1b[0m\u202e\ud83d") == "甲\n乙[0m"
    assert clean(None) == ""
    assert clean(12) == "12"


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one():
    lines = break_lines("中国共产党（试行），《条例》第1,234条规定。" * 9, 10, font("serif").width)
    assert not any(line[0] in "，。）》" or line[-1] in "（《" for line in lines)
    assert not any(line.startswith(("234", ",")) for line in lines)


@given(st.text(max_size=80), st.integers(2, 20))
@settings(max_examples=200, deadline=None)
def test_breaking_loses_nothing_but_spaces(text, width):
    shown = font("serif").shown(clean(text).replace("\n", ""))
    lines = break_lines(shown, width, font("serif").width)
    assert "".join("".join(lines).split()) == "".join(shown.split())
    assert "".join(tokens(shown)) == shown


@given(st.text(max_size=60))
@settings(max_examples=25, deadline=None)
def test_any_text_is_written(text):
    document = Document(text, [Heading(1, text), Paragraph(text), Table([text], [[text]]), KeyValues([(text, text)])])
    assert pdf_of(document)[1]
    assert word_of(document).tables


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="cells"):
        Table(["甲", "乙"], [["一"]])
    with pytest.raises(ValueError, match="widths"):
        Table(["甲"], [["一"]], widths=[1, 2])
    with pytest.raises(ValueError, match="level"):
        Heading(4, "四")
