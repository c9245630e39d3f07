"""The sheet of a ledger: the rows of the page, within the reader's rights, at once or by a job, and written down."""

# ruff: noqa: DTZ001  # Excel knows no time zones
from __future__ import annotations

from datetime import date, datetime, time
from io import BytesIO
from urllib.parse import unquote

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Posting
from accounts.roles import Role
from branches.choices import MeetingKind
from branches.models import Meeting
from core.jobs import job_execute, result_path
from core.ledgers import LEDGERS, Column, Ledger, TextFilter, ledger_by_slug
from core.ledgers.exporting import export_enqueue
from core.ledgers.selection import Selection
from core.models import AuditEvent, Job
from tests.core.ledger_probe import ProbeLedger
from tests.factories import make_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.ledger_probe")]
DAY = date(2026, 3, 2)
HEADINGS = ["主题", "日期", "开始", "类型", "党支部", "实到/应到", "实到", "补记", "地点", "提交时间"]


@pytest.fixture
def meetings(city):
    make_meeting(city.branch, DAY, title="=1+1", place="+二楼", starts_at=time(9, 5), present=3, expected=5)
    make_meeting(city.sibling, date(2026, 3, 3), MeetingKind.LECTURE, title="@党课", is_late_entry=True)
    make_meeting(city.foreign, date(2026, 3, 4), title="-别处")
    Meeting.objects.update(submitted_at=timezone.make_aware(datetime(2026, 3, 5, 0, 30)))
    return city


def book(response):
    assert response.status_code == 200, response.status_code
    return openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))


def rows(response):
    return [[cell.value for cell in row] for row in book(response).active.iter_rows()]


def test_sheet_holds_the_filtered_rows_in_order(meetings):
    client = meetings.client(Role.CITY_STAFF)
    response = client.post("/probe/export/")
    assert response["Content-Disposition"].startswith("attachment")
    assert "试验台账_" in unquote(response["Content-Disposition"])
    found = rows(response)
    assert found[0] == HEADINGS
    assert [row[0] for row in found[1:]] == ["-别处", "@党课", "=1+1"]
    assert found[3] == [
        "=1+1",
        datetime(2026, 3, 2),
        "09:05",
        MeetingKind.ASSEMBLY.label,
        meetings.branch.name,
        "3/5",
        3,
        "否",
        "+二楼",
        datetime(2026, 3, 5, 0, 30),
    ]
    assert [row[0] for row in rows(client.post("/probe/export/?kind=lecture"))[1:]] == ["@党课"]
    assert [row[0] for row in rows(client.post("/probe/export/?sort=held_on"))[1:]] == ["=1+1", "@党课", "-别处"]


def test_text_is_never_a_formula(meetings):
    sheet = book(meetings.client(Role.CITY_STAFF).post("/probe/export/")).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)} <= {
        "s",
        "inlineStr",
    }


def test_every_reader_exports_their_own_scope(meetings):
    def exported(role):
        return {row[0] for row in rows(meetings.client(role).post("/probe/export/"))[1:]}

    assert exported(Role.BRANCH_SECRETARY) == {"=1+1"}
    assert exported(Role.UNIT_STAFF) == {"=1+1", "@党课"}
    assert meetings.client(Role.MEMBER).post("/probe/export/").status_code == 403
    assert meetings.client(Role.SYSTEM_ADMIN).post("/probe/export/").status_code == 403
    assert meetings.client(Role.CITY_STAFF).get("/probe/export/").status_code == 405


def test_reach_of_the_export_right_bounds_the_rows(meetings):
    """A secretary who is also a plain member elsewhere sees both branches, but exports only the one."""
    user = meetings.user(Role.BRANCH_SECRETARY)
    Posting.objects.create(user=user, organisation=meetings.foreign, role=Role.MEMBER, starts_on=DAY)
    client = meetings.client(Role.BRANCH_SECRETARY)
    assert len(client.get("/probe/").context["ledger"].rows) == 2
    assert [row[0] for row in rows(client.post("/probe/export/"))[1:]] == ["=1+1"]


def test_bad_filter_exports_nothing(meetings):
    response = meetings.client(Role.CITY_STAFF).post("/probe/export/?kind=nothing")
    assert response.status_code == 400
    assert not AuditEvent.objects.filter(action="export.create").exists()


def test_fixed_lookups_hold_in_the_export(meetings):
    found = rows(meetings.client(Role.CITY_STAFF).post("/probe/lecture/export/"))
    assert [row[0] for row in found[1:]] == ["@党课"]


def test_export_is_written_down(meetings):
    assert len(rows(meetings.client(Role.CITY_STAFF).post("/probe/export/?kind=lecture&held_from=2026-01-01"))) == 2
    event = AuditEvent.objects.get(action="export.create")
    assert event.actor_id == meetings.user(Role.CITY_STAFF).pk
    assert event.after["ledger"] == "probe"
    assert event.after["rows"] == 1
    assert event.after["filters"] == {"类型": "党课", "日期": "2026-01-01 起"}


@pytest.fixture
def long(meetings, monkeypatch):
    """Everything above one row counts as long."""
    monkeypatch.setattr(ProbeLedger, "inline_limit", 1)
    return meetings


def test_long_exports_become_a_job(long):
    client = long.client(Role.CITY_STAFF)
    response = client.post("/probe/export/?sort=held_on&held_from=2026-03-03&junk=1")
    job = Job.objects.get()
    assert response.status_code == 302
    assert str(job.pk) in response["Location"]
    assert job.arguments == {
        "slug": "probe",
        "params": {"held_from": "2026-03-03", "sort": "held_on"},
        "fixed": {},
    }
    assert job_execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 2, 2), job.message
    sheet = openpyxl.load_workbook(result_path(job)).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["@党课", "-别处"]
    assert AuditEvent.objects.get(action="export.create").after["rows"] == 2
    assert len(rows(client.post("/probe/export/?kind=lecture"))) == 2


def test_job_judges_the_rights_of_its_own_time(long):
    user = long.user(Role.CITY_STAFF)
    job = export_enqueue(Selection(ProbeLedger, user, for_export=True))
    Posting.objects.filter(user=user).update(organisation=long.branch, role=Role.BRANCH_SECRETARY)
    job_execute(job.pk)
    job.refresh_from_db()
    assert job.total == 1
    job = export_enqueue(Selection(ProbeLedger, user, {"sort": "title"}, for_export=True))
    Posting.objects.filter(user=user).delete()
    job_execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "您没有导出这份台账的权限。")
    assert result_path(job) is None


def test_job_of_a_disabled_account_fails(long):
    user = long.user(Role.CITY_STAFF)
    job = export_enqueue(Selection(ProbeLedger, user, for_export=True))
    user.is_active = False
    user.save(update_fields=["is_active"])
    job_execute(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "停用" in job.message


def test_job_keeps_fixed_lookups(long):
    selection = Selection(ProbeLedger, long.user(Role.CITY_STAFF), {}, {"kind": "lecture"}, for_export=True)
    job = export_enqueue(selection)
    job_execute(job.pk)
    job.refresh_from_db()
    assert job.total == 1


def test_rows_and_workbook_need_no_request(meetings):
    user, target = meetings.user(Role.UNIT_STAFF), BytesIO()
    assert [row.title for row in ProbeLedger.rows(user, {"sort": "held_on"})] == ["=1+1", "@党课"]
    assert ProbeLedger.workbook(user, target, {"kind": "lecture"}) == 1


def test_slug_is_unique_and_findable():
    assert ledger_by_slug("probe") is ProbeLedger
    with pytest.raises(KeyError):
        ledger_by_slug("no-such-ledger")
    with pytest.raises(ValueError, match="two ledgers"):
        type("Another", (Ledger,), {"slug": "probe", "__module__": __name__})
    assert LEDGERS["probe"] is ProbeLedger


@pytest.mark.parametrize(
    "body",
    [
        {"columns": (Column("a", "甲"), Column("a", "乙"))},
        {"filters": (TextFilter("q", "甲"), TextFilter("q", "乙"))},
        {"filters": (TextFilter("sort", "甲"),)},
    ],
)
def test_colliding_declarations_fail_at_import(body):
    with pytest.raises(ValueError, match="broken"):
        type("Broken", (Ledger,), {"slug": "broken", **body})
    assert "broken" not in LEDGERS


def test_columns_refuse_what_cannot_work():
    with pytest.raises(ValueError, match="unknown kind"):
        Column("a", "甲", kind="money")
    with pytest.raises(ValueError, match="need text="):
        Column("a", "甲", ("b", "c"))


def test_validation_error_reaches_the_job(long):
    user = long.user(Role.CITY_STAFF)
    job = export_enqueue(Selection(ProbeLedger, user, {"org": str(long.foreign.pk)}, for_export=True))
    Posting.objects.filter(user=user).update(organisation=long.branch, role=Role.BRANCH_SECRETARY)
    job_execute(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "不在您的查看范围内" in job.message
