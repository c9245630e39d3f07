"""What an uploaded roster is kept as between preview and commit: its rows, compressed and encrypted."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from branches.policy.roster import RosterRow
from branches.policy.roster_layout import FIELDS, Place
from core.crypto import decrypt, encrypt

NAMES = (*(field.name for field in FIELDS), "id_number_mask")
DATES = {field.name for field in FIELDS if field.kind == "date"}


@dataclass(frozen=True, slots=True)
class Payload:
    """Rows as read, where the fields stood, and the digest of the plan that was shown."""

    rows: list[RosterRow]
    places: Mapping[str, Place]
    digest: str


def payload_pack(payload: Payload) -> str:
    """The payload as encrypted text: a row is its number, then its values in the order of the names in use."""
    used = set().union(*(row.values.keys() for row in payload.rows))
    names = [name for name in NAMES if name in used]
    rows = [[row.number, *map(row.values.get, names)] for row in payload.rows]
    return pack({"names": names, "rows": rows, "places": dict(payload.places), "digest": payload.digest})


def payload_unpack(text: str) -> Payload:
    """The payload again; dates are dates."""
    content = unpack(text)
    rows = _rows(content["names"], content["rows"])
    places = {name: (letter, heading) for name, (letter, heading) in content["places"].items()}
    return Payload(rows, places, content["digest"])


def pack(content: Any) -> str:
    """Any JSON-able content (dates become text), compressed, then encrypted."""
    return pack_bytes(json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str).encode())


def unpack(text: str) -> Any:
    return json.loads(unpack_bytes(text))


def pack_bytes(content: bytes) -> str:
    return encrypt(b64encode(zlib.compress(content, 1)).decode())


def unpack_bytes(text: str) -> bytes:
    return zlib.decompress(b64decode(decrypt(text)))


def _rows(names: list[str], rows: list[list[Any]]) -> list[RosterRow]:
    """Each day is parsed once, however many rows name it."""
    days: dict[str, date] = {}
    dated = [index for index, name in enumerate(names, start=1) if name in DATES]
    for row in rows:
        for index in dated:
            if text := row[index]:
                row[index] = days.get(text) or days.setdefault(text, date.fromisoformat(text))
    return [RosterRow(row[0], _filled(dict(zip(names, row[1:], strict=True))), set()) for row in rows]


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None} if None in values.values() else values
