"""The 工作手册 as a document: cover, contents, a heading per chapter and per log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from branches.selectors.handbook import Handbook
from branches.selectors.handbook_parts import NOTHING, Chapter, Facts, Listing, Log, Logs, Note, Part
from core.documents import Align, Block, Document, Heading, KeyValues, Paragraph, Table

NUMERALS = "零一二三四五六七八九十"


def handbook_document(book: Handbook) -> Document:
    """What Word and PDF show; both are written from it."""
    blocks: list[Block] = []
    for number, chapter in enumerate(book.chapters, start=1):
        blocks += _chapter(number, chapter)
    return Document(
        title=book.title,
        subtitle=book.branch,
        cover=[KeyValues(book.cover, columns=1)],
        blocks=blocks,
        contents=True,
        compact=True,
    )


def numeral(number: int) -> str:
    """1 to 99 as 一 … 九十九."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return head + (NUMERALS[ones] if ones or not tens else "")


def chapter_title(number: int, chapter: Chapter) -> str:
    return f"{numeral(number)}、{chapter.title}"


def _chapter(number: int, chapter: Chapter) -> Iterator[Block]:
    yield Heading(1, chapter_title(number, chapter))
    if chapter.is_empty:
        yield Paragraph(NOTHING)
        return
    for part in chapter.parts:
        yield from _part(part)


def _part(part: Part) -> Iterator[Block]:
    match part:
        case Facts():
            yield KeyValues(part.pairs)
        case Note():
            yield Paragraph(part.text)
        case Listing():
            yield from _listing(part)
        case Logs():
            for number, log in enumerate(part.logs, start=1):
                yield from _log(number, log)


def _listing(part: Listing) -> Iterator[Block]:
    if part.title:
        yield Heading(2, part.title)
    if not part.rows:
        yield Paragraph(NOTHING)
        return
    columns = _paper_columns(part)
    first = [column[0] for column in columns]
    aligns: list[Align] = ["center" if part.headings[number] in part.middle else "left" for number in first]
    yield Table(
        [_stacked(part.headings, column) for column in columns],
        [[_stacked(row, column) for column in columns] for row in part.rows],
        [part.widths[number] for number in first],
        aligns,
    )


def _paper_columns(part: Listing) -> list[list[int]]:
    """Numbers of the columns that share one on paper."""
    columns: list[list[int]] = []
    for number, heading in enumerate(part.headings):
        if heading in part.stacked:
            columns[-1].append(number)
        else:
            columns.append([number])
    return columns


def _stacked(values: Sequence[Any], column: list[int]) -> Any:
    if len(column) == 1:
        return values[column[0]]
    return "\n".join(str(values[number]) for number in column if values[number] not in (None, ""))


def _log(number: int, log: Log) -> Iterator[Block]:
    yield Heading(2, f"{number}. {log.title}")
    yield KeyValues(log.short)
    told = [(label, text.strip()) for label, text in log.long if text.strip()]
    if told:
        yield KeyValues(told, columns=1)
