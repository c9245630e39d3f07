"""专职副书记列席: that it took place, or why not. Nothing here takes what was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from core import audit
from core.calendar import local_today
from oversight.models import SitIn
from oversight.selectors.sit_ins import deputies_on
from oversight.services.texts import cleaned

FIELDS = ("kind", "held_on", "title", "expected", "attended", "reason", "opinion_given")


@transaction.atomic
def sit_in_record(*, by: User, organisation: Organisation, values: Mapping[str, Any]) -> SitIn:
    """
    Enter one meeting: kind, held_on, title, expected, attended, reason, opinion_given, deputy (a member's id, the only
    deputy of that day where none is named). ValidationError by field.
    """
    unit = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    if unit.kind != OrganisationKind.UNIT:
        raise ValidationError("列席情况由单位登记。")
    row = SitIn(organisation=unit, by=by)
    _fill(row, values)
    row.save(force_insert=True)
    _record(by, "sit_in.record", row, after=_told(row))
    return row


@transaction.atomic
def sit_ins_record(*, by: User, organisation: Organisation, rows: Iterable[Mapping[str, Any]]) -> int:
    """Enter many at once, all or none, as from an Excel list; how many."""
    return sum(sit_in_record(by=by, organisation=organisation, values=row) is not None for row in rows)


@transaction.atomic
def sit_in_revise(*, by: User, row: SitIn, values: Mapping[str, Any]) -> SitIn:
    """Mend what was entered; the trail keeps what stood before."""
    found = _locked(row)
    before = _told(found)
    _fill(found, values)
    found.save()
    _record(by, "sit_in.revise", found, before=before, after=_told(found))
    return found


@transaction.atomic
def sit_in_remove(*, by: User, row: SitIn) -> None:
    """Take out what was entered by mistake."""
    found = _locked(row)
    _record(by, "sit_in.remove", found, before=_told(found))
    found.delete()


def _fill(row: SitIn, values: Mapping[str, Any]) -> None:
    for field in FIELDS:
        setattr(row, field, values.get(field, ""))
    for field, text in cleaned(title=row.title, reason=row.reason).items():
        setattr(row, field, text)
    if row.held_on and row.held_on > local_today():
        raise ValidationError({"held_on": "日期不能晚于今天，开过之后再登记。"})
    if row.expected and not row.attended and not row.reason:
        raise ValidationError({"reason": "应列席而未列席的，请写明原因。"})
    if row.attended and row.reason:
        raise ValidationError({"reason": "已列席的不写未列席原因。"})
    if row.opinion_given and not row.attended:
        raise ValidationError({"opinion_given": "没有列席的会议不能勾选提出了意见。"})
    row.deputy_id = _deputy(row, values.get("deputy"))
    row.full_clean()


def _deputy(row: SitIn, named: int | None) -> int | None:
    """The deputy of that day: the one named, or the only one there was."""
    people = [pk for pk, _ in deputies_on(row.organisation, row.held_on)] if row.held_on else []
    if named and named not in people:
        raise ValidationError({"deputy": "这一天他（她）不是本单位的副书记，请核对日期或任职登记。"})
    if not named and len(people) > 1:
        raise ValidationError({"deputy": "这一天有几名副书记，请选择是谁。"})
    return named or (people[0] if people else None)


def _locked(row: SitIn) -> SitIn:
    found: SitIn = SitIn.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=row.pk)
    return found


def _told(row: SitIn) -> dict[str, Any]:
    return {field: str(getattr(row, field)) for field in FIELDS}


def _record(by: User, action: str, row: SitIn, **what: Any) -> None:
    audit.record(by=by, action=action, target=row, scope_path=row.organisation.path, **what)
