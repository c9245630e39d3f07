"""An election ready to be counted, made through the services."""

from __future__ import annotations

from datetime import timedelta

from accounts.roles import Role
from branches.choices import ElectionOffice, MemberCategory
from branches.models import Attendance, Member, Term
from branches.policy.elections import Count
from branches.services.election_votes import candidates_set, round_count
from branches.services.elections import election_link, election_open
from core.calendar import local_today
from tests.factories import make_meeting, make_member

NAMES = ("丁一山", "王二水", "石三木", "朱四火", "杨五土", "陈六金", "黄七星", "戴八方")


def grow(branch, names=NAMES):
    """More full members, so that there is a committee to elect."""
    return [make_member(branch, name) for name in names]


def make_term(organisation, elected_on, number=3, years=3, **fields):
    end = elected_on.replace(year=elected_on.year + years)
    return Term.objects.create(
        organisation=organisation, number=number, elected_on=elected_on, years=years, expires_on=end, **fields
    )


def make_assembly(branch, day, absent=0):
    """A log of an assembly whose full members vote; the last ``absent`` of them did not come."""
    members = list(Member.objects.filter(organisation=branch, left_on=None).order_by("pk"))
    voting = [member for member in members if member.category == MemberCategory.FULL]
    meeting = make_meeting(
        branch, day, title="换届选举党员大会", expected_voting=len(voting), present_voting=len(voting) - absent,
        present=len(members) - absent,
    )  # fmt: skip
    rows = Attendance.objects.filter(meeting=meeting)
    rows.exclude(member__in=voting).update(has_vote=False)
    rows.filter(member__in=[member.pk for member in voting[len(voting) - absent :]]).update(status=2)
    return meeting


def open_election(city, **fields):
    """Three seats and a secretary in the first branch, by its secretary."""
    values = {
        "kind": "regular", "number": 4, "place": "branch", "planned_on": local_today(), "base": "present",
        "committee": 3, "secretaries": 1,
    }  # fmt: skip
    values.update(fields)
    values.setdefault("organisation", city.branch)
    return election_open(by=city.user(Role.BRANCH_SECRETARY), **values)


def contest_of(election, office=ElectionOffice.COMMITTEE):
    return election.contests.select_related("election__organisation").get(office=office)


def held(city, absent=0, **fields):
    """An election linked to its assembly, with four candidates for three seats."""
    by = city.user(Role.BRANCH_SECRETARY)
    members = grow(city.branch)
    election = open_election(city, **fields)
    election = election_link(by=by, election=election, meeting=make_assembly(city.branch, local_today(), absent))
    candidates_set(by=by, contest=contest_of(election), members=members[:4])
    return election, members


def count(city, contest, approvals, **figures):
    """Enter a round in which these approvals were counted, in the order of the ballot."""
    from branches.selectors.elections import basis_of, contest_state

    contest = type(contest).objects.select_related("election__organisation", "election__meeting").get(pk=contest.pk)
    basis = basis_of(contest)
    present = figures.pop("present", basis.present if basis.present is not None else basis.eligible)
    values = {"issued": present, "returned": present, "valid": present, **figures}
    stand = contest_state(contest).voters
    votes = {candidate.pk: (approve, 0) for candidate, approve in zip(stand, approvals, strict=True)}
    return round_count(
        by=city.user(Role.BRANCH_SECRETARY), contest=contest, count=Count(votes=votes, present=present, **values)
    )


def decided(city, **fields):
    """Committee and secretary elected, nothing reported yet."""
    election, members = held(city, **fields)
    count(city, contest_of(election), [13, 12, 11, 2])
    secretary = contest_of(election, ElectionOffice.SECRETARY)
    candidates_set(by=city.user(Role.BRANCH_SECRETARY), contest=secretary, members=members[:1])
    count(city, secretary, [3])
    return election, members


LONG_AGO = local_today() - timedelta(days=3 * 365 + 200)
