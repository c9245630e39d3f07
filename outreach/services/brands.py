"""党建品牌: declared, reviewed step by step by somebody else, named only with a basis (R26), re-checked, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.measures import deadlines_refresh
from branches.services.worklists import worklist_create, worklist_rename, worklist_stop
from core.calendar import local_today
from outreach.choices import BrandState
from outreach.models import Brand, BrandCheck, BrandStep
from outreach.policy.brands import BASIS, KEPT_UP, REWORDED, TEXTS, decisions_of, naming_problems
from outreach.selectors.deadlines import BRAND_CHECK, brand_subjects
from outreach.services.rows import filled, locked, not_ahead, standing

WORKLIST = "outreach.brand"
KINDS = (OrganisationKind.BRANCH, OrganisationKind.UNIT)


@transaction.atomic
def brand_declare(*, by: User, organisation: Organisation, declared_year: int, values: Mapping[str, Any]) -> Brand:
    """Declare a brand of a branch or unit, with an empty plan; ``values`` by TEXTS. ValidationError by field."""
    held = standing(organisation, KINDS)
    title = f"{str(values['name']).strip()[:60]}创建计划"
    worklist = worklist_create(by=by, organisation=held, source=WORKLIST, title=title)
    brand = Brand(organisation=held, worklist=worklist, by=by)
    given = {**{name: values[name] for name in TEXTS if name in values}, "declared_year": declared_year}
    filled(brand, given, by=by, action="brand.declare", path=held.path)
    _step(brand, by, local_today(), "")
    return brand


@transaction.atomic
def brand_update(*, by: User, brand: Brand, values: Mapping[str, Any], expected_revision: int | None = None) -> Brand:
    """Reword it; one that was returned is thereby declared again. After acceptance only effect and problems change."""
    held = locked(brand)
    if held.state == BrandState.EXITED:
        raise ValidationError("已退出的品牌不再修改。")
    names = TEXTS if held.state in REWORDED else KEPT_UP
    again = {"state": BrandState.DECLARED} if held.state == BrandState.RETURNED else {}
    given = {**{name: values[name] for name in names if name in values}, **again}
    held.by = by
    filled(held, given, by=by, action="brand.update", path=held.organisation.path, expected_revision=expected_revision)
    if "name" in given:
        worklist_rename(by=by, worklist=held.worklist, title=f"{held.name}创建计划")
    if again:
        _step(held, by, local_today(), "修改后再次申报")
    return held


@transaction.atomic
def brand_decide(
    *, by: User, brand: Brand, state: str, held_on: date, opinion: str, basis: Mapping[str, str] | None = None
) -> Brand:
    """
    The reviewer's decision: the next state, with an opinion. 认定 wants an approval (organ and number) or an exclusion
    of art. 3 in ``basis`` (R26). ValidationError by field; nobody decides about what they wrote.
    """
    held = locked(brand)
    _other_than_authors(held, by)
    not_ahead(held_on=held_on)
    if state not in decisions_of(held.state):
        raise ValidationError({"state": f"“{held.get_state_display()}”的品牌不能这样办理，请刷新后再看。"})
    if not opinion.strip():
        raise ValidationError({"opinion": "请写明意见。"})
    given: dict[str, Any] = {"state": state}
    if state == BrandState.RECOGNISED:
        given |= _basis(held, basis or {}) | {"recognised_on": held_on}
    filled(held, given, by=by, action="brand.advance", path=held.organisation.path)
    _step(held, by, held_on, opinion)
    _due_again(held)
    return held


@transaction.atomic
def brand_recheck(*, by: User, brand: Brand, year: int, held_on: date, opinion: str) -> BrandCheck:
    """The re-check of one year of a named brand. ValidationError by field."""
    held = locked(brand)
    _other_than_authors(held, by)
    not_ahead(held_on=held_on)
    if not held.is_named or held.recognised_on is None:
        raise ValidationError("认定后的品牌才需要年度复核。")
    if not held.recognised_on.year < year <= local_today().year:
        raise ValidationError({"year": "复核年度应在认定之后、不晚于今年。"})
    check = BrandCheck(brand=held, by=by)
    given = {"year": year, "held_on": held_on, "opinion": opinion}
    filled(check, given, by=by, action="brand.recheck", path=held.organisation.path)
    _due_again(held)
    return check


@transaction.atomic
def brand_exit(*, by: User, brand: Brand, held_on: date, reason: str) -> Brand:
    """The brand ends, with its reason; the tasks of its plan that are not closed are cancelled."""
    held = locked(brand)
    if held.state == BrandState.EXITED:
        raise ValidationError("这个品牌已经退出。")
    not_ahead(exited_on=held_on)
    if not reason.strip():
        raise ValidationError({"exit_reason": "请写明退出原因。"})
    worklist_stop(by=by, worklist=held.worklist, reason=reason)
    given = {"state": BrandState.EXITED, "exited_on": held_on, "exit_reason": reason}
    filled(held, given, by=by, action="brand.exit", path=held.organisation.path)
    _step(held, by, held_on, reason)
    _due_again(held)
    return held


def _basis(brand: Brand, basis: Mapping[str, str]) -> dict[str, str]:
    given = {name: str(basis.get(name, "")).strip() for name in BASIS}
    problems = naming_problems(
        of_unit=brand.organisation.kind == OrganisationKind.UNIT,
        organ=given["naming_organ"],
        number=given["naming_number"],
        exclusion=given["exclusion"],
    )
    if problems:
        raise ValidationError(problems)
    return given


def _other_than_authors(brand: Brand, by: User) -> None:
    declared = brand.steps.filter(state=BrandState.DECLARED).values_list("by_id", flat=True)
    if by.pk in {brand.by_id, *declared}:
        raise ValidationError("不能审核自己填写的品牌，请由其他人办理。")


def _step(brand: Brand, by: User, day: date, opinion: str) -> None:
    step = BrandStep(brand=brand, state=brand.state, held_on=day, opinion=opinion.strip(), by=by)
    step.full_clean(exclude=["by", "brand"])
    step.save()


def _due_again(brand: Brand) -> None:
    if brand.recognised_on is not None:
        deadlines_refresh(source=BRAND_CHECK, subjects=brand_subjects(brand))
