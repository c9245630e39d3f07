"""What an uploaded roster is kept as between preview and commit: its rows, compressed and encrypted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from branches.policy.roster import RosterRow
from branches.policy.roster_layout import FIELDS, Place
from core.sealed import pack, unpack

NAMES = (*(field.name for field in FIELDS), "id_number_mask")
DATES = {field.name for field in FIELDS if field.kind == "date"}


@dataclass(frozen=True, slots=True)
class Payload:
    """
    Rows as read, where the fields stood, and the digest of the plan that was shown. ``all_new``: where every row is
    a new person, the state of the reach in which that was found.
    """

    rows: list[RosterRow]
    places: Mapping[str, Place]
    digest: str
    all_new: str = ""


def payload_pack(payload: Payload) -> str:
    """The payload as encrypted text, column by column: the rows' numbers, then the values of each field in use."""
    values = [row.values for row in payload.rows]
    used = set().union(*(item.keys() for item in values))
    columns = {name: _dump_column(name, [item.get(name) for item in values]) for name in NAMES if name in used}
    content = {
        "numbers": [row.number for row in payload.rows],
        "columns": columns,
        "places": dict(payload.places),
        "digest": payload.digest,
        "all_new": payload.all_new,
    }
    return pack(content)


def payload_unpack(text: str) -> Payload:
    """The payload again; dates are dates."""
    content = unpack(text)
    names = list(content["columns"])
    columns = [_load_column(name, content["columns"][name]) for name in names]
    rows = [
        RosterRow(number, {name: value for name, value in zip(names, said, strict=True) if value is not None}, set())
        for number, *said in zip(content["numbers"], *columns, strict=True)
    ]
    places = {name: (letter, heading) for name, (letter, heading) in content["places"].items()}
    return Payload(rows, places, content["digest"], content["all_new"])


def _dump_column(name: str, column: list[Any]) -> list[Any]:
    return [day and day.isoformat() for day in column] if name in DATES else column


def _load_column(name: str, column: list[Any]) -> list[Any]:
    """Each day is parsed once, however many rows name it."""
    if name not in DATES:
        return column
    days = {text: date.fromisoformat(text) for text in set(column) if text}
    return [days.get(text) for text in column]
