"""Terms and elections: the world's own rows in each place."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import User
from accounts.roles import Role
from branches.models import Election, ElectionContest, ElectionExcuse, Term, TermExtension
from core.calendar import local_today
from tests.sweep import Entry, Target, World, branch, page, thing


def _term(world: World, place: str) -> Term:
    return world.once(
        ("term", place),
        lambda: Term.objects.create(
            organisation=world.branch(place), number=1, elected_on=date(2024, 1, 1), expires_on=date(2027, 1, 1)
        ),
    )


def term(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _term(world, place).pk}, world.branch(place).path)


def extension(world: World, place: str, actor: User) -> Target:
    row = world.once(
        ("extension", place),
        lambda: TermExtension.objects.create(
            term=_term(world, place),
            until=date(2027, 6, 1),
            reason="机构改革",
            proposed_by=world.city.user(Role.BRANCH_SECRETARY),
        ),
    )
    return Target({"pk": row.pk}, world.branch(place).path)


def _election(world: World, place: str) -> Election:
    def make() -> Election:
        made = Election.objects.create(
            organisation=world.branch(place),
            kind="regular",
            number=2,
            years=3,
            planned_on=local_today() + timedelta(days=9),
            opened_by=world.city.user(Role.CITY_STAFF),
        )
        ElectionContest.objects.create(election=made, office="committee", body="assembly", seats=3)
        return made

    return world.once(("election", place), make)


def election(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _election(world, place).pk}, world.branch(place).path)


def paper(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _election(world, place).pk, "paper": "request"}, world.branch(place).path)


def contest(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _election(world, place).contests.get().pk}, world.branch(place).path)


def excuse(world: World, place: str, actor: User) -> Target:
    row = world.once(
        ("excuse", place),
        lambda: ElectionExcuse.objects.create(
            election=_election(world, place),
            member=world.member(place),
            reason="away",
            decided_on=local_today(),
            by=world.city.user(Role.CITY_STAFF),
        ),
    )
    return Target({"pk": row.pk}, world.branch(place).path)


SEEN = "election.view"
ENTRIES: dict[str, Entry] = {
    "branches:term_list": page(SEEN),
    "branches:term_export": page("export.create"),
    "branches:organisation_terms": thing(SEEN, branch),
    "branches:term_open": thing("election.record", branch, seen_by=SEEN),
    "branches:term_revise": thing("election.record", term, seen_by=SEEN),
    "branches:term_extend": thing("election.record", term, seen_by=SEEN),
    "branches:extension_decide": thing("election.approve", extension, seen_by=SEEN),
    "branches:extension_withdraw": thing("election.record", extension, seen_by=SEEN),
    "branches:election_list": page(SEEN),
    "branches:election_export": page("export.create"),
    "branches:election_open": thing("election.record", branch, seen_by=SEEN),
    "branches:election_detail": thing(SEEN, election),
    "branches:election_update": thing("election.record", election, seen_by=SEEN),
    "branches:election_link": thing("election.record", election, seen_by=SEEN),
    "branches:election_excuse": thing("election.record", election, seen_by=SEEN),
    "branches:election_cancel": thing("election.record", election, seen_by=SEEN),
    "branches:election_report": thing("election.record", election, seen_by=SEEN),
    "branches:election_approve": thing("election.approve", election, seen_by=SEEN),
    "branches:election_paper": thing("export.create", paper, seen_by=SEEN),
    "branches:election_count_in": thing("election.record", excuse, seen_by=SEEN),
}
for name in ("candidates", "order", "write_in", "count", "withdraw", "vacate"):
    ENTRIES[f"branches:contest_{name}"] = thing("election.record", contest, seen_by=SEEN)
