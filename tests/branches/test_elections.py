"""Terms and elections through their services: what they store, what they refuse, what follows from them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.roles import Role
from branches.choices import ElectionBase, ElectionOffice, MemberCategory, PostKind, RoundKind
from branches.models import (
    ElectionRound,
    ElectionRule,
    Meeting,
    Member,
    Post,
    Term,
    TermExtension,
)
from branches.policy import elections as policy
from branches.policy.elections import Count
from branches.policy.terms import TermState
from branches.selectors.election_rules import rules_on
from branches.selectors.elections import basis_of, contest_state, contests_in_full, electors
from branches.selectors.terms import state_of, state_query, terms_due
from branches.services.election_results import election_approve, election_report
from branches.services.election_rules import election_rules_load
from branches.services.election_votes import (
    candidate_write_in,
    candidates_order,
    candidates_set,
    contest_vacate,
    round_count,
    round_withdraw,
)
from branches.services.elections import (
    election_cancel,
    election_count_in,
    election_excuse,
    election_link,
    election_revise,
)
from branches.services.terms import (
    term_extend_approve,
    term_extend_propose,
    term_extend_refuse,
    term_extend_withdraw,
    term_open,
    term_revise,
)
from core.calendar import local_today
from core.models import AuditEvent, Notice
from reports.management.demo.elections import load_elections
from tests.branches.elections import (
    contest_of,
    count,
    decided,
    grow,
    held,
    make_assembly,
    make_term,
    open_election,
)
from tests.factories import make_meeting, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
TODAY = local_today()


@pytest.fixture
def secretary(city):
    return city.user(Role.BRANCH_SECRETARY)


@pytest.fixture
def staff(city):
    return city.user(Role.UNIT_STAFF)


def fresh(election, office=ElectionOffice.COMMITTEE):
    return contests_in_full().get(election=election, office=office)


def refused(call, text, field=None, **arguments):
    with pytest.raises(ValidationError) as caught:
        call(**arguments)
    assert text in " ".join(caught.value.messages)
    if field:
        assert field in caught.value.message_dict


# Rules


def test_policy_and_choices_speak_of_the_same_things():
    assert {base.value for base in policy.Base} == set(ElectionBase.values)
    assert {kind.value for kind in policy.RoundKind} == set(RoundKind.values)


def test_rules_are_dated_rows_with_sources_and_load_twice():
    before = rules_on(TODAY)
    assert before.term("organ_committee").number == 5
    assert len(election_rules_load()) == 10
    assert election_rules_load() == []
    book = rules_on(TODAY)
    assert (book.quorum_percent, book.difference_percent, book.reminder_months, book.extension_months) == (
        80,
        20,
        6,
        12,
    )
    assert [rule.option for rule in book.bases] == ["present", "expected"]
    assert [(rule.place, rule.number) for rule in book.terms_for("branch")] == [("branch", 3), ("village", 5)]
    assert [rule.number for rule in book.terms_for("organ_committee")] == [5]
    assert all(rule.source and rule.title for rule in ElectionRule.objects.all())


# Terms


def test_a_term_is_registered_and_follows_the_one_before(city, secretary):
    first = term_open(by=secretary, organisation=city.branch, number=2, elected_on=date(2020, 5, 6), place="branch")
    assert first.expires_on == date(2023, 5, 6)
    second = term_open(by=secretary, organisation=city.branch, number=3, elected_on=date(2023, 5, 10), place="village")
    first.refresh_from_db()
    assert (first.closed_on, second.closed_on, second.years) == (date(2023, 5, 10), None, 5)
    assert AuditEvent.objects.filter(action="term.open").count() == 2


def test_a_term_joins_the_present_committee(city, secretary):
    term = term_open(by=secretary, organisation=city.branch, number=1, elected_on=date(2019, 1, 1), place="branch")
    assert Post.objects.filter(organisation=city.branch, term=term).count() == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": 3}, "number"),
        ({"elected_on": date(2023, 1, 1)}, "elected_on"),
        ({"elected_on": TODAY + timedelta(days=1)}, "elected_on"),
        ({"elected_on": date(2018, 1, 1)}, "elected_on"),
        ({"place": "organ_committee"}, "place"),
    ],
)
def test_a_wrong_term_is_refused(city, secretary, changes, field):
    make_term(city.branch, date(2023, 1, 1))
    values = {"number": 4, "elected_on": date(2026, 1, 5), "place": "branch", **changes}
    refused(term_open, "", field, by=secretary, organisation=city.branch, **values)
    assert Term.objects.count() == 1


def test_what_has_no_term_gets_none(city, staff):
    day = date(2024, 1, 1)
    refused(term_open, "没有任期", by=staff, organisation=city.unit, number=1, elected_on=day, place="branch")
    temporary = make_organisation(city.unit, "branch", "专班临时党支部", type_code="931")
    refused(term_open, "没有任期", by=staff, organisation=temporary, number=1, elected_on=day, place="branch")


def test_a_term_is_put_right_with_a_reason(city, secretary):
    first = make_term(city.branch, date(2020, 1, 1), number=2, closed_on=date(2023, 1, 1))
    term = make_term(city.branch, date(2023, 1, 1))
    refused(
        term_revise,
        "原因",
        "reason",
        by=secretary,
        term=term,
        number=3,
        elected_on=date(2023, 2, 1),
        place="branch",
        reason=" ",
    )
    term_revise(by=secretary, term=term, number=3, elected_on=date(2023, 2, 1), place="branch", reason="日期有误")
    term.refresh_from_db()
    first.refresh_from_db()
    assert (term.expires_on, first.closed_on) == (date(2026, 2, 1), date(2023, 2, 1))


def test_an_extension_takes_two_people_and_a_document(city, secretary, staff):
    term = make_term(city.branch, TODAY.replace(day=1) - timedelta(days=3 * 365 - 60))
    until = term.expires_on + timedelta(days=90)
    extension = term_extend_propose(by=secretary, term=term, until=until, reason="单位机构改革")
    act = {"extension": extension, "document": "市直工复〔2026〕8号", "document_on": TODAY}
    refused(term_extend_approve, "提出人不能", by=secretary, **act)
    refused(term_extend_approve, "批准文号", "document", by=staff, **{**act, "document": " "})
    refused(term_extend_approve, "今天", "document_on", by=staff, **{**act, "document_on": TODAY + timedelta(days=1)})
    term_extend_approve(by=staff, **act)
    term.refresh_from_db()
    assert term.extended_until == until
    assert state_of(term, term.expires_on + timedelta(days=1), 6) is TermState.EXTENDED
    refused(term_extend_approve, "已批准", by=staff, **act)


def test_an_extension_is_at_most_a_year(city, secretary):
    term = make_term(city.branch, date(2023, 3, 15))
    values = {"by": secretary, "term": term, "reason": "机构改革"}
    refused(term_extend_propose, "最迟到2027-03-15", "until", until=date(2027, 3, 16), **values)
    refused(term_extend_propose, "晚于届满日期", "until", until=date(2026, 3, 15), **values)
    term_extend_propose(until=date(2027, 3, 15), **values)
    refused(term_extend_propose, "正在等待批准", until=date(2027, 3, 1), **values)


def test_an_extension_is_refused_or_withdrawn(city, secretary, staff):
    term = make_term(city.branch, date(2023, 3, 15))
    first = term_extend_propose(by=secretary, term=term, until=date(2026, 6, 1), reason="机构改革")
    refused(term_extend_refuse, "提出人", by=secretary, extension=first, note="不必")
    refused(term_extend_refuse, "原因", "note", by=staff, extension=first, note="")
    assert term_extend_refuse(by=staff, extension=first, note="应当按期换届").state == "refused"
    second = term_extend_propose(by=secretary, term=term, until=date(2026, 6, 1), reason="机构改革")
    assert term_extend_withdraw(by=secretary, extension=second).state == "withdrawn"
    term.refresh_from_db()
    assert term.extended_until is None


def test_the_database_asks_for_two_people_too(city, secretary):
    term = make_term(city.branch, date(2023, 3, 15))
    with pytest.raises(IntegrityError):
        TermExtension.objects.create(
            term=term, until=date(2026, 6, 1), reason="一", state="approved", proposed_by=secretary,
            decided_by=secretary, document="一", document_on=TODAY,
        )  # fmt: skip


@pytest.mark.parametrize("shift", [-800, -200, -183, -30, -1, 0, 1, 30, 400])
@pytest.mark.parametrize("extended", [None, 40])
def test_the_query_says_what_the_policy_says(city, shift, extended):
    end = TODAY - timedelta(days=shift)
    term = Term.objects.create(
        organisation=city.branch, number=1, elected_on=end - timedelta(days=1000), expires_on=end,
        extended_until=end + timedelta(days=extended) if extended else None,
    )  # fmt: skip
    found = [state for state in TermState if Term.objects.filter(state_query(state, TODAY, 6)).exists()]
    assert found == [state_of(term, TODAY, 6)]


def test_terms_due_within_reach(city, django_assert_num_queries):
    make_term(city.branch, TODAY - timedelta(days=3 * 365 + 40))
    make_term(city.sibling, TODAY - timedelta(days=3 * 365 - 90))
    make_term(city.foreign, TODAY - timedelta(days=400))
    secretary, staff = city.user(Role.BRANCH_SECRETARY), city.user(Role.UNIT_STAFF)
    assert [due.state for due in terms_due(secretary, TODAY)] == [TermState.OVERDUE]
    found = terms_due(staff, TODAY)
    assert [(due.term.organisation_id, due.state) for due in found] == [
        (city.branch.pk, TermState.OVERDUE),
        (city.sibling.pk, TermState.REMINDER),
    ]
    assert "第二十一条" in found[0].source
    assert terms_due(city.user(Role.MEMBER), TODAY) == []
    assert len(terms_due(city.user(Role.CITY_STAFF), TODAY)) == 2
    staff.scope("election.record")
    with django_assert_num_queries(2):
        terms_due(staff, TODAY)


# Opening


def test_an_election_is_opened_with_its_contests(city):
    grow(city.branch)
    election = open_election(city, deputies=1)
    offices = {contest.office: (contest.body, contest.seats) for contest in election.contests.all()}
    assert offices == {
        "committee": ("assembly", 3), "secretary": ("committee", 1), "deputy_secretary": ("committee", 1),
    }  # fmt: skip
    refused(open_election, "正在办理", city=city, number=5)


def test_without_a_committee_the_assembly_elects_the_secretary(city):
    assert contest_of(open_election(city, committee=0), ElectionOffice.SECRETARY).body == "assembly"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"committee": 2}, "committee"),
        ({"committee": 32}, "committee"),
        ({"secretaries": 0}, "secretaries"),
        ({"secretaries": 2}, "secretaries"),
        ({"deputies": 2}, "deputies"),
        ({"number": 3}, "number"),
        ({"place": "unit"}, "place"),
    ],
)
def test_a_wrong_election_is_refused(city, fields, field):
    make_term(city.branch, date(2023, 1, 1))
    refused(open_election, "", field, city=city, **fields)


def test_a_by_election_needs_a_term(city):
    refused(open_election, "登记届期", city=city, kind="by_election", committee=1, secretaries=0)


def test_papers_are_entered(city, secretary):
    election = open_election(city)
    election_revise(by=secretary, election=election, values={"request_number": "请〔2026〕1号", "request_on": TODAY})
    election.refresh_from_db()
    assert election.request_number == "请〔2026〕1号"
    values = {"reply_on": TODAY - timedelta(days=1)}
    refused(election_revise, "不能早于请示", "reply_on", by=secretary, election=election, values=values)
    values = {"held_on": TODAY + timedelta(days=1)}
    refused(election_revise, "今天", "held_on", by=secretary, election=election, values=values)


def test_an_election_is_cancelled_with_a_reason(city, secretary):
    election = open_election(city)
    refused(election_cancel, "原因", "reason", by=secretary, election=election, reason=" ")
    election_cancel(by=secretary, election=election, reason="登记有误")
    refused(election_cancel, "已取消", by=secretary, election=election, reason="再来")
    assert open_election(city).pk != election.pk


# The log


def test_figures_come_from_the_log(city):
    make_member(city.branch, "卜预备", category=MemberCategory.PROBATIONARY)
    election, _ = held(city, absent=2)
    basis = basis_of(fresh(election))
    assert (basis.eligible, basis.present) == (13, 11)
    assert election.held_on == TODAY


def test_only_a_counted_assembly_of_the_branch_is_linked(city, secretary):
    election = open_election(city)
    for meeting in (
        make_assembly(city.sibling, TODAY),
        make_meeting(city.branch, TODAY, kind="lecture"),
        make_meeting(city.branch, TODAY, status="returned", return_reason="错"),
    ):
        refused(election_link, "只能关联", "meeting", by=secretary, election=election, meeting=meeting)


def test_nobody_is_left_out_by_himself(city, secretary):
    election, members = held(city, absent=1)
    assert basis_of(fresh(election)).eligible == 13
    act = {"by": secretary, "election": election, "reason": "away"}
    refused(election_excuse, "到了会", "member", member=members[0], decided_on=TODAY, **act)
    refused(election_excuse, "今天", "decided_on", member=members[-1], decided_on=TODAY + timedelta(days=1), **act)
    excuse = election_excuse(member=members[-1], decided_on=TODAY, **act)
    assert basis_of(fresh(election)).eligible == 12
    refused(election_excuse, "已登记", member=members[-1], decided_on=TODAY, **act)
    election_count_in(by=secretary, excuse=excuse)
    assert basis_of(fresh(election)).eligible == 13


def test_electors_have_the_right_to_vote(city):
    make_member(city.branch, "卜预备", category=MemberCategory.PROBATIONARY)
    make_member(city.branch, "干停权", voting_suspended_from=TODAY - timedelta(days=9))
    make_member(city.branch, "于恢复", voting_suspended_from=date(2020, 1, 1), voting_suspended_until=date(2022, 1, 1))
    assert electors(city.branch, TODAY).count() == 6


# Candidates


def test_candidates_stand_in_order_of_strokes(city):
    election, _ = held(city)
    names = [candidate.member.name for candidate in contest_state(fresh(election)).candidates]
    assert names == ["丁一山", "王二水", "石三木", "朱四火"]


def test_the_difference_is_asked(city, secretary):
    election, members = held(city)
    act = {"by": secretary, "contest": fresh(election)}
    refused(candidates_set, "至少4人，现在3人", "members", members=members[:3], **act)
    probationary = make_member(city.branch, "卜预备", category=MemberCategory.PROBATIONARY)
    refused(candidates_set, "卜预备没有被选举权", "members", members=[*members[:3], probationary], **act)
    refused(candidates_set, "没有被选举权", "members", members=[*members[:3], city.sibling_members[0]], **act)


def test_the_order_can_be_set_by_hand(city, secretary):
    election, _ = held(city)
    contest = fresh(election)
    ids = [candidate.pk for candidate in contest_state(contest).candidates]
    candidates_order(by=secretary, contest=contest, order=ids[::-1])
    assert [candidate.pk for candidate in contest_state(contest).candidates] == ids[::-1]
    refused(candidates_order, "每一名", by=secretary, contest=contest, order=ids[1:])


def test_the_secretary_comes_from_the_elected_committee(city, secretary):
    election, members = held(city)
    act = {"by": secretary, "contest": contest_of(election, ElectionOffice.SECRETARY)}
    refused(candidates_set, "不是委员", "members", members=members[:1], **act)
    count(city, contest_of(election), [13, 12, 11, 2])
    refused(candidates_set, "朱四火不是委员", "members", members=[members[3]], **act)
    candidates_set(members=members[:1], **act)


# Votes


def test_three_are_elected(city):
    election, _ = held(city)
    row = count(city, contest_of(election), [13, 12, 11, 2])
    state = contest_state(fresh(election))
    assert state.decided
    assert [candidate.member.name for candidate in state.elected] == ["丁一山", "王二水", "石三木"]
    assert (row.eligible, row.present, row.kind) == (13, 13, "first")
    refused(count, "已经选出", city=city, contest=contest_of(election), approvals=[])


def test_a_tie_is_voted_on_again_among_those_tied(city):
    election, _ = held(city)
    count(city, contest_of(election), [13, 9, 8, 8])
    state = contest_state(fresh(election))
    assert (state.follows, state.open_seats) == (RoundKind.TIE, 1)
    assert [candidate.member.name for candidate in state.voters] == ["石三木", "朱四火"]
    assert count(city, contest_of(election), [6, 7]).kind == "tie"
    state = contest_state(fresh(election))
    assert state.decided
    assert [candidate.member.name for candidate in state.elected] == ["丁一山", "王二水", "朱四火"]


def test_too_few_lead_to_a_fresh_vote_or_a_vacancy(city, secretary):
    election, _ = held(city)
    count(city, contest_of(election), [13, 9, 6, 6])
    contest = fresh(election)
    state = contest_state(contest)
    assert (state.follows, state.open_seats, state.needed) == (RoundKind.FRESH, 1, 2)
    refused(contest_vacate, "半数", "consenting", by=secretary, contest=contest, consenting=6)
    refused(contest_vacate, "不能多于", "consenting", by=secretary, contest=contest, consenting=14)
    contest_vacate(by=secretary, contest=contest, consenting=7)
    assert contest_state(fresh(election)).decided


def test_a_fresh_vote_fills_the_rest(city, secretary):
    election, members = held(city)
    count(city, contest_of(election), [13, 9, 6, 6])
    candidate_write_in(by=secretary, contest=fresh(election), member=members[6])
    row = count(city, contest_of(election), [1, 5, 7])
    assert (row.kind, row.seats) == ("fresh", 1)
    assert [c.member.name for c in contest_state(fresh(election)).elected][-1] == "黄七星"


def test_a_void_vote_is_repeated(city):
    election, _ = held(city)
    count(city, contest_of(election), [13, 12, 11, 2], issued=12, returned=13, valid=13)
    state = contest_state(fresh(election))
    assert (state.follows, state.elected, len(state.voters)) == (RoundKind.REPEAT, [], 4)
    assert "选举无效" in state.rounds[0].verdict.message
    assert count(city, contest_of(election), [13, 12, 11, 2]).kind == "repeat"
    assert contest_state(fresh(election)).decided


def test_a_void_vote_among_those_tied_is_repeated_as_one(city):
    election, _ = held(city)
    count(city, contest_of(election), [13, 9, 8, 8])
    count(city, contest_of(election), [6, 6], issued=12, returned=13, valid=13)
    assert count(city, contest_of(election), [6, 5]).kind == "repeat"
    assert contest_state(fresh(election)).decided


def test_without_a_quorum_nobody_is_elected(city):
    election, _ = held(city, absent=3)
    count(city, contest_of(election), [10, 9, 8, 2])
    state = contest_state(fresh(election))
    assert state.elected == []
    assert "不足应到会的五分之四（11人）" in state.rounds[0].verdict.message


def test_the_other_base(city):
    election, _ = held(city, absent=2, base="expected")
    count(city, contest_of(election), [11, 7, 6, 6])
    assert len(contest_state(fresh(election)).elected) == 2


@pytest.mark.parametrize(
    ("approvals", "figures", "field"),
    [
        ([13, 12, 11, 2], {"issued": 14}, "issued"),
        ([13, 12, 11, 2], {"valid": 12, "returned": 11}, "valid"),
        ([14, 12, 11, 2], {}, "approve_"),
        ([13, 13, 13, 1], {}, "__all__"),
    ],
)
def test_impossible_counts_change_nothing(city, approvals, figures, field):
    election, _ = held(city)
    with pytest.raises(ValidationError) as caught:
        count(city, contest_of(election), approvals, **figures)
    assert any(name.startswith(field) for name in caught.value.message_dict)
    assert not ElectionRound.objects.exists()


def test_counting_needs_a_day_and_candidates(city, secretary):
    grow(city.branch)
    election = open_election(city)
    refused(round_count, "关联党员大会", by=secretary, contest=fresh(election), count=Count(1, 1, 1, {}))
    election_revise(by=secretary, election=election, values={"held_on": TODAY})
    refused(round_count, "至少4人，现在0人", by=secretary, contest=fresh(election), count=Count(1, 1, 1, {}))


def test_a_miscount_is_taken_back(city, secretary):
    election, _ = decided(city)
    act = {"by": secretary, "reason": "录入有误"}
    refused(round_withdraw, "先撤回", contest=fresh(election), **act)
    round_withdraw(contest=fresh(election, ElectionOffice.SECRETARY), **act)
    round_withdraw(contest=fresh(election), **act)
    state = contest_state(fresh(election))
    assert (state.elected, state.rounds, state.follows) == ([], [], RoundKind.FIRST)
    event = AuditEvent.objects.filter(action="election.withdraw").order_by("pk").last()
    assert (event.before["present"], event.reason) == (13, "录入有误")


# The result


def report(election, by, **fields):
    values = {"posts": {}, "report_number": "报〔2026〕2号", "report_on": TODAY, **fields}
    return election_report(by=by, election=election, **values)


def test_the_result_makes_the_term_and_the_posts(city, secretary, staff):
    old = make_term(city.branch, TODAY - timedelta(days=3 * 365 + 30))
    election, _ = decided(city)
    elected = contest_state(fresh(election)).elected
    report(election, secretary, posts={elected[1].pk: PostKind.ORGANISATION, elected[2].pk: PostKind.DISCIPLINE})
    old.refresh_from_db()
    term = Term.objects.open().get(organisation=city.branch)
    assert (old.closed_on, term.number, term.elected_on, term.years) == (TODAY, 4, TODAY, 3)
    held_now = dict(Post.objects.filter(organisation=city.branch, ends_on=None).values_list("member__name", "kind"))
    assert held_now == {
        "钱一帆": "secretary",
        "丁一山": "committee_member",
        "王二水": "organisation",
        "石三木": "discipline",
    }
    act = {"approval_number": "批〔2026〕3号", "approved_on": TODAY, "filed_on": TODAY}
    refused(election_approve, "登记人和报告人不能", by=secretary, election=election, **act)
    refused(
        election_approve, "批准文号", "approval_number", by=staff, election=election, **{**act, "approval_number": ""}
    )
    refused(election_approve, "备案", "filed_on", by=staff, election=election, **{**act, "filed_on": None})
    election_approve(by=staff, election=election, **act)
    held_now = dict(Post.objects.filter(organisation=city.branch, ends_on=None).values_list("member__name", "kind"))
    assert held_now == {"丁一山": "secretary", "王二水": "organisation", "石三木": "discipline"}
    assert Post.objects.filter(term=term, ends_on=None).count() == 3
    assert Notice.objects.filter(user=secretary, subject__startswith="选举结果已批准备案").count() == 1


def test_nothing_is_reported_before_all_is_decided(city, secretary):
    election, _ = held(city)
    refused(
        election_report,
        "委员、书记还没有选出",
        by=secretary,
        election=election,
        posts={},
        report_number="",
        report_on=TODAY,
    )
    count(city, contest_of(election), [13, 12, 11, 2])
    refused(
        election_report, "书记还没有选出", by=secretary, election=election, posts={}, report_number="", report_on=TODAY
    )
    assert Term.objects.count() == 0


def test_an_early_election_needs_a_reply(city, secretary):
    make_term(city.branch, TODAY - timedelta(days=800))
    election, _ = decided(city)
    refused(election_report, "提前换届", by=secretary, election=election, posts={}, report_number="", report_on=TODAY)
    election_revise(by=secretary, election=election, values={"reply_number": "复〔2026〕1号"})
    report(election, secretary)


def test_a_log_corrected_since_is_noticed(city, secretary):
    election, _ = decided(city)
    Meeting.objects.filter(pk=election.meeting_id).update(status="returned", return_reason="到会有误")
    refused(election_report, "退回", by=secretary, election=election, posts={}, report_number="", report_on=TODAY)
    Meeting.objects.filter(pk=election.meeting_id).update(status="submitted", return_reason="")
    election.meeting.attendances.filter(member__name="戴八方").update(status=2)
    refused(
        election_report, "更正过到会情况", by=secretary, election=election, posts={}, report_number="", report_on=TODAY
    )


def test_a_leader_is_no_division_of_work(city, secretary):
    election, _ = decided(city)
    first = contest_state(fresh(election)).elected[0]
    refused(
        election_report, "另行选举", f"post_{first.pk}", by=secretary, election=election,
        posts={first.pk: "secretary"}, report_number="", report_on=TODAY,
    )  # fmt: skip
    assert Post.objects.filter(organisation=city.branch, ends_on=None).count() == 3


def test_a_by_election_fills_a_seat_in_the_present_term(city, secretary, staff):
    term = make_term(city.branch, TODAY - timedelta(days=400))
    members = grow(city.branch)
    election = open_election(city, kind="by_election", committee=1, secretaries=0)
    assert (election.number, election.term_id) == (3, term.pk)
    election_link(by=secretary, election=election, meeting=make_assembly(city.branch, TODAY))
    candidates_set(by=secretary, contest=contest_of(election), members=members[:2])
    count(city, contest_of(election), [9, 4])
    elected = contest_state(fresh(election)).elected[0]
    report(election, secretary, posts={elected.pk: "youth"})
    assert Term.objects.get().closed_on is None
    assert Post.objects.filter(organisation=city.branch, ends_on=None).count() == 4
    assert Post.objects.get(member=members[0]).term_id == term.pk
    election_approve(by=staff, election=election, filed_on=TODAY)
    assert Post.objects.filter(organisation=city.branch, kind="secretary", ends_on=None).count() == 1


def test_a_general_branch_types_its_figures(city, staff):
    general = make_organisation(city.unit, "general_branch", "后勤党总支", type_code="621")
    below = make_organisation(general, "branch", "后勤一支部")
    members = grow(below)
    election = open_election(city, organisation=general, place="general_branch", number=1)
    election_revise(by=staff, election=election, values={"held_on": TODAY})
    contest = fresh(election)
    candidates_set(by=staff, contest=contest, members=members[:4])
    assert basis_of(contest).eligible == 8
    votes = {candidate.pk: (7, 0) for candidate in contest_state(contest).voters[:3]}
    votes[contest_state(contest).voters[3].pk] = (0, 7)
    refused(round_count, "实到会", "present", by=staff, contest=contest, count=Count(7, 7, 7, votes))
    row = round_count(by=staff, contest=contest, count=Count(7, 7, 7, votes, present=7))
    assert (row.eligible, row.present) == (8, 7)
    assert contest_state(fresh(election)).decided


def test_rights_of_the_deciding_second_person(city, secretary):
    """A second secretary of the branch may report, and still somebody else approves."""
    other = make_user(Role.UNIT_STAFF, city.unit)
    election, _ = decided(city)
    report(election, other)
    refused(
        election_approve, "报告人", by=other, election=election, approval_number="一", approved_on=TODAY, filed_on=TODAY
    )
    assert Member.objects.filter(posts__kind="secretary", posts__ends_on=None, organisation=city.branch).count() == 1


def test_the_demo_citys_elections_hold_by_the_rules(city, secretary, staff):
    grow(city.branch)
    make_term(city.branch, TODAY - timedelta(days=500))
    assert load_elections(by=secretary, approver=staff, today=TODAY) == 1
    state = contest_state(contests_in_full().get())
    assert state.decided
    assert state.rounds[0].verdict.elected == tuple(candidate.pk for candidate in state.elected)
