"""The result of an election: reported, with the term and posts that follow; approved and filed by a superior."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from branches.choices import (
    COMMITTEE_DIVISIONS,
    LEADER_POSTS,
    ElectionBody,
    ElectionOffice,
    ElectionState,
    MeetingStatus,
    PostKind,
)
from branches.models import Election, ElectionCandidate, Post, Term
from branches.policy.terms import expiry
from branches.querysets import ContestPartQuerySet
from branches.selectors.elections import ContestState, basis_of, contest_states, rules_of
from branches.services.elections import preparing, record
from branches.services.obligations import obligations_reopen_for, organisations_lock
from branches.services.terms import term_follow
from core.calendar import local_today
from core.notices import NoticeRow, notices_send


@transaction.atomic
def election_report(
    *, by: User, election: Election, posts: Mapping[int, str], report_number: str, report_on: date
) -> Election:
    """
    Report the result: the new term begins with the day of the election and closes the old one, the old committee's
    posts end and the new members' begin. Secretary and deputies take office with their approval; until then those in
    office stay. ``posts``: division of work by candidate. ValidationError while anything is undecided.
    """
    found = preparing(election)
    states = contest_states(found, rules_of(found))
    _check_result(found, states)
    if report_on > local_today():
        raise ValidationError({"report_on": "报告日期不能晚于今天。"})
    assert found.held_on is not None
    if report_on < found.held_on:
        raise ValidationError({"report_on": f"报告日期不能早于选举日期{found.held_on}。"})
    if not found.is_by_election:
        found.term = _new_term(found)
        _end_committee(found)
    seats = _divide(found, states, posts)
    found.report_number, found.report_on, found.reported_by = report_number.strip(), report_on, by
    found.state = ElectionState.REPORTED
    found.full_clean(exclude=["approved_by"])
    found.save()
    obligations_reopen_for(organisation_ids=[found.organisation_id])
    record(
        found, by, "election.report", after={"number": found.number, "elected": seats, "held_on": str(found.held_on)}
    )
    return found


@transaction.atomic
def election_approve(
    *,
    by: User,
    election: Election,
    approval_number: str = "",
    approved_on: date | None = None,
    filed_on: date | None = None,
) -> Election:
    """
    Enter the superior's approval of 书记、副书记 and the filing of 委员 (支部工作条例 art. 21; 机关条例 art. 37), by
    another person than opened the election or reported the result. The leaders' posts begin with the approval.
    ValidationError by field.
    """
    organisations_lock([election.organisation_id])
    found = Election.objects.select_related("organisation", "term").get(pk=election.pk)
    if found.state != ElectionState.REPORTED:
        raise ValidationError("只有已报告结果的选举才能批准备案。")
    if by.pk in (found.reported_by_id, found.opened_by_id):
        raise ValidationError("登记人和报告人不能自己批准备案，请由其他有权限的人员办理。")
    leaders = _elected(found).exclude(contest__office=ElectionOffice.COMMITTEE)
    members = _elected(found).filter(contest__office=ElectionOffice.COMMITTEE)
    found.approval_number, found.approved_on, found.filed_on = approval_number.strip(), approved_on, filed_on
    _check_approval(found, leaders=leaders.exists(), members=members.exists())
    found.approved_by, found.state = by, ElectionState.COMPLETED
    found.full_clean()
    found.save()
    if approved_on is not None:
        _install_leaders(found, list(leaders.select_related("member", "contest")), approved_on)
    obligations_reopen_for(organisation_ids=[found.organisation_id])
    after = {
        "approval_number": found.approval_number,
        "approved_on": str(approved_on or ""),
        "filed_on": str(filed_on or ""),
    }
    record(found, by, "election.approve", after=after)
    _tell(found, by)
    return found


def _elected(election: Election) -> ContestPartQuerySet:
    found: ContestPartQuerySet = ElectionCandidate.objects.filter(contest__election=election, elected=True)
    return found


def _check_result(election: Election, states: list[ContestState]) -> None:
    undecided = [state.contest.get_office_display() for state in states if not state.decided]
    if undecided:
        raise ValidationError(f"{'、'.join(undecided)}还没有选出，不能报告结果。")
    if election.held_on is None:
        raise ValidationError("请先填写选举日期。")
    _check_log(election, states)
    if election.is_by_election:
        if election.term is None or election.term.closed_on is not None:
            raise ValidationError("补选所在的一届已经换届。")
        return
    present = Term.objects.open().filter(organisation=election.organisation_id).first()
    if present and election.held_on < present.expires_on and not election.reply_number:
        raise ValidationError(
            f"本届到{present.expires_on}届满，提前换届须经上级批准：请先在“筹备”中填写批复文号。"
            f"依据：《中国共产党基层组织选举工作条例》第三条。"
        )


def _check_log(election: Election, states: list[ContestState]) -> None:
    """The log may have been returned or corrected since the votes were counted."""
    if election.meeting is None:
        return
    if election.meeting.status != MeetingStatus.SUBMITTED:
        raise ValidationError("关联的党员大会记录被退回或作废，更正并重新提交后才能报告选举结果。")
    if election.meeting.held_on != election.held_on:
        raise ValidationError("关联的党员大会记录更正过日期，请撤回计票，重新关联后再登记。")
    for state in states:
        if state.contest.body != ElectionBody.ASSEMBLY:
            continue
        state.contest.election = election
        basis = basis_of(state.contest)
        if any((done.round.eligible, done.round.present) != (basis.eligible, basis.present) for done in state.rounds):
            raise ValidationError("关联的党员大会记录更正过到会情况，与计票时的人数不同，请撤回计票后重新登记。")


def _new_term(election: Election) -> Term:
    assert election.held_on is not None
    term = Term(
        organisation=election.organisation,
        number=election.number,
        elected_on=election.held_on,
        years=election.years,
        expires_on=expiry(election.held_on, election.years),
    )
    term_follow(term)
    return term


def _end_committee(election: Election) -> None:
    """The old committee's posts end with the election; leaders stay until their successors are approved."""
    old = Post.objects.filter(organisation=election.organisation, ends_on=None, kind__in=COMMITTEE_DIVISIONS)
    assert election.held_on is not None
    old.filter(starts_on__lte=election.held_on).update(ends_on=election.held_on)


def _divide(election: Election, states: list[ContestState], posts: Mapping[int, str]) -> int:
    """Give each elected member of the committee the post of the division of work; returns how many were elected."""
    elected = [candidate for state in states for candidate in state.elected]
    rows = []
    for state in states:
        if state.contest.office != ElectionOffice.COMMITTEE:
            continue
        for candidate in state.elected:
            kind = posts.get(candidate.pk) or PostKind.COMMITTEE_MEMBER.value
            if kind not in COMMITTEE_DIVISIONS:
                raise ValidationError({f"post_{candidate.pk}": "书记、副书记另行选举，不在委员分工中填写。"})
            candidate.post = kind
            rows.append(_post(election, candidate, kind, election.held_on))
    ElectionCandidate.objects.bulk_update(elected, ["post"])
    Post.objects.bulk_create(rows)
    return len(elected)


def _post(election: Election, candidate: ElectionCandidate, kind: str, day: date | None) -> Post:
    assert day is not None
    return Post(
        organisation=election.organisation, member=candidate.member, term=election.term, kind=kind, starts_on=day
    )


def _check_approval(election: Election, *, leaders: bool, members: bool) -> None:
    if leaders and not election.approval_number:
        raise ValidationError({"approval_number": "书记、副书记须报上级批准，请填写批准文号。"})
    if leaders and election.approved_on is None:
        raise ValidationError({"approved_on": "请填写批准日期。"})
    if members and election.filed_on is None:
        raise ValidationError({"filed_on": "委员须报上级备案，请填写备案日期。"})
    for name, day in (("approved_on", election.approved_on), ("filed_on", election.filed_on)):
        if day and day > local_today():
            raise ValidationError({name: "日期不能晚于今天。"})
        if day and election.held_on and day < election.held_on:
            raise ValidationError({name: f"日期不能早于选举日期{election.held_on}。"})


def _install_leaders(election: Election, leaders: list[ElectionCandidate], day: date) -> None:
    """Those in office leave, and whoever was elected gives up the plain seat for the post."""
    kinds = {PostKind(candidate.contest.office).value for candidate in leaders}
    if not election.is_by_election:
        kinds |= set(LEADER_POSTS)
    posts = Post.objects.filter(organisation=election.organisation, ends_on=None)
    members = [candidate.member_id for candidate in leaders]
    leaving = posts.filter(kind__in=kinds) | posts.filter(member__in=members, kind=PostKind.COMMITTEE_MEMBER)
    for post in leaving:
        post.ends_on = max(day, post.starts_on)
        post.save(update_fields=["ends_on"])
    for candidate in leaders:
        _post(election, candidate, PostKind(candidate.contest.office).value, day).save(force_insert=True)


def _tell(election: Election, by: User) -> None:
    readers = {election.reported_by_id, election.opened_by_id} - {by.pk, None}
    notices_send(
        rows=[
            NoticeRow(
                user_id=reader,
                key=f"election-approved:{election.pk}",
                subject=f"选举结果已批准备案：{election.organisation.short_name}",
                body=f"第{election.number}届{election.get_kind_display()}的结果已由{by.name}办理批准备案。",
                url=reverse("branches:election_detail", args=[election.pk]),
            )
            for reader in sorted(pk for pk in readers if pk is not None)
        ]
    )
