"""The life of one task: progress, supervision, report, 销号 or 退回, extension, cancelling."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from branches.choices import WorklistItemState, WorklistNoteKind
from branches.models import WorklistItem
from branches.policy.worklists import worklist_source
from branches.services.worklist_notices import task_told
from branches.services.worklist_rows import (
    check_dates,
    clean_text,
    due_again,
    item_locked,
    note,
    save_item,
    told,
    unfinish,
)
from core import audit
from core.calendar import local_today

State, Kind = WorklistItemState, WorklistNoteKind
TO_DO = (State.OPEN, State.RETURNED)


@transaction.atomic
def item_progress(*, by: User, item: WorklistItem, text: str) -> WorklistItem:
    """Write down how far it is. ValidationError once it is reported, closed or cancelled."""
    held = item_locked(item, None, TO_DO)
    text = clean_text("text", text, what="进展")
    note(by, held, Kind.PROGRESS, text)
    _record(by, "worklist_item.progress", held, reason=text)
    return held


@transaction.atomic
def item_supervise(*, by: User, item: WorklistItem, text: str) -> WorklistItem:
    """督办: said to whoever answers for the task, who get a notice."""
    held = item_locked(item, None, TO_DO)
    text = clean_text("text", text, what="督办意见")
    note(by, held, Kind.SUPERVISION, text)
    _record(by, "worklist_item.supervise", held, reason=text)
    task_told(by, held, "督办", text)
    return held


@transaction.atomic
def item_report(*, by: User, item: WorklistItem, result: str, expected_revision: int | None = None) -> WorklistItem:
    """
    Report it done, with what came of it. Where its mechanism asks for no second person it is closed at once, otherwise
    it waits to be closed by somebody else.
    """
    held = item_locked(item, expected_revision, TO_DO)
    held.result = clean_text("result", result, what="成效")
    before = told(held)
    held.state, held.reported_by, held.reported_at = State.REPORTED, by, timezone.now()
    if not worklist_source(held.worklist.source).needs_second:
        held.state, held.closed_by, held.closed_on = State.CLOSED, by, local_today()
    save_item(held)
    note(by, held, Kind.REPORT, held.result)
    _record(by, "worklist_item.report", held, before=before, reason=held.result)
    due_again([held.pk])
    return held


@transaction.atomic
def item_close(*, by: User, item: WorklistItem, text: str = "", expected_revision: int | None = None) -> WorklistItem:
    """销号 of what was reported; by somebody else than the reporter where the mechanism asks for it."""
    held = item_locked(item, expected_revision, (State.REPORTED,))
    if worklist_source(held.worklist.source).needs_second and held.reported_by_id == by.pk:
        raise ValidationError("销号由报告人以外的人办理。", code="second_person")
    text = clean_text("text", text or "同意销号。", what="意见")
    before = told(held)
    held.state, held.closed_by, held.closed_on = State.CLOSED, by, local_today()
    save_item(held)
    note(by, held, Kind.CLOSE, text)
    _record(by, "worklist_item.close", held, before=before, reason=text)
    due_again([held.pk])
    return held


@transaction.atomic
def item_return(*, by: User, item: WorklistItem, reason: str, expected_revision: int | None = None) -> WorklistItem:
    """
    退回 what was reported, or was closed by mistake: it is due again, and who reported it gets a notice. Where the
    mechanism asks for a second person, the reporter does not return it either.
    """
    held = item_locked(item, expected_revision, (State.REPORTED, State.CLOSED))
    if worklist_source(held.worklist.source).needs_second and held.reported_by_id == by.pk:
        raise ValidationError("退回由报告人以外的人办理。", code="second_person")
    reason = clean_text("reason", reason, what="退回原因")
    before, reporter = told(held), held.reported_by_id
    unfinish(held, State.RETURNED)
    save_item(held)
    note(by, held, Kind.RETURN, reason)
    _record(by, "worklist_item.return", held, before=before, reason=reason)
    due_again([held.pk])
    task_told(by, held, "已退回", reason, also=[reporter])
    return held


@transaction.atomic
def item_extend(
    *, by: User, item: WorklistItem, due_on: date, reason: str, expected_revision: int | None = None
) -> WorklistItem:
    """Set another last day, later (展期) or earlier, with a reason."""
    held = item_locked(item, expected_revision, TO_DO)
    reason = clean_text("reason", reason, what="原因")
    if due_on == held.due_on:
        raise ValidationError({"due_on": "新的时限和原来一样。"})
    check_dates(held.starts_on, due_on)
    before, later = told(held), due_on > held.due_on
    words = f"完成时限由{held.due_on:%Y-%m-%d}{'展期至' if later else '提前到'}{due_on:%Y-%m-%d}：{reason}"
    held.due_on = due_on
    save_item(held)
    note(by, held, Kind.EXTENSION if later else Kind.CHANGE, words)
    _record(by, "worklist_item.extend", held, before=before, reason=reason)
    due_again([held.pk])
    return held


@transaction.atomic
def item_cancel(*, by: User, item: WorklistItem, reason: str, expected_revision: int | None = None) -> WorklistItem:
    """Give a task up, with a reason; it is due no more."""
    held = item_locked(item, expected_revision, (*TO_DO, State.REPORTED))
    reason = clean_text("reason", reason, what="取消原因")
    before = told(held)
    unfinish(held, State.CANCELLED)
    save_item(held)
    note(by, held, Kind.CANCEL, reason)
    _record(by, "worklist_item.cancel", held, before=before, reason=reason)
    due_again([held.pk])
    return held


def _record(
    by: User, action: str, item: WorklistItem, *, before: dict[str, Any] | None = None, reason: str = ""
) -> None:
    after = told(item) if before else {"task": item.task}
    audit.record(
        by=by, action=action, target=item, scope_path=item.organisation.path, before=before, after=after, reason=reason
    )
