"""What the verbs of worklists share: rows locked, texts checked, notes written, obligations brought in line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from branches.choices import WorklistItemState
from branches.models import Organisation, Worklist, WorklistItem, WorklistNote
from branches.policy.worklists import DEADLINES
from branches.selectors.worklist_deadlines import item_subject
from branches.services.deadlines import deadlines_refresh
from branches.services.personal_data import refuse_personal_numbers

TEXT_LIMIT = 1000
#: Rows of other tables are not read again to check that they are there.
LINKS = ["worklist", "organisation", "by", "reported_by", "closed_by"]


def worklist_locked(worklist: Worklist) -> Worklist:
    rows = Worklist.objects.select_related("organisation").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=worklist.pk)


def item_locked(item: WorklistItem, expected_revision: int | None, states: Iterable[str]) -> WorklistItem:
    """
    The item as it now is, alone to this transaction. ValidationError (code "conflict") where it was changed since the
    reader saw it, or is in none of the states in which the act makes sense.
    """
    rows = WorklistItem.objects.select_related("organisation", "worklist__organisation")
    held: WorklistItem = rows.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    if held.state not in states:
        raise ValidationError(f"这项任务现在是“{held.get_state_display()}”，不能这样办理。", code="conflict")
    if expected_revision is not None and held.revision != expected_revision:
        raise ValidationError("这项任务刚被别人改过，请看过新内容再办理。", code="conflict")
    return held


def clean_text(field: str, text: str, *, what: str) -> str:
    """The text without blanks around it; ValidationError where there is none, or one that the portal must not keep."""
    text = text.strip()
    if not text:
        raise ValidationError({field: f"请写明{what}。"})
    if len(text) > TEXT_LIMIT:
        raise ValidationError({field: f"{what}不能超过{TEXT_LIMIT}字。"})
    refuse_personal_numbers({field: text})
    return text


def check_item(item: WorklistItem, worklist: Worklist) -> None:
    """What an item says, and that who answers for it lies within the list's organisation; ValidationError by field."""
    refuse_personal_numbers({"task": item.task, "measures": item.measures, "owner": item.owner})
    if not item.organisation.path.startswith(worklist.organisation.path):
        raise ValidationError({"organisation": f"责任单位须在{worklist.organisation.short_name}之内。"})
    item.full_clean(exclude=LINKS, validate_unique=False, validate_constraints=False)
    check_dates(item.starts_on, item.due_on)


def check_dates(starts_on: date | None, due_on: date) -> None:
    if starts_on is not None and due_on < starts_on:
        raise ValidationError({"due_on": f"完成时限不能早于开始日期（{starts_on:%Y-%m-%d}）。"})


def check_standing(organisation: Organisation) -> None:
    if organisation.ended_on is not None:
        raise ValidationError({"organisation": f"{organisation.short_name}已撤销或合并。"})


def save_item(item: WorklistItem) -> None:
    """With the next revision, so that a form opened before is told."""
    item.revision += 1
    item.full_clean(exclude=LINKS, validate_unique=False)
    item.save()


def unfinish(item: WorklistItem, state: WorklistItemState) -> None:
    """Into a state in which nothing is reported or closed; the result stays, to be written on."""
    item.state = state
    item.reported_by = item.reported_at = item.closed_by = item.closed_on = None


def note(by: User, item: WorklistItem, kind: str, text: str) -> None:
    WorklistNote.objects.create(item=item, kind=kind, text=text[:TEXT_LIMIT], by=by, at=timezone.now())


def due_again(item_ids: Iterable[int]) -> None:
    """The obligations that follow from these items."""
    deadlines_refresh(source=DEADLINES, subjects=[item_subject(pk) for pk in item_ids])


def told(item: WorklistItem) -> dict[str, Any]:
    """For the audit trail."""
    return {
        "task": item.task,
        "organisation": item.organisation.short_name,
        "owner": item.owner,
        "starts_on": item.starts_on.isoformat() if item.starts_on else "",
        "due_on": item.due_on.isoformat(),
        "state": WorklistItemState(item.state).label,
    }
