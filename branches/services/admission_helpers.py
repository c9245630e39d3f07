"""Who accompanies a person on the way: 培养联系人 and 入党介绍人, each from a day to a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError

from branches.choices import HelperRole, MemberCategory
from branches.models import AdmissionHelper, Applicant, Member
from branches.policy import admission as policy

HELPER_ROLES = {policy.CONTACT_STEP: HelperRole.CONTACT, policy.INTRODUCER_STEP: HelperRole.INTRODUCER}


def helpers_replace(*, applicant: Applicant, role: str, members: Sequence[Member], day: date) -> None:
    """End those who no longer help and add the new ones; only full members of the branch with the right to vote."""
    for member in members:
        if member.organisation_id != applicant.organisation_id or not _may_help(member, day):
            raise ValidationError({"helpers": f"{member.name}不能担任：须是本支部在册正式党员，且未受留党察看处分。"})
    if len({member.pk for member in members}) != len(members):
        raise ValidationError({"helpers": "同一名党员不能重复选择。"})
    current = AdmissionHelper.objects.filter(applicant=applicant, role=role, ends_on=None)
    current.exclude(member__in=members).update(ends_on=day)
    staying = set(current.values_list("member_id", flat=True))
    for member in members:
        if member.pk not in staying:
            AdmissionHelper.objects.create(applicant=applicant, member=member, role=role, starts_on=day)


def _may_help(member: Member, day: date) -> bool:
    """A full member now, and not under 留党察看 on that day (发展党员细则)."""
    start, end = member.voting_suspended_from, member.voting_suspended_until
    suspended = start is not None and start <= day and (end is None or day < end)
    return member.left_on is None and member.category == MemberCategory.FULL and not suspended
