"""Undoing an imported roster: everything back as it was, or nothing and a reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.roles import Role
from branches.choices import PostKind
from branches.models import Attendance, Member, MemberChange, Membership, Post
from branches.services import roster as rosters
from branches.services import roster_undo as services
from branches.services.letters import letter_issue
from branches.services.members import member_update
from core.calendar import local_today
from core.crypto import decrypt
from core.models import AuditEvent
from tests.branches.rosters import SHORT, id_number, person, workbook
from tests.factories import make_meeting, make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(city):
    return city.user(Role.UNIT_STAFF)


@pytest.fixture
def undo(staff):
    def call(batch):
        return services.roster_undo(by=staff, batch_id=batch.pk)

    return call


def everything():
    """All that an import may touch, without what only tells of the act."""
    members = list(Member.objects.order_by("pk").values())
    for row in members:
        del row["revision"], row["updated_at"]
    return members, list(Membership.objects.order_by("pk").values()), list(Post.objects.order_by("pk").values())


def test_new_and_changed_members_are_as_before(city, upload, commit, undo):
    commit(upload(workbook(SHORT, person(1))))
    member = Member.objects.get(name="赵甲乙")
    make_post(member, PostKind.YOUTH, since=local_today() - timedelta(days=9))
    Membership.objects.filter(member=member).update(starts_on=date(2020, 1, 1))
    before = everything()
    changed = person(
        1, 姓名="赵甲丙", 工作岗位="主任", 手机号码="13900000009", 所在党支部="整理二科党支部", 入党日期="2010.7.9"
    )
    batch = commit(upload(workbook(SHORT, changed, person(2, 姓名="二人"), person(3, 姓名="三人"))))
    assert (batch.created_count, batch.updated_count) == (2, 1)
    assert not member.posts.filter(ends_on=None).exists()
    assert undo(batch).state == "undone"
    assert everything() == before
    member.refresh_from_db()
    assert (decrypt(member.phone_cipher), decrypt(member.id_number_cipher)) == ("13800000001", id_number(1))
    assert member.revision == 3
    last = MemberChange.objects.filter(member=member).order_by("-pk")[0]
    assert (last.kind, last.after["name"], last.after["branch"]) == ("undone", "赵甲乙", "整理一科党支部")
    event = AuditEvent.objects.get(action="roster.undo")
    assert event.after == {"file": "名册.xlsx", "removed": 2, "restored": 1}
    assert undo(batch).state == "undone"
    assert AuditEvent.objects.filter(action="roster.undo").count() == 1


def test_it_can_be_imported_again_afterwards(upload, commit, undo):
    undo(commit(upload(workbook(SHORT, person(1)))))
    assert commit(upload(workbook(SHORT, person(1)))).created_count == 1


def edited(city, staff, member):
    values = {"position": "处长"}
    member_update(by=staff, member=member, revision=member.revision, values=values)


def logged(city, staff, member):
    meeting = make_meeting(city.sibling, date(2026, 3, 3))
    Attendance.objects.create(meeting=meeting, member=member)


def posted(city, staff, member):
    make_post(member, PostKind.YOUTH)


def lettered(city, staff, member):
    letter_issue(by=staff, member=member, issued_on=date(2026, 3, 1), outside="别处")


@pytest.mark.parametrize(
    ("deed", "why"),
    [(edited, "信息又有修改"), (logged, "到会"), (posted, "党内职务"), (lettered, "介绍信")],
)
def test_what_came_after_stands_in_the_way(city, staff, upload, commit, undo, deed, why):
    batch = commit(upload(workbook(SHORT, person(1), person(2, 姓名="二人"))))
    deed(city, staff, Member.objects.get(name="二人"))
    before = everything()
    (blocked,) = services.undo_plan(batch).blocked
    assert blocked.name == "二人"
    with pytest.raises(ValidationError) as error:
        undo(batch)
    assert "1名党员在导入之后又有变动" in error.value.messages[0]
    assert why in error.value.messages[0]
    assert everything() == before


def test_a_branch_merged_since_stands_in_the_way(city, staff, upload, commit, undo):
    batch = commit(upload(workbook(SHORT, person(1))))
    member = Member.objects.get(name="赵甲乙")
    Membership.objects.filter(member=member).update(ends_on=local_today(), leave_reason="moved")
    Membership.objects.create(member=member, organisation=city.sibling, starts_on=local_today(), entry_reason="moved")
    with pytest.raises(ValidationError, match="所在党支部又有变动"):
        undo(batch)


def test_a_secretary_whose_seat_was_taken(city, staff, upload, commit, undo):
    secretary = city.members[0]
    row = person(1, 姓名=secretary.name, 公民身份号码=None, 所在党支部="整理二科党支部", 手机号码=None)
    headings = (*SHORT, "出生日期")
    batch = commit(upload(workbook(headings, {**row, "出生日期": "1985-03-02", "入党日期": "2010-07-01"})))
    assert batch.updated_count == 1
    make_post(city.members[1], PostKind.SECRETARY, since=local_today())
    with pytest.raises(ValidationError, match="已由他人担任"):
        undo(batch)


def test_only_what_was_imported_can_be_undone(city, staff, upload, undo):
    batch = upload(workbook(SHORT, person(1)))
    with pytest.raises(ValidationError, match="只能撤销已导入的名册"):
        undo(batch)
    rosters.roster_drop(by=staff, batch=batch)
    with pytest.raises(ValidationError, match="只能撤销已导入的名册"):
        undo(batch)


def test_a_large_one_waits_in_the_queue(city, staff, upload, commit, monkeypatch):
    monkeypatch.setattr(services, "INLINE_MEMBERS", 1)
    batch = commit(upload(workbook(SHORT, person(1), person(2, 姓名="二人"))))
    started = services.roster_undo_start(by=staff, batch=batch)
    assert started.job_id
    assert Member.objects.filter(name="二人").exists()
    services.roster_undo_queued(by_id=staff.pk, batch_id=batch.pk)
    assert not Member.objects.filter(name="二人").exists()


def test_history_of_an_import_holds_no_number_in_clear(upload, commit):
    commit(upload(workbook(SHORT, person(1))))
    commit(upload(workbook(SHORT, person(1, 手机号码="13900000009", 工作岗位="主任"))))
    told = str(list(MemberChange.objects.values()))
    for number in (id_number(1), "13800000001", "13900000009"):
        assert number not in told
    kinds = list(MemberChange.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["entered", "updated"]
    assert MemberChange.objects.get(kind="updated").after == {"position": "主任", "phone": "139****0009"}
