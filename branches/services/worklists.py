"""
Worklists (项目清单): made, filled, reworded, stopped. The steps of one task stand in ``worklist_steps``; wings above
take everything from here. Lock order: organisations by id, the list, its items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from branches.choices import WorklistItemState, WorklistNoteKind
from branches.models import Organisation, Worklist, WorklistItem, WorklistNote
from branches.policy.worklists import BATCH_LIMIT, WorklistSource, register_worklist_source, worklist_source
from branches.services.obligations import organisations_lock
from branches.services.personal_data import refuse_personal_numbers
from branches.services.worklist_notices import tasks_given
from branches.services.worklist_rows import (
    check_item,
    check_standing,
    clean_text,
    due_again,
    item_locked,
    note,
    save_item,
    told,
    worklist_locked,
)
from branches.services.worklist_steps import (
    TO_DO,
    item_cancel,
    item_close,
    item_extend,
    item_progress,
    item_report,
    item_return,
    item_supervise,
)
from core import audit

__all__ = [
    "ItemData",
    "WorklistSource",
    "item_add",
    "item_cancel",
    "item_close",
    "item_extend",
    "item_progress",
    "item_report",
    "item_return",
    "item_supervise",
    "item_update",
    "items_import",
    "items_spread",
    "register_worklist_source",
    "worklist_create",
    "worklist_rename",
    "worklist_stop",
]

#: What may be reworded; the last day has a verb of its own.
FIELDS = ("task", "measures", "organisation", "owner", "starts_on")


@dataclass(frozen=True, slots=True)
class ItemData:
    """One task to be added. ``number`` None: the next one of the list."""

    task: str
    organisation: Organisation
    due_on: date
    measures: str = ""
    owner: str = ""
    starts_on: date | None = None
    number: int | None = None


@transaction.atomic
def worklist_create(*, by: User, organisation: Organisation, source: str, title: str) -> Worklist:
    """An empty list of a registered mechanism. LookupError where no such mechanism stands; ValidationError by field."""
    worklist_source(source)
    worklist = Worklist(organisation=organisation, source=source, title=title.strip(), by=by)
    refuse_personal_numbers({"title": worklist.title})
    worklist.full_clean(exclude=["organisation", "by"])
    worklist.save(force_insert=True)
    after = {"title": worklist.title, "source": source}
    audit.record(by=by, action="worklist.create", target=worklist, scope_path=organisation.path, after=after)
    return worklist


@transaction.atomic
def worklist_rename(*, by: User, worklist: Worklist, title: str) -> Worklist:
    """Another title, as when the record that the list belongs to is renamed."""
    held = worklist_locked(worklist)
    before, held.title = {"title": held.title}, title.strip()
    if held.title == before["title"]:
        return held
    refuse_personal_numbers({"title": held.title})
    held.full_clean(exclude=["organisation", "by"])
    held.save()
    path = held.organisation.path
    after = {"title": held.title}
    audit.record(by=by, action="worklist.rename", target=held, scope_path=path, before=before, after=after)
    return held


@transaction.atomic
def worklist_stop(*, by: User, worklist: Worklist, reason: str) -> int:
    """Cancel every task that is not closed yet, as when the work that the list belongs to ends early; how many."""
    held = worklist_locked(worklist)
    reason = clean_text("reason", reason, what="取消原因")
    unfinished = WorklistItem.objects.filter(worklist=held, state__in=[*TO_DO, WorklistItemState.REPORTED])
    items = list(unfinished.order_by("pk").select_for_update(no_key=True))
    for item in items:
        item.state, item.revision = WorklistItemState.CANCELLED, item.revision + 1
        item.reported_by = item.reported_at = None
    WorklistItem.objects.bulk_update(items, ["state", "revision", "reported_by", "reported_at"], batch_size=BATCH_LIMIT)
    _notes(by, items, WorklistNoteKind.CANCEL, reason)
    after = {"title": held.title, "取消任务数": len(items)}
    path = held.organisation.path
    audit.record(by=by, action="worklist.stop", target=held, scope_path=path, after=after, reason=reason)
    due_again([item.pk for item in items])
    return len(items)


@transaction.atomic
def item_add(
    *,
    by: User,
    worklist: Worklist,
    task: str,
    organisation: Organisation,
    due_on: date,
    owner: str = "",
    starts_on: date | None = None,
    measures: str = "",
) -> WorklistItem:
    """Add one task, with the next number. ValidationError by field."""
    data = ItemData(task, organisation, due_on, measures, owner, starts_on)
    (item,) = _added(by, worklist, [data], "worklist_item.add")
    return item


@transaction.atomic
def items_spread(
    *,
    by: User,
    worklist: Worklist,
    task: str,
    organisations: Iterable[Organisation],
    due_on: date,
    owner: str = "",
    starts_on: date | None = None,
    measures: str = "",
) -> list[WorklistItem]:
    """分解到各单位: the same task for each of them, in the order of the tree. ValidationError by field."""
    places = sorted({place.pk: place for place in organisations}.values(), key=lambda place: place.path)
    if not places:
        raise ValidationError({"organisations": "请选择责任单位。"})
    rows = [ItemData(task, place, due_on, measures, owner, starts_on) for place in places]
    try:
        return _added(by, worklist, rows, "worklist_item.spread")
    except ValidationError as error:
        raise _moved_error(error, "organisation", "organisations") from error


@transaction.atomic
def items_import(*, by: User, worklist: Worklist, rows: Sequence[ItemData]) -> int:
    """Add tasks from a sheet, all or none; how many. ValidationError names the first one that is refused."""
    return len(_added(by, worklist, rows, "worklist_item.import"))


@transaction.atomic
def item_update(
    *, by: User, item: WorklistItem, values: Mapping[str, Any], expected_revision: int | None = None
) -> WorklistItem:
    """
    Reword a task or give it to another organisation: ``values`` by the names in FIELDS. What changed stands in its
    notes; nothing is written where nothing did. ValidationError by field, code "conflict" where it was changed since.
    """
    place = values.get("organisation")
    organisations_lock(sorted({item.organisation_id, *([place.pk] if place else [])}))
    held = item_locked(item, expected_revision, TO_DO)
    before, given = told(held), {name: _value(values[name]) for name in FIELDS if name in values}
    words = [_changed(held, name, value) for name, value in given.items() if getattr(held, name) != value]
    if not words:
        return held
    if place is not None and place.pk != item.organisation_id:
        check_standing(Organisation.objects.get(pk=place.pk))
    check_item(held, held.worklist)
    save_item(held)
    note(by, held, WorklistNoteKind.CHANGE, "；".join(words))
    path = held.organisation.path
    audit.record(by=by, action="worklist_item.update", target=held, scope_path=path, before=before, after=told(held))
    due_again([held.pk])
    if held.organisation_id != item.organisation_id:
        tasks_given(by, held.worklist, [held])
    return held


def _value(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _changed(item: WorklistItem, name: str, value: Any) -> str:
    """Set one field; what changed, in words."""
    label = getattr(WorklistItem._meta.get_field(name), "verbose_name", name)
    before = getattr(item, name)
    setattr(item, name, value)
    return f"{label}由“{before or '空'}”改为“{value or '空'}”"


def _added(by: User, worklist: Worklist, rows: Sequence[ItemData], action: str) -> list[WorklistItem]:
    if len(rows) > BATCH_LIMIT:
        raise ValidationError(f"一次最多添加{BATCH_LIMIT}项任务。")
    organisations_lock(sorted({row.organisation.pk for row in rows}))
    held = worklist_locked(worklist)
    places = Organisation.objects.in_bulk({row.organisation.pk for row in rows})
    items = [_item(by, held, replace(row, organisation=places[row.organisation.pk])) for row in rows]
    _numbered(held, items)
    made = WorklistItem.objects.bulk_create(items, batch_size=BATCH_LIMIT)
    single = len(made) == 1 and action == "worklist_item.add"
    after = told(made[0]) if single else {"title": held.title, "任务数": len(made), "tasks": _listed(made)}
    path = made[0].organisation.path if single else held.organisation.path
    audit.record(by=by, action=action, target=made[0] if single else held, scope_path=path, after=after)
    due_again([item.pk for item in made])
    tasks_given(by, held, made)
    return made


def _listed(items: Sequence[WorklistItem]) -> list[str]:
    return [f"{item.number} {item.task}（{item.organisation.short_name}，{item.due_on:%Y-%m-%d}）" for item in items]


def _item(by: User, worklist: Worklist, row: ItemData) -> WorklistItem:
    item = WorklistItem(
        worklist=worklist,
        number=row.number or 1,
        task=row.task.strip(),
        measures=row.measures.strip(),
        organisation=row.organisation,
        owner=row.owner.strip(),
        starts_on=row.starts_on,
        due_on=row.due_on,
        by=by,
        created_at=timezone.now(),
    )
    check_standing(row.organisation)
    check_item(item, worklist)
    if row.number is None:
        item.number = 0
    return item


def _numbered(worklist: Worklist, items: Sequence[WorklistItem]) -> None:
    """Numbers that were given must be free; the others follow the highest."""
    given = [item.number for item in items if item.number]
    taken = set(worklist.items.filter(number__in=given).values_list("number", flat=True)) if given else set()
    doubled = sorted(taken | {number for number in given if given.count(number) > 1})
    if doubled:
        raise ValidationError({"number": f"清单里已有序号{doubled[0]}。"})
    last = max([worklist.items.aggregate(last=Max("number"))["last"] or 0, *given])
    for item in items:
        if not item.number:
            last += 1
            item.number = last


def _notes(by: User, items: Collection[WorklistItem], kind: str, text: str) -> None:
    now = timezone.now()
    rows = (WorklistNote(item=item, kind=kind, text=text, by=by, at=now) for item in items)
    WorklistNote.objects.bulk_create(rows, batch_size=BATCH_LIMIT)


def _moved_error(error: ValidationError, field: str, other: str) -> ValidationError:
    """The same refusal, for a form that names the field otherwise."""
    if not hasattr(error, "error_dict") or field not in error.error_dict:
        return error
    found = dict(error.error_dict)
    found[other] = found.pop(field)
    return ValidationError(found)
