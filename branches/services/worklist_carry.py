"""What becomes of worklists when an organisation is merged into another."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from branches.choices import WorklistItemState, WorklistNoteKind
from branches.models import Organisation, Worklist, WorklistItem, WorklistNote
from branches.services.obligations import organisations_lock
from branches.services.worklist_rows import due_again
from core import audit

UNFINISHED = (WorklistItemState.OPEN, WorklistItemState.RETURNED, WorklistItemState.REPORTED)


@dataclass(frozen=True)
class CarriedTasks:
    """Ids of what went over, by which it can be brought back."""

    items: list[int]
    worklists: list[int]


@transaction.atomic
def worklists_carry(*, by: User, from_id: int, into_id: int) -> CarriedTasks:
    """
    Tasks that are not closed go over to the absorbing organisation, and so do the lists that the other one ran, where
    something is still to be done in them. What is closed stays where it was done. A fixed number of statements.
    """
    organisations_lock(sorted({from_id, into_id}))
    source, into = Organisation.objects.get(pk=from_id), Organisation.objects.get(pk=into_id)
    lists = Worklist.objects.filter(organisation=source, items__state__in=UNFINISHED).order_by("pk").distinct()
    carried = CarriedTasks(_unfinished(from_id), list(lists.values_list("pk", flat=True)))
    if not (carried.items or carried.worklists):
        return carried
    Worklist.objects.filter(pk__in=carried.worklists).update(organisation=into)
    _given(by, carried.items, into, f"{source.short_name}并入{into.short_name}，责任单位随之调整。")
    after = {"from": source.short_name, "into": into.short_name, "任务数": len(carried.items)}
    audit.record(by=by, action="worklist.carry", target=into, scope_path=into.path, after=after)
    return carried


@transaction.atomic
def worklists_carry_back(*, by: User, carried: CarriedTasks, from_id: int, into_id: int) -> None:
    """Undo it where a merger is undone: what is still unfinished with the absorbing organisation goes back."""
    organisations_lock(sorted({from_id, into_id}))
    source = Organisation.objects.get(pk=from_id)
    Worklist.objects.filter(pk__in=carried.worklists, organisation=into_id).update(organisation=source)
    items = [pk for pk in _unfinished(into_id) if pk in set(carried.items)]
    _given(by, items, source, f"撤回党组织合并，责任单位恢复为{source.short_name}。")
    after = {"into": source.short_name, "任务数": len(items)}
    audit.record(by=by, action="worklist.carry", target=source, scope_path=source.path, after=after)


def _unfinished(organisation_id: int) -> list[int]:
    """Locked in the order of their ids."""
    rows = WorklistItem.objects.filter(organisation=organisation_id, state__in=UNFINISHED).order_by("pk")
    return list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _given(by: User, items: list[int], place: Organisation, words: str) -> None:
    now = timezone.now()
    WorklistItem.objects.filter(pk__in=items).update(organisation=place, revision=F("revision") + 1)
    notes = [WorklistNote(item_id=pk, kind=WorklistNoteKind.CHANGE, text=words, by=by, at=now) for pk in items]
    WorklistNote.objects.bulk_create(notes, batch_size=500)
    due_again(items)
