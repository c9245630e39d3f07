"""Pages of 发展党员: who sees and does what, forms that keep what was typed, lists that cost the same at any length."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse

from accounts.roles import Role
from branches.models import AdmissionDue, AdmissionStep, Applicant
from branches.services.admission_rules import admission_rules_load
from core.calendar import local_today
from core.workbooks.reader import read_sheet
from tests.branches.admissions import ASSEMBLY, BORN, DAYS, START, make_applicant, make_vote, record
from tests.factories import make_member

pytestmark = pytest.mark.django_db
SECRETARY, STAFF, CITY = Role.BRANCH_SECRETARY, Role.UNIT_STAFF, Role.CITY_STAFF


@pytest.fixture(autouse=True)
def rules(db):
    admission_rules_load()


def url(name, *args, **query):
    return reverse(f"branches:{name}", args=args, query=query or None)


def problems(response):
    assert response.status_code == 200
    return response.context["form"].errors


def rows(response):
    return "".join(response.context["ledger"].rows)


def test_a_secretary_registers_somebody(city):
    client = city.client(SECRETARY)
    assert client.get(url("applicant_create")).context["form"]["organisation"].initial == city.branch
    form = {"organisation": city.branch.pk, "name": "蒋小满", "gender": "2", "birth_date": "1996-04-05"}
    kept = client.post(url("applicant_create"), {**form, "applied_on": "2010-01-01", "note": "申请书1号"})
    assert "年满18周岁" in problems(kept)["applied_on"][0]
    assert 'value="申请书1号"' in kept.content.decode()
    person = client.post(url("applicant_create"), {**form, "note": "11010519491231002X", "applied_on": "2023-01-10"})
    assert "公民身份号码" in problems(person)["note"][0]
    assert not Applicant.objects.exists()
    answer = client.post(url("applicant_create"), {**form, "applied_on": "2023-01-10"})
    assert answer.url == url("applicant_detail", Applicant.objects.get().pk)
    foreign = client.post(
        url("applicant_create"), {**form, "applied_on": "2023-01-10", "organisation": city.foreign.pk}
    )
    assert "organisation" in problems(foreign)


def test_the_form_says_what_it_does_not_take(city):
    applicant = make_applicant(city, upto=9)
    page = city.client(SECRETARY).get(url("admission_step", applicant.pk, 10)).content.decode()
    assert "不写政审、自传等内容，不写公民身份号码" in page


def test_the_timeline_shows_25_steps_and_what_is_next(city):
    applicant = make_applicant(city, upto=17)
    client = city.client(SECRETARY)
    response = client.get(url("applicant_detail", applicant.pk))
    text = response.content.decode()
    assert all(f"第{step}步" in text for step in range(1, 26))
    assert [len(stage.steps) for stage in response.context["page"].stages] == [2, 4, 5, 7, 7]
    assert "2025年5月31日" in text
    assert "赞成5" in text
    assert [view.rule.step for view in response.context["page"].next_steps] == [18, 19, 20, 22]
    assert url("admission_step", applicant.pk, 19) in text
    assert url("admission_step", applicant.pk, 18) not in text
    assert (
        url("admission_step", applicant.pk, 18)
        in city.client(STAFF).get(response.request["PATH_INFO"]).content.decode()
    )
    above = city.client(CITY).get(response.request["PATH_INFO"]).content.decode()
    assert "1996年4月5日" not in above
    assert "/steps/" not in above


def test_branch_and_superior_do_their_own_steps(city):
    applicant = make_applicant(city, upto=3)
    secretary = city.client(SECRETARY)
    assert secretary.get(url("admission_step", applicant.pk, 5)).status_code == 200
    assert secretary.get(url("admission_step", applicant.pk, 4)).status_code == 403
    assert secretary.post(url("admission_step", applicant.pk, 4), {"done_on": "2023-03-10"}).status_code == 403
    assert city.client(STAFF).post(url("admission_step", applicant.pk, 4), {"done_on": "2023-03-10"}).status_code == 302
    assert city.client(CITY).get(url("admission_step", applicant.pk, 5)).status_code == 403
    assert city.client(Role.MEMBER).get(url("applicant_list")).status_code == 403
    assert secretary.get(url("admission_step", applicant.pk, 99)).status_code == 404
    assert secretary.get(url("admission_step_correct", applicant.pk, 5)).status_code == 404


def test_contacts_and_introducers_are_chosen_in_the_branch(city):
    applicant = make_applicant(city, upto=4)
    client = city.client(SECRETARY)
    one, two = city.members[:2]
    place = url("admission_step", applicant.pk, 5)
    bad = client.post(place, {"done_on": "2023-03-12", "helper_1": city.foreign_members[0].pk})
    assert "helper_1" in problems(bad)
    assert (
        "重复"
        in problems(client.post(place, {"done_on": "2023-03-12", "helper_1": one.pk, "helper_2": one.pk}))["helper_1"][
            0
        ]
    )
    assert client.post(place, {"done_on": "2023-03-12", "helper_1": one.pk, "helper_2": two.pk}).status_code == 302
    for step in (6, 7, 8):
        record(city, applicant, step)
    proposed = client.get(url("admission_step", applicant.pk, 9)).context["form"]
    assert [proposed["helper_1"].initial, proposed["helper_2"].initial] == [one.pk, two.pk]


def test_the_log_fills_day_and_result(city):
    applicant = make_applicant(city, upto=14)
    client, place = city.client(SECRETARY), url("admission_step", applicant.pk, 15)
    assert "还没有可采用的表决" in client.get(place).content.decode()
    assert "请选择" in problems(client.post(place, {"vote": "", "done_on": ""}))["vote"][0]
    vote = make_vote(city.branch, ASSEMBLY, "蒋小满")
    assert client.get(place).context["form"]["vote"].initial == str(vote.pk)
    foreign = make_vote(city.foreign, ASSEMBLY, "蒋小满")
    assert "vote" in problems(client.post(place, {"vote": foreign.pk}))
    assert client.post(place, {"vote": vote.pk}).status_code == 302
    assert AdmissionStep.objects.get(step=15).meeting == vote.meeting
    text = client.get(url("applicant_detail", applicant.pk)).content.decode()
    assert url("meeting_detail", vote.meeting_id) in text
    vote.passed = False
    vote.save()
    assert "请核对" in client.get(url("applicant_detail", applicant.pk)).content.decode()


def test_show_of_hands_is_remarked(city):
    applicant = make_applicant(city, upto=14)
    record(city, applicant, 15, vote=make_vote(city.branch, ASSEMBLY, "蒋小满", method="hands"))
    assert "应采用无记名投票" in city.client(SECRETARY).get(url("applicant_detail", applicant.pk)).content.decode()


def test_the_end_of_the_probation_on_a_page(city):
    applicant = make_applicant(city, upto=22)
    vote = make_vote(city.branch, DAYS[23], "蒋小满")
    client, place = city.client(SECRETARY), url("admission_step", applicant.pk, 23)
    short = client.post(place, {"vote": vote.pk, "outcome": "extend", "months": 3})
    assert "不能少于6个月" in problems(short)["months"][0]
    assert client.post(place, {"vote": vote.pk, "outcome": "extend", "months": 12}).status_code == 302
    record(city, applicant, 24)
    page = client.get(url("applicant_detail", applicant.pk)).content.decode()
    assert "2026年5月31日" in page
    assert "延长预备期之前" in page


def test_corrected_and_taken_back_on_pages(city):
    applicant = make_applicant(city, upto=3)
    client = city.client(SECRETARY)
    place = url("admission_step_correct", applicant.pk, 3)
    assert client.get(place).context["form"]["done_on"].initial == DAYS[3]
    assert "why" in problems(client.post(place, {"done_on": "2023-02-20"}))
    assert client.post(place, {"done_on": "2023-02-20", "why": "日期抄错"}).status_code == 302
    text = client.get(url("applicant_detail", applicant.pk)).content.decode()
    assert "日期抄错" in text
    assert "2023-03-01" in text
    assert client.post(url("admission_step_withdraw", applicant.pk, 3), {"why": "误填"}).status_code == 302
    assert not AdmissionStep.objects.filter(step=3).exists()


def test_stopped_resumed_moved_on_pages(city):
    applicant = make_applicant(city, upto=3)
    staff, secretary = city.client(STAFF), city.client(SECRETARY)
    stop = {"category": "own_wish", "stopped_on": "2023-03-05"}
    assert secretary.post(url("applicant_stop", applicant.pk), stop).status_code == 302
    assert "已于2023年3月5日停止" in secretary.get(url("applicant_detail", applicant.pk)).content.decode()
    assert secretary.post(url("applicant_resume", applicant.pk), {"why": "再次提出"}).status_code == 302
    move = {"target": city.sibling.pk, "moved_on": "2023-06-01"}
    assert "target" in problems(secretary.post(url("applicant_transfer", applicant.pk), move))
    assert "target" in problems(
        staff.post(url("applicant_transfer", applicant.pk), {**move, "target": city.foreign.pk})
    )
    assert staff.post(url("applicant_transfer", applicant.pk), move).status_code == 302
    assert secretary.get(url("applicant_detail", applicant.pk)).status_code == 404
    update = {"name": "蒋晓满", "gender": "2", "birth_date": "1996-04-05", "why": "笔误"}
    assert staff.post(url("applicant_update", applicant.pk), update).status_code == 302


def test_the_past_in_one_form(city):
    applicant = make_applicant(city)
    staff, place = city.client(STAFF), url("admission_history", applicant.pk)
    assert "至少填写一步" in str(problems(staff.post(place, {"note": "x"})))
    one, two = city.members[:2]
    days = {f"step_{step}": day.isoformat() for step, day in DAYS.items() if step <= 18}
    people = {"contact_1": one.pk, "introducer_1": one.pk, "introducer_2": two.pk, "training_hours": 24}
    kept = staff.post(place, {**days, **people, "step_7": "2024-02-01"})
    assert "满12个月" in problems(kept)["step_7"][0]
    assert 'value="2024-02-01"' in kept.content.decode()
    assert AdmissionStep.objects.count() == 1
    assert "step_15" in problems(staff.post(place, {**days, **people})) or "step_15" in str(days)
    assert staff.post(place, {**days, **people, "reason": "见2024年支部会议记录本"}).status_code == 302
    applicant.refresh_from_db()
    assert (applicant.last_step, applicant.member.joined_on) == (18, ASSEMBLY)
    own = city.client(SECRETARY).get(url("admission_history", make_applicant(city, name="沈二").pk))
    assert not {"step_4", "step_17"} & set(own.context["form"].fields)


def test_one_step_of_several_people(city):
    one, two = make_applicant(city, upto=9), make_applicant(city, name="沈二", upto=9)
    away = make_applicant(city, city.sibling, name="韩三", upto=9)
    client, place = city.client(SECRETARY), url("admission_batch", step=10)
    assert "第10步" in client.get(url("admission_batch")).content.decode()
    assert "第4步" not in client.get(url("admission_batch")).content.decode()
    assert [str(item) for item in client.get(place).context["form"].fields["applicants"].queryset] == ["蒋小满", "沈二"]
    both = [one.pk, two.pk]
    assert "applicants" in problems(client.post(place, {"done_on": "2024-04-10"}))
    assert "applicants" in problems(client.post(place, {"done_on": "2024-04-10", "applicants": [one.pk, away.pk]}))
    early = problems(client.post(place, {"done_on": "2024-03-01", "applicants": both}))["applicants"]
    assert [text.split("（")[0] for text in early] == ["蒋小满", "沈二"]
    assert not AdmissionStep.objects.filter(step=10).exists()
    answer = client.post(place, {"done_on": "2024-04-10", "applicants": both, "note": "政审报告"})
    assert answer.url == f"{url('admission_due_list')}?step=10"
    assert AdmissionStep.objects.filter(step=10).count() == 2
    assert "没有人" in client.get(place).content.decode()
    assert city.client(CITY).get(place).status_code == 403


def test_training_for_several(city):
    applicant = make_applicant(city, upto=10)
    client, place = city.client(SECRETARY), url("admission_batch", step=11)
    assert (
        "24个学时"
        in problems(client.post(place, {"done_on": "2024-04-20", "applicants": [applicant.pk]}))["applicants"][0]
    )
    form = {"done_on": "2024-04-20", "applicants": [applicant.pk], "training_days": 3}
    assert client.post(place, form).status_code == 302


# Lists ----------------------------------------------------------------------------------------------------------------


def test_filters_and_search(city):
    make_applicant(city, upto=2)
    make_applicant(city, name="沈二", upto=8)
    client = city.client(SECRETARY)
    for query, found in (
        ({"q": "jxm"}, "蒋小满"),
        ({"q": "shener"}, "沈二"),
        ({"standing": 3}, "沈二"),
        ({"standing": 1}, "蒋小满"),
    ):
        text = rows(client.get(url("applicant_list", **query)))
        assert found in text
        assert text.count("<tr>") == 1
    assert rows(client.get(url("applicant_list", due="overdue"))) == ""
    assert rows(client.get(url("admission_due_list", step=3))).count("<tr>") == 1
    assert rows(client.get(url("admission_due_list", q="shen"))).count("<tr>") == 3
    assert rows(client.get(url("admission_due_list", q="jiang", actor="branch"))).count("<tr>") == 1


def test_what_is_due_by_step_and_day(city):
    today = local_today()
    person = make_applicant(city)
    AdmissionDue.objects.filter(applicant=person).update(due_on=today, sort_on=today)
    make_applicant(city, name="沈二")
    response = city.client(SECRETARY).get(url("admission_due_list"))
    step = response.context["steps"][0]
    assert (step.step, step.overdue, step.soon, step.ready) == (2, 1, 1, 2)
    assert "已逾期" in rows(response)
    assert "即将到期" in rows(response)
    client = city.client(SECRETARY)
    assert rows(client.get(url("admission_due_list", due="overdue"))).count("<tr>") == 1
    assert rows(client.get(url("admission_due_list", due="30"))).count("<tr>") == 2
    assert rows(client.get(url("admission_due_list", due="soon"))).count("<tr>") == 1
    assert rows(client.get(url("admission_due_list", due="waiting"))) == ""


def test_the_end_of_a_probation_is_told_ahead(city):
    person, today = make_applicant(city, upto=20), local_today()
    ahead = today + timedelta(days=20)
    AdmissionDue.objects.filter(applicant=person, step=22).update(from_on=ahead, sort_on=ahead)
    client = city.client(SECRETARY)
    steps = client.get(url("admission_due_list")).context["steps"]
    assert {row.step: (row.overdue, row.soon, row.ready) for row in steps} == {21: (0, 0, 1), 22: (0, 1, 0)}
    assert "22 提出转正申请" in rows(client.get(url("admission_due_list", due="soon")))


@pytest.mark.parametrize(("role", "count"), [(SECRETARY, 1), (STAFF, 2), (CITY, 3)])
def test_lists_and_exports_keep_to_the_scope(city, role, count):
    for place, name in ((city.branch, "蒋小满"), (city.sibling, "沈二"), (city.foreign, "韩三")):
        make_applicant(city, place, name=name)
    client = city.client(role)
    for page, export in (("applicant_list", "applicant_export"), ("admission_due_list", "admission_due_export")):
        assert rows(client.get(url(page))).count("<tr>") == count
        sheet = read_sheet(BytesIO(b"".join(client.post(url(export)).streaming_content)))
        assert sum("蒋小满" in row or "沈二" in row or "韩三" in row for row in map(str, sheet.rows)) == count
        assert "1996" not in str(sheet.rows)
    tiles = client.get(url("applicant_list")).context["counts"]
    assert dict(tiles)[1] == count


def copies(city, count):
    """People with what is due, as rows alone."""
    people = Applicant.objects.bulk_create(
        Applicant(organisation=city.branch, name=f"人{number}", name_pinyin=f"ren {number}", birth_date=BORN)
        for number in range(count)
    )
    AdmissionStep.objects.bulk_create(AdmissionStep(applicant=person, step=1, done_on=START) for person in people)
    AdmissionDue.objects.bulk_create(
        AdmissionDue(applicant=person, step=2, actor="branch", from_on=START, due_on=date(2023, 2, 10), sort_on=START)
        for person in people
    )
    return people


@pytest.mark.parametrize(
    ("name", "query", "queries"),
    [("applicant_list", {}, 8), ("admission_due_list", {}, 9), ("admission_batch", {"step": 2}, 7)],
)
def test_lists_cost_the_same_at_any_length(city, django_assert_num_queries, name, query, queries):
    client = city.client(SECRETARY)
    client.get(url(name, **query))
    for count in (1, 2, 47):
        copies(city, count)
        with django_assert_num_queries(queries):
            assert client.get(url(name, **query)).status_code == 200


def test_a_person_costs_the_same_at_any_step(city, django_assert_num_queries):
    client = city.client(SECRETARY)
    early, late = make_applicant(city, upto=2), make_applicant(city, name="沈二", upto=22)
    make_member(city.branch, "另一人")
    client.get(url("applicant_detail", early.pk))
    with django_assert_num_queries(10):
        client.get(url("applicant_detail", early.pk))
    with django_assert_num_queries(11):
        client.get(url("applicant_detail", late.pk))


def test_rules_with_their_sources(city):
    text = city.client(SECRETARY).get(url("admission_rule_list")).content.decode()
    assert text.count("《中国共产党发展党员工作细则》") == 27
    assert "第十七条" in text


def test_empty_lists_say_what_to_do(city):
    client = city.client(SECRETARY)
    assert "还没有登记入党申请人" in client.get(url("applicant_list")).content.decode()
    assert "没有待办的步骤" in client.get(url("admission_due_list")).content.decode()
