"""Every write of a single member: entered, changed, moved, struck off, taken back; the reveal of personal numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import EntryReason, LeaveReason, OrganisationKind, OrganisationStatus, PartyStanding
from branches.models import Member, Organisation
from branches.policy.roster import row_problems
from branches.selectors.members import members_by_number
from branches.services.memberships import posts_close, regroup, stay_close, stay_open
from branches.services.names import person_pinyin
from branches.services.obligations import branches_lock, obligations_reopen_for
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
    _check_branch(organisation)
    member = Member(organisation=organisation, group=_own_group(organisation, group))
    _assign(member, values)
    set_id_number(member, id_number)
    set_phone(member, phone)
    _check(member)
    member.save(force_insert=True)
    day = since or local_today()
    if day > local_today():
        raise ValidationError({"since": "日期不能晚于今天。"})
    stay_open(member, day, entry_reason)
    after = {**_plain(values), "branch": organisation.short_name, "since": str(day)}
    _record(by, "member.create", member, after=after)
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
    Change a member. None for a number leaves it as it is. ValidationError code "conflict" where somebody else changed
    the member since ``revision`` was read.
    """
    changed = _locked(member)
    if changed.revision != revision:
        raise ValidationError("这名党员的信息刚被他人修改，请核对后重新填写。", code="conflict")
    old = _plain({field: getattr(changed, field) for field in values}) | _masks(changed)
    _assign(changed, values)
    if id_number is not None:
        set_id_number(changed, id_number)
    if phone is not None:
        set_phone(changed, phone)
    if group != changed.group:
        old["group"] = str(changed.group or "")
        regroup(changed, _own_group(changed.organisation, group), local_today())
    _check(changed)
    new = _plain(values) | _masks(changed) | {"group": str(changed.group or "")}
    before = {key: value for key, value in old.items() if new[key] != value}
    if before:
        _save(changed)
        _record(by, "member.update", changed, before=before, after={key: new[key] for key in before})
    return changed


@transaction.atomic
def member_contact_update(*, by: User, member: Member, phone: str | None, work_phone: str, email: str) -> Member:
    """A member's own contact data; a phone of None stays as it is."""
    changed = _locked(member)
    old = _plain({field: getattr(changed, field) for field in CONTACT_FIELDS}) | _masks(changed)
    _assign(changed, {"work_phone": work_phone, "email": email})
    if phone is not None:
        set_phone(changed, phone)
    _check(changed)
    _save(changed)
    new = _plain({field: getattr(changed, field) for field in CONTACT_FIELDS}) | _masks(changed)
    _record(by, "member.contact_update", changed, before=old, after=new)
    return changed


@transaction.atomic
def member_transfer(
    *, by: User, member: Member, target: Organisation, moved_on: date, group: Organisation | None = None
) -> Member:
    """Move a present member to another branch of the tree from ``moved_on`` on; posts in the old branch end."""
    branches_lock(sorted({member.organisation_id, target.pk}))
    moved = _locked(member)
    _check_present(moved)
    _check_branch(target)
    if target.pk == moved.organisation_id:
        raise ValidationError({"target": "该党员已在这个党支部。"})
    if moved_on < target.founded_on:
        raise ValidationError({"moved_on": f"该党支部成立于{target.founded_on}，日期不能更早。"})
    stay_close(moved, moved_on, LeaveReason.MOVED, field="moved_on")
    posts_close(moved, moved_on, field="moved_on")
    source, moved.organisation = moved.organisation, target
    moved.group = _own_group(target, group)
    _save(moved)
    stay_open(moved, moved_on, EntryReason.MOVED)
    before = {"branch": source.short_name, "code": source.code}
    after = {"branch": target.short_name, "code": target.code, "moved_on": str(moved_on)}
    _record(by, "member.transfer", moved, before=before, after=after)
    obligations_reopen_for(organisation_ids=[source.pk, target.pk])
    return moved


@transaction.atomic
def member_disable(*, by: User, member: Member, reason: str, left_on: date, note: str = "") -> Member:
    """Strike a member off the roster (减员) from ``left_on`` on, for one of LeaveReason but a move within the tree."""
    branches_lock([member.organisation_id])
    left = _locked(member)
    _check_present(left)
    if reason not in LeaveReason.values or reason == LeaveReason.MOVED:
        raise ValidationError({"reason": "请选择减员原因；在本平台内调整党支部请用“调整支部”。"})
    stay_close(left, left_on, reason, field="left_on")
    posts_close(left, left_on, field="left_on")
    left.left_on, left.leave_reason, left.group = left_on, reason, None
    if reason == LeaveReason.SUSPENDED:
        left.standing = PartyStanding.SUSPENDED
    _check(left)
    _save(left)
    after = {"leave_reason": reason, "left_on": str(left_on), "branch": left.organisation.short_name}
    _record(by, "member.disable", left, after=after, reason=note)
    obligations_reopen_for(organisation_ids=[left.organisation_id])
    return left


@transaction.atomic
def member_return(*, by: User, member: Member, target: Organisation, returned_on: date) -> Member:
    """Take back a member who had left (转回、恢复党籍) into a branch from ``returned_on`` on."""
    _check_branch(target)
    back = _locked(member)
    if back.left_on is None:
        raise ValidationError("该党员在册，不需要转回。")
    if not back.left_on <= returned_on <= local_today():
        raise ValidationError({"moved_on": f"日期须在离开日期{back.left_on}与今天之间。"})
    before = {"leave_reason": back.leave_reason, "left_on": str(back.left_on)}
    back.left_on, back.leave_reason, back.standing = None, "", PartyStanding.NORMAL
    back.organisation, back.group = target, None
    _check(back)
    _save(back)
    stay_open(back, returned_on, EntryReason.TRANSFERRED)
    after = {"branch": target.short_name, "returned_on": str(returned_on)}
    _record(by, "member.return", back, before=before, after=after)
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


def _locked(member: Member) -> Member:
    """Not its key, on which a log's attendance stands: a submission, holding the branch, would wait for ever."""
    rows = Member.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation", "group").get(pk=member.pk)


def _assign(member: Member, values: Mapping[str, Any]) -> None:
    if unknown := sorted(set(values) - set(MEMBER_FIELDS)):
        raise TypeError(f"not fields of a member: {unknown}")
    for field, value in values.items():
        setattr(member, field, value)
    member.name = member.name.strip()
    member.name_pinyin, member.initials = person_pinyin(member.name)


def _check(member: Member) -> None:
    dates = {field: getattr(member, field) for field in ("birth_date", "joined_on", "confirmed_on")}
    values = {field: value for field, value in dates.items() if value} | {"category": member.category}
    problems = {name: f"{message}。" for name, message, _ in row_problems(values, local_today())}
    if problems:
        raise ValidationError(problems)
    member.full_clean()


def _save(member: Member) -> None:
    member.revision += 1
    member.save()


def _check_present(member: Member) -> None:
    if member.left_on is not None:
        raise ValidationError(f"该党员已于{member.left_on}离开（{member.get_leave_reason_display()}）。")


def _check_branch(organisation: Organisation) -> None:
    """As it stands under its lock: it may be merged or abolished at this moment."""
    branches_lock([organisation.pk])
    organisation.refresh_from_db(fields=["kind", "status"])
    if organisation.kind != OrganisationKind.BRANCH or organisation.status != OrganisationStatus.ACTIVE:
        raise ValidationError({"target": "请选择状态正常的党支部。"})


def _own_group(branch: Organisation, group: Organisation | None) -> Organisation | None:
    standing = (OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED)
    if group and not (group.kind == OrganisationKind.GROUP and group.path.startswith(branch.path)):
        raise ValidationError({"group": "只能选择本支部的党小组。"})
    if group and group.status not in standing:
        raise ValidationError({"group": "这个党小组已撤销。"})
    return group


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, date) else value for key, value in values.items()}


def _masks(member: Member) -> dict[str, str]:
    return {"id_number": member.id_number_mask, "phone": member.phone_mask}


def _record(
    by: User,
    action: str,
    member: Member,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    path = member.organisation.path
    audit.record(by=by, action=action, target=member, scope_path=path, before=before, after=after, reason=reason)
