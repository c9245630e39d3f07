"""Study materials: for everybody below, withdrawn with a reason, and nobody's reading is kept (N4)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Capability, Role
from core.models import AuditEvent
from education.models import Material
from education.selectors.materials import SOURCE, materials_offered
from education.services.materials import material_update, material_withdraw
from tests.education.study import TODAY, make_material

pytestmark = pytest.mark.django_db
LIST_QUERIES = 5


def text(answer):
    return answer.content.decode()


def test_addressed_to_everybody_below(city):
    make_material(city)
    make_material(city, "unit", Role.UNIT_STAFF, title="单位材料")
    make_material(city, "foreign_unit", Role.CITY_STAFF, title="别的单位的材料")
    titles = lambda role: {row.title for row in Material.objects.visible_to(city.user(role), Capability.STUDY_VIEW)}  # noqa: E731
    assert titles(Role.BRANCH_SECRETARY) == titles(Role.MEMBER) == {"机关党建读本", "单位材料"}
    assert len(titles(Role.CITY_STAFF)) == 3
    assert not Material.objects.visible_to(city.user(Role.BRANCH_SECRETARY), Capability.MATERIAL_PUBLISH).exists()


def test_life_of_a_material(city):
    staff, material = city.user(Role.CITY_STAFF), make_material(city)
    values = {name: getattr(material, name) for name in ("category", "issuer", "document_number", "issued_on", "link")}
    values |= {"title": "改名", "reference": "", "note": ""}
    material_update(by=staff, material=material, values=values, expected_revision=1)
    with pytest.raises(ValidationError, match="刚被别人修改过"):
        material_update(by=staff, material=material, values=values, expected_revision=1)
    with pytest.raises(ValidationError, match="停用原因"):
        material_withdraw(by=staff, material=material, reason=" ")
    material_withdraw(by=staff, material=material, reason="已有新版")
    with pytest.raises(ValidationError, match="已经停用"):
        material_withdraw(by=staff, material=material, reason="再来")
    assert not materials_offered(staff)
    actions = set(AuditEvent.objects.filter(action__startswith="material.").values_list("action", flat=True))
    assert actions == {"material.publish", "material.update", "material.withdraw"}


def test_refusals(city):
    with pytest.raises(ValidationError, match="不能晚于今天"):
        make_material(city, issued_on=TODAY + timedelta(days=1))
    with pytest.raises(ValidationError, match="手机号码"):
        make_material(city, note="联系13800138000")
    make_material(city)
    with pytest.raises(ValidationError, match="同名同文号"):
        make_material(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        Material.objects.update(withdrawn_on=TODAY)


def test_nothing_counts_readers():
    names = {field.name for field in Material._meta.get_fields()}
    assert not names & {"reads", "views", "likes", "clicks", "readers"}


def test_pages(city):
    client = city.client(Role.UNIT_STAFF)
    post = {"organisation": city.unit.pk, "title": "读本", "category": "reader", "link": "ftp://x"}
    assert "http://" in text(client.post("/education/materials/new/", post))
    answer = client.post("/education/materials/new/", post | {"link": "https://example.org/a"})
    material = Material.objects.get()
    assert answer.url == f"/education/materials/{material.pk}/"
    assert material.organisation == city.unit
    assert 'rel="noopener' in text(city.client(Role.MEMBER).get(answer.url))
    client.post(f"{answer.url}update/", {"title": "新读本", "category": "reader", "revision": 1})
    assert "没有保存" in text(client.post(f"{answer.url}withdraw/", {"reason": ""}))
    client.post(f"{answer.url}withdraw/", {"reason": "过时"})
    assert "过时" in text(client.get(answer.url))
    foreign = make_material(city, "foreign_unit", Role.CITY_STAFF)
    assert client.get(f"/education/materials/{foreign.pk}/").status_code == 404
    above = make_material(city)
    assert client.get(f"/education/materials/{above.pk}/update/").status_code == 403


def test_search_box(city):
    make_material(city, document_number="云工委〔2026〕3号")
    make_material(city, "foreign_unit", Role.CITY_STAFF, title="机关党建手册")
    member = city.user(Role.MEMBER)
    assert [hit.title for hit in SOURCE.find(member, "机关党建 云工委", 6)] == ["机关党建读本"]
    assert SOURCE.find(member, "手册", 6) == []
    assert not SOURCE.can(city.user(Role.SYSTEM_ADMIN))


@pytest.mark.parametrize("count", [1, 3, 50])
def test_query_count(city, count, django_assert_num_queries):
    client = city.client(Role.UNIT_STAFF)
    for number in range(count):
        make_material(city, title=f"材料{number}")
    client.get("/education/materials/")
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/education/materials/")
