"""Hours from attendance and classes; what is asked of a branch; who sees them."""

from datetime import date, time, timedelta
from decimal import Decimal as D

import pytest

from accounts.roles import Role
from branches.choices import AttendanceStatus, PartyStanding
from branches.models import Attendance, MeetingBranch, MeetingCount, MeetingDetail, Member, Membership, Obligation
from branches.services.obligations import obligations_open
from education.models import HoursRefresh, HoursYear
from education.policy.rolls import LineData
from education.selectors.hours import branch_hours, member_records, year_hours
from education.services.hours import hours_renew, hours_renew_nightly
from tests.education.trainings import TODAY, YEAR, closed_class, load_rules, make_class
from tests.factories import make_meeting, make_member

pytestmark = pytest.mark.django_db
DAY = max(TODAY - timedelta(days=10), date(YEAR, 1, 1))


@pytest.fixture(autouse=True)
def rules(city):
    load_rules()


def hours(member, year=YEAR):
    return year_hours([member.pk], year).get(member.pk)


def study(branch, day=DAY, kind="study", **fields):
    return make_meeting(branch, day, kind=kind, starts_at=time(9), ends_at=time(11), **fields)


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        (AttendanceStatus.PRESENT, D(2)),
        (AttendanceStatus.LATE, D(2)),
        (AttendanceStatus.SICK, None),
        (AttendanceStatus.ABSENT, None),
        (AttendanceStatus.OFFICIAL, None),
        (AttendanceStatus.PERSONAL, None),
        (AttendanceStatus.TRAVEL, None),
    ],
)
def test_only_who_was_there_counts(city, status, counted):
    log = study(city.branch)
    Attendance.objects.filter(meeting=log, member=city.members[0]).update(status=status)
    found = hours(city.members[0])
    assert (found and found.meetings) == counted


def test_several_kinds_in_one_log_count_once(city):
    study(city.branch, kind="assembly", also=("lecture", "study"))
    assert hours(city.members[0]).meetings == 2


def test_a_returned_log_counts_nothing(city):
    log = study(city.branch, kind="study")
    type(log).objects.filter(pk=log.pk).update(status="returned", return_reason="补全")
    assert hours(city.members[0]) is None


def test_a_theme_day_counts_where_it_says_study(city):
    log = study(city.branch, kind="theme_day")
    assert hours(city.members[0]) is None
    MeetingDetail.objects.create(meeting=log, with_study=True)
    assert hours(city.members[0]).meetings == 2


def test_years_are_told_apart(city):
    study(city.branch, date(YEAR - 1, 12, 31))
    study(city.branch, date(YEAR, 1, 1))
    assert hours(city.members[0]).meetings == 2
    assert hours(city.members[0], YEAR - 1).meetings == 2


def test_whoever_moved_keeps_the_hours_of_both_branches(city):
    member = city.members[3]
    study(city.branch, date(YEAR, 1, 5))
    Membership.objects.filter(member=member).update(ends_on=date(YEAR, 1, 10), leave_reason="moved")
    Member.objects.filter(pk=member.pk).update(organisation=city.sibling)
    Membership.objects.create(
        member=member, organisation=city.sibling, starts_on=date(YEAR, 1, 10), entry_reason="moved"
    )
    study(city.sibling, date(YEAR, 1, 15))
    assert hours(member).meetings == 4
    names = {row.person.name for row in branch_hours(city.sibling, YEAR).rows}
    assert member.name in names
    assert member.name not in {row.person.name for row in branch_hours(city.branch, YEAR).rows}


def test_a_joint_meeting_counts_once_for_its_guests(city):
    log = study(city.branch)
    guest = MeetingBranch.objects.create(meeting=log, organisation=city.sibling, expected=3, present=3)
    Attendance.objects.create(meeting=log, member=city.sibling_members[0], guest=guest)
    MeetingCount.objects.create(meeting=log, kind="study", organisation=city.sibling, held_on=log.held_on)
    assert hours(city.sibling_members[0]).meetings == 2


def test_classes_count_once_closed_in_the_year_of_their_end(city):
    came, away = city.members[0], city.members[1]
    told = {came: LineData(attended=True), away: LineData(attended=False)}
    closed_class(city, told, ends_on=DAY, starts_on=DAY, hours=D("7.5"))
    assert hours(came).classes == D("7.5")
    assert hours(came).class_count == 1
    assert hours(away) is None
    make_class(city, title="还没有结班", ends_on=DAY)
    assert hours(came).class_count == 1


def test_records_add_up_to_the_sum(city):
    member = city.members[0]
    study(city.branch)
    closed_class(city, {member: LineData(attended=True, hours=D(4))})
    records = member_records(member, YEAR)
    assert sum(record.hours for record in records) == hours(member).total == 6
    assert {record.kind for record in records} == {"专题学习", "专题培训"}


def test_the_page_of_a_branch_costs_the_same_for_any_number(city, django_assert_num_queries):
    for wanted in (1, 3, 40):
        while city.branch.meetings.count() < wanted:
            study(city.branch)
            make_member(city.branch, f"党员{city.branch.members.count()}")
        with django_assert_num_queries(7):
            branch_hours(city.branch, YEAR)


# The summary and what follows -----------------------------------------------------------------------------------------


def test_the_summary_equals_the_live_figures(city):
    study(city.branch)
    study(city.foreign)
    closed_class(city, {city.members[0]: LineData(attended=True)})
    hours_renew(organisation=city.root, year=YEAR)
    stored = {row.member_id: (row.hours_meetings, row.hours_classes) for row in HoursYear.objects.filter(year=YEAR)}
    live = year_hours(list(stored), YEAR)
    assert len(stored) == Member.objects.count()
    for member, figures in stored.items():
        found = live.get(member)
        assert figures == ((found.meetings, found.classes) if found else (0, 0))
    assert HoursRefresh.objects.get().organisation == city.root
    assert hours_renew(organisation=city.root, year=YEAR) == 0


def obligation(city, code, branch=None):
    return Obligation.objects.get(organisation=branch or city.branch, requirement__code=code, period=str(YEAR))


def test_obligations_ask_members_and_leaders_apart(city):
    obligations_open(since=date(YEAR, 1, 1))
    assert (obligation(city, "R18").needed, obligation(city, "R18C").needed) == (2, 3)
    for _ in range(8):
        make_meeting(city.branch, DAY, kind="study", starts_at=time(8), ends_at=time(12))
    hours_renew(organisation=city.unit, year=YEAR)
    assert (obligation(city, "R18").done, obligation(city, "R18C").done) == (2, 0)
    closed_class(city, {city.members[0]: LineData(attended=True, hours=D(24))})
    assert obligation(city, "R18C").done == 1
    hours_renew_nightly()


def test_nobody_is_asked_whose_standing_is_suspended(city):
    Member.objects.filter(pk=city.members[3].pk).update(standing=PartyStanding.SUSPENDED)
    obligations_open(since=date(YEAR, 1, 1))
    assert obligation(city, "R18").needed == 1


def test_newcomers_are_asked_in_the_year_in_which_their_time_ends(city):
    newcomer = city.members[4]
    Member.objects.filter(pk=newcomer.pk).update(joined_on=date(YEAR - 2, 1, 5), confirmed_on=date(YEAR - 1, 6, 10))
    obligations_open(since=date(YEAR, 1, 1))
    assert (obligation(city, "R18A").needed, obligation(city, "R18A").done) == (1, 0)
    day = min(DAY, date(YEAR, 6, 1))
    closed_class(city, {newcomer: LineData(attended=True)}, ends_on=day, starts_on=day)
    assert obligation(city, "R18A").done == 1
    assert not Obligation.objects.filter(organisation=city.sibling, requirement__code="R18A").exists()


# Pages ----------------------------------------------------------------------------------------------------------------


def text(answer):
    return answer.content.decode()


def test_the_branch_sees_its_members_and_no_other(city):
    study(city.branch)
    page = text(city.client(Role.BRANCH_SECRETARY).get("/education/hours/branch/"))
    assert "钱一帆" in page
    assert "未达到" in page
    assert "郑六合" not in page
    leaders = text(city.client(Role.BRANCH_SECRETARY).get(f"/education/hours/branch/?group=leaders&year={YEAR}"))
    assert "周四海" not in leaders
    foreign = f"/education/hours/branch/?branch={city.foreign.pk}"
    assert city.client(Role.BRANCH_SECRETARY).get(foreign).status_code == 404
    assert city.client(Role.MEMBER).get("/education/hours/branch/").status_code == 403


def test_a_member_sees_only_the_own_hours(city):
    log = study(city.branch)
    client = city.client(Role.MEMBER)
    page = text(client.get("/education/hours/mine/"))
    assert log.title in page
    assert f"/meetings/{log.pk}/" in page
    assert client.get(f"/education/hours/members/{city.members[0].pk}/").status_code == 403
    assert client.get("/education/hours/").status_code == 403


def test_an_account_without_a_member_is_told_so(city):
    assert "还没有对应的党员" in text(city.client(Role.UNIT_STAFF).get("/education/hours/mine/"))


def test_the_summary_tells_as_of_when_and_is_renewed(city):
    client = city.client(Role.UNIT_STAFF)
    assert "还没有汇总过" in text(client.get("/education/hours/"))
    hours_renew(organisation=city.root, year=YEAR)
    page = text(client.get("/education/hours/"))
    assert "截至" in page
    assert "郑六合" in page
    assert "陈九章" not in page
    answer = client.post("/education/hours/refresh/", {"year": YEAR})
    assert answer.status_code == 302
    assert "/jobs/" in answer.url


def test_the_summary_filters_by_what_was_reached(city):
    study(city.branch)
    hours_renew(organisation=city.root, year=YEAR)
    client = city.client(Role.CITY_STAFF)
    assert "钱一帆" in text(client.get("/education/hours/?reached=0"))
    assert "钱一帆" not in text(client.get("/education/hours/?reached=1"))
    assert "钱一帆" not in text(client.get("/education/hours/?leader=0"))


def test_the_summary_costs_the_same_for_one_three_and_fifty(city, django_assert_num_queries):
    client = city.client(Role.UNIT_STAFF)
    client.get("/education/hours/")
    for wanted in (1, 3, 50):
        while HoursYear.objects.filter(year=YEAR).count() < wanted:
            member = make_member(city.branch, f"学员{HoursYear.objects.count()}")
            HoursYear.objects.create(member=member, year=YEAR)
        with django_assert_num_queries(8):
            client.get("/education/hours/")


def test_rules_are_shown_with_their_source(city):
    page = text(city.client(Role.MEMBER).get("/education/hours/rules/"))
    assert "本级默认" in page
    assert "32" in page
