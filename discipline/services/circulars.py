"""典型案例通报: only what was published already; told to all or to chosen units, with or without something to study."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import Organisation
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_today
from discipline.choices import Audience, CircularState
from discipline.models import Circular
from discipline.selectors.places import HEADS
from discipline.services.follow_ups import follow_ups_open

FIELDS = (
    "title", "issuer", "number", "issued_on", "category", "is_named", "summary", "audience", "requirement", "due_on",
    "asks_units", "asks_branches",
)  # fmt: skip


@transaction.atomic
def circular_publish(
    *, by: User, organisation: Organisation, units: Iterable[Organisation] = (), **values: Any
) -> Circular:
    """Pass a published circular on. ``values``: see FIELDS. ValidationError by field, in Chinese."""
    place = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    if place.kind not in HEADS:
        raise ValidationError("通报由工委或单位转发。")
    row = Circular(organisation=place, by=by, published_on=local_today())
    _set(row, values, units)
    audit.record(by=by, action="circular.publish", target=row, scope_path=place.path, after=_told(row))
    return row


@transaction.atomic
def circular_update(*, by: User, circular: Circular, units: Iterable[Organisation] = (), **values: Any) -> Circular:
    """Correct a circular; whom it asks is brought in line, what was studied stays."""
    row = _locked(circular)
    before = _told(row)
    _set(row, values, units)
    audit.record(
        by=by, action="circular.update", target=row, scope_path=row.organisation.path, before=before, after=_told(row)
    )
    return row


@transaction.atomic
def circular_withdraw(*, by: User, circular: Circular, reason: str) -> Circular:
    """Withdraw it: readers below no longer find it in the list to study, nothing more is asked; what was done stays."""
    row = _locked(circular)
    if not reason.strip():
        raise ValidationError({"reason": "请写明撤回原因。"})
    refuse_personal_numbers({"reason": reason})
    row.state, row.withdrawn_on, row.withdraw_reason = CircularState.WITHDRAWN, local_today(), reason.strip()
    row.full_clean()
    row.save()
    follow_ups_open(cause=row)
    audit.record(by=by, action="circular.withdraw", target=row, scope_path=row.organisation.path, reason=reason.strip())
    return row


def _locked(circular: Circular) -> Circular:
    rows = Circular.objects.select_for_update(of=("self",)).select_related("organisation")
    row: Circular = rows.get(pk=circular.pk)
    if row.state != CircularState.PUBLISHED:
        raise ValidationError("这份通报已经撤回。")
    return row


def _set(row: Circular, values: dict[str, Any], units: Iterable[Organisation]) -> None:
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    if not row.requirement.strip():
        row.requirement, row.due_on, row.asks_units, row.asks_branches = "", None, False, False
    if row.organisation.depth != 1:
        row.asks_units = False
    _check(row)
    chosen = list(units) if row.audience == Audience.CHOSEN else []
    if row.audience == Audience.CHOSEN and row.organisation.depth != 1:
        raise ValidationError({"audience": "单位转发的通报面向本单位，不选其他单位。"})
    if row.audience == Audience.CHOSEN and (not chosen or any(unit.depth != 2 for unit in chosen)):
        raise ValidationError({"units": "请选择单位。"})
    row.full_clean()
    row.save()
    row.units.set(chosen)
    follow_ups_open(cause=row)


def _check(row: Circular) -> None:
    if row.issued_on and row.issued_on > row.published_on:
        raise ValidationError({"issued_on": "只登记已经公开发布的通报，发布日期不能晚于今天。"})
    if row.requirement and row.due_on is None:
        raise ValidationError({"due_on": "请写明完成时限。"})
    if row.requirement and row.due_on and row.due_on < row.published_on:
        raise ValidationError({"due_on": "完成时限不能早于转发日期。"})
    if row.requirement and not (row.asks_units or row.asks_branches):
        raise ValidationError({"asks_branches": "请勾选由谁学习。"})
    refuse_personal_numbers({"title": row.title, "summary": row.summary, "requirement": row.requirement})


def _told(row: Circular) -> dict[str, Any]:
    """Title and reference; the summary is read on the page."""
    return {
        "title": row.title, "issuer": row.issuer, "number": row.number, "issued_on": row.issued_on.isoformat(),
        "category": row.category, "audience": row.audience, "requirement": row.requirement,
        "due_on": row.due_on.isoformat() if row.due_on else None,
    }  # fmt: skip
