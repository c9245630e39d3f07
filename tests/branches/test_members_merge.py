"""Two records of one person: found, compared, made one without losing anything."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import Role
from branches.choices import PostKind
from branches.models import Attendance, Member, MemberChange, Membership
from branches.policy.stays import uncovered
from branches.selectors.member_doubles import doubles_found
from branches.selectors.member_history import roster_on
from branches.selectors.member_relations import relations_of_members
from branches.services.letters import letter_issue
from branches.services.member_merge import member_merge
from branches.services.member_status import voting_suspend
from branches.services.members import member_update
from core.crypto import decrypt
from core.models import AuditEvent
from tests.branches.rosters import id_number
from tests.factories import make_meeting, make_member, make_post, make_user

pytestmark = pytest.mark.django_db
DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 1))


@pytest.fixture
def staff(city):
    return city.user(Role.UNIT_STAFF)


@pytest.fixture
def twins(city):
    keep = make_member(city.branch, "田双", since=date(2022, 1, 1), birth_date=date(1985, 3, 2))
    drop = make_member(city.sibling, "田双", since=date(2020, 1, 1), birth_date=date(1985, 3, 2), position="科员")
    return keep, drop


def refused(**arguments):
    with pytest.raises(ValidationError) as error:
        member_merge(**arguments)
    return "；".join(error.value.messages)


def spans(start, end):
    return (start, end)


@given(
    st.tuples(DAYS, DAYS | st.none()).filter(lambda span: span[1] is None or span[0] < span[1]),
    st.lists(st.tuples(DAYS, DAYS | st.none()).filter(lambda span: span[1] is None or span[0] < span[1]), max_size=4),
    DAYS,
)
def test_a_day_is_left_where_it_was_in_and_nobody_took_it(span, cover, day):
    def holds(item):
        return item[0] <= day and (item[1] is None or day < item[1])

    parts = uncovered(span, cover)
    assert sum(map(holds, parts)) == (holds(span) and not any(map(holds, cover)))


def test_nothing_is_lost(city, staff, twins):
    keep, drop = twins
    both, one = make_meeting(city.branch, date(2026, 3, 3)), make_meeting(city.sibling, date(2026, 3, 4))
    Attendance.objects.filter(meeting=both, member=keep).update(status=1)
    Attendance.objects.create(meeting=both, member=drop, status=6)
    make_post(drop, PostKind.YOUTH)
    letter = letter_issue(by=staff, member=drop, issued_on=date(2026, 3, 1), outside="别处")
    voting_suspend(by=staff, member=drop, effective_on=date(2025, 1, 1), until=date(2025, 6, 1), document="1号")
    member_update(
        by=staff, member=drop, revision=2, values={"gender": "1"}, id_number=id_number(81), phone="13800000081"
    )
    merged = member_merge(by=staff, keep=keep, drop=drop, from_second=[], reason="同一人重复录入")
    assert not Member.objects.filter(pk=drop.pk).exists()
    assert decrypt(merged.id_number_cipher) == id_number(81)
    assert (merged.position, merged.organisation) == ("科员", city.branch)
    assert Attendance.objects.get(meeting=both, member=merged).status == 6
    assert Attendance.objects.filter(meeting=one, member=merged).exists()
    assert merged.posts.get().kind == PostKind.YOUTH
    letter.refresh_from_db()
    assert letter.member == merged
    stays = list(
        Membership.objects.filter(member=merged)
        .order_by("starts_on")
        .values_list("organisation", "starts_on", "ends_on")
    )
    assert stays == [
        (city.sibling.pk, date(2020, 1, 1), date(2022, 1, 1)),
        (city.branch.pk, date(2022, 1, 1), None),
    ]
    kinds = set(MemberChange.objects.filter(member=merged).values_list("kind", flat=True))
    assert kinds == {"voting_suspended", "updated", "merged"}
    told = MemberChange.objects.get(member=merged, kind="merged")
    assert "整理二科党支部" in told.after["merged"]
    assert any("整理二科党支部" in line for line in told.after["kept_apart"])
    assert any(line.startswith("到会") for line in told.after["kept_apart"])
    event = AuditEvent.objects.get(action="member.merge")
    assert event.reason == "同一人重复录入"
    assert id_number(81) not in str(event.after) + str(told.after)
    assert roster_on(date(2021, 5, 5)).filter(member=merged).count() == 1


def test_every_table_that_names_members_is_thought_of(city, staff, twins):
    keep, drop = twins
    assert {"Attendance", "Post", "TransferLetter"} <= {item.related_model.__name__ for item in relations_of_members()}
    member_merge(by=staff, keep=keep, drop=drop, from_second=["position"], reason="同一人重复录入")


def test_what_is_chosen_from_the_second(city, staff, twins):
    keep, drop = twins
    Member.objects.filter(pk=keep.pk).update(position="主任", native_place="云川")
    keep.refresh_from_db()
    merged = member_merge(by=staff, keep=keep, drop=drop, from_second=["position"], reason="同一人重复录入")
    assert (merged.position, merged.native_place) == ("科员", "云川")


def test_what_cannot_be_merged(city, staff, twins):
    keep, drop = twins
    given = {"by": staff, "keep": keep, "drop": drop, "from_second": []}
    assert "至少4个字" in refused(**given, reason="重")
    assert "另一条" in refused(**{**given, "drop": keep}, reason="同一人重复录入")
    assert "没有这些栏目" in refused(**{**given, "from_second": ["user_id"]}, reason="同一人重复录入")
    Member.objects.filter(pk=keep.pk).update(user=make_user(Role.MEMBER, city.branch))
    Member.objects.filter(pk=drop.pk).update(user=make_user(Role.MEMBER, city.branch))
    assert "各对应一个账号" in refused(**given, reason="同一人重复录入")
    Member.objects.filter(pk=drop.pk).update(user=None)
    for member, number in ((keep, 81), (drop, 82)):
        member_update(by=staff, member=member, revision=1, values={"gender": "0"}, id_number=id_number(number))
    assert "是两个人" in refused(**given, reason="同一人重复录入")
    assert Member.objects.filter(name="田双").count() == 2


def test_the_one_on_the_roster_is_kept(city, staff, twins):
    keep, drop = twins
    Member.objects.filter(pk=keep.pk).update(left_on=date(2026, 1, 1), leave_reason="other")
    assert "请保留在册的" in refused(by=staff, keep=keep, drop=drop, from_second=[], reason="同一人重复录入")
    (double,) = doubles_found(staff)
    assert (double.first.pk, double.second.pk) == (drop.pk, keep.pk)


def test_likely_doubles_keep_to_the_reach(city, staff, twins):
    make_member(city.foreign, "田双", birth_date=date(1985, 3, 2))
    assert [(item.first.pk, item.second.pk) for item in doubles_found(staff)] == [(twins[0].pk, twins[1].pk)]
    assert doubles_found(city.user(Role.CITY_STAFF)) == []
    Member.objects.filter(pk=twins[1].pk).update(birth_date=date(1985, 3, 3))
    assert doubles_found(staff) == []


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_of_doubles_costs_the_same(city, staff, count, django_assert_num_queries):
    for number in range(count):
        for _ in range(2):
            make_member(city.branch, f"双{chr(0x4E00 + number)}", birth_date=date(1985, 3, 2))
    staff.scope("member.disable")
    with django_assert_num_queries(4):
        found = doubles_found(staff)
    assert len(found) == count


def test_merging_on_the_page(city, staff, twins):
    keep, drop = twins
    client = city.client(Role.UNIT_STAFF)
    listed = client.get(reverse("branches:member_doubles")).content.decode()
    page = reverse("branches:member_merge", args=[keep.pk, drop.pk])
    assert page in listed
    assert "科员" in client.get(page).content.decode()
    refusal = client.post(page, {"take_position": "second", "reason": ""})
    assert refusal.status_code == 200
    data = {"take_position": "second", "reason": "同一人重复录入"}
    assert client.post(page, data).status_code == 302
    assert Member.objects.get(name="田双").position == "科员"
    assert client.get(page).status_code == 404
    foreign = reverse("branches:member_merge", args=[keep.pk, city.foreign_members[0].pk])
    assert client.get(foreign).status_code == 404
