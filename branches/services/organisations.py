"""Founding, renaming, changing and moving organisations: dated, kept in the history, audited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import (
    CHILD_KINDS,
    TYPES_BY_KIND,
    OrganisationChangeKind,
    OrganisationKind,
    OrganisationStatus,
    OrganisationType,
)
from branches.models import Organisation
from branches.policy.organisations import next_code
from branches.services.names import title_pinyin
from branches.services.organisation_history import (
    ENDED,
    TREE_FIELDS,
    Act,
    check_names,
    locked,
    place_facts,
    record_change,
    subtree_ids,
)
from core.calendar import local_today

DEFAULT_TYPES: dict[str, str] = {
    OrganisationKind.ORGAN_COMMITTEE: OrganisationType.COMMITTEE,
    OrganisationKind.GENERAL_BRANCH: OrganisationType.GENERAL_BRANCH,
    OrganisationKind.BRANCH: OrganisationType.BRANCH,
}
FACT_FIELDS = ("type_code", "uscc", "staff_count", "party_staff_count", "discipline_since")
FOUNDING_FACTS = ("code", "kind", "name", "short_name", *FACT_FIELDS)
FIXED_KINDS = (OrganisationKind.WORK_COMMITTEE, OrganisationKind.UNIT, OrganisationKind.GROUP)


@transaction.atomic
def organisation_create(
    *,
    by: User | None,
    parent: Organisation | None,
    kind: str,
    name: str,
    short_name: str,
    founded_on: date,
    code: str = "",
    document: str = "",
    note: str = "",
    **facts: Any,
) -> Organisation:
    """
    Found an organisation under ``parent`` (None only for the root). Its code is the parent's with a serial; ``code`` is
    given for the root alone. ``facts``: those of FACT_FIELDS. ValidationError where the kind does not belong
    there, a name is taken, or the date is not possible.
    """
    _check_facts(facts)
    place = locked(parent) if parent else None
    check_place(place, kind)
    if founded_on > local_today():
        raise ValidationError({"founded_on": "成立日期不能晚于今天。"})
    organisation = Organisation(kind=kind, name=name.strip(), short_name=short_name.strip(), founded_on=founded_on)
    for field, value in facts.items():
        setattr(organisation, field, value)
    organisation.type_code = organisation.type_code or DEFAULT_TYPES.get(kind, "")
    organisation.code = next_code(place.code, _codes_under(place.code)) if place else code
    check_facts(organisation, place)
    if place:
        Organisation.objects.add_child(place, instance=organisation)
    else:
        Organisation.objects.add_root(instance=organisation)
    after = _plain({field: getattr(organisation, field) for field in FOUNDING_FACTS})
    act = Act(by, founded_on, document, note)
    record_change(organisation, OrganisationChangeKind.FOUNDED, act, before={}, after=after)
    return organisation


@transaction.atomic
def organisation_rename(
    *,
    by: User,
    organisation: Organisation,
    name: str,
    short_name: str,
    effective_on: date,
    document: str = "",
    note: str = "",
) -> Organisation:
    """Give another full and short name from a day on; the code stays."""
    values = {"name": name.strip(), "short_name": short_name.strip()}
    return _changed(organisation, OrganisationChangeKind.RENAMED, values, Act(by, effective_on, document, note))


@transaction.atomic
def organisation_update(
    *, by: User, organisation: Organisation, effective_on: date, document: str = "", note: str = "", **facts: Any
) -> Organisation:
    """
    Change ``facts``, those of FACT_FIELDS. Between a regular and a temporary type nothing but the type changes; what
    is asked follows (支部工作条例 art. 8).
    """
    _check_facts(facts)
    if facts.get("type_code") == "":
        facts["type_code"] = DEFAULT_TYPES.get(organisation.kind, "")
    return _changed(organisation, OrganisationChangeKind.UPDATED, facts, Act(by, effective_on, document, note))


@transaction.atomic
def organisation_revise(
    *,
    by: User,
    organisation: Organisation,
    values: Mapping[str, Any],
    effective_on: date,
    document: str = "",
    note: str = "",
) -> Organisation:
    """Names and facts together, as the page sends them: a renaming and a change, as far as each is one."""
    act: dict[str, Any] = {"effective_on": effective_on, "document": document, "note": note}
    current = Organisation.objects.get(pk=organisation.pk)
    changed = {field: value for field, value in values.items() if getattr(current, field) != value}
    if not changed:
        raise ValidationError("没有任何变更。")
    facts = {field: value for field, value in changed.items() if field in FACT_FIELDS}
    if facts:
        current = organisation_update(by=by, organisation=current, **act, **facts)
    if {"name", "short_name"} & changed.keys():
        names = {field: values.get(field, getattr(current, field)) for field in ("name", "short_name")}
        current = organisation_rename(by=by, organisation=current, **act, **names)
    return current


@transaction.atomic
def organisation_move(
    *,
    by: User,
    organisation: Organisation,
    new_parent: Organisation,
    effective_on: date,
    document: str = "",
    note: str = "",
) -> Organisation:
    """Put the organisation, with everything below it, under another parent. Units and groups do not move."""
    moved, target, act = locked(organisation), locked(new_parent), Act(by, effective_on, document, note)
    act.check(moved)
    act.check_order(moved, OrganisationChangeKind.MOVED)
    old_parent = Organisation.objects.get_parent(moved)
    _check_move(moved, old_parent, target)
    if target.founded_on > act.effective_on:
        text = f"“{target.short_name}”成立于{target.founded_on}，生效日期不能更早。"
        raise ValidationError({"effective_on": text})
    before = place_facts(old_parent)
    Organisation.objects.move(moved, target, pos="last-child")
    moved.refresh_from_db()
    touched = subtree_ids(moved)
    record_change(moved, OrganisationChangeKind.MOVED, act, before=before, after=place_facts(target), touched=touched)
    return moved


def _check_move(moved: Organisation, old_parent: Organisation, target: Organisation) -> None:
    if moved.kind in FIXED_KINDS:
        raise ValidationError(f"{moved.get_kind_display()}不能调整隶属。")
    if moved.status in ENDED:
        raise ValidationError("已撤销或合并的党组织不能调整隶属。")
    if target.pk == old_parent.pk:
        raise ValidationError({"target": "已经隶属于这个党组织。"})
    if target.path.startswith(moved.path):
        raise ValidationError({"target": "不能调整到自己的下级。"})
    check_place(target, moved.kind)
    check_names(moved, target)


def check_place(parent: Organisation | None, kind: str) -> None:
    if parent is None:
        if kind != OrganisationKind.WORK_COMMITTEE or Organisation.objects.exists():
            raise ValidationError("必须选择上级党组织。")
        return
    if parent.status != OrganisationStatus.ACTIVE:
        raise ValidationError(f"上级党组织“{parent.short_name}”{parent.get_status_display()}，不能在其下设立或调入。")
    if kind not in CHILD_KINDS[parent.kind]:
        raise ValidationError(f"{parent.get_kind_display()}之下不能设{OrganisationKind(kind).label}。")


def _check_facts(facts: Mapping[str, Any]) -> None:
    if unknown := sorted(set(facts) - set(FACT_FIELDS)):
        raise TypeError(f"not facts of an organisation: {unknown}")


def check_facts(organisation: Organisation, parent: Organisation | None) -> None:
    """Names, pinyin and facts as they may stand; ValidationError at the field that may not."""
    organisation.clean_fields(exclude=TREE_FIELDS)  # first: some characters cannot even be asked for
    organisation.name_pinyin, organisation.initials = title_pinyin(organisation.short_name)
    check_names(organisation, parent)
    if organisation.type_code not in ("", *TYPES_BY_KIND.get(organisation.kind, ())):
        raise ValidationError({"type_code": f"{organisation.get_kind_display()}不能是这个类别，请重新选择。"})
    if organisation.discipline_since and organisation.discipline_since > local_today():
        raise ValidationError({"discipline_since": "机关纪委设立日期不能晚于今天。"})
    organisation.full_clean(exclude=TREE_FIELDS)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON keeps them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _changed(organisation: Organisation, kind: str, values: Mapping[str, Any], act: Act) -> Organisation:
    changed = locked(organisation)
    act.check(changed)
    act.check_order(changed, kind)
    if changed.status in ENDED:
        raise ValidationError("已撤销或合并的党组织不再变更。")
    before = {field: getattr(changed, field) for field, value in values.items() if getattr(changed, field) != value}
    if not before:
        raise ValidationError("没有任何变更。")
    for field in before:
        setattr(changed, field, values[field])
    check_facts(changed, Organisation.objects.get_parent(changed))
    changed.save(update_fields=[*before, "name_pinyin", "initials"])
    after = {field: values[field] for field in before}
    record_change(changed, kind, act, before=_plain(before), after=_plain(after))
    return changed


def _codes_under(code: str) -> list[str]:
    return list(Organisation.objects.filter(code__startswith=f"{code}-").values_list("code", flat=True))
