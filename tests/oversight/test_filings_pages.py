"""Pages of the papers: from the tap to the row, what each reader sees, lists that cost the same, import and export."""

from datetime import date

import pytest
from django.test import Client

from accounts.roles import Role
from branches.models import Worklist
from oversight.models import Analysis, Filing, InspectionPlan, OfficialRequest, SitIn
from oversight.services import requests as request_services
from tests.factories import make_user
from tests.oversight.papers import (
    DAY,
    TODAY,
    approve,
    entry_values,
    facts,
    file_it,
    load_rules,
    make_filing,
    make_plan,
    sheet,
    text,
    workbook,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db):
    load_rules()


@pytest.fixture
def staff(city):
    return city.client(Role.UNIT_STAFF)


@pytest.fixture
def committee(city):
    return city.client(Role.CITY_STAFF)


def iso(values):
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def test_from_the_register_to_the_outcome(city, staff, committee):
    answer = staff.post("/oversight/filings/new/", iso(facts()))
    filing = Filing.objects.get()
    url = f"/oversight/filings/{filing.pk}/"
    assert answer.url == url
    assert "已超过报备期限 1 天" in text(staff.get(url))
    refs = {"report_ref": "云档报〔2026〕1号", "text_ref": filing.number, "note_ref": "备案说明"}
    page = text(staff.post(f"{url}submit/", {**refs, "filed_on": (TODAY + DAY).isoformat()}))
    assert "报备日期须在" in page
    assert "云档报〔2026〕1号" in page
    staff.post(f"{url}submit/", {**refs, "filed_on": TODAY.isoformat()})
    assert "接收备案：资料借阅管理办法" in text(committee.get("/"))
    assert "作出审查意见" not in text(staff.get(url))
    committee.post(f"{url}receive/", {"received_on": TODAY.isoformat()})
    committee.post(f"{url}decide/", {"decided_on": TODAY.isoformat(), "outcome": "pass", "opinion": "同意予以备案"})
    page = text(staff.get(url))
    assert "超期 1 天" in page
    assert "同意予以备案" in page
    assert "/oversight/filings/" in text(staff.get("/oversight/filings/year/"))


def test_refused_input_keeps_what_was_typed(city, staff):
    page = text(staff.post("/oversight/filings/new/", iso(facts(issued_on=TODAY + DAY))))
    assert "没有保存" in page
    assert "资料借阅管理办法" in page
    page = text(staff.post("/oversight/requests/new/", {"kind": "report", "category": "funds", "matter": "妥否"}))
    assert "夹带" in page
    values = iso(entry_values(ends_on=date(TODAY.year + 1, 1, 1)))
    plan = make_plan(city, city.unit, city.user(Role.UNIT_STAFF))
    page = text(staff.post(f"/oversight/inspections/plans/{plan.pk}/add/", values | {"title": "没有写完的事项"}))
    assert "没有写完的事项" in page
    assert plan.entries.count() == 1


def test_request_and_reply_on_both_sides(city, staff):
    secretary = city.client(Role.BRANCH_SECRETARY)
    values = {"kind": "request", "category": "funds", "matter": "活动经费", "summary": "用于主题党日"}
    url = secretary.post("/oversight/requests/new/", values).url
    assert secretary.get(f"{url}reply/").status_code == 403
    assert "号请示" in text(staff.get("/"))
    page = text(staff.post(f"{url}reply/", {"reply": "好"}))
    assert "至少4个字" in page
    staff.post(f"{url}reply/", {"reply": "同意，按规定列支", "reply_number": "云档复1号"})
    page = text(secretary.get(url))
    assert "同意，按规定列支" in page
    assert "0 个工作日" in page
    assert "已答复：活动经费" in text(secretary.get("/"))
    secretary.post(f"{url}finish/")
    assert OfficialRequest.objects.get().state == "done"
    assert city.client(Role.CITY_STAFF).get(url).status_code == 404
    assert secretary.post(f"{url}withdraw/").status_code == 302
    assert OfficialRequest.objects.get().state == "done"


def test_returned_is_sent_again_without_typing(city, staff):
    secretary = city.client(Role.BRANCH_SECRETARY)
    values = {"kind": "request", "category": "funds", "matter": "两件事一起请示"}
    url = secretary.post("/oversight/requests/new/", values).url
    staff.post(f"{url}return/", {"reason": "请分开报送"})
    page = text(secretary.get(url))
    assert "修改后重新报送" in page
    row = OfficialRequest.objects.get()
    again = secretary.get(f"/oversight/requests/new/?place={city.branch.pk}&again={row.pk}")
    assert "两件事一起请示" in text(again)


def test_analysis_from_figures_to_word(city, staff):
    year, half = TODAY.year, 1 if TODAY.month <= 6 else 2
    staff.post("/oversight/analyses/new/", {"half": f"{year}-{half}"})
    row = Analysis.objects.get()
    url = f"/oversight/analyses/{row.pk}/"
    assert "正式党员" in text(staff.get(f"{url}update/"))
    values = {
        "host": "钱一帆",
        "met_on": TODAY.isoformat(),
        "problems": "形式单一",
        "causes": "谋划不够",
        "revision": 1,
    }
    staff.post(f"{url}update/", values)
    assert "定稿之前请先写" in text(staff.post(f"{url}finish/", follow=True))
    staff.post(f"{url}update/", {**values, "measures": "换一种形式", "revision": 2})
    staff.post(f"{url}finish/")
    assert "已定稿" in text(staff.get(url))
    assert staff.post(f"{url}word/").headers["Content-Type"].startswith("application/vnd.openxml")
    page = text(staff.post(f"{url}update/", {**values, "problems": "我又写了一遍", "revision": 3}))
    assert "我又写了一遍" in page
    assert "已定稿" in page


def test_inspection_from_plan_to_result(city, committee):
    plan = approve(city, make_plan(city))
    entry = plan.entries.get()
    assert "开展" in text(committee.get(f"/oversight/inspections/plans/{plan.pk}/"))
    day = TODAY.isoformat()
    values = {"starts_on": day, "ends_on": day, "targets": [city.unit.pk], "records": ["meetings", "terms"]}
    url = committee.post(f"/oversight/inspections/entries/{entry.pk}/inspect/", values).url
    page = text(committee.get(url))
    assert "备2026-01" in page
    assert f"/meetings/?org={city.unit.pk}" in page
    assert "不用准备材料" in page
    refused = text(committee.post(f"/oversight/inspections/entries/{entry.pk}/inspect/", values))
    assert "已经用完" in refused
    assert "次数已用完" in text(committee.get(f"/oversight/inspections/plans/{plan.pk}/"))
    assert city.client(Role.UNIT_STAFF).get(url).status_code == 200
    assert city.client(Role.BRANCH_SECRETARY).get(url).status_code == 404
    committee.post(f"{url}finish/", {"result": "总体良好"})
    assert "总体良好" in text(committee.get(url))
    assert "市档案整理中心" in text(committee.get("/oversight/inspections/year/"))


def test_plan_waits_for_another_of_the_committee(city, committee):
    plan = make_plan(city, city.unit, city.user(Role.UNIT_STAFF))
    url = f"/oversight/inspections/plans/{plan.pk}/"
    city.client(Role.UNIT_STAFF).post(f"{url}submit/")
    assert "批准：" in text(committee.get("/"))
    numbers = {"document_number": "文1", "filing_number": "备1", "approved_on": TODAY.isoformat()}
    committee.post(f"{url}approve/", numbers)
    plan.refresh_from_db()
    assert (plan.state, plan.filing_number) == ("approved", "备1")
    own = make_plan(city)
    committee.post(f"/oversight/inspections/plans/{own.pk}/submit/")
    assert committee.get(f"/oversight/inspections/plans/{own.pk}/approve/").status_code == 403


def test_settings_are_the_committees(city, committee, staff):
    committee.post(
        "/oversight/requests/term/", {"workdays": 7, "valid_from": TODAY.isoformat(), "basis": "工委办文规定"}
    )
    assert "7 个工作日" in text(staff.get("/oversight/requests/"))
    assert staff.get("/oversight/requests/term/").status_code == 404
    limit = {"audience": "unit", "year": TODAY.year, "limit": 2, "document": "市委办通知"}
    committee.post("/oversight/inspections/limits/", limit)
    assert "不超过2项" in text(staff.get("/oversight/inspections/plans/"))
    assert staff.get("/oversight/inspections/limits/").status_code == 403


def test_import_of_documents(city, staff):
    base = f"/oversight/filings/import/{city.unit.pk}/"
    assert staff.get(f"{base}template/").status_code == 200
    heads = ("文件名称", "文号", "发布日期", "是否应备", "联合制定机关")
    good = ("办法甲", "云档1号", date(TODAY.year, 1, 5), "应当备案", "")
    bad = ("办法乙", "云档2号", TODAY + DAY, "应当备案", "")
    answer = staff.post(base, {"file": workbook(heads, good, bad)})
    assert "不能晚于今天" in text(staff.get(answer.url))
    assert not Filing.objects.exists()
    answer = staff.post(base, {"file": workbook(heads, good)})
    staff.post(f"{answer.url}commit/")
    assert Filing.objects.get().number == "云档1号"
    answer = staff.post(base, {"file": workbook(heads, good)})
    assert "已经登记过" in text(staff.get(answer.url))


def test_import_of_sit_ins_and_items(city, staff):
    base = f"/oversight/sit-ins/import/{city.unit.pk}/"
    heads = ("会议名称", "会议类型", "日期", "应列席", "已列席", "未列席原因", "提出了意见")
    answer = staff.post(
        base, {"file": workbook(heads, ("三月党组会", "党组（党委）会议", TODAY, "是", "否", "出差", "否"))}
    )
    staff.post(f"{answer.url}commit/")
    assert SitIn.objects.get().reason == "出差"
    plan = make_plan(city, city.unit, city.user(Role.UNIT_STAFF))
    base = f"/oversight/inspections/plans/{plan.pk}/import/"
    heads = ("事项名称", "依据", "对象", "对象个数上限", "次数上限", "起始日期", "截止日期", "每次天数上限",
             "每个对象每次约用（分钟）")  # fmt: skip
    line = ("手册检查", "工作手册规定", "各支部", 3, 1, date(TODAY.year, 3, 1), date(TODAY.year, 4, 1), 1, 30)
    answer = staff.post(base, {"file": workbook(heads, line)})
    staff.post(f"{answer.url}commit/")
    assert plan.entries.count() == 2


def test_exports(city, staff, committee):
    file_it(city, make_filing(city))
    make_filing(city, unit=city.foreign_unit, name="外单位办法")
    assert ("资料借阅管理办法", 1) in [(row[0], row[6]) for row in sheet(staff.post("/oversight/filings/export/"))]
    assert "外单位办法" not in str(sheet(staff.post("/oversight/filings/export/")))
    assert "外单位办法" in str(sheet(committee.post("/oversight/filings/export/")))
    values = {"kind": "request", "category": "funds", "matter": "活动经费", "summary": "", "number": ""}
    request_services.request_send(by=city.user(Role.UNIT_STAFF), organisation=city.unit, values=values)
    assert "活动经费" in str(sheet(committee.post("/oversight/requests/export/")))
    approve(city, make_plan(city))
    assert "党建责任制检查" in str(sheet(staff.post("/oversight/inspections/entries/export/")))
    assert "备2026-01" in str(sheet(staff.post("/oversight/inspections/plans/export/")))


URLS = {
    "/oversight/filings/": 5,
    "/oversight/requests/": 6,
    "/oversight/analyses/": 5,
    "/oversight/sit-ins/": 5,
    "/oversight/inspections/plans/": 6,
    "/oversight/inspections/entries/": 5,
}


@pytest.mark.parametrize("url", URLS)
def test_lists_cost_the_same_for_one_three_and_fifty(city, committee, url, django_assert_num_queries):
    by, done = city.user(Role.CITY_STAFF), 0
    plan = InspectionPlan.objects.create(organisation=city.unit, year=2020, by=by) if "entries" in url else None
    committee.get(url)
    for wanted in (1, 3, 50):
        for number in range(done, wanted):
            row_of(city, by, url, number, plan)
        done = wanted
        with django_assert_num_queries(URLS[url]):
            committee.get(url)


def row_of(city, by, url, number, plan):
    due = TODAY + DAY
    if "filings" in url:
        Filing.objects.create(organisation=city.unit, by=by, **facts(number=str(number)), due_on=due)
    elif "requests" in url:
        OfficialRequest.objects.create(
            organisation=city.unit, target=city.root, by=by, kind="request", category="funds", matter="事项",
            sent_on=TODAY, due_on=due,
        )  # fmt: skip
    elif "analyses" in url:
        worklist = Worklist.objects.create(organisation=city.unit, source="oversight.analysis", title="清单", by=by)
        Analysis.objects.create(
            organisation=city.unit, year=2000 + number, half=1, figures_on=TODAY, worklist=worklist, by=by
        )
    elif "sit-ins" in url:
        SitIn.objects.create(organisation=city.unit, by=by, kind="leaders", held_on=TODAY, title=f"会议{number}")
    elif "entries" in url:
        plan.entries.create(**entry_values(title=f"事项{number}"))
    else:
        InspectionPlan.objects.create(organisation=city.unit, year=2021 + number, by=by)


def test_strangers(city):
    filing = make_filing(city)
    foreign = make_user(Role.UNIT_STAFF, city.foreign_unit)
    client = Client()
    client.force_login(foreign, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/oversight/filings/{filing.pk}/").status_code == 404
    assert client.get(f"/oversight/filings/import/{city.unit.pk}/").status_code == 404
    assert city.client(Role.BRANCH_SECRETARY).get("/oversight/filings/").status_code == 403
