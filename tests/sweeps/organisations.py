"""Entries of the permission sweep: undoing a change, the advice list."""

from __future__ import annotations

from accounts.models import User
from branches.models import OrganisationChange
from core.calendar import local_today
from tests.sweep import UNITS, Entry, Target, World, branch, page, thing, unit

UNDOING = ("org_unit.update", "org_unit.disable", "branch.create", "branch.update", "branch.disable")


def _changed(world: World, place: str, target: Target, kind: str) -> Target:
    def make() -> OrganisationChange:
        return OrganisationChange.objects.create(
            organisation_id=target.kwargs["pk"],
            kind=kind,
            effective_on=local_today(),
            before={"status": "active"} if kind == "suspended" else {},
            after={"status": "suspended"} if kind == "suspended" else {},
        )

    world.once(("change", place, kind, target.kwargs["pk"]), make)
    return target


def suspended_branch(world: World, place: str, actor: User) -> Target:
    return _changed(world, place, branch(world, place, actor), "suspended")


def suspended_unit(world: World, place: str, actor: User) -> Target:
    return _changed(world, place, unit(world, place, actor), "suspended")


ENTRIES: dict[str, Entry] = {
    "branches:advice_list": page("branch.view"),
    "branches:advice_export": page("export.create"),
    "branches:organisation_undo": thing("branch.disable", suspended_branch, seen_by="org_unit.list", door=UNDOING),
    "branches:organisation_undo#unit": thing(
        "org_unit.disable", suspended_unit, seen_by="org_unit.list", door=UNDOING, places=UNITS
    ),
}
