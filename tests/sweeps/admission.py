"""发展党员 for the permission sweep."""

from __future__ import annotations

from datetime import date

from accounts.models import User
from accounts.roles import Role
from branches.models import Applicant
from branches.policy.admission_input import StepData
from branches.services.admission import applicant_create, applicant_stop
from branches.services.admission_steps import step_record
from tests.sweep import At, Entry, Target, World, page, thing

EITHER = ("admission.record", "admission.approve")


def _person(world: World, place: str, *, stopped: bool = False) -> Applicant:
    """Somebody whose talk and choice are recorded: step 4 is the superior's, step 5 the branch's."""

    def make() -> Applicant:
        staff, day = world.city.user(Role.CITY_STAFF), date(2026, 1, 5)
        values = {"name": f"申请人{place}{'停' if stopped else ''}", "gender": "1", "birth_date": date(1995, 1, 1)}
        person = applicant_create(by=staff, organisation=world.branch(place), applied_on=day, **values)
        for step in (2, 3):
            step_record(by=staff, applicant=person, step=step, data=StepData(day))
        if stopped:
            applicant_stop(by=staff, applicant=person, category="other", stopped_on=day)
        return person

    made: Applicant = world.once(("applicant", place, stopped), make)
    return made


def applicant(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _person(world, place).pk}, world.branch(place).path)


def stopped(world: World, place: str, actor: User) -> Target:
    return Target({"pk": _person(world, place, stopped=True).pk}, world.branch(place).path)


def at_step(step: int) -> At:
    def found(world: World, place: str, actor: User) -> Target:
        target = applicant(world, place, actor)
        return Target({**target.kwargs, "step": step}, target.path)

    return found


def _both(name: str, branch_step: int, superior_step: int) -> dict[str, Entry]:
    """The same URL for a step of the branch and for one of the superior."""
    return {
        f"branches:{name}": thing("admission.record", at_step(branch_step), seen_by="admission.view", door=EITHER),
        f"branches:{name}#superior": thing(
            "admission.approve", at_step(superior_step), seen_by="admission.view", door=EITHER
        ),
    }


ENTRIES: dict[str, Entry] = {
    "branches:applicant_list": page("admission.view"),
    "branches:applicant_export": page("admission.view"),
    "branches:applicant_create": page("admission.record"),
    "branches:admission_due_list": page("admission.view"),
    "branches:admission_due_export": page("admission.view"),
    "branches:admission_batch": page(*EITHER),
    "branches:admission_rule_list": page("admission.view"),
    "branches:applicant_detail": thing("admission.view", applicant),
    "branches:applicant_update": thing("admission.record", applicant, seen_by="admission.view"),
    "branches:applicant_stop": thing("admission.record", applicant, seen_by="admission.view"),
    "branches:applicant_resume": thing("admission.record", stopped, seen_by="admission.view"),
    "branches:applicant_transfer": thing("admission.record", applicant, seen_by="admission.view"),
    "branches:admission_history": thing("admission.record", applicant, seen_by="admission.view"),
    **_both("admission_step", 5, 4),
    "branches:admission_step_correct": thing("admission.record", at_step(3), seen_by="admission.view", door=EITHER),
    **_both("admission_step_withdraw", 3, 4),
}
