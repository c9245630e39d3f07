"""Pages of worklists: from the tap to the row, what each reader sees, and sheets out and in again."""

from io import BytesIO

import pytest
from django.template.loader import render_to_string
from openpyxl import load_workbook

from accounts.roles import Role
from branches.models import WorklistItem
from branches.selectors.worklists import worklist_view
from branches.services import worklists as services
from core.models import ImportBatch
from tests.branches.worklists import PLAIN, TODAY, day, make_item, make_reported, make_worklist, register
from tests.factories import make_organisation
from tests.imports import sheet_file

pytestmark = pytest.mark.django_db
LIST = "/worklists/items/"


@pytest.fixture(autouse=True)
def mechanisms(db, monkeypatch):
    register(monkeypatch)


@pytest.fixture
def worklist(city):
    return make_worklist(city)


@pytest.fixture
def item(city, worklist):
    return make_item(city, worklist, measures="逐本核对", owner="综合科科长")


@pytest.fixture
def staff(city):
    return city.client(Role.CITY_STAFF)


@pytest.fixture
def secretary(city):
    return city.client(Role.BRANCH_SECRETARY)


def text(answer):
    return answer.content.decode()


def cells(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
    return [list(row) for row in rows]


# --- who opens what --------------------------------------------------------------------------------------------------


def test_owner_colleague_reader_and_stranger(city, worklist, item):
    url = f"{LIST}{item.pk}/"
    for role, code in {
        Role.BRANCH_SECRETARY: 200,
        Role.UNIT_STAFF: 200,
        Role.UNIT_DISCIPLINE: 200,
        Role.CITY_STAFF: 200,
        Role.MEMBER: 403,
        Role.SYSTEM_ADMIN: 403,
    }.items():
        assert city.client(role).get(url).status_code == code, role
    elsewhere = make_item(city, worklist, city.foreign)
    assert city.client(Role.BRANCH_SECRETARY).get(f"{LIST}{elsewhere.pk}/").status_code == 404
    assert city.client(Role.UNIT_STAFF).get(f"{LIST}{elsewhere.pk}/").status_code == 404


def test_rights_of_acts(city, item, secretary):
    """The secretary answers for the task and sees the list, but runs neither."""
    url = f"{LIST}{item.pk}/"
    assert secretary.post(f"{url}cancel/", {"reason": "不做了"}).status_code == 403
    assert secretary.get(f"{url}update/").status_code == 403
    assert secretary.post(f"{url}close/").status_code == 403
    assert secretary.get(f"/worklists/{item.worklist_id}/items/new/").status_code == 403
    assert secretary.get(f"/worklists/{item.worklist_id}/import/").status_code == 403
    unit = city.client(Role.UNIT_STAFF)
    assert unit.post(f"{url}close/").status_code == 403
    item.refresh_from_db()
    assert item.state == "open"


def test_branch_runs_its_own_list(city, secretary):
    own = make_worklist(city, city.branch, PLAIN, "支部的任务")
    page = secretary.get(f"/worklists/{own.pk}/items/new/")
    assert page.context["form"].initial["organisation"] == city.branch
    assert "分解到各单位" not in text(secretary.get(f"/worklists/{own.pk}/"))
    post = {"task": "整理阵地", "organisation": city.branch.pk, "due_on": day(9).isoformat()}
    assert secretary.post(f"/worklists/{own.pk}/items/new/", post).status_code == 302
    row = own.items.get()
    secretary.post(f"{LIST}{row.pk}/report/", {"result": "整理好了", "revision": row.revision})
    row.refresh_from_db()
    assert row.state == "closed"


# --- the life of a task on its page ----------------------------------------------------------------------------------


def test_from_adding_to_closing(city, worklist, staff, secretary):
    post = {"task": "清理台账", "organisation": city.branch.pk, "due_on": day(9).isoformat(), "owner": "综合科科长"}
    answer = staff.post(f"/worklists/{worklist.pk}/items/new/", post)
    assert answer.url == f"/campaign/{worklist.pk}/"
    row = worklist.items.get()
    url = f"{LIST}{row.pk}/"
    page = text(secretary.get(url))
    assert "报告完成" in page
    assert "督办" not in page
    secretary.post(f"{url}progress/", {"text": "列出了清单"})
    staff.post(f"{url}supervise/", {"text": "请抓紧"})
    staff.post(f"{url}extend/", {"due_on": day(20).isoformat(), "reason": "等方案", "revision": 1})
    assert "列出了清单" in text(staff.get(f"/worklists/{worklist.pk}/"))
    answer = secretary.post(f"{url}report/", {"result": "减到3本", "revision": 1})
    assert "刚被别人改过" in text(answer)
    assert "减到3本" in text(answer)
    secretary.post(f"{url}report/", {"result": "减到3本", "revision": 2})
    assert "待销号" in text(secretary.get(url))
    staff.post(f"{url}return/", {"reason": "写具体些", "revision": 3})
    page = secretary.get(url)
    assert "写具体些" in text(page)
    assert {act.name: form for act, form in page.context["forms"]}["report"].fields["result"].initial == "减到3本"
    secretary.post(f"{url}report/", {"result": "9本减到3本", "revision": 4})
    staff.post(f"{url}close/", {"text": "", "revision": 5})
    row.refresh_from_db()
    assert (row.state, row.result, row.due_on) == ("closed", "9本减到3本", day(20))
    page = text(staff.get(url))
    for words in ("督办", "请抓紧", "展期至", "同意销号", "已销号"):
        assert words in page


def test_who_reported_does_not_close(city, worklist, staff):
    row = make_reported(city, worklist, role=Role.CITY_STAFF)
    page = text(staff.get(f"{LIST}{row.pk}/"))
    assert "由报告人以外的人销号" in page
    answer = staff.post(f"{LIST}{row.pk}/close/", {"text": "", "revision": row.revision})
    assert "由报告人以外的人办理" in text(answer)
    row.refresh_from_db()
    assert row.state == "reported"


def test_refused_words_are_kept(city, worklist, item, staff, secretary):
    page = text(secretary.post(f"{LIST}{item.pk}/progress/", {"text": "找王工 13800138000"}))
    assert "不要写手机号码" in page
    assert "找王工 13800138000" in page
    post = {"task": "任务", "organisation": city.branch.pk, "due_on": "2026-02-30", "measures": "打了很久"}
    page = text(staff.post(f"/worklists/{worklist.pk}/items/new/", post))
    assert "打了很久" in page
    assert "没有保存" in page
    post |= {"due_on": day(1).isoformat(), "starts_on": day(3).isoformat()}
    page = text(staff.post(f"/worklists/{worklist.pk}/items/new/", post))
    assert "不能早于开始日期" in page
    assert worklist.items.count() == 1


def test_task_is_reworded_on_its_form(city, item, staff):
    url = f"{LIST}{item.pk}/update/"
    form = staff.get(url).context["form"]
    assert "due_on" not in form.fields
    post = {"task": "清理报表", "organisation": city.sibling.pk, "revision": 1}
    assert staff.post(url, post).status_code == 302
    assert "刚被别人改过" in text(staff.post(url, {**post, "task": "又改"}))
    item.refresh_from_db()
    assert (item.task, item.organisation) == ("清理报表", city.sibling)


def test_responsible_organisation_lies_within_the_list(city, staff):
    own = make_worklist(city, city.unit)
    post = {"task": "任务", "organisation": city.foreign.pk, "due_on": day(1).isoformat()}
    assert "不在牵头党组织的范围内" in text(staff.post(f"/worklists/{own.pk}/items/new/", post))
    answer = staff.get(f"/organisations/search/?right=list&below={city.unit.pk}&q=")
    found = {row["text"] for row in answer.json()["results"]}
    assert city.branch.short_name in found
    assert city.foreign.short_name not in found


def test_spread_over_units(city, worklist, staff):
    url = f"/worklists/{worklist.pk}/items/spread/"
    page = staff.get(url)
    assert [kind[0] for kind in page.context["kinds"]] == ["unit", "organ_committee", "branch"]
    post = {"task": "自查自纠", "due_on": day(9).isoformat(), "measures": "打了很久"}
    assert "打了很久" in text(staff.post(f"{url}?kind=branch", post))
    staff.post(f"{url}?kind=branch", {**post, "organisations": [city.branch.pk, city.foreign.pk]})
    assert set(worklist.items.values_list("organisation", flat=True)) == {city.branch.pk, city.foreign.pk}
    staff.post(f"{url}?kind=unit", {**post, "everyone": "on"})
    assert worklist.items.filter(organisation__kind="unit").count() == 2
    assert "选择" in text(staff.post(f"{url}?kind=unit", {**post, "organisations": [city.branch.pk]}))


# --- lists -----------------------------------------------------------------------------------------------------------


def test_partial_links_each_figure_to_its_rows(city, worklist, staff):
    make_item(city, worklist, due_on=day(-1))
    make_reported(city, worklist)
    page = text(staff.get(f"/worklists/{worklist.pk}/"))
    for state in ("overdue", "reported"):
        url = f"{LIST}?list={worklist.pk}&amp;state={state}"
        assert url in page
        assert len(staff.get(url.replace("&amp;", "&")).context["ledger"].values) == 1


def test_partial_stands_in_any_page(city, worklist, rf):
    request = rf.get("/")
    request.user = city.user(Role.CITY_STAFF)
    context = {"worklist": worklist_view(request.user, worklist)}
    page = render_to_string("branches/_worklist.html", context, request)
    assert "清单还没有任务" in page
    assert "添加任务" in page


def test_ledger_filters(city, worklist, staff):
    make_item(city, worklist, task="过期的事", due_on=day(-1))
    make_item(city, worklist, city.foreign, task="别处的事", due_on=day(60))
    make_item(city, make_worklist(city, source=PLAIN, title="台账"), task="台账的事", due_on=day(3))
    for query, tasks in {
        "state=overdue": {"过期的事"},
        "state=soon": {"台账的事"},
        "source=test.plain": {"台账的事"},
        f"org={city.foreign_unit.pk}": {"别处的事"},
        f"list={worklist.pk}": {"过期的事", "别处的事"},
        f"due_from={day(1)}&due_to={day(9)}": {"台账的事"},
        "q=别处": {"别处的事"},
        "state=dance": {"过期的事", "别处的事", "台账的事"},
    }.items():
        page = text(staff.get(f"{LIST}?{query}"))
        assert {task for task in ("过期的事", "别处的事", "台账的事") if f">{task}<" in page} == tasks, query


def test_lists_are_found_by_typing(city, worklist, secretary):
    assert secretary.get("/worklists/search/?q=减负").json()["results"] == []
    make_item(city, worklist)
    (row,) = secretary.get("/worklists/search/?q=减负 行动").json()["results"]
    assert (row["value"], row["text"]) == (worklist.pk, worklist.title)
    assert "专项行动" in row["hint"]


@pytest.mark.parametrize(("role", "queries"), [(Role.CITY_STAFF, 5), (Role.BRANCH_SECRETARY, 5)])
def test_ledger_costs_the_same_for_one_three_and_fifty(city, worklist, role, queries, django_assert_num_queries):
    client = city.client(role)
    client.get(LIST)
    for wanted in (1, 3, 50):
        while worklist.items.count() < wanted:
            row = make_item(city, worklist)
            services.item_progress(by=city.user(Role.BRANCH_SECRETARY), item=row, text="推进中")
        with django_assert_num_queries(queries):
            client.get(LIST)


@pytest.mark.parametrize("url", ["/worklists/{list}/", "/worklists/items/{item}/", "/worklists/{list}/items/spread/"])
def test_pages_cost_the_same_for_few_and_many(city, worklist, item, staff, url, django_assert_max_num_queries):
    url = url.format(list=worklist.pk, item=item.pk)
    staff.get(url)
    for number in range(30):
        services.item_progress(by=city.user(Role.BRANCH_SECRETARY), item=item, text="推进中")
        make_item(city, worklist, make_organisation(city.root, "unit", f"第{number}单位"))
    with django_assert_max_num_queries(8):
        staff.get(url)


# --- sheets ----------------------------------------------------------------------------------------------------------


def test_export_of_all_tasks(city, worklist, staff, secretary):
    make_reported(city, worklist)
    make_item(city, worklist, city.foreign, task="别处的事")
    heading, *rows = cells(staff.post(f"{LIST}export/"))
    assert heading[:8] == ["任务", "清单", "责任单位", "责任人", "时限", "状态", "最近进展", "成效"]
    assert {row[0] for row in rows} == {"清理多余的台账", "别处的事"}
    assert {row[5] for row in rows} == {"待销号", "进行中"}
    assert {row[0] for row in cells(secretary.post(f"{LIST}export/"))[1:]} == {"清理多余的台账"}


def test_list_goes_out_and_in_again(city, worklist, item, staff):
    make_item(city, worklist, city.foreign_unit, task="自查", starts_on=TODAY)
    rows = cells(staff.post(f"/worklists/{worklist.pk}/export/"))
    other = make_worklist(city, title="下一年的清单")
    answer = staff.post(f"/worklists/{other.pk}/import/", {"file": sheet_file(*rows)})
    batch = ImportBatch.objects.get()
    assert "检查通过" in text(staff.get(answer.url))
    assert staff.post(f"/worklists/{other.pk}/import/{batch.pk}/commit/").url == f"/campaign/{other.pk}/"

    def told(worklist):
        names = ("number", "task", "measures", "organisation", "owner", "starts_on", "due_on")
        return list(worklist.items.order_by("number").values_list(*names))

    assert told(other) == told(worklist)
    staff.post(f"/worklists/{other.pk}/import/", {"file": sheet_file(*rows)})
    page = text(staff.get(f"/worklists/{other.pk}/import/{ImportBatch.objects.latest('pk').pk}/"))
    assert "清单里已有序号1" in page


def test_import_tells_each_cell_that_is_wrong(city, worklist, staff):
    twin = make_organisation(city.foreign_unit, "branch", city.branch.short_name)
    good = ("", "任务甲", "", city.sibling.short_name, "", "", day(9).isoformat())
    rows = [
        ("序号", "任务", "具体措施", "责任单位", "责任人", "开始日期", "完成时限"),
        good,
        ("", "任务乙", "", "查无此单位", "", "", day(9).isoformat()),
        ("", "任务丙", "", twin.short_name, "", "", day(9).isoformat()),
        ("", "任务丁", "", city.sibling.code, "13800138000", "", day(9).isoformat()),
        ("", "任务戊", "", city.sibling.code, "", day(9).isoformat(), day(1).isoformat()),
        ("", "", "", city.sibling.code, "", "", ""),
    ]
    answer = staff.post(f"/worklists/{worklist.pk}/import/", {"file": sheet_file(*rows)})
    page = text(staff.get(answer.url))
    for words in ("没有这个党组织", "有几个党组织叫这个名称", twin.code, "不要写手机号码", "不能早于开始日期"):
        assert words in page, words
    assert not WorklistItem.objects.exists()
    answer = staff.post(f"/worklists/{worklist.pk}/import/", {"file": sheet_file(rows[0], good)})
    staff.post(f"{answer.url}commit/")
    assert worklist.items.get().organisation == city.sibling


# --- where else it is seen -------------------------------------------------------------------------------------------


def test_home_page_shows_the_task_to_who_answers_and_who_closes(city, worklist, secretary, staff):
    row = make_item(city, worklist, due_on=day(2))
    assert row.task in text(secretary.get("/"))
    services.item_report(by=city.user(Role.BRANCH_SECRETARY), item=row, result="做了")
    assert "1项清单任务待销号" in text(staff.get("/"))
    assert row.task not in text(secretary.get("/"))
