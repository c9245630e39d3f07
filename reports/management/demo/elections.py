"""Elections of the demo city: how the present committees of some branches came about, and one that is under way."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import User
from branches.models import (
    Election,
    ElectionCandidate,
    ElectionContest,
    ElectionRound,
    ElectionVote,
    Member,
    Post,
    Term,
)
from branches.services.election_rules import election_rules_load

ELECTED_BRANCHES = 20
DIVISIONS = ("organisation", "publicity", "discipline")


def load_elections(*, by: User, approver: User, today: date, branches: int = ELECTED_BRANCHES) -> int:
    """Record the election behind the present term of so many branches; how many. Some ten statements each."""
    election_rules_load()
    terms = list(Term.objects.open().filter(elected_on__lt=today).select_related("organisation")[:branches])
    elections = Election.objects.bulk_create(_election(term, by, approver) for term in terms)
    contests = ElectionContest.objects.bulk_create(
        ElectionContest(election=election, office="committee", body="assembly", seats=3) for election in elections
    )
    for contest in contests:
        _vote(contest, by)
    return len(elections)


def _election(term: Term, by: User, approver: User) -> Election:
    day = term.elected_on
    return Election(
        organisation=term.organisation,
        kind="regular",
        state="completed",
        number=term.number,
        years=term.years,
        planned_on=day,
        held_on=day,
        term=term,
        request_number=f"支字〔{day.year}〕2号",
        request_on=day - timedelta(days=30),
        reply_number=f"党复〔{day.year}〕5号",
        reply_on=day - timedelta(days=20),
        report_number=f"支字〔{day.year}〕4号",
        report_on=day,
        reported_by=by,
        filed_on=day + timedelta(days=6),
        approved_by=approver,
        opened_by=by,
    )


def _vote(contest: ElectionContest, by: User) -> None:
    """Three of four were elected, as the present posts say."""
    organisation = contest.election.organisation
    seated = Post.objects.filter(organisation=organisation, kind__in=DIVISIONS, ends_on=None)[:3]
    posts = {post.member_id: post.kind for post in seated}
    members = Member.objects.current().full().filter(organisation=organisation)
    others = list(members.exclude(pk__in=posts).values_list("pk", flat=True)[: 4 - len(posts)])
    stand = [*posts, *others]
    count = members.count()
    if len(stand) < 4 or count < 4:
        return
    candidates = ElectionCandidate.objects.bulk_create(
        ElectionCandidate(
            contest=contest, member_id=pk, place=place, elected=place <= 3, post=posts.get(pk, "committee_member")
        )
        for place, pk in enumerate(stand, start=1)
    )
    row = ElectionRound.objects.create(
        contest=contest, number=1, kind="first", seats=3, eligible=count, present=count, issued=count, returned=count,
        valid=count, by=by,
    )  # fmt: skip
    ElectionVote.objects.bulk_create(
        ElectionVote(
            round=row, candidate=candidate, approve=count if candidate.elected else 0, elected=candidate.elected
        )
        for candidate in candidates
    )
