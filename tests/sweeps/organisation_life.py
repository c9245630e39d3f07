"""Plans, appraisals, talks and rituals in the permission sweep."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.roles import Role
from branches.models import Appraisal, HomeVisit, MeetingPlan, OathReview, Talk
from core.calendar import local_today
from tests.sweep import Entry, Target, World, branch_asked, canary, meeting, page, thing


def _made(world: World, place: str, model: Any, **fields: Any) -> Target:
    """A row of this model in this place, made once."""
    branch = world.branch(place)

    def make() -> Any:
        return model.objects.create(organisation=branch, by=world.city.user(Role.BRANCH_SECRETARY), **fields)

    return Target({"pk": world.once((model.__name__, place), make).pk}, branch.path)


def plan(world: World, place: str, actor: User) -> Target:
    title = canary("会议", place)
    return _made(world, place, MeetingPlan, kind="assembly", title=title, planned_on=local_today())


def appraisal(world: World, place: str, actor: User) -> Target:
    return _made(world, place, Appraisal, year=local_today().year, meeting=world.meetings[place])


def _people(world: World, place: str) -> list[Any]:
    city = world.city
    rows = {"sibling": city.sibling_members, "foreign": city.foreign_members}.get(place, city.members)
    return sorted(rows, key=lambda member: member.pk)


def talk(world: World, place: str, actor: User) -> Target:
    first, second = _people(world, place)[:2]
    return _made(world, place, Talk, held_on=local_today(), member_a=first, member_b=second, pair="mixed")


def oath(world: World, place: str, actor: User) -> Target:
    return _made(world, place, OathReview, held_on=local_today(), count=3)


def visit(world: World, place: str, actor: User) -> Target:
    member = _people(world, place)[0]
    return _made(world, place, HomeVisit, held_on=local_today(), member=member, category="care", consented=True)


def agenda(world: World, place: str, actor: User) -> Target:
    asked = branch_asked(world, place, actor)
    return Target({"kind": "assembly"}, asked.path, query=asked.query)


ENTRIES: dict[str, Entry] = {
    "branches:plan_list": page("plan.view"),
    "branches:plan_export": page("export.create"),
    "branches:plan_create": thing("plan.write", branch_asked, seen_by="branch.view"),
    "branches:plan_detail": thing("plan.view", plan),
    "branches:plan_update": thing("plan.write", plan, seen_by="plan.view"),
    "branches:plan_cancel": thing("plan.write", plan, seen_by="plan.view"),
    "branches:agenda_list": thing("plan.write", branch_asked, seen_by="branch.view"),
    "branches:agenda_edit": thing("plan.write", agenda, seen_by="branch.view"),
    "branches:appraisal_list": page("appraisal.view"),
    "branches:appraisal_export": page("appraisal.view"),
    "branches:appraisal_begin": thing("appraisal.record", meeting, seen_by="meeting.view"),
    "branches:appraisal_detail": thing("appraisal.view", appraisal),
    "branches:appraisal_edit": thing("appraisal.record", appraisal, seen_by="appraisal.view"),
    "branches:appraisal_reopen": thing("appraisal.record", appraisal, seen_by="appraisal.view"),
    "branches:talk_list": page("talk.view"),
    "branches:talk_export": page("talk.view"),
    "branches:talk_create": thing("talk.record", branch_asked, seen_by="branch.view"),
    "branches:talk_overview": thing("talk.view", branch_asked, seen_by="branch.view"),
    "branches:talk_detail": thing("talk.view", talk),
    "branches:talk_remove": thing("talk.record", talk, seen_by="talk.view"),
    "branches:birthday_list": thing("ceremony.view", branch_asked, seen_by="branch.view"),
    "branches:birthday_record": thing("ceremony.record", branch_asked, seen_by="branch.view"),
    "branches:oath_list": thing("ceremony.view", branch_asked, seen_by="branch.view"),
    "branches:oath_create": thing("ceremony.record", branch_asked, seen_by="branch.view"),
    "branches:oath_remove": thing("ceremony.record", oath, seen_by="ceremony.view"),
    "branches:home_visit_list": thing("ceremony.view", branch_asked, seen_by="branch.view"),
    "branches:home_visit_create": thing("ceremony.record", branch_asked, seen_by="branch.view"),
    "branches:home_visit_remove": thing("ceremony.record", visit, seen_by="ceremony.view"),
}
