"""Pages of 第一遵循 / 第一政治要件: what each reader sees, that refused input stays, sheets in and out."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from accounts.roles import Role
from branches.services.requirements import requirements_load
from core.models import ImportBatch
from oversight.models import Directive, StageScheme
from tests.factories import make_meeting, make_user
from tests.oversight.works import TODAY, finish_all, make_directive, make_task, sheet, stages

pytestmark = pytest.mark.django_db
HOME = "/oversight/directives/"


@pytest.fixture(autouse=True)
def rules(db):
    requirements_load()


@pytest.fixture
def staff(city):
    return city.client(Role.CITY_STAFF)


def text(answer):
    return answer.content.decode()


def login(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def form(city, **values):
    return {
        "number": "2026-001",
        "source": "city",
        "received_on": TODAY.isoformat(),
        "title": "推进窗口服务提质",
        "summary": "按季度通报办事窗口的服务情况。",
        "is_public": "on",
        "owner": city.unit.pk,
        **{f"stage_{number}": (TODAY + timedelta(days=number)).isoformat() for number in range(1, 6)},
        **values,
    }


def test_registered_done_and_closed_on_pages(city, staff):
    answer = staff.post(f"{HOME}new/", form(city))
    directive = Directive.objects.get()
    assert answer.url == f"{HOME}{directive.pk}/"
    owner = city.client(Role.UNIT_STAFF)
    log = make_meeting(city.branch, TODAY, kind="study", title="学习传达会")
    first, *others = stages(directive)[:-1]
    assert "学习传达会" in text(owner.get(f"/oversight/stages/{first.pk}/finish/"))
    owner.post(f"/oversight/stages/{first.pk}/finish/", {"meeting": log.pk})
    for stage in others:
        owner.post(f"/oversight/stages/{stage.pk}/finish/", {"done_on": TODAY.isoformat(), "note": "已经办理完成"})
    page = text(staff.get(f"{HOME}{directive.pk}/"))
    assert "学习传达会" in page
    assert "销号之前" not in page
    assert owner.get(f"{HOME}{directive.pk}/close/").status_code == 403
    staff.post(f"{HOME}{directive.pk}/close/", {"note": "同意销号", "revision": 1})
    assert "已销号" in text(staff.get(f"{HOME}{directive.pk}/"))
    staff.post(f"{HOME}{directive.pk}/reopen/", {"reason": "回头看", "due_on": TODAY.isoformat()})
    directive.refresh_from_db()
    assert directive.state == "closed", "a reason of three characters is none"
    staff.post(f"{HOME}{directive.pk}/reopen/", {"reason": "回头看发现反弹", "due_on": TODAY.isoformat()})
    directive.refresh_from_db()
    assert directive.state == "open"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_public": ""}, "请确认不含涉密和内部内容"),
        ({"summary": "经办人 11010519491231002X"}, "不要写身份号码"),
        ({"stage_5": TODAY.isoformat()}, "不能早于前面的阶段"),
        ({"received_on": "明天"}, "没有保存"),
    ],
)
def test_refused_items_keep_what_was_typed(city, staff, change, words):
    page = text(staff.post(f"{HOME}new/", form(city) | change))
    assert words in page
    assert "推进窗口服务提质" in page
    assert not Directive.objects.exists()


def test_forms_are_prefilled(city, staff):
    page = text(staff.get(f"{HOME}new/"))
    assert f"{TODAY.year}-001" in page
    assert (TODAY + timedelta(days=90)).isoformat() in page
    assert "非涉密" in page


def test_each_reader_sees_the_own_side(city, staff):
    directive = make_directive(city)
    url = f"{HOME}{directive.pk}/"
    owner, other = city.client(Role.UNIT_STAFF), login(make_user(Role.UNIT_STAFF, city.foreign_unit))
    assert "登记完成" in text(owner.get(url))
    assert "督办</a>" not in text(owner.get(url))
    assert owner.get(f"{url}update/").status_code == 403
    assert other.get(url).status_code == 404
    assert "窗口服务" not in text(other.get(HOME))
    assert city.client(Role.BRANCH_SECRETARY).get(url).status_code == 404
    assert city.client(Role.MEMBER).get(HOME).status_code == 403
    assert "督办" in text(staff.get(url))


def test_supervision_return_plan_and_withdrawal_by_pages(city, staff):
    directive = make_directive(city)
    url, second = f"{HOME}{directive.pk}/", stages(directive)[1]
    staff.post(f"{url}supervise/", {"text": "请抓紧办理"})
    staff.post(f"/oversight/stages/{second.pk}/finish/", {"done_on": TODAY.isoformat(), "note": "召开会议研究"})
    staff.post(f"/oversight/stages/{second.pk}/return/", {"reason": "责任没有落实"})
    later = (TODAY + timedelta(days=200)).isoformat()
    directive.refresh_from_db()
    days = {f"stage_{each.position}": each.planned_on.isoformat() for each in stages(directive)}
    staff.post(f"{url}plan/", days | {"stage_5": later, "reason": "工作需要", "revision": directive.revision})
    staff.post(f"{url}update/", form(city, title="改了名称", revision=directive.revision + 1))
    page = text(staff.get(url))
    for words in ("请抓紧办理", "责任没有落实", later, "改了名称"):
        assert words in page
    staff.post(f"{url}withdraw/", {"reason": "重复登记"})
    assert "已撤销" in text(staff.get(url))


def test_stages_are_set_for_the_city_alone(city, staff):
    page = text(staff.get(f"{HOME}stages/"))
    assert "学习传达 7 会议" in page
    today = TODAY.isoformat()
    staff.post(f"{HOME}stages/", {"stages": "传达 3 会议\n落实 20", "closing_days": 30, "valid_from": today})
    assert [stage.name for stage in StageScheme.objects.get(number=2).stages.all()] == ["传达", "落实", "销号"]
    assert "看不懂这一行" in text(staff.post(f"{HOME}stages/", {"stages": "传达 三天 会议", "valid_from": today}))
    assert city.client(Role.UNIT_STAFF).get(f"{HOME}stages/").status_code == 404


def test_list_filters_and_costs_the_same(city, staff, django_assert_num_queries):
    staff.get(HOME)
    made = 0
    for wanted in (1, 3, 50):
        for number in range(made, wanted):
            make_directive(city, number=f"2026-{number:03d}")
        made = wanted
        with django_assert_num_queries(6):
            staff.get(HOME)
    late = Directive.objects.get(number="2026-000")
    late.stages.filter(position=1).update(planned_on=TODAY - timedelta(days=1))
    page = text(staff.get(f"{HOME}?state=overdue"))
    assert "2026-000" in page
    assert "2026-001" not in page
    assert "已逾期" in page


def test_sheet_and_report_hold_the_item(city, staff):
    directive = make_directive(city)
    make_task(city, directive)
    finish_all(directive, city.user(Role.UNIT_STAFF))
    assert "推进窗口服务提质" in sheet(staff.post(f"{HOME}export/"))
    answer = staff.post(f"{HOME}{directive.pk}/report/")
    content = b"".join(answer.streaming_content)
    assert content[:2] == b"PK"
    assert len(content) > 5000


def workbook(*rows):
    book = Workbook()
    for row in (("编号", "来源", "日期", "事项名称", "内容摘要", "责任党组织", "不含涉密和内部内容"), *rows):
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return SimpleUploadedFile("事项.xlsx", file.getvalue())


def test_items_come_from_a_sheet(city, staff):
    base = f"{HOME}{city.root.pk}/import/"
    assert "责任党组织" in sheet(staff.get(f"{base}template/"))
    row = ("2026-007", "市委部署要求", TODAY.isoformat(), "整治办事推诿", "列出清单逐项解决", city.unit.short_name)
    staff.post(base, {"file": workbook((*row, "否"))})
    assert "不能登记在平台上" in text(staff.get(f"{base}{ImportBatch.objects.latest('pk').pk}/"))
    staff.post(base, {"file": workbook((*row, "是"))})
    staff.post(f"{base}{ImportBatch.objects.latest('pk').pk}/commit/")
    made = Directive.objects.get()
    assert (made.number, made.owner, made.stages.count()) == ("2026-007", city.unit, 5)
