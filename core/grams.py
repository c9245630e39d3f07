"""Texts cut into the pieces by which they are found: two neighbouring Chinese characters, a word, a piece of pinyin.

No index of trigrams serves Chinese words of two characters; an index of pairs serves every word from two on. Titles are
found by pinyin too: by initials in a row ("ztdr", "dr") and by whole syllables ("zhutidangri", "zhuti").
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

#: Runs of Chinese characters, and runs of letters and digits; everything else parts words.
RUNS = re.compile(r"([\u3400-\u9fff\U00020000-\U000323af]+)|([a-z0-9]+)")
INITIALS, SYLLABLE = "0", "1"  # before pieces of pinyin, so that they never meet words
WORDS_LIMIT = 8

#: One word of a query: alternatives, each the pieces that must all be there.
Word = tuple[tuple[str, ...], ...]


def grams_of(title: str, body: str = "") -> str:
    """Every piece of a text, each once, parted by spaces: as it is stored and indexed."""
    pieces: dict[str, None] = {}
    for text, with_pinyin in ((title, True), (body, False)):
        for chinese, word in RUNS.findall(_plain(text)):
            pieces.update(dict.fromkeys(_pairs(chinese) if chinese else [word]))
            if chinese and with_pinyin:
                pieces.update(dict.fromkeys(_read(chinese)))
    return " ".join(pieces)


def words_of(query: str) -> list[Word]:
    """
    The words of a query, all of which must be found. A single Chinese character finds nothing and is left out, as is
    what comes after the eighth word; an empty list means that there is nothing to look for.
    """
    found = []
    for chinese, word in RUNS.findall(_plain(query)):
        if not chinese:
            found.append(_latin(word))
        elif len(chinese) > 1:
            found.append((tuple(_pairs(chinese)),))
    return found[:WORDS_LIMIT]


def _plain(text: str) -> str:
    """Full-width letters and digits as ordinary ones, small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def _pairs(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)] or [text]


@lru_cache(maxsize=16384)
def _read(chinese: str) -> tuple[str, ...]:
    """The pieces of pinyin of a run of characters; the same few titles come again and again."""
    syllables = [syllable for syllable in lazy_pinyin(chinese) if syllable.isascii() and syllable.isalpha()]
    initials = "".join([syllable[0] for syllable in syllables])
    pairs = [f"{INITIALS}{pair}" for pair in _pairs(initials)] if len(initials) > 1 else []
    return (*pairs, *(f"{SYLLABLE}{syllable}" for syllable in syllables))


def _latin(word: str) -> Word:
    """As a word of the text, as initials, as syllables."""
    alternatives: list[tuple[str, ...]] = [(word,)]
    if word.isalpha():
        if len(word) > 1:
            alternatives.append(tuple(f"{INITIALS}{pair}" for pair in dict.fromkeys(_pairs(word))))
        if syllables := _syllables(word):
            alternatives.append(tuple(f"{SYLLABLE}{syllable}" for syllable in dict.fromkeys(syllables)))
    return tuple(alternatives)


def _syllables(word: str) -> list[str]:
    """The word read as pinyin, longest syllables first where it can be read in several ways; none when it cannot."""
    syllable = _syllable_pattern()
    return re.findall(syllable, word) if re.fullmatch(f"(?:{syllable})+", word) else []


@cache
def _syllable_pattern() -> str:
    known = {to_normal(reading) for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    return "|".join(sorted((found for found in known if found.isascii()), key=lambda found: (-len(found), found)))
