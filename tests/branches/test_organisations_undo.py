"""Taking back the last change: what comes back, what stays, what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from branches.choices import OrganisationChangeKind, OrganisationKind, PostKind
from branches.models import Member, Membership, Obligation, Organisation, OrganisationChange, Post, Waiver, WorklistItem
from branches.selectors.organisation_undo import last_change, undo_plan
from branches.services.obligation_checks import obligations_verify
from branches.services.obligations import obligations_open, obligations_refresh
from branches.services.organisation_status import (
    organisation_abolish,
    organisation_merge,
    organisation_resume,
    organisation_suspend,
)
from branches.services.organisation_undo import organisation_undo
from branches.services.organisations import (
    organisation_create,
    organisation_move,
    organisation_rename,
    organisation_update,
)
from core.models import AuditEvent
from tests.branches.worklists import PLAIN, make_item, make_worklist, register
from tests.factories import floor_rules, make_meeting, make_member, make_organisation, make_post

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)
REASON = "登记有误，予以撤回"


@pytest.fixture
def staff(city):
    return city.user(Role.CITY_STAFF)


def fresh(organisation):
    return Organisation.objects.get(pk=organisation.pk)


def undo(staff, organisation, reason=REASON):
    return organisation_undo(by=staff, change=last_change(fresh(organisation)), reason=reason)


def refused(staff, organisation, reason=REASON):
    before = OrganisationChange.objects.count()
    with pytest.raises(ValidationError) as error:
        undo(staff, organisation, reason)
    assert OrganisationChange.objects.count() == before
    return "；".join(error.value.messages)


def picture():
    """Everything that a change may touch."""
    return {
        "tree": list(Organisation.objects.order_by("pk").values_list("pk", "name", "short_name", "type_code", "status", "ended_on", "merged_into", "depth")),  # noqa: E501
        "parents": {item.pk: Organisation.objects.get_parent(item) for item in Organisation.objects.all()},
        "members": list(Member.objects.order_by("pk").values_list("pk", "organisation", "group", "left_on")),
        "stays": list(Membership.objects.order_by("pk").values_list("pk", "organisation", "group", "starts_on", "ends_on", "leave_reason")),  # noqa: E501
        "posts": list(Post.objects.order_by("pk").values_list("pk", "ends_on")),
        "obligations": list(Obligation.objects.order_by("organisation", "requirement", "period").values_list("organisation", "requirement", "period", "needed", "done", "waived")),  # noqa: E501
    }  # fmt: skip


def test_a_rename_is_taken_back_once(city, staff):
    before = picture()
    organisation_rename(by=staff, organisation=city.branch, name="中共错名", short_name="错名支部", effective_on=DAY)
    change = last_change(fresh(city.branch))
    row = undo(staff, city.branch)
    assert picture() == before
    assert (row.kind, row.reverses_id, row.effective_on, row.note) == ("reversed", change.pk, DAY, REASON)
    assert (row.before["short_name"], row.after["short_name"]) == ("错名支部", "整理一科党支部")
    change.refresh_from_db()
    assert change.after["short_name"] == "错名支部"
    event = AuditEvent.objects.get(action="organisation.undo")
    assert (event.reason, event.scope_path) == (REASON, city.branch.path)
    with pytest.raises(ValidationError, match="最近一次"):
        organisation_undo(by=staff, change=change, reason=REASON)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationChange.objects.create(
            organisation=city.branch, kind="reversed", effective_on=DAY, reverses=change, note="又一次"
        )


def test_the_last_one_first_then_the_one_before(city, staff):
    organisation_rename(by=staff, organisation=city.branch, name="中共甲", short_name="甲支部", effective_on=DAY)
    first = last_change(fresh(city.branch))
    organisation_update(by=staff, organisation=city.branch, type_code="632", effective_on=DAY)
    with pytest.raises(ValidationError, match="最近一次"):
        organisation_undo(by=staff, change=first, reason=REASON)
    undo(staff, city.branch)
    assert fresh(city.branch).type_code == "631"
    undo(staff, city.branch)
    assert fresh(city.branch).short_name == "整理一科党支部"
    assert last_change(fresh(city.branch)) is None


def test_a_reason_is_asked(city, staff):
    organisation_rename(by=staff, organisation=city.branch, name="中共甲", short_name="甲支部", effective_on=DAY)
    assert "至少4个字" in refused(staff, city.branch, " 错了 ")


def test_a_name_given_away_meanwhile_does_not_come_back(city, staff):
    organisation_rename(by=staff, organisation=city.branch, name="中共甲", short_name="甲支部", effective_on=DAY)
    make_organisation(city.committee, OrganisationKind.BRANCH, "整理一科党支部")
    assert "全称相同" in refused(staff, city.branch)


def test_a_move_is_taken_back_with_everything_below(city, staff):
    before = picture()
    organisation_move(by=staff, organisation=city.branch, new_parent=city.foreign_unit, effective_on=DAY)
    plan = undo_plan(last_change(fresh(city.branch)))
    assert plan.obstacles == []
    assert "改回隶属于“市档案整理中心机关党委”" in plan.effects[0]
    undo(staff, city.branch)
    assert picture() == before
    assert Organisation.objects.find_problems() == ([], [], [], [], [])


def test_a_move_stays_when_the_old_parent_ended(city, staff):
    general = make_organisation(city.unit, OrganisationKind.GENERAL_BRANCH, "旧总支")
    branch = make_organisation(general, OrganisationKind.BRANCH, "旧支部")
    organisation_move(by=staff, organisation=branch, new_parent=city.committee, effective_on=DAY)
    organisation_abolish(by=staff, organisation=fresh(general), effective_on=DAY)
    assert "“旧总支”已撤销" in refused(staff, branch)


def test_suspending_and_resuming_are_taken_back(city, staff):
    organisation_suspend(by=staff, organisation=city.branch, effective_on=DAY)
    organisation_resume(by=staff, organisation=city.branch, effective_on=DAY + timedelta(days=3))
    undo(staff, city.branch)
    assert fresh(city.branch).status == "suspended"
    undo(staff, city.branch)
    assert fresh(city.branch).status == "active"
    organisation_suspend(by=staff, organisation=city.branch, effective_on=DAY)
    organisation_resume(by=staff, organisation=city.branch, effective_on=DAY)
    make_meeting(city.branch, DAY + timedelta(days=1))
    assert "已有1次会议记录" in refused(staff, city.branch)


def with_rules():
    floor_rules()
    obligations_open(since=date(2026, 1, 1))


def test_abolishing_is_taken_back_with_groups_posts_and_what_was_due(city, staff):
    with_rules()
    member = make_member(city.branch, "组员", group=city.group)
    Post.objects.create(organisation=city.group, member=member, kind=PostKind.GROUP_LEADER, starts_on=date(2020, 1, 1))
    before = picture()
    organisation_abolish(by=staff, organisation=city.group, effective_on=DAY)
    undo(staff, city.group)
    assert {**picture(), "obligations": []} == {**before, "obligations": []}
    empty = make_organisation(city.committee, OrganisationKind.BRANCH, "空支部")
    make_organisation(empty, OrganisationKind.GROUP, "空小组")
    obligations_open(since=date(2026, 1, 1))
    before = picture()
    organisation_abolish(by=staff, organisation=fresh(empty), effective_on=DAY)
    running = Obligation.objects.filter(organisation=empty, period__in=["2026M03", "2026Q1", "2026"])
    assert set(running.values_list("waived", flat=True)) == {True}
    undo(staff, empty)
    assert picture() == before
    assert obligations_verify() == []


def merged(city, staff, target=None):
    target = target or city.sibling
    return organisation_merge(by=staff, organisation=fresh(city.branch), target=fresh(target), effective_on=DAY)


def test_a_merger_of_branches_is_taken_back(city, staff):
    grouped = make_member(city.branch, "组员", group=city.group)
    Post.objects.create(organisation=city.group, member=grouped, kind=PostKind.GROUP_LEADER, starts_on=date(2020, 1, 1))
    with_rules()
    before = picture()
    merged(city, staff)
    assert Member.objects.get(pk=grouped.pk).organisation_id == city.sibling.pk
    plan = undo_plan(last_change(fresh(city.branch)))
    assert plan.obstacles == []
    assert "6名党员转回" in "".join(plan.effects)
    undo(staff, city.branch)
    assert picture() == before
    assert Organisation.objects.find_problems() == ([], [], [], [], [])
    assert obligations_verify() == []


def test_tasks_go_along_and_come_back(city, staff, monkeypatch):
    register(monkeypatch)
    with_rules()
    task = make_item(city, make_worklist(city))
    own = make_worklist(city, city.branch, PLAIN, "支部自己的")
    inner = make_item(city, own)
    merged(city, staff)
    tasks = WorklistItem.objects.order_by("pk").values_list("organisation", flat=True)
    assert set(tasks) == {city.sibling.pk}
    assert obligations_verify() == []
    undo(staff, city.branch)
    assert set(tasks.all()) == {city.branch.pk}
    own.refresh_from_db()
    assert (own.organisation_id, inner.worklist_id) == (city.branch.pk, own.pk)
    due = Obligation.objects.get(subject=f"worklist:{task.pk}")
    assert (due.organisation_id, due.waived) == (city.branch.pk, False)
    assert obligations_verify() == []


def test_nothing_ends_with_open_tasks(city, staff, monkeypatch):
    register(monkeypatch)
    empty = make_organisation(city.committee, OrganisationKind.BRANCH, "空支部")
    make_item(city, make_worklist(city), empty)
    with pytest.raises(ValidationError, match="还有1项任务没有完成"):
        organisation_abolish(by=staff, organisation=fresh(empty), effective_on=DAY)


def test_who_left_since_the_merger_stays_where_he_is(city, staff):
    merged(city, staff)
    gone = city.members[0]
    Membership.objects.filter(member=gone, ends_on=None).update(ends_on=date(2026, 4, 1), leave_reason="transferred")
    Member.objects.filter(pk=gone.pk).update(left_on=date(2026, 4, 1), leave_reason="transferred")
    plan = undo_plan(last_change(fresh(city.branch)))
    assert "1名党员不动" in "".join(plan.effects)
    undo(staff, city.branch)
    assert Member.objects.get(pk=gone.pk).organisation_id == city.sibling.pk
    assert Member.objects.current().filter(organisation=city.branch).count() == 4
    kept = Post.objects.filter(organisation=city.branch, ends_on=None).values_list("kind", flat=True)
    assert sorted(kept) == ["organisation", "publicity"]


def test_a_merger_on_which_later_facts_rest_stays(city, staff):
    merged(city, staff)
    make_meeting(city.sibling, DAY + timedelta(days=2))
    assert "已有1次会议记录含转入的党员" in refused(staff, city.branch)


def test_a_merger_stays_while_who_came_holds_a_post(city, staff):
    merged(city, staff)
    make_post(Member.objects.get(pk=city.members[0].pk))
    assert "钱一帆现任“整理二科党支部”书记" in refused(staff, city.branch)


def test_a_merger_of_units_is_taken_back_as_far_as_children_are_there(city, staff):
    other = make_organisation(city.foreign_unit, OrganisationKind.BRANCH, "育苗党支部")
    organisation_merge(by=staff, organisation=fresh(city.foreign_unit), target=fresh(city.unit), effective_on=DAY)
    assert fresh(city.foreign_unit).path.startswith(city.unit.path)
    organisation_move(by=staff, organisation=fresh(other), new_parent=fresh(city.committee), effective_on=DAY)
    undo(staff, city.foreign_unit)
    unit = fresh(city.foreign_unit)
    assert (unit.status, unit.depth, unit.merged_into, unit.ended_on) == ("active", 2, None, None)
    assert fresh(city.foreign).path.startswith(unit.path)
    assert fresh(other).path.startswith(city.committee.path)
    kinds = OrganisationChange.objects.filter(organisation=city.foreign).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["moved", "reversed"]
    assert Organisation.objects.find_problems() == ([], [], [], [], [])


def test_a_group_that_ended_with_its_branch_comes_back_with_it_alone(city, staff):
    merged(city, staff)
    assert "已合并" in refused(staff, city.group)


def test_founding_is_taken_back_while_nothing_rests_on_it(city, staff):
    made = organisation_create(
        by=staff, parent=city.committee, kind="branch", name="中共误设", short_name="误设党支部", founded_on=DAY
    )
    undo(staff, made)
    ended = fresh(made)
    assert (ended.status, ended.ended_on) == ("abolished", DAY)
    assert not Organisation.objects.standing_on(DAY).filter(pk=made.pk).exists()
    again = organisation_create(
        by=staff, parent=city.committee, kind="branch", name="中共误设", short_name="误设党支部", founded_on=DAY
    )
    assert again.code != made.code
    make_member(again, "新来")
    assert "党员" in refused(staff, again)


def test_a_merger_lies_below_its_target_and_is_read_from_there(city, staff):
    with_rules()
    log = make_meeting(city.branch, DAY - timedelta(days=30))
    merged(city, staff)
    assert fresh(city.branch).path.startswith(city.sibling.path)
    assert log.organisation_id == city.branch.pk
    running = Obligation.objects.filter(organisation=city.branch, period="2026Q1", requirement__code="R03").get()
    assert running.waived
    assert Waiver.objects.get(obligation=running).reason == f"该党组织已于{DAY}并入整理二科党支部"
    assert Obligation.objects.filter(organisation=city.branch, starts_on__gte=DAY).count() == 0
    past = Obligation.objects.filter(organisation=city.branch, period="2026M01", requirement__code="R06").get()
    assert not past.waived
    assert obligations_verify() == []


def test_a_move_carries_logs_members_and_what_is_due(city, staff):
    with_rules()
    log = make_meeting(city.branch, DAY - timedelta(days=30))
    obligations_refresh(organisation_id=city.branch.pk, days=[log.held_on])
    before = list(Obligation.objects.filter(organisation=city.branch).order_by("pk").values())
    organisation_move(by=staff, organisation=city.branch, new_parent=city.foreign_unit, effective_on=DAY)
    path = city.foreign_unit.path
    assert Member.objects.current().filter(organisation__path__startswith=path).count() == 8
    assert type(log).objects.get(organisation__path__startswith=path).pk == log.pk
    assert list(Obligation.objects.filter(organisation=city.branch).order_by("pk").values()) == before


def test_changes_of_one_sort_follow_each_other_in_time(city, staff):
    organisation_move(by=staff, organisation=city.branch, new_parent=city.foreign_unit, effective_on=DAY)
    with pytest.raises(ValidationError, match="生效日期不能更早"):
        organisation_move(
            by=staff, organisation=fresh(city.branch), new_parent=city.committee, effective_on=DAY - timedelta(days=1)
        )
    undo(staff, city.branch)
    organisation_move(
        by=staff, organisation=fresh(city.branch), new_parent=city.foreign_unit, effective_on=DAY - timedelta(days=1)
    )


def test_a_path_is_never_given_twice(city, staff):
    """What is kept by path, such as audit events, must not pass to whoever comes after."""
    last = make_organisation(city.committee, OrganisationKind.BRANCH, "末位支部")
    organisation_move(by=staff, organisation=last, new_parent=city.foreign_unit, effective_on=DAY)
    new = make_organisation(city.committee, OrganisationKind.BRANCH, "后来支部")
    assert new.path > last.path
    organisation_move(by=staff, organisation=fresh(new), new_parent=city.foreign_unit, effective_on=DAY)
    organisation_move(by=staff, organisation=fresh(new), new_parent=city.committee, effective_on=DAY)
    paths = AuditEvent.objects.filter(object_id=str(new.pk)).values_list("scope_path", flat=True)
    assert len({new.path, *paths}) == 3
    assert Organisation.objects.find_problems() == ([], [], [], [], [])


def test_the_kinds_of_change_are_all_undoable_or_say_why():
    from branches.services.organisation_undo import _UNDOERS

    assert set(_UNDOERS) == set(OrganisationChangeKind) - {OrganisationChangeKind.REVERSED}
