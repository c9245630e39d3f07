"""The index of texts on the database at hand: GIN on PostgreSQL, FTS5 on SQLite."""

from __future__ import annotations

import pytest

from core import text_index as index
from core.grams import words_of
from core.models import SearchText

pytestmark = pytest.mark.django_db


def found(text: str, kind: str = "note") -> set[int]:
    return set(index.texts_found(kind, words_of(text)))


def test_it_finds_what_was_written() -> None:
    assert index.text_index(kind="note", texts=[(1, "主题党日", ""), (2, "党课", "主题鲜明"), (3, "专题学习", "")]) == 3
    index.text_index(kind="other", texts=[(1, "党课", "")])
    assert found("主题") == {1, 2}
    assert found("dk") == {2}
    assert found("zt") == {1, 3}
    assert found("党课", kind="other") == {1}
    assert found("节约") == set()


def test_a_second_writing_replaces_the_first() -> None:
    index.text_index(kind="note", texts=[(1, "主题党日", "")])
    index.text_index(kind="note", texts=[(1, "专题学习", "")])
    assert SearchText.objects.count() == 1
    assert found("主题") == set()
    assert found("专题") == {1}


def test_what_is_forgotten_is_not_found() -> None:
    index.text_index(kind="note", texts=[(1, "主题党日", ""), (2, "主题党日", "")])
    index.text_forget(kind="note", ids=[1])
    assert found("主题") == {2}


ODD = ['"主题" OR 1', "主题* NOT", "{主题}", "主题'); DROP TABLE x; --", "grams:主题", "\\主题\\"]


@pytest.mark.parametrize("text", ODD)
def test_signs_of_query_languages_are_no_signs(text: str) -> None:
    index.text_index(kind="note", texts=[(1, "主题党日", "")])
    assert found(text) in ({1}, set())
    assert found("主题") == {1}


def test_many_hits_are_asked_for_in_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    index.text_index(kind="note", texts=[(number, "主题党日", "") for number in range(1, 30)])
    rows = SearchText.objects.filter(kind="note")
    few = set(index.narrowed(rows, "note", "主题").values_list("pk", flat=True))
    monkeypatch.setattr(index, "FEW", 5)
    assert set(index.narrowed(rows, "note", "主题").values_list("pk", flat=True)) == few
    assert index.narrowed(rows, "note", "一").count() == 29


def test_the_index_itself_can_be_made_again() -> None:
    from django.db import connection

    index.text_index(kind="note", texts=[(1, "主题党日", "")])
    if connection.vendor == "postgresql":
        index.drop(connection)
        index.install(connection)
        assert found("主题") == {1}
