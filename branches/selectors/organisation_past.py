"""The tree of a past day, told from today's rows and the dated changes since (docs/adr/0005-tree-in-time.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationChangeKind, OrganisationKind
from branches.models import Membership, Organisation, OrganisationChange
from branches.selectors.organisations import STEP, TreeNode

#: What a change may have altered, as far as the past is told from it.
FACTS = ("name", "short_name", "type_code", "status", "staff_count", "party_staff_count")


@dataclass(slots=True)
class Place:
    """An organisation as it stood on a day; ``parent`` and ``unit`` are ids, None for the root (and above units)."""

    pk: int
    kind: str
    name: str
    short_name: str
    type_code: str
    status: str
    path: str
    parent: int | None = None
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What differed from today: facts and the parent's code, by id of the organisation."""

    facts: dict[int, dict[str, Any]]
    parents: dict[int, str]


def past_of(day: date) -> Past:
    """What changed after ``day``, as it was: of each fact, what stood before its first later change. One query."""
    facts: dict[int, dict[str, Any]] = {}
    parents: dict[int, str] = {}
    changes = OrganisationChange.objects.in_force().filter(effective_on__gt=day).order_by("-effective_on", "-pk")
    for pk, kind, before in changes.values_list("organisation_id", "kind", "before"):
        code = before.get("code") if kind == OrganisationChangeKind.MOVED else before.get("parent")
        if code:
            parents[pk] = code
        if kind != OrganisationChangeKind.MOVED:
            facts.setdefault(pk, {}).update((name, before[name]) for name in FACTS if name in before)
    return Past(facts, parents)


def tree_on(day: date, *, since: date | None = None) -> dict[int, Place]:
    """
    Every organisation that stood on ``day`` (with ``since``: at any time from then to ``day``) as it stood, by id, in
    the order of today's tree. Two queries, however many organisations and changes there are.
    """
    past = past_of(day)
    columns = ("pk", "kind", "name", "short_name", "type_code", "status", "path", "code", "founded_on", "ended_on")
    rows = list(Organisation.objects.values_list(*columns))
    by_path = {row[6]: row[0] for row in rows}
    by_code = {row[7]: row[0] for row in rows}
    above = {row[0]: by_path.get(row[6][:-STEP]) for row in rows}
    above |= {pk: by_code[code] for pk, code in past.parents.items() if code in by_code}
    places = {}
    for *values, _, founded_on, ended_on in rows:
        if founded_on <= day and (ended_on is None or ended_on > (since or day)):
            place = Place(*values)
            for name, value in past.facts.get(place.pk, {}).items():
                if name in Place.__slots__:
                    setattr(place, name, value)
            places[place.pk] = place
    for place in places.values():
        place.parent = next((pk for pk in _upwards(place.pk, above) if pk in places), None)
    for place in places.values():
        place.unit = _unit(place, places)
    return places


def _upwards(pk: int, above: Mapping[int, int | None]) -> Iterator[int]:
    """The organisations above, the nearest first."""
    found = above[pk]
    while found is not None:
        yield found
        found = above[found]


def _unit(place: Place, places: Mapping[int, Place]) -> int | None:
    found: Place | None = place
    while found is not None and found.kind != OrganisationKind.UNIT:
        found = places[found.parent] if found.parent is not None else None
    return found.pk if found else None


def below(places: Mapping[int, Place], pk: int) -> set[int]:
    """Ids of the organisation and of everything that lay below it."""
    children: dict[int | None, list[int]] = {}
    for place in places.values():
        children.setdefault(place.parent, []).append(place.pk)
    found, waiting = {pk}, [pk]
    while waiting:
        added = children.get(waiting.pop(), [])
        found.update(added)
        waiting += added
    return found


def past_children(user: User, parent: int | None, day: date) -> list[TreeNode]:
    """
    What lay directly below ``parent`` on ``day`` (None: the topmost that the reader reaches), of what the reader may
    list today. Four queries.
    """
    places = tree_on(day)
    listed = set(Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST).values_list("pk", flat=True))
    shown = [place for place in places.values() if place.pk in listed and _lies(place, parent, listed)]
    members = _members(places, day)
    counts: dict[int | None, int] = {}
    for place in places.values():
        if place.pk in listed:
            counts[place.parent] = counts.get(place.parent, 0) + 1
    view = user.scope(Capability.BRANCH_VIEW)
    return [
        TreeNode(_as_then(place), members.get(place.pk, 0), counts.get(place.pk, 0), view.covers(place.path))
        for place in shown
    ]


def _lies(place: Place, parent: int | None, listed: set[int]) -> bool:
    return place.parent == parent if parent is not None else place.parent not in listed


def _as_then(place: Place) -> Organisation:
    """An organisation to show, never to save."""
    return Organisation(
        pk=place.pk, kind=place.kind, name=place.name, short_name=place.short_name, path=place.path, status=place.status
    )


def _members(places: Mapping[int, Place], day: date) -> dict[int, int]:
    """Members on that day at and below each organisation."""
    rows = Membership.objects.on(day).order_by().values_list("organisation").annotate(Count("pk"))
    totals: dict[int, int] = {}
    for pk, count in rows:
        found: int | None = pk if pk in places else None
        while found is not None:
            totals[found] = totals.get(found, 0) + count
            found = places[found].parent
    return totals
