"""Every write of submitted logs: recorded, corrected, returned; each keeps the obligations true in its transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.models import Posting, User
from accounts.roles import Role
from branches.choices import MeetingKind, MeetingStatus
from branches.models import Meeting, MeetingDraft, MeetingVersion, Organisation
from branches.policy.meeting_kinds import DetailData
from branches.policy.minutes import (
    DecisionData,
    Frame,
    Headcount,
    Mark,
    MeetingData,
    Seat,
    VoteData,
    headcount,
    id_number_problems,
    minutes_problems,
)
from branches.selectors.meeting_versions import (
    Content,
    changed_since,
    content_changes,
    guest_ids_of,
    meeting_content,
)
from branches.selectors.meetings import meeting_frame, seats_for, seats_for_correction
from branches.services.closing_guard import refuse_closed
from branches.services.deadlines import deadlines_follow_logs
from branches.services.meeting_parts import branches_refresh, participants_lock, parts_rewrite, parts_write
from branches.services.meeting_plans import plan_close
from branches.services.search_index import meetings_indexed
from core import audit
from core.calendar import add_workdays
from core.notices import NoticeRow, notices_send, notices_settle
from core.periods import LOCAL_ZONE

__all__ = [
    "DecisionData",
    "DetailData",
    "Mark",
    "MeetingData",
    "VoteData",
    "meeting_correct",
    "meeting_record",
    "meeting_return",
]

REASON_LIMIT = 200

_COPIED = (
    "kind", "title", "held_on", "group_id", "starts_at", "ends_at", "place", "host", "recorder", "observers", "agenda",
    "study", "discussion", "resolution", "late_note",
)  # fmt: skip

#: Left to the database and to the checks before: asking again would cost a query each.
_CHECKED_ELSEWHERE = ("organisation", "group", "submitted_by", "submission_key", "also_kinds")


@transaction.atomic
def meeting_record(*, by: User, branch: Organisation, data: MeetingData, submission_key: UUID) -> Meeting:
    """
    Submit the log of a meeting: it counts at once, a joint one for every branch that took part. Sent twice with one
    key, the first log is returned and nothing is written. Removes the draft of the same key and closes the plan it was
    written from. Raises ValidationError by field, in Chinese.
    """
    branch = _locked(branch.pk, data.guest_ids)
    earlier = Meeting.objects.filter(submission_key=submission_key).first()
    if earlier is not None:
        return _same_submission(earlier, branch)
    seats = seats_for(branch.pk, data)
    frame = _accepted(branch, data, seats)
    refuse_closed(branches=[branch.pk, *data.guest_ids], days=[data.held_on], field="held_on")
    meeting = Meeting(organisation=branch, submission_key=submission_key, submitted_by=by)
    count = _describe(meeting, data, frame, submitted_on=frame.today)
    meeting.save(force_insert=True)
    parts_write(meeting, data, seats, count)
    meetings_indexed([meeting])
    branches_refresh([branch.pk, *data.guest_ids], [meeting.held_on])
    if data.plan_id is not None:
        plan_close(meeting=meeting, plan_id=data.plan_id)
    MeetingDraft.objects.filter(pk=submission_key, organisation=branch).delete()
    audit.record(
        by=by, action="meeting.submit", target=meeting, scope_path=branch.path, after=_audited(meeting, len(data.votes))
    )
    return meeting


@transaction.atomic
def meeting_correct(
    *,
    by: User,
    meeting: Meeting,
    data: MeetingData,
    reason: str,
    expected_revision: int,
    take_roster: bool = False,
) -> Meeting:
    """
    Correct a submitted or returned log; what it said before stays as a version, and a returned one counts again.

    While kind, group and date stay, those whom the log names remain expected; ``take_roster`` takes the day's roster
    anew. Raises ValidationError: code "conflict" when somebody corrected it since ``expected_revision``.
    """
    guests_before = guest_ids_of(meeting)
    branch = _locked(meeting.organisation_id, {*guests_before, *data.guest_ids})
    meeting = Meeting.objects.get(pk=meeting.pk)
    meeting.organisation = branch
    _refuse_conflict(meeting, expected_revision)
    touched = {branch.pk, *guests_before, *data.guest_ids}
    reason = _reason(reason, "请写明更正原因。")
    seats = seats_for_correction(meeting, data, take_roster=take_roster)
    frame = _accepted(branch, data, seats)
    refuse_closed(branches=touched, days=[meeting.held_on, data.held_on], field="held_on")
    before, old_day, old_audit = meeting_content(meeting), meeting.held_on, _audited(meeting)
    was_returned, returned_at = meeting.status == MeetingStatus.RETURNED, meeting.revision
    count = _describe(meeting, data, frame, submitted_on=meeting.submitted_at.astimezone(LOCAL_ZONE).date())
    meeting.status, meeting.return_reason, meeting.revision = MeetingStatus.SUBMITTED, "", meeting.revision + 1
    meeting.save()
    parts_rewrite(meeting, data, seats, count)
    meetings_indexed([meeting])
    if not was_returned and not content_changes(before, meeting_content(meeting)):
        raise ValidationError("没有改动，不需要更正。", code="unchanged")
    _keep_version(meeting, before, by, reason)
    branches_refresh({branch.pk, *guests_before, *data.guest_ids}, sorted({old_day, meeting.held_on}))
    deadlines_follow_logs(meeting_ids=[meeting.pk])
    if was_returned:
        _settle_return(meeting, returned_at)
    MeetingDraft.objects.filter(meeting=meeting, by=by).delete()
    audit.record(
        by=by,
        action="meeting.correct",
        target=meeting,
        scope_path=branch.path,
        before=old_audit,
        after=_audited(meeting),
        reason=reason,
    )
    return meeting


@transaction.atomic
def meeting_return(*, by: User, meeting: Meeting, reason: str) -> Meeting:
    """
    Send a log back to its branch with a reason: it no longer counts until corrected. A correction begun before meets a
    conflict, and thus the reason. The submitter and the branch's present secretaries are told. Raises ValidationError
    where it is returned or void already, or no reason is given.
    """
    guests = guest_ids_of(meeting)
    branch = _locked(meeting.organisation_id, guests)
    read_revision, meeting = meeting.revision, Meeting.objects.get(pk=meeting.pk)
    meeting.organisation = branch
    refuse_closed(branches=[branch.pk, *guests], days=[meeting.held_on])
    if meeting.status != MeetingStatus.SUBMITTED:
        raise ValidationError(f"这条记录现在是“{meeting.get_status_display()}”，不能退回。", code="state")
    if meeting.revision != read_revision:
        raise ValidationError("党支部刚刚更正了这条记录，请看过新内容再决定是否退回。", code="conflict")
    meeting.return_reason = _reason(reason, "请写明退回原因，以便党支部更正。")
    meeting.status, meeting.revision = MeetingStatus.RETURNED, meeting.revision + 1
    meeting.save(update_fields=["status", "return_reason", "revision", "updated_at"])
    meeting.counts.all().delete()
    branches_refresh([branch.pk, *guests], [meeting.held_on])
    deadlines_follow_logs(meeting_ids=[meeting.pk])
    _tell_branch(meeting, by)
    audit.record(
        by=by,
        action="meeting.return",
        target=meeting,
        scope_path=branch.path,
        before={"status": MeetingStatus.SUBMITTED.value},
        after={"status": MeetingStatus.RETURNED.value},
        reason=meeting.return_reason,
    )
    return meeting


def _locked(organisation_id: int, guests: Collection[int] = ()) -> Organisation:
    """
    The branch's row, locked: two saves of one branch follow each other, so neither counts without the other. Those of
    a joint meeting are all locked, by id, so that two meetings never wait for each other.
    """
    if guests:
        participants_lock(organisation_id, guests)
    return Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation_id)


def _same_submission(earlier: Meeting, branch: Organisation) -> Meeting:
    if earlier.organisation_id != branch.pk:
        raise ValidationError("提交标识无效，请重新打开页面。", code="key")
    return earlier


def _accepted(branch: Organisation, data: MeetingData, seats: list[Seat]) -> Frame:
    frame = meeting_frame(branch, data, seats)
    problems = minutes_problems(data, frame)
    if problems:
        raise ValidationError(dict(problems))
    return frame


def _describe(meeting: Meeting, data: MeetingData, frame: Frame, *, submitted_on: date) -> Headcount:
    """Put the data on the row and check every field; nothing is stored yet."""
    for name in _COPIED:
        setattr(meeting, name, getattr(data, name))
    meeting.also_kinds = list(data.kinds[1:])
    count = headcount(frame.seats, data.attendance)
    meeting.expected, meeting.present = count.expected, count.present
    meeting.expected_voting, meeting.present_voting = count.expected_voting, count.present_voting
    meeting.is_late_entry = is_late_entry(meeting.held_on, submitted_on)
    meeting.full_clean(exclude=_CHECKED_ELSEWHERE, validate_unique=False, validate_constraints=False)
    return count


def is_late_entry(held_on: date, submitted_on: date) -> bool:
    """Whether the log came more than LATE_ENTRY_DAYS working days after the meeting. At most one query."""
    allowed = settings.PORTAL["LATE_ENTRY_DAYS"]
    if submitted_on <= held_on + timedelta(days=allowed):
        return False
    return submitted_on > add_workdays(held_on, allowed)


def _refuse_conflict(meeting: Meeting, expected_revision: int) -> None:
    if meeting.status == MeetingStatus.VOID:
        raise ValidationError("已作废的记录不能更正。", code="state")
    if meeting.revision == expected_revision:
        return
    if meeting.status == MeetingStatus.RETURNED:
        raise ValidationError(
            f"这条记录刚被上级退回，原因：{meeting.return_reason}。您填写的内容还在，没有提交；请按退回原因核对后再提交。",
            code="conflict",
        )
    who, changes = changed_since(meeting, expected_revision)
    what = "、".join(change.label for change in changes) or "内容"
    raise ValidationError(
        f"这条记录刚被{who or '别人'}更正过（{what}有变化）。您填写的内容还在，没有提交；请对照新内容核对后再提交。",
        code="conflict",
    )


def _reason(text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError({"reason": [missing]})
    if len(text) > REASON_LIMIT:
        raise ValidationError({"reason": [f"原因不能超过{REASON_LIMIT}字。"]})
    if problems := id_number_problems([("reason", "原因", text)]):
        raise ValidationError(dict(problems))
    return text


def _keep_version(meeting: Meeting, before: Content, by: User, reason: str) -> None:
    """Its number is the revision that held this content last; after a return there is none for the one before."""
    MeetingVersion.objects.create(meeting=meeting, number=meeting.revision - 1, content=before, reason=reason, by=by)


def _told_of_return(meeting: Meeting) -> set[int]:
    """Who submitted the log, and the branch's present secretaries."""
    secretaries = Posting.objects.current().filter(organisation=meeting.organisation_id, role=Role.BRANCH_SECRETARY)
    return {pk for pk in (meeting.submitted_by_id, *secretaries.values_list("user_id", flat=True)) if pk}


def _settle_return(meeting: Meeting, returned_at: int) -> None:
    """What the notice asked for is done, so that nobody still has it unread."""
    notices_settle(users=_told_of_return(meeting), key=f"meeting-return:{meeting.pk}:{returned_at}")


def _tell_branch(meeting: Meeting, by: User) -> None:
    readers = _told_of_return(meeting)
    notices_send(
        rows=[
            NoticeRow(
                user_id=reader,
                key=f"meeting-return:{meeting.pk}:{meeting.revision}",
                subject=f"会议记录被退回：{meeting.title}",
                body=f"{by.name}退回了{meeting.held_on:%Y-%m-%d}的“{meeting.title}”，原因：{meeting.return_reason}。"
                "更正后重新提交，即重新计入。",
                url=reverse("branches:meeting_detail", args=[meeting.pk]),
            )
            for reader in sorted(readers)
        ]
    )


def _audited(meeting: Meeting, votes: int | None = None) -> dict[str, Any]:
    """Figures and the title, no names; keys are those of the columns, by which the audit page finds their words."""
    row: dict[str, Any] = {
        "kind": meeting.kind,
        "also_kinds": [MeetingKind(kind).label for kind in meeting.also_kinds],
        "title": meeting.title,
        "held_on": meeting.held_on.isoformat(),
        "expected": meeting.expected,
        "present": meeting.present,
        "is_late_entry": meeting.is_late_entry,
        "revision": meeting.revision,
    }
    return row if votes is None else {**row, "表决项数": votes}
