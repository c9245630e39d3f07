"""The page of one log: everything on it that the reader may see."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import Capability
from branches.choices import PRESENT_STATUSES, AttendanceStatus, MeetingKind, MeetingStatus
from branches.models import Attendance, Meeting, MeetingDecision, MeetingVote, Obligation
from branches.policy.minutes import COMMITTEE
from branches.policy.obligations import State, state_of
from branches.policy.votes import Tally, VoteOutcome, ordinary_quorum, vote_outcome
from branches.querysets import OrganisationRowQuerySet
from branches.selectors.meetings import attendance_seen_by, obligations_served
from core.calendar import local_today
from core.periods import parse_period

_KINDS = dict(MeetingKind.choices)


@dataclass(frozen=True, slots=True)
class JudgedVote:
    """A vote, and why it passed or did not."""

    vote: MeetingVote
    outcome: VoteOutcome


@dataclass(frozen=True, slots=True)
class ServedObligation:
    """An obligation towards which the log counts, and how it stands today."""

    obligation: Obligation
    state: State

    @property
    def period_title(self) -> str:
        return parse_period(self.obligation.period).title


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """What one reader sees of one log. ``own`` is a member's own line where the others' are not shown."""

    counted_kinds: tuple[str, ...]
    absent: tuple[Attendance, ...]
    late: tuple[Attendance, ...]
    own: Attendance | None
    all_seen: bool
    votes: tuple[JudgedVote, ...]
    decisions: tuple[MeetingDecision, ...]
    served: tuple[ServedObligation, ...]
    corrections: int
    may_correct: bool
    may_return: bool
    may_see_history: bool
    advice: str


def meetings_in_full() -> OrganisationRowQuerySet:
    """Logs with the rows that their page names."""
    return Meeting.objects.select_related("organisation", "group", "submitted_by")


def meeting_page(user: User, meeting: Meeting) -> MeetingPage:
    """Everything that the page of this log shows to this user, who may view it. At most six queries."""
    path, status = meeting.organisation.path, meeting.status
    all_seen = user.scope(Capability.ATTENDANCE_VIEW).covers(path)
    lines = attendance_seen_by(user, meeting)
    counts = status == MeetingStatus.SUBMITTED
    kinds = (meeting.kind, *meeting.also_kinds)
    return MeetingPage(
        counted_kinds=tuple(_KINDS.get(kind, kind) for kind in kinds) if counts else (),
        absent=tuple(line for line in lines if line.status not in PRESENT_STATUSES) if all_seen else (),
        late=tuple(line for line in lines if line.status == AttendanceStatus.LATE) if all_seen else (),
        own=next(iter(lines), None) if not all_seen else None,
        all_seen=all_seen,
        votes=_judged_votes(meeting),
        decisions=tuple(meeting.decisions.order_by("pk")),
        served=_served(meeting, kinds) if counts and user.scope(Capability.OBLIGATION_VIEW).covers(path) else (),
        corrections=meeting.revision - 1,
        may_correct=status != MeetingStatus.VOID and user.scope(Capability.MEETING_CORRECT).covers(path),
        may_return=counts and user.scope(Capability.MEETING_RETURN).covers(path),
        may_see_history=user.scope(Capability.MEETING_HISTORY).covers(path),
        advice=_advice(meeting),
    )


def _judged_votes(meeting: Meeting) -> tuple[JudgedVote, ...]:
    in_committee = meeting.kind == COMMITTEE
    return tuple(
        JudgedVote(
            vote,
            vote_outcome(
                vote.rule,
                Tally(vote.should, vote.present, vote.approve, vote.oppose, vote.abstain, vote.written),
                in_committee=in_committee,
            ),
        )
        for vote in meeting.votes.order_by("pk")
    )


def _served(meeting: Meeting, kinds: tuple[str, ...]) -> tuple[ServedObligation, ...]:
    today = local_today()
    return tuple(
        ServedObligation(
            row,
            state_of(
                done=row.done,
                needed=row.needed,
                waived=row.waived,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                today=today,
            ),
        )
        for row in obligations_served(meeting, kinds)
    )


def _advice(meeting: Meeting) -> str:
    """A committee meeting needs half of its members there (支部工作条例 art. 12); told, not enforced."""
    if meeting.kind == COMMITTEE and meeting.present < ordinary_quorum(meeting.expected):
        return "到会委员不足半数。《中国共产党支部工作条例（试行）》第十二条要求半数以上委员到会方可进行。"
    return ""
