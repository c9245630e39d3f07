"""调研式推进: a topic from its question to what became of its result."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from openpyxl import Workbook

from accounts.roles import Role
from branches.models import Obligation
from branches.services.requirements import requirements_load
from core.models import ImportBatch
from oversight.models import ResearchProblem, ResearchTopic
from oversight.services import research as services
from tests.factories import make_meeting
from tests.oversight.works import TODAY, sheet

pytestmark = pytest.mark.django_db
HOME = "/oversight/research/"
VALUES = {
    "title": "支部活动时间怎么保证",
    "question": "业务高峰期支部活动时间难保证",
    "leader": "甘一",
    "starts_on": TODAY - timedelta(days=30),
    "ends_on": TODAY + timedelta(days=30),
}
RESULT = "建议把每月第二周的周五下午固定为支部活动时间，全年列入计划。"


@pytest.fixture(autouse=True)
def rules(db):
    requirements_load()


@pytest.fixture
def staff(city):
    return city.user(Role.CITY_STAFF)


@pytest.fixture
def topic(city, staff):
    return services.topic_create(by=staff, organisation=city.root, values=VALUES)


def measure(city, **values):
    given = {"task": "固定活动时间", "organisation": city.unit, "due_on": TODAY + timedelta(days=20), **values}
    return services.Measure(**given)


def text(answer):
    return answer.content.decode()


def test_whole_life(city, staff, topic):
    with pytest.raises(ValidationError, match="点位"):
        services.topic_conclude(by=staff, topic=topic, result=RESULT)
    log = make_meeting(city.branch, TODAY - timedelta(days=3), kind="study")
    visit = services.field_visit_record(by=staff, topic=topic, held_on=TODAY, meeting=log)
    assert (visit.held_on, visit.organisation) == (log.held_on, city.branch)
    problem = services.problem_add(by=staff, topic=topic, text="活动时间不固定", measure=measure(city))
    assert problem.item.measures == "针对问题：活动时间不固定"
    assert Obligation.objects.get(requirement__code="V06").organisation == city.unit
    with pytest.raises(ValidationError, match="至少20个字"):
        services.topic_conclude(by=staff, topic=topic, result="有成果")
    services.topic_conclude(by=staff, topic=topic, result=RESULT)
    with pytest.raises(ValidationError):
        services.topic_update(by=staff, topic=topic, values=VALUES)
    services.topic_apply(by=staff, topic=topic, kind="practice", name="支部活动日制度", applied_on=TODAY)
    topic.refresh_from_db()
    assert (topic.state, topic.result_name) == ("applied", "支部活动日制度")
    services.topic_reopen(by=staff, topic=topic, reason="还要补充调研")
    topic.refresh_from_db()
    assert (topic.state, topic.result, topic.result_kind) == ("open", RESULT, "")


def test_a_measure_follows_later_and_once(city, staff, topic):
    problem = services.problem_add(by=staff, topic=topic, text="活动时间不固定")
    services.problem_measure(by=staff, problem=problem, measure=measure(city))
    with pytest.raises(ValidationError, match="已有对策"):
        services.problem_measure(by=staff, problem=problem, measure=measure(city))
    with pytest.raises(ValidationError, match="不能删除"):
        services.problem_remove(by=staff, problem=problem)
    with pytest.raises(ValidationError, match="已经列入"):
        services.problem_add(by=staff, topic=topic, text="活动时间不固定")


def test_a_problem_without_measure_is_taken_out(staff, topic):
    problem = services.problem_add(by=staff, topic=topic, text="写错了的问题")
    services.problem_remove(by=staff, problem=problem)
    assert not ResearchProblem.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"held_on": TODAY + timedelta(days=1), "place": "办事大厅"}, "held_on"),
        ({"held_on": TODAY - timedelta(days=31), "place": "办事大厅"}, "held_on"),
        ({"held_on": TODAY}, "place"),
        ({"held_on": TODAY, "place": "大厅", "note": "找 13800138000"}, "note"),
    ],
)
def test_bad_field_visits_are_refused(staff, topic, values, field):
    with pytest.raises(ValidationError) as refused:
        services.field_visit_record(by=staff, topic=topic, **values)
    assert field in refused.value.message_dict


def test_the_database_refuses_impossible_topics(staff, topic, city):
    for change in ({"state": "concluded"}, {"state": "applied"}, {"ends_on": TODAY - timedelta(days=60)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ResearchTopic.objects.filter(pk=topic.pk).update(**change)
    with pytest.raises(ValidationError, match="已经有了"):
        services.topic_create(by=staff, organisation=city.root, values=VALUES)


def test_pages(city):
    client = city.client(Role.CITY_STAFF)
    post = {name: str(value) for name, value in VALUES.items()}
    page = text(client.post(f"{HOME}new/", post | {"ends_on": "2001-01-01"}))
    assert "没有保存" in page
    assert VALUES["question"] in page
    client.post(f"{HOME}new/", post)
    topic = ResearchTopic.objects.get()
    url = f"{HOME}{topic.pk}/"
    client.post(f"{url}visit/", {"held_on": TODAY.isoformat(), "place": "办事大厅"})
    page = text(client.post(f"{url}problem/", {"text": "活动时间不固定", "task": "固定活动时间"}))
    assert "这一项要填" in page
    client.post(f"{url}problem/", {"text": "活动时间不固定"})
    problem = ResearchProblem.objects.get()
    task = {"task": "固定活动时间", "organisation": city.unit.pk, "due_on": TODAY.isoformat()}
    client.post(f"/oversight/problems/{problem.pk}/measure/", task)
    client.post(f"{url}update/", post | {"leader": "甘二", "revision": 1})
    client.post(f"{url}conclude/", {"result": RESULT})
    client.post(f"{url}apply/", {"kind": "document", "result_name": "活动日制度", "applied_on": TODAY.isoformat()})
    page = text(client.get(url))
    for words in ("办事大厅", "固定活动时间", "甘二", RESULT, "活动日制度"):
        assert words in page
    assert "甘二" in text(client.get(HOME))
    assert "甘二" in sheet(client.post(f"{HOME}export/"))
    unit = city.client(Role.UNIT_STAFF)
    assert unit.get(url).status_code == 404
    assert unit.get(HOME).status_code == 200
    assert city.client(Role.BRANCH_SECRETARY).get(HOME).status_code == 403


def test_list_costs_the_same(city, staff, django_assert_num_queries):
    client, made = city.client(Role.CITY_STAFF), 0
    client.get(HOME)
    for wanted in (1, 3, 50):
        for number in range(made, wanted):
            services.topic_create(by=staff, organisation=city.root, values=VALUES | {"title": f"课题{number}"})
        made = wanted
        with django_assert_num_queries(6):
            client.get(HOME)


def test_topics_come_from_a_sheet(city):
    book = Workbook()
    book.active.append(("课题", "要解决的问题", "负责人", "开始日期", "结束日期"))
    book.active.append(tuple(str(VALUES[name]) for name in ("title", "question", "leader", "starts_on", "ends_on")))
    file = BytesIO()
    book.save(file)
    client = city.client(Role.CITY_STAFF)
    base = f"{HOME}{city.root.pk}/import/"
    client.post(base, {"file": SimpleUploadedFile("课题.xlsx", file.getvalue())})
    client.post(f"{base}{ImportBatch.objects.get().pk}/commit/")
    assert ResearchTopic.objects.get().title == VALUES["title"]
