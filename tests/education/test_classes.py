"""Training classes: registered, filled, closed, opened again; imported from a sheet; who sees what."""

from datetime import timedelta
from decimal import Decimal as D
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from openpyxl import Workbook, load_workbook

from accounts.roles import Role
from branches.models import Member, Obligation
from branches.services.obligations import obligations_open
from core.models import AuditEvent
from education.choices import ClassState, LineResult
from education.models import TrainingClass, TrainingLine
from education.policy.rolls import LineData
from education.services.classes import class_cancel, class_close, class_create, class_reopen, class_update
from education.services.hours import training_deadlines_renew
from education.services.rolls import line_remove, roll_add, roll_record
from tests.education.trainings import TODAY, closed_class, fill_class, load_rules, make_class
from tests.factories import make_member, make_post

pytestmark = pytest.mark.django_db
CAME = LineData(attended=True)


@pytest.fixture(autouse=True)
def rules(city):
    load_rules()


def text(answer):
    return answer.content.decode()


# Services -------------------------------------------------------------------------------------------------------------


def test_hours_and_pass_mark_are_proposed_by_the_settings(city):
    held = make_class(city, kind="qualifying", starts_on=TODAY - timedelta(days=6), ends_on=TODAY - timedelta(days=4))
    assert (held.hours, held.pass_mark) == (24, 60)
    half = make_class(city, title="半天讲座", hours=D(4))
    assert (half.hours, half.pass_mark) == (4, None)
    assert AuditEvent.objects.filter(action="training.create").count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"hours": D("7.3")}, "hours"),
        ({"hours": D(0)}, "__all__"),
        ({"starts_on": TODAY, "ends_on": TODAY - timedelta(days=1)}, "__all__"),
        ({"pass_mark": 101}, "__all__"),
        ({"title": "联系13912345678"}, "title"),
        ({"kind": "dance"}, "kind"),
    ],
)
def test_a_class_that_cannot_be_is_refused(city, values, field):
    data = {"title": "班", "kind": "special", "starts_on": TODAY, "ends_on": TODAY, "hours": D(4), **values}
    with pytest.raises(ValidationError) as refused:
        class_create(by=city.user(Role.CITY_STAFF), organisation=city.root, **data)
    assert field in refused.value.message_dict
    assert not TrainingClass.objects.exists()


def test_branches_organise_no_classes(city):
    with pytest.raises(ValidationError):
        make_class(city, organisation=city.branch)


def test_the_roll_takes_whoever_lies_below_the_organiser(city):
    city_class, unit_class = make_class(city), make_class(city, organisation=city.unit, title="单位培训")
    people = [city.members[0].pk, city.foreign_members[0].pk]
    assert roll_add(by=city.user(Role.CITY_STAFF), training_class=city_class, member_ids=people) == 2
    assert roll_add(by=city.user(Role.CITY_STAFF), training_class=city_class, member_ids=people) == 0
    with pytest.raises(ValidationError):
        roll_add(by=city.user(Role.UNIT_STAFF), training_class=unit_class, member_ids=people)
    assert not unit_class.lines.exists()


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (LineData(attended=False, score=D(80)), "没有参加"),
        (LineData(attended=True, score=D(101)), "0至100"),
        (LineData(attended=True, resit_score=D(80)), "补考"),
        (LineData(attended=True, hours=D("1.2")), "半学时"),
    ],
)
def test_a_line_that_cannot_be_changes_nothing(city, told, problem):
    held = make_class(city, pass_mark=60)
    fill_class(city, held, {city.members[0]: CAME, city.members[1]: CAME})
    first, second = held.lines.order_by("pk")
    lines = {first.pk: LineData(attended=True, score=D(90)), second.pk: told}
    with pytest.raises(ValidationError) as refused:
        roll_record(by=city.user(Role.CITY_STAFF), training_class=held, lines=lines)
    assert problem in str(refused.value)
    first.refresh_from_db()
    assert first.score is None


def test_results_follow_from_scores_and_the_pass_mark(city):
    held = make_class(city, kind="qualifying")
    scores = [(None, None), (D(60), None), (D("59.5"), None), (D(40), D(61))]
    told = {
        member: LineData(attended=True, score=score, resit_score=resit)
        for member, (score, resit) in zip(city.members, scores, strict=False)
    }
    fill_class(city, held, told)
    results = [held.lines.get(member=member).result for member in told]
    assert results == ["untested", "passed", "failed", "passed"]
    class_update(by=city.user(Role.CITY_STAFF), training_class=held, pass_mark=61)
    assert held.lines.get(member=city.members[1]).result == LineResult.FAILED


def test_closing_fixes_hours_and_needs_everything_told(city):
    held = make_class(city, hours=D(8))
    by = city.user(Role.CITY_STAFF)
    with pytest.raises(ValidationError, match="学员名单"):
        class_close(by=by, training_class=held)
    roll_add(by=by, training_class=held, member_ids=[member.pk for member in city.members[:3]])
    with pytest.raises(ValidationError, match="3人"):
        class_close(by=by, training_class=held)
    told = [CAME, LineData(attended=True, hours=D(4)), LineData(attended=False)]
    fill_class(city, held, dict(zip(city.members, told, strict=False)))
    class_close(by=by, training_class=held)
    assert [line.hours for line in held.lines.order_by("pk")] == [8, 4, None]
    with pytest.raises(ValidationError, match="已经结班"):
        roll_add(by=by, training_class=held, member_ids=[city.members[4].pk])
    with pytest.raises(ValidationError, match="已经结班"):
        line_remove(by=by, line=held.lines.first())


def test_a_class_that_still_runs_cannot_be_closed(city):
    held = make_class(city, starts_on=TODAY, ends_on=TODAY + timedelta(days=2))
    fill_class(city, held, {city.members[0]: CAME})
    with pytest.raises(ValidationError, match="还没有结束"):
        class_close(by=city.user(Role.CITY_STAFF), training_class=held)


def test_reopened_and_cancelled_with_a_reason(city):
    by, held = city.user(Role.CITY_STAFF), closed_class(city, {city.members[0]: CAME})
    with pytest.raises(ValidationError):
        class_reopen(by=by, training_class=held, reason=" ")
    assert class_reopen(by=by, training_class=held, reason="成绩登记有误").state == ClassState.OPEN
    assert class_cancel(by=by, training_class=held, reason="并入下一期").state == ClassState.CANCELLED
    with pytest.raises(ValidationError, match="已经取消"):
        class_update(by=by, training_class=held, title="改名")


def test_the_tables_refuse_what_the_services_refuse(city):
    held = make_class(city)
    fill_class(city, held, {city.members[0]: CAME})
    for values in ({"hours": -1}, {"score": 101}, {"resit_score": 50}, {"attended": False, "result": "passed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingLine.objects.filter(training_class=held).update(**values)
    for values in ({"hours": 0}, {"pass_mark": 0}, {"state": "closed"}, {"kind": "qualifying"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingClass.objects.filter(pk=held.pk).update(**values)


def test_a_new_secretary_is_asked_for_training_until_it_is_attended(city):
    post = make_post(city.sibling_members[0], since=TODAY - timedelta(days=20))
    obligations_open()
    training_deadlines_renew()
    row = Obligation.objects.get(requirement__code="R18N")
    assert (row.organisation, row.done, row.subject) == (city.sibling, 0, f"secretary_training:{post.pk}")
    assert "郑六合" in row.title
    closed_class(city, {city.sibling_members[0]: CAME}, kind="special")
    row.refresh_from_db()
    assert row.done == 0
    held = closed_class(city, {city.sibling_members[0]: CAME}, kind="post_training", title="任职培训班")
    row.refresh_from_db()
    assert row.done == 1
    class_reopen(by=city.user(Role.CITY_STAFF), training_class=held, reason="名单有误")
    row.refresh_from_db()
    assert row.done == 0
    type(post).objects.filter(pk=post.pk).update(ends_on=TODAY)
    training_deadlines_renew()
    assert not Obligation.objects.filter(requirement__code="R18N").exists()


# Pages ----------------------------------------------------------------------------------------------------------------


def test_from_the_form_to_the_closed_class(city):
    client = city.client(Role.CITY_STAFF)
    post = {
        "organisation": city.root.pk, "title": "轮训班", "kind": "rotation", "hours": "",
        "starts_on": TODAY.isoformat(), "ends_on": TODAY.isoformat(),
    }  # fmt: skip
    answer = client.post("/education/classes/new/", post)
    held = TrainingClass.objects.get()
    assert answer.url == f"/education/classes/{held.pk}/"
    base = answer.url
    assert "整理一科党支部" in text(client.get(f"{base}members/"))
    member = city.members[0]
    client.post(f"{base}members/", {"branch": city.branch.pk, "members": [member.pk]})
    line = held.lines.get()
    client.post(f"{base}record/", {f"{line.pk}-attended": "1", f"{line.pk}-result": "untested", f"{line.pk}-hours": ""})
    client.post(f"{base}close/")
    page = text(client.get(base))
    assert "已结班" in page
    assert member.name in page
    assert "8" in page


def test_refused_input_keeps_what_was_typed(city):
    client = city.client(Role.CITY_STAFF)
    post = {"organisation": city.root.pk, "title": "打了很久的名称", "kind": "special", "starts_on": "2026-02-30"}
    page = text(client.post("/education/classes/new/", post))
    assert "打了很久的名称" in page
    assert not TrainingClass.objects.exists()
    held = make_class(city, pass_mark=60)
    fill_class(city, held, {city.members[0]: CAME})
    line = held.lines.get()
    post = {f"{line.pk}-attended": "0", f"{line.pk}-score": "77.5"}
    page = text(client.post(f"/education/classes/{held.pk}/record/", post))
    assert "没有参加的，不登记成绩" in page
    assert 'value="77.5"' in page


def test_a_city_class_is_told_to_all_and_its_roll_only_within_reach(city):
    held = make_class(city)
    fill_class(city, held, {city.members[0]: CAME, city.foreign_members[0]: CAME})
    page = text(city.client(Role.BRANCH_SECRETARY).get(f"/education/classes/{held.pk}/"))
    assert city.members[0].name in page
    assert city.foreign_members[0].name not in page
    assert "1 人" in page
    assert "选学员</a>" not in page
    assert city.client(Role.UNIT_STAFF).get(f"/education/classes/{held.pk}/record/").status_code == 403
    assert city.client(Role.MEMBER).get(f"/education/classes/{held.pk}/").status_code == 403
    sheet = city.client(Role.UNIT_STAFF).post(f"/education/classes/{held.pk}/export/")
    book = load_workbook(BytesIO(b"".join(sheet.streaming_content)), read_only=True).worksheets[0]
    names = {row[0] for row in book.iter_rows(values_only=True)}
    assert city.members[0].name in names
    assert city.foreign_members[0].name not in names


def test_a_class_of_another_unit_is_out_of_sight(city):
    held = make_class(city, organisation=city.foreign_unit)
    for role in (Role.UNIT_STAFF, Role.BRANCH_SECRETARY):
        assert city.client(role).get(f"/education/classes/{held.pk}/").status_code == 404


@pytest.mark.parametrize("url", ["/education/classes/", "/education/classes/{pk}/"])
def test_lists_cost_the_same_for_one_three_and_fifty(city, url, django_assert_num_queries):
    client, held = city.client(Role.UNIT_STAFF), make_class(city, organisation=city.unit)
    url = url.format(pk=held.pk)
    client.get(url)
    for wanted in (1, 3, 49):  # a second page would be counted
        while TrainingLine.objects.count() < wanted:
            number = TrainingLine.objects.count()
            member = make_member(city.branch, f"学员{number}")
            TrainingLine.objects.create(training_class=held, member=member, organisation=city.branch)
            make_class(city, organisation=city.unit, title=f"培训班{number}")
        with django_assert_num_queries(5 if url.endswith("education/classes/") else 8):
            client.get(url)


# The sheet ------------------------------------------------------------------------------------------------------------


def sheet(rows, heading=("姓名", "党支部", "身份号码后四位", "参加", "考试成绩", "补考成绩")):
    book = Workbook()
    book.active.append(heading)
    for row in rows:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    return SimpleUploadedFile("名单.xlsx", content.getvalue())


def upload(client, held, rows):
    return client.post(f"/education/classes/{held.pk}/import/", {"file": sheet(rows)}, follow=True)


def test_a_roll_is_imported_with_scores(city):
    client, held = city.client(Role.CITY_STAFF), make_class(city, kind="qualifying")
    rows = [
        ("钱一帆", "", "", "是", 86, None),
        ("陈九章", "养护科党支部", "", "", 50, 70),
        ("孙二禾", "", "", "否", None, None),
    ]
    answer = upload(client, held, rows)
    assert "钱一帆" in text(answer)
    commit = answer.context["commit_url"]
    answer = client.post(commit)
    assert answer.url == f"/education/classes/{held.pk}/"
    lines = {line.member.name: line for line in held.lines.select_related("member")}
    assert (lines["钱一帆"].result, lines["陈九章"].result, lines["孙二禾"].attended) == ("passed", "passed", False)
    again = upload(client, held, [("钱一帆", "", "", "是", 90, None)])
    client.post(again.context["commit_url"])
    lines["钱一帆"].refresh_from_db()
    assert lines["钱一帆"].score == 90
    assert held.lines.count() == 3


def test_doubles_are_told_and_nobody_is_guessed(city):
    client, held = city.client(Role.CITY_STAFF), make_class(city)
    twin = make_member(city.sibling, "钱一帆")
    Member.objects.filter(pk=twin.pk).update(id_number_mask="529900********002X")
    page = text(upload(client, held, [("钱一帆", "", "", "是", None, None)]))
    assert "2名同名" in page
    assert not held.lines.exists()
    answer = upload(client, held, [("钱一帆", "", "002x", "是", None, None)])
    client.post(answer.context["commit_url"])
    assert held.lines.get().member == twin
    assert "不在这次的范围内" in text(upload(client, held, [("无此人", "", "", "是", None, None)]))
    both = [("孙二禾", "", "", "是", None, None), ("孙二禾", "整理一科党支部", "", "是", None, None)]
    assert "是同一名党员" in text(upload(client, held, both))


def test_a_unit_cannot_import_into_a_class_of_the_city(city):
    held = make_class(city)
    assert city.client(Role.UNIT_STAFF).get(f"/education/classes/{held.pk}/import/").status_code == 403
