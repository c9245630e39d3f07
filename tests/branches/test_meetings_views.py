"""Pages of meetings: each action as owner, colleague, reader and stranger, on data that could leak."""

import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Posting
from accounts.roles import Role
from branches.choices import AttendanceStatus
from branches.models import Attendance, Meeting, MeetingDraft, MeetingVersion
from branches.services.drafts import draft_save
from branches.services.meetings import Mark, MeetingData, VoteData, meeting_record, meeting_return
from branches.services.search_index import meetings_catch_up
from core.calendar import local_today
from core.models import AuditEvent
from tests.factories import LONG_AGO, make_meeting, make_user

pytestmark = pytest.mark.django_db

CREATE = "/meetings/record/"
JSON = {"Accept": "application/json"}


def login(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def owner(city):
    return city.client(Role.BRANCH_SECRETARY)


@pytest.fixture
def colleague(city):
    return login(make_user(Role.BRANCH_SECRETARY, city.sibling, name="二科书记"))


@pytest.fixture
def stranger(city):
    return login(make_user(Role.BRANCH_SECRETARY, city.foreign, name="外单位书记"))


@pytest.fixture
def foreign_staff(city):
    return login(make_user(Role.UNIT_STAFF, city.foreign_unit, name="外单位干部"))


@pytest.fixture
def meeting(city):
    marks = {member.pk: Mark() for member in city.members}
    marks[city.members[2].pk] = Mark(AttendanceStatus.SICK, "机密病情")
    data = MeetingData(
        kind="assembly", title="机密党员大会", held_on=local_today(), attendance=marks, discussion="内部讨论",
        votes=(VoteData("年度计划"),),
    )  # fmt: skip
    user = city.user(Role.BRANCH_SECRETARY)
    return meeting_record(by=user, branch=city.branch, data=data, submission_key=uuid4())


@pytest.fixture
def draft(city):
    key = uuid4()
    content = {"kind": "assembly", "title": "机密草稿", "held_on": local_today().isoformat(), "attendance": {}}
    user = city.user(Role.BRANCH_SECRETARY)
    draft_save(by=user, branch=city.branch, draft_id=key, content=content, revision=0)
    return MeetingDraft.objects.get(pk=key)


def minutes(city, **fields):
    """What the page posts for an assembly of everybody."""
    post = {
        "branch": city.branch.pk,
        "draft": uuid4(),
        "draft_revision": 0,
        "kind": "assembly",
        "held_on": local_today().isoformat(),
        "title": "四季度支部党员大会",
        "host": "钱一帆",
        "recorder": "钱一帆",
        **{f"status-{member.pk}": 6 for member in city.members},
        **{f"note-{member.pk}": "" for member in city.members},
    }
    return {**post, **fields}


def text(answer):
    return answer.content.decode()


# --- choosing and writing ---------------------------------------------------------------------------------------------


def test_only_branch_is_taken_without_asking(city, owner):
    page = text(owner.get("/meetings/new/"))
    assert "写哪一种会议" in page
    assert f"?branch={city.branch.pk}&amp;kind=lecture" in page


def test_secretary_of_two_branches_chooses(city):
    user = make_user(Role.BRANCH_SECRETARY, city.branch)
    Posting.objects.create(user=user, organisation=city.sibling, role=Role.BRANCH_SECRETARY, starts_on=LONG_AGO)
    client = login(user)
    page = text(client.get("/meetings/new/"))
    assert f"?branch={city.branch.pk}" in page
    assert f"?branch={city.sibling.pk}" in page
    assert "写哪一种会议" in text(client.get(f"/meetings/new/?branch={city.sibling.pk}"))
    assert client.get(f"/meetings/new/?branch={city.foreign.pk}").status_code == 404


def test_page_is_filled_with_what_the_portal_knows(city, owner):
    answer = owner.get(f"{CREATE}?kind=assembly")
    form = answer.context["form"]
    assert form.initial["held_on"] == local_today().isoformat()
    assert "支部党员大会" in form.initial["title"]
    assert form.initial["host"] == "钱一帆"
    assert form.initial["recorder"] == city.user(Role.BRANCH_SECRETARY).name
    assert [row.status for row in answer.context["rows"]] == [6] * 5
    assert not MeetingDraft.objects.exists()


@pytest.mark.parametrize("query", ["", "?kind=dance", "?kind="])
def test_without_a_kind_one_is_asked_for(city, owner, query):
    assert owner.get(CREATE + query).url == "/meetings/new/"


@pytest.mark.parametrize("branch", ["x", "９", "-1", "9" * 30, "1 or 1"])
def test_odd_branch_is_not_found(city, owner, branch):
    assert owner.get(CREATE, {"kind": "assembly", "branch": branch}).status_code == 404


def test_usual_meeting_needs_nothing_more(city, owner):
    answer = owner.post(CREATE, minutes(city, **{f"status-{city.members[1].pk}": 2}))
    meeting = Meeting.objects.get()
    assert answer.url == f"/meetings/{meeting.pk}/"
    assert (meeting.expected, meeting.present) == (5, 4)
    page = text(owner.get(answer.url))
    assert "已提交" in page
    assert "孙二禾" in page


def test_nothing_named_about_attendance_means_everybody_there(city, owner):
    post = {name: value for name, value in minutes(city).items() if not name.startswith(("status-", "note-"))}
    owner.post(CREATE, post)
    assert Meeting.objects.get().present == 5


def test_sent_twice_is_kept_once(city, owner):
    post = minutes(city)
    first, second = owner.post(CREATE, post), owner.post(CREATE, post)
    assert first.url == second.url
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"held_on": (local_today() + timedelta(days=2)).isoformat()}, "日期不能晚于今天"),
        ({"held_on": "不是日期"}, "有效的日期"),
        ({"held_on": "0001-01-01"}, "早于党支部成立之日"),
        ({"held_on": "9999-12-31"}, "日期不能晚于今天"),
        ({"title": "  "}, "必填"),
        ({"starts_at": "15:00", "ends_at": "14:00"}, "结束时间不能早于开始时间"),
        ({"vote-0-subject": "计划", "vote-0-approve": "6"}, "多于实到有表决权的5人"),
        ({"vote-0-subject": "计划", "vote-0-approve": "五"}, "赞成请填整数"),
        ({"vote-0-subject": "计划", "vote-0-rule": "whim"}, "规则或方式不存在"),
        ({"decision-0-owner": "李三木"}, "请写明事项"),
        ({"decision-0-text": "办", "decision-0-due_on": "明天"}, "时限不是有效日期"),
        ({"kind": "group_meeting"}, "请选择党小组"),
        ({"kind": "dance"}, "dance"),
        ({"also": "committee_meeting"}, "不能同时计为支委会"),
        ({"status-1x": "2", "status-999999": "2"}, "不在当天的名册上"),
    ],
)
def test_bad_input_is_explained_and_nothing_typed_is_lost(city, owner, fields, expected):
    answer = owner.post(CREATE, minutes(city, discussion="打了很久的字", **fields))
    page = text(answer)
    assert answer.status_code == 200
    assert expected in page
    assert "打了很久的字" in page
    assert not Meeting.objects.exists()


def test_member_of_another_branch_leaks_no_name(city, owner):
    stranger = city.foreign_members[0]
    page = text(owner.post(CREATE, minutes(city, **{f"status-{stranger.pk}": 6})))
    assert "不在当天的名册上" in page
    assert stranger.name not in page
    assert not Attendance.objects.exists()


def test_all_absent_is_refused(city, owner):
    page = text(owner.post(CREATE, minutes(city, **{f"status-{member.pk}": 4 for member in city.members})))
    assert "全部缺席" in page


def test_extra_fields_change_nothing(city, owner):
    owner.post(
        CREATE,
        minutes(city, present=999, status="void", submitted_by=1, is_late_entry="on", organisation=city.foreign.pk),
    )
    meeting = Meeting.objects.get()
    assert (meeting.present, meeting.status, meeting.organisation_id) == (5, "submitted", city.branch.pk)


def test_characters_that_no_database_keeps_are_dropped(city, owner):
    key, odd = uuid4(), "\0空"
    post = minutes(city, draft=key, discussion=odd, **{"decision-0-text": odd, f"note-{city.members[0].pk}": odd})
    assert owner.post(f"/meetings/drafts/{key}/save/", post, headers=JSON).status_code == 200
    assert owner.post(CREATE, post).status_code == 302
    assert Meeting.objects.get().discussion == "空"


def test_markup_in_text_stays_text(city, owner):
    owner.post(CREATE, minutes(city, title="<script>alert(1)</script>", discussion="{{ 7|add:7 }}<b>"))
    page = text(owner.get(f"/meetings/{Meeting.objects.get().pk}/"))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7|add:7 }}&lt;b&gt;" in page


def test_who_may_record(city, owner, colleague, stranger):
    for client, code in ((colleague, 404), (stranger, 404), (city.client(Role.UNIT_STAFF), 403)):
        assert client.post(CREATE, minutes(city)).status_code == code
        assert client.get(f"{CREATE}?kind=assembly&branch={city.branch.pk}").status_code == code
    for role in (Role.MEMBER, Role.CITY_STAFF, Role.UNIT_DISCIPLINE, Role.AUDIT_ADMIN):
        assert city.client(role).post(CREATE, minutes(city)).status_code == 403
    assert not Meeting.objects.exists()
    assert Client().post(CREATE, minutes(city)).status_code == 302


def test_roster_follows_kind_and_keeps_absences(city, owner):
    absent = city.members[1]
    post = minutes(city, kind="committee_meeting", auto_title="四季度支部党员大会", **{f"status-{absent.pk}": 2})
    answer = owner.post("/meetings/roster/", post, headers={"HX-Request": "true"})
    page = text(answer)
    assert [row.seat.name for row in answer.context["rows"]] == ["李三木", "钱一帆", "孙二禾"]
    assert {row.seat.name: row.status for row in answer.context["rows"]}["孙二禾"] == 2
    assert "支委会" in page
    assert 'name="auto_title" value="2' in page
    assert "<html" not in page


@pytest.mark.parametrize(("title", "kept"), [("我自己的题目", True), ("四季度支部党员大会", False), ("", False)])
def test_roster_leaves_an_own_title_alone(city, owner, title, kept):
    post = minutes(city, kind="lecture", title=title, auto_title="四季度支部党员大会")
    shown = owner.post("/meetings/roster/", post).context["form"]["title"].value()
    assert shown == (title if kept else shown)
    assert ("党课" in shown) is not kept


def test_roster_without_scripts_is_the_whole_page(city, owner):
    page = text(owner.post("/meetings/roster/", minutes(city, discussion="打了很久的字")))
    assert "<html" in page
    assert "打了很久的字" in page
    assert not Meeting.objects.exists()


def test_roster_warns_of_a_log_of_the_same_day(city, owner, meeting):
    page = text(owner.post("/meetings/roster/", minutes(city), headers={"HX-Request": "true"}))
    assert "这一天已有同类记录" in page
    assert "机密党员大会" in page


def test_roster_of_others_is_not_shown(city, colleague, stranger):
    for client in (colleague, stranger):
        answer = client.post("/meetings/roster/", minutes(city), headers={"HX-Request": "true"})
        assert answer.status_code == 404
        assert "钱一帆" not in text(answer)


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_page_saves_its_draft(city, owner):
    key = uuid4()
    url = f"/meetings/drafts/{key}/save/"
    first = owner.post(url, minutes(city, draft=key, discussion="一半"), headers=JSON)
    assert json.loads(first.content) == {"revision": 1, "url": f"/meetings/drafts/{key}/"}
    owner.post(url, minutes(city, draft=key, draft_revision=1, discussion="一半多"), headers=JSON)
    page = text(owner.get(f"/meetings/drafts/{key}/"))
    assert "一半多" in page
    assert not Meeting.objects.exists()


def test_draft_keeps_absences_votes_and_decisions(city, owner):
    key = uuid4()
    post = minutes(
        city, draft=key, held_on="", **{f"status-{city.members[0].pk}": 7, f"note-{city.members[0].pk}": "外出"}
    )
    post |= {"vote-3-subject": "选举", "vote-3-approve": "x", "decision-7-text": "落实", "also": ["lecture", "study"]}
    owner.post(f"/meetings/drafts/{key}/save/", post, headers=JSON)
    content = MeetingDraft.objects.get().content
    assert content["attendance"][str(city.members[0].pk)] == {"status": "7", "note": "外出"}
    assert content["votes"][0]["subject"] == "选举"
    assert content["decisions"][0]["text"] == "落实"
    assert content["also"] == ["lecture", "study"]


def test_page_is_told_when_another_page_saved_since(city, owner, draft):
    post = minutes(city, draft=draft.pk, draft_revision=0)
    answer = owner.post(f"/meetings/drafts/{draft.pk}/save/", post, headers=JSON)
    assert answer.status_code == 409
    assert "另一个页面" in json.loads(answer.content)["message"]


def test_draft_saved_without_scripts_comes_back(city, owner):
    key = uuid4()
    answer = owner.post(f"/meetings/drafts/{key}/save/", minutes(city, draft=key))
    assert answer.url == f"/meetings/drafts/{key}/"


def test_draft_submitted_leads_to_its_log(city, owner):
    key = uuid4()
    owner.post(f"/meetings/drafts/{key}/save/", minutes(city, draft=key), headers=JSON)
    owner.post(CREATE, minutes(city, draft=key))
    assert not MeetingDraft.objects.exists()
    assert owner.get(f"/meetings/drafts/{key}/").url == f"/meetings/{Meeting.objects.get().pk}/"


def test_drafts_belong_to_the_branch_alone(city, draft, colleague, stranger):
    for client in (colleague, stranger):
        assert client.get(f"/meetings/drafts/{draft.pk}/").status_code == 404
        assert client.post(f"/meetings/drafts/{draft.pk}/discard/").status_code == 404
        answer = client.post(f"/meetings/drafts/{draft.pk}/save/", minutes(city, draft_revision=1), headers=JSON)
        assert answer.status_code == 404
        assert "机密草稿" not in text(client.get("/meetings/"))
    for role in (Role.UNIT_STAFF, Role.CITY_STAFF, Role.MEMBER, Role.SYSTEM_ADMIN):
        assert city.client(role).get(f"/meetings/drafts/{draft.pk}/").status_code == 403
        assert city.client(role).post(f"/meetings/drafts/{draft.pk}/discard/").status_code == 403
    assert "机密草稿" not in text(city.client(Role.UNIT_STAFF).get("/meetings/"))
    assert MeetingDraft.objects.get().title == "机密草稿"


def test_draft_is_thrown_away_by_its_branch(city, owner, draft):
    assert "机密草稿" in text(owner.get("/meetings/"))
    assert owner.get(f"/meetings/drafts/{draft.pk}/discard/").status_code == 405
    owner.post(f"/meetings/drafts/{draft.pk}/discard/")
    assert not MeetingDraft.objects.exists()


# --- one log ----------------------------------------------------------------------------------------------------------


def test_who_sees_a_log(city, meeting, owner, colleague, stranger, foreign_staff):
    url = f"/meetings/{meeting.pk}/"
    readers = [owner, *(city.client(role) for role in (Role.UNIT_STAFF, Role.UNIT_DISCIPLINE, Role.CITY_STAFF))]
    for client in readers:
        page = text(client.get(url))
        assert "李三木" in page
        assert "机密病情" in page
        assert "须超过应到的半数" in page
    for client in (colleague, stranger, foreign_staff):
        answer = client.get(url)
        assert answer.status_code == 404
        assert "机密" not in text(answer)
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        assert city.client(role).get(url).status_code == 403


def test_member_sees_the_log_and_only_the_own_attendance(city, meeting):
    client = city.client(Role.MEMBER)
    page = text(client.get(f"/meetings/{meeting.pk}/"))
    assert "本人：到会" in page
    assert "机密病情" not in page
    assert "李三木" not in page
    assert "更正" not in page
    assert client.get(f"/meetings/{meeting.pk}/history/").status_code == 403


def test_only_the_branch_is_offered_a_correction_and_only_the_unit_a_return(city, meeting, owner):
    own, unit = (
        text(owner.get(f"/meetings/{meeting.pk}/")),
        text(city.client(Role.UNIT_STAFF).get(f"/meetings/{meeting.pk}/")),
    )
    reader = text(city.client(Role.CITY_STAFF).get(f"/meetings/{meeting.pk}/"))
    assert "/correct/" in own
    assert "/return/" not in own
    assert "/correct/" not in unit
    assert "/return/" in unit
    assert "/correct/" not in reader
    assert "/return/" not in reader


def test_owner_corrects_and_the_history_tells(city, owner, meeting):
    url = f"/meetings/{meeting.pk}/correct/"
    page = owner.get(url)
    assert "机密党员大会" in text(page)
    marks = {row.seat.name: row.status for row in page.context["rows"]}
    assert marks["李三木"] == AttendanceStatus.SICK
    post = minutes(city, title="更正后的题目", revision=1, reason="写错了题目", meeting=meeting.pk)
    assert owner.post(url, post).url == f"/meetings/{meeting.pk}/"
    history = text(owner.get(f"/meetings/{meeting.pk}/history/"))
    assert "写错了题目" in history
    assert "机密党员大会" in history
    assert "更正后的题目" in history


def test_correction_on_an_old_page_shows_what_changed_and_keeps_the_typing(city, owner, meeting):
    url = f"/meetings/{meeting.pk}/correct/"
    owner.post(url, minutes(city, revision=1, reason="一", place="二会议室"))
    answer = owner.post(url, minutes(city, revision=1, reason="二", place="三会议室"))
    page = text(answer)
    assert "刚被" in page
    assert "二会议室" in page
    assert "三会议室" in page
    assert 'name="revision" value="2"' in page
    assert MeetingVersion.objects.count() == 1
    owner.post(url, minutes(city, revision=2, reason="二", place="三会议室"))
    meeting.refresh_from_db()
    assert (meeting.place, meeting.revision) == ("三会议室", 3)


def test_correction_has_a_draft_of_its_own(city, owner, meeting):
    key = uuid4()
    post = minutes(city, meeting=meeting.pk, revision=1, reason="还没写完", place="四会议室")
    owner.post(f"/meetings/drafts/{key}/save/", post, headers=JSON)
    assert owner.get(f"/meetings/drafts/{key}/").url == f"/meetings/{meeting.pk}/correct/"
    page = text(owner.get(f"/meetings/{meeting.pk}/correct/"))
    assert "四会议室" in page
    assert "还没写完" in page
    owner.post(f"/meetings/{meeting.pk}/correct/", minutes(city, revision=1, reason="写完", place="四会议室"))
    assert not MeetingDraft.objects.exists()


def test_who_may_correct(city, meeting, colleague, stranger):
    post = minutes(city, revision=1, reason="闯入", title="被改了")
    for client, code in (
        (colleague, 404), (stranger, 404), (city.client(Role.UNIT_STAFF), 403), (city.client(Role.MEMBER), 403),
        (city.client(Role.CITY_STAFF), 403),
    ):  # fmt: skip
        assert client.post(f"/meetings/{meeting.pk}/correct/", post).status_code == code
        assert client.get(f"/meetings/{meeting.pk}/correct/").status_code == code
    meeting.refresh_from_db()
    assert meeting.title == "机密党员大会"


def test_unit_returns_with_a_reason(city, meeting, owner):
    staff = city.client(Role.UNIT_STAFF)
    url = f"/meetings/{meeting.pk}/return/"
    assert "退回原因" in text(staff.get(url))
    assert "必填" in text(staff.post(url, {"reason": "", "revision": 1}))
    assert staff.post(url, {"reason": "缺少决议", "revision": 1}).url == f"/meetings/{meeting.pk}/"
    page = text(owner.get(f"/meetings/{meeting.pk}/"))
    assert "缺少决议" in page
    assert "更正前不计入" in page
    assert "上级退回了这条记录" in text(owner.get(f"/meetings/{meeting.pk}/correct/"))


def test_return_of_an_older_version_is_refused(city, meeting, owner):
    owner.post(f"/meetings/{meeting.pk}/correct/", minutes(city, revision=1, reason="补充", place="某处"))
    answer = city.client(Role.UNIT_STAFF).post(f"/meetings/{meeting.pk}/return/", {"reason": "缺少决议", "revision": 1})
    assert "刚刚更正" in text(answer)
    meeting.refresh_from_db()
    assert meeting.status == "submitted"


def test_who_may_return(city, meeting, owner, colleague, stranger, foreign_staff):
    for client, code in (
        (owner, 403), (colleague, 403), (stranger, 403), (foreign_staff, 404), (city.client(Role.CITY_STAFF), 403),
    ):  # fmt: skip
        answer = client.post(f"/meetings/{meeting.pk}/return/", {"reason": "闯入", "revision": 1})
        assert answer.status_code == code
    meeting.refresh_from_db()
    assert meeting.status == "submitted"


def test_history_is_read_by_those_above(city, meeting, colleague, foreign_staff):
    url = f"/meetings/{meeting.pk}/history/"
    for role in (Role.BRANCH_SECRETARY, Role.UNIT_STAFF, Role.UNIT_DISCIPLINE, Role.CITY_STAFF):
        assert city.client(role).get(url).status_code == 200
    assert colleague.get(url).status_code == 404
    assert foreign_staff.get(url).status_code == 404


# --- the ledger -------------------------------------------------------------------------------------------------------


def test_list_holds_what_the_reader_may_see(city, meeting, owner, colleague, stranger):
    make_meeting(city.sibling, local_today(), title="二科的会")
    make_meeting(city.foreign, local_today(), title="外单位的会")
    seen = {
        owner: {"机密党员大会"},
        city.client(Role.MEMBER): {"机密党员大会"},
        colleague: {"二科的会"},
        stranger: {"外单位的会"},
        city.client(Role.UNIT_STAFF): {"机密党员大会", "二科的会"},
        city.client(Role.CITY_STAFF): {"机密党员大会", "二科的会", "外单位的会"},
    }
    for client, titles in seen.items():
        page = text(client.get("/meetings/"))
        assert {title for title in ("机密党员大会", "二科的会", "外单位的会") if title in page} == titles
    assert city.client(Role.SYSTEM_ADMIN).get("/meetings/").status_code == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=assembly", {"大会一"}),
        ("counted=lecture", {"大会一", "党课二"}),
        ("status=returned", {"退回三"}),
        ("late=1", {"党课二"}),
        ("q=大会", {"大会一"}),
        ("held_from=2026-03-01&held_to=2026-03-31", {"党课二"}),
    ],
)
def test_filters(city, query, expected):
    make_meeting(city.branch, local_today(), also=("lecture",), title="大会一")
    make_meeting(
        city.branch,
        local_today().replace(year=2026, month=3, day=5),
        kind="lecture",
        title="党课二",
        is_late_entry=True,
    )
    returned = make_meeting(city.sibling, local_today(), kind="study", title="退回三")
    meeting_return(by=city.user(Role.UNIT_STAFF), meeting=returned, reason="缺少内容")
    meetings_catch_up()
    page = text(city.client(Role.CITY_STAFF).get(f"/meetings/?{query}"))
    assert {title for title in ("大会一", "党课二", "退回三") if f">{title}<" in page} == expected


def test_organisation_filter_stays_in_scope(city, meeting):
    page = text(city.client(Role.UNIT_STAFF).get(f"/meetings/?org={city.foreign.pk}"))
    assert "养护科" not in page


def test_list_costs_the_same_for_one_three_and_fifty(city, owner, django_assert_num_queries):
    made = 0
    for wanted in (1, 3, 50):
        for number in range(made, wanted):
            make_meeting(city.branch, local_today() - timedelta(days=number))
        made = wanted
        with django_assert_num_queries(6):
            owner.get("/meetings/")


def test_export_is_what_the_list_shows(city, meeting):
    make_meeting(city.foreign, local_today(), title="外单位的会")
    answer = city.client(Role.UNIT_STAFF).post("/meetings/export/?kind=assembly")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    sheet = load_workbook(BytesIO(content), read_only=True).worksheets[0]
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert "机密党员大会" in cells
    assert "外单位的会" not in cells
    assert "4/5" in cells
    assert not any("机密病情" in cell for cell in cells)
    assert AuditEvent.objects.filter(action__contains="export").exists()


def test_member_may_not_export(city, meeting):
    assert city.client(Role.MEMBER).post("/meetings/export/").status_code == 403
