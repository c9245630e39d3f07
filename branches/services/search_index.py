"""Keeps logs findable: the words of a log are written with it; what was written in bulk is caught up with."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef

from branches.models import Meeting
from branches.selectors.search import MEETING
from core.models import SearchText
from core.text_index import text_index

STRETCH = 5000


def meetings_indexed(meetings: Iterable[Meeting]) -> None:
    """Write what these logs are found by: title, agenda, reading, resolution. One statement, in their transaction."""
    text_index(
        kind=MEETING, texts=[(row.pk, row.title, _body(row.agenda, row.study, row.resolution)) for row in meetings]
    )


def meetings_catch_up(*, again: bool = False) -> int:
    """
    Index the logs that are not yet, with ``again`` every log; how many. A transaction a stretch: safe to stop and to
    run beside the portal.
    """
    done, last = 0, 0
    while True:
        rows = Meeting.objects.filter(pk__gt=last).order_by("pk")
        if not again:
            rows = rows.filter(~Exists(SearchText.objects.filter(kind=MEETING, object_id=OuterRef("pk"))))
        stretch = list(rows.values_list("pk", "title", "agenda", "study", "resolution")[:STRETCH])
        if not stretch:
            return done
        with transaction.atomic():
            done += text_index(kind=MEETING, texts=((pk, title, _body(*parts)) for pk, title, *parts in stretch))
        last = stretch[-1][0]


def _body(*parts: str) -> str:
    return "\n".join(filter(None, parts))
