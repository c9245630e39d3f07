"""Reads of elections: who may vote, where a contest stands, and everything on an election's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import (
    PRESENT_STATUSES,
    ElectionBody,
    ElectionOffice,
    ElectionState,
    MeetingKind,
    MeetingStatus,
    MemberCategory,
)
from branches.models import (
    Attendance,
    Election,
    ElectionCandidate,
    ElectionContest,
    ElectionExcuse,
    ElectionRound,
    ElectionVote,
    Meeting,
    Member,
    Organisation,
    Post,
)
from branches.policy import elections as policy
from branches.policy.elections import Base, Figures, RoundKind, Tally, Verdict
from branches.querysets import ContestPartQuerySet, ElectionPartQuerySet, MemberQuerySet, OrganisationRowQuerySet
from branches.selectors.election_rules import RuleBook, rules_on
from core.calendar import local_today

#: Offices that may have as many candidates as seats (选举工作条例; domain.md §3 row 7).
SINGLE_ALLOWED = (ElectionOffice.SECRETARY, ElectionOffice.DEPUTY)
MEETINGS_OFFERED = 20


@dataclass(frozen=True, slots=True)
class Basis:
    """Who should vote and who came; ``present`` is None where no log tells it. ``source`` in Chinese."""

    eligible: int
    present: int | None
    source: str


@dataclass(frozen=True, slots=True)
class RoundState:
    """A counted round with its outcome, and (candidate, approve, oppose, abstain, elected) of each candidate."""

    round: ElectionRound
    verdict: Verdict
    votes: list[ElectionVote]

    @property
    def lines(self) -> list[tuple[ElectionVote, int]]:
        return [(vote, self.round.valid - vote.approve - vote.oppose) for vote in self.votes]


@dataclass(frozen=True)
class ContestState:
    """Where one contest stands: ``follows`` is the vote that must come next, None once it is decided."""

    contest: ElectionContest
    candidates: list[ElectionCandidate]
    rounds: list[RoundState]
    needed: int
    open_seats: int
    follows: RoundKind | None
    voters: list[ElectionCandidate]

    @property
    def decided(self) -> bool:
        return self.follows is None

    @property
    def elected(self) -> list[ElectionCandidate]:
        return [candidate for candidate in self.candidates if candidate.elected]

    @property
    def named(self) -> list[ElectionCandidate]:
        """Those on the ballot at first."""
        return [candidate for candidate in self.candidates if not candidate.write_in]

    @property
    def may_vacate(self) -> bool:
        return self.follows is RoundKind.FRESH and self.contest.office == ElectionOffice.COMMITTEE

    @property
    def ready(self) -> bool:
        """Whether there are candidates enough to vote."""
        return len(self.voters) >= self.needed


@dataclass(frozen=True)
class ElectionPage:
    """What the page of an election shows."""

    election: Election
    contests: list[ContestState]
    excuses: list[ElectionExcuse]
    electors: int
    rules: RuleBook
    may_record: bool
    may_approve: bool
    may_export: bool

    @property
    def all_decided(self) -> bool:
        return bool(self.contests) and all(contest.decided for contest in self.contests)

    @property
    def has_votes(self) -> bool:
        return any(contest.rounds for contest in self.contests)

    @property
    def base_rule(self) -> Any:
        return next((rule for rule in self.rules.bases if rule.option == self.election.base), None)

    @property
    def elected(self) -> list[ElectionCandidate]:
        return [candidate for contest in self.contests for candidate in contest.elected]


def electors(organisation: Organisation, day: date) -> MemberQuerySet:
    """
    Present members at and below the organisation with the right to vote on ``day``: full ones whose right is not
    suspended (选举工作条例 art. 5).
    """
    full = Q(confirmed_on__lte=day) | Q(confirmed_on=None, category=MemberCategory.FULL)
    suspended = Q(voting_suspended_from__lte=day) & (Q(voting_suspended_until=None) | Q(voting_suspended_until__gt=day))
    members = Member.objects.current().filter(organisation__path__startswith=organisation.path)
    found: MemberQuerySet = members.filter(full).exclude(suspended)
    return found


def elections_in_full() -> OrganisationRowQuerySet:
    return Election.objects.select_related("organisation", "meeting", "opened_by", "reported_by", "approved_by", "term")


def contests_in_full() -> ElectionPartQuerySet:
    return ElectionContest.objects.select_related("election__organisation", "election__meeting")


def excuses_in_full() -> ElectionPartQuerySet:
    return ElectionExcuse.objects.select_related("election__organisation", "member")


def candidates_in_full() -> ContestPartQuerySet:
    return ElectionCandidate.objects.select_related("contest__election__organisation", "member")


def election_page(user: User, election: Election) -> ElectionPage:
    """The whole page; six queries however many rounds there were. Reasons for leaving out only to who may record."""
    path = election.organisation.path
    may_record = user.scope(Capability.ELECTION_RECORD).covers(path)
    may_approve = user.scope(Capability.ELECTION_APPROVE).covers(path)
    excuses = (
        election.excuses.select_related("member").order_by("member__name_pinyin") if may_record or may_approve else []
    )
    book = rules_of(election)
    return ElectionPage(
        election=election,
        contests=contest_states(election, book),
        excuses=list(excuses),
        electors=electors(election.organisation, _day(election)).count(),
        rules=book,
        may_record=may_record,
        may_approve=may_approve,
        may_export=user.scope(Capability.EXPORT_CREATE).covers(path),
    )


def rules_of(election: Election) -> RuleBook:
    """The rules in force when it was held, or is to be."""
    return rules_on(election.held_on or election.planned_on)


def _day(election: Election) -> date:
    return election.held_on or local_today()


def contest_states(election: Election, book: RuleBook) -> list[ContestState]:
    """Every contest of the election. Four queries."""
    votes = ElectionVote.objects.select_related("candidate__member")
    contests = ElectionContest.objects.filter(election=election).prefetch_related(
        Prefetch("candidates", ElectionCandidate.objects.select_related("member")),
        Prefetch("rounds", ElectionRound.objects.prefetch_related(Prefetch("votes", votes))),
    )
    return [_state(contest, election, book) for contest in contests]


def contest_state(contest: ElectionContest) -> ContestState:
    """One contest as it stands."""
    election = contest.election
    return next(state for state in contest_states(election, rules_of(election)) if state.contest.pk == contest.pk)


def _state(contest: ElectionContest, election: Election, book: RuleBook) -> ContestState:
    candidates = list(contest.candidates.all())
    rounds = [_round_state(row, election, book) for row in contest.rounds.all()]
    open_seats = contest.seats - contest.left_vacant - sum(candidate.elected for candidate in candidates)
    follows = (rounds[-1].verdict.follows if rounds else RoundKind.FIRST) if open_seats else None
    voters = _voters(follows, candidates, rounds)
    single = contest.office in SINGLE_ALLOWED
    needed = policy.candidates_needed(open_seats, book.difference_percent, single_allowed=single)
    if follows in (RoundKind.TIE, RoundKind.REPEAT):
        needed = len(voters)
    return ContestState(contest, candidates, rounds, needed, open_seats, follows, voters)


def _round_state(row: ElectionRound, election: Election, book: RuleBook) -> RoundState:
    votes = list(row.votes.all())
    tallies = [Tally(vote.candidate_id, vote.approve, vote.oppose) for vote in votes]
    return RoundState(row, policy.judge(round_figures(row, election, book), tallies), votes)


def round_figures(row: ElectionRound, election: Election, book: RuleBook) -> Figures:
    """The round as the arithmetic wants it."""
    return Figures(
        seats=row.seats,
        eligible=row.eligible,
        present=row.present,
        issued=row.issued,
        returned=row.returned,
        valid=row.valid,
        base=Base(election.base),
        kind=RoundKind(row.kind) if not _repeats_tie(row) else RoundKind.TIE,
        quorum_percent=book.quorum_percent,
    )


def _repeats_tie(row: ElectionRound) -> bool:
    """A vote that repeats a void one among those tied is decided as that one would have been."""
    if row.kind != RoundKind.REPEAT:
        return False
    before = [other for other in row.contest.rounds.all() if other.number < row.number]
    first = next((other for other in sorted(before, key=lambda o: -o.number) if other.kind != RoundKind.REPEAT), None)
    return first is not None and first.kind == RoundKind.TIE


def _voters(
    follows: RoundKind | None, candidates: Sequence[ElectionCandidate], rounds: Sequence[RoundState]
) -> list[ElectionCandidate]:
    """Who stands in the vote that comes next."""
    if follows is None:
        return []
    if follows is RoundKind.TIE:
        return [candidate for candidate in candidates if candidate.pk in rounds[-1].verdict.tied]
    if follows is RoundKind.REPEAT:
        again = {vote.candidate_id for vote in rounds[-1].votes}
        return [candidate for candidate in candidates if candidate.pk in again]
    return [candidate for candidate in candidates if not candidate.elected]


def basis_of(contest: ElectionContest) -> Basis:
    """Who should vote in this contest and who came, from what the portal already holds. At most two queries."""
    election = contest.election
    if contest.body == ElectionBody.COMMITTEE:
        return Basis(committee_of(election).count(), None, "新一届委员会（或现任委员会）的委员人数")
    if election.meeting_id is not None:
        return _log_basis(election)
    excused = election.excuses.count()
    count = electors(election.organisation, _day(election)).count()
    left_out = f"，已减去经党组织同意不计入的{excused}人" if excused else ""
    return Basis(max(0, count - excused), None, f"党员名册中有选举权的正式党员{left_out}")


def _log_basis(election: Election) -> Basis:
    """From the attendance of the log: whoever had a vote; an absent member left out by decision is not expected."""
    rows = Attendance.objects.filter(meeting=election.meeting_id, has_vote=True)
    excused = election.excuses.values("member")
    came = Q(status__in=PRESENT_STATUSES)
    counted = rows.aggregate(
        all=Count("pk"), present=Count("pk", filter=came), left_out=Count("pk", filter=~came & Q(member__in=excused))
    )
    return Basis(counted["all"] - counted["left_out"], counted["present"], "党员大会记录的到会情况（有表决权的）")


def committee_of(election: Election) -> QuerySet[Any]:
    """Ids of those who sit in the committee that votes: elected in this election, else the present one."""
    elected = ElectionCandidate.objects.filter(
        contest__election=election, contest__office=ElectionOffice.COMMITTEE, elected=True
    )
    if ElectionContest.objects.filter(election=election, office=ElectionOffice.COMMITTEE).exists():
        found = elected.values("member")
        if not election.is_by_election:
            return found
        return found.union(_present_committee(election.organisation_id))
    return _present_committee(election.organisation_id)


def _present_committee(organisation_id: int) -> QuerySet[Any]:
    posts = Post.objects.on(local_today()).committee().filter(organisation=organisation_id)
    return posts.order_by().values("member").distinct()


def meetings_to_link(election: Election) -> list[Meeting]:
    """The newest counted 党员大会 of the branch that may be the one where it was held."""
    rows = Meeting.objects.filter(
        organisation=election.organisation_id, counts__kind=MeetingKind.ASSEMBLY, status=MeetingStatus.SUBMITTED
    )
    return list(rows.order_by("-held_on", "-pk")[:MEETINGS_OFFERED])


def running_election(organisation: Organisation) -> Election | None:
    """What is under way in the organisation."""
    states = (ElectionState.PREPARING, ElectionState.REPORTED)
    return Election.objects.filter(organisation=organisation, state__in=states).first()
