"""Pages of terms and elections: from registering a term to the approval, on the phone's forms; lists; Word files."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import docx
import pytest
from django.urls import reverse

from accounts.roles import Role
from branches.choices import ElectionOffice
from branches.exports.election_papers import PAPERS
from branches.models import Election, ElectionRound, Organisation, Post, Term, TermExtension
from branches.selectors.elections import contest_state, contests_in_full
from core.calendar import local_today
from core.models import AuditEvent
from core.workbooks.reader import read_sheet
from tests.branches.elections import contest_of, count, decided, grow, held, make_assembly, make_term, open_election
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db
TODAY = local_today()
DAY = TODAY.isoformat()


def url(name, *args):
    return reverse(f"branches:{name}", args=args)


@pytest.fixture
def owner(city):
    return city.client(Role.BRANCH_SECRETARY)


@pytest.fixture
def staff(city):
    return city.client(Role.UNIT_STAFF)


def text(response):
    return response.content.decode()


def words(content):
    document = docx.Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_a_whole_election_through_the_pages(city, owner, staff):
    members = grow(city.branch)
    owner.post(
        url("term_open", city.branch.pk),
        {"number": 3, "elected_on": str(TODAY.replace(day=1) - timedelta(days=1150)), "place": "branch"},
    )
    assert Term.objects.get().number == 3
    form = owner.get(url("election_open", city.branch.pk)).context["form"]
    assert (form.initial["number"], form.initial["base"], form.initial["place"]) == (4, "present", "branch")
    post = {
        "kind": "regular", "number": 4, "place": "branch", "planned_on": DAY, "committee": 3, "secretaries": 1,
        "deputies": 0, "leaders_by": "committee", "base": "present",
    }  # fmt: skip
    response = owner.post(url("election_open", city.branch.pk), post, follow=True)
    election = Election.objects.get()
    assert response.redirect_chain[-1][0] == url("election_detail", election.pk)
    papers = {
        "planned_on": DAY, "base": "present", "request_number": "请〔2026〕1号", "request_on": DAY,
        "reply_number": "复〔2026〕2号", "reply_on": DAY, "scrutineers": "孙二禾", "tellers": "李三木",
    }  # fmt: skip
    assert owner.post(url("election_update", election.pk), papers).status_code == 302
    meeting = make_assembly(city.branch, TODAY, absent=1)
    assert owner.post(url("election_link", election.pk), {"meeting": meeting.pk}).status_code == 302
    contest = contest_of(election)
    post = {f"member_{number}": member.pk for number, member in enumerate(members[:4])}
    assert owner.post(url("contest_candidates", contest.pk), post).status_code == 302
    page = text(owner.get(url("contest_count", contest.pk)))
    assert "党员大会记录的到会情况" in page
    stand = contest_state(contests_in_full().get(pk=contest.pk)).voters
    post = {"issued": 12, "returned": 12, "valid": 12}
    for candidate, votes in zip(stand, (12, 11, 10, 3), strict=True):
        post |= {f"approve_{candidate.pk}": votes, f"oppose_{candidate.pk}": 0}
    page = text(owner.post(url("contest_count", contest.pk), post, follow=True))
    assert "应选3人，当选3人" in page
    secretary = contest_of(election, ElectionOffice.SECRETARY)
    owner.post(url("contest_candidates", secretary.pk), {"member_0": members[0].pk})
    candidate = secretary.candidates.get()
    post = {"eligible": 3, "present": 3, "issued": 3, "returned": 3, "valid": 3}
    post |= {f"approve_{candidate.pk}": 3, f"oppose_{candidate.pk}": 0}
    owner.post(url("contest_count", secretary.pk), post)
    form = owner.get(url("election_report", election.pk)).context["form"]
    post = {"report_number": "报〔2026〕5号", "report_on": DAY} | {
        name: "organisation" for name in form.fields if name.startswith("post_")
    }
    assert owner.post(url("election_report", election.pk), post).status_code == 302
    assert "待批准备案" in text(owner.get(url("election_detail", election.pk)))
    post = {"approval_number": "批〔2026〕9号", "approved_on": DAY, "filed_on": DAY}
    assert owner.post(url("election_approve", election.pk), post).status_code == 403
    assert staff.post(url("election_approve", election.pk), post).status_code == 302
    election.refresh_from_db()
    assert election.state == "completed"
    assert Post.objects.get(organisation=city.branch, kind="secretary", ends_on=None).member == members[0]
    page = text(owner.get(url("organisation_terms", city.branch.pk)))
    assert "第4届" in page
    assert "已换届" in page


def test_a_refused_count_keeps_what_was_typed(city, owner):
    election, _ = held(city)
    contest = contest_of(election)
    post = {"issued": 99, "returned": 13, "valid": 13}
    for candidate in contest.candidates.all():
        post |= {f"approve_{candidate.pk}": 5, f"oppose_{candidate.pk}": 0}
    response = owner.post(url("contest_count", contest.pk), post)
    assert "多于实到会有选举权的13人" in text(response)
    assert 'value="99"' in text(response)
    assert not ElectionRound.objects.exists()
    post = dict.fromkeys(post, "x")
    assert owner.post(url("contest_count", contest.pk), post).status_code == 200


def test_too_few_candidates_are_told_at_the_form(city, owner):
    members = grow(city.branch)
    contest = contest_of(open_election(city))
    response = owner.post(url("contest_candidates", contest.pk), {"member_0": members[0].pk})
    assert "至少4人，现在1人" in text(response)
    assert response.context["form"]["member_0"].value() == str(members[0].pk)
    foreign = {"member_0": city.foreign_members[0].pk}
    assert "只能选择本党组织的党员" in text(owner.post(url("contest_candidates", contest.pk), foreign))


def test_order_write_in_vacancy_and_withdrawal(city, owner):
    election, members = held(city)
    contest = contest_of(election)
    ids = list(contest.candidates.values_list("pk", flat=True))
    owner.post(url("contest_order", contest.pk), {f"place_{pk}": 9 - n for n, pk in enumerate(ids)})
    assert list(contest.candidates.values_list("pk", flat=True)) == ids[::-1]
    owner.post(url("contest_write_in", contest.pk), {"member": members[7].pk})
    assert contest.candidates.filter(write_in=True).count() == 1
    count(city, contest, [13, 9, 2, 3, 1])
    assert "另行选举" in text(owner.get(url("election_detail", election.pk)))
    assert "半数" in text(owner.post(url("contest_vacate", contest.pk), {"consenting": 3}))
    assert owner.post(url("contest_vacate", contest.pk), {"consenting": 9}).status_code == 302
    assert "必填" in text(owner.post(url("contest_withdraw", contest.pk), {"reason": " "}))
    assert owner.post(url("contest_withdraw", contest.pk), {"reason": "重新核对"}).status_code == 302
    assert not ElectionRound.objects.exists()


def test_reasons_for_leaving_out_are_for_those_who_run_it(city, owner, staff):
    election, members = held(city, absent=1)
    post = {"member": members[-1].pk, "reason": "bedridden", "decided_on": DAY}
    assert owner.post(url("election_excuse", election.pk), post).status_code == 302
    assert "卧床不起" in text(owner.get(url("election_detail", election.pk)))
    assert "卧床不起" in text(staff.get(url("election_detail", election.pk)))
    page = city.client(Role.MEMBER).get(url("election_detail", election.pk))
    assert page.status_code == 200
    assert "卧床不起" not in text(page)
    excuse = election.excuses.get()
    assert owner.post(url("election_count_in", excuse.pk)).status_code == 302
    assert not election.excuses.exists()


def test_an_extension_through_the_pages(city, owner, staff):
    term = make_term(city.branch, TODAY.replace(day=1) - timedelta(days=1000))
    until = term.expires_on + timedelta(days=30)
    page = text(owner.get(url("term_extend", term.pk)))
    assert "最迟到" in page
    assert owner.post(url("term_extend", term.pk), {"until": str(until), "reason": "机构改革"}).status_code == 302
    extension = TermExtension.objects.get()
    assert owner.get(url("extension_decide", extension.pk)).status_code == 403
    page = staff.post(url("extension_decide", extension.pk), {"decision": "approve"})
    assert "请填写批准日期" in text(page)
    post = {"decision": "approve", "document": "复〔2026〕1号", "document_on": DAY}
    assert staff.post(url("extension_decide", extension.pk), post).status_code == 302
    term.refresh_from_db()
    assert term.extended_until == until
    assert "复〔2026〕1号" in text(owner.get(url("organisation_terms", city.branch.pk)))


def test_a_term_is_put_right_on_its_page(city, owner):
    term = make_term(city.branch, TODAY.replace(day=1) - timedelta(days=1000))
    post = {"number": 5, "elected_on": str(term.elected_on), "place": "village", "reason": "社区党支部任期五年"}
    assert owner.post(url("term_revise", term.pk), post).status_code == 302
    term.refresh_from_db()
    assert (term.number, term.years) == (5, 5)
    assert owner.get(url("term_revise", term.pk)).context["form"].initial["place"] == "village"


def test_the_term_stands_on_the_organisations_page(city, owner):
    assert "还没有登记本届任期" in text(owner.get(url("organisation_detail", city.branch.pk)))
    make_term(city.branch, TODAY - timedelta(days=3 * 365 + 30))
    page = text(owner.get(url("organisation_detail", city.branch.pk)))
    assert "逾期未换届" in page
    staff = city.client(Role.UNIT_STAFF)
    assert "任期和换届" not in text(staff.get(url("organisation_detail", city.unit.pk))).split("<main")[1]
    assert staff.get(url("organisation_terms", city.unit.pk)).status_code == 404


def states(client, **query):
    response = client.get(url("term_list"), query)
    assert not response.context["ledger"].errors
    return response


def test_the_ledger_of_terms_filters_by_state(city, staff):
    make_term(city.branch, TODAY - timedelta(days=3 * 365 + 30))
    make_term(city.sibling, TODAY - timedelta(days=3 * 365 - 60), extended_until=None)
    make_term(city.foreign, TODAY - timedelta(days=3 * 365 + 30))
    page = text(states(staff))
    assert city.branch.short_name in page
    assert city.foreign.short_name not in page
    overdue = "".join(states(staff, state="overdue").context["ledger"].rows)
    assert city.branch.short_name in overdue
    assert city.sibling.short_name not in overdue
    reminder = "".join(states(staff, state="reminder").context["ledger"].rows)
    assert city.sibling.short_name in reminder


def test_the_ledgers_are_exported(city, staff):
    make_term(city.branch, TODAY - timedelta(days=3 * 365 + 30))
    open_election(city)
    response = staff.post(url("term_export") + "?state=overdue")
    sheet = read_sheet(BytesIO(b"".join(response.streaming_content)))
    assert any("逾期未换届" in row for row in sheet.rows)
    response = staff.post(url("election_export"))
    sheet = read_sheet(BytesIO(b"".join(response.streaming_content)))
    assert any("筹备选举" in row for row in sheet.rows)


@pytest.mark.parametrize("name", ["term_list", "election_list"])
@pytest.mark.parametrize("rows", [1, 3, 50])
def test_lists_ask_the_same_number_of_queries(city, rows, name, django_assert_num_queries):
    for number in range(rows):
        branch = make_organisation(city.committee, "branch", f"第{number}支部")
        make_term(branch, TODAY - timedelta(days=900 + number))
        open_election(city, organisation=branch, committee=0)
    client = city.client(Role.UNIT_STAFF)
    client.get(url(name))
    with django_assert_num_queries(6 if name == "term_list" else 5):
        client.get(url(name))


@pytest.mark.parametrize("rounds", [1, 3])
def test_an_elections_page_asks_the_same_number_of_queries(city, owner, rounds, django_assert_num_queries):
    election, _ = held(city)
    approvals = [[13, 9, 8, 8], [6, 6], [6, 7]]
    for row in approvals[:rounds]:
        count(city, contest_of(election), row)
    owner.get(url("election_detail", election.pk))
    with django_assert_num_queries(12):
        owner.get(url("election_detail", election.pk))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_is_made_from_the_record(city, owner, paper):
    election, _ = decided(city)
    Organisation.objects.filter(pk=city.branch.pk).update(name="<b>中共=1+1支部</b>")
    response = owner.post(url("election_paper", election.pk, paper))
    assert response.status_code == 200
    assert ".docx" in response["Content-Disposition"]
    found = words(b"".join(response.streaming_content))
    expected = {
        "request": ("换届选举的请示", "候选人建议名单", "丁一山、王二水、石三木、朱四火", "五分之四"),
        "method": ("第一条", "实到会有选举权人数的半数", "监票人"),
        "candidates": ("丁一山", "以姓氏笔画为序"),
        "ballots": ("选　票", "朱四火", "另选人姓名"),
        "tally": ("发出选票", "13", "当选"),
        "result": ("当选人", "丁一山", "请予备案"),
    }[paper]
    for words_expected in expected:
        assert words_expected in found
    assert AuditEvent.objects.filter(action="election.paper").count() == 1


@pytest.mark.parametrize("paper", PAPERS)
def test_papers_of_an_election_just_begun(city, owner, paper):
    election = open_election(city)
    assert owner.post(url("election_paper", election.pk, paper)).status_code == 200
    assert owner.post(url("election_paper", election.pk, "nonsense")).status_code == 404
    assert city.client(Role.MEMBER).post(url("election_paper", election.pk, paper)).status_code == 403


def test_who_reaches_an_election(city):
    election = open_election(city)
    codes = {
        role: city.client(role).get(url("election_detail", election.pk)).status_code
        for role in (Role.MEMBER, Role.UNIT_STAFF, Role.CITY_STAFF, Role.AUDIT_ADMIN)
    }
    assert codes == {Role.MEMBER: 200, Role.UNIT_STAFF: 200, Role.CITY_STAFF: 200, Role.AUDIT_ADMIN: 403}
    foreign = open_election(city, organisation=city.foreign, committee=0)
    assert city.client(Role.BRANCH_SECRETARY).get(url("election_detail", foreign.pk)).status_code == 404
