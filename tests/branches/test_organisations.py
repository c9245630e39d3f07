"""The tree: founding, renaming, moving, suspending, merging, abolishing. Every change is dated, kept and audited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from stdnum.cn import uscc

from accounts.roles import Role
from branches.choices import OrganisationChangeKind, OrganisationKind, OrganisationStatus, OrganisationType, PostKind
from branches.models import Member, Membership, Obligation, Organisation, OrganisationChange, Post
from branches.policy.organisations import next_code
from branches.services.obligations import obligations_open
from branches.services.organisation_status import (
    organisation_abolish,
    organisation_merge,
    organisation_resume,
    organisation_suspend,
)
from branches.services.organisation_undo import organisation_undo
from branches.services.organisations import (
    organisation_create,
    organisation_move,
    organisation_rename,
    organisation_update,
)
from branches.services.posts import post_assign, post_end
from branches.validators import validate_uscc
from core.calendar import local_today
from core.models import AuditEvent
from tests.factories import floor_rules, make_meeting, make_member, make_organisation

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def staff(city):
    return city.user(Role.CITY_STAFF)


def refused(call, **arguments):
    with pytest.raises(ValidationError) as error:
        call(**arguments)
    return "；".join(error.value.messages)


def tree_is_sound():
    return Organisation.objects.find_problems() == ([], [], [], [], [])


def found(city, staff, **values):
    values = {
        "parent": city.committee,
        "kind": OrganisationKind.BRANCH,
        "name": "中共市档案整理中心第三支部",
        "short_name": "第三党支部",
        "founded_on": DAY,
        **values,
    }
    return organisation_create(by=staff, **values)


def test_founding_gives_code_pinyin_history_and_audit(city, staff):
    first = found(city, staff, document="市直工发〔2026〕3号")
    second = found(city, staff, name="中共第四", short_name="第四党支部")
    assert first.code == f"{city.committee.code}-001"
    assert second.code == f"{city.committee.code}-002"
    assert (first.depth, first.type_code, first.initials) == (4, "631", "dsdzb")
    assert first.path.startswith(city.committee.path)
    change = OrganisationChange.objects.get(organisation=first)
    assert (change.kind, change.effective_on, change.document) == ("founded", DAY, "市直工发〔2026〕3号")
    event = AuditEvent.objects.get(action="organisation.create", object_id=str(first.pk))
    assert event.scope_path == first.path
    assert event.after["short_name"] == "第三党支部"
    assert tree_is_sound()


def test_units_stand_directly_under_the_root(city, staff):
    unit = found(city, staff, parent=city.root, kind=OrganisationKind.UNIT, name="市苗圃", short_name="市苗圃")
    assert (unit.depth, unit.code) == (2, "529900-001")
    below = {"parent": city.unit, "kind": OrganisationKind.UNIT, "name": "乙", "short_name": "乙"}
    assert "不能设单位" in refused(found, city=city, staff=staff, **below)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"founded_on": local_today() + timedelta(days=1)}, "不能晚于今天"),
        ({"short_name": "整理一科党支部"}, "简称相同"),
        ({"uscc": "123"}, "统一社会信用代码"),
        ({"name": ""}, "不能为空"),
        ({"kind": OrganisationKind.GROUP}, "之下不能设党小组"),
    ],
)
def test_what_cannot_be_founded(city, staff, values, message):
    before = Organisation.objects.count()
    assert message in refused(found, city=city, staff=staff, **values)
    assert (Organisation.objects.count(), OrganisationChange.objects.count()) == (before, 0)


def test_codes_are_never_given_twice():
    assert next_code("5299-001", ["5299-001-002", "5299-001-009-001", "5299-001-x"]) == "5299-001-003"
    assert next_code("5299", [f"5299-{n:03d}" for n in range(1, 1000)]) == "5299-1000"


def test_renaming_and_changing_keep_what_stood_before(city, staff):
    renamed = organisation_rename(
        by=staff, organisation=city.branch, name="中共整理一处支部", short_name="整理一处党支部", effective_on=DAY
    )
    assert (renamed.code, renamed.initials) == (city.branch.code, "zlycdzb")
    organisation_update(
        by=staff, organisation=city.branch, type_code="632", staff_count=30, effective_on=DAY, note="调整"
    )
    kinds = dict(OrganisationChange.objects.values_list("kind", "before"))
    assert kinds["renamed"]["short_name"] == "整理一科党支部"
    assert kinds["updated"] == {"type_code": "631", "staff_count": None}
    nothing = {"by": staff, "organisation": city.branch, "staff_count": 30, "effective_on": DAY}
    assert "没有任何变更" in refused(organisation_update, **nothing)
    early = {**nothing, "staff_count": 31, "effective_on": date(1990, 1, 1)}
    assert "不能早于成立日期" in refused(organisation_update, **early)
    with pytest.raises(TypeError):
        organisation_update(by=staff, organisation=city.branch, effective_on=DAY, status="merged")


def test_moving_carries_the_subtree(city, staff):
    moved = organisation_move(by=staff, organisation=city.branch, new_parent=city.foreign_unit, effective_on=DAY)
    group = Organisation.objects.get(pk=city.group.pk)
    assert moved.path.startswith(city.foreign_unit.path)
    assert group.path.startswith(moved.path)
    assert (moved.code, moved.depth, group.depth) == (city.branch.code, 3, 4)
    change = OrganisationChange.objects.get(kind=OrganisationChangeKind.MOVED)
    assert (change.before["name"], change.after["name"]) == ("市档案整理中心机关党委", "市园圃养护处")
    assert tree_is_sound()


def test_what_cannot_be_moved(city, staff):
    def attempt(organisation, parent, day=DAY):
        return refused(organisation_move, by=staff, organisation=organisation, new_parent=parent, effective_on=day)

    assert "单位不能调整隶属" in attempt(city.unit, city.root)
    assert "党小组不能调整隶属" in attempt(city.group, city.sibling)
    assert "已经隶属" in attempt(city.branch, city.committee)
    assert "之下不能设" in attempt(city.branch, city.sibling)
    assert "下级" in attempt(city.committee, city.branch)
    assert "不能晚于今天" in attempt(city.branch, city.foreign_unit, local_today() + timedelta(days=1))
    assert OrganisationChange.objects.count() == 0


def test_suspending_and_resuming(city, staff):
    suspended = organisation_suspend(by=staff, organisation=city.branch, effective_on=DAY, document="文1")
    assert suspended.status == OrganisationStatus.SUSPENDED
    earlier = {"by": staff, "organisation": city.branch, "effective_on": DAY - timedelta(days=1)}
    assert "生效日期不能更早" in refused(organisation_resume, **earlier)
    assert "不能办理“暂停活动”" in refused(organisation_suspend, **earlier)
    resumed = organisation_resume(by=staff, organisation=city.branch, effective_on=DAY + timedelta(days=30))
    assert resumed.status == OrganisationStatus.ACTIVE
    kinds = OrganisationChange.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["suspended", "resumed"]


def test_merging_moves_members_and_keeps_the_past(city, staff):
    make_meeting(city.branch, DAY - timedelta(days=10))
    posts = Post.objects.filter(organisation=city.branch, ends_on=None).count()
    merged = organisation_merge(by=staff, organisation=city.branch, target=city.sibling, effective_on=DAY)
    assert (merged.status, merged.merged_into_id, merged.ended_on) == ("merged", city.sibling.pk, DAY)
    assert set(Member.objects.filter(pk__in=[m.pk for m in city.members]).values_list("organisation", flat=True)) == {
        city.sibling.pk
    }
    stays = Membership.objects.filter(member=city.members[0]).order_by("starts_on")
    assert [(stay.organisation_id, stay.ends_on) for stay in stays] == [(city.branch.pk, DAY), (city.sibling.pk, None)]
    assert posts == 3
    assert not Post.objects.filter(organisation=city.branch, ends_on=None).exists()
    assert Organisation.objects.get(pk=city.group.pk).status == OrganisationStatus.ABOLISHED
    assert city.branch.meetings.count() == 1
    change = OrganisationChange.objects.get(kind=OrganisationChangeKind.MERGED)
    assert (change.after["members"], change.after["name"]) == (5, "整理二科党支部")
    assert "已合并" in refused(organisation_suspend, by=staff, organisation=city.branch, effective_on=DAY)


def test_merging_units_moves_their_children(city, staff):
    merged = organisation_merge(by=staff, organisation=city.foreign_unit, target=city.unit, effective_on=DAY)
    foreign = Organisation.objects.get(pk=city.foreign.pk)
    assert merged.status == OrganisationStatus.MERGED
    assert foreign.path.startswith(city.unit.path)
    assert foreign.members.count() == 3
    assert tree_is_sound()


def test_what_cannot_be_merged(city, staff):
    def attempt(target, day=DAY):
        return refused(organisation_merge, by=staff, organisation=city.branch, target=target, effective_on=day)

    assert "同一层级" in attempt(city.unit)
    assert "另一个" in attempt(city.branch)
    make_meeting(city.branch, DAY + timedelta(days=1))
    assert "还有会议记录" in attempt(city.sibling)
    make_member(city.branch, "后来者", since=date(2026, 5, 1))
    assert "之后才进入" in attempt(city.sibling, date(2026, 4, 1))
    assert Membership.objects.filter(organisation=city.branch, ends_on=None).count() == 6
    assert Post.objects.filter(organisation=city.branch, ends_on=None).count() == 3


def test_abolishing_needs_an_empty_branch(city, staff):
    assert "还有5名党员" in refused(organisation_abolish, by=staff, organisation=city.branch, effective_on=DAY)
    assert "还有下级党组织" in refused(organisation_abolish, by=staff, organisation=city.committee, effective_on=DAY)
    assert "机关工委不能撤销" in refused(organisation_abolish, by=staff, organisation=city.root, effective_on=DAY)
    empty = make_organisation(city.committee, OrganisationKind.BRANCH, "空支部")
    group = make_organisation(empty, OrganisationKind.GROUP, "空小组")
    ended = organisation_abolish(by=staff, organisation=empty, effective_on=DAY, document="文2")
    group.refresh_from_db()
    assert (ended.status, ended.ended_on, group.status, group.ended_on) == ("abolished", DAY, "abolished", DAY)


def test_a_group_that_ends_lets_its_members_go(city, staff):
    member = make_member(city.branch, "组员", group=city.group)
    organisation_abolish(by=staff, organisation=city.group, effective_on=DAY)
    member.refresh_from_db()
    stays = Membership.objects.filter(member=member).order_by("starts_on").values_list("group", "ends_on")
    assert member.group is None
    assert list(stays) == [(city.group.pk, DAY), (None, None)]


def test_posts_are_given_and_ended(city, staff):
    member = city.members[4]
    post = post_assign(by=staff, organisation=city.branch, member=member, kind=PostKind.DISCIPLINE, starts_on=DAY)
    ended = post_end(by=staff, post=post, ends_on=DAY + timedelta(days=5))
    assert ended.ends_on == DAY + timedelta(days=5)
    assert "已于" in refused(post_end, by=staff, post=post, ends_on=local_today())
    actions = AuditEvent.objects.filter(action__startswith="post.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["post.assign", "post.end"]


def test_posts_that_cannot_be_given(city, staff):
    def attempt(member, kind=PostKind.COMMITTEE_MEMBER, organisation=None, day=DAY):
        return refused(
            post_assign, by=staff, organisation=organisation or city.branch, member=member, kind=kind, starts_on=day
        )

    assert "只有一名书记" in attempt(city.members[4], PostKind.SECRETARY)
    assert "已担任" in attempt(city.members[0], PostKind.SECRETARY)
    assert "本党组织的党员" in attempt(city.foreign_members[0])
    assert "预备党员" in attempt(make_member(city.branch, "新人", category="probationary"))
    assert "党小组长" in attempt(city.members[0], PostKind.GROUP_LEADER)
    assert "不能晚于今天" in attempt(city.members[4], day=local_today() + timedelta(days=1))
    leader = post_assign(
        by=staff, organisation=city.group, member=city.members[3], kind=PostKind.GROUP_LEADER, starts_on=DAY
    )
    assert leader.organisation_id == city.group.pk


@pytest.mark.parametrize(
    ("kind", "type_code", "fits"),
    [
        ("organ_committee", "611", True),
        ("organ_committee", "911", True),
        ("organ_committee", "631", False),
        ("general_branch", "621", True),
        ("general_branch", "921", True),
        ("general_branch", "611", False),
        ("branch", "632", True),
        ("branch", "931", True),
        ("branch", "932", True),
        ("branch", "621", False),
    ],
)
def test_types_fit_their_kind(city, staff, kind, type_code, fits):
    values = {"parent": city.foreign_unit, "kind": kind, "type_code": type_code}
    if fits:
        assert found(city, staff, **values).type_code == type_code
    else:
        assert "不能是这个类别" in refused(found, city=city, staff=staff, **values)


def test_the_database_refuses_a_type_of_another_kind(city):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=city.branch.pk).update(type_code="611")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=city.unit.pk).update(type_code="631")
    assert set(OrganisationType.values) == {"611", "621", "631", "632", "911", "921", "931", "932"}


def test_becoming_temporary_is_quiet_and_becoming_regular_is_not(city, staff):
    floor_rules()
    obligations_open(since=date(2026, 1, 1))

    def asked():
        rows = Obligation.objects.filter(organisation=city.branch, requirement__code="R06", period__startswith="2026")
        return sorted(rows.values_list("period", flat=True))

    months = [f"2026M{month:02d}" for month in range(1, 13)]
    assert asked()[:9] == months[:9]
    organisation_update(by=staff, organisation=city.branch, type_code="931", effective_on=DAY)
    assert asked() == months[:2]
    organisation_update(by=staff, organisation=city.branch, type_code="631", effective_on=date(2026, 7, 1))
    assert asked()[:4] == [*months[:2], *months[6:8]]
    organisation_undo(by=staff, change=city.branch.changes.order_by("-pk")[0], reason="改回的日期不对")
    assert asked() == months[:2]


@pytest.mark.parametrize("value", ["9152990000000000X1"[:18], "11529900MB0T00010X"])
def test_codes_that_are_no_credit_codes(value):
    with pytest.raises(ValidationError):
        validate_uscc(value)


def test_credit_codes_by_length_alphabet_and_check_digit():
    body = "11529900MB0T00010"
    valid = body + uscc.calc_check_digit(body)
    validate_uscc(valid)
    validate_uscc("91110000600037341L")
    with pytest.raises(ValidationError, match="现在是17位"):
        validate_uscc(valid[:17])
    with pytest.raises(ValidationError, match="校验码不符"):
        validate_uscc(body + ("0" if valid[-1] != "0" else "1"))
    with pytest.raises(ValidationError, match="不用I、O、S、V、Z"):
        validate_uscc("11529900MBOT00010X")
    with pytest.raises(ValidationError, match="只用数字和大写字母"):
        validate_uscc(valid.lower())


@pytest.mark.parametrize("sign", ["\n", "\x00", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff"])
def test_unseen_characters_are_refused_in_names(city, staff, sign):
    message = refused(found, city=city, staff=staff, short_name=f"第三{sign}党支部")
    assert f"第3个字符是看不见的控制字符（U+{ord(sign):04X}）" in message


def test_the_discipline_secretary_belongs_to_the_organ_committee(city, staff):
    member, kind = city.members[3], PostKind.DISCIPLINE_SECRETARY
    place = {"by": staff, "member": member, "kind": kind, "starts_on": DAY}
    assert "只有机关党委" in refused(post_assign, organisation=city.branch, **place)
    post_assign(organisation=city.committee, **place)
    other = {**place, "member": city.members[4]}
    assert "只有一名书记" in refused(post_assign, organisation=city.committee, **other)


def test_facts_belong_to_their_kind(city, staff):
    update = {"by": staff, "effective_on": DAY}
    assert "只有机关党委" in refused(organisation_update, organisation=city.branch, discipline_since=DAY, **update)
    wrong = {"staff_count": 10, "party_staff_count": 11}
    assert "不能多于工作人员数" in refused(organisation_update, organisation=city.unit, **wrong, **update)
    organisation_update(organisation=city.committee, discipline_since=DAY, **update)
    change = OrganisationChange.objects.get(organisation=city.committee)
    assert change.after == {"discipline_since": "2026-03-01"}
