"""What the imports of this wing share: the organisation that a row names, and the member meant by a name there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from accounts.roles import Capability
from branches.models import Member, Organisation
from core.imports import Row, RowError
from outreach.selectors.places import places


def place_choices(user: Any, capability: Capability, kinds: Collection[str]) -> list[tuple[int, str]]:
    """Organisations that the user may enter for, by their short name; a name that two share is given in full."""
    rows = list(places(user, capability, kinds).values_list("pk", "short_name", "name"))
    names = [short for _, short, _ in rows]
    return [(pk, full if names.count(short) > 1 else short) for pk, short, full in rows]


def places_of(rows: Sequence[Row]) -> dict[int, Organisation]:
    found: dict[int, Organisation] = Organisation.objects.in_bulk({row["organisation"] for row in rows})
    return found


class People:
    """Present members by name, below each organisation that the rows name. One query."""

    def __init__(self, rows: Sequence[Row], key: str) -> None:
        self.places = places_of(rows)
        names = {row[key] for row in rows if row[key]}
        self.rows = list(Member.objects.current().filter(name__in=names).select_related("organisation"))

    def found(self, row: Row, key: str) -> list[Member]:
        path = self.places[row["organisation"]].path
        return [person for person in self.rows if person.name == row[key] and person.organisation.path.startswith(path)]

    def problems(self, rows: Sequence[Row], key: str) -> Iterator[RowError]:
        for row in rows:
            if row[key] and not (found := self.found(row, key)):
                yield RowError(row, key, "名册上没有这名党员", "核对姓名和党组织")
            elif row[key] and len(found) > 1:
                yield RowError(row, key, "有同名党员，不能确定是哪一个", "到页面上逐条登记")
