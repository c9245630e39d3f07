"""What each kind of organisation life has of its own; joint meetings; what a return does to an open correction."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Capability, Role
from branches.choices import AttendanceStatus, MeetingStatus
from branches.models import (
    Attendance,
    Meeting,
    MeetingBranch,
    MeetingCount,
    MeetingDetail,
    MeetingVersion,
    Member,
    Membership,
    Obligation,
)
from branches.policy.identity import holds_id_number
from branches.policy.meeting_kinds import DetailData, audience, votes_missing
from branches.selectors.meeting_pages import meeting_page, meetings_in_full
from branches.selectors.meeting_versions import corrections_of, meeting_content
from branches.selectors.meetings import guest_seats
from branches.services.meetings import (
    DecisionData,
    Mark,
    MeetingData,
    VoteData,
    meeting_correct,
    meeting_record,
    meeting_return,
)
from branches.services.obligation_checks import obligations_mend, obligations_verify
from branches.services.obligations import obligations_open
from branches.services.requirements import requirements_load
from core.calendar import local_today
from core.models import AuditEvent, Notice
from tests.factories import make_member, make_user

pytestmark = pytest.mark.django_db
ID = "11010519491231002X"
NEW_AREA = "52990019850302123X"  # an area that no list of counties knows


def data(**fields):
    return MeetingData(**{"kind": "assembly", "title": "会议", "held_on": local_today(), **fields})


def record(city, **fields):
    user = city.user(Role.BRANCH_SECRETARY)
    return meeting_record(by=user, branch=city.branch, data=data(**fields), submission_key=uuid4())


def correct(city, meeting, revision=None, **fields):
    return meeting_correct(
        by=city.user(Role.BRANCH_SECRETARY),
        meeting=meeting,
        data=data(**fields),
        reason="补充",
        expected_revision=revision or Meeting.objects.get(pk=meeting.pk).revision,
    )


def send_back(city, meeting):
    meeting = Meeting.objects.get(pk=meeting.pk)
    return meeting_return(by=city.user(Role.UNIT_STAFF), meeting=meeting, reason="缺少决议")


def done(branch, code):
    row = Obligation.objects.get(
        organisation=branch,
        requirement__code=code,
        starts_on__lte=local_today(),
        ends_on__gte=local_today(),
    )
    return row.done


@pytest.fixture
def owed(city):
    requirements_load()
    obligations_open(since=local_today().replace(month=1, day=1))


# --- return and correction ------------------------------------------------------------------------------------------


def test_correction_opened_before_the_return_meets_the_reason(city):
    meeting = record(city)
    returned = send_back(city, meeting)
    assert returned.revision == 2
    with pytest.raises(ValidationError) as refused:
        correct(city, meeting, revision=1, place="某处")
    assert refused.value.code == "conflict"
    assert "缺少决议" in refused.value.messages[0]
    meeting.refresh_from_db()
    assert (meeting.status, meeting.place) == (MeetingStatus.RETURNED, "")
    assert correct(city, meeting, place="某处").revision == 3


def test_history_counts_corrections_and_not_returns(city):
    meeting = record(city)
    correct(city, meeting, place="甲")
    send_back(city, meeting)
    again = correct(city, meeting, place="乙")
    assert list(MeetingVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 3]
    found = corrections_of(again)
    assert [item.number for item in found] == [3, 2]
    assert [(change.before, change.after) for change in found[0].changes] == [("甲", "乙")]
    page = meeting_page(city.user(Role.UNIT_STAFF), meetings_in_full().get(pk=meeting.pk))
    assert page.corrections == 2


def test_notice_of_the_return_is_read_once_it_is_corrected(city):
    meeting = record(city)
    other = make_user(Role.BRANCH_SECRETARY, city.branch)
    send_back(city, meeting)
    assert Notice.objects.filter(read_at=None).count() == 2
    correct(city, meeting, place="某处")
    assert not Notice.objects.filter(read_at=None, user__in=[other, city.user(Role.BRANCH_SECRETARY)]).exists()


def test_approval_by_everybody_else_stays_so(city):
    meeting = record(city, votes=(VoteData("计划"), VoteData("分工", approve=4)))
    content = meeting_content(meeting)
    assert [(row["approve"], row["rest_approve"]) for row in content["votes"]] == [(5, True), (4, False)]
    page = city.client(Role.BRANCH_SECRETARY).get(f"/meetings/{meeting.pk}/correct/")
    assert [row["approve"] for row in page.context["form"].vote_rows] == ["", 4]


def test_audit_page_says_it_in_chinese(city):
    meeting = record(city, also=("lecture",), votes=(VoteData("计划"),))
    event = AuditEvent.objects.get(action="meeting.submit")
    assert event.after["also_kinds"] == ["党课"]
    make_user(Role.AUDIT_ADMIN, city.root)
    page = city.client(Role.AUDIT_ADMIN).get(f"/audit/{event.pk}/").content.decode()
    assert "kinds" not in page
    assert "late_entry" not in page
    assert "同时计为" in page
    assert meeting.get_kind_display() in page


# --- ID numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [ID, ID.lower(), "110105 19491231 002x", "号码１１０１０５１９４９１２３１００２Ｘ。", f"他({ID})", NEW_AREA],
)
def test_id_number_is_seen_however_it_is_typed(typed):
    assert holds_id_number(typed)


@pytest.mark.parametrize(
    "typed", ["", "11010519491231002", "110105194912310021", "2026年11月1日", "91520100MA6DJ0XX1X", "1" * 40]
)
def test_other_numbers_are_left_alone(typed):
    assert not holds_id_number(typed)


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"discussion": f"某人{ID}"}, "发言要点"),
        ({"late_note": ID}, "补记说明"),
        ({"votes": (VoteData(f"接收{ID}"),)}, "表决第1项"),
        ({"decisions": (DecisionData("办", owner=ID),)}, "决议事项第1项"),
        ({"kind": "lecture", "detail": DetailData(lecturer=ID)}, "讲课人"),
    ],
)
def test_id_number_in_a_log_is_refused(city, fields, label):
    with pytest.raises(ValidationError) as refused:
        record(city, **fields)
    assert label in " ".join(refused.value.messages)
    assert not Meeting.objects.exists()


def test_id_number_in_a_reason_is_refused(city):
    meeting = record(city)
    with pytest.raises(ValidationError) as refused:
        meeting_return(by=city.user(Role.UNIT_STAFF), meeting=meeting, reason=f"请核对{ID}")
    assert "身份号码" in refused.value.messages[0]


def test_id_number_does_not_reach_a_draft(city):
    client, key = city.client(Role.BRANCH_SECRETARY), uuid4()
    post = {"branch": city.branch.pk, "kind": "assembly", "draft_revision": 0, "discussion": ID}
    answer = client.post(f"/meetings/drafts/{key}/save/", post, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert "发言要点" in answer.json()["message"]


# --- fields of single kinds ------------------------------------------------------------------------------------------


def test_lecture_keeps_its_fields_with_the_versions(city):
    detail = DetailData(
        lecturer="钱一帆", lecturer_post="secretary", lecture_topic="读党章", lecture_hours=Decimal("1.5")
    )
    meeting = record(city, kind="lecture", detail=detail)
    row = MeetingDetail.objects.get(meeting=meeting)
    assert (row.lecturer, row.get_lecturer_post_display(), row.lecture_hours) == (
        "钱一帆",
        "党组织书记",
        Decimal("1.5"),
    )
    after = correct(city, meeting, kind="lecture", detail=DetailData(lecturer="孙二禾", lecture_topic="读党章"))
    changes = {change.label: (change.before, change.after) for change in corrections_of(after)[0].changes}
    assert changes == {"讲课人": ("钱一帆", "孙二禾"), "讲课人身份": ("党组织书记", ""), "学时": ("1.5", "")}
    page = meeting_page(city.user(Role.MEMBER), meetings_in_full().get(pk=meeting.pk))
    assert page.details == (("党课", [("党课题目", "读党章"), ("讲课人", "孙二禾")]),)


def test_log_without_details_has_no_row_and_stray_fields_are_left_out(city):
    record(city)
    record(city, kind="lecture", detail=DetailData(theme="不是党课的", criticised=True))
    assert not MeetingDetail.objects.exists()


def test_lecture_within_an_assembly_has_its_fields(city):
    meeting = record(city, also=("lecture",), detail=DetailData(lecture_topic="读党章"))
    assert meeting.detail.lecture_topic == "读党章"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "lecture", "detail": DetailData(lecture_hours=Decimal(13))}, "学时"),
        ({"kind": "lecture", "detail": DetailData(lecture_hours=Decimal(-1))}, "学时"),
        ({"kind": "lecture", "detail": DetailData(lecturer_post="pope")}, "pope"),
        ({"kind": "life_meeting", "detail": DetailData(studied_on=local_today() + timedelta(days=1))}, "会前学习"),
        (
            {"kind": "life_meeting", "detail": DetailData(held_as="committee_meeting"), "also": ("assembly",)},
            "不能同时计为",
        ),
        ({"kind": "life_meeting", "detail": DetailData(held_as="group_meeting")}, "请选择党小组"),
    ],
)
def test_details_that_cannot_be_are_refused(city, fields, expected):
    with pytest.raises(ValidationError) as refused:
        record(city, **fields)
    assert expected in " ".join(refused.value.messages)
    assert not Meeting.objects.exists()


def test_life_meeting_calls_those_of_its_form(city, owed):
    meeting = record(
        city, kind="life_meeting", detail=DetailData(held_as="committee_meeting"), also=("committee_meeting",)
    )
    assert meeting.expected == 3
    assert done(city.branch, "R07") == 1
    Membership.objects.filter(member__in=city.members[:2]).update(group=city.group)
    in_group = record(
        city,
        kind="life_meeting",
        detail=DetailData(held_as="group_meeting"),
        group_id=city.group.pk,
        decisions=(DecisionData("加强学习", "孙二禾", local_today()),),
    )
    assert in_group.expected == 2
    assert audience("life_meeting", "") == "assembly"


def test_constraint_holds_where_the_service_is_passed_by(city):
    meeting = record(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingDetail.objects.create(meeting=meeting, lecture_hours=Decimal(20))


def test_matters_for_the_vote_of_an_assembly_are_named():
    agenda = "学习文件\n讨论接收预备党员周四海\n表彰先进"
    assert votes_missing(["assembly"], agenda, []) == ["讨论接收预备党员周四海", "表彰先进"]
    assert votes_missing(["assembly"], agenda, ["接收周四海为预备党员"]) == ["表彰先进"]
    assert votes_missing(["committee_meeting"], agenda, []) == []


def test_page_takes_and_shows_the_fields(city):
    client = city.client(Role.BRANCH_SECRETARY)
    page = client.get("/meetings/record/?kind=theme_day").content.decode()
    assert "党日主题" in page
    post = {
        "branch": city.branch.pk, "draft": uuid4(), "kind": "theme_day", "held_on": local_today().isoformat(),
        "title": "主题党日", "theme": "学思想", "theme_preset": "1", "with_service": "1", "lecturer": "带过来的",
    }  # fmt: skip
    answer = client.post("/meetings/record/", post)
    detail = Meeting.objects.get().detail
    assert (detail.theme, detail.theme_preset, detail.with_service, detail.with_study) == ("学思想", True, True, False)
    assert detail.lecturer == ""
    shown = client.get(answer.url).content.decode()
    assert "学思想" in shown
    assert "志愿服务" in shown
    again = client.get(f"{answer.url}correct/").context["form"]
    assert (again["theme"].value(), again["with_service"].value(), again["with_study"].value()) == ("学思想", "1", "")


def test_what_was_typed_for_another_kind_is_carried_along(city):
    post = {"branch": city.branch.pk, "kind": "study", "held_on": local_today().isoformat(), "lecturer": "钱一帆"}
    page = city.client(Role.BRANCH_SECRETARY).post("/meetings/roster/", post).content.decode()
    assert '<input type="hidden" name="lecturer" value="钱一帆">' in page


def test_last_time_stands_beside_the_page(city):
    marks = {member.pk: Mark() for member in city.members} | {city.members[1].pk: Mark(AttendanceStatus.SICK)}
    record(city, kind="study", held_on=local_today() - timedelta(days=9), agenda="读原著\n谈体会", attendance=marks)
    aside = city.client(Role.BRANCH_SECRETARY).get("/meetings/record/?kind=study").context["page"].aside
    assert aside.topics == ["读原著", "谈体会"]
    assert [line.member.name for line in aside.absent] == ["孙二禾"]
    assert aside.template.startswith("领学")


# --- joint meetings --------------------------------------------------------------------------------------------------


def joint(city, **fields):
    return record(city, **{"kind": "theme_day", "guest_ids": (city.sibling.pk,), **fields})


def test_joint_meeting_counts_for_every_branch(city, owed):
    everybody = [*city.members, *city.sibling_members]
    marks = {member.pk: Mark() for member in everybody} | {everybody[-1].pk: Mark(AttendanceStatus.SICK, "感冒")}
    meeting = joint(city, also=("lecture",), attendance=marks)
    assert (meeting.expected, meeting.present) == (8, 7)
    guest = MeetingBranch.objects.get()
    assert (guest.organisation_id, guest.expected, guest.present) == (city.sibling.pk, 3, 2)
    assert MeetingCount.objects.count() == 4
    assert done(city.branch, "R06") == done(city.sibling, "R06") == 1
    assert done(city.foreign, "R06") == 0
    assert obligations_verify() == []


def test_return_and_correction_keep_all_branches_true(city, owed):
    meeting = joint(city)
    send_back(city, meeting)
    assert done(city.branch, "R06") == done(city.sibling, "R06") == 0
    meeting = correct(city, meeting, kind="theme_day", guest_ids=(city.sibling.pk,))
    assert done(city.sibling, "R06") == 1
    alone = correct(city, meeting, kind="theme_day")
    assert (alone.expected, done(city.branch, "R06"), done(city.sibling, "R06")) == (5, 1, 0)
    assert not MeetingBranch.objects.exists()
    assert Attendance.objects.filter(meeting=meeting).count() == 5
    back = correct(city, alone, kind="theme_day", guest_ids=(city.sibling.pk,))
    changes = {change.label: (change.before, change.after) for change in corrections_of(back)[0].changes}
    assert changes["共同召开的党支部"] == ("", "整理二科党支部")
    assert (back.expected, done(city.sibling, "R06")) == (8, 1)
    assert obligations_verify() == []


def test_lost_count_of_a_guest_is_found_and_mended(city, owed):
    joint(city, also=("lecture",))
    MeetingCount.objects.filter(organisation=city.sibling).delete()
    Obligation.objects.filter(organisation=city.sibling).update(done=0)
    found = obligations_verify()
    assert {each.organisation_id for each in found} == {city.sibling.pk}
    obligations_mend(found)
    assert done(city.sibling, "R06") == 1
    assert obligations_verify() == []


def test_each_branch_sees_the_log_and_the_host_alone_writes_it(city):
    meeting = joint(city)
    guest = make_user(Role.BRANCH_SECRETARY, city.sibling)
    member = make_user(Role.MEMBER, city.sibling)
    stranger = make_user(Role.BRANCH_SECRETARY, city.foreign)
    for capability in (Capability.MEETING_LIST, Capability.MEETING_VIEW, Capability.EXPORT_CREATE):
        assert list(Meeting.objects.visible_to(guest, capability)) == [meeting]
        assert list(Meeting.objects.visible_to(city.user(Role.BRANCH_SECRETARY), capability)) == [meeting]
        assert not Meeting.objects.visible_to(stranger, capability).exists()
    assert Meeting.objects.visible_to(member, Capability.MEETING_VIEW).exists()
    for capability in (Capability.MEETING_CORRECT, Capability.MEETING_SUBMIT, Capability.MEETING_HISTORY):
        assert not Meeting.objects.visible_to(guest, capability).exists()
    assert list(Meeting.objects.visible_to(city.user(Role.UNIT_STAFF), Capability.MEETING_RETURN)) == [meeting]


def test_guest_sees_the_lines_of_its_own_branch(city, owed):
    everybody = [*city.members, *city.sibling_members]
    marks = {member.pk: Mark(AttendanceStatus.SICK) for member in (city.members[1], city.sibling_members[1])}
    meeting = joint(city, attendance={member.pk: marks.get(member.pk, Mark()) for member in everybody})
    full = meetings_in_full().get(pk=meeting.pk)
    guest = meeting_page(make_user(Role.BRANCH_SECRETARY, city.sibling), full)
    assert [line.member.name for line in guest.absent] == [city.sibling_members[1].name]
    assert [row.obligation.organisation_id for row in guest.served] == [city.sibling.pk]
    assert not guest.may_correct
    host = meeting_page(city.user(Role.BRANCH_SECRETARY), full)
    assert len(host.absent) == 2
    assert [row.obligation.organisation_id for row in host.served] == [city.branch.pk]


def test_joint_list_costs_the_same_for_one_three_and_fifty(city, django_assert_num_queries):
    client, made = city.client(Role.BRANCH_SECRETARY), 0
    client.get("/meetings/")
    for wanted in (1, 3, 50):
        for _ in range(wanted - made):
            joint(city)
        made = wanted
        with django_assert_num_queries(6):
            client.get("/meetings/")


@pytest.mark.parametrize(
    ("place", "fields", "expected"),
    [
        ("foreign", {}, "本单位"),
        ("branch", {}, "本单位"),
        ("sibling", {"kind": "assembly"}, "共同召开"),
        ("sibling", {"also": ("assembly",)}, "共同召开"),
    ],
)
def test_joint_meetings_that_cannot_be(city, place, fields, expected):
    with pytest.raises(ValidationError) as refused:
        joint(city, guest_ids=(getattr(city, place).pk,), **fields)
    assert expected in " ".join(refused.value.messages)
    assert city.foreign_members[0].name not in str(refused.value)
    assert not Meeting.objects.exists()


def test_branch_of_which_nobody_came_did_not_take_part(city):
    marks = {member.pk: Mark() for member in city.members}
    marks |= {member.pk: Mark(AttendanceStatus.PERSONAL) for member in city.sibling_members}
    with pytest.raises(ValidationError, match="没有一人到会"):
        joint(city, attendance=marks)


def test_page_of_minutes_lists_the_guests(city):
    client = city.client(Role.BRANCH_SECRETARY)
    base = {"branch": city.branch.pk, "kind": "theme_day", "held_on": local_today().isoformat()}
    page = client.post("/meetings/roster/", base)
    assert "整理二科党支部" in page.content.decode()
    assert city.sibling_members[0].name not in page.content.decode()
    page = client.post("/meetings/roster/", {**base, "guests": [city.sibling.pk]})
    assert [row.seat.name for row in page.context["rows"] if row.guest] == ["冯八方", "王七巧", "郑六合"]
    page = client.post("/meetings/roster/", {**base, "guests": [city.foreign.pk, "x", "9" * 30]})
    assert city.foreign_members[0].name not in page.content.decode()
    assert city.foreign.short_name not in page.content.decode()


def test_newcomer_of_a_guest_is_told_in_a_correction(city):
    meeting = joint(city)
    newcomer = make_member(city.sibling, "新来者")
    page = city.client(Role.BRANCH_SECRETARY).get(f"/meetings/{meeting.pk}/correct/").context["page"]
    assert page.joined == [newcomer.name]
    assert len(page.seats) == 8


def test_guests_are_named_without_their_right_to_vote(city):
    suspended = city.sibling_members[0]
    Member.objects.filter(pk=suspended.pk).update(voting_suspended_from=date(2020, 1, 1))
    seats = guest_seats([city.sibling.pk], local_today())
    assert {seat.member_id for seat in seats} == {member.pk for member in city.sibling_members}
    assert {(seat.has_vote, seat.probationary) for seat in seats} == {(False, False)}
