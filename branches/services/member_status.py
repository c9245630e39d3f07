"""
What changes about a member on a day: 转正, 延长预备期, 取消资格, 留党察看's voting right, 失联, 停止党籍. Each is a
dated row; of a punishment only dates and the document's number are kept (domain.md §13.5 N11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import LeaveReason, MemberCategory, MemberChangeKind
from branches.models import Member, Organisation
from branches.policy.letters import (
    LOST_SOURCE,
    PROBATION_SOURCE,
    extension_bounds,
    probation_ends,
    standing_may_stop,
)
from branches.selectors.member_history import follow_up_of, lost_since
from branches.services.member_history import Happening, happening_record
from branches.services.member_moves import check_present, member_check, member_locked, member_save
from branches.services.members import member_disable, member_return
from branches.services.obligations import organisations_lock
from core.calendar import local_today

REASON_MINIMUM = 4


@dataclass(frozen=True, slots=True)
class Dated:
    """From which day, by which document, why."""

    effective_on: date
    document: str = ""
    note: str = ""

    def check(self, member: Member) -> None:
        if self.effective_on > local_today():
            raise ValidationError({"effective_on": "日期不能晚于今天。"})
        if member.joined_on and self.effective_on < member.joined_on:
            raise ValidationError({"effective_on": f"日期不能早于入党日期{member.joined_on}。"})


@transaction.atomic
def member_confirm(*, by: User, member: Member, effective_on: date, document: str = "", note: str = "") -> Member:
    """Make a probationary member a full one from ``effective_on`` on, once probation is over (R19)."""
    changed, act = _opened(member), Dated(effective_on, document, note)
    act.check(changed)
    _check_probationary(changed)
    if changed.joined_on and effective_on < (
        ends := probation_ends(changed.joined_on, changed.probation_extended_until)
    ):
        raise ValidationError({"effective_on": f"预备期到{ends}才满。依据：{PROBATION_SOURCE}。"})
    values = {"category": MemberCategory.FULL.value, "confirmed_on": effective_on}
    category = changed.category
    return _apply(by, changed, values, MemberChangeKind.CONFIRMED, act, category_before=category)


@transaction.atomic
def probation_extend(
    *, by: User, member: Member, effective_on: date, until: date, document: str = "", note: str = ""
) -> Member:
    """Extend the probation once, to a day six months to a year after it was up (R19)."""
    changed, act = _opened(member), Dated(effective_on, document, note)
    act.check(changed)
    _check_probationary(changed)
    if changed.probation_extended_until:
        raise ValidationError(
            f"预备期已延长至{changed.probation_extended_until}，只能延长一次。依据：{PROBATION_SOURCE}。"
        )
    if changed.joined_on is None:
        raise ValidationError("入党日期是空的，请先补填，才能计算预备期。")
    first, last = extension_bounds(changed.joined_on)
    if not first <= until <= last:
        raise ValidationError({"until": f"应在{first}至{last}之间。依据：{PROBATION_SOURCE}。"})
    values = {"probation_extended_until": until}
    return _apply(by, changed, values, MemberChangeKind.EXTENDED, act, until=until)


@transaction.atomic
def probation_cancel(*, by: User, member: Member, effective_on: date, document: str = "", note: str = "") -> Member:
    """Strike a probationary member off: 取消预备党员资格."""
    current = _opened(member)
    Dated(effective_on).check(current)
    _check_probationary(current)
    act = {"left_on": effective_on, "document": document, "note": note, "kind": MemberChangeKind.CANCELLED}
    return _disabled(by=by, member=current, reason=LeaveReason.OTHER, **act)


@transaction.atomic
def member_reclassify(*, by: User, member: Member, category: str, note: str) -> Member:
    """Mend a category that was entered wrongly: what was said before never held, the roster of past days follows."""
    changed, act = _opened(member), Dated(local_today(), note=_reason(note))
    if category not in MemberCategory.values or category == changed.category:
        raise ValidationError({"category": "请选择另一个人员类别。"})
    values: dict[str, Any] = {"category": category}
    if category == MemberCategory.PROBATIONARY:
        values["confirmed_on"] = None
    return _apply(by, changed, values, MemberChangeKind.RECLASSIFIED, act)


@transaction.atomic
def voting_suspend(*, by: User, member: Member, effective_on: date, until: date | None, document: str) -> Member:
    """
    Stop the right to vote (留党察看) from a day, up to ``until`` where it is known. Dates and the document's number
    alone: nothing of the case.
    """
    changed, act = _opened(member), Dated(effective_on, _needed(document))
    act.check(changed)
    if until is not None and until <= effective_on:
        raise ValidationError({"until": "恢复日期须晚于停止日期。"})
    if changed.voting_suspended_from and _voting_stands(changed, effective_on):
        raise ValidationError("表决权已经停止，请先办理恢复。")
    values = {"voting_suspended_from": effective_on, "voting_suspended_until": until}
    return _apply(by, changed, values, MemberChangeKind.VOTING_SUSPENDED, act, until=until)


@transaction.atomic
def voting_restore(*, by: User, member: Member, effective_on: date, document: str = "") -> Member:
    """The right to vote holds again from ``effective_on`` on."""
    changed, act = _opened(member), Dated(effective_on, document)
    act.check(changed)
    if changed.voting_suspended_from is None:
        raise ValidationError("该党员的表决权没有停止。")
    if effective_on <= changed.voting_suspended_from:
        raise ValidationError({"effective_on": f"须晚于停止之日{changed.voting_suspended_from}。"})
    values = {"voting_suspended_until": effective_on}
    return _apply(by, changed, values, MemberChangeKind.VOTING_RESTORED, act)


@transaction.atomic
def contact_lose(*, by: User, member: Member, effective_on: date, circumstance: str, note: str = "") -> Member:
    """Register that contact was lost on ``effective_on``, in one of the circumstances of domain.md §15.2."""
    changed, act = _opened(member), Dated(effective_on, note=note)
    act.check(changed)
    if lost_since(changed):
        raise ValidationError("该党员已登记为失联。")
    if not circumstance:
        raise ValidationError({"circumstance": "请选择失联情形。"})
    return _apply(by, changed, {"is_lost": True}, MemberChangeKind.LOST, act, circumstance=circumstance)


@transaction.atomic
def contact_find(*, by: User, member: Member, effective_on: date, note: str = "") -> Member:
    """Contact was made again."""
    changed, act = _opened(member), Dated(effective_on, note=note)
    act.check(changed)
    since = lost_since(changed)
    if not changed.is_lost:
        raise ValidationError("该党员没有登记为失联。")
    if since and effective_on < since:
        raise ValidationError({"effective_on": f"不能早于失去联系之日{since}。"})
    return _apply(by, changed, {"is_lost": False}, MemberChangeKind.FOUND, act)


@transaction.atomic
def standing_stop(*, by: User, member: Member, effective_on: date, document: str, note: str = "") -> Member:
    """停止党籍 of a member lost for six months: off the roster, to be looked at again two years later."""
    current, act = _opened(member), Dated(effective_on, _needed(document), note)
    act.check(current)
    since = lost_since(current) if current.is_lost else None
    if since is None:
        raise ValidationError(f"请先登记失去联系的日期和情形。依据：{LOST_SOURCE}。")
    if not standing_may_stop(since, effective_on):
        raise ValidationError({"effective_on": f"{since}失去联系，未满6个月。依据：{LOST_SOURCE}。"})
    given = {"left_on": effective_on, "document": act.document, "note": note}
    return _disabled(by=by, member=current, reason=LeaveReason.SUSPENDED, **given)


@transaction.atomic
def standing_restore(
    *, by: User, member: Member, target: Organisation, effective_on: date, document: str, note: str = ""
) -> Member:
    """恢复党籍: back on the roster of ``target``; whoever is back is no longer lost."""
    organisations_lock([target.pk])
    if member_locked(member).leave_reason != LeaveReason.SUSPENDED:
        raise ValidationError("该党员没有停止党籍。")
    try:
        back = member_return(
            by=by, member=member, target=target, returned_on=effective_on, document=_needed(document), note=note
        )
    except ValidationError as error:
        raise _named(error, {"moved_on": "effective_on"}) from error
    Member.objects.filter(pk=back.pk).update(is_lost=False)
    back.is_lost = False
    return back


@transaction.atomic
def member_strike_off(*, by: User, member: Member, effective_on: date, document: str, note: str = "") -> Member:
    """Still no contact two years after the standing was stopped: struck off as 自行脱党 (出党)."""
    left, act = member_locked(member), Dated(effective_on, _needed(document), note)
    act.check(left)
    if left.leave_reason != LeaveReason.SUSPENDED:
        raise ValidationError("只有停止党籍的党员才按此办理除名。")
    due = follow_up_of(left)
    if due and effective_on < due:
        raise ValidationError({"effective_on": f"停止党籍须满2年（{due}）。依据：{LOST_SOURCE}。"})
    values = {"leave_reason": LeaveReason.EXPELLED.value}
    return _apply(by, left, values, MemberChangeKind.STRUCK_OFF, act)


def _opened(member: Member) -> Member:
    """The present member, under the locks that every change of a roster takes: the branch, then the member."""
    organisations_lock([member.organisation_id])
    opened = member_locked(member)
    check_present(opened)
    return opened


def _apply(by: User, member: Member, values: Mapping[str, Any], kind: str, act: Dated, **facts: Any) -> Member:
    before = {field: getattr(member, field) for field in values}
    for field, value in values.items():
        setattr(member, field, value)
    member_check(member)
    member_save(member)
    what = Happening(kind, act.effective_on, before, dict(values), document=act.document, reason=act.note, **facts)
    happening_record(by=by, member=member, action="member.status", what=what)
    return member


def _disabled(**given: Any) -> Member:
    """Struck off; what is wrong with ``left_on`` is said of the day that was asked for."""
    try:
        return member_disable(**given)
    except ValidationError as error:
        raise _named(error, {"left_on": "effective_on"}) from error


def _named(error: ValidationError, names: Mapping[str, str]) -> ValidationError:
    if not hasattr(error, "error_dict"):
        return error
    return ValidationError({names.get(field, field): problems for field, problems in error.error_dict.items()})


def _check_probationary(member: Member) -> None:
    if member.category != MemberCategory.PROBATIONARY:
        raise ValidationError("该党员是正式党员，不在预备期。")


def _voting_stands(member: Member, day: date) -> bool:
    return member.voting_suspended_until is None or member.voting_suspended_until > day


def _needed(document: str) -> str:
    if not document.strip():
        raise ValidationError({"document": "请填写依据文号。"})
    return document.strip()


def _reason(note: str) -> str:
    if len(note.strip()) < REASON_MINIMUM:
        raise ValidationError({"note": f"请写明原因，至少{REASON_MINIMUM}个字。"})
    return note.strip()
