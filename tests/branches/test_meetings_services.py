"""Logs recorded, corrected and returned, with what follows from each."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.choices import AttendanceStatus, MeetingStatus, MemberCategory, OrganisationKind
from branches.models import (
    Attendance,
    Meeting,
    MeetingCount,
    MeetingDraft,
    MeetingVersion,
    Member,
    Membership,
    Obligation,
    Requirement,
    RequirementKind,
)
from branches.selectors.meeting_versions import changed_since, corrections_of
from branches.selectors.meetings import seats_on
from branches.selectors.minutes import due_kinds
from branches.services.drafts import draft_discard, draft_save
from branches.services.meetings import (
    DecisionData,
    Mark,
    MeetingData,
    VoteData,
    is_late_entry,
    meeting_correct,
    meeting_record,
    meeting_return,
)
from core.calendar import local_today
from core.models import AuditEvent, Notice
from core.periods import Freq, period_of
from tests.factories import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


def data(**fields):
    return MeetingData(**{"kind": "assembly", "title": "季度党员大会", "held_on": local_today(), **fields})


def record(city, **fields):
    key = fields.pop("key", None) or uuid4()
    user = city.user("branch_secretary")
    return meeting_record(by=user, branch=city.branch, data=data(**fields), submission_key=key)


def correct(city, meeting, **fields):
    about = {"reason": "漏记一人", "expected_revision": meeting.revision}
    about |= {name: fields.pop(name) for name in ("reason", "expected_revision", "take_roster") if name in fields}
    user = city.user("branch_secretary")
    return meeting_correct(by=user, meeting=meeting, data=data(**fields), **about)


def owe(branch, day, *kinds, freq=Freq.QUARTER, code="R03"):
    requirement, _ = Requirement.objects.get_or_create(
        code=code,
        valid_from=date(2019, 1, 1),
        defaults={"title": "支部党员大会", "frequency": freq.value, "source": "《条例》"},
    )
    for kind in kinds:
        RequirementKind.objects.get_or_create(requirement=requirement, kind=kind)
    period = period_of(day, freq)
    return Obligation.objects.create(
        requirement=requirement,
        organisation=branch,
        period=period.code,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        needed=1,
    )


def done(obligation):
    obligation.refresh_from_db()
    return obligation.done


def refused(error):
    return " ".join(error.value.messages)


# --- recording -------------------------------------------------------------------------------------------------------


def test_everybody_is_present_unless_marked(city):
    marks = {member.pk: Mark() for member in city.members}
    marks[city.members[1].pk] = Mark(AttendanceStatus.SICK, "住院")
    meeting = record(city, attendance=marks)
    assert (meeting.expected, meeting.present, meeting.expected_voting, meeting.present_voting) == (5, 4, 5, 4)
    line = Attendance.objects.get(meeting=meeting, member=city.members[1])
    assert (line.status, line.note) == (AttendanceStatus.SICK, "住院")
    assert Attendance.objects.filter(meeting=meeting, status=AttendanceStatus.PRESENT).count() == 4


def test_log_counts_at_once_as_every_kind_it_names(city):
    day = local_today()
    assembly, lecture = owe(city.branch, day, "assembly"), owe(city.branch, day, "lecture", code="L01")
    other = owe(city.sibling, day, "assembly")
    meeting = record(city, also=("lecture",))
    assert set(meeting.counts.values_list("kind", flat=True)) == {"assembly", "lecture"}
    assert (done(assembly), done(lecture), done(other)) == (1, 1, 0)


def test_same_submission_is_kept_once(city):
    key = uuid4()
    first, second = record(city, key=key), record(city, key=key, title="又按了一次")
    assert first.pk == second.pk
    assert Meeting.objects.count() == 1
    assert AuditEvent.objects.filter(action="meeting.submit").count() == 1


def test_submission_key_of_another_branch_reveals_nothing(city):
    key = uuid4()
    record(city, key=key)
    stranger = make_user("branch_secretary", city.foreign)
    with pytest.raises(ValidationError) as error:
        meeting_record(by=stranger, branch=city.foreign, data=data(), submission_key=key)
    assert "提交标识无效" in refused(error)


def test_draft_of_the_same_key_is_gone(city):
    key, user = uuid4(), city.user("branch_secretary")
    draft_save(by=user, branch=city.branch, draft_id=key, content={"kind": "assembly", "title": "未完"}, revision=0)
    record(city, key=key)
    assert not MeetingDraft.objects.exists()


def test_votes_take_their_bases_from_the_attendance(city):
    probationary = make_member(city.branch, "郑小预", category=MemberCategory.PROBATIONARY)
    marks = {pk: Mark() for pk in [*(m.pk for m in city.members), probationary.pk]}
    marks[city.members[0].pk] = Mark(AttendanceStatus.TRAVEL)
    votes = (VoteData("年度计划", oppose=1), VoteData("接收预备党员", rule="admission", approve=2, oppose=2, written=1))
    meeting = record(city, attendance=marks, votes=votes)
    plan, admission = meeting.votes.order_by("pk")
    assert (plan.should, plan.present, plan.approve, plan.passed) == (5, 4, 3, True)
    assert (admission.should, admission.written, admission.passed) == (5, 1, True)


def test_committee_meeting_expects_the_committee_alone(city):
    meeting = record(city, kind="committee_meeting", votes=(VoteData("分工"),))
    assert meeting.expected == 3
    vote = meeting.votes.get()
    assert (vote.should, vote.present, vote.approve) == (3, 3, 3)


def test_group_meeting_expects_its_group(city):
    Membership.objects.filter(member__in=city.members[:2]).update(group=city.group)
    meeting = record(city, kind="group_meeting", group_id=city.group.pk)
    assert meeting.expected == 2
    assert MeetingCount.objects.get(meeting=meeting).group_id == city.group.pk


def test_group_of_another_branch_is_refused(city):
    other = make_organisation(city.sibling, OrganisationKind.GROUP, "外组")
    with pytest.raises(ValidationError) as error:
        record(city, kind="group_meeting", group_id=other.pk)
    assert "没有这个党小组" in refused(error)


def test_roster_is_that_of_the_day(city):
    today = local_today()
    gone, come = city.members[1], make_member(city.branch, "新来者", since=today)
    Membership.objects.filter(member=gone).update(ends_on=today, leave_reason="moved")
    names = lambda day: {seat.name for seat in seats_on(branch_id=city.branch.pk, kind="assembly", day=day)}  # noqa: E731
    assert gone.name not in names(today)
    assert gone.name in names(today - timedelta(days=1))
    assert come.name in names(today)
    assert come.name not in names(today - timedelta(days=1))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"held_on": local_today() + timedelta(days=1)}, "日期不能晚于今天"),
        ({"held_on": date(2001, 1, 1)}, "日期早于党支部成立之日"),
        ({"title": ""}, "请填写主题"),
        ({"title": "长" * 121}, "120"),
        ({"late_note": "长" * 201}, "200"),
        ({"votes": (VoteData("事项", approve=6),)}, "多于实到有表决权的5人"),
        ({"votes": (VoteData("长" * 121),)}, "表决第1项"),
        ({"votes": (VoteData("事项", method="shouting"),)}, "表决第1项"),
        ({"decisions": (DecisionData(""),)}, "决议事项第1项"),
        ({"also": ("committee_meeting",)}, "不能同时计为支委会"),
    ],
)
def test_refusal_changes_nothing(city, fields, expected):
    obligation = owe(city.branch, local_today(), "assembly")
    with pytest.raises(ValidationError) as error:
        record(city, **fields)
    assert expected in refused(error)
    assert not Meeting.objects.exists()
    assert not Attendance.objects.exists()
    assert not AuditEvent.objects.filter(action="meeting.submit").exists()
    assert done(obligation) == 0


def test_member_of_another_branch_is_refused(city):
    marks = {member.pk: Mark() for member in [*city.members, city.foreign_members[0]]}
    with pytest.raises(ValidationError) as error:
        record(city, attendance=marks)
    assert "不在当天的名册上" in refused(error)
    assert city.foreign_members[0].name not in refused(error)
    assert not Attendance.objects.exists()


def test_late_entry_is_marked_by_working_days(city, settings):
    assert not is_late_entry(date(2026, 3, 2), date(2026, 3, 5))
    assert is_late_entry(date(2026, 3, 2), date(2026, 3, 6))
    assert not is_late_entry(date(2026, 3, 6), date(2026, 3, 11))  # a weekend between
    assert is_late_entry(date(2026, 3, 6), date(2026, 3, 12))
    meeting = record(city, held_on=local_today() - timedelta(days=30), late_note="出差在外")
    assert meeting.is_late_entry
    assert not record(city).is_late_entry


def test_audit_row_has_figures_and_no_names(city):
    meeting = record(city)
    event = AuditEvent.objects.get(action="meeting.submit")
    assert event.scope_path == city.branch.path
    assert event.object_id == str(meeting.pk)
    assert event.after["present"] == 5
    assert city.members[0].name not in str(event.after)


def test_saving_a_log_costs_few_statements(city, django_assert_num_queries):
    for number in range(15):
        make_member(city.branch, f"党员{number}")
    owe(city.branch, local_today(), "assembly")
    user = city.user("branch_secretary")
    user.scope("meeting.submit")
    marks = {pk: Mark() for pk in Member.objects.filter(organisation=city.branch).values_list("pk", flat=True)}
    content = data(attendance=marks)
    with django_assert_num_queries(12):
        meeting_record(by=user, branch=city.branch, data=content, submission_key=uuid4())


def test_saving_costs_the_same_for_few_and_many(city):
    def statements():
        with CaptureQueriesContext(connection) as caught:
            record(city)
        return len(caught)

    statements()
    few = statements()
    for number in range(60):
        make_member(city.branch, f"党员{number}")
    assert statements() == few


# --- correction ------------------------------------------------------------------------------------------------------


def test_correction_keeps_what_stood_before(city):
    meeting = record(city, resolution="原决议", votes=(VoteData("计划"),))
    marks = {member.pk: Mark() for member in city.members} | {city.members[2].pk: Mark(AttendanceStatus.SICK)}
    after = correct(city, meeting, resolution="新决议", attendance=marks)
    assert (after.revision, after.present, after.votes.count()) == (2, 4, 0)
    version = MeetingVersion.objects.get(meeting=meeting)
    assert version.number == 1
    assert version.content["resolution"] == "原决议"
    correction = corrections_of(after)[0]
    changes = {change.label: (change.before, change.after) for change in correction.changes}
    assert changes["决议"] == ("原决议", "新决议")
    assert changes["到会情况"] == ("李三木：到会", "李三木：病假")
    assert changes["表决"][1] == ""


def test_moving_a_log_refreshes_the_old_period_and_the_new(city):
    today = local_today()
    before = period_of(today, Freq.QUARTER).previous().ends_on
    now, then = owe(city.branch, today, "assembly"), owe(city.branch, before, "assembly")
    meeting = record(city)
    assert (done(now), done(then)) == (1, 0)
    moved = correct(city, meeting, held_on=before)
    assert (done(now), done(then)) == (0, 1)
    assert set(moved.counts.values_list("held_on", flat=True)) == {before}


def test_changing_the_kind_moves_what_it_counts_for(city):
    day = local_today()
    assembly, lecture = owe(city.branch, day, "assembly"), owe(city.branch, day, "lecture", code="L01")
    meeting = record(city)
    correct(city, meeting, kind="lecture")
    assert (done(assembly), done(lecture)) == (0, 1)


def test_second_editor_is_told_what_changed(city):
    meeting = record(city, place="一会议室")
    correct(city, meeting, place="二会议室")
    with pytest.raises(ValidationError) as error:
        correct(city, meeting, place="三会议室", expected_revision=1)
    assert error.value.code == "conflict"
    assert "地点有变化" in refused(error)
    meeting.refresh_from_db()
    assert (meeting.place, meeting.revision) == ("二会议室", 2)
    who, changes = changed_since(meeting, 1)
    assert who == city.user("branch_secretary").name
    assert [(change.before, change.after) for change in changes] == [("一会议室", "二会议室")]


def test_correction_needs_a_reason_and_a_change(city):
    meeting = record(city)
    with pytest.raises(ValidationError) as error:
        correct(city, meeting, reason=" ", place="某处")
    assert "请写明更正原因" in refused(error)
    with pytest.raises(ValidationError) as error:
        correct(city, meeting)
    assert "没有改动" in refused(error)
    meeting.refresh_from_db()
    assert meeting.revision == 1
    assert not MeetingVersion.objects.exists()


def test_roster_of_the_log_stays_unless_taken_anew(city):
    meeting = record(city)
    newcomer = make_member(city.branch, "后登记者")
    kept = correct(city, meeting, place="甲")
    assert not Attendance.objects.filter(meeting=meeting, member=newcomer).exists()
    taken = correct(city, kept, place="乙", take_roster=True)
    assert taken.expected == 6
    assert Attendance.objects.filter(meeting=meeting, member=newcomer).exists()


def test_attendance_rows_keep_their_identity(city):
    meeting = record(city)
    before = set(Attendance.objects.filter(meeting=meeting).values_list("pk", flat=True))
    correct(city, meeting, place="某处")
    assert set(Attendance.objects.filter(meeting=meeting).values_list("pk", flat=True)) == before


# --- return ----------------------------------------------------------------------------------------------------------


def test_returned_log_no_longer_counts_until_corrected(city):
    obligation = owe(city.branch, local_today(), "assembly")
    meeting = record(city, also=("lecture",))
    returned = meeting_return(by=city.user("unit_staff"), meeting=meeting, reason="缺少决议")
    assert (returned.status, returned.return_reason) == (MeetingStatus.RETURNED, "缺少决议")
    assert done(obligation) == 0
    assert not meeting.counts.exists()
    again = correct(city, returned, also=("lecture",), reason="已补充")
    assert (again.status, again.return_reason) == (MeetingStatus.SUBMITTED, "")
    assert done(obligation) == 1
    assert again.counts.count() == 2


def test_return_tells_the_submitter_and_the_secretaries(city):
    meeting = record(city)
    other = make_user("branch_secretary", city.branch)
    stranger = make_user("branch_secretary", city.sibling)
    meeting_return(by=city.user("unit_staff"), meeting=meeting, reason="缺少决议")
    told = set(Notice.objects.values_list("user_id", flat=True))
    assert told == {city.user("branch_secretary").pk, other.pk}
    assert stranger.pk not in told
    notice = Notice.objects.first()
    assert "缺少决议" in notice.body
    assert notice.url == f"/meetings/{meeting.pk}/"


def test_return_needs_a_reason_and_a_submitted_log(city):
    meeting, staff = record(city), city.user("unit_staff")
    with pytest.raises(ValidationError) as error:
        meeting_return(by=staff, meeting=meeting, reason="  ")
    assert "请写明退回原因" in refused(error)
    meeting_return(by=staff, meeting=meeting, reason="缺少决议")
    with pytest.raises(ValidationError) as error:
        meeting_return(by=staff, meeting=meeting, reason="再退一次")
    assert "不能退回" in refused(error)


def test_return_of_a_log_corrected_meanwhile_is_refused(city):
    meeting = record(city)
    seen = Meeting.objects.get(pk=meeting.pk)
    correct(city, meeting, place="某处")
    with pytest.raises(ValidationError) as error:
        meeting_return(by=city.user("unit_staff"), meeting=seen, reason="缺少决议")
    assert "刚刚更正" in refused(error)


# --- drafts ----------------------------------------------------------------------------------------------------------


def save(city, key, revision, **content):
    content = {"kind": "assembly", "title": "未完", **content}
    user = city.user("branch_secretary")
    return draft_save(by=user, branch=city.branch, draft_id=key, content=content, revision=revision)


def test_draft_is_kept_and_numbered(city):
    key = uuid4()
    assert save(city, key, 0) == 1
    assert save(city, key, 1, title="更完整") == 2
    draft = MeetingDraft.objects.get()
    assert (draft.title, draft.revision, draft.content["title"]) == ("更完整", 2, "更完整")


def test_older_page_does_not_overwrite_a_draft(city):
    key = uuid4()
    save(city, key, 0)
    save(city, key, 1, title="另一页")
    with pytest.raises(ValidationError) as error:
        save(city, key, 1, title="旧页面")
    assert error.value.code == "conflict"
    assert MeetingDraft.objects.get().title == "另一页"


def test_draft_is_not_raised_from_the_dead(city):
    key = uuid4()
    record(city, key=key)
    with pytest.raises(ValidationError) as error:
        save(city, key, 1)
    assert error.value.code == "submitted"
    assert not MeetingDraft.objects.exists()


def test_draft_of_another_branch_is_never_written(city):
    key = uuid4()
    save(city, key, 0)
    stranger = make_user("branch_secretary", city.foreign)
    with pytest.raises(ValidationError):
        draft_save(by=stranger, branch=city.foreign, draft_id=key, content={"kind": "lecture"}, revision=1)
    assert MeetingDraft.objects.get().organisation_id == city.branch.pk


@pytest.mark.parametrize("content", [{"kind": "dance"}, {"discussion": "长" * 200_001}])
def test_draft_that_cannot_be_kept_is_refused(city, content):
    with pytest.raises(ValidationError):
        save(city, uuid4(), 0, **content)
    assert not MeetingDraft.objects.exists()


def test_discarding_leaves_a_trace(city):
    key = uuid4()
    save(city, key, 0)
    draft_discard(by=city.user("branch_secretary"), draft=MeetingDraft.objects.get())
    assert not MeetingDraft.objects.exists()
    assert AuditEvent.objects.filter(action="draft.delete", object_id=str(key)).exists()


# --- what is due ------------------------------------------------------------------------------------------------------


def test_what_is_due_stands_first_and_late_ones_behind(city):
    today = local_today()
    owe(city.branch, today, "assembly")
    owe(city.branch, period_of(today, Freq.MONTH).previous().ends_on, "theme_day", freq=Freq.MONTH, code="R06")
    owe(city.branch, period_of(today, Freq.YEAR).previous().starts_on, "life_meeting", freq=Freq.MONTH, code="R07")
    owe(city.sibling, today, "lecture", code="L01")
    due = due_kinds(city.branch, [], today)
    assert [(item.kind, item.overdue) for item in due] == [("assembly", False), ("theme_day", True)]
    record(city)
    assert [item.kind for item in due_kinds(city.branch, [], today)] == ["theme_day"]


def test_group_that_met_is_not_asked_again(city):
    today, second = local_today(), make_organisation(city.branch, OrganisationKind.GROUP, "第二党小组")
    obligation = owe(city.branch, today, "group_meeting", freq=Freq.MONTH, code="R05")
    Obligation.objects.filter(pk=obligation.pk).update(needed=2)
    Requirement.objects.filter(code="R05").update(condition="has_groups")
    Membership.objects.filter(member=city.members[0]).update(group=city.group)
    record(city, kind="group_meeting", group_id=city.group.pk)
    due = due_kinds(city.branch, [city.group, second], today)
    assert [item.label for item in due] == ["党小组会 · 第二党小组"]
