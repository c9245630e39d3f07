"""Candidates and votes: named, put in order, counted round by round by R12, taken back when miscounted."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import ElectionBody, ElectionOffice
from branches.models import ElectionCandidate, ElectionContest, ElectionRound, ElectionVote, Member
from branches.policy import elections as policy
from branches.policy.elections import Base, Count, Figures, RoundKind, Tally
from branches.policy.strokes import by_strokes
from branches.selectors.elections import (
    SINGLE_ALLOWED,
    Basis,
    ContestState,
    basis_of,
    committee_of,
    contest_state,
    electors,
    rules_of,
)
from branches.services.elections import preparing, record
from core.calendar import local_today


@transaction.atomic
def candidates_set(*, by: User, contest: ElectionContest, members: Sequence[Member]) -> str:
    """
    Name the candidates of a contest before it is voted on; they are put in order of 姓氏笔画. Returns what is to be
    looked over in that order, "" if nothing. ValidationError where there are too few or one may not be elected.
    """
    contest = _open(contest)
    _check_unvoted(contest)
    unique = list({member.pk: member for member in members}.values())
    single = contest.office in SINGLE_ALLOWED
    percent = rules_of(contest.election).difference_percent
    needed = policy.candidates_needed(contest.seats, percent, single_allowed=single)
    if len(unique) < needed:
        raise ValidationError({"members": _too_few(contest, len(unique), needed, percent)})
    _check_electable(contest, unique)
    ordered = by_strokes([(member.name, member.name_pinyin) for member in unique])
    contest.candidates.all().delete()
    ElectionCandidate.objects.bulk_create(
        ElectionCandidate(contest=contest, member=unique[index], place=place)
        for place, index in enumerate(ordered.order, start=1)
    )
    record(contest.election, by, "election.candidates", after={"office": contest.office, "count": len(unique)})
    return ordered.doubt


@transaction.atomic
def candidates_order(*, by: User, contest: ElectionContest, order: Sequence[int]) -> None:
    """Put the candidates in an order set by hand (ids), where the table of strokes cannot tell it."""
    contest = _open(contest)
    _check_unvoted(contest)
    rows = {row.pk: row for row in contest.candidates.all()}
    if sorted(order) != sorted(rows):
        raise ValidationError("次序须包含每一名候选人，各一次。")
    for place, pk in enumerate(order, start=1):
        rows[pk].place = place
    ElectionCandidate.objects.bulk_update(rows.values(), ["place"])
    record(contest.election, by, "election.candidates", after={"office": contest.office, "count": len(rows)})


@transaction.atomic
def candidate_write_in(*, by: User, contest: ElectionContest, member: Member) -> ElectionCandidate:
    """Somebody whom electors chose instead of those named (另选他人); counts with the next vote."""
    contest = _open(contest)
    state = contest_state(contest)
    if state.follows not in (RoundKind.FIRST, RoundKind.FRESH):
        raise ValidationError("现在不能登记另选他人。")
    _check_electable(contest, [member])
    place = max((candidate.place for candidate in state.candidates), default=0) + 1
    candidate = ElectionCandidate(contest=contest, member=member, place=place, write_in=True)
    candidate.full_clean()
    candidate.save(force_insert=True)
    record(contest.election, by, "election.candidates", after={"office": contest.office, "count": place})
    return candidate


@transaction.atomic
def round_count(*, by: User, contest: ElectionContest, count: Count) -> ElectionRound:
    """
    Enter the count of the vote that is due: who should vote and who came are taken from the log where there is one. Who
    is elected follows by R12 and is stored with it. ValidationError by field where the figures are impossible, the
    candidates too few, or nothing is left to vote on.
    """
    contest = _open(contest)
    state, basis = contest_state(contest), basis_of(contest)
    _check_ready(state)
    figures = _figures(state, basis, count)
    tallies = _tallies(state, count)
    _check_figures(figures, tallies)
    verdict = policy.judge(_judged(state, figures), tallies)
    assert state.follows is not None
    row = ElectionRound(
        contest=contest, number=len(state.rounds) + 1, kind=state.follows.value, seats=figures.seats, by=by,
        eligible=figures.eligible, present=figures.present, issued=figures.issued, returned=figures.returned,
        valid=figures.valid,
    )  # fmt: skip
    row.full_clean()
    row.save(force_insert=True)
    ElectionVote.objects.bulk_create(
        ElectionVote(
            round=row, candidate_id=tally.candidate, approve=tally.approve, oppose=tally.oppose,
            elected=tally.candidate in verdict.elected,
        )
        for tally in tallies
    )  # fmt: skip
    contest.candidates.filter(pk__in=verdict.elected).update(elected=True)
    after = {"office": contest.office, "number": row.number, "elected": len(verdict.elected), "seats": row.seats}
    record(contest.election, by, "election.count", after=after)
    return row


@transaction.atomic
def round_withdraw(*, by: User, contest: ElectionContest, reason: str) -> None:
    """Take back the last count of a contest that was entered wrongly; the audit trail keeps its figures."""
    contest = _open(contest)
    if not reason.strip():
        raise ValidationError({"reason": "请写明撤回的原因。"})
    last = contest.rounds.order_by("-number").first()
    if last is None:
        raise ValidationError("这一项还没有登记计票。")
    if contest.office == ElectionOffice.COMMITTEE and _leaders_counted(contest):
        raise ValidationError("书记、副书记已由新一届委员会选举，请先撤回它们的计票。")
    before = {name: getattr(last, name) for name in ("number", "eligible", "present", "issued", "returned", "valid")}
    contest.candidates.filter(votes__round=last, votes__elected=True).update(elected=False)
    last.delete()
    ElectionContest.objects.filter(pk=contest.pk).update(left_vacant=0, vacancy_consent=None)
    record(contest.election, by, "election.withdraw", before=before, reason=reason.strip())


@transaction.atomic
def contest_vacate(*, by: User, contest: ElectionContest, consenting: int) -> ElectionContest:
    """
    Leave the committee seats vacant for which too few passed, with the consent of more than half of the electors
    present. ValidationError otherwise.
    """
    contest = _open(contest)
    state = contest_state(contest)
    if not state.may_vacate or not state.elected:
        raise ValidationError("只有当选委员少于应选名额时，才可以经选举人同意暂缺。")
    present = state.rounds[-1].round.present
    if consenting > present:
        raise ValidationError({"consenting": f"同意的人数不能多于实到会的{present}人。"})
    if not policy.vacancy_consented(consenting=consenting, present=present):
        raise ValidationError({"consenting": f"须有超过实到会{present}人半数的选举人同意；否则应另行选举。"})
    contest.left_vacant, contest.vacancy_consent = state.open_seats, consenting
    contest.full_clean()
    contest.save(update_fields=["left_vacant", "vacancy_consent"])
    after = {"office": contest.office, "left_vacant": contest.left_vacant, "vacancy_consent": consenting}
    record(contest.election, by, "election.vacate", after=after)
    return contest


def _open(contest: ElectionContest) -> ElectionContest:
    election = preparing(contest.election)
    found = ElectionContest.objects.get(pk=contest.pk)
    found.election = election
    return found


def _check_unvoted(contest: ElectionContest) -> None:
    if contest.rounds.exists():
        raise ValidationError("这一项已经投票，不能再改候选人；需要更正时先撤回计票。")


def _too_few(contest: ElectionContest, given: int, needed: int, percent: int) -> str:
    if contest.office in SINGLE_ALLOWED:
        return f"应选{contest.seats}人，候选人至少{needed}人，现在{given}人。"
    return (
        f"应选{contest.seats}人，候选人差额不少于应选人数的{percent}%（不足1人的进为1人），"
        f"即至少{needed}人，现在{given}人。依据：{policy.SOURCE}。"
    )


def _check_electable(contest: ElectionContest, members: Sequence[Member]) -> None:
    """选举工作条例 art. 5; where the committee votes, it chooses from its own members."""
    election, ids = contest.election, {member.pk for member in members}
    able = set(electors(election.organisation, local_today()).filter(pk__in=ids).values_list("pk", flat=True))
    if barred := [member.name for member in members if member.pk not in able]:
        raise ValidationError({"members": f"{'、'.join(barred)}没有被选举权：须是本党组织的正式党员，且未停止表决权。"})
    if contest.body == ElectionBody.COMMITTEE:
        inside = {row["member"] for row in committee_of(election)}
        if outside := [member.name for member in members if member.pk not in inside]:
            raise ValidationError({"members": f"书记、副书记从当选的委员中产生，{'、'.join(outside)}不是委员。"})


def _check_ready(state: ContestState) -> None:
    election = state.contest.election
    if state.follows is None:
        raise ValidationError("这一项已经选出，不需要再投票。")
    if election.held_on is None:
        raise ValidationError("请先关联党员大会记录，或填写选举日期。")
    if not state.ready:
        given = len(state.voters)
        percent = rules_of(election).difference_percent
        raise ValidationError(_too_few(state.contest, given, state.needed, percent))


def _figures(state: ContestState, basis: Basis, count: Count) -> Figures:
    present = basis.present if basis.present is not None else count.present
    eligible = basis.eligible if basis.present is not None or count.eligible is None else count.eligible
    if present is None:
        raise ValidationError({"present": "请填写实到会有选举权的人数。"})
    assert state.follows is not None
    return Figures(
        seats=state.open_seats,
        eligible=eligible,
        present=present,
        issued=count.issued,
        returned=count.returned,
        valid=count.valid,
        base=Base(state.contest.election.base),
        kind=state.follows,
        quorum_percent=rules_of(state.contest.election).quorum_percent,
    )


def _judged(state: ContestState, figures: Figures) -> Figures:
    """A vote that repeats a void one among those tied is decided as that one would have been."""
    kinds = [done.round.kind for done in state.rounds if done.round.kind != RoundKind.REPEAT]
    if figures.kind is RoundKind.REPEAT and kinds and kinds[-1] == RoundKind.TIE:
        return Figures(**{name: getattr(figures, name) for name in figures.__slots__} | {"kind": RoundKind.TIE})
    return figures


def _tallies(state: ContestState, count: Count) -> list[Tally]:
    stand = [candidate.pk for candidate in state.voters]
    if set(count.votes) != set(stand):
        raise ValidationError("候选人有变动，请重新打开页面再登记。")
    return [Tally(pk, *count.votes[pk]) for pk in stand]


def _check_figures(figures: Figures, tallies: Sequence[Tally]) -> None:
    problems: dict[str, str] = dict(policy.figure_problems(figures))
    for candidate, text in policy.tally_problems(figures, tallies):
        problems[f"approve_{candidate}" if candidate else "__all__"] = text
    if problems:
        raise ValidationError(problems)


def _leaders_counted(contest: ElectionContest) -> bool:
    others = ElectionContest.objects.filter(election=contest.election, body=ElectionBody.COMMITTEE)
    return ElectionRound.objects.filter(contest__in=others).exists()
