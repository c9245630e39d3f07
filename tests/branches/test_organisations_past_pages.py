"""Pages of the tree in time: the list and the tree of a past day, taking back a change, what was merged."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse

from accounts.roles import Role
from branches.choices import OrganisationKind
from branches.models import Organisation, OrganisationChange
from branches.services.organisation_status import organisation_merge, organisation_suspend
from branches.services.organisations import organisation_move, organisation_rename
from core.workbooks.reader import read_sheet
from tests.factories import make_meeting, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
BEFORE = "2026-02-28"


def url(name, *args, query=""):
    return reverse(f"branches:{name}", args=args) + query


def cells(client, query=""):
    rows = read_sheet(BytesIO(b"".join(client.post(url("organisation_export", query=query)).streaming_content))).rows
    head = rows[0]
    return {row[head.index("党组织代码")]: dict(zip(head, row, strict=False)) for row in rows[1:]}


@pytest.fixture
def changed(city):
    by = city.user(Role.CITY_STAFF)
    organisation_rename(by=by, organisation=city.unit, name="新中心", short_name="新中心", effective_on=DAY)
    organisation_move(by=by, organisation=city.committee, new_parent=city.foreign_unit, effective_on=DAY)
    organisation_merge(
        by=by,
        organisation=Organisation.objects.get(pk=city.branch.pk),
        target=Organisation.objects.get(pk=city.sibling.pk),
        effective_on=DAY,
    )
    make_member(city.sibling, "后来者", since=date(2026, 4, 1), category="probationary", confirmed_on=None)
    return city


def test_the_list_of_a_past_day(changed):
    client = changed.client(Role.CITY_STAFF)
    past, now = cells(client, f"?on={BEFORE}"), cells(client)
    code = changed.branch.code
    assert [past[code][key] for key in ("党组织", "上级党组织", "所属单位", "书记", "正式党员", "状态")] == [
        "整理一科党支部", "市档案整理中心机关党委", "市档案整理中心", "钱一帆", "5", "正常",
    ]  # fmt: skip
    assert [now[code][key] for key in ("上级党组织", "所属单位", "正式党员", "状态")] == [
        "整理二科党支部", "市园圃养护处", "0", "已合并",
    ]  # fmt: skip
    committee = changed.committee.code
    assert (past[committee]["上级党组织"], now[committee]["上级党组织"]) == ("市档案整理中心", "市园圃养护处")
    assert past[changed.unit.code]["党组织"] == "市档案整理中心"
    sibling = changed.sibling.code
    assert [table[sibling]["预备党员"] for table in (past, now)] == ["0", "1"]
    page = client.get(url("organisation_list", query=f"?on={BEFORE}")).content.decode()
    assert f"{BEFORE}（按当日）" in page


@pytest.mark.parametrize("day", ["x", "2026-02-30", "2199-01-01", "20260701"])
def test_a_day_that_is_none_is_told(city, day):
    client = city.client(Role.CITY_STAFF)
    for name in ("organisation_list", "organisation_tree"):
        assert "截至日期”" in client.get(url(name, query=f"?on={day}")).content.decode()


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_past_list_costs_nine_queries_however_long(city, count, client, django_assert_num_queries):
    unit = make_organisation(city.root, OrganisationKind.UNIT, "新单位")
    by = city.user(Role.CITY_STAFF)
    for number in range(count - 1):
        branch = make_organisation(unit, OrganisationKind.BRANCH, f"第{number}支部")
        name = f"改名{number}支部"
        organisation_rename(by=by, organisation=branch, name=name, short_name=name, effective_on=DAY)
    client.force_login(make_user(Role.UNIT_STAFF, unit), backend="django.contrib.auth.backends.ModelBackend")
    address = url("organisation_list", query=f"?on={BEFORE}")
    client.get(address)
    with django_assert_num_queries(9):
        page = client.get(address)
    assert len(page.context["ledger"].rows) == count
    assert "改名" not in "".join(page.context["ledger"].rows)


def test_the_tree_of_a_past_day(changed):
    client = changed.client(Role.CITY_STAFF)
    page = client.get(url("organisation_tree", query=f"?on={BEFORE}")).content.decode()
    assert "2026年2月28日的组织树" in page
    assert url("organisation_children", changed.root.pk, query=f"?on={BEFORE}") in page
    below = client.get(url("organisation_children", changed.unit.pk, query=f"?on={BEFORE}")).content.decode()
    assert "市档案整理中心机关党委" in below
    committee = client.get(url("organisation_children", changed.committee.pk, query=f"?on={BEFORE}")).content.decode()
    assert "整理一科党支部" in committee
    assert "5人" in committee
    now = client.get(url("organisation_children", changed.committee.pk)).content.decode()
    assert "整理一科党支部" not in now


def test_taking_back_says_what_will_happen_and_does_it(city):
    client = city.client(Role.UNIT_STAFF)
    by = city.user(Role.UNIT_STAFF)
    organisation_merge(by=by, organisation=city.branch, target=city.sibling, effective_on=DAY)
    page = client.get(url("organisation_detail", city.branch.pk)).content.decode()
    assert url("organisation_undo", city.branch.pk) in page
    asked = client.get(url("organisation_undo", city.branch.pk)).content.decode()
    assert "5名党员转回原来的党支部和党小组" in asked
    again = client.post(url("organisation_undo", city.branch.pk), {"reason": "错"})
    assert "至少4个字" in again.content.decode()
    assert "错</textarea>" in again.content.decode()
    answer = client.post(url("organisation_undo", city.branch.pk), {"reason": "并错了党支部"})
    assert answer["Location"] == url("organisation_detail", city.branch.pk)
    page = client.get(answer["Location"]).content.decode()
    assert "撤回变动：合并" in page
    assert "已撤回" in page
    assert "并错了党支部" in page
    assert url("organisation_undo", city.branch.pk) not in page


def test_what_stands_in_the_way_is_told_on_the_page(city):
    client = city.client(Role.UNIT_STAFF)
    organisation_merge(by=city.user(Role.UNIT_STAFF), organisation=city.branch, target=city.sibling, effective_on=DAY)
    make_meeting(city.sibling, date(2026, 3, 5))
    page = client.get(url("organisation_undo", city.branch.pk)).content.decode()
    assert "现在不能撤回" in page
    assert "已有1次会议记录含转入的党员" in page
    client.post(url("organisation_undo", city.branch.pk), {"reason": "并错了党支部"})
    assert not OrganisationChange.objects.filter(kind="reversed").exists()


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.MEMBER, [403, 403, 403]),
        (Role.BRANCH_SECRETARY, [403, 200, 404]),
        (Role.UNIT_STAFF, [200, 200, 404]),
        (Role.UNIT_DISCIPLINE, [403, 403, 403]),
        (Role.CITY_STAFF, [200, 200, 200]),
    ],
)
def test_taking_back_needs_the_right_of_the_change(city, role, expected):
    by = city.user(Role.CITY_STAFF)
    organisation_suspend(by=by, organisation=city.sibling, effective_on=DAY)
    for place in (city.branch, city.foreign):
        name = f"{place.short_name}新"
        organisation_rename(by=by, organisation=place, name=name, short_name=name, effective_on=DAY)
    client = city.client(role)
    places = (city.sibling, city.branch, city.foreign)
    assert [client.get(url("organisation_undo", place.pk)).status_code for place in places] == expected


def test_the_merged_branch_is_reached_from_its_target(city):
    log = make_meeting(city.sibling, date(2026, 2, 1), title="旧支部大会")
    organisation_merge(by=city.user(Role.UNIT_STAFF), organisation=city.sibling, target=city.branch, effective_on=DAY)
    client = city.client(Role.BRANCH_SECRETARY)
    page = client.get(url("organisation_detail", city.branch.pk)).content.decode()
    assert "并入的党组织" in page
    assert "旧支部大会" in page
    assert client.get(url("organisation_detail", city.sibling.pk)).status_code == 200
    assert client.get(url("meeting_detail", log.pk)).status_code == 200
    listed = client.get(url("meeting_list", query=f"?org={city.sibling.pk}"))
    assert "旧支部大会" in "".join(listed.context["ledger"].rows)
