"""Styles of a Word document: the fonts of official papers by name, with what stands in where they are not installed."""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle
from lxml import etree

from core.documents.ooxml import element
from core.documents.sizes import Sizes

TITLE = "Title"
INDENTED = "Indented Text"
TABLE_TEXT = "TableText"
LABEL = "TableLabel"

LATIN = "Times New Roman"
TITLE_FONT, BODY_FONT, HEADING_FONT, SECOND_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
#: Word takes the second where the first is not installed.
FALLBACKS = {TITLE_FONT: "宋体", BODY_FONT: "仿宋", SECOND_FONT: "楷体", HEADING_FONT: "SimHei"}
THEME_FONTS = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


def prepare_styles(word: WordDocument, sizes: Sizes) -> None:
    """Every style that the writer uses, in the sizes of the document."""
    _language(word)
    _fallbacks(word)
    _style(word, "Normal", BODY_FONT, sizes.body, sizes.leading)
    _style(word, INDENTED, BODY_FONT, sizes.body, sizes.leading)
    indent = element("ind", word.styles[INDENTED].element.get_or_add_pPr())
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), str(round(sizes.body * 40)))
    _centred(_style(word, TITLE, TITLE_FONT, sizes.title, 1.6), after=sizes.body)
    _centred(_style(word, "Subtitle", SECOND_FONT, sizes.subtitle, 1.5), after=sizes.body)
    _centred(_style(word, "TOC Heading", HEADING_FONT, sizes.headings[0], 1.75), after=0)
    for level, face in enumerate((HEADING_FONT, SECOND_FONT, BODY_FONT), start=1):
        heading = _style(word, f"Heading {level}", face, sizes.headings[level - 1], sizes.leading)
        heading.paragraph_format.keep_with_next = True
        heading.font.bold = level > 1 or None
        entry = _style(word, f"toc {level}", BODY_FONT, sizes.body, sizes.leading)
        entry.paragraph_format.left_indent = Pt((level - 1) * 1.5 * sizes.body)
    _style(word, TABLE_TEXT, BODY_FONT, sizes.table, sizes.table_leading)
    _style(word, LABEL, HEADING_FONT, sizes.table, sizes.table_leading)
    _style(word, "Table Gap", BODY_FONT, 6, 1.5)
    _style(word, "Footer", "宋体", 10.5, 1.5)


def _style(word: WordDocument, name: str, face: str, size: float, leading: float) -> ParagraphStyle:
    styles: Any = word.styles
    style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if name != "Normal" and style.base_style is None:
        style.base_style = styles["Normal"]
    _clear_borders(style)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in THEME_FONTS:
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for slot, font in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", face), ("cs", LATIN)):
        fonts.set(qn(f"w:{slot}"), font)
    style.font.size, style.font.bold, style.font.italic = Pt(size), None, None
    style.font.color.rgb = RGBColor(0, 0, 0)
    layout = style.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    layout.line_spacing = Pt(size * leading)
    return style


def _clear_borders(style: ParagraphStyle) -> None:
    """The template draws a rule under titles and spaces their letters."""
    for name in ("pBdr", "spacing", "contextualSpacing"):
        for found in style.element.findall(f".//{qn(f'w:{name}')}"):
            found.getparent().remove(found)


def _centred(style: ParagraphStyle, *, after: float) -> None:
    element("jc", style.element.get_or_add_pPr(), val="center")
    style.paragraph_format.space_after = Pt(after)


def _language(word: WordDocument) -> None:
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "zh-CN")
        language.set(qn("w:eastAsia"), "zh-CN")


def _fallbacks(word: WordDocument) -> None:
    """The font table says what to take instead of a font that is not there."""
    part: Any = word.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = parse_xml(part.blob)
    for name, instead in FALLBACKS.items():
        table.append(
            parse_xml(
                f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="86"/>'
                '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
            )
        )
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)
