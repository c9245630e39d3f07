"""Every write of a single member: entered, changed, moved, struck off, taken back; the reveal of personal numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import EntryReason, LeaveReason, MemberCategory, MemberChangeKind, PartyStanding
from branches.models import Member, Organisation
from branches.policy.letters import follow_up_on
from branches.selectors.members import members_by_number
from branches.services.dues_months import dues_follow
from branches.services.member_history import Happening, happening_record, plain
from branches.services.member_moves import (
    branch_change,
    check_branch,
    check_no_letter,
    check_present,
    differing,
    masks,
    member_check,
    member_locked,
    member_save,
    own_group,
    roster_leave,
    roster_rejoin,
)
from branches.services.memberships import regroup, stay_open
from branches.services.names import person_pinyin
from branches.services.obligations import organisations_lock
from branches.services.personal_data import Personal, read_personal, set_id_number, set_phone
from core import audit
from core.calendar import local_today

#: What a form may set directly; numbers, branch and group have their own ways.
MEMBER_FIELDS = (
    "name", "gender", "ethnicity", "birth_date", "native_place", "education", "degree", "category", "joined_on",
    "confirmed_on", "party_age_correction", "voting_suspended_from", "voting_suspended_until", "position",
    "technical_post", "social_stratum", "join_type", "confirmation", "joined_at", "probation_extended_until",
    "is_migrant_worker", "is_lost", "is_mobile", "work_phone", "email",
)  # fmt: skip
CONTACT_FIELDS = ("work_phone", "email")
REASON_MINIMUM = 4


@transaction.atomic
def member_create(
    *,
    by: User,
    organisation: Organisation,
    values: Mapping[str, Any],
    id_number: str = "",
    phone: str = "",
    group: Organisation | None = None,
    since: date | None = None,
    entry_reason: str = EntryReason.ADMITTED,
) -> Member:
    """
    Enter a member into a branch from ``since`` on (today by default). ``values``: keys of MEMBER_FIELDS.
    ValidationError for impossible dates, an ID number that is wrong or taken, a branch that is none.
    """
    check_branch(organisation)
    member = Member(organisation=organisation, group=own_group(organisation, group))
    _assign(member, values)
    set_id_number(member, id_number)
    set_phone(member, phone)
    member_check(member)
    member.save(force_insert=True)
    day = since or local_today()
    if day > local_today():
        raise ValidationError({"since": "日期不能晚于今天。"})
    stay_open(member, day, entry_reason)
    after = {**values, "branch": organisation.short_name, "since": day, "entry_reason": entry_reason}
    what = Happening(MemberChangeKind.ENTERED, day, after={key: value for key, value in after.items() if value})
    happening_record(by=by, member=member, action="member.create", what=what)
    return member


@transaction.atomic
def member_update(
    *,
    by: User,
    member: Member,
    revision: int,
    values: Mapping[str, Any],
    id_number: str | None = None,
    phone: str | None = None,
    group: Organisation | None = None,
) -> Member:
    """
    Correct facts of a member; what a page changes on a day (转正, 失联 …) has verbs of its own in ``member_status``.
    None for a number leaves it as it is. ValidationError code "conflict" where somebody else changed the member since
    ``revision`` was read.
    """
    changed = member_locked(member)
    if changed.revision != revision:
        raise ValidationError("这名党员的信息刚被他人修改，请核对后重新填写。", code="conflict")
    old = plain({field: getattr(changed, field) for field in values}) | masks(changed)
    _assign(changed, values)
    if id_number is not None:
        set_id_number(changed, id_number)
    if phone is not None:
        set_phone(changed, phone)
    if group != changed.group:
        old["group"] = str(changed.group or "")
        regroup(changed, own_group(changed.organisation, group), local_today())
    member_check(changed)
    new = plain(values) | masks(changed) | {"group": str(changed.group or "")}
    before, after = differing(old, new)
    if before:
        member_save(changed)
        if "joined_on" in before:
            dues_follow(member_ids=[changed.pk])
        happening_record(by=by, member=changed, action="member.update", what=_told(changed, before, after))
    return changed


@transaction.atomic
def member_contact_update(*, by: User, member: Member, phone: str | None, work_phone: str, email: str) -> Member:
    """A member's own contact data; a phone of None stays as it is."""
    changed = member_locked(member)
    old = {field: getattr(changed, field) for field in CONTACT_FIELDS} | masks(changed)
    _assign(changed, {"work_phone": work_phone, "email": email})
    if phone is not None:
        set_phone(changed, phone)
    member_check(changed)
    member_save(changed)
    new = {field: getattr(changed, field) for field in CONTACT_FIELDS} | masks(changed)
    before, after = differing(old, new)
    what = Happening(MemberChangeKind.CONTACT, local_today(), before, after)
    happening_record(by=by, member=changed, action="member.contact_update", what=what)
    return changed


@transaction.atomic
def member_transfer(
    *, by: User, member: Member, target: Organisation, moved_on: date, group: Organisation | None = None
) -> Member:
    """
    Move a present member to another branch within reach (组织内调整) from ``moved_on`` on; posts in the old branch end.
    Between units a 介绍信 is needed: `branches.services.letters`.
    """
    organisations_lock(sorted({member.organisation_id, target.pk}))
    moved = member_locked(member)
    check_present(moved)
    check_no_letter(moved)
    check_branch(target)
    reasons = (LeaveReason.MOVED, EntryReason.MOVED)
    source = branch_change(
        by=by, member=moved, target=target, day=moved_on, reasons=reasons, field="moved_on", group=group
    )
    before = {"branch": source.short_name, "code": source.code}
    after = {"branch": target.short_name, "code": target.code, "moved_on": moved_on}
    what = Happening(MemberChangeKind.MOVED, moved_on, before, after)
    happening_record(by=by, member=moved, action="member.transfer", what=what)
    return moved


@transaction.atomic
def member_disable(
    *, by: User, member: Member, reason: str, left_on: date, note: str = "", document: str = "", kind: str = ""
) -> Member:
    """
    Strike a member off the roster (减员) from ``left_on`` on, for one of LeaveReason but a move within the tree.
    ``kind``: what to call it in the history, if not 减员. A standing that stops is looked at again two years later.
    """
    organisations_lock([member.organisation_id])
    left = member_locked(member)
    check_present(left)
    check_no_letter(left)
    if reason not in LeaveReason.values or reason == LeaveReason.MOVED:
        raise ValidationError({"reason": "请选择减员原因；在本平台内调整党支部请用“调整支部”。"})
    stopped = reason == LeaveReason.SUSPENDED
    before = {"standing": left.standing} if stopped else {}
    roster_leave(by=by, member=left, reason=reason, day=left_on)
    after = {"leave_reason": reason, "left_on": left_on, "branch": left.organisation.short_name}
    what = Happening(
        kind or (MemberChangeKind.STANDING_SUSPENDED if stopped else MemberChangeKind.LEFT),
        left_on,
        before,
        {**after, "standing": left.standing} if stopped else after,
        standing_before=PartyStanding.NORMAL if stopped else "",
        until=follow_up_on(left_on) if stopped else None,
        document=document,
        reason=note,
    )
    happening_record(by=by, member=left, action="member.disable", what=what)
    return left


@transaction.atomic
def member_return(
    *, by: User, member: Member, target: Organisation, returned_on: date, document: str = "", note: str = ""
) -> Member:
    """Take back a member who had left (转回、恢复党籍) into a branch from ``returned_on`` on."""
    check_branch(target)
    back = member_locked(member)
    stopped = back.standing == PartyStanding.SUSPENDED
    before = {"leave_reason": back.leave_reason, "left_on": back.left_on}
    roster_rejoin(member=back, target=target, day=returned_on, reason=EntryReason.TRANSFERRED)
    what = Happening(
        MemberChangeKind.STANDING_RESTORED if stopped else MemberChangeKind.RETURNED,
        returned_on,
        before,
        {"branch": target.short_name, "returned_on": returned_on},
        standing_before=PartyStanding.SUSPENDED if stopped else "",
        document=document,
        reason=note,
    )
    happening_record(by=by, member=back, action="member.return", what=what)
    return back


@transaction.atomic
def member_reveal(*, by: User, member: Member, reason: str) -> Personal:
    """Full ID number and phone, for a written reason (one's own need none). The event never holds the numbers."""
    own = member.user_id is not None and member.user_id == by.pk
    reason = reason.strip() or ("查看本人信息" if own else "")
    if len(reason) < REASON_MINIMUM:
        raise ValidationError({"reason": f"请写明查看原因（至少{REASON_MINIMUM}个字）。"})
    audit.record(
        by=by,
        action="member_pii.reveal",
        target=member,
        scope_path=member.organisation.path,
        after={"id_number": bool(member.id_number_cipher), "phone": bool(member.phone_cipher)},
        reason=reason[:200],
    )
    return read_personal(member)


@transaction.atomic
def member_lookup(*, by: User, number: str) -> list[Member]:
    """Members within reach who have this very ID number or phone. Looking is recorded, the number is not."""
    found = members_by_number(by, number)
    audit.record(by=by, action="member.lookup", after={"found": [member.pk for member in found]})
    return found


def _assign(member: Member, values: Mapping[str, Any]) -> None:
    if unknown := sorted(set(values) - set(MEMBER_FIELDS)):
        raise TypeError(f"not fields of a member: {unknown}")
    for field, value in values.items():
        setattr(member, field, value)
    member.name = member.name.strip()
    member.name_pinyin, member.initials = person_pinyin(member.name)


def _told(member: Member, before: Mapping[str, Any], after: Mapping[str, Any]) -> Happening:
    """What a change of fields is called: a confirmation and an extension are told by what they set."""
    if after.get("category") == MemberCategory.FULL:
        day = member.confirmed_on or local_today()
        return Happening(MemberChangeKind.CONFIRMED, day, before, after, category_before=before["category"])
    if "category" in after:
        return Happening(MemberChangeKind.RECLASSIFIED, local_today(), before, after)
    if after.get("probation_extended_until"):
        until = max(member.probation_extended_until or local_today(), local_today())
        return Happening(MemberChangeKind.EXTENDED, local_today(), before, after, until=until)
    return Happening(MemberChangeKind.UPDATED, local_today(), before, after)
