"""One way to lock, fill, check, store and record a row of this wing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import User
from branches.choices import MeetingStatus, OrganisationStatus
from branches.models import Meeting, Member, Organisation
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_today

Row = TypeVar("Row", bound=models.Model)
CONFLICT = "打开之后有人改过，请刷新后再保存。"


def locked(row: Row, *related: str) -> Row:
    """The row as it now stands, locked; ``related`` are read along."""
    rows = type(row)._default_manager.order_by().select_for_update(no_key=True, of=("self",))
    found: Row = rows.select_related(*(related or ("organisation",))).get(pk=row.pk)
    return found


def standing(organisation: Organisation, kinds: Collection[str] = ()) -> Organisation:
    """The organisation locked; ValidationError where it takes nothing new."""
    held = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    if kinds and held.kind not in kinds:
        raise ValidationError(f"{held.short_name}不能登记这一项。")
    if held.status != OrganisationStatus.ACTIVE:
        raise ValidationError(f"{held.short_name}现在是“{held.get_status_display()}”，不能登记新的内容。")
    return held


def filled(
    row: Row, values: Mapping[str, Any], *, by: User, action: str, path: str, expected_revision: int | None = None
) -> Row:
    """
    Set ``values`` by field, check, store, and record what changed; with a revision that is raised. Nothing is written
    where nothing changed. ValidationError by field, in Chinese.
    """
    revision = getattr(row, "revision", None)
    if expected_revision is not None and revision != expected_revision:
        raise ValidationError(CONFLICT, code="conflict")
    is_new = row.pk is None
    before = {} if is_new else told(row, values)
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    after = told(row, values)
    if before == after:
        return row
    if revision is not None and not is_new:
        row.revision = revision + 1  # type: ignore[attr-defined]
    refuse_personal_numbers({name: value for name in values if isinstance(value := getattr(row, name), str)})
    row.full_clean(exclude=["by"])
    row.save()
    audit.record(by=by, action=action, target=row, scope_path=path, before=before or None, after=after)
    return row


def told(row: models.Model, names: Collection[str]) -> dict[str, Any]:
    """These fields as the audit trail keeps them; who and which is told by key."""
    found = {}
    for name in names:
        value = getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]
        found[name] = value if value is None or isinstance(value, str | int) else str(value)
    return found


def not_ahead(**days: date | None) -> None:
    """What was done cannot lie in the future; ValidationError by field."""
    ahead = {name: "日期不能晚于今天。" for name, day in days.items() if day is not None and day > local_today()}
    if ahead:
        raise ValidationError(ahead)


def own_member(organisation: Organisation, member: Member | None, field: str) -> None:
    """The member belongs to the organisation or to a branch below it."""
    if member is not None and not (member.left_on is None and member.organisation.path.startswith(organisation.path)):
        raise ValidationError({field: "只能选本党组织现有的党员。"})


def own_log(organisation: Organisation, meeting: Meeting | None, field: str = "meeting") -> None:
    """The log is a submitted one of this organisation or of a branch below it."""
    if meeting is None:
        return
    if meeting.status != MeetingStatus.SUBMITTED or not meeting.organisation.path.startswith(organisation.path):
        raise ValidationError({field: "只能选本党组织已提交的会议记录。"})
