"""The sheet of a training certificate: A4 across, framed, with its number and the place of the seal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, pi, sin
from os import PathLike
from typing import IO

from core.documents.fonts import FontName, font
from core.documents.layout import BASELINE, Layout, Page, Piece, Span
from core.documents.lines import break_lines
from core.documents.sizes import A4, Sizes
from education.models import Certificate

TITLE = "培训合格证书"
NOTE = "本证书证明持证人完成党支部书记上岗培训并考试合格，不是职业资格证书。"
WIDTH, HEIGHT = A4[1], A4[0]
MARGIN = 92.0
SIZES = Sizes(40, 14, (20, 20, 20), 20, 14, 2.0, 1.6, (MARGIN, MARGIN, MARGIN, MARGIN), (WIDTH, HEIGHT))
SEAL = (WIDTH - 205.0, HEIGHT - 148.0, 58.0)


@dataclass(frozen=True, slots=True)
class CertificateSheet:
    """What is printed."""

    number: str
    holder: str
    text: str
    issuer: str
    issued_on: date
    valid_until: date


def certificate_sheet(certificate: Certificate) -> CertificateSheet:
    """From a row with its holder, class and organiser."""
    return CertificateSheet(
        number=certificate.number,
        holder=certificate.member.name,
        text=_text(certificate),
        issuer=certificate.issuer,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
    )


def write_certificates(
    sheets: Sequence[CertificateSheet], target: str | PathLike[str] | IO[bytes], *, title: str = TITLE
) -> int:
    """One page for each sheet, as PDF; how many pages."""
    from core.documents.pdf import write_layout  # the libraries weigh 40 MB: processes that write nothing stay slim

    pages = [_page(sheet) for sheet in sheets]
    return write_layout(Layout(SIZES, pages, [], numbered=False), title, target)


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _text(certificate: Certificate) -> str:
    held = certificate.training_class
    if held is None:
        return "经党支部书记上岗培训，考试合格，特发此证。"
    days = day_words(held.starts_on)
    if held.ends_on != held.starts_on:
        days += f"至{day_words(held.ends_on)}"
    hours = f"{held.hours.normalize():f}"
    organiser = held.organisation.short_name
    return f"于{days}参加{organiser}举办的“{held.title}”，完成{hours}学时学习，考试合格，特发此证。"


def _page(sheet: CertificateSheet) -> Page:
    page = Page()
    _frame(page)
    _centred(page, TITLE, 118, 42, spread=14)
    _line(page, f"编号：{sheet.number}", 166, 14, right=WIDTH - MARGIN)
    y = _paragraph(page, f"{sheet.holder}同志：", 212, 22, indent=0)
    _paragraph(page, sheet.text, y + 4, 22, indent=2)
    _line(page, f"有效期至：{day_words(sheet.valid_until)}", HEIGHT - 142, 15, left=MARGIN)
    _line(page, NOTE, HEIGHT - 84, 10.5, left=MARGIN)
    _seal(page)
    _centred(page, sheet.issuer, HEIGHT - 156, 17, middle=SEAL[0])
    _centred(page, day_words(sheet.issued_on), HEIGHT - 124, 15, middle=SEAL[0])
    return page


def _frame(page: Page) -> None:
    """Two rules around a shaded band, and a fine one within."""
    outer, band, fine = 30.0, 10.0, 46.0
    for inset in (outer, outer + band, fine):
        right, low = WIDTH - inset, HEIGHT - inset
        page.rules += [
            (inset, inset, right, inset),
            (inset, low, right, low),
            (inset, inset, inset, low),
            (right, inset, right, low),
        ]
    span, rise = WIDTH - 2 * outer, HEIGHT - 2 * outer
    page.shades += [
        (outer, outer, span, band),
        (outer, HEIGHT - outer - band, span, band),
        (outer, outer, band, rise),
        (WIDTH - outer - band, outer, band, rise),
    ]


def _seal(page: Page) -> None:
    """Where the seal goes: a broken circle, so that it reads as a place and not as a seal."""
    page.rules += list(_dashes(*SEAL))
    _centred(page, "（盖章）", SEAL[1] + SEAL[2] + 14, 10.5, middle=SEAL[0])


def _dashes(x: float, y: float, radius: float, count: int = 48) -> Iterator[tuple[float, float, float, float]]:
    for step in range(0, count, 2):
        first, last = 2 * pi * step / count, 2 * pi * (step + 1) / count
        yield x + radius * cos(first), y + radius * sin(first), x + radius * cos(last), y + radius * sin(last)


def _centred(page: Page, text: str, y: float, size: float, *, middle: float = WIDTH / 2, spread: float = 0.0) -> None:
    shown = font("serif").shown(text)
    width = font("serif").width(shown) * size + spread * (len(shown) - 1)
    _span(page, Span(middle - width / 2, y, shown, "serif", size, spread))


def _line(page: Page, text: str, y: float, size: float, *, left: float = 0.0, right: float | None = None) -> None:
    shown = font("serif").shown(text)
    start = left if right is None else right - font("serif").width(shown) * size
    _span(page, Span(start, y, shown, "serif", size))


def _paragraph(page: Page, text: str, y: float, size: float, *, indent: int) -> float:
    """Lines of the full width from the top ``y``; where the next one would begin."""
    face: FontName = "serif"
    shown = font(face).shown(text)
    for number, line in enumerate(break_lines(shown, (WIDTH - 2 * MARGIN) / size, font(face).width, indent)):
        left = MARGIN + (0 if number else indent * size)
        _span(page, Span(left, y + size * (SIZES.leading / 2 + BASELINE), line, face, size))
        y += size * SIZES.leading
    return y


def _span(page: Page, span: Span) -> None:
    page.pieces.append(Piece("P", [span]))
