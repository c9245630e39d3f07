"""Writing the exceptions to the calendar."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core import audit
from core.actors import Actor
from core.models import Workday


@transaction.atomic
def workday_set(*, by: Actor | None, day: date, is_workday: bool, note: str = "") -> Workday:
    """Declare a day working or free, whatever the published calendar says."""
    former = Workday.objects.filter(pk=day).first()
    row, _ = Workday.objects.update_or_create(day=day, defaults={"is_workday": is_workday, "note": note})
    before = {"is_workday": former.is_workday, "note": former.note} if former else None
    after = {"is_workday": is_workday, "note": note}
    audit.record(by=by, action="workday.update", target=row, before=before, after=after)
    return row


@transaction.atomic
def workday_delete(*, by: Actor, day: date) -> bool:
    """Return to the published calendar for this day; False if it was no exception."""
    row = Workday.objects.filter(pk=day).first()
    if row is None:
        return False
    before = {"is_workday": row.is_workday, "note": row.note}
    audit.record(by=by, action="workday.delete", target=row, before=before)
    row.delete()
    return True
