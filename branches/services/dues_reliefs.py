"""少交 and 免交: proposed by the branch, decided by the superior (domain.md §6). No particulars are kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import DuesReliefKind, DuesReliefState
from branches.models import DuesRelief, Member, Organisation
from branches.policy.dues import cents
from branches.selectors.dues_years import bases_in_force, payers_of
from branches.services.dues_bases import check_year, checked_reason
from branches.services.dues_months import dues_months_refresh
from branches.services.obligations import organisations_lock
from core import audit
from core.calendar import local_today

STANDING = (DuesReliefState.PROPOSED, DuesReliefState.APPROVED)


@transaction.atomic
def dues_relief_propose(
    *,
    by: User,
    branch: Organisation,
    member: Member,
    year: int,
    from_month: int,
    through_month: int,
    kind: str,
    amount: Decimal | None,
    reason: str,
    studied_on: date,
) -> DuesRelief:
    """
    Propose that a member pays less, or nothing, from one month of the year through another. ValidationError where it
    overlaps with another, or asks for no less than what is due.
    """
    check_year(year)
    organisations_lock([branch.pk])
    if not any(each.pk == member.pk for each in payers_of(branch, year)):
        raise ValidationError({"member": "这名党员这一年度不在本支部交纳党费。"})
    if studied_on > local_today():
        raise ValidationError({"studied_on": "支部研究日期不能晚于今天。"})
    relief = DuesRelief(
        organisation=branch,
        member=member,
        year=year,
        from_month=from_month,
        through_month=through_month,
        kind=kind,
        amount=cents(amount) if kind == DuesReliefKind.REDUCED else cents(0),
        reason=reason,
        studied_on=studied_on,
        proposed_by=by,
    )
    relief.full_clean()
    _check_amount(relief)
    _check_overlap(relief)
    relief.save(force_insert=True)
    _record(by, "dues_relief.propose", relief)
    return relief


@transaction.atomic
def dues_relief_withdraw(*, by: User, relief: DuesRelief) -> DuesRelief:
    """The branch takes back what nobody has decided yet."""
    held = _locked(relief)
    _check_state(held, DuesReliefState.PROPOSED)
    return _decided(by, held, DuesReliefState.WITHDRAWN, "dues_relief.withdraw", "")


@transaction.atomic
def dues_relief_decide(*, by: User, relief: DuesRelief, approve: bool, note: str = "") -> DuesRelief:
    """Approve or refuse a proposal; a refusal says why. Nobody decides about a proposal or a relief of one's own."""
    held = _locked(relief)
    _check_state(held, DuesReliefState.PROPOSED)
    if by.pk in (held.proposed_by_id, held.member.user_id):
        raise ValidationError("本人提出的或者本人的减免不能由本人批准，请由其他党务干部办理。")
    text = note.strip() if approve else checked_reason(note, "不批准的原因")
    state = DuesReliefState.APPROVED if approve else DuesReliefState.REFUSED
    return _decided(by, held, state, "dues_relief.approve" if approve else "dues_relief.refuse", text)


@transaction.atomic
def dues_relief_end(*, by: User, relief: DuesRelief, through_month: int, note: str) -> DuesRelief:
    """End an approved relief early, after ``through_month``."""
    held = _locked(relief)
    _check_state(held, DuesReliefState.APPROVED)
    if not held.from_month <= through_month < held.through_month:
        raise ValidationError({"through_month": f"应在{held.from_month}月至{held.through_month - 1}月之间。"})
    before = {"through_month": held.through_month}
    held.through_month, held.note = through_month, checked_reason(note, "提前结束的原因")
    held.full_clean()
    held.save(update_fields=["through_month", "note"])
    dues_months_refresh(member_ids=[held.member_id])
    _record(by, "dues_relief.end", held, before=before, reason=held.note)
    return held


def _locked(relief: DuesRelief) -> DuesRelief:
    organisations_lock([relief.organisation_id])
    return DuesRelief.objects.select_related("organisation", "member").get(pk=relief.pk)


def _check_state(relief: DuesRelief, wanted: DuesReliefState) -> None:
    if relief.state != wanted:
        raise ValidationError(f"这项减免目前是“{relief.get_state_display()}”，不能这样办理。")


def _check_amount(relief: DuesRelief) -> None:
    bases = bases_in_force([relief.member_id], relief.year)
    if relief.kind == DuesReliefKind.REDUCED and bases and relief.amount >= bases[-1].monthly:
        raise ValidationError({"amount": f"减免后每月交纳的数额应低于月应交{bases[-1].monthly}元。"})


def _check_overlap(relief: DuesRelief) -> None:
    others = DuesRelief.objects.filter(member=relief.member, year=relief.year, state__in=STANDING)
    others = others.filter(from_month__lte=relief.through_month, through_month__gte=relief.from_month)
    if others.exists():
        raise ValidationError({"from_month": "与这名党员已有的减免月份重叠。"})


def _decided(by: User, relief: DuesRelief, state: DuesReliefState, action: str, note: str) -> DuesRelief:
    before = {"state": relief.state}
    relief.state, relief.note = state, note
    relief.decided_on, relief.decided_by = local_today(), by
    relief.full_clean()
    relief.save(update_fields=["state", "note", "decided_on", "decided_by"])
    if state == DuesReliefState.APPROVED:
        dues_months_refresh(member_ids=[relief.member_id])
    _record(by, action, relief, before=before, reason=note)
    return relief


def _record(
    by: User, action: str, relief: DuesRelief, *, before: dict[str, Any] | None = None, reason: str = ""
) -> None:
    after = {
        "state": relief.state,
        "kind": relief.kind,
        "year": relief.year,
        "months": [relief.from_month, relief.through_month],
    }
    path = relief.organisation.path
    audit.record(by=by, action=action, target=relief, scope_path=path, before=before, after=after, reason=reason)
