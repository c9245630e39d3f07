"""Worklists: the whole life of a task, who may do what with it, and the obligations that follow from it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.roles import Capability, Role
from branches.models import Obligation, Worklist, WorklistItem, WorklistNote
from branches.policy.worklists import LABELS, TONES, Standing, standing_of, worklist_source
from branches.selectors.worklist_deadlines import item_subject
from branches.selectors.worklists import (
    WorklistProgress,
    in_standing,
    item_page,
    worklist_duties,
    worklist_progress,
    worklist_view,
)
from branches.services import worklists as services
from branches.services.deadlines import deadlines_differences, deadlines_refresh_all
from branches.services.worklist_carry import worklists_carry
from core.models import AuditEvent, Notice
from tests.branches.worklists import CAMPAIGN, PLAIN, TODAY, day, make_item, make_reported, make_worklist, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mechanisms(db, monkeypatch):
    register(monkeypatch)


@pytest.fixture
def worklist(city):
    return make_worklist(city)


@pytest.fixture
def item(city, worklist):
    return make_item(city, worklist)


def obligation(item):
    return Obligation.objects.filter(subject=item_subject(item.pk)).first()


def kinds(item):
    return [note.kind for note in item.notes.order_by("pk")]


def subjects(user):
    return Notice.objects.filter(user=user).order_by("-pk").values_list("subject", flat=True)


def refusal(verb, **arguments):
    with pytest.raises(ValidationError) as caught:
        verb(**arguments)
    return caught.value


# --- how a task stands -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "starts", "due", "standing"),
    [
        ("open", 1, 30, Standing.PLANNED),
        ("open", 0, 30, Standing.OPEN),
        ("open", None, 8, Standing.OPEN),
        ("open", None, 7, Standing.SOON),
        ("open", 1, 3, Standing.PLANNED),
        ("open", None, 0, Standing.SOON),
        ("open", None, -1, Standing.OVERDUE),
        ("returned", None, 3, Standing.RETURNED),
        ("returned", None, -1, Standing.OVERDUE),
        ("reported", None, -1, Standing.REPORTED),
        ("closed", None, -1, Standing.CLOSED),
        ("cancelled", 1, 30, Standing.CANCELLED),
    ],
)
def test_standing_is_judged_alike_in_words_and_in_the_database(city, worklist, state, starts, due, standing):
    by = city.user(Role.CITY_STAFF)
    row = make_item(city, worklist, due_on=day(40))
    finished = {"result": "做了", "reported_by": by, "reported_at": timezone.now()}
    extra = finished if state in ("reported", "closed") else {}
    extra |= {"closed_by": by, "closed_on": TODAY} if state == "closed" else {}
    starts_on = None if starts is None else day(starts)
    WorklistItem.objects.filter(pk=row.pk).update(state=state, starts_on=starts_on, due_on=day(due), **extra)
    assert standing_of(state, starts_on, day(due), TODAY) == standing
    rows = WorklistItem.objects.all()
    assert [each for each in Standing if in_standing(rows, each, TODAY).exists()] == [standing]
    assert set(LABELS) == set(TONES) == set(Standing)


# --- lists and their tasks -------------------------------------------------------------------------------------------


def test_list_belongs_to_a_registered_mechanism(city):
    by = city.user(Role.CITY_STAFF)
    with pytest.raises(LookupError):
        services.worklist_create(by=by, organisation=city.root, source="nobody.knows", title="清单")
    error = refusal(services.worklist_create, by=by, organisation=city.root, source=PLAIN.name, title=" ")
    assert "title" in error.error_dict
    assert not Worklist.objects.exists()


def test_list_is_renamed_once(city, worklist):
    by = city.user(Role.CITY_STAFF)
    services.worklist_rename(by=by, worklist=worklist, title="为基层减负")
    services.worklist_rename(by=by, worklist=worklist, title="为基层减负")
    worklist.refresh_from_db()
    assert worklist.title == "为基层减负"
    assert AuditEvent.objects.filter(action="worklist.rename").count() == 1


def test_tasks_are_numbered_and_due(city, worklist):
    first, second = make_item(city, worklist), make_item(city, worklist, city.foreign_unit, starts_on=day(3))
    assert (first.number, second.number) == (1, 2)
    due = obligation(second)
    assert (due.organisation, due.requirement.code, due.needed, due.done) == (city.foreign_unit, "T90", 1, 0)
    assert (due.starts_on, due.ends_on, due.title) == (day(3), day(30), second.task)
    assert obligation(first).starts_on == TODAY
    event = AuditEvent.objects.get(action="worklist_item.add", object_id=str(first.pk))
    assert event.scope_path == city.branch.path
    assert event.after["organisation"] == city.branch.short_name


def test_tasks_of_a_mechanism_without_rule_are_no_obligations(city):
    row = make_item(city, make_worklist(city, source=PLAIN))
    assert obligation(row) is None


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("task", {"task": ""}),
        ("task", {"task": "长" * 121}),
        ("owner", {"owner": "长" * 41}),
        ("owner", {"owner": "联系13800138000"}),
        ("measures", {"measures": "身份证11010519491231002X"}),
        ("due_on", {"starts_on": day(5), "due_on": day(4)}),
    ],
)
def test_bad_task_is_refused_by_field(city, worklist, field, values):
    with pytest.raises(ValidationError) as caught:
        make_item(city, worklist, **values)
    assert field in caught.value.error_dict
    assert not WorklistItem.objects.exists()
    assert not Obligation.objects.filter(requirement__code="T90").exists()


def test_task_stays_within_the_lists_organisation(city):
    own = make_worklist(city, city.unit)
    for place in (city.foreign, city.root):
        with pytest.raises(ValidationError) as caught:
            make_item(city, own, place)
        assert "organisation" in caught.value.error_dict
    city.sibling.status, city.sibling.ended_on = "abolished", TODAY
    city.sibling.save()
    with pytest.raises(ValidationError, match="已撤销或合并"):
        make_item(city, own, city.sibling)


def test_task_is_spread_over_many(city, worklist):
    by, places = city.user(Role.CITY_STAFF), [city.foreign_unit, city.unit, city.unit]
    make_item(city, worklist)
    made = services.items_spread(by=by, worklist=worklist, task="自查自纠", organisations=places, due_on=day(9))
    assert [(item.number, item.organisation) for item in made] == [(2, city.unit), (3, city.foreign_unit)]
    assert all(obligation(item) for item in made)
    assert AuditEvent.objects.get(action="worklist_item.spread").after["任务数"] == 2
    error = refusal(services.items_spread, by=by, worklist=worklist, task="自查", organisations=[], due_on=day(9))
    assert "organisations" in error.error_dict
    own = make_worklist(city, city.unit)
    error = refusal(
        services.items_spread,
        by=by,
        worklist=own,
        task="自查",
        organisations=[city.branch, city.foreign],
        due_on=day(9),
    )
    assert list(error.error_dict) == ["organisations"]
    assert not own.items.exists()


def test_spreading_costs_the_same_for_two_and_for_twenty(city, worklist, django_assert_num_queries):
    from tests.factories import make_organisation

    by = city.user(Role.CITY_STAFF)
    many = [make_organisation(city.root, "unit", f"第{number}单位") for number in range(20)]
    for places in (many[:2], many):
        with django_assert_num_queries(16):
            services.items_spread(by=by, worklist=worklist, task="自查", organisations=places, due_on=day(9))


def test_who_answers_is_told_once_for_all(city, worklist):
    staff, secretary, unit = (city.user(role) for role in (Role.CITY_STAFF, Role.BRANCH_SECRETARY, Role.UNIT_STAFF))
    rows = [services.ItemData(task, city.branch, day(5)) for task in ("任务甲", "任务乙")]
    rows += [services.ItemData("任务丙", city.committee, day(9)), services.ItemData("任务丁", city.root, day(9))]
    services.items_import(by=staff, worklist=worklist, rows=rows)
    assert list(subjects(secretary)) == [f"2项新任务：{worklist.title}"]
    assert list(subjects(unit)) == ["新任务：任务丙"]
    assert list(subjects(staff)) == []
    services.item_update(by=staff, item=worklist.items.first(), values={"organisation": city.unit})
    assert len(subjects(unit)) == 2


def test_given_numbers_must_be_free(city, worklist):
    by, rows = city.user(Role.CITY_STAFF), services.ItemData("任务", city.branch, day(5), number=4)
    services.items_import(by=by, worklist=worklist, rows=[rows, services.ItemData("没有序号", city.branch, day(5))])
    assert list(worklist.items.order_by("number").values_list("number", flat=True)) == [4, 5]
    error = refusal(services.items_import, by=by, worklist=worklist, rows=[rows])
    assert "已有序号4" in str(error)
    twice = [services.ItemData("甲", city.branch, day(5), number=9)] * 2
    assert "已有序号9" in str(refusal(services.items_import, by=by, worklist=worklist, rows=twice))


def test_task_is_reworded_and_given_to_another(city, worklist, item):
    by = city.user(Role.CITY_STAFF)
    values = {"task": "清理台账", "organisation": city.sibling, "owner": "办公室主任"}
    services.item_update(by=by, item=item, values=values, expected_revision=1)
    item.refresh_from_db()
    assert (item.task, item.organisation, item.owner, item.revision) == ("清理台账", city.sibling, "办公室主任", 2)
    assert obligation(item).organisation == city.sibling
    assert obligation(item).title == "清理台账"
    assert "责任单位由“整理一科党支部”改为“整理二科党支部”" in item.notes.get().text
    services.item_update(by=by, item=item, values=values, expected_revision=2)
    assert item.notes.count() == 1
    error = refusal(services.item_update, by=by, item=item, values={"task": "又改"}, expected_revision=1)
    assert error.code == "conflict"


# --- the life of a task ----------------------------------------------------------------------------------------------


def test_from_progress_to_closing(city, worklist, item):
    secretary, staff = city.user(Role.BRANCH_SECRETARY), city.user(Role.CITY_STAFF)
    services.item_progress(by=secretary, item=item, text="已经列出清单")
    services.item_supervise(by=staff, item=item, text="请月底前完成")
    services.item_report(by=secretary, item=item, result="台账由9本减到3本")
    item.refresh_from_db()
    assert (item.state, item.reported_by) == ("reported", secretary)
    assert obligation(item).done == 1
    services.item_close(by=staff, item=item)
    item.refresh_from_db()
    assert (item.state, item.closed_by, item.closed_on) == ("closed", staff, TODAY)
    assert kinds(item) == ["progress", "supervision", "report", "close"]
    assert list(subjects(secretary)) == [f"督办：{item.task}"]
    for verb, arguments in {
        services.item_progress: {"text": "还有"},
        services.item_report: {"result": "再报"},
        services.item_cancel: {"reason": "不做了"},
        services.item_extend: {"reason": "晚点", "due_on": day(60)},
    }.items():
        assert refusal(verb, by=staff, item=item, **arguments).code == "conflict"


def test_second_person_closes(city, worklist, item):
    staff, other = city.user(Role.CITY_STAFF), city.user(Role.UNIT_STAFF)
    services.item_report(by=staff, item=item, result="做完了")
    assert refusal(services.item_close, by=staff, item=item).code == "second_person"
    assert refusal(services.item_return, by=staff, item=item, reason="不对").code == "second_person"
    assert item_page(staff, item_again(item)).waits_for_other
    services.item_close(by=other, item=item)
    item.refresh_from_db()
    assert item.closed_by == other


def item_again(item):
    from branches.selectors.worklists import items_in_full

    return items_in_full().get(pk=item.pk)


def test_without_second_person_the_report_closes(city):
    secretary, row = city.user(Role.BRANCH_SECRETARY), make_item(city, make_worklist(city, source=PLAIN))
    services.item_report(by=secretary, item=row, result="做完了")
    row.refresh_from_db()
    assert (row.state, row.closed_by, row.closed_on) == ("closed", secretary, TODAY)
    services.item_return(by=city.user(Role.UNIT_STAFF), item=row, reason="登记错了")
    row.refresh_from_db()
    assert (row.state, row.closed_by, row.result) == ("returned", None, "做完了")


def test_returned_task_is_due_again(city, worklist):
    row, staff, secretary = make_reported(city, worklist), city.user(Role.CITY_STAFF), city.user(Role.BRANCH_SECRETARY)
    services.item_return(by=staff, item=row, reason="成效写得不具体")
    row.refresh_from_db()
    assert (row.state, row.reported_by, row.result) == ("returned", None, "台账由9本减到3本")
    assert obligation(row).done == 0
    assert subjects(secretary)[0].startswith("已退回")
    services.item_report(by=secretary, item=row, result="减到3本，合并了表格")
    assert obligation(row).done == 1
    assert kinds(row) == ["report", "return", "report"]


def test_last_day_is_moved_with_a_reason(city, item):
    staff = city.user(Role.CITY_STAFF)
    services.item_extend(by=staff, item=item, due_on=day(60), reason="等上级方案")
    services.item_extend(by=staff, item=item, due_on=day(20), reason="方案已到")
    item.refresh_from_db()
    assert item.due_on == obligation(item).ends_on == day(20)
    assert kinds(item) == ["extension", "change"]
    assert "展期至" in item.notes.get(kind="extension").text
    for arguments in ({"due_on": day(20), "reason": "一样"}, {"due_on": day(25), "reason": " "}):
        assert hasattr(refusal(services.item_extend, by=staff, item=item, **arguments), "error_dict")
    WorklistItem.objects.filter(pk=item.pk).update(starts_on=day(10))
    assert "due_on" in refusal(services.item_extend, by=staff, item=item, due_on=day(9), reason="早").error_dict


def test_cancelled_task_is_due_no_more(city, worklist, item):
    staff, reported = city.user(Role.CITY_STAFF), make_reported(city, worklist)
    services.item_cancel(by=staff, item=item, reason="职责划转")
    services.item_cancel(by=staff, item=reported, reason="职责划转")
    assert obligation(item) is None
    assert obligation(reported) is None
    assert {row.state for row in WorklistItem.objects.all()} == {"cancelled"}


def test_whole_list_is_stopped(city, worklist, item):
    staff = city.user(Role.CITY_STAFF)
    reported, closed = make_reported(city, worklist), make_reported(city, worklist)
    services.item_close(by=staff, item=closed)
    assert services.worklist_stop(by=staff, worklist=worklist, reason="行动结束") == 2
    states = dict(WorklistItem.objects.values_list("pk", "state"))
    assert states == {item.pk: "cancelled", reported.pk: "cancelled", closed.pk: "closed"}
    assert obligation(item) is obligation(reported) is None
    assert obligation(closed).done == 1
    assert item.notes.get().text == "行动结束"


@pytest.mark.parametrize("text", ["", "  ", "长" * 1001, "电话 138 0013 8000", "11010519491231002X"])
def test_words_are_asked_and_kept_free_of_numbers(city, item, text):
    staff, secretary = city.user(Role.CITY_STAFF), city.user(Role.BRANCH_SECRETARY)
    assert "text" in refusal(services.item_progress, by=secretary, item=item, text=text).error_dict
    assert "result" in refusal(services.item_report, by=secretary, item=item, result=text).error_dict
    assert "reason" in refusal(services.item_cancel, by=staff, item=item, reason=text).error_dict
    assert not WorklistNote.objects.exists()


def test_report_of_a_stale_page_is_refused(city, item):
    staff, secretary = city.user(Role.CITY_STAFF), city.user(Role.BRANCH_SECRETARY)
    services.item_extend(by=staff, item=item, due_on=day(40), reason="展期")
    error = refusal(services.item_report, by=secretary, item=item, result="做了", expected_revision=1)
    assert error.code == "conflict"


def test_notes_are_only_added(city, item):
    services.item_progress(by=city.user(Role.BRANCH_SECRETARY), item=item, text="开始了")
    note = item.notes.get()
    with pytest.raises(ValidationError):
        note.save()
    with pytest.raises(TypeError):
        WorklistNote.objects.update(text="改")
    with pytest.raises(TypeError):
        WorklistNote.objects.all().delete()


def test_obligations_follow_from_the_tasks(city, worklist, item):
    make_reported(city, worklist)
    services.item_cancel(by=city.user(Role.CITY_STAFF), item=make_item(city, worklist), reason="重复")
    assert list(deadlines_differences()) == []
    Obligation.objects.filter(requirement__code="T90").delete()
    deadlines_refresh_all()
    assert Obligation.objects.filter(requirement__code="T90").count() == 2
    assert list(deadlines_differences()) == []


# --- constraints -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"starts_on": day(40)},
        {"state": "closed"},
        {"state": "reported"},
        {"state": "reported", "result": "做了"},
        {"closed_on": TODAY},
        {"number": 0},
    ],
)
def test_database_refuses(item, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        WorklistItem.objects.filter(pk=item.pk).update(**values)


def test_database_refuses_a_number_twice_and_an_empty_note(city, worklist, item):
    other = make_item(city, worklist)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorklistItem.objects.filter(pk=other.pk).update(number=item.number)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorklistNote.objects.create(item=item, kind="progress", text="", by=item.by, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Worklist.objects.filter(pk=worklist.pk).update(title="")


# --- who sees and who may --------------------------------------------------------------------------------------------


def test_tasks_are_seen_from_above_and_by_who_answers(city, worklist):
    rows = {
        name: make_item(city, worklist, getattr(city, name))
        for name in ("branch", "sibling", "foreign", "foreign_unit")
    }
    own = make_worklist(city, city.foreign_unit, title="单位自己的")
    rows["inner"] = make_item(city, own, city.foreign)

    def seen(role, capability):
        user = city.user(role)
        found = set(WorklistItem.objects.visible_to(user, capability).values_list("pk", flat=True))
        return {name for name, row in rows.items() if row.pk in found}

    view, manage = Capability.WORKLIST_VIEW, Capability.WORKLIST_MANAGE
    assert seen(Role.MEMBER, view) == set()
    assert seen(Role.BRANCH_SECRETARY, view) == {"branch"}
    assert seen(Role.BRANCH_SECRETARY, Capability.WORKLIST_REPORT) == {"branch"}
    assert seen(Role.BRANCH_SECRETARY, manage) == set()
    assert seen(Role.UNIT_STAFF, view) == {"branch", "sibling"}
    assert seen(Role.UNIT_STAFF, manage) == seen(Role.UNIT_STAFF, Capability.WORKLIST_CLOSE) == set()
    assert seen(Role.CITY_STAFF, view) == seen(Role.CITY_STAFF, manage) == set(rows)
    assert seen(Role.SYSTEM_ADMIN, view) == set()

    def lists(role, capability):
        return set(Worklist.objects.visible_to(city.user(role), capability).values_list("title", flat=True))

    assert lists(Role.BRANCH_SECRETARY, view) == {worklist.title}
    assert lists(Role.BRANCH_SECRETARY, manage) == set()
    assert lists(Role.CITY_STAFF, view) == {worklist.title, "单位自己的"}
    assert WorklistNote.objects.visible_to(city.user(Role.UNIT_STAFF), view).count() == 0


def test_page_offers_what_the_reader_may_do(city, worklist, item):
    secretary, unit, staff = (city.user(role) for role in (Role.BRANCH_SECRETARY, Role.UNIT_STAFF, Role.CITY_STAFF))
    item = item_again(item)
    assert item_page(secretary, item).acts == {"progress", "report"}
    assert item_page(unit, item).acts == {"progress", "report"}
    assert item_page(staff, item).acts == {"progress", "report", "supervise", "extend", "cancel"}
    services.item_report(by=secretary, item=item, result="做了")
    item = item_again(item)
    assert item_page(secretary, item).acts == frozenset()
    assert item_page(staff, item).acts == {"close", "return", "cancel"}
    services.item_close(by=staff, item=item)
    assert item_page(staff, item_again(item)).acts == {"return"}


def test_view_of_a_list_is_the_readers_own_part(city, worklist, django_assert_num_queries):
    make_item(city, worklist, due_on=day(-1))
    make_reported(city, worklist)
    services.item_close(by=city.user(Role.CITY_STAFF), item=make_reported(city, worklist))
    make_item(city, worklist, city.foreign)
    whole = worklist_view(city.user(Role.CITY_STAFF), worklist)
    assert (whole.total, whole.done, whole.may_manage, whole.may_spread) == (4, 1, True, True)
    assert {count.label: count.count for count in whole.counts} == {"进行中": 1, "已逾期": 1, "待销号": 1, "已销号": 1}
    assert [row.label for row in whole.rows] == ["已逾期", "待销号", "已销号", "进行中"]
    assert whole.rows[1].latest == "台账由9本减到3本"
    secretary = city.user(Role.BRANCH_SECRETARY)
    part = worklist_view(secretary, worklist)
    assert (part.total, part.may_manage, part.hidden) == (3, False, 0)
    for _ in range(20):
        make_item(city, worklist)
    with django_assert_num_queries(2):
        worklist_view(secretary, worklist)


def test_progress_of_many_lists_takes_one_query(city, worklist, django_assert_num_queries):
    make_item(city, worklist, due_on=day(-1))
    services.item_close(by=city.user(Role.CITY_STAFF), item=make_reported(city, worklist))
    services.item_cancel(by=city.user(Role.CITY_STAFF), item=make_item(city, worklist), reason="重复")
    empty = make_worklist(city, title="空的")
    with django_assert_num_queries(1):
        found = worklist_progress([worklist.pk, empty.pk])
    assert found == {worklist.pk: WorklistProgress(2, 1, 1), empty.pk: WorklistProgress()}


def test_who_closes_is_told_on_the_home_page(city, worklist):
    make_reported(city, worklist)
    make_reported(city, worklist, role=Role.CITY_STAFF)
    staff = city.user(Role.CITY_STAFF)
    assert [duty.title for duty in worklist_duties(staff, TODAY)] == ["1项清单任务待销号"]
    for role in (Role.BRANCH_SECRETARY, Role.UNIT_STAFF, Role.MEMBER):
        assert list(worklist_duties(city.user(role), TODAY)) == []


# --- merged organisations --------------------------------------------------------------------------------------------


def test_open_tasks_go_over_to_the_absorbing_branch(city, worklist, item):
    staff = city.user(Role.CITY_STAFF)
    closed = make_reported(city, worklist)
    services.item_close(by=staff, item=closed)
    own = make_worklist(city, city.branch, PLAIN, "支部自己的")
    inner = make_item(city, own)
    carried = worklists_carry(by=staff, from_id=city.branch.pk, into_id=city.sibling.pk)
    assert (carried.items, carried.worklists) == ([item.pk, inner.pk], [own.pk])
    places = dict(WorklistItem.objects.values_list("pk", "organisation"))
    assert places == {item.pk: city.sibling.pk, inner.pk: city.sibling.pk, closed.pk: city.branch.pk}
    own.refresh_from_db()
    assert own.organisation == city.sibling
    assert obligation(item).organisation == city.sibling
    assert "并入" in item.notes.get().text
    assert list(deadlines_differences()) == []
    assert AuditEvent.objects.get(action="worklist.carry").after["任务数"] == 2


# --- races -----------------------------------------------------------------------------------------------------------


def test_sources_are_known_by_name():
    assert worklist_source("test.campaign") is CAMPAIGN
    assert not worklist_source("test.plain").needs_second
    with pytest.raises(LookupError):
        worklist_source("nobody.knows")
    assert day(1) - timedelta(days=1) == TODAY


def test_who_closes_second_is_told(city, worklist):
    row = make_reported(city, worklist)
    seen_by_both = WorklistItem.objects.get(pk=row.pk)
    services.item_close(by=city.user(Role.CITY_STAFF), item=row)
    assert refusal(services.item_close, by=city.user(Role.UNIT_STAFF), item=seen_by_both).code == "conflict"


@pytest.mark.django_db(transaction=True)
def test_two_closers_close_once(city, worklist):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    row = make_reported(city, worklist)
    closers, gate, found = (city.user(Role.CITY_STAFF), city.user(Role.UNIT_STAFF)), Barrier(2), []

    def close(user):
        gate.wait()
        try:
            services.item_close(by=user, item=row)
            found.append("closed")
        except ValidationError as error:
            found.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=close, args=[user]) for user in closers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["closed", "conflict"]
    assert row.notes.filter(kind="close").count() == 1
