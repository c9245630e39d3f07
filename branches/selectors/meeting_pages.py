"""The page of one log: everything on it that the reader may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import User
from accounts.roles import Capability
from branches.choices import PRESENT_STATUSES, AttendanceStatus, MeetingKind, MeetingStatus
from branches.models import Attendance, Meeting, MeetingBranch, MeetingDecision, MeetingVote, Obligation
from branches.policy.meeting_kinds import APPRAISAL, DETAIL_FIELDS, JOINT_KINDS, LIFE_MEETING, votes_missing
from branches.policy.minutes import COMMITTEE
from branches.policy.obligations import State, state_of
from branches.policy.votes import Tally, VoteOutcome, ordinary_quorum, vote_outcome
from branches.querysets import OrganisationRowQuerySet
from branches.selectors.appraisals import AppraisalView, appraisal_seen_by
from branches.selectors.closings import closed_words
from branches.selectors.meeting_links import MeetingLink, meeting_links
from branches.selectors.meeting_versions import detail_words
from branches.selectors.meetings import attendance_seen_by, audience_of, obligations_served
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
    """
    What one reader sees of one log. ``own`` is a member's own line where the others' are not shown; ``roll_seen``: the
    lines of the reader's own branch at least, which for the host of a joint meeting are all.
    """

    counted_kinds: tuple[str, ...]
    absent: tuple[Attendance, ...]
    late: tuple[Attendance, ...]
    own: Attendance | None
    roll_seen: bool
    details: tuple[tuple[str, list[tuple[str, str]]], ...]
    guests: tuple[MeetingBranch, ...]
    appraisal: AppraisalView | None
    decisions_title: str
    votes: tuple[JudgedVote, ...]
    decisions: tuple[MeetingDecision, ...]
    served: tuple[ServedObligation, ...]
    corrections: int
    closed: str
    may_correct: bool
    may_return: bool
    may_see_history: bool
    advice: tuple[str, ...]
    links: tuple[MeetingLink, ...]


def meetings_in_full() -> OrganisationRowQuerySet:
    """Logs with the rows that their page names."""
    return Meeting.objects.select_related("organisation", "group", "submitted_by", "detail")


def meeting_page(user: User, meeting: Meeting) -> MeetingPage:
    """
    Everything that the page of this log shows to this user, who may view it. At most seven queries, one more each for a
    kind that may be held jointly, for a 民主评议, and for a day of an earlier quarter.
    """
    path, status = meeting.organisation.path, meeting.status
    kinds = (meeting.kind, *meeting.also_kinds)
    guests = _guests(meeting, kinds)
    seen = user.scope(Capability.ATTENDANCE_VIEW)
    roll_seen = any(seen.covers(place) for place in (path, *(guest.organisation.path for guest in guests)))
    lines = attendance_seen_by(user, meeting)
    counts = status == MeetingStatus.SUBMITTED
    closed = closed_words([meeting.organisation_id, *(guest.organisation_id for guest in guests)], [meeting.held_on])
    votes = _judged_votes(meeting)
    return MeetingPage(
        counted_kinds=tuple(_KINDS.get(kind, kind) for kind in kinds) if counts else (),
        absent=tuple(line for line in lines if line.status not in PRESENT_STATUSES) if roll_seen else (),
        late=tuple(line for line in lines if line.status == AttendanceStatus.LATE) if roll_seen else (),
        own=next(iter(lines), None) if not roll_seen else None,
        roll_seen=roll_seen,
        details=_details(meeting, kinds),
        guests=guests,
        appraisal=appraisal_seen_by(user, meeting) if APPRAISAL in kinds else None,
        decisions_title="整改事项" if LIFE_MEETING in kinds else "决议事项",
        votes=votes,
        decisions=tuple(meeting.decisions.order_by("pk")),
        served=_served(user, meeting, kinds, guests) if counts else (),
        corrections=meeting.versions.count() if meeting.revision > 1 else 0,
        closed=closed,
        may_correct=not closed and status != MeetingStatus.VOID and user.scope(Capability.MEETING_CORRECT).covers(path),
        may_return=counts and not closed and user.scope(Capability.MEETING_RETURN).covers(path),
        may_see_history=user.scope(Capability.MEETING_HISTORY).covers(path),
        advice=tuple(_advice(meeting, kinds, [judged.vote.subject for judged in votes])),
        links=meeting_links(user, meeting) if counts else (),
    )


def _guests(meeting: Meeting, kinds: tuple[str, ...]) -> tuple[MeetingBranch, ...]:
    if not JOINT_KINDS.issuperset(kinds):
        return ()
    return tuple(meeting.guests.select_related("organisation").order_by("organisation__path"))


def _details(meeting: Meeting, kinds: tuple[str, ...]) -> tuple[tuple[str, list[tuple[str, str]]], ...]:
    """For each kind with fields of its own: (its name, [(field, value in words)]) of those written."""
    detail = getattr(meeting, "detail", None)
    if detail is None:
        return ()
    found = [(_KINDS[kind], detail_words(detail, names)) for kind, names in DETAIL_FIELDS.items() if kind in kinds]
    return tuple((label, words) for label, words in found if words)


def _judged_votes(meeting: Meeting) -> tuple[JudgedVote, ...]:
    in_committee = audience_of(meeting) == COMMITTEE
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


def _served(
    user: User, meeting: Meeting, kinds: tuple[str, ...], guests: tuple[MeetingBranch, ...]
) -> tuple[ServedObligation, ...]:
    """Of the branches that the reader may see: for a joint meeting the same rule once for each."""
    scope, today = user.scope(Capability.OBLIGATION_VIEW), local_today()
    branches = [
        place.pk
        for place in (meeting.organisation, *(guest.organisation for guest in guests))
        if scope.covers(place.path)
    ]
    if not branches:
        return ()
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
        for row in obligations_served(meeting, kinds, branches)
    )


def _advice(meeting: Meeting, kinds: tuple[str, ...], voted: list[str]) -> Iterator[str]:
    """What the rules say about this log; told, not enforced (支部工作条例 arts. 11, 12)."""
    if audience_of(meeting) == COMMITTEE and meeting.present < ordinary_quorum(meeting.expected):
        yield "到会委员不足半数。《中国共产党支部工作条例（试行）》第十二条要求半数以上委员到会方可进行。"
    for item in votes_missing(kinds, meeting.agenda, voted):
        yield f"议题“{item}”一般须经党员大会表决（《中国共产党支部工作条例（试行）》第十一条），记录里没有这项表决。"
