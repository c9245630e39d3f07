"""Worklists in the permission sweep: in each place a list that it runs itself, with one task of its own."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import User
from accounts.roles import Role
from branches.models import WorklistItem
from branches.services.worklists import WorklistSource, item_add, register_worklist_source, worklist_create
from core.calendar import local_today
from tests.imports import import_entries
from tests.sweep import Entry, Target, World, canary, page, thing

SOURCE = WorklistSource("test.sweep", "试办工作")


def _item(world: World, place: str) -> WorklistItem:
    def make() -> WorklistItem:
        register_worklist_source(SOURCE)
        by, branch, title = world.city.user(Role.CITY_STAFF), world.branch(place), canary("会议", place)
        worklist = worklist_create(by=by, organisation=branch, source=SOURCE.name, title=title)
        due_on = local_today() + timedelta(days=9)
        return item_add(by=by, worklist=worklist, task=title, organisation=branch, due_on=due_on)

    found: WorklistItem = world.once(("worklist", place), make)
    return found


def item(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _item(world, place).pk}, world.branch(place).path)


def worklist(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _item(world, place).worklist_id}, world.branch(place).path)


ACTS = {
    "progress": "report", "report": "report", "close": "close", "return": "close",
    "supervise": "manage", "extend": "manage", "cancel": "manage", "update": "manage",
}  # fmt: skip

ENTRIES: dict[str, Entry] = {
    "branches:worklist_item_list": page("worklist.view"),
    "branches:worklist_item_export": page("export.create"),
    "branches:worklist_autocomplete": page("worklist.view"),
    "branches:worklist_item": thing("worklist.view", item),
    "branches:worklist_detail": thing("worklist.view", worklist),
    "branches:worklist_export": thing("export.create", worklist, seen_by="worklist.view"),
    "branches:worklist_item_create": thing("worklist.manage", worklist, seen_by="worklist.view"),
    "branches:worklist_spread": thing("worklist.manage", worklist, seen_by="worklist.view"),
    **{
        f"branches:worklist_item_{act}": thing(f"worklist.{right}", item, seen_by="worklist.view")
        for act, right in ACTS.items()
    },
    **import_entries("branches:worklist_item", "worklist.manage", worklist, seen_by="worklist.view"),
}
