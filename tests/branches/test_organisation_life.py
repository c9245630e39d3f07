"""Plans, appraisals, talks and rituals: their rules, and what each refuses."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from branches.choices import MemberCategory, PlanState
from branches.models import (
    Appraisal,
    AppraisalMark,
    HomeVisit,
    Meeting,
    MeetingPlan,
    OathReview,
    PoliticalBirthday,
    Post,
    Talk,
)
from branches.policy.appraisals import excellent_limit, finish_problems
from branches.policy.talks import pair_type, talk_rows
from branches.selectors.ceremonies import birthday_months, birthdays_of
from branches.selectors.meeting_aside import agendas_of, shipped_agenda
from branches.selectors.talks import talk_year
from branches.services import appraisals, ceremonies, meeting_plans, talks
from branches.services.meetings import MeetingData, meeting_record, meeting_return
from core.calendar import local_today
from core.models import AuditEvent
from tests.factories import make_member, make_organisation

pytestmark = pytest.mark.django_db
ID = "11010519491231002X"


@pytest.fixture
def secretary(city):
    return city.user(Role.BRANCH_SECRETARY)


def refused(error):
    return " ".join(error.value.messages)


# --- plans -----------------------------------------------------------------------------------------------------------


def values(**fields):
    base = {"kind": "assembly", "group_id": None, "title": "年终大会", "planned_on": local_today() + timedelta(days=5)}
    return {**base, "starts_at": time(9), "place": "二楼", "agenda": "议题一", **fields}


def plan(city, secretary, **fields):
    return meeting_plans.plan_create(by=secretary, branch=city.branch, values=values(**fields))


def test_plan_closes_when_its_log_is_submitted(city, secretary):
    row = plan(city, secretary)
    data = MeetingData(kind="assembly", title="年终大会", held_on=local_today(), plan_id=row.pk)
    log = meeting_record(by=secretary, branch=city.branch, data=data, submission_key=uuid4())
    row.refresh_from_db()
    assert (row.state, row.meeting_id, row.revision) == (PlanState.DONE, log.pk, 2)
    again = meeting_record(by=secretary, branch=city.branch, data=data, submission_key=uuid4())
    row.refresh_from_db()
    assert row.meeting_id == log.pk != again.pk


def test_plan_of_another_branch_is_left_alone(city, secretary):
    row = MeetingPlan.objects.create(
        organisation=city.sibling, by=secretary, kind="assembly", title="二科", planned_on=local_today()
    )
    data = MeetingData(kind="assembly", title="大会", held_on=local_today(), plan_id=row.pk)
    meeting_record(by=secretary, branch=city.branch, data=data, submission_key=uuid4())
    row.refresh_from_db()
    assert row.state == PlanState.PLANNED


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"planned_on": local_today() - timedelta(days=1)}, "不能早于今天"),
        ({"title": ""}, ""),
        ({"title": "长" * 121}, "120"),
        ({"kind": "dance"}, "dance"),
        ({"kind": "group_meeting"}, "请选择党小组"),
        ({"agenda": ID}, "身份号码"),
    ],
)
def test_plans_that_cannot_be(city, secretary, fields, expected):
    with pytest.raises(ValidationError) as error:
        plan(city, secretary, **fields)
    assert expected in refused(error)
    assert not MeetingPlan.objects.exists()


def test_group_of_another_branch_is_no_place_for_a_plan(city, secretary):
    other = make_organisation(city.sibling, "group", "外组")
    with pytest.raises(ValidationError, match="没有这个党小组"):
        plan(city, secretary, kind="group_meeting", group_id=other.pk)
    assert plan(city, secretary, kind="group_meeting", group_id=city.group.pk).group_id == city.group.pk


def test_overdue_plan_is_moved_or_cancelled(city, secretary):
    row = plan(city, secretary)
    MeetingPlan.objects.update(planned_on=local_today() - timedelta(days=3))
    row.refresh_from_db()
    same = values(planned_on=row.planned_on, title="只改题目")
    moved = meeting_plans.plan_update(by=secretary, plan=row, values=same, expected_revision=1)
    assert moved.title == "只改题目"
    with pytest.raises(ValidationError) as error:
        meeting_plans.plan_update(by=secretary, plan=row, values=values(), expected_revision=1)
    assert error.value.code == "conflict"
    with pytest.raises(ValidationError, match="取消原因"):
        meeting_plans.plan_cancel(by=secretary, plan=row, reason=" ", expected_revision=2)
    gone = meeting_plans.plan_cancel(by=secretary, plan=row, reason="合并到下月", expected_revision=2)
    assert gone.state == PlanState.CANCELLED
    with pytest.raises(ValidationError, match="已取消"):
        meeting_plans.plan_update(by=secretary, plan=row, values=values(), expected_revision=3)
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"plan.create", "plan.update", "plan.cancel"}


def test_agenda_of_a_branch_replaces_the_shipped_one(city, secretary):
    assert all(row.text and not row.is_own for row in agendas_of(city.branch))
    save = meeting_plans.agenda_template_save
    save(by=secretary, branch=city.branch, kind="study", text=" 领学 \n\n 测试 ")
    own = {row.kind: row for row in agendas_of(city.branch)}["study"]
    assert (own.text, own.is_own) == ("领学\n测试", True)
    assert not {row.kind: row for row in agendas_of(city.sibling)}["study"].is_own
    save(by=secretary, branch=city.branch, kind="study", text="")
    assert {row.kind: row for row in agendas_of(city.branch)}["study"].text == shipped_agenda("study")


# --- appraisal -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("members", "limit"), [(0, 0), (2, 0), (3, 1), (15, 5), (16, 5), (50, 16)])
def test_a_third_is_rounded_down(members, limit):
    assert excellent_limit(members) == limit
    grades = dict.fromkeys(range(limit + 1), "excellent")
    assert finish_problems(grades=grades, graded=[], members=members)
    assert not finish_problems(grades=dict.fromkeys(range(limit), "excellent"), graded=[], members=members)


@pytest.fixture
def log(city, secretary):
    data = MeetingData(kind="appraisal", title="民主评议", held_on=local_today())
    return meeting_record(by=secretary, branch=city.branch, data=data, submission_key=uuid4())


def grades_of(city, *excellent):
    return {member.pk: "excellent" if member in excellent else "qualified" for member in city.members}


def test_appraisal_from_the_log_to_the_grades(city, secretary, log):
    make_member(city.branch, "郑预备", category=MemberCategory.PROBATIONARY)
    row = appraisals.appraisal_begin(by=secretary, meeting=log)
    assert appraisals.appraisal_begin(by=secretary, meeting=log).pk == row.pk
    some = {city.members[0].pk: "basic"}
    row = appraisals.appraisal_save(by=secretary, appraisal=row, grades=some, expected_revision=1)
    assert (row.revision, row.basic, row.state) == (2, 1, "open")
    both = grades_of(city, *city.members[:2])
    done = appraisals.appraisal_save(by=secretary, appraisal=row, grades=both, expected_revision=2, finish=True)
    assert (done.members, done.excellent, done.qualified, done.state) == (6, 2, 3, "finished")
    with pytest.raises(ValidationError, match="已经完成"):
        appraisals.appraisal_save(by=secretary, appraisal=done, grades=both, expected_revision=3)
    again = appraisals.appraisal_reopen(by=secretary, appraisal=done, reason="登记有误", expected_revision=3)
    assert again.state == "open"
    assert AuditEvent.objects.filter(action="appraisal.reopen", reason="登记有误").exists()


@pytest.mark.parametrize(("excellent", "left_out", "expected"), [(2, 0, "三分之一"), (1, 1, "1名正式党员没有评定")])
def test_what_does_not_fit_is_not_finished(city, secretary, log, excellent, left_out, expected):
    row = appraisals.appraisal_begin(by=secretary, meeting=log)
    grades = grades_of(city, *city.members[:excellent])
    for member in city.members[:left_out]:
        del grades[member.pk]
    with pytest.raises(ValidationError) as error:
        appraisals.appraisal_save(by=secretary, appraisal=row, grades=grades, expected_revision=1, finish=True)
    assert expected in refused(error)
    row.refresh_from_db()
    assert (row.state, row.revision) == ("open", 1)
    assert not AppraisalMark.objects.exists()


def test_probationary_and_strangers_have_no_grade(city, secretary, log):
    row = appraisals.appraisal_begin(by=secretary, meeting=log)
    for member in (make_member(city.branch, "郑预备", category=MemberCategory.PROBATIONARY), city.foreign_members[0]):
        with pytest.raises(ValidationError, match="不一致"):
            appraisals.appraisal_save(by=secretary, appraisal=row, grades={member.pk: "basic"}, expected_revision=1)
    with pytest.raises(ValidationError, match="不一致"):
        appraisals.appraisal_save(
            by=secretary, appraisal=row, grades={city.members[0].pk: "superb"}, expected_revision=1
        )


def test_only_a_counted_appraisal_is_graded(city, secretary, log):
    data = MeetingData(kind="study", title="学习", held_on=local_today())
    other = meeting_record(by=secretary, branch=city.branch, data=data, submission_key=uuid4())
    with pytest.raises(ValidationError, match="不是民主评议"):
        appraisals.appraisal_begin(by=secretary, meeting=other)
    row = appraisals.appraisal_begin(by=secretary, meeting=log)
    meeting_return(by=city.user(Role.UNIT_STAFF), meeting=Meeting.objects.get(pk=log.pk), reason="缺少程序")
    with pytest.raises(ValidationError, match="没有计入"):
        appraisals.appraisal_save(by=secretary, appraisal=row, grades=grades_of(city), expected_revision=1, finish=True)


def test_database_holds_the_third_too(city, secretary, log):
    row = appraisals.appraisal_begin(by=secretary, meeting=log)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appraisal.objects.filter(pk=row.pk).update(
            state="finished", members=5, excellent=2, finished_at="2026-01-01T00:00:00+08:00"
        )


# --- talks -----------------------------------------------------------------------------------------------------------


def test_type_follows_the_posts():
    assert [pair_type(True, True), pair_type(True, False), pair_type(False, True), pair_type(False, False)] == [
        "committee", "mixed", "mixed", "members",
    ]  # fmt: skip


def test_one_person_with_many_on_one_day(city, secretary):
    first, *others = [member.pk for member in city.members]
    day = local_today() - timedelta(days=1)
    count = talks.talks_record(by=secretary, branch=city.branch, held_on=day, member=first, others=[*others, first])
    assert count == 4
    assert sorted(Talk.objects.values_list("pair", flat=True)) == ["committee", "committee", "mixed", "mixed"]
    assert talks.talks_record(by=secretary, branch=city.branch, held_on=day, member=others[0], others=[first]) == 0
    assert Talk.objects.count() == 4
    event = AuditEvent.objects.filter(action="talk.record").first()
    assert not any(member.name in str(event.after) for member in city.members)


def test_type_is_that_of_the_day(city, secretary):
    Post.objects.update(starts_on=local_today())
    pair = [member.pk for member in city.members[:2]]
    for days in (0, 3):
        day = local_today() - timedelta(days=days)
        talks.talks_record(by=secretary, branch=city.branch, held_on=day, member=pair[0], others=pair[1:])
    assert list(Talk.objects.order_by("held_on").values_list("pair", flat=True)) == ["members", "committee"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"held_on": local_today() + timedelta(days=1)}, "不能晚于今天"),
        ({"held_on": date(2001, 1, 1)}, "成立之日"),
        ({"others": []}, "请勾选"),
    ],
)
def test_talks_that_cannot_be(city, secretary, fields, expected):
    asked = {"held_on": local_today(), "member": city.members[0].pk, "others": [city.members[1].pk], **fields}
    with pytest.raises(ValidationError) as error:
        talks.talks_record(by=secretary, branch=city.branch, **asked)
    assert expected in refused(error)
    assert not Talk.objects.exists()


def test_strangers_do_not_talk_here(city, secretary):
    for asked in (
        {"member": city.foreign_members[0].pk, "others": [city.members[0].pk]},
        {"member": city.members[0].pk, "others": [city.foreign_members[0].pk]},
    ):
        with pytest.raises(ValidationError, match="名册"):
            talks.talks_record(by=secretary, branch=city.branch, held_on=local_today(), **asked)


def test_talk_has_no_place_for_what_was_said():
    words = {field.get_internal_type() for field in Talk._meta.fields if field.name not in ("pair",)}
    assert words <= {"BigAutoField", "ForeignKey", "DateField", "DateTimeField"}


def test_year_shows_who_lacks_which_type(city, secretary):
    first, second, third, fourth, fifth = (member.pk for member in city.members)
    talks.talks_record(by=secretary, branch=city.branch, held_on=local_today(), member=first, others=[second, fourth])
    page = talk_year(city.branch, local_today().year)
    had = {row.member_id: row.had for row in page.rows}
    assert had[first] == (True, True, None)
    assert had[second] == (True, False, None)
    assert had[fourth] == (None, True, False)
    assert had[fifth] == (None, False, False)
    assert page.lacking == 4
    assert [row.name for row in page.rows] == ["李三木", "钱一帆", "孙二禾", "吴五岳", "周四海"]
    assert third in had


def test_without_a_committee_nobody_lacks_a_committee_talk():
    rows = talk_rows([(1, "甲"), (2, "乙")], set(), [(1, 2, "members")])
    assert [row.had for row in rows] == [(None, None, True)] * 2


# --- rituals ---------------------------------------------------------------------------------------------------------


def test_birthdays_follow_the_day_of_joining(city, secretary):
    year = local_today().year
    rows = birthdays_of(city.branch, year, 7)
    assert {row.member.pk for row in rows} == {member.pk for member in city.members}
    assert rows[0].age == year - 2010
    assert birthdays_of(city.branch, year, 8) == []
    assert dict(birthday_months(city.branch, year))[7] == 5


def test_birthdays_are_recorded_in_a_batch_and_again(city, secretary):
    members = [member.pk for member in city.members[:2]]
    record = ceremonies.birthdays_record
    held = {"by": secretary, "branch": city.branch, "members": members, "held_on": local_today()}
    assert record(**held, deeds=["with_card", "with_talk"]) == 2
    record(**held, deeds=["with_deed"])
    row = PoliticalBirthday.objects.get(member=members[0])
    assert (row.with_card, row.with_deed) == (False, True)
    assert PoliticalBirthday.objects.count() == 2
    for bad in ({"members": []}, {"members": [city.foreign_members[0].pk]}, {"held_on": date(2999, 1, 1)}):
        with pytest.raises(ValidationError):
            record(**{**held, **bad}, deeds=[])


def test_oath_review_is_a_light_record(city, secretary, log):
    row = ceremonies.oath_review_record(
        by=secretary, branch=city.branch, held_on=local_today(), count=5, place="纪念馆", meeting=log.pk
    )
    assert row.meeting_id == log.pk
    for bad in ({"count": 0}, {"place": ID}, {"meeting": 10**9}):
        asked = {"held_on": local_today(), "count": 3, **bad}
        with pytest.raises(ValidationError):
            ceremonies.oath_review_record(by=secretary, branch=city.branch, **asked)
    ceremonies.ceremony_remove(by=secretary, row=row)
    assert not OathReview.objects.exists()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"consented": False}, "本人同意"),
        ({"visitors": slice(1, 2)}, "至少2名"),
        ({"visitors": slice(0, 3)}, "不能同时是"),
        ({"category": "gossip"}, "gossip"),
    ],
)
def test_home_visits_that_cannot_be(city, secretary, fields, expected):
    people = [member.pk for member in city.members]
    asked = {"visitors": slice(1, 3), "category": "care", "consented": True, **fields}
    asked["visitors"] = people[asked["visitors"]]
    with pytest.raises(ValidationError) as error:
        ceremonies.home_visit_record(by=secretary, branch=city.branch, member=people[0], held_on=local_today(), **asked)
    assert expected in refused(error)
    assert not HomeVisit.objects.exists()


def test_home_visit_keeps_no_words(city, secretary):
    people = [member.pk for member in city.members]
    row = ceremonies.home_visit_record(
        by=secretary, branch=city.branch, member=people[0], visitors=people[1:3], held_on=local_today(),
        category="illness", consented=True,
    )  # fmt: skip
    assert set(row.visitors.values_list("pk", flat=True)) == set(people[1:3])
    assert {
        field.name for field in HomeVisit._meta.fields if field.get_internal_type() in ("CharField", "TextField")
    } == {"category"}
    with pytest.raises(IntegrityError), transaction.atomic():
        HomeVisit.objects.update(consented=False)
