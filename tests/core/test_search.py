"""Which lookup finds a word."""

import pytest

from core.search import contains


@pytest.mark.parametrize(
    ("word", "lookup"),
    [("主题", "contains"), ("2026", "contains"), ("·", "contains"), ("Abc", "icontains"), ("A组", "icontains")],
)
def test_only_words_with_letters_are_found_without_regard_to_case(word, lookup):
    assert contains(word) == lookup
