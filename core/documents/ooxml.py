"""Parts of WordprocessingML that python-docx has no word for. Text goes into `w:t` alone, never into a field code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

SHADE = "F3F3F3"
CELL_PADDING = "80"  # twentieths of a point


def element(tag: str, parent: Any, /, **attributes: str) -> Any:
    """A new `w:` element at the end of its parent, with `w:` attributes."""
    made = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    parent.append(made)
    return made


def twips(points: float) -> str:
    return str(round(points * 20))


def append_text(parent: Any, text: str, *, underline: bool = False) -> None:
    """A run of plain text."""
    run = element("r", parent)
    if underline:
        element("u", element("rPr", run), val="single")
    node = element("t", run)
    node.set(qn("xml:space"), "preserve")
    node.text = text


def append_tab(parent: Any) -> None:
    element("tab", element("r", parent))


def _field_mark(parent: Any, kind: str) -> Any:
    return element("fldChar", element("r", parent), fldCharType=kind)


def _field_code(parent: Any, code: str) -> None:
    node = element("instrText", element("r", parent))
    node.set(qn("xml:space"), "preserve")
    node.text = f" {code} "


def append_field(parent: Any, code: str, shown: str) -> None:
    """A field with what it shows until it is worked out anew. `code` is ours, never a user's."""
    _field_mark(parent, "begin")
    _field_code(parent, code)
    _field_mark(parent, "separate")
    append_text(parent, shown)
    _field_mark(parent, "end")


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    append_field(paragraph._p, code, shown)


def begin_field(paragraph: Paragraph, code: str) -> None:
    """The beginning of a field that ends in a later paragraph."""
    _field_mark(paragraph._p, "begin")
    _field_code(paragraph._p, code)
    _field_mark(paragraph._p, "separate")


def end_field(paragraph: Paragraph) -> None:
    _field_mark(paragraph._p, "end")


def bookmark_name(number: int) -> str:
    return f"_Toc{number:08d}"


@contextmanager
def bookmark(paragraph: Paragraph, number: int, name: str) -> Iterator[None]:
    """What is added within can be referred to by name."""
    element("bookmarkStart", paragraph._p, id=str(number), name=name)
    yield
    element("bookmarkEnd", paragraph._p, id=str(number))


@contextmanager
def link_to(paragraph: Paragraph, name: str) -> Iterator[Any]:
    """A link to a bookmark; runs are appended to what it gives."""
    yield element("hyperlink", paragraph._p, anchor=name, history="1")


def set_alignment(paragraph: Paragraph, value: str) -> None:
    properties = paragraph._p.get_or_add_pPr()
    for old in properties.findall(qn("w:jc")):
        properties.remove(old)
    element("jc", properties, val=value)


def set_right_tab(paragraph: Paragraph, position: str) -> None:
    """A tab stop at the right edge with dots before it; before the alignment, as the schema orders them."""
    properties = paragraph._p.get_or_add_pPr()
    element("tab", element("tabs", properties), val="right", leader="dot", pos=position)


def update_fields_on_opening(word: WordDocument) -> None:
    """Word works the contents out when the file is opened, and asks before it does."""
    settings = word.settings.element
    made = OxmlElement("w:updateFields")
    made.set(qn("w:val"), "true")
    # The schema orders the settings; this one comes before those that the template ends with.
    later = [qn(f"w:{name}") for name in ("hdrShapeDefaults", "footnotePr", "endnotePr", "compat", "rsids")]
    position = next((index for index, child in enumerate(settings) if child.tag in later), len(settings))
    settings.insert(position, made)


def new_table(shares: Sequence[float], width: float, borders: Sequence[str]) -> Any:
    """A table of fixed column widths; `width` in points."""
    table = OxmlElement("w:tbl")
    properties = element("tblPr", table)
    element("tblW", properties, w=twips(width), type="dxa")
    element("jc", properties, val="center")
    if borders:
        edges = element("tblBorders", properties)
        for edge in borders:
            element(edge, edges, val="single", sz="4", space="0", color="000000")
    element("tblLayout", properties, type="fixed")
    margins = element("tblCellMar", properties)
    for edge in ("top", "left", "bottom", "right"):
        element(edge, margins, w=CELL_PADDING, type="dxa")
    grid = element("tblGrid", table)
    for share in shares:
        element("gridCol", grid, w=twips(share * width))
    return table


def new_row(table: Any, *, header: bool = False, whole: bool = False) -> Any:
    """A row; a header row is repeated over pages. Header rows and ``whole`` ones are not parted, others may be."""
    row = element("tr", table)
    if header or whole:
        properties = element("trPr", row)
        element("cantSplit", properties)
        if header:
            element("tblHeader", properties)
    return row


def new_cell(row: Any, width: float, *, shaded: bool = False) -> Any:
    """A cell; the caller appends at least one paragraph."""
    cell = element("tc", row)
    properties = element("tcPr", cell)
    element("tcW", properties, w=twips(width), type="dxa")
    if shaded:
        element("shd", properties, val="clear", color="auto", fill=SHADE)
    element("vAlign", properties, val="center")
    return cell
