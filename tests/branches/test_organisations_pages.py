"""Pages of organisations and posts, as owner, sibling, reader and stranger."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from urllib.parse import quote

import pytest
from django.urls import reverse

from accounts.roles import Role
from branches.choices import OrganisationKind, PostKind
from branches.models import Organisation, Post
from branches.services.advice_rules import advice_rules_load
from core.calendar import local_today
from core.workbooks.reader import read_sheet
from tests.factories import make_meeting, make_organisation, make_user

pytestmark = pytest.mark.django_db
DAY = "2026-03-01"


def url(name, *args):
    return reverse(f"branches:{name}", args=args)


def codes(client, name, *targets, extra=()):
    return [client.get(url(name, target.pk, *extra)).status_code for target in targets]


def names(response):
    return "".join(response.context["ledger"].rows)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.MEMBER, [403, 403, 200, 403, 404]),
        (Role.BRANCH_SECRETARY, [403, 403, 200, 403, 404]),
        (Role.UNIT_STAFF, [403, 200, 200, 200, 404]),
        (Role.UNIT_DISCIPLINE, [403, 200, 200, 200, 404]),
        (Role.CITY_STAFF, [200, 200, 200, 200, 200]),
        (Role.AUDIT_ADMIN, [403, 403, 403, 403, 403]),
    ],
)
def test_who_opens_which_page(city, role, expected):
    targets = (city.unit, city.branch, city.sibling, city.foreign)
    found = codes(city.client(role), "organisation_detail", city.root, *targets)
    if role not in (Role.CITY_STAFF, Role.AUDIT_ADMIN):
        expected = [404, *expected[1:]]
    assert found == expected


@pytest.mark.parametrize(
    ("role", "updates", "merges", "appoints"),
    [
        (Role.MEMBER, [403, 403, 403], [403, 403, 403], [403, 403, 403]),
        (Role.BRANCH_SECRETARY, [200, 403, 404], [403, 403, 404], [200, 403, 404]),
        (Role.UNIT_STAFF, [200, 200, 404], [200, 200, 404], [200, 200, 404]),
        (Role.UNIT_DISCIPLINE, [403, 403, 403], [403, 403, 403], [403, 403, 403]),
        (Role.CITY_STAFF, [200, 200, 200], [200, 200, 200], [200, 200, 200]),
    ],
)
def test_who_changes_which_branch(city, role, updates, merges, appoints):
    client, targets = city.client(role), (city.branch, city.sibling, city.foreign)
    assert codes(client, "organisation_update", *targets) == updates
    assert codes(client, "organisation_change", *targets, extra=("merge",)) == merges
    assert codes(client, "post_assign", *targets) == appoints


def test_units_are_the_committees_own_matter(city):
    staff, committee = city.client(Role.UNIT_STAFF), city.client(Role.CITY_STAFF)
    assert codes(staff, "organisation_update", city.unit) == [200]
    assert codes(staff, "organisation_change", city.unit, extra=("abolish",)) == [403]
    assert codes(committee, "organisation_change", city.unit, extra=("abolish",)) == [200]
    assert codes(committee, "organisation_change", city.unit, extra=("move",)) == [404]
    assert codes(committee, "organisation_change", city.root, extra=("abolish",)) == [404]
    assert codes(committee, "organisation_change", city.branch, extra=("nonsense",)) == [404]
    kinds = committee.get(url("organisation_create")).context["form"].fields["kind"].choices
    assert kinds == [("unit", "单位")]
    kinds = staff.get(url("organisation_create")).context["form"].fields["kind"].choices
    assert [value for value, _ in kinds] == ["organ_committee", "general_branch", "branch"]


def new_branch(**changed):
    return {
        "kind": "branch",
        "name": "中共市档案整理中心第三支部委员会",
        "short_name": "第三党支部",
        "founded_on": DAY,
        "type_code": "",
        "uscc": "",
        "staff_count": "",
        "document": "文〔2026〕1号",
        "note": "",
        **changed,
    }


def test_founding_on_the_page(city):
    client = city.client(Role.UNIT_STAFF)
    target = url("organisation_create") + f"?parent={city.committee.pk}"
    answer = client.post(target, new_branch())
    made = Organisation.objects.get(short_name="第三党支部")
    assert answer["Location"] == url("organisation_detail", made.pk)
    assert made.code == f"{city.committee.code}-001"
    assert "简称相同" in client.post(target, new_branch(name="另一名")).content.decode()
    assert "选择一个有效的选项" in client.post(target, new_branch(kind="unit", short_name="x")).content.decode()
    foreign = url("organisation_create") + f"?parent={city.foreign_unit.pk}"
    assert client.post(foreign, new_branch(short_name="偷建")).status_code == 404
    assert client.get(url("organisation_create") + "?parent=x").status_code == 404
    secretary = city.client(Role.BRANCH_SECRETARY)
    assert secretary.post(target, new_branch(short_name="偷建")).status_code == 403
    group = url("organisation_create") + f"?parent={city.branch.pk}"
    data = new_branch(kind="group", short_name="第二党小组", name="第二党小组")
    assert secretary.post(group, data).status_code == 302


def test_changing_on_the_page(city):
    client = city.client(Role.UNIT_STAFF)
    data = {
        "name": "中共整理一处支部",
        "short_name": "整理一处党支部",
        "type_code": "632",
        "uscc": "",
        "staff_count": "9",
        "effective_on": DAY,
        "document": "",
        "note": "",
    }
    assert client.post(url("organisation_update", city.branch.pk), data).status_code == 302
    changed = Organisation.objects.get(pk=city.branch.pk)
    assert (changed.short_name, changed.type_code, changed.staff_count) == ("整理一处党支部", "632", 9)
    assert sorted(changed.changes.values_list("kind", flat=True)) == ["renamed", "updated"]
    again = client.post(url("organisation_update", city.branch.pk), data)
    assert "没有任何变更" in again.content.decode()
    future = {**data, "name": "中共改名", "effective_on": "2199-01-01"}
    assert "生效日期不能晚于今天" in client.post(url("organisation_update", city.branch.pk), future).content.decode()


def test_merging_and_moving_keep_to_the_scope(city):
    client = city.client(Role.UNIT_STAFF)
    act = {"effective_on": DAY, "document": "", "note": ""}
    merge, move = (url("organisation_change", city.branch.pk, change) for change in ("merge", "move"))
    assert "不在您的范围内" in client.post(merge, {**act, "target": city.foreign.pk}).content.decode()
    assert "不在您的范围内" in client.post(move, {**act, "target": city.foreign_unit.pk}).content.decode()
    assert client.post(move, {**act, "target": city.unit.pk}).status_code == 302
    assert Organisation.objects.get(pk=city.branch.pk).depth == 3
    assert client.post(merge, {**act, "target": city.sibling.pk}).status_code == 302
    page = client.get(url("organisation_detail", city.branch.pk)).content.decode()
    assert "并入整理二科党支部" in page
    assert client.get(merge).status_code == 404


def test_posts_on_the_page(city):
    client, member = city.client(Role.BRANCH_SECRETARY), city.members[4]
    target = url("post_assign", city.branch.pk)
    data = {"member": member.pk, "kind": PostKind.DISCIPLINE.value, "starts_on": DAY}
    assert client.post(target, data).status_code == 302
    post = Post.objects.get(member=member)
    for other in (city.sibling_members[0], city.foreign_members[0]):
        assert "只能选择本党组织的党员" in client.post(target, {**data, "member": other.pk}).content.decode()
    assert "只有一名书记" in client.post(target, {**data, "kind": "secretary"}).content.decode()
    foreign = Post.objects.create(
        organisation=city.foreign, member=city.foreign_members[0], kind="secretary", starts_on=date(2020, 1, 1)
    )
    sibling = Post.objects.create(
        organisation=city.sibling, member=city.sibling_members[0], kind="secretary", starts_on=date(2020, 1, 1)
    )
    ends = {"ends_on": str(local_today())}
    answers = [client.post(url("post_end", item.pk), ends).status_code for item in (post, sibling, foreign)]
    assert answers == [302, 404, 404]
    post.refresh_from_db()
    assert post.ends_on == local_today()


def test_the_page_shows_what_belongs_to_it(city):
    advice_rules_load()
    make_meeting(city.branch, date(2026, 5, 1), title="五月大会")
    page = city.client(Role.UNIT_STAFF).get(url("organisation_detail", city.branch.pk)).content.decode()
    for text in ("钱一帆", "书记", "第一党小组", "五月大会", city.branch.code, "市档案整理中心机关党委"):
        assert text in page
    small = city.client(Role.CITY_STAFF).get(url("organisation_detail", city.committee.pk)).content.decode()
    assert "机关党员100人以上的设立机关党委" in small
    make_organisation(city.foreign_unit, OrganisationKind.BRANCH, "空支部")
    empty = Organisation.objects.get(short_name="空支部")
    text = city.client(Role.CITY_STAFF).get(url("organisation_detail", empty.pk)).content.decode()
    assert "正式党员0人，少3人" in text
    assert "第四条" in text


@pytest.mark.parametrize(
    ("role", "seen", "unseen"),
    [
        (Role.BRANCH_SECRETARY, ["branch", "sibling"], ["foreign"]),
        (Role.UNIT_STAFF, ["branch", "sibling"], ["foreign"]),
        (Role.CITY_STAFF, ["branch", "sibling", "foreign"], []),
    ],
)
def test_lists_trees_suggestions_and_exports_keep_to_the_scope(city, role, seen, unseen):
    client = city.client(role)
    listed = names(client.get(url("organisation_list")))
    exported = b"".join(client.post(url("organisation_export")).streaming_content)
    cells = str(read_sheet(BytesIO(exported)).rows)
    for name in seen + unseen:
        organisation = getattr(city, name)
        query = f"?q={quote(organisation.short_name)}"
        suggested = [row["value"] for row in client.get(url("organisation_autocomplete") + query).json()["results"]]
        assert (organisation.short_name in listed) == (name in seen)
        assert (organisation.pk in suggested) == (name in seen)
        if role != Role.BRANCH_SECRETARY:
            assert (organisation.short_name in cells) == (name in seen)
    children = client.get(url("organisation_children", city.foreign_unit.pk))
    assert children.status_code == (404 if unseen else 200)
    assert client.get(url("organisation_tree")).status_code == 200
    if role == Role.BRANCH_SECRETARY:
        assert city.sibling.short_name not in cells


def test_suggestions_by_name_pinyin_code_and_right(city):
    client = city.client(Role.UNIT_STAFF)

    def found(query):
        rows = client.get(url("organisation_autocomplete") + query).json()["results"]
        return [row["text"] for row in rows]

    assert found("?q=zlyk") == ["整理一科党支部"]
    assert found("?q=zhengliyike") == ["整理一科党支部"]
    assert found(f"?q={city.sibling.code}") == ["整理二科党支部"]
    assert found("?kind=unit") == ["市档案整理中心"]
    assert found("?kind=branch&right=transfer") == ["整理一科党支部", "整理二科党支部"]
    assert client.get(url("organisation_autocomplete") + "?right=everything").status_code == 400
    assert client.get(url("organisation_autocomplete") + "?q=%00%25_").status_code == 200
    city_client = city.client(Role.CITY_STAFF)
    assert city_client.get(url("organisation_autocomplete") + "?right=transfer").json()["results"] == []
    for number in range(30):
        make_organisation(city.committee, OrganisationKind.BRANCH, f"增设{number}支部")
    assert len(found("?q=zs")) == 20


def test_a_link_only_where_the_page_opens(city):
    page = names(city.client(Role.BRANCH_SECRETARY).get(url("organisation_list")))
    assert url("organisation_detail", city.branch.pk) in page
    assert url("organisation_detail", city.sibling.pk) not in page


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_costs_six_queries_however_long(city, count, client, django_assert_num_queries):
    unit = make_organisation(city.root, OrganisationKind.UNIT, "新单位")
    for number in range(count - 1):
        make_organisation(unit, OrganisationKind.BRANCH, f"第{number}支部")
    client.force_login(make_user(Role.UNIT_STAFF, unit), backend="django.contrib.auth.backends.ModelBackend")
    client.get(url("organisation_list"))
    with django_assert_num_queries(6):
        page = client.get(url("organisation_list"))
    assert len(page.context["ledger"].rows) == count
