"""第一议题: from a log that holds most of it, or a unit's own meeting; its measures are a worklist."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from accounts.roles import Capability, Role
from branches.models import MeetingDecision, Obligation, Worklist
from branches.services.requirements import requirements_load
from branches.services.worklists import item_report
from core.models import AuditEvent
from education.ledgers.first_topics import FirstTopicLedger
from education.models import FirstTopic
from education.selectors.first_topics import SOURCE, from_log, logs_offered
from education.services.first_topics import DocumentData, first_topic_record, first_topic_update
from tests.education.study import TODAY, make_material
from tests.factories import make_meeting

pytestmark = pytest.mark.django_db
LIST_QUERIES = 5
FORM = {"doc-TOTAL_FORMS": 3, "doc-INITIAL_FORMS": 0}


@pytest.fixture(autouse=True)
def rules(db):
    requirements_load()


@pytest.fixture
def log(city):
    made = make_meeting(city.branch, TODAY, "committee_meeting", title="支委会", study="《重要讲话》\n《党章》总纲")
    MeetingDecision.objects.create(meeting=made, text="制订学习安排", owner="钱一帆", due_on=TODAY + timedelta(days=9))
    return made


def record(city, role=Role.BRANCH_SECRETARY, **changed):
    values = {"leader": "钱一帆", "documents": [DocumentData("《重要讲话》")], "organisation": city.branch} | changed
    return first_topic_record(by=city.user(role), **values)


def of_unit(city, **changed):
    values = {"organisation": city.unit, "meeting_name": "党组会议", "held_on": TODAY}
    return record(city, Role.UNIT_STAFF, **values | changed)


def text(answer):
    return answer.content.decode()


def test_the_log_gives_what_it_holds(city, log):
    known = from_log(log)
    assert known.titles == ("《重要讲话》", "《党章》总纲")
    assert "钱一帆" in known.present
    row = record(city, meeting=log, decision_ids=[known.decisions[0].pk])
    (item,) = row.worklist.items.all()
    assert (item.task, item.owner, item.due_on) == ("制订学习安排", "钱一帆", TODAY + timedelta(days=9))
    assert (row.name, row.day, row.titles) == ("支委会", TODAY, "《重要讲话》")
    due = Obligation.objects.get(requirement__code="E02")
    assert (due.organisation, due.done) == (city.branch, 0)
    item_report(by=city.user(Role.BRANCH_SECRETARY), item=item, result="已制订并印发")
    due.refresh_from_db()
    assert due.done == 1
    assert AuditEvent.objects.filter(action="first_topic.record").exists()


def test_refusals(city, log):
    with pytest.raises(ValidationError, match="从会议记录登记"):
        record(city, meeting_name="会", held_on=TODAY)
    with pytest.raises(ValidationError, match="领学人"):
        record(city, meeting=log, leader=" ")
    with pytest.raises(ValidationError, match="哪些篇目"):
        record(city, meeting=log, documents=[])
    with pytest.raises(ValidationError, match="只写一次"):
        record(city, meeting=log, documents=[DocumentData("甲"), DocumentData("甲")])
    with pytest.raises(ValidationError, match="手机号码"):
        record(city, meeting=log, documents=[DocumentData("联系13800138000")])
    with pytest.raises(ValidationError, match="来源日期"):
        record(city, meeting=log, documents=[DocumentData("甲", issued_on=TODAY + timedelta(days=1))])
    with pytest.raises(ValidationError, match="本党支部"):
        record(city, organisation=city.sibling, meeting=log)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        of_unit(city, held_on=TODAY + timedelta(days=1))
    with pytest.raises(ValidationError, match="会议名称"):
        of_unit(city, meeting_name="")
    assert not Worklist.objects.exists(), "what is refused leaves nothing"
    record(city, meeting=log)
    of_unit(city)
    with pytest.raises(ValidationError, match="已经登记"):
        record(city, meeting=log)
    with pytest.raises(ValidationError, match="已经登记"):
        of_unit(city)


def test_correction_and_a_second_one_meanwhile(city, log):
    row, material = record(city, meeting=log), make_material(city)
    given = {"by": city.user(Role.BRANCH_SECRETARY), "first_topic": row, "leader": "孙二禾", "expected_revision": 1}
    documents = [DocumentData(material.title, material_id=material.pk), DocumentData("补充", "市工委", TODAY)]
    first_topic_update(**given, documents=documents)
    row.refresh_from_db()
    assert (row.leader, row.titles) == ("孙二禾", "机关党建读本\n补充")
    assert [each.material for each in row.documents.all()] == [material, None]
    with pytest.raises(ValidationError, match="刚被别人修改过"):
        first_topic_update(**given, documents=documents)


def test_constraints(city, log):
    row = record(city, meeting=log)
    for values in ({"meeting_name": "又一个名称"}, {"held_on": TODAY}, {"meeting": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FirstTopic.objects.filter(pk=row.pk).update(**values)


def test_logs_offered_are_the_branchs_own_with_study_first(city, log):
    plain = make_meeting(city.branch, TODAY, "assembly", title="没有学习")
    make_meeting(city.sibling, TODAY, "assembly", study="别人的")
    secretary = city.user(Role.BRANCH_SECRETARY)
    assert list(logs_offered(secretary)) == [log, plain]
    record(city, meeting=log)
    assert list(logs_offered(secretary)) == [plain]
    assert not logs_offered(city.user(Role.CITY_STAFF))


def test_secretary_registers_from_the_log(city, log):
    client = city.client(Role.BRANCH_SECRETARY)
    page = text(client.get("/education/first-topics/new/"))
    assert f"/education/first-topics/meeting/{log.pk}/" in page
    url = f"/education/first-topics/meeting/{log.pk}/"
    page = text(client.get(url))
    assert '<option value="钱一帆">' in page
    assert page.count("checked") == 2, "what the log names is ticked"
    assert "制订学习安排" in page
    refused = text(client.post(url, FORM | {"leader": "", "doc-0-title": "打了很久的篇目", "doc-1-source": "只有来源"}))
    assert "打了很久的篇目" in refused
    assert "请写篇目" in refused
    material = make_material(city)
    post = {"leader": "钱一帆", "log_titles": ["《党章》总纲"], "materials": [material.pk], "doc-0-title": "打的"}
    answer = client.post(url, FORM | post)
    row = FirstTopic.objects.get()
    assert row.titles.split("\n") == ["《党章》总纲", "机关党建读本", "打的"]
    page = text(client.get(answer.url))
    assert "添加任务" in page
    assert client.get(url).url == answer.url, "registered once"
    page = text(client.get(f"{answer.url}update/"))
    assert "打的" in page
    client.post(f"{answer.url}update/", FORM | {"leader": "李三木", "doc-0-title": "打的", "revision": 1})
    row.refresh_from_db()
    assert (row.leader, row.titles) == ("李三木", "打的")


def test_unit_staff_record_a_meeting_without_a_log(city):
    client = city.client(Role.UNIT_STAFF)
    page = text(client.get("/education/first-topics/new/"))
    assert f'name="organisation" value="{city.unit.pk}"' in page
    post = {"organisation": city.unit.pk, "meeting_name": "党组会议", "held_on": TODAY.isoformat(), "leader": "组长"}
    client.post("/education/first-topics/new/", FORM | post | {"doc-0-title": "《重要讲话》", "doc-0-source": "报纸"})
    row = FirstTopic.objects.get()
    assert (row.organisation, row.name) == (city.unit, "党组会议")
    post["organisation"] = city.foreign_unit.pk
    assert "不在您的范围内" in text(client.post("/education/first-topics/new/", FORM | post))


def test_who_sees_it(city, log):
    branch, unit = record(city, meeting=log), of_unit(city)
    seen = lambda role: set(FirstTopic.objects.visible_to(city.user(role), Capability.STUDY_VIEW))  # noqa: E731
    assert seen(Role.CITY_STAFF) == seen(Role.UNIT_STAFF) == {branch, unit}
    assert seen(Role.BRANCH_SECRETARY) == seen(Role.MEMBER) == {branch}
    member = city.client(Role.MEMBER)
    assert member.get(f"/education/first-topics/{branch.pk}/").status_code == 200
    assert member.get(f"/education/first-topics/{branch.pk}/update/").status_code == 403
    assert member.get(f"/education/first-topics/{unit.pk}/").status_code == 404


def test_ledger_filters_and_sheet(city, log):
    first = record(city, meeting=log, decision_ids=[log.decisions.get().pk])
    second = of_unit(city, held_on=TODAY - timedelta(days=40))
    staff = city.user(Role.UNIT_STAFF)
    rows = lambda **params: list(FirstTopicLedger.rows(staff, params))  # noqa: E731
    assert rows() == [first, second]
    assert rows(measures="open") == [first]
    assert rows(measures="none") == [second]
    assert rows(held_to=(TODAY - timedelta(days=1)).isoformat()) == [second]
    assert rows(q="党组") == [second]
    answer = city.client(Role.UNIT_STAFF).post("/education/first-topics/export/")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content)), read_only=True).worksheets[0]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["支委会", "党组会议"]


def test_the_worklist_opens_its_first_topic(city, log):
    row = record(city, meeting=log)
    assert row.worklist.source == SOURCE
    page = text(city.client(Role.BRANCH_SECRETARY).get(f"/worklists/{row.worklist.pk}/", follow=True))
    assert "支委会" in page


@pytest.mark.parametrize("count", [1, 3, 50])
def test_query_count(city, count, django_assert_num_queries):
    for number in range(count):
        of_unit(city, meeting_name=f"党组会议{number}")
    client = city.client(Role.UNIT_STAFF)
    client.get("/education/first-topics/")
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/education/first-topics/")
