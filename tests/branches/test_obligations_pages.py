"""The matrix, the ledger, one obligation, waivers and rules, as readers see them."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from branches.choices import MeetingKind, OrganisationKind
from branches.forms import obligations as forms
from branches.ledgers import obligations as ledgers
from branches.models import Obligation, Organisation, Waiver
from branches.selectors import obligation_matrix as matrix_selectors
from branches.selectors import obligation_pages as selectors
from branches.selectors.obligations import obligation_summary, todo_of
from branches.services import obligation_facts
from branches.services.obligations import obligation_waive, obligations_open, obligations_refresh
from core.models import AuditEvent
from tests.factories import floor_rules, make_meeting, make_organisation

TODAY = date(2026, 8, 15)
MATRIX = "/obligations/"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    for module in (obligation_facts, forms, ledgers, matrix_selectors, selectors):
        monkeypatch.setattr(module, "local_today", lambda: TODAY)


@pytest.fixture
def opened(city):
    floor_rules()
    obligations_open()
    return city


def obligation(organisation, code, period):
    return Obligation.objects.get(organisation=organisation, requirement__code=code, period=period)


def log(branch, day, kind=MeetingKind.ASSEMBLY, **fields):
    meeting = make_meeting(branch, day, kind, **fields)
    obligations_refresh(organisation_id=branch.pk, days=[day])
    return meeting


def cells(response):
    """The cells behind the page, by name of the row, rule and period."""
    table = response.context["matrix"]
    raw = matrix_selectors.matrix(response.wsgi_request.user, table.query)
    assert [place for place, _ in raw.rows] == [place for place, _ in table.rows]
    keys = [(each.code, each.period) for each in raw.headings]
    return {place.name: dict(zip(keys, row, strict=True)) for place, row in raw.rows}


# The matrix


def test_quarter_of_a_branch(opened):
    log(opened.branch, date(2026, 7, 3))
    page = opened.client(Role.BRANCH_SECRETARY).get(MATRIX)
    assert list(cells(page)) == ["整理一科党支部"]
    row = cells(page)["整理一科党支部"]
    assert row["R03", "2026Q3"][1] == (1, 1, "done")
    assert row["R06", "2026M07"][1] == (0, 1, "overdue")
    assert row["R06", "2026M08"][1] == (0, 1, "due")
    assert row["R06", "2026M09"][1] == (0, 1, "upcoming")
    assert row["R07", "2026"][1] == (0, 1, "due")
    text = page.content.decode()
    assert (
        f'href="/obligations/{obligation(opened.branch, "R03", "2026Q3").pk}/" aria-label="已完成 1/1">✓ 1/1</a>'
        in text
    )
    assert "2026年三季度" in text
    assert "按单位" not in text


def test_city_sees_units_first_and_opens_them(opened):
    log(opened.branch, date(2026, 7, 3))
    client = opened.client(Role.CITY_STAFF)
    page = client.get(MATRIX)
    assert list(cells(page)) == ["市档案整理中心", "市园圃养护处"]
    total = cells(page)["市档案整理中心"]["R03", "2026Q3"]
    assert (total.met, total.asked, total.overdue, total.state) == (1, 2, 0, "due")
    assert cells(page)["市档案整理中心"]["R06", "2026M07"].overdue == 2
    url = f"?period=2026Q3&amp;view=branches&amp;unit={opened.unit.pk}&amp;state=behind&amp;rule=R03"
    assert url in page.content.decode()
    assert list(cells(client.get(MATRIX + url.replace("&amp;", "&")))) == ["整理二科党支部"]


def test_unit_staff_see_their_branches(opened):
    page = opened.client(Role.UNIT_STAFF).get(MATRIX)
    assert list(cells(page)) == ["整理一科党支部", "整理二科党支部"]
    assert "养护科党支部" not in page.content.decode()


def test_year_counts_periods_and_opens_the_list(opened):
    for month in (1, 2, 3):
        log(opened.branch, date(2026, month, 3), MeetingKind.THEME_DAY)
    page = opened.client(Role.BRANCH_SECRETARY).get(MATRIX, {"period": "2026"})
    total = cells(page)["整理一科党支部"]["R06", "2026"]
    assert (total.met, total.asked, total.overdue, total.state) == (3, 12, 4, "overdue")
    assert f"/obligations/list/?period=2026&amp;org={opened.branch.pk}&amp;rule=R06" in page.content.decode()
    city = opened.client(Role.CITY_STAFF).get(MATRIX, {"period": "2026"})
    assert cells(city)["市档案整理中心"]["R06", "2026"].asked == 24


def test_waived_and_not_applicable_cells(opened):
    obligation_waive(
        by=opened.user(Role.UNIT_STAFF), obligation=obligation(opened.sibling, "R03", "2026Q3"), reason="换届筹备期间"
    )
    page = opened.client(Role.UNIT_STAFF).get(MATRIX)
    row = cells(page)["整理二科党支部"]
    assert row["R03", "2026Q3"][1].state == "waived"
    assert row["R04", "2026M07"] is None
    assert "不适用" in page.content.decode()
    total = cells(opened.client(Role.CITY_STAFF).get(MATRIX))["市档案整理中心"]["R03", "2026Q3"]
    assert (total.asked, total.waived) == (1, 1)


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"q": "养护"}, ["养护科党支部"]),
        ({"q": "zlek"}, ["整理二科党支部"]),
        ({"state": "overdue"}, ["整理一科党支部", "整理二科党支部", "养护科党支部"]),
        ({"rule": "R04", "state": "overdue"}, ["整理一科党支部"]),
        ({"rule": "R03", "state": "overdue"}, []),
        ({"view": "branches"}, ["整理一科党支部", "整理二科党支部", "养护科党支部"]),
        ({"view": "branches", "all": "1"}, ["整理一科党支部", "整理二科党支部", "养护科党支部"]),
        ({"view": "branches", "page": "99"}, ["整理一科党支部", "整理二科党支部", "养护科党支部"]),
    ],
)
def test_filters(opened, params, names):
    assert list(cells(opened.client(Role.CITY_STAFF).get(MATRIX, params))) == names


@pytest.mark.parametrize("period", ["2026Q5", "2026Q0", "20261", "2026M13", "2026M07", "季度", "9999Q1", "\x00", "<b>"])
def test_quarter_that_does_not_exist(opened, period):
    page = opened.client(Role.CITY_STAFF).get(MATRIX, {"period": period})
    assert page.status_code == 200
    assert "这个季度或年度，已按2026年三季度显示" in page.content.decode()
    assert "<b>”" not in page.content.decode()


@pytest.mark.parametrize(
    "params",
    [
        {"unit": "999999"},
        {"unit": "abc"},
        {"unit": "9" * 30},
        {"rule": "R99"},
        {"state": "best"},
        {"q": "长" * 51},
        {"q": "a\x00b"},
    ],
)
def test_bad_filters_are_told(opened, params):
    page = opened.client(Role.CITY_STAFF).get(MATRIX, params)
    assert page.status_code == 200
    assert "已忽略" in page.content.decode()


def test_foreign_unit_is_no_choice(opened):
    page = opened.client(Role.UNIT_STAFF).get(MATRIX, {"unit": opened.foreign_unit.pk})
    assert "不在您的查看范围内" in page.content.decode()
    assert "养护科党支部" not in page.content.decode()


def test_names_are_escaped(opened):
    make_organisation(opened.committee, OrganisationKind.BRANCH, "<script>x</script>党支部")
    text = opened.client(Role.UNIT_STAFF).get(MATRIX).content.decode()
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text


def test_ended_before_and_founded_after_the_period_are_not_rows(opened):
    make_organisation(opened.committee, OrganisationKind.BRANCH, "新党支部", founded_on=date(2026, 10, 1))
    make_organisation(
        opened.committee, OrganisationKind.BRANCH, "旧党支部", status="abolished", ended_on=date(2026, 7, 1)
    )
    assert list(cells(opened.client(Role.UNIT_STAFF).get(MATRIX))) == ["整理一科党支部", "整理二科党支部"]


def test_no_rules_no_columns(city):
    page = city.client(Role.UNIT_STAFF).get(MATRIX)
    assert "这一期间没有要求" in page.content.decode()


def test_pages_of_fifty(opened):
    for number in range(60):
        make_organisation(opened.committee, OrganisationKind.BRANCH, f"第{number}党支部")
    obligations_open()
    client = opened.client(Role.UNIT_STAFF)
    first, second = client.get(MATRIX), client.get(MATRIX, {"page": 2})
    assert (len(cells(first)), len(cells(second))) == (50, 12)
    assert "共 62 个党支部，第 1/2 页" in first.content.decode()
    assert not set(cells(first)) & set(cells(second))
    assert len(cells(client.get(MATRIX, {"all": "1"}))) == 62


QUERIES = {"matrix": 12, "units": 10, "list": 7}


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_query_counts_do_not_grow(opened, rows, django_assert_num_queries):
    Organisation.objects.filter(pk=opened.sibling.pk).update(status="abolished", ended_on=date(2026, 1, 1))
    for number in range(rows - 1):
        make_organisation(opened.committee, OrganisationKind.BRANCH, f"第{number}党支部")
    obligations_open()
    staff, city = opened.client(Role.UNIT_STAFF), opened.client(Role.CITY_STAFF)
    listed = reverse("branches:obligation_list") + "?rule=R03&period=2026Q3"
    assert len(cells(staff.get(MATRIX))) == len(staff.get(listed).context["ledger"].rows) == rows
    assert len(cells(city.get(MATRIX))) == 2
    with django_assert_num_queries(QUERIES["matrix"]):
        staff.get(MATRIX)
    with django_assert_num_queries(QUERIES["units"]):
        city.get(MATRIX)
    with django_assert_num_queries(QUERIES["list"]):
        staff.get(listed)


# Out of the portal


def sheet_rows(response):
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def test_matrix_export_equals_the_page(opened):
    log(opened.branch, date(2026, 7, 3))
    rows = sheet_rows(opened.client(Role.UNIT_STAFF).post(reverse("branches:obligation_matrix_export")))
    assert rows[0][:3] == ["单位", "党支部", "支部党员大会 全季"]
    assert rows[1][:3] == ["市档案整理中心", "整理一科党支部", "1/1 已完成"]
    assert rows[2][:3] == ["市档案整理中心", "整理二科党支部", "0/1 进行中"]
    assert "不适用" in rows[2]
    assert len(rows) == 3
    event = AuditEvent.objects.get(action="export.create")
    assert (event.after["rows"], event.after["period"]) == (2, "2026Q3")


def test_matrix_export_by_unit(opened):
    rows = sheet_rows(opened.client(Role.CITY_STAFF).post(reverse("branches:obligation_matrix_export")))
    assert [row[0] for row in rows] == ["单位", "市档案整理中心", "市园圃养护处"]
    assert rows[1][1] == "0/2 进行中"


def test_matrix_export_of_a_quarter_that_does_not_exist(opened):
    answer = opened.client(Role.UNIT_STAFF).post(reverse("branches:obligation_matrix_export") + "?period=2026Q5")
    assert answer.status_code == 400


def test_members_may_look_but_not_export(opened):
    client = opened.client(Role.MEMBER)
    page = client.get(MATRIX)
    assert list(cells(page)) == ["整理一科党支部"]
    assert "导出 Excel" not in page.content.decode()
    assert client.post(reverse("branches:obligation_matrix_export")).status_code == 403


# The ledger


def test_list_shows_what_has_begun(opened):
    page = opened.client(Role.BRANCH_SECRETARY).get(reverse("branches:obligation_list"), {"rule": "R06"})
    assert page.context["ledger"].count_text == "共 8 条"
    assert "2026年8月" in page.context["ledger"].rows[0]
    assert "进行中" in page.context["ledger"].rows[0]
    assert "已逾期" in page.context["ledger"].rows[1]


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"period": "2026Q3", "rule": "R06"}, 2),
        ({"period": "2026q2", "rule": "R06"}, 3),
        ({"period": "2026M07"}, 3),
        ({"period": "2025"}, 0),
        ({"period": "2026", "state": "overdue", "rule": "R03"}, 2),
        ({"state": "done"}, 1),
        ({"state": "waived"}, 1),
        ({"state": "behind", "rule": "R03"}, 1),
    ],
)
def test_list_filters(opened, params, count):
    log(opened.branch, date(2026, 7, 3))
    obligation_waive(
        by=opened.user(Role.UNIT_STAFF), obligation=obligation(opened.branch, "R22", "2026Q3"), reason="本季度统一安排"
    )
    if params == {"state": "behind", "rule": "R03"}:
        log(opened.branch, date(2026, 2, 3))
    page = opened.client(Role.BRANCH_SECRETARY).get(reverse("branches:obligation_list"), params)
    assert page.context["ledger"].count_text == f"共 {count} 条"


def test_list_of_a_period_that_does_not_exist(opened):
    page = opened.client(Role.BRANCH_SECRETARY).get(reverse("branches:obligation_list"), {"period": "2026Q5"})
    assert "没有“2026Q5”这个期间" in page.content.decode()


def test_list_export(opened):
    answer = opened.client(Role.UNIT_STAFF).post(reverse("branches:obligation_export") + "?period=2026Q3&rule=R03")
    rows = sheet_rows(answer)
    assert rows[0] == [
        "应做事项",
        "期间",
        "党组织",
        "单位",
        "应做",
        "已做",
        "状态",
        "截止日期",
        "依据",
        "性质",
        "所属规则",
        "规则编号",
    ]
    assert {row[2] for row in rows[1:]} == {"整理一科党支部", "整理二科党支部"}
    assert rows[1][8] == "《中国共产党支部工作条例（试行）》第十一条"


# One obligation


def test_detail_shows_rule_records_and_how_to_mend(opened):
    due = obligation(opened.branch, "R22", "2026Q3")
    client = opened.client(Role.BRANCH_SECRETARY)
    url = reverse("branches:obligation_detail", args=[due.pk])
    text = client.get(url).content.decode()
    assert "本级要求" in text
    assert f"{reverse('branches:meeting_new')}?kind=warning_education&amp;branch={opened.branch.pk}" in text
    assert "减免原因" not in text
    log(
        opened.branch,
        date(2026, 8, 3),
        MeetingKind.ASSEMBLY,
        also=(MeetingKind.WARNING_EDUCATION,),
        title="季度警示教育",
    )
    text = client.get(url).content.decode()
    assert "季度警示教育" in text
    assert "去记录" not in text


def test_detail_of_group_meetings_names_the_groups(opened):
    second = make_organisation(opened.branch, OrganisationKind.GROUP, "第二党小组")
    obligations_open()
    log(opened.branch, date(2026, 8, 3), MeetingKind.GROUP, group=opened.group)
    due = obligation(opened.branch, "R05", "2026M08")
    page = opened.client(Role.BRANCH_SECRETARY).get(reverse("branches:obligation_detail", args=[due.pk]))
    assert [(group.pk, met) for group, met in page.context["page"].groups] == [
        (opened.group.pk, True),
        (second.pk, False),
    ]
    assert f"group={second.pk}" in page.content.decode()


@pytest.mark.parametrize(
    ("role", "own", "sibling", "foreign"),
    [
        (Role.MEMBER, 200, 404, 404),
        (Role.BRANCH_SECRETARY, 200, 404, 404),
        (Role.UNIT_STAFF, 200, 200, 404),
        (Role.CITY_STAFF, 200, 200, 200),
        (Role.SYSTEM_ADMIN, 403, 403, 403),
    ],
)
def test_detail_within_scope_only(opened, role, own, sibling, foreign):
    client = opened.client(role)
    answers = [
        client.get(reverse("branches:obligation_detail", args=[obligation(place, "R03", "2026Q3").pk])).status_code
        for place in (opened.branch, opened.sibling, opened.foreign)
    ]
    assert answers == [own, sibling, foreign]


# Waivers


def test_waive_and_revoke_on_the_page(opened):
    due = obligation(opened.branch, "R03", "2026Q3")
    client, detail = opened.client(Role.UNIT_STAFF), reverse("branches:obligation_detail", args=[due.pk])
    answer = client.post(reverse("branches:obligation_waive", args=[due.pk]), {"reason": "支部换届筹备期间"})
    assert answer.url == detail
    text = client.get(detail).content.decode()
    assert "已减免" in text
    assert "支部换届筹备期间" in text
    waiver = Waiver.objects.get()
    assert client.post(reverse("branches:waiver_revoke", args=[waiver.pk])).url == detail
    assert "已撤销" in client.get(detail).content.decode()
    again = client.post(reverse("branches:waiver_revoke", args=[waiver.pk]), follow=True)
    assert "该减免已经撤销" in again.content.decode()


@pytest.mark.parametrize("reason", ["", "短", "长" * 201])
def test_waiver_without_a_reason_changes_nothing(opened, reason):
    due = obligation(opened.branch, "R03", "2026Q3")
    answer = opened.client(Role.UNIT_STAFF).post(
        reverse("branches:obligation_waive", args=[due.pk]), {"reason": reason}
    )
    assert answer.status_code == 200
    assert "没有保存" in answer.content.decode()
    assert not Waiver.objects.exists()


@pytest.mark.parametrize(
    ("role", "own", "foreign"),
    [(Role.BRANCH_SECRETARY, 403, 403), (Role.UNIT_STAFF, 302, 404), (Role.CITY_STAFF, 302, 302)],
)
def test_who_may_waive(opened, role, own, foreign):
    client = opened.client(role)
    answers = [
        client.post(
            reverse("branches:obligation_waive", args=[obligation(place, "R03", "2026Q3").pk]),
            {"reason": "统一安排减免"},
        ).status_code
        for place in (opened.branch, opened.foreign)
    ]
    assert answers == [own, foreign]


# Rules


def test_rules_name_source_and_article(opened):
    text = opened.client(Role.MEMBER).get(reverse("branches:requirement_list")).content.decode()
    assert "《中国共产党支部工作条例（试行）》第十一条" in text
    assert "市直机关党建工作半年总结会工作要求" in text
    assert text.count("施行中") == 9


# Reads for other apps


def test_summary_and_todo(opened):
    log(opened.branch, date(2026, 7, 3))
    found = {(each.code, each.period): each for each in obligation_summary(["2026Q3", "2026M07"], TODAY)}
    assert (found["R03", "2026Q3"].asked, found["R03", "2026Q3"].met, found["R03", "2026Q3"].due) == (3, 1, 2)
    assert found["R06", "2026M07"].overdue == 3
    by_unit = obligation_summary(["2026Q3"], TODAY, by_unit=True)
    assert {each.path for each in by_unit} == {opened.unit.path, opened.foreign_unit.path}
    todo = todo_of([opened.branch.pk], TODAY, since=date(2026, 7, 1))
    assert ("党小组会（2026年7月）", "overdue") in [(due.title, due.state) for due in todo]
    assert all(due.state in ("overdue", "due", "due_soon") for due in todo)
