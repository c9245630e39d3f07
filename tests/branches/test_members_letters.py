"""介绍信: issued, accepted by the receiving side, to and from the outside, overdue by the day (R25)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Posting
from accounts.roles import Role
from branches.choices import LeaveReason
from branches.models import Member, MemberChange, Membership, TransferLetter
from branches.policy.letters import letter_valid_until, months_after
from branches.selectors.member_history import roster_on
from branches.services import letters as services
from branches.services.members import member_disable, member_transfer
from core.calendar import local_today
from core.crypto import keyed_hash
from core.models import AuditEvent, Notice
from tests.branches.rosters import id_number
from tests.factories import make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def staff(city):
    return city.user(Role.UNIT_STAFF)


@pytest.fixture
def foreign_staff(city):
    return make_user(Role.UNIT_STAFF, city.foreign_unit, username="foreign-staff")


def refused(call, **arguments):
    with pytest.raises(ValidationError) as error:
        call(**arguments)
    return "；".join(error.value.messages)


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        (date(2026, 1, 15), date(2026, 4, 15)),
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2023, 11, 30), date(2024, 2, 29)),
        (date(2026, 12, 31), date(2027, 3, 31)),
    ],
)
def test_three_months_from_the_issue(issued, until):
    assert letter_valid_until(issued) == until


def test_a_letter_moves_nobody_until_it_is_accepted(city, staff, foreign_staff):
    member = city.members[0]
    letter = services.letter_issue(by=staff, member=member, issued_on=DAY, target=city.foreign, number="云组介字1号")
    assert (letter.valid_until, letter.state) == (date(2026, 6, 1), "issued")
    member.refresh_from_db()
    assert member.organisation == city.branch
    assert Notice.objects.get(user=foreign_staff).subject == "钱一帆的介绍信待接收"
    services.letter_accept(by=foreign_staff, letter=letter, accepted_on=DAY + timedelta(days=10))
    member.refresh_from_db()
    assert member.organisation == city.foreign
    stays = Membership.objects.filter(member=member).order_by("starts_on")
    assert [(stay.organisation_id, stay.leave_reason) for stay in stays] == [
        (city.branch.pk, LeaveReason.TRANSFERRED),
        (city.foreign.pk, ""),
    ]
    assert not member.posts.filter(ends_on=None).exists()
    kinds = MemberChange.objects.filter(member=member).values_list("kind", "organisation", "document")
    assert set(kinds) == {
        ("transferred_out", city.branch.pk, "云组介字1号"),
        ("transferred_in", city.foreign.pk, "云组介字1号"),
    }
    assert Notice.objects.get(user=staff).subject == "钱一帆的组织关系已转入养护科党支部"
    assert list(
        AuditEvent.objects.filter(action__startswith="letter").order_by("pk").values_list("action", flat=True)
    ) == [
        "letter.issue",
        "letter.accept",
    ]


def test_a_letter_to_the_outside_takes_the_member_off_the_roster(city, staff):
    member = city.members[3]
    letter = services.letter_issue(by=staff, member=member, issued_on=DAY, outside="中共邻市档案馆支部委员会")
    services.letter_accept(by=staff, letter=letter, accepted_on=DAY + timedelta(days=5), note="回执已收")
    member.refresh_from_db()
    assert (member.left_on, member.leave_reason) == (DAY + timedelta(days=5), "transferred")
    assert MemberChange.objects.get(member=member).after["outside"] == "中共邻市档案馆支部委员会"


def test_from_the_outside_the_person_is_entered_on_acceptance(city, staff):
    place = {"organisation": city.branch, "person_name": "沈来", "outside": "中共邻市档案馆支部委员会"}
    letter = services.letter_register(by=staff, issued_on=DAY, **place)
    assert not Member.objects.filter(name="沈来").exists()
    values = {"joined_on": date(2010, 7, 1), "confirmed_on": date(2011, 7, 1)}
    day = DAY + timedelta(days=3)
    closed = services.letter_receive(by=staff, letter=letter, accepted_on=day, values=values, id_number=id_number(61))
    member = Member.objects.get(name="沈来")
    assert closed.member == member
    stay = Membership.objects.get(member=member)
    assert (stay.organisation, stay.starts_on, stay.entry_reason) == (city.branch, day, "transferred")
    kinds = set(MemberChange.objects.filter(member=member).values_list("kind", flat=True))
    assert kinds == {"entered", "transferred_in"}


def test_who_comes_back_is_the_same_member(city, staff):
    place = {"organisation": city.branch, "person_name": "沈来", "outside": "邻市"}
    values = {"joined_on": date(2010, 7, 1), "confirmed_on": date(2011, 7, 1)}
    given = {"values": values, "id_number": id_number(61)}
    first = services.letter_register(by=staff, issued_on=DAY, **place)
    member = services.letter_receive(by=staff, letter=first, accepted_on=DAY, **given).member
    member_disable(by=staff, member=member, reason="transferred", left_on=DAY + timedelta(days=9))
    again = services.letter_register(by=staff, issued_on=DAY + timedelta(days=20), **place)
    back = services.letter_receive(by=staff, letter=again, accepted_on=DAY + timedelta(days=30), **given).member
    assert back.pk == member.pk
    assert Member.objects.filter(name="沈来").count() == 1
    assert Membership.objects.filter(member=member).count() == 2


def test_one_letter_at_a_time_and_no_other_way_meanwhile(city, staff):
    member = city.members[0]
    given = {"by": staff, "member": member, "issued_on": DAY}
    letter = services.letter_issue(**given, target=city.foreign)
    assert "未办结的介绍信" in refused(services.letter_issue, **given, outside="别处")
    moved = {"by": staff, "member": member, "target": city.sibling, "moved_on": DAY}
    assert "未办结的介绍信" in refused(member_transfer, **moved)
    left = {"by": staff, "member": member, "reason": "other", "left_on": DAY}
    assert "未办结的介绍信" in refused(member_disable, **left)
    assert "撤销原因" in refused(services.letter_cancel, by=staff, letter=letter, reason="错")
    services.letter_cancel(by=staff, letter=letter, reason="开错了单位")
    assert "已撤销" in refused(services.letter_accept, by=staff, letter=letter, accepted_on=DAY)
    member_transfer(**moved)


def test_impossible_letters(city, staff):
    given = {"by": staff, "member": city.members[0], "issued_on": DAY}
    assert "已在这个党支部" in refused(services.letter_issue, **given, target=city.branch)
    assert "平台外" in refused(services.letter_issue, **given)
    assert "平台外" in refused(services.letter_issue, **given, target=city.foreign, outside="别处")
    assert "正常的党支部" in refused(services.letter_issue, **given, target=city.foreign_unit)
    late = DAY + timedelta(days=200)
    assert "3个月" in refused(services.letter_issue, **given, outside="别处", valid_until=late)
    ahead = {**given, "issued_on": local_today() + timedelta(days=1)}
    assert "不能晚于今天" in refused(services.letter_issue, **ahead, outside="别处")
    letter = services.letter_issue(**given, outside="别处")
    early = DAY - timedelta(days=1)
    assert "开具日期" in refused(services.letter_accept, by=staff, letter=letter, accepted_on=early)
    assert "不能这样办理" in refused(services.letter_receive, by=staff, letter=letter, accepted_on=DAY, values={})
    assert TransferLetter.objects.get().state == "issued"


def test_overdue_is_judged_by_the_day_and_does_not_bar_acceptance(city, staff, foreign_staff):
    issued = months_after(local_today(), -3) - timedelta(days=1)
    letter = services.letter_issue(by=staff, member=city.members[0], issued_on=issued, target=city.foreign)
    assert letter.is_overdue(local_today())
    assert not letter.is_overdue(letter.valid_until)
    assert list(TransferLetter.objects.overdue(local_today())) == [letter]
    services.letter_accept(by=foreign_staff, letter=letter, accepted_on=local_today())
    assert not TransferLetter.objects.overdue(local_today()).exists()


def test_the_past_roster_keeps_the_member_where_the_member_was(city, staff, foreign_staff):
    member = city.members[0]
    letter = services.letter_issue(by=staff, member=member, issued_on=DAY, target=city.foreign)
    services.letter_accept(by=foreign_staff, letter=letter, accepted_on=DAY + timedelta(days=10))

    def place(day):
        return roster_on(day).get(member=member).organisation

    assert place(DAY + timedelta(days=9)) == city.branch
    assert place(DAY + timedelta(days=10)) == city.foreign


def test_both_ends_see_the_letter_and_nobody_else(city, staff, foreign_staff):
    services.letter_issue(by=staff, member=city.members[0], issued_on=DAY, target=city.foreign)
    third = make_user(Role.BRANCH_SECRETARY, city.sibling)
    right = "member.view_masked"
    seen = [TransferLetter.objects.visible_to(user, right).count() for user in (staff, foreign_staff, third)]
    assert seen == [1, 1, 0]


def test_rights_in_the_branch_left_end_and_the_unit_is_told(city, staff, foreign_staff):
    member = city.members[0]
    holder = make_user(Role.BRANCH_SECRETARY, city.branch, username="leaver")
    Posting.objects.create(user=holder, organisation=city.unit, role=Role.UNIT_DISCIPLINE, starts_on=date(2020, 1, 1))
    Member.objects.filter(pk=member.pk).update(user=holder)
    guard = city.user(Role.SECURITY_ADMIN)
    letter = services.letter_issue(by=staff, member=member, issued_on=DAY, target=city.foreign)
    epoch = holder.session_epoch
    services.letter_accept(by=foreign_staff, letter=letter, accepted_on=DAY + timedelta(days=1))
    assert [posting.role for posting in holder.postings.standing()] == [Role.UNIT_DISCIPLINE]
    assert AuditEvent.objects.filter(action="role_grant.revoke").count() == 1
    notice = Notice.objects.get(user=staff, subject__contains="账号授权")
    assert "整理一科党支部党支部书记" in notice.body
    assert "市档案整理中心机关纪委干部" in Notice.objects.get(user=guard).body
    holder.refresh_from_db()
    assert holder.session_epoch == epoch
    member.refresh_from_db()
    member_disable(by=foreign_staff, member=member, reason="deceased", left_on=local_today())
    holder.refresh_from_db()
    assert holder.session_epoch > epoch


@pytest.mark.parametrize("reason", ["suspended", "expelled", "deceased"])
def test_only_who_was_transferred_out_comes_back_by_letter(city, staff, reason):
    gone = city.foreign_members[0]
    hashed = keyed_hash(id_number(71))
    Member.objects.filter(pk=gone.pk).update(id_number_hash=hashed, left_on=DAY, leave_reason=reason)
    letter = services.letter_register(
        by=staff, organisation=city.branch, person_name=gone.name, outside="中共邻市档案馆支部委员会", issued_on=DAY
    )
    day = DAY + timedelta(days=3)
    refused(services.letter_receive, by=staff, letter=letter, accepted_on=day, values={}, id_number=id_number(71))
    gone.refresh_from_db()
    assert (gone.organisation, gone.leave_reason) == (city.foreign, reason)


def test_another_name_than_the_letters_does_not_come_back(city, staff):
    gone = city.foreign_members[0]
    hashed = keyed_hash(id_number(71))
    Member.objects.filter(pk=gone.pk).update(id_number_hash=hashed, left_on=DAY, leave_reason="transferred")
    letter = services.letter_register(
        by=staff, organisation=city.branch, person_name="沈来", outside="中共邻市档案馆支部委员会", issued_on=DAY
    )
    about = {"letter": letter, "accepted_on": DAY + timedelta(days=3), "values": {}, "id_number": id_number(71)}
    assert "姓名不符" in refused(services.letter_receive, by=staff, **about)


def test_id_numbers_are_refused_in_notes_and_reasons(city, staff):
    about = {"member": city.members[3], "issued_on": DAY, "outside": "中共邻市档案馆支部委员会"}
    assert "身份号码" in refused(services.letter_issue, by=staff, note=f"号码{id_number(71)}", **about)
    letter = services.letter_issue(by=staff, **about)
    assert "身份号码" in refused(services.letter_cancel, by=staff, letter=letter, reason=f"抄错{id_number(71)}")
    assert not AuditEvent.objects.filter(reason__contains=id_number(71)).exists()
