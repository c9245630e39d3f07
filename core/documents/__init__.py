"""Documents: described once by `model`, written as Word by `word` and as PDF by `pdf`.

document = Document(
    title="关于换届选举的请示",
    blocks=[Paragraph("……"), Heading(1, "一、基本情况"), Table(["姓名", "得票"], rows, widths=[3, 1])],
)
write_docx(document, path)
write_pdf(document, path)
"""

from os import PathLike
from typing import IO

from core.documents.model import (
    Align,
    Block,
    Document,
    Heading,
    KeyValues,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
)

__all__ = [
    "DOCX_TYPE",
    "PDF_TYPE",
    "Align",
    "Block",
    "Document",
    "Heading",
    "KeyValues",
    "PageBreak",
    "Paragraph",
    "Signatures",
    "Table",
    "write_docx",
    "write_pdf",
]

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF_TYPE = "application/pdf"

Target = str | PathLike[str] | IO[bytes]


def write_docx(document: Document, target: Target) -> None:
    """Write the Word file to a path or a binary file."""
    from core.documents import word  # the libraries weigh 40 MB: processes that write nothing stay slim

    word.write_docx(document, target)


def write_pdf(document: Document, target: Target) -> int:
    """Write the PDF to a path or a binary file; how many pages it has."""
    from core.documents import pdf

    return pdf.write_pdf(document, target)
