"""Pages of members, as owner, sibling, reader and stranger."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Posting
from accounts.roles import Role
from branches.choices import OrganisationKind
from branches.models import Member
from branches.services.members import member_create
from core.calendar import local_today
from core.models import AuditEvent
from core.workbooks.reader import read_sheet
from tests.branches.rosters import id_number
from tests.factories import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
NUMBER, PHONE = id_number(21), "13912345678"


@pytest.fixture
def member(city):
    values = {"name": "单小雄", "joined_on": date(2010, 7, 1), "confirmed_on": date(2011, 7, 1), "position": "科员"}
    staff = city.user(Role.UNIT_STAFF)
    return member_create(by=staff, organisation=city.branch, values=values, id_number=NUMBER, phone=PHONE)


def url(name, *args):
    return reverse(f"branches:{name}", args=args)


def names(response):
    return "".join(response.context["ledger"].rows)


@pytest.mark.parametrize(
    ("role", "own", "sibling", "foreign"),
    [
        (Role.MEMBER, 403, 404, 404),
        (Role.BRANCH_SECRETARY, 200, 404, 404),
        (Role.UNIT_STAFF, 200, 200, 404),
        (Role.UNIT_DISCIPLINE, 200, 200, 404),
        (Role.CITY_STAFF, 200, 200, 200),
        (Role.SYSTEM_ADMIN, 403, 403, 403),
    ],
)
def test_who_opens_whose_page(city, role, own, sibling, foreign):
    client = city.client(role)
    targets = (city.members[0], city.sibling_members[0], city.foreign_members[0])
    codes = [client.get(url("member_detail", target.pk)).status_code for target in targets]
    assert codes == [own, sibling, foreign]


WRITES = ("member_update", "member_disable", "member_transfer")
NONE = [403] * 6


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.MEMBER, NONE),
        (Role.BRANCH_SECRETARY, [200, 404, 403, 403, 403, 403]),
        (Role.UNIT_STAFF, [200] * 6),
        (Role.UNIT_DISCIPLINE, NONE),
        (Role.CITY_STAFF, NONE),
    ],
)
def test_who_changes_whom(city, role, expected):
    client = city.client(role)
    targets = (city.members[0], city.sibling_members[0])
    codes = [client.get(url(name, target.pk)).status_code for name in WRITES for target in targets]
    assert codes == expected
    if role == Role.UNIT_STAFF:
        assert client.get(url("member_update", city.foreign_members[0].pk)).status_code == 404


def test_a_plain_member_sees_names_and_nothing_more(city, member):
    client = city.client(Role.MEMBER)
    page = client.get(url("member_list"))
    assert "单小雄" in names(page)
    assert city.sibling_members[0].name not in names(page)
    text = page.content.decode()
    for hidden in (member.id_number_mask, member.phone_mask, "1985", "2010-07-01", url("member_detail", member.pk)):
        assert hidden not in text
    assert client.post(url("member_export")).status_code == 403
    own = city.members[4]
    assert client.get(url("member_detail", own.pk)).status_code == 200


def test_secretary_elsewhere_is_a_plain_member_here(city, member):
    user = make_user(Role.MEMBER, city.branch)
    Posting.objects.create(user=user, organisation=city.foreign, role=Role.BRANCH_SECRETARY, starts_on="2020-01-01")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(url("member_list"))
    assert city.foreign_members[0].name in names(page)
    assert member.name not in names(page)
    exported = b"".join(client.post(url("member_export")).streaming_content)
    cells = str(read_sheet(BytesIO(exported)).rows)
    assert city.foreign_members[0].name in cells
    assert member.name not in cells


@pytest.mark.parametrize(
    ("role", "seen", "unseen"),
    [
        (Role.BRANCH_SECRETARY, ["members"], ["sibling_members", "foreign_members"]),
        (Role.UNIT_STAFF, ["members", "sibling_members"], ["foreign_members"]),
        (Role.CITY_STAFF, ["members", "sibling_members", "foreign_members"], []),
    ],
)
def test_lists_searches_suggestions_and_exports_keep_to_the_scope(city, role, seen, unseen):
    client = city.client(role)
    exported = str(read_sheet(BytesIO(b"".join(client.post(url("member_export")).streaming_content))).rows)
    page = names(client.get(url("member_list")))
    for group in seen + unseen:
        for person in getattr(city, group):
            suggested = client.get(url("member_autocomplete") + f"?q={quote(person.name)}").json()["results"]
            found = names(client.get(url("member_list") + f"?q={quote(person.name)}"))
            doors = [person.name in text for text in (page, exported, json.dumps(suggested, ensure_ascii=False), found)]
            assert doors == [group in seen] * 4


@pytest.mark.parametrize("query", ["zs", "zhangsan", "张三", "ZHANG"])
def test_the_list_is_searched_by_pinyin(city, query):
    make_member(city.branch, "张三")
    page = city.client(Role.UNIT_STAFF).get(url("member_list") + f"?q={quote(query)}")
    assert "张三" in names(page)
    assert "李三木" not in names(page)


def test_numbers_never_travel_in_the_address(city, member):
    client = city.client(Role.UNIT_STAFF)
    page = client.get(url("member_list") + f"?q={NUMBER}")
    assert "不支持按身份证号" in page.content.decode()
    answer = client.post(url("member_search"), {"number": NUMBER})
    assert answer.status_code == 200
    assert answer.context["found"] == [member]
    assert answer["Cache-Control"] == "no-store"
    assert NUMBER not in answer.content.decode()
    assert [m.pk for m in client.post(url("member_search"), {"number": PHONE}).context["found"]] == [member.pk]
    assert "请填写完整" in client.post(url("member_search"), {"number": "1234"}).content.decode()
    for role in (Role.MEMBER,):
        assert city.client(role).post(url("member_search"), {"number": NUMBER}).context["found"] == []
    Member.objects.filter(pk=member.pk).update(organisation=city.foreign)
    assert client.post(url("member_search"), {"number": NUMBER}).context["found"] == []
    assert NUMBER not in str(list(AuditEvent.objects.values()))


def test_reveal_by_post_with_a_reason_only(city, member):
    client = city.client(Role.BRANCH_SECRETARY)
    assert client.get(url("member_reveal", member.pk)).status_code == 405
    assert NUMBER not in client.get(url("member_detail", member.pk)).content.decode()
    refused = client.post(url("member_reveal", member.pk), {"reason": ""})
    assert NUMBER not in refused.content.decode()
    assert "请写明查看原因" in refused.content.decode()
    shown = client.post(url("member_reveal", member.pk), {"reason": "核对组织关系"})
    assert NUMBER in shown.content.decode()
    assert PHONE in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert AuditEvent.objects.filter(action="member_pii.reveal").count() == 1
    assert NUMBER not in client.get(url("member_detail", member.pk)).content.decode()


@pytest.mark.parametrize(
    ("role", "own", "foreign"),
    [
        (Role.MEMBER, 403, 404),
        (Role.UNIT_STAFF, 200, 404),
        (Role.UNIT_DISCIPLINE, 200, 404),
        (Role.CITY_STAFF, 403, 403),
    ],
)
def test_who_may_reveal(city, member, role, own, foreign):
    client = city.client(role)
    targets = (member, city.foreign_members[0])
    codes = [client.post(url("member_reveal", item.pk), {"reason": "核对信息"}).status_code for item in targets]
    assert codes == [own, foreign]


def test_one_sees_ones_own_number_without_a_reason(city):
    client, own = city.client(Role.MEMBER), city.members[4]
    answer = client.post(url("member_contact"), {"phone": PHONE, "work_phone": "", "email": "own@example.cn"})
    assert answer.status_code == 302
    own.refresh_from_db()
    assert (own.phone_mask, own.email) == ("139****5678", "own@example.cn")
    assert PHONE in client.post(url("member_reveal", own.pk)).content.decode()
    client.post(url("member_contact"), {"phone": "", "work_phone": "", "email": ""})
    own.refresh_from_db()
    assert (own.phone_mask, own.email) == ("139****5678", "")


def test_somebody_without_a_member_has_no_contact_page(city):
    assert city.client(Role.CITY_STAFF).get(url("member_contact")).status_code == 404


FORM = {
    "name": "新来者",
    "id_number": id_number(31),
    "gender": "1",
    "birth_date": "1985-03-02",
    "category": "full",
    "joined_on": "2010年7月1日",
    "confirmed_on": "2011-07-01",
    "party_age_correction": "0",
    "entry_reason": "transferred",
}


def test_entering_on_the_page(city):
    client = city.client(Role.BRANCH_SECRETARY)
    data = {**FORM, "organisation": city.branch.pk, "since": str(local_today())}
    answer = client.post(url("member_create"), data)
    made = Member.objects.get(name="新来者")
    assert answer["Location"] == url("member_detail", made.pk)
    assert made.organisation == city.branch
    twice = client.post(url("member_create"), data)
    assert "已登记为另一名党员" in twice.content.decode()
    for place in (city.sibling, city.foreign, city.unit):
        answer = client.post(url("member_create"), {**data, "id_number": "", "organisation": place.pk})
        assert "不在您的范围内" in answer.content.decode()
    assert Member.objects.filter(name="新来者").count() == 1


def test_changing_on_the_page(city, member):
    client = city.client(Role.BRANCH_SECRETARY)
    data = {**FORM, "id_number": "", "gender": "1", "name": "改名者", "revision": "1", "group": city.group.pk}
    assert client.post(url("member_update", member.pk), data).status_code == 302
    member.refresh_from_db()
    assert (member.name, member.group, member.id_number_mask[-4:]) == ("改名者", city.group, NUMBER[-4:])
    late = client.post(url("member_update", member.pk), {**data, "name": "后来的"})
    assert "刚被他人修改" in late.content.decode()
    smuggled = {**data, "revision": "2", "organisation": city.foreign.pk, "left_on": "2020-01-01", "user": 1}
    client.post(url("member_update", member.pk), smuggled)
    member.refresh_from_db()
    assert (member.organisation, member.left_on, member.user) == (city.branch, None, None)


def test_moving_and_striking_off_on_the_page(city, member):
    client = city.client(Role.UNIT_STAFF)
    away = {"target": city.foreign.pk, "moved_on": str(local_today())}
    assert "不在您的范围内" in client.post(url("member_transfer", member.pk), away).content.decode()
    client.post(url("member_transfer", member.pk), {**away, "target": city.sibling.pk})
    member.refresh_from_db()
    assert member.organisation == city.sibling
    client.post(url("member_disable", member.pk), {"reason": "transferred", "left_on": str(local_today())})
    member.refresh_from_db()
    assert member.left_on == local_today()
    assert member.name not in names(client.get(url("member_list")))
    assert member.name in names(client.get(url("member_former_list")))
    client.post(url("member_transfer", member.pk), {"target": city.branch.pk, "moved_on": str(local_today())})
    member.refresh_from_db()
    assert (member.left_on, member.organisation) == (None, city.branch)


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_costs_six_queries_however_long(city, count, django_assert_num_queries):
    branch = make_organisation(city.committee, OrganisationKind.BRANCH, "新支部")
    for number in range(count):
        make_member(branch, f"党员{'一二三四五六七八九十'[number % 10]}")
    client = Client()
    client.force_login(make_user(Role.BRANCH_SECRETARY, branch), backend="django.contrib.auth.backends.ModelBackend")
    client.get(url("member_list"))
    with django_assert_num_queries(6):
        page = client.get(url("member_list"))
    assert len(page.context["ledger"].rows) == count


def test_markup_in_a_name_stays_text(city, member):
    Member.objects.filter(pk=member.pk).update(name="<script>x</script>", position='"><img src=x>')
    client = city.client(Role.UNIT_STAFF)
    for page in (client.get(url("member_list")), client.get(url("member_detail", member.pk))):
        assert "<script>x" not in page.content.decode()
        assert "<img src=x" not in page.content.decode()
