"""Sweep of dated changes, letters, past rosters, doubles and accounts of members."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import Role
from branches.models import TransferLetter
from branches.services.letters import letter_register
from tests.sweep import PEOPLE, At, Entry, Target, World, canary, member, page, roster, thing


def letter(world: World, place: str, actor: User) -> Target:
    def make() -> TransferLetter:
        return letter_register(
            by=world.city.user(Role.UNIT_STAFF),
            organisation=world.branch(place),
            person_name=canary("会议", place),
            outside="邻市某党支部",
            issued_on=world.meetings[place].held_on,
        )

    return Target({"pk": world.once(("letter", place), make).pk}, world.branch(place).path)


def act(name: str) -> At:
    def found(world: World, place: str, actor: User) -> Target:
        target = member(world, place, actor)
        return Target({**target.kwargs, "change": name}, target.path, owner=target.owner)

    return found


def pair(world: World, place: str, actor: User) -> Target:
    people = {"sibling": world.city.sibling_members, "foreign": world.city.foreign_members}
    first, second = people.get(place, world.city.members)[:2]
    return Target({"pk": first.pk, "other": second.pk}, world.branch(place).path)


CHANGING = ("member.update", "member.disable", "admission.approve")
ENTRIES: dict[str, Entry] = {
    "branches:member_change_list": page("member.view_masked"),
    "branches:member_change_export": page("export.create"),
    "branches:roster_past": page("member.view_masked"),
    "branches:roster_past_export": page("export.create"),
    "branches:letter_list": page("member.view_masked"),
    "branches:letter_export": page("export.create"),
    "branches:letter_register": page("member.transfer"),
    "branches:letter_detail": thing("member.view_masked", letter),
    "branches:letter_accept": thing("member.transfer", letter, seen_by="member.view_masked"),
    "branches:letter_cancel": thing("member.transfer", letter, seen_by="member.view_masked"),
    "branches:letter_issue": thing("member.transfer", member, seen_by="member.list", places=PEOPLE),
    "branches:member_doubles": page("member.disable"),
    "branches:member_merge": thing("member.disable", pair, seen_by="member.list"),
    "branches:member_link": thing("role_grant.propose", member, seen_by="member.list", places=PEOPLE),
    "branches:member_unlink": thing("role_grant.propose", member, seen_by="member.list", places=PEOPLE),
    "branches:roster_undo": thing("import.commit", roster, seen_by="import.preview"),
}
for name, right in (("lose", "member.update"), ("stop", "member.disable"), ("confirm", "admission.approve")):
    ENTRIES[f"branches:member_change#{name}"] = thing(
        right, act(name), seen_by="member.list", door=CHANGING, places=PEOPLE
    )
