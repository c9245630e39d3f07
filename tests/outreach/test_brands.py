"""品牌: the whole life, who may decide, the gate before a name (R26, N10), the yearly re-check (S02)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches.models import Obligation, WorklistItem
from branches.services.worklists import item_add
from core.models import AuditEvent
from outreach.choices import BrandState
from outreach.models import Brand
from outreach.policy.brands import check_years, decisions_of, naming_problems
from outreach.selectors.brands import brand_page
from outreach.services import brands as services
from tests.outreach.conftest import BRAND, TODAY, make_brand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
BASIS = {"naming_organ": "市委", "naming_number": "云委〔2026〕8号"}


def decide(brand, by, state, **fields):
    return services.brand_decide(by=by, brand=brand, state=state, held_on=TODAY, opinion="同意", **fields)


def to_accepted(brand, by):
    for state in (BrandState.NURTURING, BrandState.GUIDED, BrandState.ACCEPTED):
        decide(brand, by, state)


def recognised(city, secretary, staff, day=TODAY):
    brand = make_brand(city, secretary)
    to_accepted(brand, staff)
    services.brand_decide(by=staff, brand=brand, state=BrandState.RECOGNISED, held_on=day, opinion="同意", basis=BASIS)
    brand.refresh_from_db()
    return brand


def test_whole_life(city, secretary, staff):
    brand = make_brand(city, secretary)
    assert (brand.state, brand.worklist.source) == (BrandState.DECLARED, "outreach.brand")
    item = item_add(by=secretary, worklist=brand.worklist, task="编印工作法", organisation=city.branch, due_on=TODAY)
    due = Obligation.objects.get(requirement__code="S01")
    assert (due.organisation_id, due.done, due.subject) == (city.branch.pk, 0, f"worklist:{item.pk}")
    to_accepted(brand, staff)
    decide(brand, staff, BrandState.RECOGNISED, basis=BASIS)
    decide(brand, staff, BrandState.PROMOTED)
    services.brand_exit(by=secretary, brand=brand, held_on=TODAY, reason="职责调整")
    brand.refresh_from_db()
    assert brand.state == BrandState.EXITED
    assert [step.state for step in brand.steps.all()] == [
        "declared", "nurturing", "guided", "accepted", "recognised", "promoted", "exited",
    ]  # fmt: skip
    assert WorklistItem.objects.get().state == "cancelled"
    assert AuditEvent.objects.filter(action="brand.advance", scope_path=city.branch.path).count() == 5
    assert make_brand(city, secretary, name="新的品牌").pk != brand.pk


def test_only_one_runs_at_a_time(city, secretary):
    make_brand(city, secretary)
    with pytest.raises(ValidationError, match="已有一个在创建的品牌"):
        make_brand(city, secretary, name="第二个")
    assert Brand.objects.count() == 1


def test_return_and_declare_again(city, secretary, staff):
    brand = make_brand(city, secretary)
    decide(brand, staff, BrandState.RETURNED)
    brand.refresh_from_db()
    services.brand_update(by=secretary, brand=brand, values={**BRAND, "name": "改过的名"}, expected_revision=2)
    brand.refresh_from_db()
    assert (brand.state, brand.name, brand.worklist.title) == ("declared", "改过的名", "改过的名创建计划")
    with pytest.raises(ValidationError, match="有人改过"):
        services.brand_update(by=secretary, brand=brand, values={"name": "旧的"}, expected_revision=1)


def test_nobody_reviews_what_they_wrote(city, staff, reviewer):
    brand = make_brand(city, staff, organisation=city.unit)
    with pytest.raises(ValidationError, match="不能审核自己填写"):
        decide(brand, staff, BrandState.NURTURING)
    services.brand_update(by=reviewer, brand=brand, values={"slogan": "换了口号"})
    with pytest.raises(ValidationError, match="不能审核自己填写"):
        decide(brand, staff, BrandState.NURTURING)
    with pytest.raises(ValidationError, match="不能审核自己填写"):
        decide(brand, reviewer, BrandState.NURTURING)
    assert brand_page(staff, brand).decisions == ()


@pytest.mark.parametrize(
    "basis",
    [{}, {"naming_organ": "市委"}, {"naming_number": "云委〔2026〕8号"}, {"naming_organ": " ", "naming_number": " "}],
)
def test_no_name_without_a_basis(city, secretary, staff, basis):
    brand = make_brand(city, secretary)
    to_accepted(brand, staff)
    with pytest.raises(ValidationError) as refused:
        decide(brand, staff, BrandState.RECOGNISED, basis=basis)
    assert set(refused.value.message_dict) <= {"naming_organ", "naming_number"}
    brand.refresh_from_db()
    assert (brand.state, brand.recognised_on) == (BrandState.ACCEPTED, None)


def test_database_refuses_a_name_without_a_basis(city, secretary):
    brand = make_brand(city, secretary)
    with pytest.raises(IntegrityError), transaction.atomic():
        Brand.objects.filter(pk=brand.pk).update(state="recognised", recognised_on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Brand.objects.filter(pk=brand.pk).update(state="exited")


def test_exclusion_of_inner_bodies_fits_branches_alone(city, secretary, staff):
    assert naming_problems(of_unit=False, organ="", number="", exclusion="inner") == {}
    assert "exclusion" in naming_problems(of_unit=True, organ="市委", number="8号", exclusion="inner")
    brand = make_brand(city, secretary)
    to_accepted(brand, staff)
    decide(brand, staff, BrandState.RECOGNISED, basis={"exclusion": "inner"})
    brand.refresh_from_db()
    assert brand.get_exclusion_display() == "以本单位内设机构为对象"


def test_steps_are_not_skipped(city, secretary, staff):
    brand = make_brand(city, secretary)
    with pytest.raises(ValidationError, match="不能这样办理"):
        decide(brand, staff, BrandState.RECOGNISED, basis=BASIS)
    assert decisions_of("accepted") == ("recognised", "nurturing")
    with pytest.raises(ValidationError, match="不能晚于今天"):
        services.brand_decide(
            by=staff, brand=brand, state="nurturing", held_on=TODAY + timedelta(days=1), opinion="同意"
        )


def test_settled_brand_keeps_its_name(city, secretary, staff):
    brand = make_brand(city, secretary)
    to_accepted(brand, staff)
    services.brand_update(
        by=secretary, brand=brand, values={**BRAND, "name": "偷换", "effect": "办件时间由20分钟降到8分钟"}
    )
    brand.refresh_from_db()
    assert (brand.name, brand.effect) == (BRAND["name"], "办件时间由20分钟降到8分钟")


def test_recheck_is_due_every_year_of_the_unit(city, secretary, staff):
    brand = recognised(city, secretary, staff, date(TODAY.year - 2, 5, 1))
    first = Obligation.objects.get(requirement__code="S02")
    assert (first.organisation_id, first.ends_on, first.done) == (city.unit.pk, date(TODAY.year - 1, 12, 31), 0)
    services.brand_recheck(by=staff, brand=brand, year=TODAY.year - 1, held_on=TODAY, opinion="保持")
    rows = Obligation.objects.filter(requirement__code="S02").order_by("ends_on").values_list("ends_on__year", "done")
    assert list(rows) == [(TODAY.year - 1, 1), (TODAY.year, 0)]
    with pytest.raises(ValidationError, match="已经复核过"):
        services.brand_recheck(by=staff, brand=brand, year=TODAY.year - 1, held_on=TODAY, opinion="再来")
    services.brand_exit(by=staff, brand=brand, held_on=TODAY, reason="复核不合格")
    assert list(Obligation.objects.filter(requirement__code="S02").values_list("done", flat=True)) == [1]


def test_recheck_of_a_units_brand_is_the_committees(city, staff, reviewer):
    brand = make_brand(city, staff, organisation=city.unit)
    to_accepted(brand, reviewer)
    decide(brand, reviewer, BrandState.RECOGNISED, basis=BASIS)
    assert Obligation.objects.get(requirement__code="S02").organisation_id == city.root.pk


def test_check_years():
    assert check_years(2024, [], exited=False) == [2025]
    assert check_years(2024, [2025, 2026], exited=False) == [2025, 2026, 2027]
    assert check_years(2024, [2025], exited=True) == [2025]


def test_personal_numbers_are_refused(city, secretary):
    with pytest.raises(ValidationError) as refused:
        make_brand(city, secretary, meaning="联系13800138000办理")
    assert "meaning" in refused.value.message_dict
