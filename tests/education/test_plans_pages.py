"""Pages of study plans: from the draft to the branch's own page, and what each reader sees of it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from branches.models import Obligation
from branches.services.requirements import requirements_load
from core.models import ImportBatch
from education.ledgers.plans import StudyPlanLedger, StudyTaskLedger
from education.models import StudyLink, StudyPlan, StudyTask
from tests.education.study import END, START, TODAY, make_material, make_plan, make_topic, publish
from tests.factories import make_meeting, make_organisation
from tests.imports import sheet_file

pytestmark = pytest.mark.django_db

PLAN_LIST_QUERIES = 5
TASK_LIST_QUERIES = 7
OWN_STUDY_QUERIES = 8


@pytest.fixture(autouse=True)
def rules(db):
    requirements_load()


@pytest.fixture
def staff(city):
    return city.client(Role.CITY_STAFF)


@pytest.fixture
def secretary(city):
    return city.client(Role.BRANCH_SECRETARY)


def text(answer):
    return answer.content.decode()


def sheet(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True))


def test_from_the_draft_to_the_branch(city, staff, secretary):
    make_material(city)
    material = make_material(city, title="党章")
    post = {
        "organisation": city.root.pk, "kind": "campaign", "year": TODAY.year, "title": "专题学习", "basis": "会议决定",
        "starts_on": START.isoformat(), "ends_on": END.isoformat(),
    }  # fmt: skip
    answer = staff.post("/education/plans/new/", post)
    plan = StudyPlan.objects.get()
    assert answer.url == f"/education/plans/{plan.pk}/"
    topic = {
        "theme": "学习党章", "reading": "总纲\n第一章", "audience": "members", "is_required": "on",
        "materials": [material.pk], "due_on": (TODAY + timedelta(days=9)).isoformat(), "more": "1",
    }  # fmt: skip
    answer = staff.post(f"/education/plans/{plan.pk}/topics/new/", topic)
    assert answer.url.endswith("/topics/new/")
    assert secretary.get(f"/education/plans/{plan.pk}/").status_code == 404, "a draft is not theirs to see"
    page = text(staff.get(f"/education/plans/{plan.pk}/publish/"))
    assert "项新增应做事项" in page
    shown = {"revision": 1, "units": 2, "branches": 3, "topics": 1, "rows": 3}
    refused = text(staff.post(f"/education/plans/{plan.pk}/publish/", {**shown, "rows": 1}))
    assert "有变化" in refused
    assert staff.post(f"/education/plans/{plan.pk}/publish/", shown).url == f"/education/plans/{plan.pk}/"
    own = text(secretary.get("/education/study/"))
    assert "专题学习" in own
    assert "关联会议记录" in own
    assert "党章" in own
    assert "学习：学习党章" in text(secretary.get("/obligations/list/?rule=E01")) or Obligation.objects.exists()


def test_linking_from_the_topic_and_from_the_log(city, secretary):
    plan = make_plan(city)
    make_topic(city, plan)
    make_topic(city, plan, theme="学习支部工作条例", reading="")
    publish(city, plan)
    first, second = StudyTask.objects.filter(organisation=city.branch).order_by("topic__number")
    log = make_meeting(city.branch, TODAY, "study", title="十月学习会", study="《党章》总纲")
    page = text(secretary.get(f"/education/study/link/?task={second.pk}"))
    assert "十月学习会" in page
    page = text(secretary.get(f"/education/study/link/?task={second.pk}&meeting={log.pk}"))
    assert page.count("checked") == 1
    assert "记录里提到" in page
    page = text(secretary.get(f"/education/study/link/?meeting={log.pk}"))
    assert page.count("checked") == 1
    answer = secretary.post(
        "/education/study/link/", {"branch": city.branch.pk, "meeting": log.pk, "tasks": [first.pk, second.pk]}
    )
    assert answer.url == f"/education/study/?branch={city.branch.pk}&year={TODAY.year}"
    assert StudyLink.objects.count() == 2
    assert "十月学习会" in text(secretary.get(answer.url))
    assert set(Obligation.objects.filter(organisation=city.branch, requirement__code="E01").values_list("done")) == {
        (1,)
    }
    other = StudyTask.objects.filter(organisation=city.sibling).first()
    wrong = secretary.post("/education/study/link/", {"branch": city.branch.pk, "meeting": log.pk, "tasks": other.pk})
    assert "没有保存" in text(wrong)
    assert StudyLink.objects.count() == 2


def test_no_log_is_offered_of_another_branch(city, secretary):
    plan = make_plan(city)
    make_topic(city, plan)
    publish(city, plan)
    make_meeting(city.sibling, TODAY, "study", title="邻居的会")
    task = StudyTask.objects.get(organisation=city.branch)
    page = text(secretary.get(f"/education/study/link/?task={task.pk}"))
    assert "邻居的会" not in page
    assert "写会议记录" in page
    foreign = StudyTask.objects.get(organisation=city.foreign)
    assert secretary.get(f"/education/study/link/?task={foreign.pk}").status_code == 404
    assert secretary.get("/education/study/link/?task=x").status_code == 404
    assert secretary.get("/education/study/link/").status_code == 302


def test_refused_input_keeps_what_was_typed(city, staff):
    post = {
        "title": "打了很久的名称",
        "kind": "yearly",
        "year": 2026,
        "starts_on": "2026-05-01",
        "ends_on": "2027-05-01",
    }
    page = text(staff.post("/education/plans/new/", {**post, "organisation": city.root.pk}))
    assert "打了很久的名称" in page
    assert "年之内" in page
    plan = make_plan(city)
    post = {"theme": "打了很久的主题", "audience": "members", "due_on": "2001-01-01"}
    page = text(staff.post(f"/education/plans/{plan.pk}/topics/new/", post))
    assert "打了很久的主题" in page
    assert "期间" in page


def test_a_secretary_plans_for_the_own_branch_alone(city, secretary):
    page = text(secretary.get("/education/plans/new/"))
    assert f'name="organisation" value="{city.branch.pk}"' in page
    post = {"organisation": city.sibling.pk, "kind": "yearly", "year": TODAY.year, "title": "别人的"}
    assert "不在您的范围内" in text(secretary.post("/education/plans/new/", post))


def test_changing_a_published_topic(city, staff):
    plan = make_plan(city)
    topic = make_topic(city, plan)
    publish(city, plan)
    url = f"/education/topics/{topic.pk}/change/"
    assert "应晚于" in text(staff.post(url, {"due_on": START.isoformat(), "reason": "放宽"}))
    staff.post(url, {"due_on": END.isoformat(), "reason": "放宽"})
    topic.refresh_from_db()
    assert topic.due_on == END
    staff.post(url, {"cancel": "1", "reason": "另行安排"})
    assert "另行安排" in text(staff.get(f"/education/plans/{plan.pk}/"))
    staff.post(f"/education/plans/{plan.pk}/close/")
    plan.refresh_from_db()
    assert plan.state == "closed"


def test_copy_and_discard(city, staff):
    plan = make_plan(city)
    make_topic(city, plan)
    answer = staff.post(f"/education/plans/{plan.pk}/copy/", {"year": TODAY.year + 1})
    copy = StudyPlan.objects.exclude(pk=plan.pk).get()
    assert answer.url == f"/education/plans/{copy.pk}/"
    staff.post(f"/education/plans/{plan.pk}/copy/", {"year": 1})
    staff.post(f"/education/plans/{copy.pk}/discard/")
    assert StudyPlan.objects.get() == plan


def test_figures_open_to_their_rows(city, staff):
    plan = make_plan(city)
    make_topic(city, plan)
    publish(city, plan)
    page = text(staff.get(f"/education/plans/{plan.pk}/progress/"))
    rows = f"/education/plans/{plan.pk}/branches/?required=yes&amp;org={city.unit.pk}"
    assert f'href="{rows}">2</a>' in page
    found = staff.get(rows.replace("&amp;", "&")).context["ledger"]
    assert len(found.values) == 2
    assert len(city.client(Role.UNIT_STAFF).get(f"/education/plans/{plan.pk}/branches/").context["ledger"].values) == 2
    exported = sheet(staff.post(f"/education/plans/{plan.pk}/branches/export/"))
    assert len(exported) == 4


def test_topics_go_out_and_come_in_by_excel(city, staff):
    plan = make_plan(city)
    make_topic(city, plan)
    exported = sheet(staff.post(f"/education/plans/{plan.pk}/topics/export/"))
    assert exported[0][1] == "主题"
    other = make_plan(city, title="另一个计划")
    url = reverse("education:topic_import", args=[other.pk])
    answer = staff.post(url, {"file": sheet_file(*exported)})
    batch = ImportBatch.objects.get()
    assert answer.url.endswith(f"/{batch.pk}/")
    staff.post(f"{answer.url}commit/")
    topic = other.topics.get()
    assert (topic.theme, topic.is_required, topic.audience) == ("学习党章总纲", True, "members")
    bad = [("主题", "完成时限", "学习对象"), ("新主题", "2001-01-01", "谁"), ("学习党章总纲", "", "")]
    page = text(staff.get(staff.post(url, {"file": sheet_file(*bad)}).url))
    assert "期间" in page or "谁" in page
    publish(city, other)
    assert "已发布的学习计划" in text(staff.get(url))


@pytest.mark.parametrize("count", [1, 3, 50])
def test_query_counts(city, staff, secretary, count, django_assert_num_queries):
    for number in range(count):
        plan = make_plan(city, title=f"计划{number}")
    for number in range(count):
        make_topic(city, plan, theme=f"主题{number}", is_required=False)
    publish(city, plan)
    staff.get("/education/plans/")
    with django_assert_num_queries(PLAN_LIST_QUERIES):
        staff.get("/education/plans/")
    with django_assert_num_queries(TASK_LIST_QUERIES):
        staff.get(f"/education/plans/{plan.pk}/branches/?org={city.branch.pk}")
    secretary.get("/education/study/")
    with django_assert_num_queries(OWN_STUDY_QUERIES):
        secretary.get("/education/study/")


def test_lists_are_filtered(city):
    first = make_plan(city, year=2025)
    make_plan(city, title="别的")
    rows = lambda **params: list(StudyPlanLedger.rows(city.user(Role.CITY_STAFF), params))  # noqa: E731
    assert rows(year="2025") == [first]
    assert len(rows(state="draft", kind="campaign")) == 2
    make_topic(city, first)
    publish(city, first)
    make_organisation(city.unit, "branch", "不在里面")
    states = StudyTaskLedger.rows(city.user(Role.CITY_STAFF), {"state": "due"})
    assert states.count() == 3
