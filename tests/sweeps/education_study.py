"""URLs of study plans, materials, 第一议题 and the code of conduct in the permission sweep."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.roles import Role
from branches.models import Worklist
from core.calendar import local_today
from education.models import FirstTopic, Material, StudyPlan, StudyTask, StudyTopic
from education.selectors.first_topics import SOURCE
from tests.imports import import_entries
from tests.sweep import Entry, Target, World, canary, meeting, page, thing


def _staff(world: World) -> User:
    return world.city.user(Role.CITY_STAFF)


def material(world: World, place: str, actor: User) -> Target:
    branch = world.branch(place)

    def make() -> Any:
        title = canary("会议", place)
        return Material.objects.create(organisation=branch, by=_staff(world), title=title, category="reader")

    return Target({"pk": world.once(("material", place), make).pk}, branch.path)


def _plan(world: World, place: str, state: str) -> StudyPlan:
    branch, today = world.branch(place), local_today()

    def make() -> StudyPlan:
        plan = StudyPlan.objects.create(
            organisation=branch, by=_staff(world), kind="campaign", year=today.year, basis="会议决定", state=state,
            title=canary("会议", place) + state, starts_on=today.replace(day=1),
            ends_on=today.replace(month=12, day=31),
            published_on=None if state == "draft" else today,
        )  # fmt: skip
        topic = StudyTopic.objects.create(
            plan=plan, number=1, theme=canary("会议", place), starts_on=plan.starts_on, due_on=plan.ends_on
        )
        StudyTask.objects.create(topic=topic, organisation=branch)
        return plan

    made: StudyPlan = world.once(("study plan", place, state), make)
    return made


def plan(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _plan(world, place, "published").pk}, world.branch(place).path)


def topic(world: World, place: str, actor: User) -> Target:
    row = _plan(world, place, "published").topics.get()
    return Target({"pk": row.pk}, world.branch(place).path)


def task(world: World, place: str, actor: User) -> Target:
    row = StudyTask.objects.get(topic__plan=_plan(world, place, "published"))
    return Target(path=world.branch(place).path, query={"task": row.pk})


def own_branch(world: World, place: str, actor: User) -> Target:
    _plan(world, place, "published")
    return Target(path=world.branch(place).path, query={"branch": world.branch(place).pk})


def first_topic(world: World, place: str, actor: User) -> Target:
    branch = world.branch(place)

    def make() -> Any:
        title = canary("会议", place)
        listed = Worklist.objects.create(organisation=branch, source=SOURCE, title=title, by=_staff(world))
        return FirstTopic.objects.create(
            organisation=branch, by=_staff(world), meeting_name=title, held_on=local_today(), leader="书记",
            titles=title, worklist=listed,
        )  # fmt: skip

    return Target({"pk": world.once(("first topic", place), make).pk}, branch.path)


def write(right: str, at: Any) -> Entry:
    return thing(right, at, seen_by="study.view")


ENTRIES: dict[str, Entry] = {
    "education:own_study": thing("study.view", own_branch, seen_by="branch.view"),
    "education:study_link": write("study.record", task),
    "education:plan_list": page("study.view"),
    "education:plan_export": page("export.create"),
    "education:plan_create": page("study.record"),
    "education:plan_detail": thing("study.view", plan),
    "education:plan_update": write("study.record", plan),
    "education:plan_copy": write("study.record", plan),
    "education:plan_publish": write("study.record", plan),
    "education:plan_close": write("study.record", plan),
    "education:plan_discard": write("study.record", plan),
    "education:plan_progress": thing("study.view", plan),
    "education:task_list": thing("study.view", plan),
    "education:task_export": write("export.create", plan),
    "education:topic_create": write("study.record", plan),
    "education:topic_export": write("export.create", plan),
    "education:topic_update": write("study.record", topic),
    "education:topic_remove": write("study.record", topic),
    "education:topic_change": write("study.record", topic),
    "education:material_list": page("study.view"),
    "education:material_export": page("export.create"),
    "education:material_create": page("material.publish"),
    "education:material_detail": thing("study.view", material),
    "education:material_update": write("material.publish", material),
    "education:material_withdraw": write("material.publish", material),
    "education:first_topic_list": page("study.view"),
    "education:first_topic_export": page("export.create"),
    "education:first_topic_create": page("study.record"),
    "education:first_topic_from_log": thing("study.record", meeting, seen_by="meeting.view"),
    "education:first_topic_detail": thing("study.view", first_topic),
    "education:first_topic_update": write("study.record", first_topic),
    "education:conduct_read": page("conduct.commit"),
    "education:conduct_commit": page("conduct.commit"),
    "education:conduct_publish": page("conduct.publish"),
    **import_entries("education:topic", "study.record", plan, seen_by="study.view"),
}
