"""Pages of the wing: from the tap to the row, what each reader sees, how much a list costs."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.roles import Role
from branches.choices import PostKind
from core.calendar import local_today
from discipline.models import (
    Circular,
    CommitteeQuarter,
    CommitteeStaffing,
    FollowUp,
    IntegrityActivity,
    IntegrityTalk,
    Project,
    RiskPoint,
    WarningConference,
)
from discipline.policy.quarters import COUNTS
from discipline.services.conferences import conference_follow_up
from discipline.services.integrity import risk_create
from tests.discipline.conftest import QUARTER, TODAY
from tests.factories import make_meeting, make_post

pytestmark = pytest.mark.django_db
SOON = (TODAY + timedelta(days=20)).isoformat()


def text(answer):
    return answer.content.decode()


def cells(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
    return [[cell for cell in row if cell is not None] for row in rows]


def test_from_the_plan_to_the_schedule(city, rules):
    client = city.client(Role.CITY_STAFF)
    form = text(client.get("/discipline/conferences/new/"))
    assert "专题授课（以案说法）" in form, "the agenda is filled in"
    post = {"theme": "严守纪律", "planned_on": TODAY.isoformat(), "audience": "all", "agenda": "议程"}
    answer = client.post("/discipline/conferences/new/", post)
    row = WarningConference.objects.get()
    assert answer.url == f"/discipline/conferences/{row.pk}/"
    counts = {"expected": 100, "present": 90, "on_leave": 10, "cases_told": 2, "speaker": "张讲师"}
    client.post(f"{answer.url}hold/", {"held_on": TODAY.isoformat(), **counts})
    page = text(client.get("/discipline/"))
    assert "已召开" in page
    assert "已有 1 个季度召开" in page
    asked = {"text": "对照检查", "due_on": SOON, "for_branches": "on"}
    assert "3个党组织" in text(client.post(f"{answer.url}follow-up/", asked, follow=True))
    assert ">3<" in text(client.get(answer.url))


def test_branch_finds_its_log_and_links_it_in_one_tap(city, held):
    conference_follow_up(
        by=city.user(Role.CITY_STAFF), conference=held, text="学习讨论", due_on=local_today() + timedelta(days=9),
        for_units=True, for_branches=True,
    )  # fmt: skip
    owner = city.client(Role.BRANCH_SECRETARY)
    row = FollowUp.objects.get(organisation=city.branch)
    assert f"/discipline/follow-ups/{row.pk}/" in text(owner.get(f"/discipline/conferences/{held.pk}/"))
    assert f"/discipline/follow-ups/{row.pk}/" in text(owner.get("/")), "on the home page"
    page = text(owner.get(f"/discipline/follow-ups/{row.pk}/"))
    assert "写警示教育记录" in page
    assert "没有会议记录，登记日期和形式" not in page
    log = make_meeting(city.branch, TODAY, "warning_education", title="警示教育学习")
    assert "警示教育学习" in text(owner.get(f"/discipline/follow-ups/{row.pk}/"))
    assert "已关联" in text(owner.post(f"/discipline/follow-ups/{row.pk}/link/", {"meeting": log.pk}, follow=True))
    stranger = make_meeting(city.foreign, TODAY, "warning_education")
    other = FollowUp.objects.get(organisation=city.unit)
    staff = city.client(Role.UNIT_STAFF)
    assert "请选择会议记录" in text(
        staff.post(f"/discipline/follow-ups/{other.pk}/link/", {"meeting": stranger.pk}, follow=True)
    )
    answer = staff.post(f"/discipline/follow-ups/{other.pk}/record/", {"done_on": SOON, "form": "seminar"})
    assert answer.status_code == 422
    assert SOON in text(answer), "what was typed stays"
    staff.post(f"/discipline/follow-ups/{other.pk}/record/", {"done_on": TODAY.isoformat(), "form": "seminar"})
    staff.post(f"/discipline/follow-ups/{other.pk}/undo/", {"reason": "登错"})
    other.refresh_from_db()
    assert other.done_on is None
    member = city.client(Role.MEMBER)
    assert member.get(f"/discipline/follow-ups/{row.pk}/").status_code == 200
    assert member.post(f"/discipline/follow-ups/{row.pk}/undo/", {"reason": "x"}).status_code == 403
    foreign = FollowUp.objects.get(organisation=city.foreign)
    assert owner.get(f"/discipline/follow-ups/{foreign.pk}/").status_code == 404


def test_refused_plan_keeps_what_was_typed(city, rules):
    client = city.client(Role.UNIT_STAFF)
    answer = client.post("/discipline/conferences/new/", {"theme": "打了很久的字", "planned_on": "明天"})
    assert "没有保存" in text(answer)
    assert "打了很久的字" in text(answer)
    assert "选定单位" not in text(answer), "a unit tells its own people"


def test_branch_convenes_nothing_and_is_told_why(city, rules):
    client = city.client(Role.BRANCH_SECRETARY)
    assert "党支部的警示教育写会议记录即可" in text(client.get("/discipline/conferences/new/"))
    assert client.get(f"/discipline/conferences/new/?org={city.unit.pk}").status_code == 404
    assert "计划大会" not in text(client.get("/discipline/"))


def test_cancelled_with_a_reason(city, plan):
    row, client = plan(), city.client(Role.CITY_STAFF)
    assert client.post(f"/discipline/conferences/{row.pk}/cancel/", {}).status_code == 422
    assert "已取消" in text(
        client.post(f"/discipline/conferences/{row.pk}/cancel/", {"reason": "合并召开"}, follow=True)
    )


def test_circular_is_published_read_and_withdrawn(city, rules):
    client = city.client(Role.CITY_STAFF)
    post = {
        "title": "关于典型案例的通报", "issuer": "市纪委监委", "number": "1号", "issued_on": TODAY.isoformat(),
        "category": "work", "audience": "chosen", "units": [city.unit.pk], "requirement": "学习",
        "due_on": SOON, "asks_branches": "on",
    }  # fmt: skip
    answer = client.post("/discipline/circulars/new/", post)
    row = Circular.objects.get()
    assert answer.url == f"/discipline/circulars/{row.pk}/"
    page = text(city.client(Role.MEMBER).get(answer.url))
    assert "不统计阅读人数" in page
    assert "关于典型案例的通报" in text(city.client(Role.MEMBER).get("/discipline/circulars/"))
    assert city.client(Role.UNIT_STAFF).get(f"{answer.url}update/").status_code == 404
    assert "学习" in text(client.get(f"{answer.url}update/"))
    client.post(f"{answer.url}withdraw/", {"reason": "原发布机关撤回"})
    assert "不再要求学习" in text(client.get(answer.url))
    assert not FollowUp.objects.exists()


def test_search_finds_conferences_and_circulars(city, plan):
    plan(theme="以案为鉴警示大会")
    assert "以案为鉴警示大会" in text(city.client(Role.BRANCH_SECRETARY).get("/search/?q=以案为鉴"))


def test_risk_from_the_form_to_its_review(city, rules):
    client = city.client(Role.UNIT_DISCIPLINE)
    post = {"post": "采购岗", "level": "1", "description": "倾向", "controls": "核对", "responsible": "办公室"}
    answer = client.post("/discipline/risks/new/", {**post, "review_on": SOON})
    row = RiskPoint.objects.get()
    assert answer.url == f"/discipline/risks/{row.pk}/"
    assert client.post(f"{answer.url}review/", {"reviewed_on": SOON, "outcome": "effective"}).status_code == 422
    client.post(f"{answer.url}review/", {"reviewed_on": TODAY.isoformat(), "outcome": "effective"})
    assert "防控有效" in text(client.get(answer.url))
    client.post(f"{answer.url}update/", {**post, "controls": "三人核对", "review_on": SOON})
    row.refresh_from_db()
    assert row.controls == "三人核对"
    assert "导入" in text(client.get("/discipline/risks/"))
    sheet = cells(client.post("/discipline/risks/export/"))
    assert any("采购岗" in line for line in sheet)
    client.post(f"{answer.url}remove/", {"reason": "岗位撤销"})
    assert "已销号" in text(client.get(answer.url))


def test_projects_and_activities(city, rules):
    client = city.client(Role.UNIT_DISCIPLINE)
    client.post("/discipline/projects/new/", {"kind": "clean_organ", "title": "清廉机关", "first_year": TODAY.year})
    assert "清单还没有任务" in text(client.get(f"/discipline/projects/{Project.objects.get().pk}/"))
    answer = client.post(
        "/discipline/committees/five-year/new/", {"kind": "five_year", "title": "五年行动", "first_year": TODAY.year}
    )
    page = text(client.get(answer.url))
    assert f"{TODAY.year + 4}年" in page
    assert client.get(f"/discipline/projects/{Project.objects.get(kind='five_year').pk}/").status_code == 404
    log = make_meeting(city.branch, TODAY, "study", title="廉洁读书会")
    client.post("/discipline/activities/new/", {"kind": "reading", "meeting": log.pk})
    row = IntegrityActivity.objects.get()
    assert "廉洁读书会" in text(client.get(f"/discipline/activities/{row.pk}/"))
    assert client.post(f"/discipline/activities/{row.pk}/remove/", {}).status_code == 422
    client.post(f"/discipline/activities/{row.pk}/remove/", {"reason": "重复"})
    assert not IntegrityActivity.objects.exists()


def test_committee_page_marks_posts_and_retypes_nothing(city, rules):
    post = make_post(city.members[1], PostKind.DISCIPLINE)
    client = city.client(Role.UNIT_DISCIPLINE)
    url = f"/discipline/committees/{city.unit.pk}/"
    assert city.members[1].name in text(client.get(url))
    assert "已标注" in text(client.post(f"{url}mark/", {"post": post.pk, "mark": "part_time"}, follow=True))
    assert CommitteeStaffing.objects.get().mark == "part_time"
    assert "没有找到这个职务" in text(client.post(f"{url}mark/", {"post": 0, "mark": "part_time"}, follow=True))
    assert city.unit.short_name in text(city.client(Role.CITY_STAFF).get("/discipline/committees/"))


def test_quarter_is_prefilled_confirmed_and_revised(city, rules):
    client, last = city.client(Role.UNIT_DISCIPLINE), QUARTER.previous()
    make_meeting(city.branch, last.starts_on, "warning_education")
    url = f"/discipline/committees/{city.unit.pk}/quarters/{last.code}/"
    assert url in text(client.get("/discipline/committees/quarters/new/"))
    form = client.get(url)
    assert "平台记录：1，来自" in text(form)
    assert form.context["form"]["education"].initial == 1
    counts = {**dict.fromkeys(COUNTS, 0), "education": 1}
    answer = client.post(url, counts)
    row = CommitteeQuarter.objects.get()
    assert answer.url == f"/discipline/committees/quarters/{row.pk}/"
    assert "请写明原因" in text(client.post(url, {**counts, "training": 2}))
    client.post(url, {**counts, "training": 2, "reason": "漏填"})
    assert "漏填" in text(client.get(answer.url))
    assert client.get(f"/discipline/committees/{city.unit.pk}/quarters/{QUARTER.code}/").status_code == 404
    sums = f"?year={last.year}&span={'h1' if last.number < 3 else 'h2'}"
    assert "合计" in text(client.get(f"/discipline/committees/quarters/sums/{sums}"))
    rows = cells(client.post(f"/discipline/committees/quarters/sums/export/{sums}"))
    assert rows[-1][0] == "合计"
    assert rows[-1][-1] == 2


def test_talks_are_counts_on_the_page(city, rules):
    client = city.client(Role.UNIT_DISCIPLINE)
    client.post("/discipline/committees/talks/new/", {"kind": "reminder", "held_on": TODAY.isoformat(), "count": 3})
    row = IntegrityTalk.objects.get()
    page = text(client.get("/discipline/committees/talks/"))
    assert "谈话对象、内容和结果不登记" in page
    assert ">3</a>" in page
    assert city.client(Role.UNIT_STAFF).get("/discipline/committees/talks/").status_code == 403
    assert client.post(f"/discipline/committees/talks/{row.pk}/delete/", {}).status_code == 422
    client.post(f"/discipline/committees/talks/{row.pk}/delete/", {"reason": "登错"})
    assert not IntegrityTalk.objects.exists()


COSTS = {
    "/discipline/": 6,
    "/discipline/conferences/": 5,
    "/discipline/circulars/": 5,
    "/discipline/follow-ups/": 7,
    "/discipline/risks/": 6,
    "/discipline/committees/": 8,
    "/discipline/committees/quarters/": 5,
    "/discipline/projects/": 5,
}


@pytest.mark.parametrize("count", [1, 3, 50])
def test_lists_cost_the_same_whatever_their_length(city, held, plan, count):
    staff = city.user(Role.CITY_STAFF)
    for number in range(count):
        if number:  # one was held already
            plan(TODAY - timedelta(days=number), theme=f"大会{number}")
        risk_create(
            by=staff, organisation=city.unit, review_on=TODAY, post=f"岗位{number}", level="1", description="表现",
            controls="措施", responsible="办公室",
        )  # fmt: skip
        Circular.objects.create(
            organisation=city.root, title=f"通报{number}", issuer="市纪委", issued_on=TODAY, published_on=TODAY,
            category="work", by=staff,
        )  # fmt: skip
    conference_follow_up(by=staff, conference=held, text="学", due_on=TODAY, for_units=True, for_branches=True)
    client, found = city.client(Role.CITY_STAFF), {}
    for url in COSTS:
        client.get(url)
        with CaptureQueriesContext(connection) as context:
            assert client.get(url).status_code == 200
        found[url] = len(context)
    assert found == COSTS
