"""The index of texts: rows are written with what they describe, and found by any word of two characters or more.

PostgreSQL holds it as a GIN index over the pieces, SQLite as an FTS5 table that triggers keep; one lookup, `found`,
asks either of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Lookup, QuerySet, TextField

from core.grams import Word, grams_of, words_of
from core.models import SearchText

BATCH = 2000
FEW = 1000


@TextField.register_lookup
class Found(Lookup):
    """``grams__found=words``: texts that hold one alternative of every word."""

    lookup_name = "found"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        pieces = f"string_to_array({column}, ' ')"
        groups, values = [], []
        for word in self.rhs:
            groups.append("(" + " OR ".join([f"{pieces} @> %s::text[]"] * len(word)) + ")")
            values += [value for alternative in word for value in (*parameters, list(alternative))]
        return " AND ".join(groups), values

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        table = connection.ops.quote_name(self.lhs.alias)
        query = " AND ".join(f"({' OR '.join(map(_match, word))})" for word in self.rhs)
        return f"{table}.id IN ({_FTS})", [query]


_FTS = "SELECT rowid FROM core_searchtext_fts WHERE core_searchtext_fts MATCH %s"


def _match(alternative: Iterable[str]) -> str:
    return "(" + " AND ".join(f'"{piece}"' for piece in alternative) + ")"


def text_index(*, kind: str, texts: Iterable[tuple[int, str, str]]) -> int:
    """Write or rewrite (object id, title, body) of one kind, in batches; how many. To be called in the text's own
    transaction."""
    written = 0
    batch: list[SearchText] = []
    for pk, title, body in texts:
        batch.append(SearchText(kind=kind, object_id=pk, grams=grams_of(title, body)))
        if len(batch) == BATCH:
            written += _write(batch)
            batch = []
    return written + _write(batch)


def text_forget(*, kind: str, ids: Iterable[int]) -> None:
    SearchText.objects.filter(kind=kind, object_id__in=list(ids)).delete()


def texts_found(kind: str, words: list[Word]) -> QuerySet[SearchText, int]:
    """Ids of the objects of this kind whose text holds all these words (see `words_of`), as a subquery."""
    return SearchText.objects.filter(kind=kind, grams__found=words).values_list("object_id", flat=True)


def narrowed(queryset: QuerySet[Any], kind: str, text: str) -> QuerySet[Any]:
    """
    The rows whose indexed text holds every word of ``text``; all of them where nothing in it can be looked for.

    Asks the index at once: no planner knows how rare a combination of words is, and walking the newest rows for one
    that hardly occurs takes seconds. Few rows are named one by one, many are met soon by walking.
    """
    words = words_of(text)
    if not words:
        return queryset
    found = list(texts_found(kind, words)[: FEW + 1])
    return queryset.filter(pk__in=found if len(found) <= FEW else texts_found(kind, words))


def _write(batch: list[SearchText]) -> int:
    SearchText.objects.bulk_create(
        batch, update_conflicts=True, unique_fields=["kind", "object_id"], update_fields=["grams"]
    )
    return len(batch)


# The part that only one kind of database understands ------------------------------------------------------------------

_POSTGRESQL = (
    "CREATE INDEX core_searchtext_grams ON core_searchtext USING gin (string_to_array(grams, ' '))",
    # How common each piece is decides between walking the newest rows and asking the index: know 1,000 of them.
    "ALTER INDEX core_searchtext_grams ALTER COLUMN 1 SET STATISTICS 1000",
)
_SQLITE = (
    "CREATE VIRTUAL TABLE core_searchtext_fts USING fts5(grams, content='core_searchtext', content_rowid='id')",
    "CREATE TRIGGER core_searchtext_insert AFTER INSERT ON core_searchtext BEGIN "
    "INSERT INTO core_searchtext_fts(rowid, grams) VALUES (new.id, new.grams); END",
    "CREATE TRIGGER core_searchtext_delete AFTER DELETE ON core_searchtext BEGIN "
    "INSERT INTO core_searchtext_fts(core_searchtext_fts, rowid, grams) VALUES ('delete', old.id, old.grams); END",
    "CREATE TRIGGER core_searchtext_update AFTER UPDATE ON core_searchtext BEGIN "
    "INSERT INTO core_searchtext_fts(core_searchtext_fts, rowid, grams) VALUES ('delete', old.id, old.grams); "
    "INSERT INTO core_searchtext_fts(rowid, grams) VALUES (new.id, new.grams); END",
)


def install(connection: Any) -> None:
    """Make the index; for the migration."""
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def drop(connection: Any) -> None:
    """Undo `install`."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP INDEX IF EXISTS core_searchtext_grams")
            return
        for event in ("insert", "delete", "update"):
            cursor.execute(f"DROP TRIGGER IF EXISTS core_searchtext_{event}")
        cursor.execute("DROP TABLE IF EXISTS core_searchtext_fts")
