"""A branch-year with something in every chapter of the 工作手册, made directly."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounts.roles import Role
from branches.models import (
    AdmissionReview,
    AdmissionStep,
    Applicant,
    Appraisal,
    AppraisalMark,
    Attendance,
    DuesMonth,
    DuesPayment,
    Election,
    ElectionCandidate,
    ElectionContest,
    ElectionRound,
    Meeting,
    MeetingBranch,
    MeetingDecision,
    MeetingDetail,
    MeetingPlan,
    MeetingVersion,
    MeetingVote,
    Member,
    MemberChange,
    Membership,
    Obligation,
    OrganisationChange,
    Post,
    Requirement,
    Talk,
    Term,
    TransferLetter,
    Waiver,
)
from branches.selectors.handbook import handbook
from tests.factories import make_meeting, make_member

YEAR = 2025
MOMENT = datetime(2026, 2, 3, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
HOSTILE = '=1+1<b>&{PAGE}"\\h\x07\ufffe_x0041_'


def read(city, role=Role.BRANCH_SECRETARY, branch=None, year=YEAR, moment=MOMENT):
    return handbook(user=city.user(role), branch=branch or city.branch, year=year, moment=moment)


def chapter(book, title):
    return next(found for found in book.chapters if found.title == title)


def words(part):
    """Everything that a part or chapter says, as one text."""
    return repr(part)


def fill(city, logs=3):
    """The year 2025 of ``city.branch``; ``logs`` assemblies, and one log of each special case."""
    by = city.user(Role.BRANCH_SECRETARY)
    make_logs(city, by, logs)
    special_logs(city, by)
    plans_and_duties(city, by)
    people(city, by)
    money(city, by)
    offices(city, by)


def make_logs(city, by, count):
    for number in range(count):
        day = date(YEAR, 1, 8) + timedelta(days=number * 350 // max(count, 1))
        meeting = make_meeting(
            city.branch,
            day,
            title=f"第{number + 1}次大会",
            place="三楼会议室",
            host="钱一帆",
            recorder="孙二禾",
            starts_at=time(9),
            ends_at=time(10, 30),
            agenda="听取支委会工作报告\n讨论整改措施",
            study="《党支部工作条例》\n有关文件精神",
            discussion="会上逐项讨论了整改措施，有同志提出不同意见，认为时限可以再明确。" * 12,
            resolution="原则同意整改措施。",
            expected_voting=5,
            present_voting=4,
            present=4,
            submitted_by=by,
        )
        Attendance.objects.filter(meeting=meeting, member=city.members[3]).update(status=2, note="住院")
        MeetingVote.objects.create(
            meeting=meeting, subject="通过整改措施", should=5, present=4, approve=3, abstain=1, passed=True
        )
        MeetingDecision.objects.create(
            meeting=meeting, text="修订制度", owner="李三木", due_on=day + timedelta(days=30)
        )


def special_logs(city, by):
    late = make_meeting(
        city.branch, date(YEAR, 5, 9), "committee_meeting", title="补记的支委会", is_late_entry=True, late_note="出差"
    )
    MeetingVersion.objects.create(meeting=late, number=1, content={}, reason="时间写错", by=by)
    returned = make_meeting(city.branch, date(YEAR, 6, 9), "theme_day", ("lecture",), title="退回的主题党日")
    Meeting.objects.filter(pk=returned.pk).update(status="returned", return_reason="缺讨论情况")
    MeetingDetail.objects.create(meeting=returned, theme="清廉机关", lecture_topic="纪律党课", lecturer="钱一帆")
    void = make_meeting(city.branch, date(YEAR, 6, 10), title="作废的大会")
    Meeting.objects.filter(pk=void.pk).update(status="void")
    joint = make_meeting(city.sibling, date(YEAR, 7, 1), "lecture", title="联合党课")
    guest = MeetingBranch.objects.create(meeting=joint, organisation=city.branch, expected=5, present=4)
    Attendance.objects.create(meeting=joint, member=city.members[1], status=7, guest=guest)
    Attendance.objects.filter(meeting=joint, member=city.sibling_members[0]).update(status=2, note="不该出现")
    make_meeting(city.branch, date(YEAR - 1, 12, 31), title="上一年的大会")
    appraisal = make_meeting(city.branch, date(YEAR, 12, 20), "appraisal", title="民主评议党员")
    row = Appraisal.objects.create(
        organisation=city.branch,
        year=YEAR,
        meeting=appraisal,
        by=by,
        state="finished",
        finished_at=MOMENT,
        members=5,
        excellent=1,
        qualified=4,
    )
    AppraisalMark.objects.create(appraisal=row, member=city.members[2], grade="excellent")


def plans_and_duties(city, by):
    MeetingPlan.objects.create(
        organisation=city.branch, kind="assembly", title="年中大会", planned_on=date(YEAR, 6, 30), by=by
    )
    rule = Requirement.objects.create(
        code="R03",
        title="党员大会",
        frequency="quarter",
        needed=1,
        source="《中国共产党支部工作条例（试行）》",
        article="第十一条",
        valid_from=date(2018, 10, 28),
    )
    for quarter, done in ((1, 1), (2, 0), (3, 0)):
        row = Obligation.objects.create(
            requirement=rule,
            organisation=city.branch,
            period=f"{YEAR}Q{quarter}",
            starts_on=date(YEAR, quarter * 3 - 2, 1),
            ends_on=date(YEAR, quarter * 3, 30),
            needed=1,
            done=done,
            waived=quarter == 3,
        )
        if row.waived:
            Waiver.objects.create(obligation=row, reason="全员抗洪", by=by)
    Talk.objects.create(
        organisation=city.branch,
        held_on=date(YEAR, 3, 3),
        member_a=city.members[0],
        member_b=city.members[1],
        pair="committee",
        by=by,
    )


def people(city, by):
    Member.objects.filter(pk=city.members[0].pk).update(id_number_mask="110105********002X", phone_mask="138****0001")
    person = Applicant.objects.create(
        organisation=city.branch,
        name="赵新苗",
        name_pinyin="zhao xin miao",
        initials="zxm",
        birth_date=date(1999, 1, 1),
    )
    AdmissionStep.objects.create(applicant=person, step=1, done_on=date(YEAR - 1, 9, 1))
    AdmissionStep.objects.create(applicant=person, step=3, done_on=date(YEAR, 4, 2))
    AdmissionReview.objects.create(applicant=person, done_on=date(YEAR, 10, 2))
    newcomer = make_member(city.branch, "林转入", since=date(YEAR, 4, 20))
    Membership.objects.filter(member=newcomer).update(entry_reason="transferred")
    leaver = make_member(city.branch, "何转出")
    Membership.objects.filter(member=leaver).update(ends_on=date(YEAR, 8, 8), leave_reason="moved")
    Membership.objects.create(
        member=leaver, organisation=city.sibling, starts_on=date(YEAR, 8, 8), entry_reason="moved"
    )
    TransferLetter.objects.create(
        direction="inward",
        state="accepted",
        number="介字7号",
        member=newcomer,
        person_name="林转入",
        organisation=city.branch,
        outside="外市某机关党支部",
        issued_on=date(YEAR, 4, 1),
        valid_until=date(YEAR, 6, 30),
        accepted_on=date(YEAR, 4, 20),
        issued_by=by,
        closed_at=MOMENT,
    )
    MemberChange.objects.create(
        member=city.members[4],
        organisation=city.branch,
        kind="confirmed",
        effective_on=date(YEAR + 1, 1, 15),
        category_before="probationary",
    )
    MemberChange.objects.create(
        member=city.members[3], organisation=city.branch, kind="confirmed", effective_on=date(YEAR, 9, 9)
    )


def money(city, by):
    for month in (1, 2):
        DuesMonth.objects.create(
            organisation=city.branch,
            member=city.members[0],
            year=YEAR,
            month=month,
            full=Decimal(90),
            due=Decimal(90),
            paid=Decimal(90) if month == 1 else 0,
        )
    DuesPayment.objects.create(
        organisation=city.branch,
        member=city.members[0],
        year=YEAR,
        month=1,
        amount=Decimal(90),
        paid_on=date(YEAR, 1, 12),
        by=by,
    )


def offices(city, by):
    Post.objects.create(
        organisation=city.group, member=city.members[4], kind="group_leader", starts_on=date(YEAR, 2, 2)
    )
    Membership.objects.filter(member__in=city.members[3:5]).update(group=city.group)
    Post.objects.filter(member=city.members[2]).update(ends_on=date(YEAR, 10, 1))
    term = Term.objects.create(
        organisation=city.branch,
        number=4,
        elected_on=date(YEAR, 11, 11),
        years=3,
        expires_on=date(YEAR + 3, 11, 11),
    )
    election = Election.objects.create(
        organisation=city.branch,
        kind="regular",
        state="completed",
        number=4,
        years=3,
        planned_on=term.elected_on,
        held_on=term.elected_on,
        request_number="请字1号",
        request_on=date(YEAR, 10, 8),
        reported_by=by,
        approved_by=city.user(Role.UNIT_STAFF),
        approved_on=date(YEAR, 11, 20),
        term=term,
        opened_by=by,
    )
    contest = ElectionContest.objects.create(election=election, office="committee", body="assembly", seats=3)
    ElectionCandidate.objects.create(contest=contest, member=city.members[0], place=1, elected=True, post="secretary")
    ElectionCandidate.objects.create(contest=contest, member=city.members[3], place=2)
    ElectionRound.objects.create(
        contest=contest, number=1, kind="first", seats=3, eligible=5, present=5, issued=5, returned=5, valid=5, by=by
    )
    OrganisationChange.objects.create(
        organisation=city.branch,
        kind="renamed",
        effective_on=date(YEAR, 3, 1),
        before={"name": "中共老科党支部", "short_name": "老科党支部"},
        after={"name": city.branch.name, "short_name": city.branch.short_name},
        document="组字3号",
        by=by,
    )
    OrganisationChange.objects.create(
        organisation=city.branch,
        kind="renamed",
        effective_on=date(YEAR + 1, 1, 20),
        before={"name": "中共整理一科旧名党支部", "short_name": "旧名党支部"},
        after={"name": city.branch.name, "short_name": city.branch.short_name},
        by=by,
    )
