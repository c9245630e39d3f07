"""归档 as readers meet it: lists, one branch, one quarter and its doors, the lock in the matrix and in the minutes."""

from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from branches.choices import MeetingKind, OrganisationKind
from branches.ledgers import closings as ledgers
from branches.models import MeetingVersion, QuarterClosing
from branches.services import closings as services
from branches.services.closings import quarters_close
from branches.services.obligations import obligations_open
from core.models import AuditEvent
from core.periods import Freq, Period
from tests.factories import floor_rules, make_meeting, make_organisation

REASON = "漏记一次支部党员大会"
Q1 = Period(Freq.QUARTER, 2026, 1)
TODAY = date(2026, 8, 17)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    from branches.forms import obligations as forms
    from branches.selectors import closings as selectors
    from branches.selectors import obligation_matrix
    from branches.services import closing_guard, obligation_facts

    for module in (services, ledgers, selectors, obligation_matrix, forms, closing_guard, obligation_facts):
        monkeypatch.setattr(module, "local_today", lambda: TODAY)


@pytest.fixture
def opened(city):
    floor_rules()
    obligations_open()
    quarters_close()
    return city


def door(name, branch, period="2026Q1"):
    return reverse(f"branches:{name}", args=[branch.pk, period])


def sheet(response):
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def corrected(city, meeting, reason="日期写错"):
    MeetingVersion.objects.create(
        meeting=meeting, number=meeting.versions.count() + 1, content={}, reason=reason,
        by=city.user(Role.BRANCH_SECRETARY),
    )  # fmt: skip


def test_a_locked_log_offers_no_correction(opened):
    log = make_meeting(opened.branch, date(2026, 2, 10))
    url = reverse("branches:meeting_detail", args=[log.pk])
    for role, act in ((Role.BRANCH_SECRETARY, "meeting_correct"), (Role.UNIT_STAFF, "meeting_return")):
        page = opened.client(role).get(url).content.decode()
        assert reverse(f"branches:{act}", args=[log.pk]) not in page
        assert "归档" in page
    QuarterClosing.objects.filter(organisation=opened.branch).update(state="open")
    assert reverse("branches:meeting_correct", args=[log.pk]) in (
        opened.client(Role.BRANCH_SECRETARY).get(url).content.decode()
    )


# Asked and answered on the pages


def test_asked_by_the_branch_and_answered_by_the_unit(opened):
    secretary, staff = opened.client(Role.BRANCH_SECRETARY), opened.client(Role.UNIT_STAFF)
    page = secretary.get(door("quarter_detail", opened.branch)).content.decode()
    assert "提出申请" in page
    assert "重新开放</button>" not in page
    refused = secretary.post(door("quarter_request", opened.branch), {"reason": "漏"})
    assert "至少4个字" in refused.content.decode()
    assert ">漏</textarea>" in refused.content.decode().replace("\n", "")
    answer = secretary.post(door("quarter_request", opened.branch), {"reason": REASON}, follow=True)
    assert "单位办理后会通知您" in answer.content.decode()
    waiting = staff.get(reverse("branches:quarter_list")).content.decode()
    assert REASON in waiting
    assert door("quarter_detail", opened.branch) in waiting
    assert "不同意" in staff.get(door("quarter_detail", opened.branch)).content.decode()
    answer = staff.post(door("quarter_reopen", opened.branch), {"reason": "同意补记"}, follow=True)
    text = answer.content.decode()
    assert "已重新开放" in text
    assert "2026年8月24日" in text
    assert REASON in text
    answer = secretary.post(door("quarter_close", opened.branch), follow=True)
    assert "已归档" in answer.content.decode()
    kinds = QuarterClosing.objects.get(organisation=opened.branch, period="2026Q1").events.order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["closed", "requested", "reopened", "closed"]


def test_refused_on_the_page(opened):
    opened.client(Role.BRANCH_SECRETARY).post(door("quarter_request", opened.branch), {"reason": REASON})
    staff = opened.client(Role.UNIT_STAFF)
    text = staff.post(
        door("quarter_refuse", opened.branch), {"reason": "该次会议已经记录"}, follow=True
    ).content.decode()
    assert "不同意重新开放" in text
    assert "该次会议已经记录" in text
    assert REASON in text


def test_members_see_and_do_nothing(opened):
    client = opened.client(Role.MEMBER)
    text = client.get(door("quarter_detail", opened.branch)).content.decode()
    assert "已归档" in text
    assert "<textarea" not in text
    assert client.post(door("quarter_close", opened.branch)).status_code == 403
    assert client.get(reverse("branches:late_entry_list")).status_code == 403


@pytest.mark.parametrize("period", ["2026", "2026M01", "2026Q5", "x", "99999Q1"])
def test_only_quarters_have_a_page(opened, period):
    assert opened.client(Role.UNIT_STAFF).get(door("quarter_detail", opened.branch, period)).status_code == 404


def test_a_quarter_without_a_row_is_open(opened):
    branch = make_organisation(opened.committee, OrganisationKind.BRANCH, "新开列党支部")
    text = opened.client(Role.UNIT_STAFF).get(door("quarter_detail", branch)).content.decode()
    assert not QuarterClosing.objects.filter(organisation=branch).exists()
    assert "未归档" in text
    assert "还没有归档过" in text
    assert "归档</button>" in text


def test_page_of_a_branch_counts_what_lies_in_each_quarter(opened):
    late = make_meeting(opened.branch, date(2026, 2, 3), is_late_entry=True)
    corrected(opened, late)
    make_meeting(opened.branch, date(2026, 3, 3), MeetingKind.THEME_DAY)
    make_meeting(opened.branch, date(2026, 4, 3), status="returned", return_reason="时间有误")
    page = opened.client(Role.BRANCH_SECRETARY).get(reverse("branches:quarter_branch", args=[opened.branch.pk]))
    found = {row.standing.period.code: row for row in page.context["quarters"]}
    assert list(found)[:3] == ["2026Q3", "2026Q2", "2026Q1"]
    assert (found["2026Q1"].logs, found["2026Q1"].late, found["2026Q1"].corrected) == (2, 1, 1)
    assert (found["2026Q2"].logs, found["2026Q2"].returned) == (1, 1)
    assert found["2026Q1"].asked == 11
    assert [found[code].standing.label for code in ("2026Q3", "2026Q2", "2026Q1")] == ["进行中", "已归档", "已归档"]


# The lists


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({}, 6),
        ({"period": "2026Q1"}, 2),
        ({"period": "2026q1", "state": "closed"}, 2),
        ({"period": "2026", "state": "running"}, 2),
        ({"period": "2026M02"}, 2),
        ({"state": "open"}, 0),
        ({"state": "requested"}, 1),
        ({"state": "reopened"}, 0),
        ({"state": "nonsense"}, 6),
    ],
)
def test_list_filters(opened, params, count):
    opened.client(Role.BRANCH_SECRETARY).post(door("quarter_request", opened.branch), {"reason": REASON})
    page = opened.client(Role.UNIT_STAFF).get(reverse("branches:quarter_list"), params)
    assert page.context["ledger"].count_text == f"共 {count} 条"
    assert "养护科党支部" not in page.content.decode()


def test_an_expired_reopening_reads_as_closed(opened):
    row = QuarterClosing.objects.get(organisation=opened.branch, period="2026Q1")
    row.state, row.reopened_at, row.reopen_reason = "reopened", row.closed_at, REASON
    row.reopen_until = date(2026, 8, 16)
    row.save()
    staff = opened.client(Role.UNIT_STAFF)
    closed = staff.get(reverse("branches:quarter_list"), {"state": "closed", "period": "2026Q1"})
    assert closed.context["ledger"].count_text == "共 2 条"
    assert "已归档" in closed.context["ledger"].rows[0]
    assert (
        "提出申请" in opened.client(Role.BRANCH_SECRETARY).get(door("quarter_detail", opened.branch)).content.decode()
    )


def test_exports_hold_what_the_filters_show(opened):
    rows = sheet(opened.client(Role.UNIT_STAFF).post(reverse("branches:quarter_export") + "?period=2026Q1"))
    assert [row[:4] for row in rows[1:]] == [
        ["整理一科党支部", "2026年一季度", "市档案整理中心", "已归档"],
        ["整理二科党支部", "2026年一季度", "市档案整理中心", "已归档"],
    ]
    late = make_meeting(opened.branch, date(2026, 2, 3), is_late_entry=True, title="补记的大会")
    corrected(opened, late, "日期写错")
    corrected(opened, late, "=1+1")
    other = make_meeting(opened.branch, date(2026, 5, 3), title="更正的大会")
    corrected(opened, other)
    make_meeting(opened.branch, date(2026, 2, 4), title="按时的大会")
    url = reverse("branches:late_entry_export")
    rows = sheet(opened.client(Role.UNIT_STAFF).post(f"{url}?period=2026Q1"))
    assert [row[0] for row in rows[1:]] == ["补记的大会"]
    assert rows[1][rows[0].index("更正次数")] == 2
    assert rows[1][rows[0].index("最近一次更正原因")] in ("=1+1", "'=1+1")
    rows = sheet(opened.client(Role.UNIT_STAFF).post(f"{url}?what=corrected"))
    assert [row[0] for row in rows[1:]] == ["更正的大会", "补记的大会"]
    assert AuditEvent.objects.filter(action="export.create").count() == 3


def test_late_entries_of_others_are_not_listed(opened):
    make_meeting(opened.foreign, date(2026, 2, 3), is_late_entry=True, title="别处补记")
    page = opened.client(Role.UNIT_STAFF).get(reverse("branches:late_entry_list"))
    assert "别处补记" not in page.content.decode()
    assert "别处补记" in opened.client(Role.CITY_STAFF).get(reverse("branches:late_entry_list")).content.decode()


QUERIES = {"quarter_list": 7, "late_entry_list": 5, "quarter_branch": 8, "quarter_detail": 9}


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_query_counts_do_not_grow(opened, rows):
    counted = {}
    for number in range(rows):
        if number:
            make_organisation(opened.foreign_unit, OrganisationKind.BRANCH, f"第{number}党支部")
        meeting = make_meeting(opened.branch, date(2026, 2, 1 + number % 28), is_late_entry=True, title=f"补记{number}")
        corrected(opened, meeting)
    quarters_close()
    staff = opened.client(Role.CITY_STAFF)
    for name, args, query in (
        ("quarter_list", [], f"?period=2026Q1&org={opened.foreign_unit.pk}"),
        ("late_entry_list", [], ""),
        ("quarter_branch", [opened.branch.pk], ""),
        ("quarter_detail", [opened.branch.pk, "2026Q1"], ""),
    ):
        url = reverse(f"branches:{name}", args=args) + query
        page = staff.get(url)
        if "ledger" in page.context:
            assert len(page.context["ledger"].rows) == rows
        with CaptureQueriesContext(connection) as queries:
            staff.get(url)
        counted[name] = len(queries)
    assert counted == QUERIES


# Where the lock shows


def test_matrix_shows_the_lock_and_leads_to_it(opened):
    staff = opened.client(Role.UNIT_STAFF)
    text = staff.get(reverse("branches:obligation_matrix"), {"period": "2026Q1"}).content.decode()
    mark = f'<a class="lock" href="{door("quarter_detail", opened.branch)}" aria-label="已归档"'
    assert mark in text
    staff.post(door("quarter_reopen", opened.branch), {"reason": "同意补记"})
    text = staff.get(reverse("branches:obligation_matrix"), {"period": "2026Q1"}).content.decode()
    assert mark not in text
    assert 'aria-label="已重新开放"' in text
    for period in ("2026Q3", "2026"):
        assert (
            'class="lock"' not in staff.get(reverse("branches:obligation_matrix"), {"period": period}).content.decode()
        )


def test_the_page_of_minutes_keeps_what_was_typed(opened):
    client = opened.client(Role.BRANCH_SECRETARY)
    url = f"{reverse('branches:meeting_create')}?branch={opened.branch.pk}&kind=theme_day"
    sent = {
        "branch": opened.branch.pk, "kind": "theme_day", "held_on": "2026-02-03", "title": "二月主题党日",
        "discussion": "这段文字不能丢", "draft": str(uuid4()),
    }  # fmt: skip
    before = client.get(url, {"branch": opened.branch.pk, "kind": "theme_day", "overdue": "1"}).content.decode()
    assert "已经归档" not in before
    text = client.post(url, sent).content.decode()
    assert "2026年一季度已经归档" in text
    assert "这段文字不能丢" in text
    roster = client.post(reverse("branches:meeting_roster"), sent).content.decode()
    assert reverse("branches:quarter_branch", args=[opened.branch.pk]) in roster


def test_tabs_lead_to_what_opens(opened):
    text = opened.client(Role.MEMBER).get(reverse("branches:obligation_matrix")).content.decode()
    assert reverse("branches:quarter_list") in text
    assert reverse("branches:late_entry_list") not in text
    assert (
        reverse("branches:late_entry_list")
        in opened.client(Role.UNIT_STAFF).get("/obligations/quarters/").content.decode()
    )
