"""第一遵循 / 第一政治要件: the life of an item, what stands in its way, what is due, and for whom."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Capability, Role
from branches.models import Obligation
from branches.services.deadlines import deadlines_differences
from branches.services.requirements import requirements_load
from branches.services.worklists import item_cancel, item_close, item_report
from core.models import AuditEvent, Notice
from oversight.models import Directive, DirectiveEvent, DirectiveStage, StageScheme
from oversight.policy.directives import Light, StageDraft, dates_in_order, light, planned_days
from oversight.selectors.directives import directive_duties, directive_page, stages_on
from oversight.services import directive_stages
from oversight.services import directives as services
from oversight.services.stage_schemes import scheme_save
from tests.factories import make_meeting, make_user
from tests.oversight.works import TODAY, directive_data, finish_all, make_directive, make_task, stages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db):
    requirements_load()


def problems(error):
    return " ".join(error.value.messages)


# --- policy ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "done", "expected"),
    [
        (None, None, Light.OPEN),
        (TODAY, None, Light.SOON),
        (TODAY + timedelta(days=7), None, Light.SOON),
        (TODAY + timedelta(days=8), None, Light.ON_TIME),
        (TODAY - timedelta(days=1), None, Light.OVERDUE),
        (TODAY - timedelta(days=9), TODAY, Light.DONE),
    ],
)
def test_a_stage_stands_against_its_day(due, done, expected):
    assert light(due_on=due, done_on=done, today=TODAY) == expected


def test_days_are_planned_and_kept_in_order():
    assert planned_days(TODAY, [1, None, 3]) == [TODAY + timedelta(days=1), None, TODAY + timedelta(days=3)]
    assert dates_in_order([TODAY, None, TODAY])
    assert not dates_in_order([TODAY, TODAY - timedelta(days=1)])


# --- the life of an item ---------------------------------------------------------------------------------------------


def test_whole_life_from_register_to_look_back(city):
    staff, owner = city.user(Role.CITY_STAFF), city.user(Role.UNIT_STAFF)
    directive = make_directive(city)
    assert [stage.name for stage in stages(directive)] == ["学习传达", "研究部署", "督促落实", "报告反馈", "销号"]
    item = make_task(city, directive)
    with pytest.raises(ValidationError) as refused:
        services.directive_close(by=staff, directive=directive, note="同意销号")
    assert "学习传达、研究部署、督促落实、报告反馈" in problems(refused)
    assert "1项任务" in problems(refused)
    finish_all(directive, owner)
    item_report(by=owner, item=item, result="窗口清单已经梳理完成")
    with pytest.raises(ValidationError, match="1项任务"):
        services.directive_close(by=staff, directive=directive, note="同意销号")
    item_close(by=staff, item=item)
    with pytest.raises(ValidationError, match="没有办理过"):
        services.directive_close(by=owner, directive=directive, note="自己销号")
    closed = services.directive_close(by=staff, directive=directive, note="同意销号")
    assert (closed.state, closed.closed_on, closed.closed_by) == ("closed", TODAY, staff)
    with pytest.raises(ValidationError):
        services.directive_supervise(by=staff, directive=directive, text="再看一看")
    again = services.directive_reopen(by=staff, directive=directive, reason="回头看发现反弹", due_on=TODAY)
    assert (again.state, again.closed_by) == ("open", None)
    kinds = list(DirectiveEvent.objects.values_list("kind", flat=True))
    assert kinds == ["registered", *["finished"] * 4, "closed", "reopened"]
    assert AuditEvent.objects.filter(action="directive.reopen").exists()


def test_learning_is_done_by_the_log(city):
    directive = make_directive(city, owner=city.branch)
    log = make_meeting(city.branch, TODAY - timedelta(days=2), kind="study")
    first = stages(directive)[0]
    by = city.user(Role.UNIT_STAFF)
    with pytest.raises(ValidationError) as refused:
        directive_stages.stage_finish(by=by, stage=first, done_on=TODAY, note="已经学习传达")
    assert "meeting" in refused.value.message_dict
    row = directive_stages.stage_finish(by=by, stage=first, meeting=log)
    assert (row.done_on, row.meeting) == (log.held_on, log)
    with pytest.raises(ValidationError, match="已经完成"):
        directive_stages.stage_finish(by=by, stage=first, meeting=log)


def test_the_log_must_be_the_owners(city):
    directive = make_directive(city, owner=city.unit)
    log = make_meeting(city.foreign, TODAY)
    with pytest.raises(ValidationError) as refused:
        directive_stages.stage_finish(by=city.user(Role.CITY_STAFF), stage=stages(directive)[0], meeting=log)
    assert "meeting" in refused.value.message_dict


def test_a_stage_is_returned_and_done_again(city):
    directive = make_directive(city)
    owner, staff = city.user(Role.UNIT_STAFF), city.user(Role.CITY_STAFF)
    second = stages(directive)[1]
    directive_stages.stage_finish(by=owner, stage=second, done_on=TODAY, note="召开会议研究")
    directive_stages.stage_return(by=staff, stage=second, reason="没有写明责任分工")
    second.refresh_from_db()
    assert (second.done_on, second.note) == (None, "召开会议研究")
    with pytest.raises(ValidationError):
        directive_stages.stage_return(by=staff, stage=second, reason="没有写明责任分工")
    directive_stages.stage_finish(by=owner, stage=second, done_on=TODAY, note="写明了责任分工")


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=11), None])
def test_a_stage_is_done_between_the_item_and_today(city, day):
    stage = stages(make_directive(city))[1]
    with pytest.raises(ValidationError) as refused:
        directive_stages.stage_finish(by=city.user(Role.CITY_STAFF), stage=stage, done_on=day, note="已经办理")
    assert "done_on" in refused.value.message_dict


def test_closing_is_no_stage_to_be_done(city):
    last = stages(make_directive(city))[-1]
    with pytest.raises(ValidationError, match="销号"):
        directive_stages.stage_finish(by=city.user(Role.CITY_STAFF), stage=last, done_on=TODAY, note="已经办理")


def test_days_are_moved_with_a_reason(city):
    directive, staff = make_directive(city), city.user(Role.CITY_STAFF)
    plan = {stage.position: stage.planned_on for stage in stages(directive)}
    with pytest.raises(ValidationError, match="没有变化"):
        directive_stages.stages_plan(by=staff, directive=directive, planned=plan, reason="工作需要")
    with pytest.raises(ValidationError, match="不能早于"):
        directive_stages.stages_plan(by=staff, directive=directive, planned={**plan, 5: TODAY}, reason="工作需要")
    later = {**plan, 5: plan[5] + timedelta(days=30)}
    directive_stages.stages_plan(by=staff, directive=directive, planned=later, reason="工作需要")
    assert stages(directive)[4].planned_on == later[5]
    assert Obligation.objects.get(subject=f"directive:{directive.pk}-5").ends_on == later[5]


def test_withdrawal_takes_the_tasks_along(city):
    directive, staff = make_directive(city), city.user(Role.CITY_STAFF)
    item = make_task(city, directive)
    services.directive_withdraw(by=staff, directive=directive, reason="重复登记的事项")
    item.refresh_from_db()
    assert item.state == "cancelled"
    assert not Obligation.objects.filter(subject__startswith="directive:").exists()
    with pytest.raises(ValidationError):
        services.directive_reopen(by=staff, directive=directive, reason="再来一次", due_on=TODAY)


def test_a_cancelled_task_does_not_stand_in_the_way(city):
    directive, staff = make_directive(city), city.user(Role.CITY_STAFF)
    item = make_task(city, directive)
    finish_all(directive, city.user(Role.UNIT_STAFF))
    item_cancel(by=staff, item=item, reason="不再需要办理")
    services.directive_close(by=staff, directive=directive, note="同意销号")


def test_the_reporter_of_a_task_does_not_close_the_item(city):
    directive, staff = make_directive(city), city.user(Role.CITY_STAFF)
    item = make_task(city, directive)
    finish_all(directive, city.user(Role.UNIT_STAFF))
    item_report(by=staff, item=item, result="代单位报告完成")
    item_close(by=make_user(Role.CITY_STAFF, city.root), item=item)
    with pytest.raises(ValidationError, match="没有办理过"):
        services.directive_close(by=staff, directive=directive, note="同意销号")


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"is_public": False}, "is_public"),
        ({"summary": "联系人号码 11010519491231002X"}, "summary"),
        ({"summary": "联系电话 138 0013 8000"}, "summary"),
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"title": ""}, "title"),
        ({"source": "elsewhere"}, "source"),
    ],
)
def test_bad_items_change_nothing(city, values, field):
    with pytest.raises(ValidationError) as refused:
        make_directive(city, **values)
    assert field in refused.value.message_dict
    assert not Directive.objects.exists()


def test_the_owner_lies_below_who_runs_it(city):
    with pytest.raises(ValidationError) as refused:
        make_directive(city, owner=city.foreign_unit, organisation=city.unit)
    assert "owner" in refused.value.message_dict


def test_a_number_is_used_once(city):
    make_directive(city)
    with pytest.raises(ValidationError, match="已经登记"):
        make_directive(city)


def test_two_editors_do_not_overwrite_each_other(city):
    directive, staff = make_directive(city), city.user(Role.CITY_STAFF)
    values = {name: getattr(directive, name) for name in services.FIELDS}
    services.directive_update(by=staff, directive=directive, values=values | {"title": "新的名称"}, expected_revision=1)
    directive.worklist.refresh_from_db()
    assert directive.worklist.title == "新的名称"
    with pytest.raises(ValidationError) as refused:
        services.directive_update(by=staff, directive=directive, values=values, expected_revision=1)
    assert refused.value.code == "conflict"


def test_the_database_refuses_impossible_rows(city):
    directive = make_directive(city)
    for change in ({"is_public": False}, {"state": "closed"}, {"closed_on": TODAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Directive.objects.filter(pk=directive.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        DirectiveStage.objects.filter(directive=directive, position=1).update(done_on=TODAY)
    with pytest.raises(TypeError):
        DirectiveEvent.objects.all().delete()
    with pytest.raises(TypeError):
        DirectiveEvent.objects.update(text="")


# --- stages are a setting --------------------------------------------------------------------------------------------


def test_a_new_version_leaves_items_alone(city):
    staff, old = city.user(Role.CITY_STAFF), make_directive(city)
    drafts = [StageDraft("传达学习", 5, by_meeting=True), StageDraft("落实", 30)]
    scheme = scheme_save(by=staff, stages=drafts, closing_days=40, valid_from=TODAY)
    new = make_directive(city, number="2026-002")
    assert (scheme.number, new.scheme) == (2, scheme)
    assert [stage.name for stage in stages(new)] == ["传达学习", "落实", "销号"]
    assert len(stages(old)) == 5
    assert StageScheme.objects.get(number=1).by is None


def test_a_version_of_tomorrow_is_not_used_today(city):
    later = TODAY + timedelta(days=1)
    scheme_save(by=city.user(Role.CITY_STAFF), stages=[StageDraft("办理", 3)], closing_days=9, valid_from=later)
    assert stages_on(TODAY)[0].name == "学习传达"
    assert [stage.name for stage in stages_on(later)] == ["办理", "销号"]


@pytest.mark.parametrize(
    ("drafts", "closing"),
    [
        ([], 10),
        ([StageDraft("办理"), StageDraft("办理")], 10),
        ([StageDraft("销号")], 10),
        ([StageDraft("办理", 20)], 10),
        ([StageDraft(f"第{number}步") for number in range(9)], None),
    ],
)
def test_bad_stages_are_refused(city, drafts, closing):
    with pytest.raises(ValidationError):
        scheme_save(by=city.user(Role.CITY_STAFF), stages=drafts, closing_days=closing, valid_from=TODAY)


# --- who sees it, what is due ----------------------------------------------------------------------------------------


def test_seen_by_owner_and_supervisor_alone(city):
    directive = make_directive(city, owner=city.unit)
    others = make_user(Role.UNIT_STAFF, city.foreign_unit)
    for user, seen in ((city.user(Role.UNIT_STAFF), True), (city.user(Role.CITY_STAFF), True), (others, False)):
        assert Directive.objects.visible_to(user, Capability.DIRECTIVE_VIEW).exists() is seen
        assert DirectiveStage.objects.visible_to(user, Capability.DIRECTIVE_VIEW).exists() is seen
    assert not directive_page(city.user(Role.UNIT_STAFF), directive).supervises
    assert directive_page(city.user(Role.UNIT_STAFF), directive).answers


def test_stages_are_due_by_who_runs_it_and_tasks_by_who_has_them(city):
    directive = make_directive(city)
    make_task(city, directive)
    mine = Obligation.objects.filter(requirement__code="V01")
    assert mine.count() == 5
    assert set(mine.values_list("organisation", flat=True)) == {city.root.pk}
    task = Obligation.objects.get(requirement__code="V02")
    assert task.organisation == city.unit
    directive_stages.stage_finish(
        by=city.user(Role.UNIT_STAFF), stage=stages(directive)[1], done_on=TODAY, note="召开会议研究"
    )
    assert mine.filter(done=1).count() == 1
    assert list(deadlines_differences()) == []


def test_home_tells_the_owner_what_is_next_and_the_supervisor_what_to_close(city):
    staff, owner = city.user(Role.CITY_STAFF), city.user(Role.UNIT_STAFF)
    directive = make_directive(city)
    (line,) = directive_duties(owner, TODAY)
    assert line.title.startswith("学习传达")
    assert list(directive_duties(staff, TODAY)) == []
    finish_all(directive, owner)
    assert list(directive_duties(owner, TODAY)) == []
    (line,) = directive_duties(staff, TODAY)
    assert line.action == "销号"
    assert list(directive_duties(city.user(Role.BRANCH_SECRETARY), TODAY)) == []


def test_duties_cost_one_query(city, django_assert_num_queries):
    for number in range(3):
        make_directive(city, number=f"2026-00{number}")
    staff = city.user(Role.UNIT_STAFF)
    staff.scope(Capability.DIRECTIVE_WRITE)
    with django_assert_num_queries(1):
        assert len(list(directive_duties(staff, TODAY))) == 3


def test_supervision_reaches_the_owner(city):
    directive, owner = make_directive(city), city.user(Role.UNIT_STAFF)
    Notice.objects.all().delete()
    services.directive_supervise(by=city.user(Role.CITY_STAFF), directive=directive, text="请抓紧办理")
    assert Notice.objects.filter(user=owner, subject__startswith="督办").exists()


def test_a_unit_runs_its_own(city):
    owner = city.user(Role.UNIT_STAFF)
    data = directive_data(city.branch)
    directive = services.directive_register(by=owner, organisation=city.unit, data=data)
    assert directive_page(owner, directive).supervises
    assert set(Obligation.objects.filter(requirement__code="V01").values_list("organisation", flat=True)) == {
        city.unit.pk
    }
