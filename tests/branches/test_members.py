"""Members one by one: entered, changed, moved, struck off, taken back; numbers hidden until a reason is given."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.roles import Role
from branches.choices import EntryReason, LeaveReason
from branches.models import Member, Membership
from branches.selectors.members import members_matching
from branches.services import members as services
from core.calendar import local_today
from core.crypto import decrypt
from core.models import AuditEvent
from tests.branches.rosters import id_number
from tests.factories import make_member

pytestmark = pytest.mark.django_db
NUMBER, PHONE = id_number(11), "13812345678"
DAY = date(2026, 3, 1)


@pytest.fixture
def staff(city):
    return city.user(Role.UNIT_STAFF)


def values(**changed):
    return {"name": "单小雄", "gender": "0", "joined_on": date(2010, 7, 1), "confirmed_on": date(2011, 7, 1), **changed}


def enter(city, staff, **changed):
    place = {"organisation": city.branch, "id_number": NUMBER, "phone": PHONE, **changed}
    own = {key: place.pop(key) for key in list(place) if key in values() or key == "category"}
    return services.member_create(by=staff, values=values(**own), **place)


def refused(call, **arguments):
    with pytest.raises(ValidationError) as error:
        call(**arguments)
    return "；".join(error.value.messages)


def test_entering_hides_numbers_and_opens_a_stay(city, staff):
    member = enter(city, staff, since=DAY)
    member.refresh_from_db()
    assert (member.name_pinyin, member.initials) == ("shan xiao xiong", "sxx")
    assert (member.birth_date, member.gender) == (date(1985, 3, 2), "1")
    assert (decrypt(member.id_number_cipher), decrypt(member.phone_cipher)) == (NUMBER, PHONE)
    assert (member.id_number_mask, member.phone_mask) == (f"520199********{NUMBER[-4:]}", "138****5678")
    stay = Membership.objects.get(member=member)
    assert (stay.organisation, stay.starts_on, stay.entry_reason) == (city.branch, DAY, EntryReason.ADMITTED)
    event = AuditEvent.objects.get(action="member.create")
    assert event.scope_path == city.branch.path
    everything = str(list(AuditEvent.objects.values())) + str(list(Member.objects.filter(pk=member.pk).values()))
    assert NUMBER not in everything
    assert PHONE not in everything


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id_number": "520199198503020012"}, "校验码"),
        ({"phone": "123"}, "手机号码"),
        ({"joined_on": date(2001, 1, 1)}, "不满18周岁"),
        ({"joined_on": local_today() + timedelta(days=1), "confirmed_on": None}, "晚于今天"),
        ({"confirmed_on": date(2009, 1, 1)}, "早于入党日期"),
        ({"category": "probationary"}, "预备党员不应有转正日期"),
        ({"since": local_today() + timedelta(days=1)}, "不能晚于今天"),
        ({"name": ""}, "不能为空"),
        ({"gender": "2"}, "性别"),
    ],
)
def test_what_cannot_be_entered(city, staff, changed, message):
    before = Member.objects.count()
    assert message in refused(enter, city=city, staff=staff, **changed)
    assert (Member.objects.count(), AuditEvent.objects.filter(action="member.create").count()) == (before, 0)


def test_one_number_one_member(city, staff):
    enter(city, staff)
    message = refused(enter, city=city, staff=staff, name="另一人", phone="")
    assert message == "该公民身份号码已登记为另一名党员。"
    with pytest.raises(IntegrityError):
        Member.objects.filter(pk=city.members[0].pk).update(
            id_number_hash=Member.objects.get(name="单小雄").id_number_hash
        )


def test_only_branches_take_members(city, staff):
    assert "党支部" in refused(enter, city=city, staff=staff, organisation=city.unit)


def test_changing_keeps_numbers_that_are_not_given(city, staff):
    member = enter(city, staff)
    changed = services.member_update(
        by=staff, member=member, revision=1, values={"name": "曾小雄", "position": "主任"}, group=city.group
    )
    assert (changed.initials, changed.position, changed.revision) == ("zxx", "主任", 2)
    assert decrypt(changed.id_number_cipher) == NUMBER
    event = AuditEvent.objects.get(action="member.update")
    assert event.before == {"name": "单小雄", "position": "", "group": ""}
    assert event.after == {"name": "曾小雄", "position": "主任", "group": "第一党小组"}
    stay = Membership.objects.get(member=member, ends_on=None)
    assert stay.group == city.group


def test_of_two_editors_the_second_is_told(city, staff):
    member = enter(city, staff)
    services.member_update(by=staff, member=member, revision=1, values={"position": "甲"})
    with pytest.raises(ValidationError) as error:
        services.member_update(by=staff, member=member, revision=1, values={"position": "乙"})
    assert error.value.code == "conflict"
    assert Member.objects.get(pk=member.pk).position == "甲"


def test_no_other_field_can_be_smuggled_in(city, staff):
    for field in ("organisation_id", "user_id", "id_number_hash", "left_on", "standing"):
        with pytest.raises(TypeError):
            services.member_update(by=staff, member=city.members[0], revision=1, values={field: 1})


def test_moving_closes_one_stay_and_opens_another(city, staff):
    secretary = city.members[0]
    moved = services.member_transfer(by=staff, member=secretary, target=city.sibling, moved_on=DAY)
    assert moved.organisation == city.sibling
    stays = Membership.objects.filter(member=secretary).order_by("starts_on")
    assert [(stay.organisation_id, stay.ends_on, stay.leave_reason) for stay in stays] == [
        (city.branch.pk, DAY, LeaveReason.MOVED),
        (city.sibling.pk, None, ""),
    ]
    assert secretary.posts.get().ends_on == DAY
    arguments = {"by": staff, "member": secretary}
    assert "已在这个党支部" in refused(services.member_transfer, **arguments, target=city.sibling, moved_on=DAY)
    early = DAY - timedelta(days=1)
    assert "日期不能更早" in refused(services.member_transfer, **arguments, target=city.branch, moved_on=early)
    assert "党支部" in refused(services.member_transfer, **arguments, target=city.unit, moved_on=DAY)


def test_striking_off_and_taking_back(city, staff):
    member = city.members[1]
    left = services.member_disable(by=staff, member=member, reason=LeaveReason.TRANSFERRED, left_on=DAY, note="调出")
    assert (left.left_on, left.leave_reason) == (DAY, "transferred")
    assert not Membership.objects.filter(member=member, ends_on=None).exists()
    assert not member.posts.filter(ends_on=None).exists()
    again = {"by": staff, "member": member, "reason": "transferred", "left_on": DAY}
    assert "已于2026-03-01离开" in refused(services.member_disable, **again)
    back = services.member_return(by=staff, member=member, target=city.sibling, returned_on=DAY + timedelta(days=9))
    assert (back.left_on, back.leave_reason, back.organisation) == (None, "", city.sibling)
    assert Membership.objects.get(member=member, ends_on=None).entry_reason == EntryReason.TRANSFERRED
    assert "在册" in refused(
        services.member_return, by=staff, member=member, target=city.sibling, returned_on=local_today()
    )


def test_striking_off_needs_a_true_reason_and_day(city, staff):
    def attempt(**changed):
        given = {"reason": LeaveReason.OTHER, "left_on": DAY, **changed}
        return refused(services.member_disable, by=staff, member=city.members[1], **given)

    assert "调整支部" in attempt(reason=LeaveReason.MOVED)
    assert "减员原因" in attempt(reason="gone")
    assert "不能晚于今天" in attempt(left_on=local_today() + timedelta(days=1))
    assert "日期不能更早" in attempt(left_on=date(2000, 1, 1))


def test_a_reveal_needs_a_reason_and_leaves_an_event_without_numbers(city, staff):
    member = enter(city, staff)
    assert "至少4个字" in refused(services.member_reveal, by=staff, member=member, reason=" 看 ")
    shown = services.member_reveal(by=staff, member=member, reason="核对组织关系")
    assert (shown.id_number, shown.phone) == (NUMBER, PHONE)
    event = AuditEvent.objects.get(action="member_pii.reveal")
    assert (event.reason, event.scope_path) == ("核对组织关系", city.branch.path)
    assert NUMBER not in str(AuditEvent.objects.filter(pk=event.pk).values())


def test_finding_by_name_pinyin_and_initials(city):
    make_member(city.branch, "张三丰")

    def found(text):
        return set(members_matching(Member.objects.all(), text).values_list("name", flat=True))

    for text in ("张三", "zsf", "ZS", "zhangsan", "zhang", "三丰"):
        assert "张三丰" in found(text)
    assert found("不存在") == found("zz") == set()
    assert found("100%") == set()
