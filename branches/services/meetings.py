"""Every write of submitted logs: recorded, corrected, returned; each keeps the obligations true in its transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.models import Posting, User
from accounts.roles import Role
from branches.choices import MeetingStatus
from branches.models import (
    Attendance,
    Meeting,
    MeetingCount,
    MeetingDecision,
    MeetingDraft,
    MeetingVersion,
    MeetingVote,
    Organisation,
)
from branches.policy.minutes import (
    COMMITTEE,
    DecisionData,
    Frame,
    Headcount,
    Mark,
    MeetingData,
    Seat,
    VoteData,
    headcount,
    minutes_problems,
    tally_of,
)
from branches.policy.votes import vote_outcome
from branches.selectors.meeting_versions import Content, changed_since, content_changes, meeting_content
from branches.selectors.meetings import meeting_frame, seats_for_correction, seats_on
from branches.services.obligations import obligations_refresh
from core import audit
from core.calendar import add_workdays
from core.notices import NoticeRow, notices_send
from core.periods import LOCAL_ZONE

__all__ = [
    "DecisionData",
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
    Submit the log of a meeting: it counts at once. Sent twice with one key, the first log is returned and nothing is
    written. Removes the draft of the same key. Raises ValidationError by field, in Chinese.
    """
    branch = _locked(branch.pk)
    earlier = Meeting.objects.filter(submission_key=submission_key).first()
    if earlier is not None:
        return _same_submission(earlier, branch)
    seats = seats_on(branch_id=branch.pk, kind=data.kind, day=data.held_on, group_id=data.group_id)
    frame = _accepted(branch, data, seats)
    meeting = Meeting(organisation=branch, submission_key=submission_key, submitted_by=by)
    count = _describe(meeting, data, frame, submitted_on=frame.today)
    meeting.save(force_insert=True)
    Attendance.objects.bulk_create(_attendance_rows(meeting, data, seats))
    _write_parts(meeting, data, count)
    _count(meeting)
    obligations_refresh(organisation_id=branch.pk, days=[meeting.held_on])
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
    branch = _locked(meeting.organisation_id)
    meeting = Meeting.objects.get(pk=meeting.pk)
    meeting.organisation = branch
    _refuse_conflict(meeting, expected_revision)
    reason = _reason(reason, "请写明更正原因。")
    seats = seats_for_correction(meeting, data, take_roster=take_roster)
    frame = _accepted(branch, data, seats)
    before, old_day, old_audit = meeting_content(meeting), meeting.held_on, _audited(meeting)
    was_returned = meeting.status == MeetingStatus.RETURNED
    count = _describe(meeting, data, frame, submitted_on=meeting.submitted_at.astimezone(LOCAL_ZONE).date())
    meeting.status, meeting.return_reason, meeting.revision = MeetingStatus.SUBMITTED, "", meeting.revision + 1
    meeting.save()
    _rewrite_parts(meeting, data, seats, count)
    if not was_returned and not content_changes(before, meeting_content(meeting)):
        raise ValidationError("没有改动，不需要更正。", code="unchanged")
    _keep_version(meeting, before, by, reason)
    obligations_refresh(organisation_id=branch.pk, days=sorted({old_day, meeting.held_on}))
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
    Send a log back to its branch with a reason: it no longer counts until corrected. The submitter and the branch's
    present secretaries are told. Raises ValidationError where it is returned or void already, or no reason is given.
    """
    branch = _locked(meeting.organisation_id)
    read_revision, meeting = meeting.revision, Meeting.objects.get(pk=meeting.pk)
    meeting.organisation = branch
    if meeting.status != MeetingStatus.SUBMITTED:
        raise ValidationError(f"这条记录现在是“{meeting.get_status_display()}”，不能退回。", code="state")
    if meeting.revision != read_revision:
        raise ValidationError("党支部刚刚更正了这条记录，请看过新内容再决定是否退回。", code="conflict")
    meeting.return_reason = _reason(reason, "请写明退回原因，以便党支部更正。")
    meeting.status = MeetingStatus.RETURNED
    meeting.save(update_fields=["status", "return_reason", "updated_at"])
    meeting.counts.all().delete()
    obligations_refresh(organisation_id=branch.pk, days=[meeting.held_on])
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


def _locked(organisation_id: int) -> Organisation:
    """The branch's row, locked: two saves of one branch follow each other, so neither counts without the other."""
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


def _attendance_rows(meeting: Meeting, data: MeetingData, seats: Sequence[Seat]) -> list[Attendance]:
    marks: Mapping[int, Mark] = data.attendance or {}
    present = Mark()
    return [
        Attendance(
            meeting=meeting,
            member_id=seat.member_id,
            status=marks.get(seat.member_id, present).status,
            note=marks.get(seat.member_id, present).note,
            has_vote=seat.has_vote,
        )
        for seat in seats
    ]


def _write_parts(meeting: Meeting, data: MeetingData, count: Headcount) -> None:
    """Votes and decisions, one statement each, none where there are none."""
    votes = [_vote_row(meeting, vote, count) for vote in data.votes]
    decisions = [
        MeetingDecision(meeting=meeting, text=decision.text, owner=decision.owner, due_on=decision.due_on)
        for decision in data.decisions
    ]
    _clean_parts("votes", "表决", votes)
    _clean_parts("decisions", "决议事项", decisions)
    if votes:
        MeetingVote.objects.bulk_create(votes)
    if decisions:
        MeetingDecision.objects.bulk_create(decisions)


def _vote_row(meeting: Meeting, vote: VoteData, count: Headcount) -> MeetingVote:
    tally = tally_of(vote, count)
    outcome = vote_outcome(vote.rule, tally, in_committee=meeting.kind == COMMITTEE)
    return MeetingVote(
        meeting=meeting,
        subject=vote.subject,
        rule=vote.rule,
        method=vote.method,
        should=tally.should,
        present=tally.present,
        approve=tally.approve,
        oppose=tally.oppose,
        abstain=tally.abstain,
        written=tally.written,
        passed=outcome.passed,
    )


def _clean_parts(name: str, label: str, rows: Sequence[MeetingVote | MeetingDecision]) -> None:
    messages = []
    for number, row in enumerate(rows, start=1):
        try:
            row.clean_fields(exclude=["meeting"])
        except ValidationError as error:
            messages += [f"{label}第{number}项：{message}" for message in error.messages]
    if messages:
        raise ValidationError({name: messages})


def _rewrite_parts(meeting: Meeting, data: MeetingData, seats: Sequence[Seat], count: Headcount) -> None:
    rows = _attendance_rows(meeting, data, seats)
    Attendance.objects.filter(meeting=meeting).exclude(member_id__in=[row.member_id for row in rows]).delete()
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["meeting", "member"],
        update_fields=["status", "note", "has_vote"],
    )
    meeting.votes.all().delete()
    meeting.decisions.all().delete()
    _write_parts(meeting, data, count)
    meeting.counts.all().delete()
    _count(meeting)


def _count(meeting: Meeting) -> None:
    MeetingCount.objects.bulk_create(
        MeetingCount(
            meeting=meeting,
            kind=kind,
            organisation_id=meeting.organisation_id,
            group_id=meeting.group_id,
            held_on=meeting.held_on,
        )
        for kind in (meeting.kind, *meeting.also_kinds)
    )


def _refuse_conflict(meeting: Meeting, expected_revision: int) -> None:
    if meeting.status == MeetingStatus.VOID:
        raise ValidationError("已作废的记录不能更正。", code="state")
    if meeting.revision == expected_revision:
        return
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
    return text


def _keep_version(meeting: Meeting, before: Content, by: User, reason: str) -> None:
    MeetingVersion.objects.create(meeting=meeting, number=meeting.revision - 1, content=before, reason=reason, by=by)


def _tell_branch(meeting: Meeting, by: User) -> None:
    secretaries = Posting.objects.current().filter(organisation=meeting.organisation_id, role=Role.BRANCH_SECRETARY)
    readers = {meeting.submitted_by_id, *secretaries.values_list("user_id", flat=True)} - {None}
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
    """Figures and the title, no names."""
    row: dict[str, Any] = {
        "kinds": [meeting.kind, *meeting.also_kinds],
        "title": meeting.title,
        "held_on": meeting.held_on.isoformat(),
        "expected": meeting.expected,
        "present": meeting.present,
        "late_entry": meeting.is_late_entry,
        "revision": meeting.revision,
    }
    return row if votes is None else {**row, "votes": votes}
