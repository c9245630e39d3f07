"""督查检查考核 (N16): nothing outside an approved plan, nothing beyond its numbers, nothing asked of anybody."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Capability, Role
from branches.services.worklists import item_add, item_close, item_report
from oversight.models import Inspection, InspectionPlan, InspectionSlot
from oversight.policy.inspections import burden, burden_words
from oversight.selectors.inspections import inspection_page, inspections_by_target
from oversight.services import inspection_plans as plans
from oversight.services import inspections as services
from tests.factories import make_user
from tests.oversight.papers import DAY, TODAY, approve, entry_values, load_rules, make_plan, obligations, second

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db):
    load_rules()


def inspect(city, plan, **changes):
    values = {"starts_on": TODAY, "ends_on": TODAY, "targets": [city.unit], "records": ["meetings", "dues"]}
    by = changes.pop("by", None) or city.user(Role.CITY_STAFF)
    return services.inspection_open(by=by, entry=plan.entries.get(), **values | changes)


def test_burden():
    assert burden(3, 60, 2) == 360
    assert [burden_words(minutes) for minutes in (0, 59, 60, 90)] == ["0分钟", "59分钟", "约1小时", "约1.5小时"]


def test_whoever_submits_a_plan_does_not_approve_it(city):
    plan, other = make_plan(city), second(city)
    plans.plan_submit(by=other, plan=plan)
    act = {"document_number": "文1", "filing_number": "备1", "approved_on": TODAY}
    with pytest.raises(ValidationError, match="不能批准自己的计划"):
        plans.plan_approve(by=other, plan=plan, **act)
    plans.plan_approve(by=plan.by, plan=plan, **act)


def test_no_inspection_without_an_approved_plan(city):
    plan = make_plan(city)
    with pytest.raises(ValidationError, match="计划没有批准"):
        inspect(city, plan)
    plans.plan_submit(by=plan.by, plan=plan)
    with pytest.raises(ValidationError, match="计划没有批准"):
        inspect(city, plan)
    assert not InspectionSlot.objects.exists()
    worklist = inspect(city, plans.plan_approve(
        by=second(city), plan=plan, document_number="文1", filing_number="备1", approved_on=TODAY
    )).worklist  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.create(
            organisation=city.root, slot=None, starts_on=TODAY, ends_on=TODAY, worklist=worklist, by=plan.by
        )


def test_no_more_often_than_planned(city):
    plan = approve(city, make_plan(city))
    first = inspect(city, plan)
    with pytest.raises(ValidationError, match="已经用完"):
        inspect(city, plan)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.create(
            organisation=city.root, slot=first.slot, starts_on=TODAY, ends_on=TODAY, worklist=first.worklist, by=plan.by
        )
    services.inspection_cancel(by=first.by, row=first, reason="与另一项合并开展")
    again = inspect(city, plan)
    assert again.slot == first.slot


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"targets": []}, "targets"),
        ({"targets": "three"}, "targets"),
        ({"targets": "root"}, "targets"),
        ({"targets": "group"}, "targets"),
        ({"ends_on": TODAY - DAY}, "ends_on"),
        ({"ends_on": TODAY + 3 * DAY}, "ends_on"),
        ({"starts_on": TODAY.replace(year=TODAY.year - 1), "ends_on": TODAY}, "starts_on"),
        ({"records": ["photos"]}, "records"),
    ],
)
def test_within_the_limits_of_the_item(city, changes, field):
    named = {"three": [city.unit, city.foreign_unit, city.branch], "root": [city.root], "group": [city.group]}
    if isinstance(changes.get("targets"), str):
        changes = {"targets": named[changes["targets"]]}
    plan = approve(city, make_plan(city))
    with pytest.raises(ValidationError) as error:
        inspect(city, plan, **changes)
    assert field in error.value.message_dict
    assert not Inspection.objects.exists()


def test_a_unit_inspects_its_own_alone(city):
    staff = city.user(Role.UNIT_STAFF)
    plan = approve(city, make_plan(city, city.unit, staff))
    with pytest.raises(ValidationError, match="之下"):
        inspect(city, plan, by=staff, targets=[city.foreign])
    assert inspect(city, plan, by=staff, targets=[city.branch, city.sibling]).organisation == city.unit


def test_the_plan_needs_a_second_person_and_its_numbers(city):
    plan = make_plan(city)
    by = second(city)
    numbers = {"document_number": "文1", "filing_number": "备1", "approved_on": TODAY}
    with pytest.raises(ValidationError, match="编制中"):
        plans.plan_approve(by=by, plan=plan, **numbers)
    plans.plan_submit(by=plan.by, plan=plan)
    with pytest.raises(ValidationError, match="编制人不能批准"):
        plans.plan_approve(by=plan.by, plan=plan, **numbers)
    for bad in ({"document_number": ""}, {"filing_number": " "}, {"approved_on": TODAY + DAY}):
        with pytest.raises(ValidationError):
            plans.plan_approve(by=by, plan=plan, **numbers | bad)
    returned = plans.plan_return(by=by, plan=plan, reason="两项可以合并")
    assert returned.return_reason == "两项可以合并"
    plans.plan_submit(by=plan.by, plan=plan)
    done = plans.plan_approve(by=by, plan=plan, **numbers)
    with pytest.raises(ValidationError, match="已批准"):
        plans.entry_save(by=plan.by, plan=done, values=entry_values(title="追加一项"))
    with pytest.raises(ValidationError, match="已批准"):
        plans.entry_remove(by=plan.by, entry=done.entries.get())
    with pytest.raises(IntegrityError), transaction.atomic():
        InspectionPlan.objects.filter(pk=plan.pk).update(approved_by=plan.by)
    assert plans.plan_create(by=plan.by, organisation=city.root, year=TODAY.year).batch == 2


def test_the_limit_of_the_year(city):
    staff = city.user(Role.CITY_STAFF)
    limit = {"organisation": city.root, "audience": "work_committee", "year": TODAY.year, "document": "市委办通知"}
    plans.limit_set(by=staff, limit=1, **limit)
    plan = make_plan(city)
    plans.entry_save(by=staff, plan=plan, values=entry_values(title="另一项检查"))
    with pytest.raises(ValidationError, match="不得超过1项"):
        plans.plan_submit(by=staff, plan=plan)
    plans.limit_set(by=staff, limit=2, **limit)
    assert plans.plan_submit(by=staff, plan=plan).state == "submitted"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"times": 0}, "__all__"),
        ({"ends_on": TODAY.replace(year=TODAY.year + 1, day=1)}, "ends_on"),
        ({"basis": "找13800138000"}, "basis"),
    ],
)
def test_bad_items_change_nothing(city, changes, field):
    plan = plans.plan_create(by=city.user(Role.CITY_STAFF), organisation=city.root, year=TODAY.year)
    with pytest.raises(ValidationError) as error:
        plans.entry_save(by=plan.by, plan=plan, values=entry_values(**changes))
    assert field in error.value.message_dict
    assert not plan.entries.exists()


def test_one_plan_is_written_at_a_time_and_by_no_branch(city):
    staff = city.user(Role.CITY_STAFF)
    plan = plans.plan_create(by=staff, organisation=city.root, year=TODAY.year)
    with pytest.raises(ValidationError, match="还在编制"):
        plans.plan_create(by=staff, organisation=city.root, year=TODAY.year)
    with pytest.raises(ValidationError, match="没有事项"):
        plans.plan_submit(by=staff, plan=plan)
    with pytest.raises(ValidationError, match="党支部不编制"):
        plans.plan_create(by=staff, organisation=city.branch, year=TODAY.year)
    with pytest.raises(ValidationError, match="只能编制"):
        plans.plan_create(by=staff, organisation=city.unit, year=TODAY.year - 1)
    plans.plan_remove(by=staff, plan=plan)
    assert not InspectionPlan.objects.exists()


def test_findings_are_closed_by_a_second_person(city):
    row = inspect(city, approve(city, make_plan(city)))
    staff = city.user(Role.CITY_STAFF)
    item = item_add(
        by=staff, worklist=row.worklist, task="补齐支部手册", organisation=city.unit, due_on=TODAY + 30 * DAY
    )
    assert obligations(f"worklist:{item.pk}")["V15"][0] == city.unit.pk
    item_report(by=staff, item=item, result="已经补齐")
    with pytest.raises(ValidationError):
        item_close(by=staff, item=item)
    item_close(by=second(city), item=item)
    done = services.inspection_finish(by=staff, row=row, result="总体良好")
    assert done.state == "finished"
    with pytest.raises(ValidationError, match="已结束"):
        services.inspection_cancel(by=staff, row=row, reason="不再开展了")


def test_who_sees_what(city):
    city_plan = approve(city, make_plan(city, objects_count=3))
    row = inspect(city, city_plan, targets=[city.unit, city.foreign_unit])
    hidden = make_plan(city, city.foreign_unit, make_user(Role.UNIT_STAFF, city.foreign_unit))

    def seen(user, model):
        return set(model.objects.visible_to(user, Capability.INSPECTION_VIEW))

    secretary, staff = city.user(Role.BRANCH_SECRETARY), city.user(Role.UNIT_STAFF)
    assert seen(secretary, InspectionPlan) == {city_plan}
    assert seen(staff, InspectionPlan) == {city_plan}
    assert seen(city.user(Role.CITY_STAFF), InspectionPlan) == {city_plan, hidden}
    assert seen(secretary, Inspection) == set()
    assert seen(staff, Inspection) == {row}
    page = inspection_page(staff, row)
    assert [target.organisation for target in page.targets] == [city.unit]
    assert page.others == 1
    assert page.burden == 120
    assert [link.label for link in page.targets[0].links] == ["组织生活记录", "党费收缴"]
    assert len(inspection_page(row.by, row).targets) == 2


def test_how_often_each_was_inspected(city):
    plan = approve(city, make_plan(city, times=2))
    inspect(city, plan)
    inspect(city, plan, targets=[city.unit, city.foreign_unit])
    rows = inspections_by_target(city.user(Role.CITY_STAFF), TODAY.year)
    assert [(row.organisation, row.count, row.minutes) for row in rows] == [
        (city.unit, 2, 120),
        (city.foreign_unit, 1, 60),
    ]
    assert [row.organisation for row in inspections_by_target(city.user(Role.UNIT_STAFF), TODAY.year)] == [city.unit]
    assert inspections_by_target(city.user(Role.UNIT_STAFF), TODAY.year - 1) == []
