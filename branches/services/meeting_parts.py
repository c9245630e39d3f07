"""The rows below a log: details, branches that took part, attendance, votes, decisions, and what the log counts as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.core.exceptions import ValidationError

from branches.models import (
    Attendance,
    Meeting,
    MeetingBranch,
    MeetingCount,
    MeetingDecision,
    MeetingDetail,
    MeetingVote,
)
from branches.policy.meeting_kinds import DetailData, detail_fields
from branches.policy.minutes import COMMITTEE, Headcount, Mark, MeetingData, Seat, VoteData, headcount, tally_of
from branches.policy.votes import vote_outcome
from branches.services.obligations import obligations_refresh, organisations_lock

__all__ = ["branches_refresh", "logs_count", "participants_lock", "parts_rewrite", "parts_write"]


def participants_lock(host: int, guests: Iterable[int]) -> None:
    """Lock every branch of a joint meeting, in the order of ids, before any of their logs are counted."""
    organisations_lock(sorted({host, *guests}))


def branches_refresh(branches: Iterable[int], days: Sequence[date]) -> None:
    """Rewrite the obligations of these branches, locked by the caller, over these days."""
    for branch in sorted(set(branches)):
        obligations_refresh(organisation_id=branch, days=days)


def parts_write(meeting: Meeting, data: MeetingData, seats: Sequence[Seat], count: Headcount) -> None:
    """Everything below a new log."""
    _write_detail(meeting, data)
    guests = _write_guests(meeting, data, seats)
    Attendance.objects.bulk_create(_attendance_rows(meeting, data, seats, guests))
    _write_votes(meeting, data, count)
    logs_count([(meeting, data.guest_ids)])


def parts_rewrite(meeting: Meeting, data: MeetingData, seats: Sequence[Seat], count: Headcount) -> None:
    """Everything below a corrected log, written anew; attendance lines keep their identity."""
    MeetingDetail.objects.filter(meeting=meeting).delete()
    _write_detail(meeting, data)
    guests = _write_guests(meeting, data, seats)
    rows = _attendance_rows(meeting, data, seats, guests)
    Attendance.objects.filter(meeting=meeting).exclude(member_id__in=[row.member_id for row in rows]).delete()
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["meeting", "member"],
        update_fields=["status", "note", "has_vote", "guest"],
    )
    MeetingBranch.objects.filter(meeting=meeting).exclude(organisation_id__in=data.guest_ids).delete()
    meeting.votes.all().delete()
    meeting.decisions.all().delete()
    _write_votes(meeting, data, count)
    meeting.counts.all().delete()
    logs_count([(meeting, data.guest_ids)])


def logs_count(logs: Iterable[tuple[Meeting, Iterable[int]]]) -> None:
    """Write the count rows of submitted logs: of each kind, for the host and for every other branch of each."""
    MeetingCount.objects.bulk_create(
        MeetingCount(
            meeting=log,
            kind=kind,
            organisation_id=branch,
            group_id=log.group_id if branch == log.organisation_id else None,
            held_on=log.held_on,
        )
        for log, guests in logs
        for branch in (log.organisation_id, *guests)
        for kind in dict.fromkeys((log.kind, *log.also_kinds))
    )


def detail_of(data: MeetingData) -> DetailData:
    """The details without what belongs to kinds that the log does not count as."""
    return DetailData(**{name: getattr(data.detail, name) for name in detail_fields(data.kinds)})


def _write_detail(meeting: Meeting, data: MeetingData) -> None:
    detail = detail_of(data)
    if detail.is_empty:
        return
    row = MeetingDetail(meeting=meeting)
    for name in detail_fields(data.kinds):
        setattr(row, name, getattr(detail, name))
    row.full_clean(exclude=["meeting"], validate_unique=False)
    row.save(force_insert=True)


def _write_guests(meeting: Meeting, data: MeetingData, seats: Sequence[Seat]) -> dict[int, int]:
    """The rows of the branches that took part: organisation to row. No statement where there are none."""
    if not data.guest_ids:
        return {}
    rows = []
    for branch in data.guest_ids:
        count = headcount([seat for seat in seats if seat.guest_id == branch], data.attendance)
        rows.append(
            MeetingBranch(meeting=meeting, organisation_id=branch, expected=count.expected, present=count.present)
        )
    MeetingBranch.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["meeting", "organisation"],
        update_fields=["expected", "present"],
    )
    return dict(MeetingBranch.objects.filter(meeting=meeting).values_list("organisation_id", "pk"))


def _attendance_rows(
    meeting: Meeting, data: MeetingData, seats: Sequence[Seat], guests: Mapping[int, int]
) -> list[Attendance]:
    marks: Mapping[int, Mark] = data.attendance or {}
    present = Mark()
    return [
        Attendance(
            meeting=meeting,
            member_id=seat.member_id,
            status=marks.get(seat.member_id, present).status,
            note=marks.get(seat.member_id, present).note,
            has_vote=seat.has_vote,
            guest_id=guests[seat.guest_id] if seat.guest_id is not None else None,
        )
        for seat in seats
    ]


def _write_votes(meeting: Meeting, data: MeetingData, count: Headcount) -> None:
    """Votes and decisions, one statement each, none where there are none."""
    votes = [_vote_row(meeting, data, vote, count) for vote in data.votes]
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


def _vote_row(meeting: Meeting, data: MeetingData, vote: VoteData, count: Headcount) -> MeetingVote:
    tally = tally_of(vote, count)
    outcome = vote_outcome(vote.rule, tally, in_committee=data.audience == COMMITTEE)
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
        rest_approve=vote.approve is None,
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
