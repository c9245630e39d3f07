"""Pages of plans, appraisals, talks and rituals: from the tap to the row, and what each reader sees."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from accounts.roles import Role
from branches.models import Appraisal, HomeVisit, Meeting, MeetingPlan, OathReview, PoliticalBirthday, Talk
from branches.services.appraisals import appraisal_begin, appraisal_save
from branches.services.meetings import MeetingData, meeting_record
from core.calendar import local_today
from tests.factories import make_meeting, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
TODAY = local_today()


@pytest.fixture
def owner(city):
    return city.client(Role.BRANCH_SECRETARY)


def text(answer):
    return answer.content.decode()


def sheet(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
    return " ".join(str(cell) for row in rows for cell in row if cell is not None)


# --- plans -----------------------------------------------------------------------------------------------------------


def test_from_the_plan_to_the_log(city, owner):
    post = {
        "branch": city.branch.pk,
        "kind": "theme_day",
        "planned_on": TODAY.isoformat(),
        "place": "纪念馆",
        "agenda": "参观",
    }
    answer = owner.post("/plans/new/", post)
    plan = MeetingPlan.objects.get()
    assert answer.url == f"/plans/{plan.pk}/"
    assert "主题党日" in plan.title
    assert f"kind=theme_day&amp;plan={plan.pk}" in text(owner.get("/meetings/new/"))
    form = owner.get(f"/meetings/record/?kind=theme_day&plan={plan.pk}").context["form"]
    content = form.content
    assert (content["title"], content["place"], content["agenda"]) == (plan.title, "纪念馆", "参观")
    assert (content["theme"], content["theme_preset"]) == (plan.title, "1")
    owner.post(
        "/meetings/record/",
        {"branch": city.branch.pk, "draft": uuid4(), **{k: v for k, v in content.items() if isinstance(v, str)}},
    )
    plan.refresh_from_db()
    assert plan.meeting == Meeting.objects.get()
    assert "看会议记录" in text(owner.get(f"/plans/{plan.pk}/"))
    assert "计划中的会议" not in text(owner.get("/meetings/new/"))


def test_plan_survives_the_draft(city, owner):
    key = uuid4()
    plan = MeetingPlan.objects.create(
        organisation=city.branch, by=city.user(Role.BRANCH_SECRETARY), kind="study", title="学习", planned_on=TODAY
    )
    post = {"branch": city.branch.pk, "kind": "study", "plan": plan.pk, "draft_revision": 0, "lecturer": "带着"}
    owner.post(f"/meetings/drafts/{key}/save/", post, headers={"Accept": "application/json"})
    page = text(owner.get(f"/meetings/drafts/{key}/"))
    assert f'name="plan" value="{plan.pk}"' in page
    assert 'name="lecturer" value="带着"' in page


def test_refused_plan_keeps_what_was_typed(city, owner):
    post = {"branch": city.branch.pk, "kind": "group_meeting", "planned_on": "2001-01-01", "agenda": "打了很久的字"}
    page = text(owner.post("/plans/new/", post))
    assert "不能早于今天" in page
    assert "打了很久的字" in page
    assert not MeetingPlan.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "明天", "2026-02-30"])
def test_odd_days_are_refused_everywhere(city, owner, day):
    people = [member.pk for member in city.members]
    base = {"branch": city.branch.pk, "held_on": day, "member": people[0]}
    for url, post in {
        "/plans/new/": {**base, "kind": "study", "planned_on": day},
        "/talks/new/": {**base, "others": people[1:2]},
        "/ceremonies/birthdays/record/": {**base, "month": 7, "members": people[:1]},
        "/ceremonies/oaths/new/": {**base, "count": 3},
        "/ceremonies/visits/new/": {**base, "visitors": people[1:3], "consented": "on", "category": "care"},
    }.items():
        answer = owner.post(url, post)
        assert answer.status_code == 200, url
        assert "没有保存" in text(answer)


def test_plan_is_moved_and_cancelled_on_its_page(city, owner):
    plan = MeetingPlan.objects.create(
        organisation=city.branch, by=city.user(Role.BRANCH_SECRETARY), kind="study", title="学习",
        planned_on=TODAY - timedelta(days=2),
    )  # fmt: skip
    assert "已过日期" in text(owner.get(f"/plans/{plan.pk}/"))
    later = (TODAY + timedelta(days=3)).isoformat()
    owner.post(f"/plans/{plan.pk}/update/", {"kind": "study", "planned_on": later, "title": "学习", "revision": 1})
    plan.refresh_from_db()
    assert plan.planned_on.isoformat() == later
    assert "必填" in text(owner.post(f"/plans/{plan.pk}/cancel/", {"reason": "", "revision": 2}))
    owner.post(f"/plans/{plan.pk}/cancel/", {"reason": "合并", "revision": 2})
    assert "已取消" in text(owner.get(f"/plans/{plan.pk}/"))
    assert "写记录" not in text(city.client(Role.MEMBER).get(f"/plans/{plan.pk}/"))


def test_agenda_is_edited(city, owner):
    owner.post("/agendas/study/", {"branch": city.branch.pk, "text": "本支部的议程"})
    assert "本支部的议程" in text(owner.get("/agendas/"))
    assert "本支部的议程" in text(owner.get("/meetings/record/?kind=study"))
    assert owner.get("/agendas/dance/").status_code == 404


@pytest.mark.parametrize(("url", "made"), [("/plans/", "plan"), ("/appraisals/", "appraisal"), ("/talks/", "talk")])
def test_lists_cost_the_same_for_one_three_and_fifty(city, owner, url, made, django_assert_num_queries):
    by, done = city.user(Role.BRANCH_SECRETARY), 0
    log = make_meeting(city.branch, TODAY, kind="appraisal")
    people = sorted(member.pk for member in city.members)
    owner.get(url)
    for wanted in (1, 3, 50):
        for number in range(done, wanted):
            row = {"organisation": city.branch, "by": by}
            if made == "plan":
                MeetingPlan.objects.create(**row, kind="study", title=f"学习{number}", planned_on=TODAY)
            elif made == "appraisal":
                Appraisal.objects.create(**row, year=2000 + number, meeting=log)
            else:
                day = TODAY - timedelta(days=number)
                Talk.objects.create(**row, held_on=day, member_a_id=people[0], member_b_id=people[1], pair="mixed")
        done = wanted
        with django_assert_num_queries(5):
            owner.get(url)


@pytest.mark.parametrize(
    "url",
    [
        "/meetings/record/?kind=theme_day",
        "/talks/year/",
        "/ceremonies/birthdays/?month=7",
        "/ceremonies/visits/",
        "/ceremonies/oaths/",
    ],
)
def test_pages_of_people_cost_the_same_for_few_and_many(city, owner, url, django_assert_max_num_queries):
    by = city.user(Role.BRANCH_SECRETARY)

    def visit(member):
        row = HomeVisit.objects.create(
            organisation=city.branch, by=by, member=member, held_on=TODAY, category="care", consented=True
        )
        row.visitors.set(city.members[:2])
        OathReview.objects.create(organisation=city.branch, by=by, held_on=TODAY, count=2, meeting=log)

    log = make_meeting(city.branch, TODAY)
    visit(city.members[2])
    owner.get(url)
    with django_assert_max_num_queries(20) as first:
        owner.get(url)
    few = len(first)
    for number in range(30):
        visit(make_member(city.branch, f"党员{number}"))
    with django_assert_max_num_queries(few):
        owner.get(url)


# --- appraisal -------------------------------------------------------------------------------------------------------


@pytest.fixture
def graded(city):
    by = city.user(Role.BRANCH_SECRETARY)
    data = MeetingData(kind="appraisal", title="民主评议", held_on=TODAY)
    log = meeting_record(by=by, branch=city.branch, data=data, submission_key=uuid4())
    row = appraisal_begin(by=by, meeting=log)
    grades = {member.pk: "qualified" for member in city.members} | {city.members[4].pk: "basic"}
    return appraisal_save(by=by, appraisal=row, grades=grades, expected_revision=1, finish=True)


def test_grades_are_given_from_the_log(city, owner):
    data = MeetingData(kind="appraisal", title="民主评议", held_on=TODAY)
    by = city.user(Role.BRANCH_SECRETARY)
    log = meeting_record(by=by, branch=city.branch, data=data, submission_key=uuid4())
    assert "登记等次" in text(owner.get(f"/meetings/{log.pk}/"))
    url = owner.post(f"/meetings/{log.pk}/appraisal/").url
    grades = {f"grade-{member.pk}": "excellent" for member in city.members}
    page = text(owner.post(url, {**grades, "revision": 1, "finish": "1"}))
    assert "三分之一" in page
    assert page.count('value="excellent" selected') == 5
    owner.post(url, {**grades, "revision": 1, "save": "1"})
    assert Appraisal.objects.get().excellent == 5
    grades = {f"grade-{member.pk}": "qualified" for member in city.members}
    assert owner.post(url, {**grades, "revision": 2, "finish": "1"}).status_code == 302
    assert Appraisal.objects.get().state == "finished"


def test_grades_are_seen_by_those_who_may_and_the_own_by_each(city, graded):
    url, log = f"/appraisals/{graded.pk}/", f"/meetings/{graded.meeting_id}/"
    for role in (Role.BRANCH_SECRETARY, Role.UNIT_STAFF):
        assert "基本合格" in text(city.client(role).get(url))
    for role in (Role.MEMBER, Role.CITY_STAFF, Role.UNIT_DISCIPLINE):
        assert city.client(role).get(url).status_code == 403
    own = text(city.client(Role.MEMBER).get(log))
    assert "本人：<strong>基本合格</strong>" in own
    reader = text(city.client(Role.CITY_STAFF).get(log))
    assert "本人" not in reader
    assert "民主评议等次" in reader


def test_export_of_appraisals_has_counts_and_no_names(city, graded, owner):
    cells = sheet(owner.post("/appraisals/export/"))
    assert "整理一科党支部" in cells
    assert not any(member.name in cells for member in city.members)


# --- talks and rituals -----------------------------------------------------------------------------------------------


def test_talks_of_one_with_many_are_entered_once(city, owner):
    page = text(owner.get("/talks/new/"))
    assert "平台没有这一栏" in page
    assert "<textarea" not in page
    first, *others = [member.pk for member in city.members]
    post = {"branch": city.branch.pk, "held_on": TODAY.isoformat(), "member": first, "others": others}
    answer = owner.post("/talks/new/", post)
    assert Talk.objects.count() == 4
    assert "还有" in text(owner.get(answer.url))
    talk = Talk.objects.first()
    assert "谈话内容不登记" in text(owner.get(f"/talks/{talk.pk}/"))
    owner.post(f"/talks/{talk.pk}/remove/")
    assert Talk.objects.count() == 3
    page = text(owner.post("/talks/new/", {**post, "others": []}))
    assert "请勾选" in page


def test_unit_chooses_a_branch_and_sees_its_year(city):
    staff = city.client(Role.UNIT_STAFF)
    assert "哪个党支部" in text(staff.get("/talks/year/"))
    page = text(staff.get(f"/talks/year/?branch={city.branch.pk}"))
    assert "钱一帆" in page
    assert "登记谈话" not in page
    assert staff.get(f"/talks/year/?branch={city.foreign.pk}").status_code == 404


def test_birthdays_of_a_month(city, owner):
    page = text(owner.get(f"/ceremonies/birthdays/?year={TODAY.year}&month=7"))
    assert "钱一帆" in page
    assert "党龄" in page
    post = {
        "branch": city.branch.pk, "year": TODAY.year, "month": 7, "members": [city.members[0].pk],
        "deeds": ["with_card"], "held_on": TODAY.isoformat(),
    }  # fmt: skip
    assert owner.post("/ceremonies/birthdays/record/", post).status_code == 302
    assert PoliticalBirthday.objects.get().with_card
    assert "还没有党员" not in page
    assert "请勾选" in text(owner.post("/ceremonies/birthdays/record/", {**post, "members": []}))
    assert "没有党员过政治生日" in text(owner.get("/ceremonies/birthdays/?month=2"))


def test_home_visit_asks_for_no_details(city, owner):
    page = text(owner.get("/ceremonies/visits/new/"))
    assert "<textarea" not in page
    people = [member.pk for member in city.members]
    post = {
        "branch": city.branch.pk, "held_on": TODAY.isoformat(), "member": people[0], "category": "care",
        "visitors": people[1:3],
    }  # fmt: skip
    assert "本人同意" in text(owner.post("/ceremonies/visits/new/", post))
    owner.post("/ceremonies/visits/new/", {**post, "consented": "on"})
    row = HomeVisit.objects.get()
    assert "孙二禾、李三木" in text(owner.get("/ceremonies/visits/")) or "李三木、孙二禾" in text(
        owner.get("/ceremonies/visits/")
    )
    owner.post(f"/ceremonies/visits/{row.pk}/remove/")
    assert not HomeVisit.objects.exists()


def test_oath_review_takes_day_place_and_number_from_its_log(city, owner):
    log = make_meeting(city.branch, TODAY - timedelta(days=2), place="纪念馆", expected=5, present=4)
    owner.post("/ceremonies/oaths/new/", {"branch": city.branch.pk, "meeting": log.pk})
    row = OathReview.objects.get()
    assert (row.held_on, row.place, row.count) == (log.held_on, "纪念馆", 4)
    page = text(owner.post("/ceremonies/oaths/new/", {"branch": city.branch.pk, "leader": "钱一帆"}))
    assert "或者选择结合的会议" in page
    assert 'value="钱一帆"' in page


def test_oath_review_links_a_log_of_the_branch(city, owner):
    log, other = make_meeting(city.branch, TODAY), make_meeting(city.foreign, TODAY, title="外单位的会")
    assert "外单位的会" not in text(owner.get("/ceremonies/oaths/new/"))
    post = {"branch": city.branch.pk, "held_on": TODAY.isoformat(), "count": 5, "meeting": other.pk}
    owner.post("/ceremonies/oaths/new/", post)
    assert not OathReview.objects.exists()
    owner.post("/ceremonies/oaths/new/", {**post, "meeting": log.pk})
    row = OathReview.objects.get()
    assert row.meeting_id == log.pk
    owner.post(f"/ceremonies/oaths/{row.pk}/remove/")
    assert not OathReview.objects.exists()


def test_rituals_are_the_committees_own(city):
    for role in (Role.MEMBER, Role.UNIT_STAFF, Role.CITY_STAFF, Role.UNIT_DISCIPLINE):
        for url in ("/ceremonies/birthdays/", "/ceremonies/oaths/", "/ceremonies/visits/"):
            assert city.client(role).get(url).status_code == 403
    assert city.client(Role.BRANCH_SECRETARY).get("/ceremonies/visits/").status_code == 200


def test_secretary_of_two_branches_chooses(city):
    other = make_organisation(city.committee, "branch", "整理三科党支部")
    user = make_user(Role.BRANCH_SECRETARY, city.branch)
    user.postings.create(organisation=other, role=Role.BRANCH_SECRETARY, starts_on=TODAY - timedelta(days=9))
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for url in ("/plans/new/", "/agendas/", "/talks/new/", "/ceremonies/birthdays/", "/ceremonies/oaths/"):
        assert "整理三科党支部" in text(client.get(url))
        assert client.get(f"{url}?branch={other.pk}").status_code == 200
        assert client.get(f"{url}?branch=x").status_code == 404
