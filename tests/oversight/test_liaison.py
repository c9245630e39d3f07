"""分片区联系指导: areas and their units over time, visits, what was found, what is owed."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import Workbook

from accounts.roles import Capability, Role
from branches.models import Obligation, WorklistItem
from branches.services.deadlines import deadlines_differences
from branches.services.requirements import requirements_load
from core.models import ImportBatch, Notice
from oversight.models import LiaisonArea, LiaisonUnit, LiaisonVisit
from oversight.policy.liaison import HalfYear, half_of, halves_between
from oversight.selectors.liaison import area_lines, area_page, visit_facts
from oversight.services import liaison as services
from oversight.services.liaison_visits import visit_record, visit_remove, visit_update
from tests.factories import make_user
from tests.oversight.works import TODAY, sheet

pytestmark = pytest.mark.django_db
AREA = {
    "name": "第一片区",
    "leader_post": "副书记",
    "leader": "甘一",
    "office": "组织科",
    "starts_on": half_of(TODAY).starts_on,
}
VISIT = {"held_on": TODAY, "form": "call", "visitors": "副书记 甘一", "suggestions": "把支部活动时间固定下来"}
HOME = "/oversight/areas/"


@pytest.fixture(autouse=True)
def rules(db):
    requirements_load()


@pytest.fixture
def staff(city):
    return city.user(Role.CITY_STAFF)


@pytest.fixture
def area(city, staff):
    made = services.area_create(by=staff, organisation=city.root, values=AREA)
    services.units_add(by=staff, area=made, units=[city.unit], starts_on=AREA["starts_on"])
    return made


def text(answer):
    return answer.content.decode()


def owed():
    return Obligation.objects.get(requirement__code="V05", starts_on__lte=TODAY, ends_on__gte=TODAY)


# --- half-years ------------------------------------------------------------------------------------------------------


def test_half_years():
    assert half_of(date(2026, 6, 30)) == HalfYear(2026, 1)
    assert half_of(date(2026, 7, 1)).title == "2026年下半年"
    found = halves_between(date(2025, 8, 1), date(2026, 7, 1))
    assert [half.code for half in found] == ["2025H2", "2026H1", "2026H2"]


# --- areas -----------------------------------------------------------------------------------------------------------


def test_a_unit_is_in_one_area_at_a_time(city, staff, area):
    other = services.area_create(by=staff, organisation=city.root, values=AREA | {"name": "第二片区"})
    with pytest.raises(ValidationError) as refused:
        services.units_add(by=staff, area=other, units=[city.unit, city.foreign_unit], starts_on=TODAY)
    assert "第一片区" in refused.value.message_dict["units"][0]
    row = LiaisonUnit.objects.get(unit=city.unit)
    with pytest.raises(IntegrityError), transaction.atomic():
        LiaisonUnit.objects.create(area=other, unit=city.unit, starts_on=TODAY, by=staff)
    services.unit_leave(by=staff, row=row, ends_on=TODAY)
    services.units_add(by=staff, area=other, units=[city.unit], starts_on=TODAY)
    with pytest.raises(ValidationError):
        services.units_add(by=staff, area=area, units=[city.unit], starts_on=TODAY - timedelta(days=1))


@pytest.mark.parametrize("kind", ["branch", "root"])
def test_only_units_belong_to_areas(city, staff, area, kind):
    with pytest.raises(ValidationError):
        services.units_add(by=staff, area=area, units=[getattr(city, kind)], starts_on=TODAY)


def test_an_area_is_given_up_with_its_units(city, staff, area):
    services.area_end(by=staff, area=area, ends_on=TODAY, reason="调整分工安排")
    assert LiaisonUnit.objects.get().ends_on == TODAY
    assert not Obligation.objects.filter(requirement__code="V05", ends_on__gte=TODAY).exists()
    with pytest.raises(ValidationError, match="停用"):
        services.area_update(by=staff, area=area, values=AREA)
    services.area_create(by=staff, organisation=city.root, values=AREA)


def test_same_name_and_wrong_place_are_refused(city, staff, area):
    with pytest.raises(ValidationError, match="同名"):
        services.area_create(by=staff, organisation=city.root, values=AREA)
    with pytest.raises(ValidationError, match="机关工委"):
        services.area_create(by=staff, organisation=city.unit, values=AREA | {"name": "别的"})


# --- visits ----------------------------------------------------------------------------------------------------------


def visit(city, staff, area, **extra):
    given = {"organisation": city.branch, "values": VISIT, **extra}
    return visit_record(by=staff, area=area, **given)


def test_findings_become_tasks_of_the_visited(city, staff, area):
    made = visit(city, staff, area, findings=["活动时间不固定", " ", "名册没有更新"], due_on=TODAY + timedelta(days=30))
    items = WorklistItem.objects.filter(worklist=made.worklist)
    assert {(item.task, item.organisation_id) for item in items} == {
        ("活动时间不固定", city.branch.pk),
        ("名册没有更新", city.branch.pk),
    }
    assert Obligation.objects.filter(requirement__code="V04", organisation=city.branch).count() == 2
    assert ["清单任务", "没有逾期"] in made.facts
    assert list(deadlines_differences()) == []
    with pytest.raises(ValidationError, match="不能删除"):
        visit_remove(by=staff, visit=made)


def test_a_visit_meets_what_is_owed_and_removal_takes_it_back(city, staff, area):
    assert (owed().organisation, owed().done) == (city.root, 0)
    made = visit(city, staff, area)
    assert owed().done == 1
    visit_remove(by=staff, visit=made)
    assert owed().done == 0


def test_more_visits_are_owed_from_a_day_on(city, staff, area):
    visit(city, staff, area)
    with pytest.raises(ValidationError):
        services.visits_set(by=staff, valid_from=TODAY - timedelta(days=1), visits=2)
    services.visits_set(by=staff, valid_from=TODAY, visits=2)
    assert owed().done == 1, "the running half-year keeps what it began with"


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"findings": ["问题"]}, "due_on"),
        ({"findings": ["长" * 121], "due_on": TODAY}, "findings"),
        ({"findings": ["身份号码 11010519491231002X"], "due_on": TODAY}, "findings"),
        ({"values": VISIT | {"held_on": TODAY + timedelta(days=1)}}, "held_on"),
        ({"values": VISIT | {"visitors": ""}}, "visitors"),
    ],
)
def test_bad_visits_change_nothing(city, staff, area, extra, field):
    with pytest.raises(ValidationError) as refused:
        visit(city, staff, area, **extra)
    assert field in refused.value.message_dict
    assert not LiaisonVisit.objects.exists()


def test_visits_stay_within_the_area(city, staff, area):
    with pytest.raises(ValidationError) as refused:
        visit(city, staff, area, organisation=city.foreign)
    assert "organisation" in refused.value.message_dict


def test_a_visit_is_corrected(city, staff, area):
    made = visit(city, staff, area)
    visit_update(by=staff, visit=made, values=VISIT | {"form": "phone"}, expected_revision=1)
    with pytest.raises(ValidationError):
        visit_update(by=staff, visit=made, values=VISIT, expected_revision=1)


def test_the_visited_are_told_and_asked_for_nothing(city, staff, area):
    reader = city.user(Role.UNIT_STAFF)
    visit(city, staff, area)
    assert "不需要报送材料" in Notice.objects.get(user=reader, key__startswith="liaison_visit").body


def test_facts_are_the_portals_own(city):
    assert [label for label, _ in visit_facts(city.unit)] == ["党支部", "应做事项", "任期", "清单任务"]
    assert dict(visit_facts(city.unit))["党支部"] == "2个"


# --- readers and pages -----------------------------------------------------------------------------------------------


def test_a_unit_sees_its_own_area_and_visits(city, staff, area):
    services.units_add(by=staff, area=area, units=[city.foreign_unit], starts_on=TODAY)
    reader = city.user(Role.UNIT_STAFF)
    (line,) = area_lines(reader)
    assert line.units == (city.unit,)
    assert [row.unit for row, _ in area_page(reader, area).units] == [city.unit]
    stranger = make_user(None, None)
    assert not LiaisonArea.objects.visible_to(stranger, Capability.LIAISON_VIEW).exists()
    made = visit(city, staff, area, organisation=city.foreign_unit)
    client = city.client(Role.UNIT_STAFF)
    assert client.get(f"/oversight/visits/{made.pk}/").status_code == 404
    page = text(client.get(f"{HOME}{area.pk}/"))
    assert city.foreign_unit.short_name not in page
    assert client.get(f"{HOME}{area.pk}/update/").status_code == 403
    assert city.client(Role.BRANCH_SECRETARY).get(HOME).status_code == 403


def test_pages_from_area_to_visit(city):
    client = city.client(Role.CITY_STAFF)
    client.post(f"{HOME}new/", {name: str(value) for name, value in AREA.items()})
    area = LiaisonArea.objects.get()
    url = f"{HOME}{area.pk}/"
    assert "还有2个单位没有编入片区" in text(client.get(HOME))
    client.post(f"{url}units/", {"units": [city.unit.pk], "starts_on": TODAY.isoformat()})
    page = text(client.get(f"{url}visit/?organisation={city.unit.pk}"))
    assert "目前的情况" in page
    post = {**VISIT, "held_on": TODAY.isoformat(), "organisation": city.unit.pk, "findings": "活动时间不固定"}
    page = text(client.post(f"{url}visit/", post))
    assert "请填写解决时限" in page
    assert "活动时间不固定" in page
    client.post(f"{url}visit/", post | {"due_on": TODAY.isoformat()})
    made = LiaisonVisit.objects.get()
    page = text(client.get(f"/oversight/visits/{made.pk}/"))
    assert "活动时间不固定" in page
    client.post(f"/oversight/visits/{made.pk}/update/", post | {"visitors": "甘一、甘二", "revision": 1})
    assert "甘一、甘二" in text(client.get("/oversight/visits/"))
    assert "甘一、甘二" in sheet(client.post("/oversight/visits/export/"))
    client.post(f"{HOME}visits/", {"valid_from": TODAY.isoformat(), "visits": 2})
    assert "每半年至少2次" in text(client.get(f"{HOME}visits/"))
    row = LiaisonUnit.objects.get()
    client.post(f"{HOME}units/{row.pk}/leave/", {"ends_on": TODAY.isoformat()})
    client.post(f"{url}update/", {**AREA, "starts_on": str(AREA["starts_on"]), "office": "办公室", "revision": 1})
    assert "办公室" in text(client.get(url))


def test_visits_cost_the_same(city, staff, area, django_assert_num_queries):
    client, made = city.client(Role.CITY_STAFF), 0
    client.get("/oversight/visits/")
    for wanted in (1, 3, 50):
        for _ in range(made, wanted):
            visit(city, staff, area)
        made = wanted
        with django_assert_num_queries(6):
            client.get("/oversight/visits/")
        with django_assert_num_queries(9):
            client.get(HOME)


def test_units_come_from_a_sheet(city, staff, area):
    book = Workbook()
    book.active.append(("单位", "从哪天起"))
    book.active.append((city.foreign_unit.short_name, TODAY.isoformat()))
    file = BytesIO()
    book.save(file)
    client: Client = city.client(Role.CITY_STAFF)
    base = f"{HOME}{area.pk}/import/"
    client.post(base, {"file": SimpleUploadedFile("单位.xlsx", file.getvalue())})
    client.post(f"{base}{ImportBatch.objects.get().pk}/commit/")
    assert LiaisonUnit.objects.filter(area=area, unit=city.foreign_unit, ends_on=None).exists()
