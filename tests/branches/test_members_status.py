"""Dated changes of a member, their limits with the sources, and the history that they leave."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.roles import Role
from branches.choices import MemberCategory
from branches.models import Member, MemberChange
from branches.policy.letters import extension_bounds, follow_up_on, months_after, probation_ends, standing_may_stop
from branches.selectors.member_history import history_of, roster_on
from branches.services import member_status as services
from branches.services.members import member_disable, member_update
from core.calendar import local_today
from core.models import AuditEvent
from tests.branches.rosters import id_number
from tests.factories import make_member

pytestmark = pytest.mark.django_db
JOINED = date(2024, 7, 1)


@pytest.fixture
def staff(city):
    return city.user(Role.UNIT_STAFF)


@pytest.fixture
def novice(city):
    return make_member(
        city.branch, "田新", since=JOINED, joined_on=JOINED, category=MemberCategory.PROBATIONARY, confirmed_on=None
    )


def refused(call, **arguments):
    with pytest.raises(ValidationError) as error:
        call(**arguments)
    return "；".join(error.value.messages)


def url(name, *args):
    return reverse(f"branches:{name}", args=args)


def test_the_figures_of_the_rules():
    assert months_after(date(2024, 5, 31), 1) == date(2024, 6, 30)
    assert probation_ends(JOINED, None) == date(2025, 7, 1)
    assert probation_ends(JOINED, date(2026, 1, 1)) == date(2026, 1, 1)
    assert extension_bounds(JOINED) == (date(2026, 1, 1), date(2026, 7, 1))
    assert not standing_may_stop(date(2025, 1, 31), date(2025, 7, 30))
    assert standing_may_stop(date(2025, 1, 31), date(2025, 7, 31))
    assert follow_up_on(date(2024, 2, 29)) == date(2026, 2, 28)


def test_confirming_keeps_the_past_category(staff, novice):
    given = {"by": staff, "member": novice}
    assert "2025-07-01才满" in refused(services.member_confirm, **given, effective_on=date(2025, 6, 30))
    services.member_confirm(**given, effective_on=date(2025, 7, 1), document="云直工组〔2025〕7号")
    novice.refresh_from_db()
    assert (novice.category, novice.confirmed_on) == ("full", date(2025, 7, 1))
    assert "不在预备期" in refused(services.member_confirm, **given, effective_on=local_today())
    on = {day: roster_on(day).get(member=novice).category_on for day in (date(2025, 6, 30), date(2025, 7, 1))}
    assert list(on.values()) == ["probationary", "full"]
    change = MemberChange.objects.get(member=novice)
    assert (change.kind, change.document, change.category_before) == (
        "confirmed",
        "云直工组〔2025〕7号",
        "probationary",
    )
    assert AuditEvent.objects.get(action="member.status").after["category"] == "full"


def test_one_extension_of_half_a_year_to_a_year(staff, novice):
    given = {"by": staff, "member": novice, "effective_on": date(2025, 7, 2)}
    for until in (date(2025, 12, 31), date(2026, 7, 2)):
        assert "2026-01-01至2026-07-01" in refused(services.probation_extend, **given, until=until)
    services.probation_extend(**given, until=date(2026, 1, 1))
    assert "只能延长一次" in refused(services.probation_extend, **given, until=date(2026, 2, 1))
    early = {"by": staff, "member": novice, "effective_on": date(2025, 12, 31)}
    assert "2026-01-01才满" in refused(services.member_confirm, **early)
    services.member_confirm(**{**early, "effective_on": date(2026, 1, 1)})


def test_cancelling_strikes_off(staff, novice):
    services.probation_cancel(by=staff, member=novice, effective_on=date(2025, 7, 9), document="云直工组〔2025〕9号")
    novice.refresh_from_db()
    assert novice.left_on == date(2025, 7, 9)
    assert MemberChange.objects.get(member=novice).kind == "cancelled"


def test_a_wrong_category_is_mended_for_the_past_too(city, staff):
    member = city.members[3]
    given = {"by": staff, "member": member, "category": "probationary"}
    assert "至少4个字" in refused(services.member_reclassify, **given, note="错")
    assert "另一个" in refused(services.member_reclassify, **{**given, "category": "full"}, note="录入时选错")
    services.member_reclassify(**given, note="录入时选错")
    assert roster_on(date(2020, 1, 1)).get(member=member).category_on == "probationary"
    assert Member.objects.get(pk=member.pk).confirmed_on is None


def test_voting_is_suspended_by_dates_and_document_alone(city, staff):
    member = city.members[3]
    given = {"by": staff, "member": member, "effective_on": date(2025, 3, 1)}
    assert "文号" in refused(services.voting_suspend, **given, until=None, document=" ")
    assert "须晚于" in refused(services.voting_suspend, **given, until=date(2025, 3, 1), document="1号")
    services.voting_suspend(**given, until=date(2026, 3, 1), document="云直纪〔2025〕1号")
    assert "已经停止" in refused(services.voting_suspend, **given, until=None, document="2号")
    services.voting_restore(by=staff, member=member, effective_on=date(2026, 2, 1), document="云直纪〔2026〕1号")
    member.refresh_from_db()
    assert (member.voting_suspended_from, member.voting_suspended_until) == (date(2025, 3, 1), date(2026, 2, 1))
    assert [row.kind for row in MemberChange.objects.filter(member=member)] == ["voting_restored", "voting_suspended"]


def test_from_lost_to_found(city, staff):
    member = city.members[3]
    given = {"by": staff, "member": member}
    assert "情形" in refused(services.contact_lose, **given, effective_on=date(2025, 5, 1), circumstance="")
    services.contact_lose(**given, effective_on=date(2025, 5, 1), circumstance="5")
    assert "已登记为失联" in refused(services.contact_lose, **given, effective_on=date(2025, 6, 1), circumstance="1")
    assert "不能早于" in refused(services.contact_find, **given, effective_on=date(2025, 4, 1))
    services.contact_find(**given, effective_on=date(2025, 8, 1))
    assert "没有登记为失联" in refused(services.contact_find, **given, effective_on=date(2025, 9, 1))
    services.contact_lose(**given, effective_on=date(2025, 10, 1), circumstance="1")


def test_stopping_restoring_and_striking_off(city, staff):
    member = city.members[3]
    given = {"by": staff, "member": member, "document": "云直工组〔2023〕3号"}
    assert "先登记失去联系" in refused(services.standing_stop, **given, effective_on=date(2023, 7, 1))
    services.contact_lose(by=staff, member=member, effective_on=date(2023, 1, 15), circumstance="7")
    assert "未满6个月" in refused(services.standing_stop, **given, effective_on=date(2023, 7, 14))
    services.standing_stop(**given, effective_on=date(2023, 7, 15))
    member.refresh_from_db()
    assert (member.left_on, member.leave_reason, member.standing) == (date(2023, 7, 15), "suspended", "suspended")
    assert MemberChange.objects.get(member=member, kind="standing_suspended").until == date(2025, 7, 15)
    assert roster_on(date(2023, 7, 14)).get(member=member).standing_on == "normal"
    assert not roster_on(date(2023, 7, 15)).filter(member=member).exists()
    assert "满2年" in refused(services.member_strike_off, **given, effective_on=date(2025, 7, 14))
    back = services.standing_restore(**given, effective_on=date(2024, 1, 1), target=city.sibling)
    assert (back.standing, back.is_lost, back.organisation) == ("normal", False, city.sibling)
    services.contact_lose(by=staff, member=back, effective_on=date(2024, 2, 1), circumstance="7")
    services.standing_stop(**given, effective_on=date(2024, 8, 1))
    assert "满2年（2026-08-01）" in refused(services.member_strike_off, **given, effective_on=date(2026, 7, 31))
    services.member_strike_off(**given, effective_on=date(2026, 8, 1))
    member.refresh_from_db()
    assert member.leave_reason == "expelled"


def test_every_change_leaves_a_row_without_numbers_in_clear(city, staff):
    member = city.members[3]
    number, phone = id_number(71), "13812340071"
    given = {"by": staff, "member": member, "values": {"position": "科员", "gender": "1"}}
    member_update(**given, revision=1, id_number=number, phone=phone)
    member_update(**{**given, "values": {"position": "主任"}}, revision=2)
    member_disable(by=staff, member=member, reason="deceased", left_on=local_today(), note="家属告知")
    rows = list(MemberChange.objects.filter(member=member).order_by("pk").values_list("kind", flat=True))
    assert rows == ["updated", "updated", "left"]
    told = str(list(MemberChange.objects.values()))
    assert number not in told
    assert phone not in told
    page = city.client(Role.UNIT_STAFF).get(url("member_detail", member.pk)).content.decode()
    assert "变动历史" in page
    assert "家属告知" in page
    assert "主任" in page
    assert number not in page
    facts = {fact for line in history_of(member) for fact in line.facts}
    assert ("工作岗位", "科员", "主任") in facts


def test_no_act_in_the_future_or_before_joining(staff, novice):
    ahead = local_today() + timedelta(days=1)
    for day, text in ((ahead, "不能晚于今天"), (JOINED - timedelta(days=1), "不能早于入党日期")):
        given = {"by": staff, "member": novice, "effective_on": day}
        for call, more in (
            (services.member_confirm, {}),
            (services.probation_cancel, {}),
            (services.contact_lose, {"circumstance": "1"}),
            (services.voting_suspend, {"until": None, "document": "1号"}),
        ):
            assert text in refused(call, **given, **more)
    assert not MemberChange.objects.exists()


@pytest.mark.parametrize(
    ("change", "data", "text"),
    [
        ("confirm", {"effective_on": "2024-08-01"}, "才满"),
        ("extend", {"effective_on": "2025-07-02", "until": "2030-01-01"}, "2026-01-01至2026-07-01"),
        ("lose", {"effective_on": "", "circumstance": "1"}, "这个字段是必填项"),
        ("suspend-voting", {"effective_on": "2025-07-02", "document": ""}, "这个字段是必填项"),
        ("stop", {"effective_on": "2025-07-02", "document": "1号"}, "先登记失去联系"),
    ],
)
def test_on_the_page_what_was_typed_is_kept(city, novice, change, data, text):
    client = city.client(Role.UNIT_STAFF)
    answer = client.post(url("member_change", novice.pk, change), data)
    assert answer.status_code == 200
    assert text in answer.content.decode()
    assert not MemberChange.objects.exists()
    for value in filter(None, data.values()):
        assert value in answer.content.decode()


def test_on_the_page_it_is_done(city, novice):
    client = city.client(Role.UNIT_STAFF)
    page = client.get(url("member_detail", novice.pk)).content.decode()
    for words in ("转为正式党员", "延长预备期", "取消预备党员资格", "登记失联", "开具介绍信"):
        assert words in page
    answer = client.post(url("member_change", novice.pk, "confirm"), {"effective_on": "2025-07-01", "document": ""})
    assert answer.status_code == 302
    assert "转为正式党员" in client.get(url("member_detail", novice.pk)).content.decode()
    assert client.get(url("member_change", novice.pk, "nothing")).status_code == 404
    update = client.get(url("member_update", novice.pk)).content.decode()
    assert 'name="category"' not in update
    assert "---------" not in update + client.get(url("member_create")).content.decode()


def test_who_may_make_which_change(city, novice):
    codes = {
        role: [
            city.client(role).get(url("member_change", novice.pk, change)).status_code
            for change in ("lose", "confirm", "stop")
        ]
        for role in (Role.BRANCH_SECRETARY, Role.UNIT_STAFF, Role.CITY_STAFF, Role.MEMBER)
    }
    assert codes == {
        Role.BRANCH_SECRETARY: [200, 403, 403],
        Role.UNIT_STAFF: [200, 200, 200],
        Role.CITY_STAFF: [403, 403, 403],
        Role.MEMBER: [403, 403, 403],
    }
