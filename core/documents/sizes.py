"""Sizes of the two appearances, in points: official papers (GB/T 9704) and compact handbooks."""

from __future__ import annotations

from dataclasses import dataclass

from core.documents.model import Document

A4 = (595.28, 841.89)
MILLIMETRE = 72 / 25.4


@dataclass(frozen=True)
class Sizes:
    """Type sizes, line heights as factors, and margins (top, right, bottom, left)."""

    title: float
    subtitle: float
    headings: tuple[float, float, float]
    body: float
    table: float
    leading: float
    table_leading: float
    margins: tuple[float, float, float, float]
    page: tuple[float, float] = A4

    @property
    def width(self) -> float:
        """Of the text, between the margins."""
        return self.page[0] - self.margins[1] - self.margins[3]

    @property
    def cover_space(self) -> float:
        """Above the title of a cover."""
        return self.page[1] * 0.18


def _margins(*millimetres: float) -> tuple[float, float, float, float]:
    top, right, bottom, left = (value * MILLIMETRE for value in millimetres)
    return top, right, bottom, left


def sizes_of(document: Document) -> Sizes:
    """The appearance that the document asks for."""
    page = (A4[1], A4[0]) if document.landscape else A4
    if document.compact:
        return Sizes(20, 12, (15, 13, 12), 11, 9.5, 1.65, 1.4, _margins(22, 20, 22, 20), page)
    return Sizes(22, 15, (16, 16, 16), 16, 12, 1.75, 1.45, _margins(37, 26, 35, 28), page)
