"""Filings, requests, analyses, sit-ins and inspections in the permission sweep."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Role
from branches.models import Worklist
from core.calendar import local_today
from core.imports import SheetImport
from core.imports.batches import import_upload
from oversight.models import (
    Analysis,
    Filing,
    Inspection,
    InspectionEntry,
    InspectionPlan,
    InspectionSlot,
    OfficialRequest,
    SitIn,
)
from oversight.services.paper_imports import FilingImport, InspectionEntryImport, SitInImport
from tests.factories import make_user
from tests.oversight.papers import workbook
from tests.sweep import UNITS, At, Entry, Target, World, canary, page, thing, whole

TODAY = local_today()


def _made(world: World, place: str, key: str, make: Any) -> Target:
    return Target({"pk": world.once((key, place), make).pk}, world.unit(place).path)


def filing(world: World, place: str, actor: User) -> Target:
    fields = {
        "organisation": world.unit(place), "by": world.city.user(Role.UNIT_STAFF), "name": canary("会议", place),
        "number": "1", "issued_on": TODAY, "kind": "due", "due_on": TODAY + timedelta(days=30),
    }  # fmt: skip
    return _made(world, place, "filing", lambda: Filing.objects.create(**fields))


def _request(world: World, place: str, *, upward: bool) -> OfficialRequest:
    """From the unit to the committee, or from the branch to its unit."""

    def make() -> OfficialRequest:
        unit = world.unit(place)
        sender, target = (unit, world.city.root) if upward else (world.branch(place), unit)
        return OfficialRequest.objects.create(
            organisation=sender, target=target, by=world.city.user(Role.SYSTEM_ADMIN), kind="request",
            category="other", matter=canary("会议", place), sent_on=TODAY, due_on=TODAY,
        )  # fmt: skip

    made: OfficialRequest = world.once(("request", place, upward), make)
    return made


def request(world: World, place: str, actor: User) -> Target:
    """Each is asked about one that is a matter of the own level: the committee about those of units."""
    upward = actor != world.city.user(Role.BRANCH_SECRETARY)
    path = world.unit(place).path if upward else world.branch(place).path
    return Target({"pk": _request(world, place, upward=upward).pk}, path)


def request_answered(world: World, place: str, actor: User) -> Target:
    """A unit answers its branches, the committee the units."""
    upward = actor == world.city.user(Role.CITY_STAFF)
    return Target({"pk": _request(world, place, upward=upward).pk}, world.unit(place).path)


def analysis(world: World, place: str, actor: User) -> Target:
    def make() -> Analysis:
        by, unit = world.city.user(Role.UNIT_STAFF), world.unit(place)
        worklist = Worklist.objects.create(organisation=unit, source="oversight.analysis", title="清单", by=by)
        return Analysis.objects.create(
            organisation=unit, year=TODAY.year, half=1, figures_on=TODAY, host=canary("会议", place), worklist=worklist,
            by=by,
        )  # fmt: skip

    return _made(world, place, "analysis", make)


def sit_in(world: World, place: str, actor: User) -> Target:
    def make() -> SitIn:
        return SitIn.objects.create(
            organisation=world.unit(place), by=world.city.user(Role.UNIT_STAFF), kind="leaders", held_on=TODAY,
            title=canary("会议", place),
        )  # fmt: skip

    return _made(world, place, "sit_in", make)


def _plan(world: World, place: str, year: int = TODAY.year) -> InspectionPlan:
    def make() -> InspectionPlan:
        by = world.city.user(Role.UNIT_STAFF)
        return InspectionPlan.objects.create(organisation=world.unit(place), year=year, by=by)

    made: InspectionPlan = world.once(("inspection plan", place, year), make)
    return made


def _item(world: World, place: str, year: int = TODAY.year) -> InspectionEntry:
    def make() -> InspectionEntry:
        first, last = date(year, 1, 1), date(year, 12, 31)
        return InspectionEntry.objects.create(
            plan=_plan(world, place, year), title=canary("会议", place), basis="依据", objects_text="对象",
            objects_count=1,
            starts_on=first, ends_on=last, days=1, minutes_each=10,
        )  # fmt: skip

    made: InspectionEntry = world.once(("inspection item", place, year), make)
    return made


def plan(world: World, place: str, actor: User) -> Target:
    """One in preparation: seen by those who may write plans there."""
    _item(world, place)
    return Target({"pk": _plan(world, place).pk}, world.unit(place).path)


def item(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _item(world, place).pk}, world.unit(place).path)


def inspection(world: World, place: str, actor: User) -> Target:
    def make() -> Inspection:
        by, unit = world.city.user(Role.UNIT_STAFF), world.unit(place)
        slot = InspectionSlot.objects.create(entry=_item(world, place, TODAY.year - 1), number=1)
        worklist = Worklist.objects.create(organisation=unit, source="oversight.inspection", title="清单", by=by)
        return Inspection.objects.create(
            organisation=unit, slot=slot, starts_on=TODAY, ends_on=TODAY, worklist=worklist, by=by
        )

    return _made(world, place, "inspection", make)


def place_of_unit(world: World, place: str, actor: User) -> Target:
    return Target(path=world.unit(place).path, query={"place": world.unit(place).pk})


def sender(world: World, place: str, actor: User) -> Target:
    """A branch sends for itself, a unit for itself."""
    found = world.branch(place) if actor == world.city.user(Role.BRANCH_SECRETARY) else world.unit(place)
    return Target(path=found.path, query={"place": found.pk})


def place_below(world: World, place: str, actor: User) -> Target:
    return Target({"place": world.unit(place).pk}, world.unit(place).path)


def place_plan(world: World, place: str, actor: User) -> Target:
    return Target({"place": _plan(world, place).pk}, world.unit(place).path)


def batch(at: At, importer: type[SheetImport]) -> At:
    """A sheet that the actor uploaded: others' uploads are out of sight, so each has one of their own."""

    def found(world: World, place: str, actor: User) -> Target:
        target = at(world, place, actor)
        key = str(target.kwargs["place"])

        def make() -> int:
            staff = _staff_of(world, place)
            file = workbook([column.title for column in importer.columns], ["待查"] * len(importer.columns))
            row = import_upload(by=staff, importer=importer, place_key=key, file=file, file_name="导入.xlsx")
            type(row).objects.filter(pk=row.pk).update(by=actor)
            return int(row.pk)

        made = world.once(("upload", importer.slug, place, actor.pk), make)
        return Target({**target.kwargs, "batch": made}, target.path)

    return found


def _staff_of(world: World, place: str) -> User:
    """Staff of the unit in this place."""
    if place != "foreign":
        return world.city.user(Role.UNIT_STAFF)
    made: User = world.once("foreign staff", lambda: make_user(Role.UNIT_STAFF, world.city.foreign_unit))
    return made


def _unit(right: str, at: At, seen_by: str = "", **fields: Any) -> Entry:
    return thing(right, at, seen_by=seen_by, places=UNITS, **fields)


def _acts(prefix: str, right: str, at: At, seen_by: str, *names: str) -> dict[str, Entry]:
    return {f"oversight:{prefix}_{name}": _unit(right, at, seen_by) for name in names}


def _import(prefix: str, right: str, at: At, seen_by: str, importer: type[SheetImport]) -> dict[str, Entry]:
    name = f"oversight:{prefix}_import"
    found = {f"{name}{suffix}": _unit(right, at, seen_by) for suffix in ("", "_template")}
    found |= {
        f"{name}{suffix}": _unit(right, batch(at, importer), seen_by) for suffix in ("_preview", "_commit", "_drop")
    }
    return found


ENTRIES: dict[str, Entry] = {
    "oversight:filing_list": page("filing.view"),
    "oversight:filing_export": page("filing.view"),
    "oversight:filing_reconcile": page("filing.view"),
    "oversight:filing_create": _unit("filing.submit", place_of_unit, "org_unit.list"),
    "oversight:filing_detail": _unit("filing.view", filing),
    **_acts("filing", "filing.submit", filing, "filing.view", "update", "remove", "submit", "correct"),
    **_acts("filing", "filing.review", filing, "filing.view", "receive", "return", "extend", "decide"),
    **_import("filing", "filing.submit", place_below, "org_unit.list", FilingImport),
    "oversight:request_list": page("request.view"),
    "oversight:request_export": page("request.view"),
    "oversight:request_term": whole("request.reply", lambda world: {}),
    "oversight:request_create": _unit("request.submit", sender, "org_unit.list"),
    "oversight:request_detail": _unit("request.view", request),
    **_acts("request", "request.reply", request_answered, "request.view", "reply", "return", "note"),
    **_acts("request", "request.submit", request, "request.view", "withdraw", "finish"),
    "oversight:analysis_list": page("analysis.view"),
    "oversight:analysis_export": page("analysis.view"),
    "oversight:analysis_create": _unit("analysis.write", place_of_unit, "org_unit.list"),
    "oversight:analysis_detail": _unit("analysis.view", analysis),
    "oversight:analysis_document": _unit("analysis.view", analysis),
    **_acts("analysis", "analysis.write", analysis, "analysis.view", "update", "renew", "finish"),
    "oversight:sit_in_list": page("sit_in.view"),
    "oversight:sit_in_export": page("sit_in.view"),
    "oversight:sit_in_summary": page("sit_in.view"),
    "oversight:sit_in_create": _unit("sit_in.record", place_of_unit, "org_unit.list"),
    "oversight:sit_in_detail": _unit("sit_in.view", sit_in),
    **_acts("sit_in", "sit_in.record", sit_in, "sit_in.view", "update", "remove"),
    **_import("sit_in", "sit_in.record", place_below, "org_unit.list", SitInImport),
    "oversight:inspection_list": page("inspection.view"),
    "oversight:inspection_export": page("inspection.view"),
    "oversight:inspection_burden": page("inspection.view"),
    "oversight:inspection_plan_list": page("inspection.view"),
    "oversight:inspection_plan_export": page("inspection.view"),
    "oversight:inspection_entry_list": page("inspection.view"),
    "oversight:inspection_entry_export": page("inspection.view"),
    "oversight:inspection_limit": page("inspection.approve"),
    "oversight:inspection_plan_create": _unit("inspection.write", place_of_unit, "org_unit.list"),
    "oversight:inspection_plan_detail": _unit("inspection.view", plan),
    "oversight:inspection_entry_create": _unit("inspection.write", plan, "inspection.view"),
    **_acts("inspection_plan", "inspection.write", plan, "inspection.view", "submit", "remove"),
    **_acts("inspection_plan", "inspection.approve", plan, "inspection.view", "return", "approve"),
    **_acts("inspection_entry", "inspection.write", item, "inspection.view", "update", "remove"),
    **_import("inspection_entry", "inspection.write", place_plan, "inspection.view", InspectionEntryImport),
    "oversight:inspection_create": _unit("inspection.write", item, "inspection.view"),
    "oversight:inspection_detail": _unit("inspection.view", inspection),
    **_acts("inspection", "inspection.write", inspection, "inspection.view", "finish", "cancel"),
}
