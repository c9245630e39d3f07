"""Study plans: drafted, published to those below, done by linking logs, put off, cancelled, closed, copied."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Capability, Role
from branches.models import Obligation, Organisation
from branches.services.deadlines import deadlines_differences
from branches.services.requirements import requirements_load
from core.models import AuditEvent, Job
from education.models import StudyLink, StudyPlan, StudyTask
from education.policy.study import TaskState, in_year, mentioned, task_state, topic_window
from education.selectors.plans import Burden, plan_burden, plan_progress
from education.selectors.study_tasks import logs_for_task, own_study, tasks_for_log
from education.services import plans as services
from education.services.plans import study_plan_close, study_plan_copy, study_plan_publish
from education.services.study_tasks import plan_open_queued, study_link, study_tasks_open_all
from education.services.topics import topic_cancel, topic_postpone, topic_remove, topic_update
from tests.education.study import END, START, TODAY, make_plan, make_topic, plan_values, publish, topic_values
from tests.factories import make_meeting, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db):
    requirements_load()


def problems(error):
    return str(error.value)


def due_rows(**fields):
    return Obligation.objects.filter(requirement__code="E01", **fields)


# --- policy ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "due_on", "first", "last"),
    [
        (None, None, date(2026, 1, 1), date(2026, 12, 31)),
        (2, None, date(2026, 2, 1), date(2026, 2, 28)),
        (None, date(2026, 5, 9), date(2026, 1, 1), date(2026, 5, 9)),
        (3, date(2026, 3, 20), date(2026, 3, 1), date(2026, 3, 20)),
    ],
)
def test_window_of_a_topic(month, due_on, first, last):
    window = topic_window(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), month=month, due_on=due_on)
    assert (window.starts_on, window.due_on) == (first, last)


def test_window_crosses_the_turn_of_the_year_and_stays_within_the_plan():
    span = {"starts_on": date(2026, 10, 10), "ends_on": date(2027, 3, 15)}
    window = topic_window(**span, month=3, due_on=None)
    assert (window.starts_on, window.due_on) == (date(2027, 3, 1), date(2027, 3, 15))
    assert topic_window(**span, month=10, due_on=None).starts_on == date(2026, 10, 10)
    for wrong in ({"month": 6, "due_on": None}, {"month": None, "due_on": date(2027, 3, 16)}):
        with pytest.raises(ValueError, match="期间"):
            topic_window(**span, **wrong)


def test_state_by_the_day():
    span = {"cancelled": False, "starts_on": date(2026, 3, 1), "due_on": date(2026, 3, 31)}
    given = lambda day, **more: task_state(**{"done": False, "required": True, **span, **more}, today=day)  # noqa: E731
    assert given(date(2026, 2, 28)) == TaskState.COMING
    assert given(date(2026, 3, 31)) == TaskState.DUE
    assert given(date(2026, 4, 1)) == TaskState.OVERDUE
    assert given(date(2026, 4, 1), required=False) == TaskState.OPTIONAL
    assert given(date(2026, 4, 1), cancelled=True) == TaskState.CANCELLED
    assert given(date(2026, 4, 1), done=True, cancelled=True) == TaskState.DONE


def test_words():
    assert in_year(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert mentioned(["《党章》总纲"], "学习“党章 总纲”")
    assert not mentioned(["党章"], "学习党章"), "too short to tell anything"


# --- drafts ----------------------------------------------------------------------------------------------------------


def test_draft_is_for_its_writers_alone(city):
    plan = make_plan(city)
    seen = lambda role: StudyPlan.objects.visible_to(city.user(role), Capability.STUDY_VIEW).filter(pk=plan.pk).exists()  # noqa: E731
    assert seen(Role.CITY_STAFF)
    assert not any(seen(role) for role in (Role.UNIT_STAFF, Role.BRANCH_SECRETARY, Role.MEMBER, Role.UNIT_DISCIPLINE))
    make_topic(city, plan)
    publish(city, plan)
    assert all(seen(role) for role in (Role.UNIT_STAFF, Role.BRANCH_SECRETARY, Role.MEMBER, Role.UNIT_DISCIPLINE))
    assert not seen(Role.SYSTEM_ADMIN)


def test_plan_of_a_unit_is_not_for_another_unit(city):
    plan = make_plan(city, "unit", Role.UNIT_STAFF)
    make_topic(city, plan, Role.UNIT_STAFF)
    publish(city, plan, Role.UNIT_STAFF)
    assert set(StudyTask.objects.values_list("organisation_id", flat=True)) == {city.branch.pk, city.sibling.pk}


def test_refusals_of_a_draft(city):
    with pytest.raises(ValidationError, match="年之内"):
        make_plan(city, kind="yearly", year=2026, starts_on=date(2025, 12, 1), ends_on=date(2026, 12, 31))
    with pytest.raises(ValidationError, match="最长两年"):
        make_plan(city, ends_on=START + timedelta(days=900))
    with pytest.raises(ValidationError, match="身份号码"):
        make_plan(city, basis="11010519491231002X")
    plan = make_plan(city)
    with pytest.raises(ValidationError, match="同名"):
        make_plan(city)
    make_topic(city, plan)
    with pytest.raises(ValidationError, match="同名的主题"):
        make_topic(city, plan)
    with pytest.raises(ValidationError, match="期间"):
        make_topic(city, plan, theme="另一个", due_on=END + timedelta(days=1))
    with pytest.raises(ValidationError, match="落在计划期间之外"):
        services.study_plan_update(
            by=city.user(Role.CITY_STAFF), plan=plan, values=plan_values(ends_on=TODAY), unit_ids=[],
            expected_revision=plan.revision,
        )  # fmt: skip
    with pytest.raises(ValidationError, match="刚被别人修改过"):
        services.study_plan_update(
            by=city.user(Role.CITY_STAFF), plan=plan, values=plan_values(), unit_ids=[], expected_revision=9
        )
    assert StudyPlan.objects.count() == 1


def test_narrowed_to_units(city):
    plan, staff = make_plan(city), city.user(Role.CITY_STAFF)
    with pytest.raises(ValidationError, match="下属的单位"):
        services.study_plan_update(
            by=staff, plan=plan, values=plan_values(), unit_ids=[city.branch.pk], expected_revision=1
        )
    services.study_plan_update(
        by=staff, plan=plan, values=plan_values(), unit_ids=[city.foreign_unit.pk], expected_revision=1
    )
    make_topic(city, plan)
    assert plan_burden(plan) == Burden(1, 1, 1, 1)
    publish(city, plan)
    assert StudyTask.objects.get().organisation == city.foreign


def test_draft_can_be_thrown_away(city):
    plan = make_plan(city)
    topic = make_topic(city, plan)
    topic_update(by=city.user(Role.CITY_STAFF), topic=topic, values=topic_values(theme="改名", month=TODAY.month))
    topic.refresh_from_db()
    assert (topic.theme, topic.starts_on >= START) == ("改名", True)
    topic_remove(by=city.user(Role.CITY_STAFF), topic=topic)
    services.study_plan_discard(by=city.user(Role.CITY_STAFF), plan=plan)
    assert not StudyPlan.objects.exists()


# --- publication -----------------------------------------------------------------------------------------------------


def test_publishing_asks_for_basis_topics_and_the_burden_that_was_seen(city):
    plan, staff = make_plan(city, basis=""), city.user(Role.CITY_STAFF)
    attempt = lambda: study_plan_publish(  # noqa: E731
        by=staff, plan=plan, expected_revision=plan.revision, confirmed=plan_burden(plan)
    )
    with pytest.raises(ValidationError, match="依据"):
        attempt()
    StudyPlan.objects.filter(pk=plan.pk).update(basis="文件")
    with pytest.raises(ValidationError, match="还没有主题"):
        attempt()
    topic = make_topic(city, plan, due_on=TODAY - timedelta(days=1))
    with pytest.raises(ValidationError, match="已经过去"):
        attempt()
    topic_update(by=staff, topic=topic, values=topic_values())
    make_topic(city, plan, theme="选学主题", is_required=False, due_on=TODAY - timedelta(days=1))
    with pytest.raises(ValidationError, match="有变化"):
        study_plan_publish(by=staff, plan=plan, expected_revision=plan.revision, confirmed=Burden(2, 3, 2, 99))
    assert plan_burden(plan) == Burden(2, 3, 2, 3)
    assert attempt() is None
    assert StudyTask.objects.count() == 6
    assert due_rows().count() == 3
    assert not list(deadlines_differences())
    event = AuditEvent.objects.get(action="study_plan.publish")
    assert event.after["党支部数"] == 3
    with pytest.raises(ValidationError, match="已发布"):
        attempt()


def test_temporary_suspended_and_ended_branches_are_asked_nothing(city):
    Organisation.objects.filter(pk=city.sibling.pk).update(type_code="931")
    Organisation.objects.filter(pk=city.foreign.pk).update(status="suspended")
    plan = make_plan(city)
    make_topic(city, plan)
    assert plan_burden(plan) == Burden(1, 1, 1, 1)


def test_deadline_is_the_branchs_and_begins_with_the_publication(city):
    plan = make_plan(city)
    topic = make_topic(city, plan)
    publish(city, plan)
    row = due_rows(organisation=city.branch).get()
    assert (row.title, row.starts_on, row.ends_on, row.done) == (f"学习：{topic.theme}", TODAY, topic.due_on, 0)


def test_branches_founded_later_are_asked_at_night(city):
    plan = make_plan(city)
    make_topic(city, plan)
    publish(city, plan)
    new = make_organisation(city.unit, "branch", "新设党支部")
    assert study_tasks_open_all() == 1
    assert study_tasks_open_all() == 0
    assert due_rows(organisation=new).count() == 1


def test_large_plan_is_opened_by_a_job_that_may_run_twice(city, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    plan = make_plan(city)
    make_topic(city, plan)
    publish(city, plan)
    job = Job.objects.get()
    assert (job.arguments, StudyTask.objects.count()) == ({"plan": plan.pk}, 0)
    told = []
    for _ in range(2):
        plan_open_queued(plan_id=plan.pk, progress=lambda *step: told.append(step))
    assert told[-1][2] == "已下达：3个党支部，1个主题。"
    assert due_rows().count() == StudyTask.objects.count() == 3


# --- doing -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(city):
    """A published plan with two required topics and an optional one."""
    plan = make_plan(city)
    make_topic(city, plan)
    make_topic(city, plan, theme="学习支部工作条例", reading="《支部工作条例》")
    make_topic(city, plan, theme="选学主题", reading="", is_required=False)
    return publish(city, plan)


def tasks_of(branch):
    return list(StudyTask.objects.filter(organisation=branch).order_by("topic__number"))


def test_one_log_does_several_topics_and_can_be_taken_back(city, asked):
    secretary = city.user(Role.BRANCH_SECRETARY)
    log = make_meeting(city.branch, TODAY, "study", study="《党章》总纲")
    tasks = tasks_of(city.branch)
    choices = tasks_for_log(city.branch, log)
    assert [row.likely for row in choices] == [True, False, False]
    given = {"by": secretary, "branch": city.branch, "meeting": log}
    assert study_link(**given, task_ids=[task.pk for task in tasks]) == 3
    assert list(due_rows(organisation=city.branch).values_list("done", flat=True)) == [1, 1]
    (view,) = own_study(city.branch, TODAY.year)
    assert (view.asked, view.done, {task.state for task in view.tasks}) == (2, 2, {TaskState.DONE})
    assert study_link(**given, task_ids=[tasks[0].pk]) == 1
    assert sorted(due_rows(organisation=city.branch).values_list("done", flat=True)) == [0, 1]
    assert AuditEvent.objects.filter(action="study.link").count() == 2
    assert study_link(**given, task_ids=[tasks[0].pk]) == 1
    assert AuditEvent.objects.filter(action="study.link").count() == 2, "nothing changed, nothing to tell"
    assert not list(deadlines_differences())


def test_returned_log_counts_no_more(city, asked):
    log = make_meeting(city.branch, TODAY, "study")
    task = tasks_of(city.branch)[0]
    study_link(by=city.user(Role.BRANCH_SECRETARY), branch=city.branch, meeting=log, task_ids=[task.pk])
    log.status, log.return_reason = "returned", "请更正"
    log.save()
    assert [what for what, *_ in deadlines_differences()] == ["done"], "the nightly check mends it"
    (view,) = own_study(city.branch, TODAY.year)
    assert view.done == 0
    with pytest.raises(ValidationError, match="已退回"):
        study_link(by=city.user(Role.BRANCH_SECRETARY), branch=city.branch, meeting=log, task_ids=[task.pk])


def test_only_fitting_logs_and_topics(city, asked):
    secretary = city.user(Role.BRANCH_SECRETARY)
    task = tasks_of(city.branch)[0]
    early = make_meeting(city.branch, START - timedelta(days=1), "study")
    wrong = make_meeting(city.branch, TODAY, "appraisal")
    elsewhere = make_meeting(city.sibling, TODAY, "study")
    for log in (early, wrong, elsewhere):
        with pytest.raises(ValidationError, match="范围内"):
            study_link(by=secretary, branch=city.branch, meeting=log, task_ids=[task.pk])
    other = tasks_of(city.sibling)[0]
    log = make_meeting(city.branch, TODAY, "study")
    with pytest.raises(ValidationError, match="范围内"):
        study_link(by=secretary, branch=city.branch, meeting=log, task_ids=[other.pk])
    assert not StudyLink.objects.exists()
    assert logs_for_task(task) == [log]


def test_logs_that_name_what_is_read_come_first(city, asked):
    new = make_meeting(city.branch, TODAY, "study")
    old = make_meeting(city.branch, TODAY - timedelta(days=9), "assembly", study="《党章》总纲")
    assert logs_for_task(tasks_of(city.branch)[0]) == [old, new]


def test_guests_of_a_joint_log_link_it_for_themselves(city, asked):
    log = make_meeting(city.branch, TODAY, "study")
    log.guests.create(organisation=city.sibling, expected=3, present=3)
    task = tasks_of(city.sibling)[0]
    study_link(by=city.user(Role.UNIT_STAFF), branch=city.sibling, meeting=log, task_ids=[task.pk])
    assert due_rows(organisation=city.sibling, done=1).count() == 1
    assert due_rows(organisation=city.branch, done=1).count() == 0


# --- afterwards ------------------------------------------------------------------------------------------------------


def test_a_published_topic_is_put_off_or_cancelled(city, asked):
    staff = city.user(Role.CITY_STAFF)
    first, second, _ = asked.topics.order_by("number")
    with pytest.raises(ValidationError, match="应晚于"):
        topic_postpone(by=staff, topic=first, due_on=first.due_on, reason="放宽")
    with pytest.raises(ValidationError, match="原因"):
        topic_postpone(by=staff, topic=first, due_on=END, reason=" ")
    topic_postpone(by=staff, topic=first, due_on=END, reason="放宽")
    topic_cancel(by=staff, topic=second, reason="另行安排")
    assert set(due_rows().values_list("ends_on", flat=True)) == {END}
    assert due_rows().count() == 3
    with pytest.raises(ValidationError, match="已经取消"):
        topic_cancel(by=staff, topic=second, reason="再来")
    with pytest.raises(ValidationError, match="不能这样办理"):
        topic_update(by=staff, topic=first, values=topic_values())


def test_closing_keeps_what_was_done_and_due(city, asked):
    log = make_meeting(city.branch, TODAY, "study")
    task = tasks_of(city.branch)[0]
    study_link(by=city.user(Role.BRANCH_SECRETARY), branch=city.branch, meeting=log, task_ids=[task.pk])
    study_plan_close(by=city.user(Role.CITY_STAFF), plan=asked)
    assert [(row.organisation, row.done) for row in due_rows()] == [(city.branch, 1)]


def test_copy_of_last_years_plan(city):
    values = {"kind": "yearly", "year": 2025, "title": "2025年度学习计划"}
    plan = make_plan(city, **values, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    make_topic(city, plan, month=3, due_on=None)
    copy = study_plan_copy(by=city.user(Role.CITY_STAFF), plan=plan, year=2026)
    topic = copy.topics.get()
    assert (copy.title, copy.basis, copy.state) == ("2026年度学习计划", "", "draft")
    assert (topic.starts_on, topic.due_on) == (date(2026, 3, 1), date(2026, 3, 31))
    with pytest.raises(ValidationError, match="另一个年度"):
        study_plan_copy(by=city.user(Role.CITY_STAFF), plan=plan, year=2025)


def test_progress_by_unit_in_the_order_of_the_tree(city, asked):
    log = make_meeting(city.foreign, TODAY, "study")
    tasks = [task.pk for task in tasks_of(city.foreign)]
    study_link(by=city.user(Role.CITY_STAFF), branch=city.foreign, meeting=log, task_ids=tasks)
    figures = [(row.unit, row.asked, row.done) for row in plan_progress(city.user(Role.CITY_STAFF), asked)]
    assert figures == [(city.unit, 4, 0), (city.foreign_unit, 2, 2)]
    own = plan_progress(city.user(Role.UNIT_STAFF), asked)
    assert [row.unit for row in own] == [city.unit], "another unit's figures are not shown (N12)"


# --- the last wall ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"ends_on": START - timedelta(days=1)},
        {"state": "published", "published_on": TODAY, "basis": ""},
        {"state": "published"},
        {"state": "closed", "published_on": TODAY},
        {"closed_on": TODAY},
    ],
)
def test_constraints_of_plans(city, values):
    plan = make_plan(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        StudyPlan.objects.filter(pk=plan.pk).update(**values)


def test_constraints_of_topics_and_tasks(city, asked):
    topic = asked.topics.first()
    for values in ({"due_on": topic.starts_on - timedelta(days=1)}, {"cancelled_on": TODAY}, {"cancel_reason": "无"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(topic)._base_manager.filter(pk=topic.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        StudyTask.objects.create(topic=topic, organisation=city.branch)
