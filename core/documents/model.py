"""What a document is made of. Nothing here knows Word or PDF, and no text is ever read as markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Align = Literal["left", "center", "right", "justify"]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3; it stands in the contents and in the outline."""

    level: int
    text: str

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3):
            raise ValueError("a heading has level 1, 2 or 3")


@dataclass(frozen=True)
class Paragraph:
    """
    Running text, the first line set in by two characters; a line break within it begins a paragraph of the same kind.
    """

    text: str
    align: Align = "justify"
    indent: bool = True
    bold: bool = False


@dataclass(frozen=True)
class KeyValues:
    """Label and value pairs in a grid of `columns` pairs to a line."""

    pairs: Sequence[tuple[str, Any]]
    columns: int = 2


@dataclass(frozen=True)
class Table:
    """
    A table whose header row is repeated on every page. `widths` are shares of the line (equal without them);
    `aligns` one per column (left without them). Cells are texts or whatever `str` makes one; None is empty.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    widths: Sequence[float] = ()
    aligns: Sequence[Align] = ()
    empty: str = "（无）"

    def __post_init__(self) -> None:
        columns = len(self.headers)
        if not columns or any(len(row) != columns for row in self.rows):
            raise ValueError("every row of a table has as many cells as its header row")
        if any(given and len(given) != columns for given in (self.widths, self.aligns)):
            raise ValueError("widths and aligns are given for every column or not at all")


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class Signatures:
    """Lines to sign by hand, two to a row: each label followed by a blank; `date` is set below, at the right."""

    labels: Sequence[str]
    date: str = ""


Block = Heading | Paragraph | KeyValues | Table | PageBreak | Signatures


@dataclass(frozen=True)
class Document:
    """
    A document on A4. `compact` sets it in the small type of handbooks and reports; otherwise the type, margins and
    line height are those of official papers (GB/T 9704). With `contents`, a list of headings stands before the text.
    With `cover`, the title stands on a first page of its own without a number, and these blocks (no headings) below it.
    """

    title: str
    blocks: Sequence[Block] = field(default_factory=list)
    contents: bool = False
    subtitle: str = ""
    compact: bool = False
    landscape: bool = False
    cover: Sequence[Block] = ()

    @property
    def headings(self) -> list[Heading]:
        return [block for block in self.blocks if isinstance(block, Heading)]
