"""Texts cut into pieces: what stands in a text is found by it, whatever its width and case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.grams import grams_of, words_of

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=12)


def holds(title: str, query: str, body: str = "") -> bool:
    """What the database does with the pieces, in Python."""
    pieces = set(grams_of(title, body).split())
    words = words_of(query)
    return bool(words) and all(any(pieces.issuperset(found) for found in word) for word in words)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("主题", True),
        ("题党", True),
        ("主题党日", True),
        ("主题教育", False),
        ("zt", True),
        ("ztdr", True),
        ("dr", True),
        ("zd", False),
        ("zhuti", True),
        ("ZhuTi", True),
        ("zhutidangri", True),
        ("dangri", True),
        ("dangke", False),
        ("2026", True),
        ("２０２６", True),
        ("202", False),
        ("R03", True),
        ("党日 主题", True),
        ("党日 党课", False),
        ("党", False),
        ("，。", False),
    ],
)
def test_a_title_is_found_by_words_and_pinyin(query: str, found: bool) -> None:
    assert holds("2026年3月主题党日（R03）", query) is found


def test_a_body_is_found_by_words_only() -> None:
    assert holds("党课", "节约用能", body="讨论办公区节约用能办法")
    assert not holds("党课", "jieyue", body="讨论办公区节约用能办法")


def test_every_piece_stands_once() -> None:
    assert grams_of("党课党课").split() == ["党课", "课党", "0dk", "0kd", "1dang", "1ke"]


def test_at_most_eight_words() -> None:
    assert len(words_of(" ".join(["主题"] * 20))) == 8


@given(CHINESE, CHINESE, CHINESE)
def test_every_part_of_a_text_is_found(before: str, part: str, after: str) -> None:
    assert holds(f"{before}{part}{after}", part)
    assert holds("标题", part, body=f"{before}{part}{after}")


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert all(piece and " " not in piece for piece in grams_of(text, text).split(" ") if text.strip() and piece)
    for word in words_of(text):
        assert word
        assert all('"' not in piece and piece.split() == [piece] for alternative in word for piece in alternative)
