"""Where 发展党员 touches the roster: a probationary member is made or found, confirmed, or loses the place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from branches.choices import AdmissionOutcome, EntryReason, LeaveReason, MemberCategory, MemberChangeKind
from branches.models import Applicant, Member
from branches.policy import admission as policy
from branches.selectors.admission import Known, matching_member
from branches.services.dues_months import dues_follow
from branches.services.member_history import Happening, happening_record
from branches.services.member_moves import member_check, member_locked, member_save
from branches.services.members import member_create, member_disable


def member_admit(*, by: User, applicant: Applicant, assembly_on: date, approved_on: date) -> Member:
    """
    The probationary member that the approval makes: joined on the day of the assembly (党章 art. 7; domain.md §5), in
    the branch from the approval on. One whom the roster holds already is linked, and joined then as well.
    """
    found = applicant.member or matching_member(applicant)
    if found is not None:
        facts = {"joined_on": assembly_on, "birth_date": applicant.birth_date}
        return _changed(by, found, MemberChangeKind.UPDATED, assembly_on, facts)
    values = {
        "name": applicant.name,
        "gender": applicant.gender,
        "birth_date": applicant.birth_date,
        "category": MemberCategory.PROBATIONARY.value,
        "joined_on": assembly_on,
        "joined_at": applicant.organisation.short_name,
    }
    return member_create(
        by=by, organisation=applicant.organisation, values=values, since=approved_on, entry_reason=EntryReason.ADMITTED
    )


def member_conclude(*, by: User, known: Known, approved_on: date, probation_end: date, extended_until: date) -> None:
    """
    What the approved decision of step 23 does to the member: full from the day the probation was up (党龄 counts from
    it), on probation for longer, or struck off.
    """
    member = known.applicant.member
    if member is None or member.left_on is not None:
        raise ValidationError("党员名册中没有对应的在册预备党员，请先核对党员信息。")
    outcome = known.steps[policy.CONFIRMING_STEP].outcome
    if outcome == AdmissionOutcome.CONFIRM:
        facts = {"category": MemberCategory.FULL.value, "confirmed_on": probation_end}
        _changed(by, member, MemberChangeKind.CONFIRMED, probation_end, facts)
    elif outcome == AdmissionOutcome.EXTEND:
        facts = {"probation_extended_until": extended_until}
        _changed(by, member, MemberChangeKind.EXTENDED, approved_on, facts)
    else:
        note, kind = "取消预备党员资格", MemberChangeKind.CANCELLED
        member_disable(by=by, member=member, reason=LeaveReason.OTHER, left_on=approved_on, note=note, kind=kind)


def joined_on_move(*, by: User, applicant: Applicant, assembly_on: date) -> None:
    """The assembly's day was corrected: so is the day of joining."""
    if applicant.member is not None:
        _changed(by, applicant.member, MemberChangeKind.UPDATED, assembly_on, {"joined_on": assembly_on})


def _changed(by: User, member: Member, kind: str, day: date, facts: Mapping[str, Any]) -> Member:
    """The member with these facts, and the dated row that says so; nothing where they hold already."""
    changed = member_locked(member)
    before = {name: getattr(changed, name) for name, value in facts.items() if getattr(changed, name) != value}
    if not before:
        return changed
    category = changed.category if "category" in before else ""
    for name in before:
        setattr(changed, name, facts[name])
    member_check(changed)
    member_save(changed)
    after = {name: facts[name] for name in before}
    what = Happening(kind, day, before, after, category_before=category)
    happening_record(by=by, member=changed, action="member.update", what=what)
    if "joined_on" in before:
        dues_follow(member_ids=[changed.pk])
    return changed
