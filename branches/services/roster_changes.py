"""What a roster does to members, as their history tells it. Numbers appear masked alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from branches.choices import MemberCategory, MemberChangeKind
from branches.policy.identity import mask_id_number, mask_phone
from branches.selectors.member_history import names_of
from branches.services.member_history import Happening
from branches.services.roster_plan import AT, Change

PLACES = {"organisation_id": "branch", "group_id": "group"}
MASKS = {"id_number": mask_id_number, "phone": mask_phone}


def happened(changes: Sequence[Change], today: date) -> list[tuple[int, int, Happening]]:
    """(member, branch, what) of every change. One query, done when this returns: no other may run during the load."""
    ids = {value for item in changes for name in PLACES for value in item.fields.get(name, ()) if value is not None}
    names = names_of(ids) if ids else {}
    return [(change.member_id, _place(change), _told(change, names, today)) for change in changes]


def _place(change: Change) -> int:
    return int(change.fields.get("organisation_id", (None, change.stored[AT["organisation_id"]]))[1])


def _told(change: Change, names: Mapping[int, str], today: date) -> Happening:
    before, after = (
        {PLACES.get(name, name): _said(name, values[side], names) for name, values in change.fields.items()}
        for side in (0, 1)
    )
    kind, day = _kind(change, today)
    category = str(change.fields["category"][0]) if kind == MemberChangeKind.CONFIRMED else ""
    return Happening(kind, day, before, after, category_before=category)


def _kind(change: Change, today: date) -> tuple[str, date]:
    fields = change.fields
    if "category" in fields and fields["category"][1] == MemberCategory.FULL:
        day = fields.get("confirmed_on", (None, change.stored[AT["confirmed_on"]]))[1] or today
        return MemberChangeKind.CONFIRMED, day
    if "category" in fields:
        return MemberChangeKind.RECLASSIFIED, today
    return (MemberChangeKind.MOVED if "organisation_id" in fields else MemberChangeKind.UPDATED), today


def _said(name: str, value: Any, names: Mapping[int, str]) -> Any:
    if name in PLACES:
        return names.get(value, "")
    if name in MASKS and value and "*" not in value:
        return MASKS[name](value)
    return value
