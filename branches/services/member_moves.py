"""
What the verbs about members share: the lock, the checks, leaving the roster, coming to another branch. Called within a
verb's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from branches.choices import LeaveReason, LetterState, OrganisationKind, OrganisationStatus, PartyStanding
from branches.models import Member, Organisation, TransferLetter
from branches.policy.roster import row_problems
from branches.services.admission_follow import applicants_follow
from branches.services.departures import postings_follow
from branches.services.memberships import posts_close, stay_close, stay_open
from branches.services.obligations import obligations_reopen_for, organisations_lock
from core.calendar import local_today


def member_locked(member: Member) -> Member:
    """Not its key, on which a log's attendance stands: a submission, holding the branch, would wait for ever."""
    rows = Member.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation", "group", "user").get(pk=member.pk)


def member_check(member: Member) -> None:
    """ValidationError for dates that contradict each other, or fields that cannot be."""
    dates = {field: getattr(member, field) for field in ("birth_date", "joined_on", "confirmed_on")}
    values: dict[str, Any] = {field: value for field, value in dates.items() if value} | {"category": member.category}
    problems = {name: f"{message}。" for name, message, _ in row_problems(values, local_today())}
    if problems:
        raise ValidationError(problems)
    member.full_clean()


def member_save(member: Member) -> None:
    member.revision += 1
    member.save()


def check_present(member: Member) -> None:
    if member.left_on is not None:
        raise ValidationError(f"该党员已于{member.left_on}离开（{member.get_leave_reason_display()}）。")


def check_no_letter(member: Member) -> None:
    """A member under way with a 介绍信 goes nowhere else before that is settled."""
    if TransferLetter.objects.filter(member=member, state=LetterState.ISSUED).exists():
        raise ValidationError("该党员有一封未办结的介绍信，请先办结或撤销。")


def check_branch(organisation: Organisation) -> None:
    """As it stands under its lock: it may be merged or abolished at this moment."""
    organisations_lock([organisation.pk])
    organisation.refresh_from_db(fields=["kind", "status"])
    if organisation.kind != OrganisationKind.BRANCH or organisation.status != OrganisationStatus.ACTIVE:
        raise ValidationError({"target": "请选择状态正常的党支部。"})


def own_group(branch: Organisation, group: Organisation | None) -> Organisation | None:
    standing = (OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED)
    if group and not (group.kind == OrganisationKind.GROUP and group.path.startswith(branch.path)):
        raise ValidationError({"group": "只能选择本支部的党小组。"})
    if group and group.status not in standing:
        raise ValidationError({"group": "这个党小组已撤销。"})
    return group


def branch_change(
    *,
    by: User,
    member: Member,
    target: Organisation,
    day: date,
    reasons: tuple[str, str],
    field: str,
    group: Organisation | None = None,
) -> Organisation:
    """
    Close the stay in the present branch and open one in ``target`` for ``reasons`` (of leaving, of entering); posts and
    postings in the old branch end. Both branches are locked by the caller. Returns the old branch.
    """
    if target.pk == member.organisation_id:
        raise ValidationError({"target": "该党员已在这个党支部。"})
    if day < target.founded_on:
        raise ValidationError({field: f"该党支部成立于{target.founded_on}，日期不能更早。"})
    stay_close(member, day, reasons[0], field=field)
    posts_close(member, day, field=field)
    source, member.organisation = member.organisation, target
    member.group = own_group(target, group)
    member_save(member)
    stay_open(member, day, reasons[1])
    postings_follow(by=by, member=member, left=source, gone=False, day=day)
    applicants_follow(by=by, member=member, day=day)
    obligations_reopen_for(organisation_ids=[source.pk, target.pk])
    return source


def roster_leave(*, by: User, member: Member, reason: str, day: date, field: str = "left_on") -> None:
    """Strike the member off the roster from ``day`` on: stay, posts and postings end. The branch is locked already."""
    stay_close(member, day, reason, field=field)
    posts_close(member, day, field=field)
    member.left_on, member.leave_reason, member.group = day, reason, None
    if reason == LeaveReason.SUSPENDED:
        member.standing = PartyStanding.SUSPENDED
    member_check(member)
    member_save(member)
    postings_follow(by=by, member=member, left=member.organisation, gone=True, day=day)
    applicants_follow(by=by, member=member, day=day)
    obligations_reopen_for(organisation_ids=[member.organisation_id])


def roster_rejoin(*, member: Member, target: Organisation, day: date, reason: str, field: str = "moved_on") -> None:
    """Put a member who had left into ``target`` from ``day`` on."""
    if member.left_on is None:
        raise ValidationError("该党员在册，不需要转回。")
    if not member.left_on <= day <= local_today():
        raise ValidationError({field: f"日期须在离开日期{member.left_on}与今天之间。"})
    member.left_on, member.leave_reason, member.standing = None, "", PartyStanding.NORMAL
    member.organisation, member.group = target, None
    member_check(member)
    member_save(member)
    stay_open(member, day, reason)


def masks(member: Member) -> dict[str, str]:
    return {"id_number": member.id_number_mask, "phone": member.phone_mask}


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of the keys whose values differ."""
    before = {key: value for key, value in old.items() if new[key] != value}
    return before, {key: new[key] for key in before}
