"""介绍信: issued, accepted (which moves the member), cancelled. Good for three months as a rule (R25, a warning)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from branches.choices import EntryReason, LeaveReason, LetterDirection, LetterState, MemberChangeKind
from branches.models import Member, Organisation, TransferLetter
from branches.policy.identity import holds_id_number
from branches.policy.letters import LETTER_SOURCE, letter_valid_until
from branches.selectors.letters import former_member
from branches.services.departures import notices_to, staff_of
from branches.services.member_history import Happening, happening_record
from branches.services.member_moves import (
    branch_change,
    check_branch,
    check_no_letter,
    check_present,
    member_locked,
    roster_leave,
)
from branches.services.members import member_create, member_return
from branches.services.obligations import organisations_lock
from core import audit
from core.calendar import local_today

REASON_MINIMUM = 4


@transaction.atomic
def letter_issue(
    *,
    by: User,
    member: Member,
    issued_on: date,
    target: Organisation | None = None,
    outside: str = "",
    valid_until: date | None = None,
    number: str = "",
    note: str = "",
) -> TransferLetter:
    """
    Issue a letter for a present member, to a branch of this portal (``target``) or to ``outside``. Nobody moves yet.
    ``valid_until``: three months after the issue unless an earlier day is given (R25).
    """
    organisations_lock([member.organisation_id])
    leaving = member_locked(member)
    check_present(leaving)
    check_no_letter(leaving)
    if target is not None:
        check_branch(target)
    if target is not None and target.pk == leaving.organisation_id:
        raise ValidationError({"target": "该党员已在这个党支部。"})
    letter = TransferLetter(
        direction=LetterDirection.OUTWARD,
        member=leaving,
        person_name=leaving.name,
        organisation=leaving.organisation,
        target=target,
        outside=outside.strip(),
        number=number.strip(),
        note=note.strip(),
    )
    _issued(letter, by, issued_on, valid_until)
    if target is not None:
        _tell(by, letter, target, f"{leaving.name}的介绍信待接收", "issued")
    return letter


@transaction.atomic
def letter_register(
    *,
    by: User,
    organisation: Organisation,
    person_name: str,
    outside: str,
    issued_on: date,
    valid_until: date | None = None,
    number: str = "",
    note: str = "",
) -> TransferLetter:
    """Note a letter that came from outside for a branch; the member is entered when it is accepted."""
    check_branch(organisation)
    letter = TransferLetter(
        direction=LetterDirection.INWARD,
        person_name=person_name.strip(),
        organisation=organisation,
        outside=outside.strip(),
        number=number.strip(),
        note=note.strip(),
    )
    _issued(letter, by, issued_on, valid_until)
    return letter


@transaction.atomic
def letter_accept(*, by: User, letter: TransferLetter, accepted_on: date, note: str = "") -> TransferLetter:
    """
    Record the receipt of an outward letter: the member moves to the receiving branch on that day, or for a letter to
    the outside leaves the roster (转出). A letter past its validity is accepted all the same, and marked so (R25).
    """
    waiting = _open(letter, LetterDirection.OUTWARD, accepted_on)
    member = member_locked(_member_of(waiting))
    check_present(member)
    if member.organisation_id != waiting.organisation_id:
        raise ValidationError("该党员已不在开具介绍信的党支部，请撤销这封介绍信。")
    if waiting.target is not None:
        _go_over(by, waiting, waiting.target, member, accepted_on)
    else:
        roster_leave(by=by, member=member, reason=LeaveReason.TRANSFERRED, day=accepted_on, field="accepted_on")
        after = {"outside": waiting.outside, "branch": waiting.organisation.short_name, "left_on": accepted_on}
        _happened(by, waiting, member, MemberChangeKind.TRANSFERRED_OUT, after)
    return _closed(waiting, by, LetterState.ACCEPTED, note, accepted_on=accepted_on, member=member)


@transaction.atomic
def letter_receive(
    *,
    by: User,
    letter: TransferLetter,
    accepted_on: date,
    values: Mapping[str, Any],
    id_number: str = "",
    phone: str = "",
    note: str = "",
) -> TransferLetter:
    """
    Accept an inward letter: the person is entered into the branch on that day. Whoever left the roster before and
    is recognised by the ID number comes back as the same member, with the whole history.
    """
    waiting = _open(letter, LetterDirection.INWARD, accepted_on)
    back = former_member(id_number)
    if back is not None and back.name != waiting.person_name:
        raise ValidationError({"id_number": "这个公民身份号码与介绍信上的姓名不符，请核对。"})
    if back is not None:
        member = member_return(
            by=by, member=back, target=waiting.organisation, returned_on=accepted_on, document=waiting.number
        )
    else:
        member = member_create(
            by=by,
            organisation=waiting.organisation,
            values={"name": waiting.person_name, **values},
            id_number=id_number,
            phone=phone,
            since=accepted_on,
            entry_reason=EntryReason.TRANSFERRED,
        )
    after = {"outside": waiting.outside, "branch": waiting.organisation.short_name, "since": accepted_on}
    _happened(by, waiting, member, MemberChangeKind.TRANSFERRED_IN, after)
    return _closed(waiting, by, LetterState.ACCEPTED, note, accepted_on=accepted_on, member=member)


@transaction.atomic
def letter_cancel(*, by: User, letter: TransferLetter, reason: str) -> TransferLetter:
    """Take a letter back; nobody moves."""
    if len(reason.strip()) < REASON_MINIMUM:
        raise ValidationError({"reason": f"请写明撤销原因，至少{REASON_MINIMUM}个字。"})
    waiting = _open(letter, letter.direction, None)
    closed = _closed(waiting, by, LetterState.CANCELLED, reason)
    if closed.target is not None:
        _tell(by, closed, closed.target, f"{closed.person_name}的介绍信已撤销", "cancelled")
    return closed


def _issued(letter: TransferLetter, by: User, issued_on: date, valid_until: date | None) -> None:
    latest = letter_valid_until(issued_on)
    if issued_on > local_today():
        raise ValidationError({"issued_on": "开具日期不能晚于今天。"})
    if valid_until is not None and valid_until < issued_on:
        raise ValidationError({"valid_until": f"不能早于开具日期{issued_on}。"})
    if valid_until is not None and valid_until > latest and letter.direction == LetterDirection.OUTWARD:
        raise ValidationError({"valid_until": f"应在{issued_on}至{latest}之间。依据：{LETTER_SOURCE}。"})
    _refuse_numbers("note", letter.note)
    letter.issued_on, letter.valid_until, letter.issued_by = issued_on, valid_until or latest, by
    letter.full_clean()
    letter.save(force_insert=True)
    _record(by, "letter.issue", letter)


def _refuse_numbers(field: str, text: str) -> None:
    if holds_id_number(text):
        raise ValidationError({field: "这里不要写身份号码。"})


def _open(letter: TransferLetter, direction: str, accepted_on: date | None) -> TransferLetter:
    """The letter as it waits, with the branches on both ends locked first."""
    organisations_lock(sorted({pk for pk in (letter.organisation_id, letter.target_id) if pk}))
    rows = TransferLetter.objects.select_for_update(of=("self",)).select_related("organisation", "target", "member")
    waiting = rows.get(pk=letter.pk)
    if waiting.state != LetterState.ISSUED:
        raise ValidationError(f"这封介绍信{waiting.get_state_display()}。")
    if waiting.direction != direction:
        raise ValidationError("这封介绍信不能这样办理。")
    if accepted_on is not None and not waiting.issued_on <= accepted_on <= local_today():
        raise ValidationError({"accepted_on": f"日期须在开具日期{waiting.issued_on}与今天之间。"})
    return waiting


def _member_of(letter: TransferLetter) -> Member:
    if letter.member is None:
        raise ValidationError("这封介绍信没有对应的党员。")
    return letter.member


def _go_over(by: User, letter: TransferLetter, target: Organisation, member: Member, day: date) -> None:
    check_branch(target)
    reasons = (LeaveReason.TRANSFERRED, EntryReason.TRANSFERRED)
    source = branch_change(by=by, member=member, target=target, day=day, reasons=reasons, field="accepted_on")
    before, after = {"branch": source.short_name}, {"branch": target.short_name, "moved_on": day}
    for kind, place in ((MemberChangeKind.TRANSFERRED_OUT, source), (MemberChangeKind.TRANSFERRED_IN, target)):
        what = Happening(kind, day, before, after, document=letter.number)
        happening_record(by=by, member=member, action="member.transfer", what=what, organisation=place)
    _tell(by, letter, source, f"{member.name}的组织关系已转入{target.short_name}", "accepted")


def _happened(by: User, letter: TransferLetter, member: Member, kind: str, after: Mapping[str, Any]) -> None:
    """The history row of a letter from or to the outside."""
    day = after.get("left_on") or after["since"]
    what = Happening(kind, day, after=after, document=letter.number)
    happening_record(by=by, member=member, action="member.transfer", what=what)


def _closed(letter: TransferLetter, by: User, state: str, note: str, **facts: Any) -> TransferLetter:
    _refuse_numbers("reason" if state == LetterState.CANCELLED else "note", note)
    for field, value in facts.items():
        setattr(letter, field, value)
    letter.state, letter.closing_note, letter.closed_by, letter.closed_at = state, note.strip(), by, timezone.now()
    letter.full_clean()
    letter.save()
    _record(by, f"letter.{'accept' if state == LetterState.ACCEPTED else 'cancel'}", letter, reason=note)
    return letter


def _tell(by: User, letter: TransferLetter, place: Organisation, subject: str, event: str) -> None:
    ends = f"{letter.organisation.short_name} → {letter.other_side}"
    body = f"{ends}，{letter.issued_on}开具，有效期至{letter.valid_until}。"
    url = reverse("branches:letter_detail", args=[letter.pk])
    staff = [pk for pk in staff_of(place.path) if pk != by.pk]
    notices_to(staff, key=f"letter:{letter.pk}:{event}", subject=subject, body=body, url=url)


def _record(by: User, action: str, letter: TransferLetter, reason: str = "") -> None:
    after = {
        "direction": letter.direction,
        "state": letter.state,
        "member": letter.member_id,
        "from": letter.organisation.short_name,
        "other_side": letter.other_side,
        "issued_on": str(letter.issued_on),
        "valid_until": str(letter.valid_until),
        "accepted_on": str(letter.accepted_on or ""),
    }
    path = letter.organisation.path
    audit.record(by=by, action=action, target=letter, scope_path=path, after=after, reason=reason)
