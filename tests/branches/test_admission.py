"""发展党员 in the database: steps in their order, votes from the logs, the roster, the trace, what is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches.choices import ApplicantStatus, MemberCategory, Standing, StopCategory
from branches.models import (
    AdmissionChange,
    AdmissionDue,
    AdmissionReview,
    AdmissionRule,
    AdmissionStep,
    Applicant,
    Meeting,
    Member,
    Membership,
)
from branches.policy.admission_input import StepData
from branches.selectors.admission import admission_votes, admissions_due, known_of, standing_counts
from branches.services import admission as services
from branches.services.admission_rules import admission_rules_load
from branches.services.admission_steps import Entry, step_correct, step_withdraw, steps_record
from branches.services.members import member_disable, member_transfer
from core.calendar import local_today
from core.models import AuditEvent
from tests.branches.admissions import (
    ASSEMBLY,
    BORN,
    CONFIRMING,
    DAYS,
    START,
    data_for,
    make_applicant,
    make_vote,
    record,
)
from tests.factories import make_meeting, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db):
    admission_rules_load()


@pytest.fixture
def staff(city):
    return city.user("unit_staff")


def refused(call, *args, **arguments):
    before = (
        Applicant.objects.count(),
        AdmissionStep.objects.count(),
        Member.objects.count(),
        AuditEvent.objects.count(),
    )
    with pytest.raises(ValidationError) as error, transaction.atomic():
        call(*args, **arguments)
    after = (
        Applicant.objects.count(),
        AdmissionStep.objects.count(),
        Member.objects.count(),
        AuditEvent.objects.count(),
    )
    assert after == before, "bad input changes nothing"
    return "；".join(error.value.messages)


def dues(applicant):
    return {row.step: row for row in AdmissionDue.objects.filter(applicant=applicant)}


def test_rules_are_loaded_once(db):
    assert AdmissionRule.objects.count() == 27
    assert admission_rules_load() == []


def test_rules_are_loaded_where_nobody_did(city):
    AdmissionRule.objects.all().delete()
    assert make_applicant(city).last_step == 1
    assert AdmissionRule.objects.count() == 27


def test_an_application_begins_it(city, staff):
    applicant = make_applicant(city)
    assert (applicant.name_pinyin, applicant.initials) == ("jiang xiao man", "jxm")
    assert (applicant.status, applicant.standing, applicant.last_step) == (ApplicantStatus.ONGOING, 1, 1)
    assert {step: (row.from_on, row.due_on) for step, row in dues(applicant).items()} == {2: (START, date(2023, 2, 10))}
    assert AuditEvent.objects.get(action="admission.create").scope_path == city.branch.path


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"birth_date": date(2005, 1, 11)}, "年满18周岁"),
        ({"birth_date": date(2030, 1, 11)}, "早于今天"),
        ({"applied_on": local_today() + timedelta(days=1)}, "晚于今天"),
        ({"note": "身份证 11010519491231002X"}, "公民身份号码"),
        ({"name": "蒋11010519491231002X"}, "公民身份号码"),
        ({"name": " "}, "姓名"),
        ({"gender": "7"}, "7"),
    ],
)
def test_what_is_no_application(city, staff, changed, message):
    values = {"name": "蒋小满", "gender": "2", "birth_date": BORN, "applied_on": START, **changed}
    assert message in refused(services.applicant_create, by=staff, organisation=city.branch, **values)


def test_no_double_and_no_temporary_branch(city, staff):
    make_applicant(city)
    values = {"name": "蒋小满", "gender": "2", "birth_date": BORN, "applied_on": START}
    assert "已登记" in refused(services.applicant_create, by=staff, organisation=city.branch, **values)
    assert "党支部" in refused(services.applicant_create, by=staff, organisation=city.unit, **values)
    city.sibling.type_code = "931"
    city.sibling.save()
    assert "临时党支部" in refused(services.applicant_create, by=staff, organisation=city.sibling, **values)


def test_the_whole_way(city):
    applicant = make_applicant(city, upto=16)
    assert (applicant.standing, applicant.member) == (Standing.CANDIDATE, None)
    record(city, applicant, 17)
    applicant.refresh_from_db()
    member = applicant.member
    assert (member.name, member.category, member.joined_on) == ("蒋小满", MemberCategory.PROBATIONARY, ASSEMBLY)
    assert (member.birth_date, member.gender, member.confirmed_on) == (BORN, "2", None)
    stay = Membership.objects.get(member=member)
    assert (stay.organisation, stay.starts_on, stay.entry_reason) == (city.branch, DAYS[17], "admitted")
    assert (applicant.standing, applicant.probation_ends_on) == (Standing.PROBATIONARY, date(2025, 5, 31))
    for step in range(18, 26):
        record(city, applicant, step)
    applicant.refresh_from_db()
    member.refresh_from_db()
    assert (applicant.status, applicant.standing, applicant.last_step) == (ApplicantStatus.CONFIRMED, Standing.FULL, 25)
    assert (member.category, member.confirmed_on) == (MemberCategory.FULL, date(2025, 5, 31))
    assert dues(applicant) == {}
    assert AuditEvent.objects.filter(action="admission.step").count() == 24


def test_the_oath_does_not_move_the_year(city):
    applicant = make_applicant(city, upto=19)
    record(city, applicant, 20, done_on=date(2024, 9, 1))
    applicant.refresh_from_db()
    assert applicant.probation_ends_on == date(2025, 5, 31)
    record(city, applicant, 21)
    record(city, applicant, 22)
    early = data_for(applicant, 23, vote=make_vote(city.branch, date(2025, 5, 30), "蒋小满"))
    assert "2025-05-31期满" in refused(record, city, applicant, 23, data=early)


def test_steps_in_their_order(city):
    applicant = make_applicant(city, upto=3)
    assert "第4步" in refused(record, city, applicant, 7)
    assert "已于" in refused(record, city, applicant, 2)
    assert "不能早于" in refused(record, city, applicant, 4, done_on=date(2023, 2, 1))
    assert "没有这一步" in refused(record, city, applicant, 26, data=StepData(local_today()))
    record(city, applicant, 5)
    record(city, applicant, 4)
    assert set(dues(applicant)) == {6}


def test_a_late_talk_needs_its_reason(city):
    applicant = make_applicant(city)
    late = date(2023, 2, 11)
    assert "1个月内" in refused(record, city, applicant, 2, done_on=late)
    step = record(city, applicant, 2, done_on=late, reason="本人外出学习")
    assert (step.done_on, step.reason) == (late, "本人外出学习")


def test_a_year_of_education_is_never_shortened(city):
    applicant = make_applicant(city, upto=6)
    text = refused(record, city, applicant, 7, done_on=date(2024, 2, 29), reason="急需")
    assert "满12个月" in text
    assert "《中国共产党发展党员工作细则》" in text
    record(city, applicant, 7, done_on=date(2024, 3, 1))


@pytest.mark.parametrize("picked", [0, 1, 3])
def test_two_introducers(city, picked):
    applicant = make_applicant(city, upto=8)
    members = tuple(city.members[:picked])
    assert "2名" in refused(record, city, applicant, 9, helpers=members)


def test_who_may_not_introduce(city):
    applicant = make_applicant(city, upto=8)
    good = city.members[0]
    punished = make_member(
        city.branch, "周某一", voting_suspended_from=date(2024, 1, 1), voting_suspended_until=date(2025, 1, 1)
    )
    fresh = make_member(city.branch, "周某二", category=MemberCategory.PROBATIONARY)
    for other in (punished, fresh, city.sibling_members[0]):
        assert "不能担任" in refused(record, city, applicant, 9, helpers=(good, other))
    assert "重复" in refused(record, city, applicant, 9, helpers=(good, good))


def test_training_and_its_exception(city):
    applicant = make_applicant(city, upto=10)
    assert "24个学时" in refused(record, city, applicant, 11, training_hours=20)
    assert "原因" in refused(record, city, applicant, 11, is_skipped=True, training_hours=None)
    step = record(city, applicant, 11, is_skipped=True, training_hours=None, reason="个别特殊情况，经上级同意")
    assert step.is_skipped
    assert "不能略过" in refused(
        record, city, make_applicant(city, name="另一人", upto=9), 10, is_skipped=True, reason="无"
    )


def test_who_leaves_soon_is_not_admitted(city):
    applicant = make_applicant(city, upto=12)
    assert "3个月内将离开" in refused(record, city, applicant, 13, leaves_on=date(2024, 8, 15))
    record(city, applicant, 13, leaves_on=date(2024, 8, 16))


def test_approval_in_time(city):
    applicant = make_applicant(city, upto=16)
    assert "3个月内" in refused(record, city, applicant, 17, done_on=date(2024, 9, 1))
    assert "6个月" in refused(record, city, applicant, 17, done_on=date(2024, 12, 1), reason="特殊情况")
    record(city, applicant, 17, done_on=date(2024, 11, 30), reason="特殊情况，审批延长")


# Votes ----------------------------------------------------------------------------------------------------------------


def test_only_a_passed_admission_vote_of_the_own_assembly(city):
    applicant = make_applicant(city, upto=14)
    bad = [
        make_vote(city.branch, ASSEMBLY, "蒋小满", passed=False),
        make_vote(city.branch, ASSEMBLY, "蒋小满", rule="ordinary"),
        make_vote(city.sibling, ASSEMBLY, "蒋小满"),
    ]
    returned = make_vote(city.branch, ASSEMBLY, "蒋小满")
    Meeting.objects.filter(pk=returned.meeting_id).update(status="returned", return_reason="改")
    for vote in (*bad, returned):
        assert "不能采用" in refused(record, city, applicant, 15, vote=vote)
    make_applicant(city, name="沈另外")
    assert "另一个人" in refused(record, city, applicant, 15, vote=make_vote(city.branch, ASSEMBLY, "沈另外"))
    assert "请选择支部党员大会记录" in refused(record, city, applicant, 15, vote=None)


def test_a_vote_fills_day_and_result_and_serves_one_person(city):
    applicant, other = make_applicant(city, upto=14), make_applicant(city, name="沈另外", upto=14)
    vote = make_vote(city.branch, ASSEMBLY, "接收", written=0)
    step = record(city, applicant, 15, vote=vote, done_on=date(2024, 1, 1))
    assert (step.done_on, step.meeting, step.vote_subject) == (ASSEMBLY, vote.meeting, "接收同志")
    assert step.result == "无记名投票：应到5，实到5，赞成5，反对0，弃权0，通过"
    assert "不能采用" in refused(record, city, other, 15, vote=vote)
    assert vote not in admission_votes(other)
    assert vote in admission_votes(applicant, besides=step)


def test_an_assembly_before_the_first_log_needs_a_reason(city):
    applicant = make_applicant(city, upto=14)
    assert "说明" in refused(record, city, applicant, 15, vote=None)
    step = record(city, applicant, 15, vote=None, reason="见2024年支部会议记录本第12页")
    assert (step.done_on, step.meeting) == (ASSEMBLY, None)


def test_a_probationary_member_of_the_roster_is_linked(city):
    here = make_member(
        city.branch, "蒋小满", category=MemberCategory.PROBATIONARY, birth_date=BORN, joined_on=date(2024, 6, 20)
    )
    applicant = make_applicant(city, upto=17)
    here.refresh_from_db()
    assert applicant.member == here
    assert here.joined_on == ASSEMBLY
    assert Member.objects.filter(name="蒋小满").count() == 1


# The end of the probation ---------------------------------------------------------------------------------------------


def test_extension_once_and_then_confirmed(city):
    applicant = make_applicant(city, upto=22)
    for months, message in ((5, "不能少于6"), (13, "不超过12"), (None, "几个月")):
        text = refused(record, city, applicant, 23, outcome="extend", months=months)
        assert message in text
    assert "讨论结果" in refused(record, city, applicant, 23, outcome="")
    record(city, applicant, 23, outcome="extend", months=6)
    record(city, applicant, 24)
    applicant.refresh_from_db()
    member = applicant.member
    member.refresh_from_db()
    assert (applicant.round, applicant.extended_months, applicant.status) == (2, 6, ApplicantStatus.ONGOING)
    assert applicant.probation_ends_on == member.probation_extended_until == date(2025, 11, 30)
    assert {step: row.from_on for step, row in dues(applicant).items()} == {21: DAYS[19], 22: date(2025, 11, 30)}
    assert member.category == MemberCategory.PROBATIONARY
    for step, day in ((21, date(2025, 11, 20)), (22, date(2025, 11, 30))):
        record(city, applicant, step, done_on=day)
    again = make_vote(city.branch, date(2025, 12, 5), "蒋小满")
    assert "只能延长一次" in refused(record, city, applicant, 23, vote=again, outcome="extend", months=6)
    record(city, applicant, 23, vote=again)
    record(city, applicant, 24, done_on=date(2026, 1, 10))
    applicant.refresh_from_db()
    member.refresh_from_db()
    assert (applicant.status, member.category, member.confirmed_on) == ("confirmed", "full", date(2025, 11, 30))
    assert AdmissionStep.objects.filter(applicant=applicant, step=23).count() == 2


def test_cancelled(city):
    applicant = make_applicant(city, upto=19)
    vote = make_vote(city.branch, date(2024, 12, 1), "蒋小满")
    record(city, applicant, 23, vote=vote, outcome="cancel")
    record(city, applicant, 24, done_on=date(2024, 12, 20))
    applicant.refresh_from_db()
    assert (applicant.status, applicant.member.left_on) == (ApplicantStatus.CANCELLED, date(2024, 12, 20))
    assert dues(applicant) == {}
    assert "不能办理" in refused(record, city, applicant, 20)


def test_no_cancelling_before_admission(city):
    applicant = make_applicant(city, upto=15)
    vote = make_vote(city.branch, date(2024, 7, 1), "蒋小满")
    assert "还不是预备党员" in refused(record, city, applicant, 23, vote=vote, outcome="cancel")


# Trace ----------------------------------------------------------------------------------------------------------------


def test_a_correction_keeps_what_stood_there(city, staff):
    applicant = make_applicant(city, upto=4)
    data = StepData(date(2023, 2, 20), note="支委会记录3号")
    assert "更正原因" in refused(step_correct, by=staff, applicant=applicant, step=3, data=data, why=" ")
    step_correct(by=staff, applicant=applicant, step=3, data=data, why="日期抄错")
    change = AdmissionChange.objects.get()
    assert (change.before, change.after, change.reason, change.by) == (
        "2023-03-01 材料3号", "2023-02-20 支委会记录3号", "日期抄错", staff,
    )  # fmt: skip
    assert AuditEvent.objects.get(action="admission.correction").reason == "日期抄错"
    assert dues(applicant)[6].due_on == date(2023, 8, 20)


def test_a_correction_may_not_break_what_follows(city, staff):
    applicant = make_applicant(city, upto=8)
    late = StepData(date(2023, 3, 9))
    assert "第7步" in refused(step_correct, by=staff, applicant=applicant, step=3, data=late, why="错了")
    after = StepData(date(2023, 3, 11))
    assert "不能晚于第4步" in refused(step_correct, by=staff, applicant=applicant, step=3, data=after, why="错了")


def test_correcting_the_assembly_moves_the_day_of_joining(city, staff):
    applicant = make_applicant(city, upto=18)
    vote = make_vote(city.branch, date(2024, 5, 30), "蒋小满")
    data = StepData(date(2024, 5, 1), vote=vote)
    step_correct(by=staff, applicant=applicant, step=15, data=data, why="选错了会议")
    applicant.refresh_from_db()
    assert (applicant.member.joined_on, applicant.probation_ends_on) == (date(2024, 5, 30), date(2025, 5, 30))


def test_helpers_are_replaced_with_their_names_kept(city, staff):
    applicant = make_applicant(city, upto=5)
    data = StepData(DAYS[5], helpers=tuple(city.members[1:3]))
    step_correct(by=staff, applicant=applicant, step=5, data=data, why="原联系人工作变动")
    change = AdmissionChange.objects.get()
    assert (city.members[0].name in change.before, city.members[1].name in change.after) == (True, True)
    assert {helper.member for helper in known_of([applicant])[0].helpers} == set(city.members[1:3])


def test_what_was_entered_by_mistake_is_taken_back(city, staff):
    applicant = make_applicant(city, upto=4)
    assert "第4步" in refused(step_withdraw, by=staff, applicant=applicant, step=3, why="误填")
    assert "不能撤回" in refused(step_withdraw, by=staff, applicant=applicant, step=1, why="误填")
    step_withdraw(by=staff, applicant=applicant, step=4, why="误填")
    assert AdmissionChange.objects.get().before == "2023-03-10 材料4号"
    assert set(dues(applicant)) == {4, 5, 6}


def test_the_roster_is_not_undone_here(city, staff):
    applicant = make_applicant(city, upto=17)
    assert "不能撤回" in refused(step_withdraw, by=staff, applicant=applicant, step=17, why="误填")
    done = make_applicant(city, name="沈二", upto=24)
    for step in (15, 17, 23, 24):
        text = refused(step_correct, by=staff, applicant=done, step=step, data=StepData(local_today()), why="错")
        assert "转正审批已经完成" in text


# Reviews --------------------------------------------------------------------------------------------------------------


def test_reviews_recur(city, staff):
    applicant = make_applicant(city, upto=6)
    assert dues(applicant)[6].due_on == date(2024, 2, 29)
    record(city, applicant, 6, done_on=date(2024, 2, 20))
    assert dues(applicant)[6].due_on == date(2024, 8, 20)
    assert "已有考察" in refused(record, city, applicant, 6, done_on=date(2024, 2, 20))
    assert "之间" in refused(record, city, applicant, 6, done_on=date(2023, 8, 1))
    step_withdraw(by=staff, applicant=applicant, step=6, why="误填")
    assert list(AdmissionReview.objects.values_list("done_on", flat=True)) == [DAYS[6]]
    record(city, applicant, 7)
    assert "不再记" in refused(record, city, applicant, 6, done_on=date(2024, 3, 20))


# Stop, resume, move ---------------------------------------------------------------------------------------------------


def test_stopped_and_taken_up_again(city, staff):
    applicant = make_applicant(city, upto=4)
    stop = {"by": staff, "applicant": applicant, "category": StopCategory.OWN_WISH}
    assert "之间" in refused(services.applicant_stop, **stop, stopped_on=date(2023, 3, 9))
    assert "停止原因" in refused(services.applicant_stop, **{**stop, "category": "left"}, stopped_on=DAYS[5])
    services.applicant_stop(**stop, stopped_on=DAYS[5])
    applicant.refresh_from_db()
    assert (applicant.status, dues(applicant)) == (ApplicantStatus.STOPPED, {})
    assert "不能办理" in refused(record, city, applicant, 5)
    services.applicant_resume(by=staff, applicant=applicant, why="本人再次提出")
    applicant.refresh_from_db()
    assert (applicant.status, applicant.stop_category, set(dues(applicant))) == (ApplicantStatus.ONGOING, "", {5, 6})
    assert [change.kind for change in AdmissionChange.objects.order_by("pk")] == ["stop", "resume"]


def test_a_move_counts_the_time_on(city, staff):
    applicant = make_applicant(city, upto=6)
    services.applicant_transfer(
        by=staff, applicant=applicant, target=city.sibling, moved_on=date(2024, 1, 5), note="函1号"
    )
    applicant.refresh_from_db()
    assert applicant.organisation == city.sibling
    known = known_of([applicant])[0]
    assert (known.progress.done[3], known.progress.contacts) == (DAYS[3], 0)
    record(city, applicant, 7)
    assert AdmissionChange.objects.get(kind="transfer").before.startswith("整理一科党支部")


def test_the_member_takes_the_person_along(city, staff):
    applicant = make_applicant(city, upto=17)
    moved = {"applicant": applicant, "target": city.sibling, "moved_on": date(2024, 9, 1)}
    assert "凭介绍信转接" in refused(services.applicant_transfer, by=staff, **moved)
    member_transfer(by=staff, member=applicant.member, target=city.sibling, moved_on=date(2024, 9, 1))
    applicant.refresh_from_db()
    assert applicant.organisation == applicant.member.organisation == city.sibling
    member_disable(by=staff, member=applicant.member, reason="transferred", left_on=date(2024, 11, 1))
    applicant.refresh_from_db()
    assert (applicant.status, applicant.stop_category, dues(applicant)) == ("stopped", StopCategory.LEFT, {})


def test_correcting_who_it_is(city, staff):
    applicant = make_applicant(city, upto=2)
    values = {"name": "蒋晓满", "gender": "1", "birth_date": BORN}
    services.applicant_update(by=staff, applicant=applicant, values=values, why="笔误")
    applicant.refresh_from_db()
    assert (applicant.name, applicant.gender) == ("蒋晓满", "1")
    young = {**values, "birth_date": date(2006, 1, 1)}
    assert "18周岁" in refused(services.applicant_update, by=staff, applicant=applicant, values=young, why="笔误")
    member = make_applicant(city, name="沈二", upto=17)
    assert "党员页面" in refused(services.applicant_update, by=staff, applicant=member, values=values, why="笔误")


# Many at once ---------------------------------------------------------------------------------------------------------


def test_many_at_once_or_none(city, staff):
    one, two = make_applicant(city, upto=7), make_applicant(city, name="沈二", upto=7)
    behind = make_applicant(city, name="韩三", upto=3)
    data = StepData(DAYS[10], note="政审结论")
    entries = [Entry(person, 10, data) for person in (one, two, behind)]
    text = refused(steps_record, by=staff, entries=entries)
    assert text.startswith("韩三（第10步 政治审查）：须先完成第7步")
    assert "蒋小满" not in text
    assert steps_record(by=staff, entries=entries[:2]) == 2
    assert AdmissionStep.objects.filter(step=10, note="政审结论").count() == 2


def test_the_past_of_one_person_at_once(city, staff):
    applicant = make_applicant(city)
    entries = [Entry(applicant, step, data_for(applicant, step)) for step in (4, 3, 2)]
    assert steps_record(by=staff, entries=entries) == 3
    applicant.refresh_from_db()
    assert (applicant.last_step, applicant.standing) == (4, Standing.ACTIVIST)
    wrong = [Entry(applicant, step, data_for(applicant, step)) for step in (7, 8)]
    assert refused(steps_record, by=staff, entries=wrong).count("蒋小满") == 1


# Reads ----------------------------------------------------------------------------------------------------------------


def test_what_is_due_for_whom(city, staff):
    make_applicant(city)
    make_applicant(city, city.sibling, name="沈二", upto=3)
    make_applicant(city, city.foreign, name="韩三", upto=3)
    secretary, today = city.user("branch_secretary"), local_today()
    found = admissions_due(secretary, today)
    assert (found.overdue, found.soon, found.ready) == (1, 0, 1)
    assert [row.step for row in found.first] == [2]
    above = admissions_due(staff, today)
    assert (above.overdue, above.ready) == (0, 1)
    assert admissions_due(city.user("city_staff"), today).ready == 0
    assert admissions_due(city.user("member"), today).first == []
    assert dict(standing_counts(staff)) == {1: 1, 2: 1, 3: 0, 4: 0, 5: 0}
    assert dict(standing_counts(city.user("city_staff")))[2] == 2


def test_constraints_are_the_last_wall(city):
    applicant = make_applicant(city, upto=2)
    bad = [
        lambda: AdmissionStep.objects.create(applicant=applicant, step=2, done_on=START),
        lambda: AdmissionStep.objects.create(applicant=applicant, step=26, done_on=START),
        lambda: AdmissionStep.objects.create(applicant=applicant, step=3, done_on=START, is_skipped=True),
        lambda: Applicant.objects.filter(pk=applicant.pk).update(status="stopped"),
        lambda: Applicant.objects.filter(pk=applicant.pk).update(extended_months=6),
    ]
    for write in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_everything_known_of_many_in_three_queries(city, django_assert_num_queries):
    for number in range(3):
        make_applicant(city, name=f"人{number}", upto=6)
    people = list(Applicant.objects.all())
    with django_assert_num_queries(3):
        assert len(known_of(people)) == 3


def test_meetings_are_untouched(city):
    make_meeting(city.branch, CONFIRMING)
    applicant = make_applicant(city, upto=16)
    assert applicant.steps.get(step=15).meeting is not None
