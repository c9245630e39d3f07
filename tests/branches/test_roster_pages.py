"""The way of a roster through its pages, and who may go how far."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from branches.models import Member, RosterBatch
from branches.policy.roster_layout import find_layout
from branches.services import roster as services
from core.jobs import job_execute
from core.models import Job
from core.workbooks.reader import read_sheet
from tests.branches.rosters import SHORT, id_number, person, workbook

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"branches:{name}", args=args)


def send(client, organisation, file=None, name="名册.xlsx"):
    file = file or workbook(SHORT, person(1))
    return client.post(
        url("roster_upload"), {"organisation": organisation.pk, "file": SimpleUploadedFile(name, file.read())}
    )


def last():
    return RosterBatch.objects.latest("pk")


def test_from_template_to_roster(city):
    client = city.client(Role.UNIT_STAFF)
    template = client.get(url("roster_template"))
    assert template["Content-Type"].endswith("sheet")
    sheet = read_sheet(BytesIO(template.content))
    layout = find_layout(sheet.rows)
    assert layout.names >= {"name", "id_number", "organisation_id", "phone", "joined_on"}
    book = load_workbook(BytesIO(template.content))
    assert len(book["党员名册"].data_validations.dataValidation) >= 7
    texts = [cell for row in book["选项"].iter_rows(values_only=True) for cell in row]
    assert "整理一科党支部" in texts
    assert "养护科党支部" not in texts
    answer = send(client, city.unit)
    batch = last()
    assert answer["Location"] == url("roster_preview", batch.pk)
    page = client.get(answer["Location"]).content.decode()
    assert "赵甲乙" in page
    assert id_number(1) not in page
    assert "确认导入" in page
    assert client.post(url("roster_commit", batch.pk)).status_code == 302
    assert Member.objects.filter(name="赵甲乙").exists()
    done = client.get(url("roster_preview", batch.pk)).content.decode()
    assert "已导入" in done
    assert "确认导入" not in done


def test_the_filled_template_is_read(city):
    client = city.client(Role.UNIT_STAFF)
    book = load_workbook(BytesIO(client.get(url("roster_template")).content))
    sheet = book["党员名册"]
    headings = [str(cell.value).rstrip("*") for cell in sheet[3]]
    for heading, value in person(1).items():
        sheet.cell(4, headings.index(heading) + 1, value)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    send(client, city.unit, file)
    assert (last().created_count, last().error_count) == (1, 0)


def test_a_secretary_uploads_and_the_unit_commits(city):
    secretary, staff = city.client(Role.BRANCH_SECRETARY), city.client(Role.UNIT_STAFF)
    send(secretary, city.branch)
    batch = last()
    page = secretary.get(url("roster_preview", batch.pk)).content.decode()
    assert "已转单位党务干部确认导入" in page
    assert "确认导入</button>" not in page
    assert secretary.post(url("roster_commit", batch.pk)).status_code == 403
    assert batch.file_name in staff.get(url("roster_list")).content.decode()
    assert staff.post(url("roster_commit", batch.pk)).status_code == 302
    assert Member.objects.filter(name="赵甲乙").exists()


def test_nobody_uploads_beyond_the_scope(city):
    for role, place in (
        (Role.BRANCH_SECRETARY, city.sibling),
        (Role.BRANCH_SECRETARY, city.unit),
        (Role.UNIT_STAFF, city.foreign_unit),
        (Role.UNIT_STAFF, city.root),
    ):
        answer = send(city.client(role), place)
        assert "不在您的范围内" in answer.content.decode()
    assert RosterBatch.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "own", "foreign"),
    [
        (Role.MEMBER, [403, 403, 403], [403, 403, 403]),
        (Role.BRANCH_SECRETARY, [200, 403, 302], [404, 403, 404]),
        (Role.UNIT_STAFF, [200, 302, 302], [404, 404, 404]),
        (Role.UNIT_DISCIPLINE, [403, 403, 403], [403, 403, 403]),
        (Role.CITY_STAFF, [403, 403, 403], [403, 403, 403]),
    ],
)
def test_who_reaches_which_batch(city, role, own, foreign):
    def batch(organisation, name):
        file = workbook(SHORT, person(1, 所在党支部=name))
        by = city.user(Role.UNIT_STAFF)
        return services.roster_upload(by=by, organisation=organisation, file=file, file_name="x.xlsx")

    client = city.client(role)
    for item, expected in ((batch(city.branch, "整理一科党支部"), own), (batch(city.foreign, "养护科党支部"), foreign)):
        codes = [
            client.get(url("roster_preview", item.pk)).status_code,
            client.post(url("roster_commit", item.pk)).status_code,
            client.post(url("roster_drop", item.pk)).status_code,
        ]
        if expected == [200, 302, 302]:
            item.refresh_from_db()
            assert item.state == "committed"
        assert codes == expected


def test_writes_are_posts(city):
    client = city.client(Role.UNIT_STAFF)
    send(client, city.unit)
    for name in ("roster_commit", "roster_drop"):
        assert client.get(url(name, last().pk)).status_code == 405


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "这不是 .xlsx 工作簿"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "这不是 .xlsx 工作簿"),
        (b"PK\x03\x04" + b"\x00" * 50, "文件已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "旧版 .xls"),
        (b"", "空"),
    ],
)
def test_broken_files_get_a_plain_answer(city, content, message):
    answer = send(city.client(Role.UNIT_STAFF), city.unit, BytesIO(content))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert RosterBatch.objects.count() == 0


def test_a_bomb_and_a_document_type_are_refused(city):
    client = city.client(Role.UNIT_STAFF)
    good = workbook(SHORT, person(1)).getvalue()
    for evil in (b"<row>" + b" " * 130 * 1024 * 1024, b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'):
        file = BytesIO()
        with ZipFile(BytesIO(good)) as source, ZipFile(file, "w", 8) as target:
            for name in source.namelist():
                target.writestr(name, evil if name == "xl/worksheets/sheet1.xml" else source.read(name))
        file.seek(0)
        answer = send(client, city.unit, file)
        assert answer.status_code == 200
        assert "已拒绝" in answer.content.decode()
    assert RosterBatch.objects.count() == 0


def test_hostile_text_stays_text(city):
    client = city.client(Role.UNIT_STAFF)
    row = person(1, 工作岗位="<script>alert(1)</script>", 姓名="<img src=x>")
    send(client, city.unit, workbook(SHORT, row), name="<b>x</b>520102198503020014.xlsx")
    page = client.get(url("roster_preview", last().pk)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "520102198503020014" not in page
    send(client, city.unit, workbook(SHORT, person(1, 工作岗位="=cmd|' /C calc'!A0")))
    assert last().error_count == 1


def test_long_rosters_go_to_the_background(city, monkeypatch):
    monkeypatch.setattr(services, "INLINE_ROWS", 3)
    client = city.client(Role.UNIT_STAFF)
    rows = [person(n, 姓名="赵钱孙李周"[n] + "某") for n in range(1, 5)]
    send(client, city.unit, workbook(SHORT, *rows))
    batch = last()
    assert batch.state == "checking"
    assert "赵某" not in str(RosterBatch.objects.filter(pk=batch.pk).values())
    assert client.get(url("roster_preview", batch.pk)).status_code == 200
    assert client.post(url("roster_commit", batch.pk)).status_code == 302
    assert last().state == "checking"
    job_execute(batch.job_id)
    batch.refresh_from_db()
    assert (batch.state, batch.created_count) == ("preview", 4)
    client.post(url("roster_commit", batch.pk))
    batch.refresh_from_db()
    assert (batch.state, Member.objects.filter(name__endswith="某").count()) == ("preview", 0)
    assert "后台" in client.get(url("roster_preview", batch.pk)).content.decode()
    job_execute(batch.job_id)
    job_execute(batch.job_id)
    batch.refresh_from_db()
    assert (batch.state, Member.objects.filter(name__endswith="某").count()) == ("committed", 4)
    assert Job.objects.get(pk=batch.job_id).state == "done"


def test_a_right_lost_while_waiting_stops_the_commit(city, monkeypatch):
    monkeypatch.setattr(services, "INLINE_ROWS", 0)
    client = city.client(Role.UNIT_STAFF)
    send(client, city.unit)
    job_execute(last().job_id)
    client.post(url("roster_commit", last().pk))
    city.user(Role.UNIT_STAFF).postings.update(starts_on="2020-01-01", ends_on="2020-02-01")
    job_execute(last().job_id)
    assert "没有导入这批名册的权限" in Job.objects.get(pk=last().job_id).message
    assert not Member.objects.filter(name="赵甲乙").exists()


def test_a_long_file_that_is_no_roster_is_dropped_with_the_reason(city, monkeypatch):
    monkeypatch.setattr(services, "INLINE_BYTES", 0)
    client = city.client(Role.UNIT_STAFF)
    for file, message in (
        (workbook(("甲", "乙"), (1, 2)), "没有找到表头"),
        (BytesIO(b"PK\x03\x04 broken"), "文件已损坏"),
    ):
        send(client, city.unit, file)
        batch = last()
        job_execute(batch.job_id)
        batch.refresh_from_db()
        assert (batch.state, batch.payload) == ("dropped", "")
        assert message in Job.objects.get(pk=batch.job_id).message
        assert message in client.get(url("roster_preview", batch.pk)).content.decode()
