"""Directives, campaigns, liaison areas, visits and research in the permission sweep."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.roles import Role
from branches.models import Organisation, Worklist
from core.calendar import local_today
from core.models import ImportBatch
from oversight.models import (
    Campaign,
    Directive,
    DirectiveStage,
    LiaisonArea,
    LiaisonUnit,
    LiaisonVisit,
    ResearchProblem,
    ResearchTopic,
)
from oversight.services.stage_schemes import scheme_for
from tests.sweep import UNITS, At, Entry, Target, World, canary, page, thing, whole

TODAY = local_today()


def _list(world: World, organisation: Organisation, source: str) -> Worklist:
    by = world.city.user(Role.CITY_STAFF)
    return Worklist.objects.create(organisation=organisation, source=source, title="清单", by=by)


def _made(world: World, place: str, key: str, make: Any) -> Target:
    return Target({"pk": world.once((key, place), make).pk}, world.unit(place).path)


def _stage(world: World, place: str) -> DirectiveStage:
    """A stage of an item that the unit runs and answers for itself."""

    def make() -> DirectiveStage:
        unit = world.unit(place)
        directive = Directive.objects.create(
            organisation=unit, owner=unit, number="1", source="city", received_on=TODAY, title=canary("会议", place),
            summary="摘要", is_public=True, scheme=scheme_for(TODAY), by=world.city.user(Role.CITY_STAFF),
            worklist=_list(world, unit, "oversight.directive"),
        )  # fmt: skip
        return DirectiveStage.objects.create(directive=directive, position=1, name="研究部署")

    made: DirectiveStage = world.once(("directive stage", place), make)
    return made


def stage(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _stage(world, place).pk}, world.unit(place).path)


def directive(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _stage(world, place).directive_id}, world.unit(place).path)


def campaign(world: World, place: str, actor: User) -> Target:
    """Read downwards: a secretary, who would see the unit's, is asked about one of a branch."""
    low = actor == world.city.user(Role.BRANCH_SECRETARY)
    organisation = world.branch(place) if low else world.unit(place)

    def make() -> Campaign:
        return Campaign.objects.create(
            organisation=organisation, title=canary("会议", place), basis="依据", starts_on=TODAY, ends_on=TODAY,
            state="running", worklist=_list(world, organisation, "oversight.campaign"),
            by=world.city.user(Role.CITY_STAFF),
        )  # fmt: skip

    return Target({"pk": world.once(("campaign", place, low), make).pk}, organisation.path)


def _line(world: World, place: str) -> LiaisonUnit:
    """The unit in an area of its own."""

    def make() -> LiaisonUnit:
        by = world.city.user(Role.CITY_STAFF)
        area = LiaisonArea.objects.create(
            organisation=world.city.root, name=canary("会议", place), leader="甘一", starts_on=TODAY, by=by
        )
        return LiaisonUnit.objects.create(area=area, unit=world.unit(place), starts_on=TODAY, by=by)

    made: LiaisonUnit = world.once(("liaison unit", place), make)
    return made


def area(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _line(world, place).area_id}, world.unit(place).path)


def area_visited(world: World, place: str, actor: User) -> Target:
    return Target({"area": _line(world, place).area_id}, world.unit(place).path)


def area_unit(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _line(world, place).pk}, world.unit(place).path)


def visit(world: World, place: str, actor: User) -> Target:
    def make() -> LiaisonVisit:
        return LiaisonVisit.objects.create(
            organisation=world.unit(place), area=_line(world, place).area, held_on=TODAY, form="call",
            visitors=canary("会议", place), worklist=_list(world, world.city.root, "oversight.liaison"),
            by=world.city.user(Role.CITY_STAFF),
        )  # fmt: skip

    return _made(world, place, "liaison visit", make)


def _problem(world: World, place: str) -> ResearchProblem:
    def make() -> ResearchProblem:
        unit, by = world.unit(place), world.city.user(Role.CITY_STAFF)
        topic = ResearchTopic.objects.create(
            organisation=unit, title=canary("会议", place), question="问题", leader="甘一", starts_on=TODAY,
            ends_on=TODAY, worklist=_list(world, unit, "oversight.research"), by=by,
        )  # fmt: skip
        return ResearchProblem.objects.create(topic=topic, text="活动时间不固定", by=by)

    made: ResearchProblem = world.once(("research problem", place), make)
    return made


def topic(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _problem(world, place).topic_id}, world.unit(place).path)


def problem(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _problem(world, place).pk}, world.unit(place).path)


def place_of_unit(world: World, place: str, actor: User) -> Target:
    return Target(path=world.unit(place).path, query={"place": world.unit(place).pk})


def place_below(world: World, place: str, actor: User) -> Target:
    return Target({"place": world.unit(place).pk}, world.unit(place).path)


def place_area(world: World, place: str, actor: User) -> Target:
    return Target({"place": _line(world, place).area_id}, world.unit(place).path)


def root(world: World, place: str, actor: User) -> Target:
    return Target(path=world.city.root.path)


def batch(at: At, slug: str) -> At:
    """A sheet that the actor uploaded: others' uploads are out of sight."""

    def found(world: World, place: str, actor: User) -> Target:
        target = at(world, place, actor)

        def make() -> ImportBatch:
            key = str(target.kwargs["place"])
            return ImportBatch.objects.create(slug=slug, place_key=key, by=actor, file_name="导入.xlsx", row_count=0)

        row = world.once(("upload", slug, place, actor.pk), make)
        return Target({**target.kwargs, "batch": row.pk}, target.path)

    return found


def _unit(right: str, at: At, seen_by: str = "", **fields: Any) -> Entry:
    return thing(right, at, seen_by=seen_by, places=UNITS, **fields)


def _acts(right: str, at: At, seen_by: str, *names: str) -> dict[str, Entry]:
    return {f"oversight:{name}": _unit(right, at, seen_by) for name in names}


def _import(prefix: str, right: str, at: At, seen_by: str, slug: str) -> dict[str, Entry]:
    name = f"oversight:{prefix}_import"
    found = {f"{name}{suffix}": _unit(right, at, seen_by) for suffix in ("", "_template")}
    return found | {
        f"{name}{suffix}": _unit(right, batch(at, slug), seen_by) for suffix in ("_preview", "_commit", "_drop")
    }


ENTRIES: dict[str, Entry] = {
    "oversight:directive_list": page("directive.view"),
    "oversight:directive_export": page("export.create"),
    "oversight:directive_create": _unit("directive.write", place_of_unit, "org_unit.list"),
    "oversight:directive_detail": _unit("directive.view", directive),
    "oversight:directive_document": _unit("export.create", directive),
    "oversight:scheme_edit": thing("directive.write", root, places=("own",)),
    **_acts(
        "directive.write",
        directive,
        "directive.view",
        "directive_update",
        "directive_supervise",
        "directive_close",
        "directive_reopen",
        "directive_withdraw",
        "stages_plan",
    ),
    **_acts("directive.write", stage, "directive.view", "stage_finish", "stage_return"),
    **_import("directive", "directive.write", place_below, "directive.view", "directives"),
    "oversight:campaign_list": page("campaign.view"),
    "oversight:campaign_export": page("export.create"),
    "oversight:campaign_create": _unit("campaign.write", place_of_unit, "org_unit.list"),
    "oversight:campaign_detail": _unit("campaign.view", campaign),
    **_acts(
        "campaign.write",
        campaign,
        "campaign.view",
        "campaign_update",
        "campaign_start",
        "campaign_end",
        "campaign_reopen",
    ),
    "oversight:area_list": page("liaison.view"),
    "oversight:area_create": whole("liaison.record", lambda world: {}),
    "oversight:visits_rule": whole("liaison.record", lambda world: {}),
    "oversight:area_detail": _unit("liaison.view", area),
    **_acts("liaison.record", area, "liaison.view", "area_update", "area_end", "area_units_add"),
    **_acts("liaison.record", area_unit, "liaison.view", "area_unit_leave"),
    **_acts("liaison.record", area_visited, "liaison.view", "visit_create"),
    "oversight:visit_list": page("liaison.view"),
    "oversight:visit_export": page("liaison.view"),
    "oversight:visit_detail": _unit("liaison.view", visit),
    **_acts("liaison.record", visit, "liaison.view", "visit_update", "visit_remove"),
    **_import("area_units", "liaison.record", place_area, "liaison.view", "liaison-units"),
    "oversight:research_list": page("research.view"),
    "oversight:research_export": page("research.view"),
    "oversight:research_create": _unit("research.write", place_of_unit, "org_unit.list"),
    "oversight:research_detail": _unit("research.view", topic),
    **_acts(
        "research.write",
        topic,
        "research.view",
        "research_update",
        "research_conclude",
        "research_apply",
        "research_reopen",
        "field_visit_create",
        "problem_create",
    ),
    **_acts("research.write", problem, "research.view", "problem_measure", "problem_remove"),
    **_import("research", "research.write", place_below, "research.view", "research-topics"),
}
