"""A document as PDF: with fonts embedded, an outline, linked contents, a title, and tags for readers by ear."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import IO

from fpdf import FPDF
from fpdf.prefs import ViewerPreferences

from core.documents.fonts import FontName, font
from core.documents.layout import RULE, Layout, Mark, Page, Piece, lay_out
from core.documents.model import Document
from core.documents.text import one_line

SHADE = 243
FOOTER_SIZE = 10.5
Target = str | PathLike[str] | IO[bytes]

# It tells at length which characters a document has.
logging.getLogger("fontTools").setLevel(logging.WARNING)


def write_pdf(document: Document, target: Target) -> int:
    """Write the PDF to a path or a binary file; how many pages it has."""
    return write_layout(lay_out(document), document.title, target)


def write_layout(layout: Layout, title: str, target: Target) -> int:
    """The same for pages that were composed by hand, as certificates are."""
    pdf = FPDF(unit="pt", format=layout.sizes.page)
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    _describe(pdf, title)
    with tempfile.TemporaryDirectory(prefix="fonts-") as folder:
        _add_fonts(pdf, layout, Path(folder))
        _draw(pdf, layout)
        content = bytes(pdf.output())
    if isinstance(target, str | PathLike):
        Path(target).write_bytes(content)
    else:
        target.write(content)
    return len(layout.pages)


def _describe(pdf: FPDF, title: str) -> None:
    pdf.set_title(one_line(title))
    pdf.set_lang("zh-CN")
    pdf.set_producer("")
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)


def _add_fonts(pdf: FPDF, layout: Layout, folder: Path) -> None:
    """Each font cut down to what the layout shows of it."""
    used: dict[FontName, set[str]] = {"serif": set("第页0123456789 "), "sans": set(" ")}
    for page in layout.pages:
        for piece in page.pieces:
            for span in piece.spans:
                used[span.font].update(span.text)
    for name, chars in used.items():
        path = folder / f"{name}.otf"
        path.write_bytes(font(name).subset(chars))
        pdf.add_font(name, "", path)
        # Measuring every outline again would take longer than all the rest.
        pdf.fonts[name].ttfont.recalcBBoxes = False  # type: ignore[union-attr]


def _draw(pdf: FPDF, layout: Layout) -> None:
    marks: dict[int, list[Mark]] = {}
    for mark in layout.marks:
        marks.setdefault(mark.page, []).append(mark)
    for number, page in enumerate(layout.pages):
        pdf.add_page()
        _draw_page(pdf, page, layout)
        if layout.numbered and (number or not layout.covered):
            _footer(pdf, number + 1, layout)
        for mark in marks.get(number, []):
            pdf.set_y(mark.y)
            pdf.start_section(mark.text, mark.level - 1, strict=False)


def _draw_page(pdf: FPDF, page: Page, layout: Layout) -> None:
    with _artifact(pdf):
        pdf.set_fill_color(SHADE)
        pdf.set_line_width(RULE)
        for box in page.shades:
            pdf.rect(*box, style="F")
        for rule in dict.fromkeys(page.rules):
            pdf.line(*rule)
        pdf.set_fill_color(0)
    for piece in page.pieces:
        _draw_piece(pdf, piece)
        if piece.target is not None:
            _link(pdf, piece, layout)


def _draw_piece(pdf: FPDF, piece: Piece) -> None:
    if not any(span.text for span in piece.spans):
        return
    with _tagged(pdf, piece.tag):
        for span in piece.spans:
            pdf.set_font(span.font, size=span.size)
            pdf.set_char_spacing(span.stretch)
            pdf.text(span.x, span.y, span.text)


def _link(pdf: FPDF, piece: Piece, layout: Layout) -> None:
    first, last = piece.spans[0], piece.spans[-1]
    top = first.y - first.size
    link = pdf.add_link(page=(piece.target or 0) + 1)
    right = layout.sizes.page[0] - layout.sizes.margins[1]
    pdf.link(first.x, top, right - first.x, last.y - top + first.size * 0.3, link)


def _footer(pdf: FPDF, number: int, layout: Layout) -> None:
    text = f"第 {number} 页"
    width = font("serif").width(text) * FOOTER_SIZE
    with _artifact(pdf):
        pdf.set_font("serif", size=FOOTER_SIZE)
        pdf.set_char_spacing(0)
        pdf.text((layout.sizes.page[0] - width) / 2, layout.sizes.page[1] - layout.sizes.margins[2] * 0.5, text)


@contextmanager
def _artifact(pdf: FPDF) -> Iterator[None]:
    """What is drawn within is no part of the text."""
    pdf._out("/Artifact BMC")
    yield
    pdf._out("EMC")


@contextmanager
def _tagged(pdf: FPDF, tag: str) -> Iterator[None]:
    """What is drawn within is one element of the text. The library tags figures only, so its builder is used here."""
    number = pdf.struct_builder.next_mcid_for_page(pdf.page)
    pdf._add_marked_content(struct_type=f"/{tag}", mcid=number)
    pdf._out(f"/{tag} <</MCID {number}>> BDC")
    yield
    pdf._out("EMC")
