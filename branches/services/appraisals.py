"""Every write of 民主评议: begun from a log, saved, finished within the quota, opened again with a reason."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from branches.choices import AppraisalGrade, AppraisalState, MeetingStatus
from branches.models import Appraisal, AppraisalMark, Meeting, Organisation
from branches.policy.appraisals import finish_problems, tally_of
from branches.policy.meeting_kinds import APPRAISAL
from branches.policy.minutes import id_number_problems
from branches.selectors.appraisals import appraised
from core import audit


@transaction.atomic
def appraisal_begin(*, by: User, meeting: Meeting) -> Appraisal:
    """The appraisal of this log's year; begun where there is none. ValidationError where the log does not count."""
    branch = _locked(meeting.organisation_id)
    meeting = Meeting.objects.get(pk=meeting.pk)
    _check_log(meeting)
    year = meeting.held_on.year
    found = Appraisal.objects.filter(organisation=branch, year=year).first()
    if found is not None:
        return found
    appraisal = Appraisal(organisation=branch, year=year, meeting=meeting, by=by)
    appraisal.full_clean(exclude=["organisation", "meeting", "by"])
    appraisal.save(force_insert=True)
    audit.record(by=by, action="appraisal.begin", target=appraisal, scope_path=branch.path, after={"year": year})
    return appraisal


@transaction.atomic
def appraisal_save(
    *, by: User, appraisal: Appraisal, grades: Mapping[int, str], expected_revision: int, finish: bool = False
) -> Appraisal:
    """
    Keep the grades by member; ``finish`` closes them, which asks for a grade for every full member and for 优秀 at most
    a third of all members (R08). ValidationError otherwise; code "conflict" where somebody saved since.
    """
    appraisal = _fresh(appraisal, expected_revision)
    if appraisal.state == AppraisalState.FINISHED:
        raise ValidationError("民主评议已经完成；要改等次，请先重新登记。", code="state")
    seats, members = appraised(appraisal.meeting)
    known = {seat.member_id for seat in seats}
    chosen = {member: grade for member, grade in grades.items() if grade}
    if set(chosen) - known or set(chosen.values()) - set(AppraisalGrade.values):
        raise ValidationError("名单与评议当天的正式党员不一致，请刷新页面后重新填写。")
    if finish:
        _check_log(appraisal.meeting)
        if problems := finish_problems(grades=chosen, graded=known, members=members):
            raise ValidationError(problems, code="quota")
    _write(appraisal, chosen, members)
    appraisal.revision += 1
    if finish:
        appraisal.state, appraisal.finished_at = AppraisalState.FINISHED, timezone.now()
    appraisal.full_clean(exclude=["organisation", "meeting", "by"], validate_unique=False)
    appraisal.save()
    action = "appraisal.finish" if finish else "appraisal.save"
    path = appraisal.organisation.path
    audit.record(by=by, action=action, target=appraisal, scope_path=path, after=_audited(appraisal))
    return appraisal


@transaction.atomic
def appraisal_reopen(*, by: User, appraisal: Appraisal, reason: str, expected_revision: int) -> Appraisal:
    """Open finished grades again, with a reason that stays in the audit trail."""
    appraisal = _fresh(appraisal, expected_revision)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": ["请写明重新登记的原因。"]})
    if problems := id_number_problems([("reason", "原因", reason)]):
        raise ValidationError(dict(problems))
    if appraisal.state != AppraisalState.FINISHED:
        raise ValidationError("民主评议还没有完成，可以直接修改。", code="state")
    appraisal.state, appraisal.finished_at, appraisal.revision = AppraisalState.OPEN, None, appraisal.revision + 1
    appraisal.save()
    path = appraisal.organisation.path
    audit.record(by=by, action="appraisal.reopen", target=appraisal, scope_path=path, reason=reason[:200])
    return appraisal


def _locked(branch_id: int) -> Organisation:
    return Organisation.objects.order_by().select_for_update(no_key=True).get(pk=branch_id)


def _fresh(appraisal: Appraisal, expected_revision: int) -> Appraisal:
    branch = _locked(appraisal.organisation_id)
    appraisal = Appraisal.objects.select_related("meeting").get(pk=appraisal.pk)
    appraisal.organisation = branch
    if appraisal.revision != expected_revision:
        raise ValidationError("等次刚被别人保存过，请看过新内容再保存。", code="conflict")
    return appraisal


def _check_log(meeting: Meeting) -> None:
    if APPRAISAL not in (meeting.kind, *meeting.also_kinds):
        raise ValidationError("这条会议记录不是民主评议。请先在记录中选择或勾选“民主评议党员”。", code="kind")
    if meeting.status != MeetingStatus.SUBMITTED:
        raise ValidationError("这条会议记录没有计入，请先更正并重新提交。", code="state")


def _write(appraisal: Appraisal, grades: Mapping[int, str], members: int) -> None:
    AppraisalMark.objects.filter(appraisal=appraisal).delete()
    AppraisalMark.objects.bulk_create(
        AppraisalMark(appraisal=appraisal, member_id=member, grade=grade) for member, grade in grades.items()
    )
    appraisal.members = members
    for grade, count in tally_of(grades).items():
        setattr(appraisal, grade, count)


def _audited(appraisal: Appraisal) -> dict[str, int | str]:
    """Counts, no names."""
    return {name: getattr(appraisal, name) for name in ("year", "members", *AppraisalGrade.values, "state")}
