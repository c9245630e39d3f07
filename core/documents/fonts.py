"""The two open Chinese fonts that stand in a PDF (Noto Serif SC and Noto Sans SC, SIL Open Font License 1.1).

They come as an installed package, hold some 30,000 characters each, and are cut down to a document's own characters
before they are embedded: by HarfBuzz, as cutting with Python alone takes half a minute for a long document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Literal

import uharfbuzz
from pylopdf_fonts_zh_cn import sans_path, serif_path

FontName = Literal["serif", "sans"]
PATHS = {"serif": serif_path, "sans": sans_path}

#: What stands for a character that the font lacks: the printers' mark for a missing type.
MISSING = "〓"
# Joiners and variation marks ask for another shape of their neighbour; without them the usual shape stands.
_SHAPING = re.compile("[\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\u00ad\U000e0100-\U000e01ef]")
_UNUSED_TABLES = ("GPOS", "GSUB", "GDEF", "BASE", "vhea", "vmtx", "VORG", "DSIG")


class Font:
    """One of the fonts: what it can show, how wide it is, and a small file of some of its characters."""

    def __init__(self, path: Path) -> None:
        self._face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
        self._font = uharfbuzz.Font(self._face)
        self._known = self._face.unicodes
        self._advances: dict[str, float] = {}

    def shown(self, text: str) -> str:
        """The text with a visible mark for each character that the font lacks."""
        bare = _SHAPING.sub("", text)
        return "".join(char if ord(char) in self._known else MISSING for char in bare)

    def width(self, text: str) -> float:
        """In ems; multiply with the type size. The text is as `shown` gave it."""
        return sum(self._advances.get(char) or self._advance(char) for char in text)

    def _advance(self, char: str) -> float:
        glyph = self._font.get_nominal_glyph(ord(char)) or 0
        advance = self._font.get_glyph_h_advance(glyph) / self._face.upem
        self._advances[char] = advance
        return advance

    def subset(self, chars: Iterable[str]) -> bytes:
        """A font file of these characters only."""
        wanted = uharfbuzz.SubsetInput()
        wanted.unicode_set.update({ord(char) for char in chars})
        wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.DESUBROUTINIZE
        for tag in _UNUSED_TABLES:
            wanted.drop_table_tag_set.add(int.from_bytes(tag.encode(), "big"))
        return bytes(uharfbuzz.subset(self._face, wanted).blob.data)


@lru_cache(maxsize=2)
def font(name: FontName) -> Font:
    """Opened once in a process: the file is mapped, not read."""
    return Font(PATHS[name]())
