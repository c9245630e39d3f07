"""Reads around 民主评议: who is graded, what a reader may see of the grades."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import Capability
from branches.choices import AppraisalGrade, AppraisalState, MeetingStatus
from branches.models import Appraisal, AppraisalMark, Meeting
from branches.policy.appraisals import excellent_limit
from branches.policy.meeting_kinds import ASSEMBLY
from branches.policy.minutes import Seat
from branches.querysets import OrganisationRowQuerySet
from branches.selectors.meetings import seats_on

#: Who is not there is left out: the counts are for everybody who may read the log.
_GRADES = dict(AppraisalGrade.choices)


@dataclass(frozen=True, slots=True)
class AppraisalView:
    """
    What a reader of the log sees: the appraisal of its year if there is one, counts once it is finished, the own grade.
    """

    appraisal: Appraisal | None
    counts: tuple[tuple[str, int], ...]
    own_grade: str
    may_view: bool
    may_begin: bool


def appraisals_in_full() -> OrganisationRowQuerySet:
    return Appraisal.objects.select_related("organisation", "meeting", "by")


def appraisal_seen_by(user: User, meeting: Meeting) -> AppraisalView:
    """Two queries; the grades of others never pass here."""
    path = meeting.organisation.path
    found = Appraisal.objects.filter(organisation_id=meeting.organisation_id, year=meeting.held_on.year).first()
    finished = found is not None and found.state == AppraisalState.FINISHED
    own = AppraisalMark.objects.filter(appraisal=found, member__user=user).first() if finished else None
    return AppraisalView(
        appraisal=found,
        counts=counts_of(found) if found and finished else (),
        own_grade=_GRADES[own.grade] if own else "",
        may_view=user.scope(Capability.APPRAISAL_VIEW).covers(path),
        may_begin=found is None
        and meeting.status == MeetingStatus.SUBMITTED
        and user.scope(Capability.APPRAISAL_RECORD).covers(path),
    )


def counts_of(appraisal: Appraisal) -> tuple[tuple[str, int], ...]:
    """(grade, how many), best first."""
    return tuple((label, getattr(appraisal, grade)) for grade, label in AppraisalGrade.choices)


def appraised(meeting: Meeting) -> tuple[list[Seat], int]:
    """The full members on the day of the meeting, who are graded, and how many members there were. One query."""
    seats = seats_on(branch_id=meeting.organisation_id, kind=ASSEMBLY, day=meeting.held_on)
    return [seat for seat in seats if not seat.probationary], len(seats)


@dataclass(frozen=True, slots=True)
class AppraisalPage:
    """``rows``: (member, grade, its word); ``limit``: how many may be 优秀."""

    rows: tuple[tuple[Seat, str, str], ...]
    members: int
    limit: int
    probationary: int
    may_record: bool


def appraisal_page(user: User, appraisal: Appraisal) -> AppraisalPage:
    """The grades, for those who may view them all. Two queries."""
    seats, members = appraised(appraisal.meeting)
    grades = dict(AppraisalMark.objects.filter(appraisal=appraisal).values_list("member_id", "grade"))
    return AppraisalPage(
        rows=tuple(
            (seat, grade, _GRADES.get(grade, "")) for seat in seats for grade in [grades.get(seat.member_id, "")]
        ),
        members=members,
        limit=excellent_limit(members),
        probationary=members - len(seats),
        may_record=user.scope(Capability.APPRAISAL_RECORD).covers(appraisal.organisation.path),
    )
