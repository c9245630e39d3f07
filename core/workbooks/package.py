"""Is this upload a workbook that is safe to read? Checked on the zip itself, before any workbook library sees it.

What passes is repacked: the reader is given only the parts it needs, of exactly the bytes that were checked, so a zip
whose directory lies, or which holds an entry twice, has nothing left to gain.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from io import BytesIO
from typing import IO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.core.exceptions import ValidationError

MEGABYTE = 1024 * 1024
MAX_UPLOAD = 20 * MEGABYTE
MAX_UNPACKED = 100 * MEGABYTE
MAX_ENTRIES = 1_000
MAX_COLUMNS = 200  # "GR"
MAX_ROWS = 99_999
MAX_TEXT = 200 * MEGABYTE  # of all cells together, once shared strings stand in each cell that names them
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams in an OLE file: an encrypted xlsx holds the first two, an old workbook one of the last two.
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
ENCRYPTED_STREAMS = (ENCRYPTED_PACKAGE, "EncryptionInfo".encode("utf-16-le"))
OLD_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
CHUNK = 256 * 1024

DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
UTF16 = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([^"']+)["']""")
# A cell far outside would make the reader allocate the whole rectangle up to it. The exact pattern is slow, so it is
# asked only where one of the two quick ones found something.
FAR = rb"""["'](?:[A-Za-z]{3}|[H-Zh-z][A-Za-z]|[Gg][S-Zs-z]|[A-Za-z]{0,2}0*[1-9]\d{5})"""
FAR_CELL = re.compile(rb"r(?<=\sr)\s*=\s*" + FAR)
FAR_QUICK = re.compile(rb"r=" + FAR)
LOOSE_ATTRIBUTE = re.compile(rb"""r(?<=\sr)(?:\s+=|=[^"])""")
SHARED_REFERENCE = re.compile(rb"<(?:\w+:)?v>\s*(\d+)\s*<")
SHARED_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
WANTED = re.compile(
    r"(?:\[Content_Types\]\.xml|_rels/\.rels|xl/(?:workbook|styles|sharedStrings)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/worksheets/[^/]+\.xml)",
    re.IGNORECASE,
)

TOO_LARGE = f"文件超过 {MAX_UPLOAD // MEGABYTE} MB，请删去图片等无关内容或分批上传。"
TOO_MUCH = "文件解压后过大，不像正常的表格，已拒绝。请把数据复制到新的工作簿后再上传。"
BROKEN = "文件已损坏或不完整，无法打开。请用 Excel 或 WPS 重新另存为 .xlsx 后再上传。"
NOT_XLSX = "这不是 .xlsx 工作簿。请用 Excel 或 WPS 另存为“Excel 工作簿（.xlsx）”后再上传。"
LOCKED = "文件设置了打开密码，无法读取。请取消密码后再上传。"
LOCKED_OR_OLD = (
    "文件设置了打开密码，或者是旧版 .xls 文件，无法读取。"
    "请取消密码，并用 Excel 或 WPS 另存为“Excel 工作簿（.xlsx）”后再上传。"
)
OLD_FORMAT = "这是旧版 .xls 文件。请用 Excel 或 WPS 另存为“Excel 工作簿（.xlsx）”后再上传。"
MACROS = "文件含有宏，已拒绝。请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传。"
SUSPICIOUS = "文件内部结构异常，出于安全已拒绝。请把数据复制到新的工作簿后再上传。"
TOO_WIDE = f"表格超出 {MAX_ROWS} 行或 {MAX_COLUMNS} 列。请删去远处的多余内容（可复制到新的工作簿），或分批上传。"


class WorkbookError(ValidationError):
    """An upload that cannot be read; the message (Chinese) says why and what to do."""


def check_package(file: IO[bytes]) -> dict[str, bytes]:
    """The parts of the xlsx that a reader of values needs, by name, each checked.

    WorkbookError for anything but a sound, unencrypted xlsx without macros, DTD or absurd size. The file stays open.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if size > MAX_UPLOAD:
        raise WorkbookError(TOO_LARGE)
    start = file.read(len(OLE))
    if start == OLE:
        raise WorkbookError(_why_ole(file.read()))
    if not start.startswith(b"PK"):
        raise WorkbookError(NOT_XLSX if size else "文件是空的，请重新选择。")
    try:
        with ZipFile(file) as package:
            return _checked_parts(package)
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise WorkbookError(BROKEN) from error


def _why_ole(content: bytes) -> str:
    """Why a file that is no zip but an OLE container cannot be read."""
    if any(name in content for name in ENCRYPTED_STREAMS):
        return LOCKED
    return OLD_FORMAT if any(name in content for name in OLD_STREAMS) else LOCKED_OR_OLD


def repack(parts: dict[str, bytes]) -> BytesIO:
    """The parts as a plain zip for the reader."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as package:
        for name, content in parts.items():
            package.writestr(ZipInfo(name), content)
    buffer.seek(0)
    return buffer


def _checked_parts(package: ZipFile) -> dict[str, bytes]:
    entries = package.infolist()
    _check_directory(entries)
    parts: dict[str, bytes] = {}
    budget = MAX_UNPACKED
    for entry in entries:
        content = _unpack(package, entry, budget)
        budget -= len(content)
        if _is_xml(entry.filename):
            _check_xml(content)
        if WANTED.fullmatch(entry.filename):
            parts[entry.filename] = content
    _check_extent(parts)
    _check_texts(parts)
    return parts


def _check_directory(entries: list[ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    lower = [name.lower() for name in names]
    if any(entry.flag_bits & 1 for entry in entries):
        raise WorkbookError(LOCKED)
    if "[content_types].xml" not in lower or "xl/workbook.xml" not in lower:
        raise WorkbookError(NOT_XLSX)
    if any(name.endswith("vbaproject.bin") for name in lower):
        raise WorkbookError(MACROS)
    if len(names) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise WorkbookError(TOO_MUCH)
    if len(set(lower)) != len(lower) or any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise WorkbookError(SUSPICIOUS)


def _unpack(package: ZipFile, entry: ZipInfo, budget: int) -> bytes:
    """The entry's bytes, read piecemeal: what the directory says about their number is not relied upon."""
    pieces, size = [], 0
    with package.open(entry) as stream:
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > budget:
                raise WorkbookError(TOO_MUCH)
            pieces.append(piece)
    return b"".join(pieces)


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def _check_xml(content: bytes) -> None:
    """No DTD, and an encoding in which the checks by bytes hold."""
    encoding = ENCODING.match(content[:200].removeprefix(b"\xef\xbb\xbf").lstrip())
    if content[:2] in UTF16 or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        raise WorkbookError(SUSPICIOUS)
    if b"<!" in content and DOCTYPE.search(content):
        raise WorkbookError(SUSPICIOUS)


def _sheets(parts: dict[str, bytes]) -> list[bytes]:
    return [content for name, content in parts.items() if name.lower().startswith("xl/worksheets/")]


def _check_extent(parts: dict[str, bytes]) -> None:
    for content in _sheets(parts):
        suspicious = FAR_QUICK.search(content) or LOOSE_ATTRIBUTE.search(content)
        if suspicious and FAR_CELL.search(content):
            raise WorkbookError(TOO_WIDE)


def _check_texts(parts: dict[str, bytes]) -> None:
    """A long shared string named by many cells is copied into each: a small file, but gigabytes once read."""
    strings = next((content for name, content in parts.items() if name.lower() == "xl/sharedstrings.xml"), b"")
    lengths = [len(string) for string in SHARED_STRING.split(strings)[1:]]
    sheets = _sheets(parts)
    if max(lengths, default=0) * sum(content.count(b"v>") for content in sheets) <= MAX_TEXT:
        return
    references: Counter[bytes] = Counter()
    for content in sheets:
        references.update(SHARED_REFERENCE.findall(content))
    indexes = {int(index): times for index, times in references.items() if len(index) < 9}
    if sum(lengths[index] * times for index, times in indexes.items() if index < len(lengths)) > MAX_TEXT:
        raise WorkbookError(TOO_MUCH)
