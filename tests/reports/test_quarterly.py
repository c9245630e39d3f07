"""Quarterly reports: one moment, frozen, the same figures whenever they are opened."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from branches.choices import MeetingKind
from branches.models import Meeting, Organisation
from branches.services.obligations import obligations_open, obligations_refresh
from branches.services.requirements import requirements_load
from core.models import AuditEvent, Job
from core.periods import parse_period
from reports.exports import report_path, report_render
from reports.models import QuarterlyReport, ReportChunk
from reports.services.quarterly import (
    last_quarter_enqueue,
    quarter_of,
    quarterly_report_freeze,
    quarterly_report_order,
    quarterly_report_request,
)
from tests.factories import make_meeting

TODAY = date(2026, 11, 22)
Q3 = parse_period("2026Q3")


@pytest.fixture
def quarter(city):
    """In the third quarter the branch held an assembly with a lecture in it, the foreign branch a theme day."""
    requirements_load()
    make_meeting(city.branch, date(2026, 8, 5), MeetingKind.ASSEMBLY, also=(MeetingKind.LECTURE,))
    make_meeting(city.foreign, date(2026, 9, 30), MeetingKind.THEME_DAY, title="=1+1")
    obligations_open(since=date(2026, 1, 1), through=date(2026, 12, 31))
    for branch in (city.branch, city.foreign):
        obligations_refresh(organisation_id=branch.pk, days=[date(2026, 7, 1), date(2026, 9, 30)])
    return city


def frozen(city, place=None) -> QuarterlyReport:
    report, _ = quarterly_report_request(by=None, organisation=place or city.root, period=Q3, today=TODAY)
    return quarterly_report_freeze(report=report)


def body(response) -> bytes:
    """What was sent, read to its end: that alone closes a file without closing the test's database connection."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def figures(report: QuarterlyReport, code: str) -> dict:
    return next(rule for rule in report.summary["rules"] if rule["code"] == code)


def test_the_figures_are_those_of_the_logs(quarter):
    report = frozen(quarter)
    assembly = figures(report, "R03")
    assert (assembly["items"], assembly["done"], assembly["waived"], assembly["open"]) == (3, 1, 0, 2)
    assert assembly["rate"] == pytest.approx(1 / 3)
    theme = figures(report, "R06")
    assert (theme["items"], theme["done"]) == (9, 1)
    assert report.summary["meetings"] == {"count": 2, "late": 0, "kinds": {"支部党员大会": 1, "主题党日": 1}}
    assert report.summary["branches"] == 3


def test_a_unit_report_holds_its_own_branches_alone(quarter):
    report = frozen(quarter, quarter.unit)
    assert figures(report, "R03")["items"] == 2
    text = str(list(ReportChunk.objects.filter(report=report).values_list("rows", flat=True)))
    assert quarter.foreign.short_name not in text


def test_frozen_figures_do_not_follow_later_logs(quarter):
    report = frozen(quarter)
    make_meeting(quarter.sibling, date(2026, 8, 6), MeetingKind.ASSEMBLY)
    obligations_refresh(organisation_id=quarter.sibling.pk, days=[date(2026, 8, 6)])
    again, new = quarterly_report_request(by=None, organisation=quarter.root, period=Q3, today=TODAY)
    assert (again.pk, new) == (report.pk, False)
    assert figures(quarterly_report_freeze(report=again), "R03")["done"] == 1
    with pytest.raises(ValidationError, match="已冻结"):
        again.save()


def test_the_page_says_that_records_changed_after_freezing(quarter):
    report = frozen(quarter)
    client = quarter.client("city_staff")
    assert "冻结之后" not in client.get(f"/reports/{report.pk}/").content.decode()
    make_meeting(quarter.sibling, date(2026, 8, 6), MeetingKind.ASSEMBLY)
    assert "冻结之后，本季度的记录又有变化：新记1条" in client.get(f"/reports/{report.pk}/").content.decode()


def test_a_running_quarter_gives_interim_editions(quarter):
    period = parse_period("2026Q4")
    first, _ = quarterly_report_request(by=None, organisation=quarter.root, period=period, today=TODAY)
    same, new = quarterly_report_request(by=None, organisation=quarter.root, period=period, today=TODAY)
    assert (same.pk, new) == (first.pk, False)
    quarterly_report_freeze(report=first)
    second, new = quarterly_report_request(by=None, organisation=quarter.root, period=period, today=TODAY)
    assert (first.is_final, second.edition, new) == (False, 2, True)
    assert "阶段性" in second.title


def test_freezing_twice_and_resuming_change_nothing(quarter):
    report = frozen(quarter)
    before = list(report.chunks.values_list("sheet", "number", "rows"))
    stamp = report.frozen_at
    report = quarterly_report_freeze(report=report)
    assert list(report.chunks.values_list("sheet", "number", "rows")) == before
    assert report.frozen_at == stamp


@pytest.mark.parametrize("code", ["2026Q5", "2026Q0", "2026", "2026M07", "quarter", "", "2026Q3 "])
def test_a_quarter_that_does_not_exist_is_refused(code):
    with pytest.raises(ValidationError, match="没有"):
        quarter_of(code, TODAY)


def test_a_quarter_to_come_is_refused():
    with pytest.raises(ValidationError, match="尚未开始"):
        quarter_of("2027Q1", TODAY)


def test_the_workbook_says_what_the_page_says(quarter, tmp_path):
    report = frozen(quarter)
    book = load_workbook(report_render(report))
    assert book.sheetnames[0] == "汇总"
    assert book.sheetnames[-1] == "会议记录"
    assert "R03 支部党员大会" in book.sheetnames
    summary = [row for row in book["汇总"].iter_rows(values_only=True) if row[0] == "R03"]
    assert summary[0][4:8] == (3, 1, 0, 2)
    rows = list(book["会议记录"].iter_rows(min_row=2))
    assert len(rows) == 2
    hostile = next(cell for row in rows for cell in row if cell.value == "=1+1")
    assert hostile.data_type != "f"
    assert [row[0].value.date() for row in rows] == [date(2026, 8, 5), date(2026, 9, 30)]
    assert next(row[4].value for row in rows if row[0].value.month == 8) == "支部党员大会、党课"


def test_an_organisation_named_like_a_formula_stays_text(quarter):
    Organisation.objects.filter(pk=quarter.unit.pk).update(short_name="=HYPERLINK(1)\x07")
    quarter.unit.refresh_from_db()
    book = load_workbook(report_render(frozen(quarter, quarter.unit)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
    assert len(cells) > 2
    assert {cell.data_type for cell in cells} == {"s"}


def test_command_and_page_make_the_same_file(quarter, tmp_path):
    call_command("report_quarter", "2026Q3", "--out", str(tmp_path))
    made = next(tmp_path.glob("*.xlsx"))
    report = QuarterlyReport.objects.get()
    response = quarter.client(Role.CITY_STAFF).get(reverse("reports:report_download", args=[report.pk]))
    assert body(response) == made.read_bytes() == report_path(report).read_bytes()
    assert AuditEvent.objects.filter(action="report.download").exists()


def test_command_refuses_what_does_not_exist(quarter, tmp_path):
    with pytest.raises(CommandError, match="2026Q7"):
        call_command("report_quarter", "2026Q7", "--out", str(tmp_path))
    with pytest.raises(CommandError, match="没有代码"):
        call_command("report_quarter", "2026Q3", "--out", str(tmp_path), "--organisation", "nowhere")


def test_an_order_is_done_in_the_background(quarter, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = quarterly_report_order(
            by=quarter.user(Role.CITY_STAFF), organisation=quarter.root, period=Q3, today=TODAY
        )
    assert isinstance(job, Job)
    job.refresh_from_db()
    assert (job.state, job.percent) == ("done", 100)
    assert QuarterlyReport.objects.get().is_frozen


def test_the_last_quarter_is_ordered_for_city_and_units(quarter, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert last_quarter_enqueue(today=TODAY) == 3
    assert QuarterlyReport.objects.filter(is_final=True, state="frozen", period="2026Q3").count() == 3
    assert last_quarter_enqueue(today=TODAY) == 0


def test_bad_choices_come_back_in_chinese_and_change_nothing(quarter):
    client = quarter.client(Role.UNIT_STAFF)
    url = reverse("reports:report_create")
    answer = client.post(url, {"period": "2026Q9", "organisation": quarter.unit.pk})
    assert answer.status_code == 400
    assert "没有“2026Q9”这个季度" in answer.content.decode()
    answer = client.post(url, {"period": "2026Q3", "organisation": quarter.root.pk})
    assert "请选择您有权生成报表的范围" in answer.content.decode()
    assert not QuarterlyReport.objects.exists()


def test_every_figure_opens_to_its_frozen_rows(quarter):
    report = frozen(quarter)
    client = quarter.client(Role.CITY_STAFF)
    page = client.get(reverse("reports:report_detail", args=[report.pk])).content.decode()
    url = reverse("reports:report_rows", args=[report.pk, "R03"])
    assert f"{url}?state=未完成" in page
    rows = client.get(url, {"state": "未完成"})
    assert rows.context["page"].total == figures(report, "R03")["open"]
    assert client.get(url, {"page": "abc"}).status_code == 200
    assert client.get(reverse("reports:report_rows", args=[report.pk, "R99"])).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [(Role.CITY_STAFF, 200), (Role.UNIT_STAFF, 404), (Role.BRANCH_SECRETARY, 403)]
)
def test_the_city_report_is_for_city_staff(quarter, role, status):
    report = frozen(quarter)
    for name in ("report_detail", "report_download"):
        response = quarter.client(role).get(reverse(f"reports:{name}", args=[report.pk]))
        assert response.status_code == status
        assert body(response)


def test_a_unit_reads_its_own_report_and_no_other(quarter):
    own, other = frozen(quarter, quarter.unit), frozen(quarter, quarter.foreign_unit)
    client = quarter.client(Role.UNIT_STAFF)
    assert client.get(reverse("reports:report_detail", args=[own.pk])).status_code == 200
    assert client.get(reverse("reports:report_detail", args=[other.pk])).status_code == 404


def test_a_log_submitted_after_midnight_bears_the_local_day(quarter):
    meeting = make_meeting(quarter.branch, date(2026, 7, 1), MeetingKind.THEME_DAY, title="夜间提交")
    Meeting.objects.filter(pk=meeting.pk).update(submitted_at=datetime(2026, 7, 1, 17, tzinfo=UTC))
    records = ReportChunk.objects.get(report=frozen(quarter), sheet="records").rows
    assert next(row for row in records if row[5] == "夜间提交")[12] == "2026-07-02"
