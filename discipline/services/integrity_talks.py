"""廉政谈话: type, day, unit and how many. Nothing here takes a name or a text about a talk."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_today
from discipline.models import IntegrityTalk

EARLIEST_YEARS = 2


@transaction.atomic
def integrity_talk_record(
    *, by: User, organisation: Organisation, kind: str, held_on: date, count: int
) -> IntegrityTalk:
    """How many talks of one type a unit held on one day."""
    place = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    if place.kind != OrganisationKind.UNIT:
        raise ValidationError("廉政谈话按单位登记。")
    if not local_today().year - EARLIEST_YEARS <= held_on.year or held_on > local_today():
        raise ValidationError({"held_on": "日期不能晚于今天，最早到前年。"})
    row = IntegrityTalk(organisation=place, kind=kind, held_on=held_on, count=count, by=by)
    row.full_clean()
    row.save()
    after = {"kind": kind, "held_on": held_on.isoformat(), "count": count}
    audit.record(by=by, action="integrity_talk.record", target=row, scope_path=place.path, after=after)
    return row


@transaction.atomic
def integrity_talk_remove(*, by: User, talk: IntegrityTalk, reason: str) -> None:
    """Take out what was registered by mistake; the reason stands in the audit trail."""
    rows = IntegrityTalk.objects.select_for_update(of=("self",)).select_related("organisation")
    row: IntegrityTalk = rows.get(pk=talk.pk)
    if not reason.strip():
        raise ValidationError({"reason": "请写明删除原因。"})
    refuse_personal_numbers({"reason": reason})
    before = {"kind": row.kind, "held_on": row.held_on.isoformat(), "count": row.count}
    audit.record(
        by=by, action="integrity_talk.remove", target=row, scope_path=row.organisation.path, before=before,
        reason=reason.strip(),
    )  # fmt: skip
    row.delete()
