"""The pages of an import: who may open them, what a refused upload keeps, and the whole way from template to ledger."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from branches.models import Meeting
from core.models import ImportBatch, ImportState
from tests.core.import_probe import ProbeImport
from tests.factories import make_user
from tests.imports import import_entries, sheet_file
from tests.sweep import World, branch

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.import_probe")]
PREVIEW_QUERIES, UPLOAD_QUERIES = 6, 7
HEADINGS = ("主题", "日期", "类型")
GOOD = ("第一次", "2026.3.1", "党课")


def url(city, suffix="", **kwargs):
    return reverse(f"probe_import{suffix}", kwargs={"place": city.branch.pk, **kwargs})


@pytest.fixture
def secretary(city):
    return city.client(Role.BRANCH_SECRETARY)


def send(client, city, *rows):
    return client.post(url(city), {"file": sheet_file(*rows)})


def test_from_template_to_ledger(city, secretary):
    page = secretary.get(url(city))
    assert "怎样填写" in page.content.decode()
    assert "会议主题、议题" in page.content.decode()
    answer = secretary.get(url(city, "_template"))
    assert "试验会议导入模板.xlsx" in unquote(answer["Content-Disposition"])
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][:3] == ["主题*", "日期*", "类型"]
    assert sheet["A2"].value == "（示例）学习"
    assert sheet["D2"].value == city.members[0].name
    assert book.worksheets[1].title == "填写说明"
    assert {rule.formula1.split("!")[0] for rule in sheet.data_validations.dataValidation} == {"选项"}
    assert sheet["I3"].number_format == "@"
    for index, value in enumerate(GOOD, start=1):
        sheet.cell(3, index, value)
    buffer = BytesIO()
    book.save(buffer)
    buffer.name = "填好的.xlsx"
    buffer.seek(0)
    answer = secretary.post(url(city), {"file": buffer})
    batch = ImportBatch.objects.get()
    assert answer.url == url(city, "_preview", batch=batch.pk)
    preview = secretary.get(answer.url).content.decode()
    assert "检查通过" in preview
    assert "2026-03-01" in preview
    assert "新增" in preview
    answer = secretary.post(url(city, "_commit", batch=batch.pk), follow=True)
    assert answer.request["PATH_INFO"] == reverse("branches:meeting_list")
    assert "已导入1行" in answer.content.decode()
    assert list(Meeting.objects.values_list("title", flat=True)) == ["第一次"]
    after = secretary.get(url(city, "_preview", batch=batch.pk)).content.decode()
    assert "已导入1行" in after
    assert "确认导入" not in after
    assert "填好的.xlsx" in secretary.get(url(city)).content.decode()


def test_errors_come_first_and_cannot_be_committed(city, secretary):
    send(secretary, city, (*HEADINGS, "天气"), ("", "明天", "座谈", "晴"))
    batch = ImportBatch.objects.get()
    page = secretary.get(url(city, "_preview", batch=batch.pk)).content.decode()
    assert "有3处错误" in page
    assert "天气" in page
    assert "确认导入" not in page
    answer = secretary.post(url(city, "_commit", batch=batch.pk), follow=True)
    assert "不能导入" in answer.content.decode()
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"PK nonsense", "损坏"),
        ("a.csv", b"a,b", "不是 .xlsx"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x", "密码"),
    ],
)
def test_what_is_no_workbook_is_refused_in_words(city, secretary, name, content, said):
    file = BytesIO(content)
    file.name = name
    answer = secretary.post(url(city), {"file": file})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_too_large_a_file_is_refused(city, secretary, settings):
    settings.PORTAL = {**settings.PORTAL, "UPLOAD_MAX_MB": 0}
    assert "文件超过0MB" in send(secretary, city, HEADINGS, GOOD).content.decode()


def test_dropping_leaves_nothing(city, secretary):
    send(secretary, city, HEADINGS, GOOD)
    batch = ImportBatch.objects.get()
    answer = secretary.post(url(city, "_drop", batch=batch.pk), follow=True)
    assert "已放弃" in answer.content.decode()
    batch.refresh_from_db()
    assert (batch.state, batch.payload) == (ImportState.DROPPED, "")
    assert "不能导入" in secretary.post(url(city, "_commit", batch=batch.pk), follow=True).content.decode()


def test_owner_colleague_reader_and_stranger(city, secretary):
    send(secretary, city, HEADINGS, GOOD)
    batch = ImportBatch.objects.get()
    pages = [url(city), url(city, "_template"), url(city, "_preview", batch=batch.pk)]
    posts = [url(city, "_commit", batch=batch.pk), url(city, "_drop", batch=batch.pk)]
    colleague = Client()
    colleague.force_login(make_user(Role.BRANCH_SECRETARY, city.branch), "django.contrib.auth.backends.ModelBackend")
    stranger = Client()
    stranger.force_login(make_user(Role.BRANCH_SECRETARY, city.foreign), "django.contrib.auth.backends.ModelBackend")
    reader = city.client(Role.UNIT_STAFF)
    assert [secretary.get(page).status_code for page in pages] == [200] * 3
    assert [colleague.get(page).status_code for page in pages] == [200, 200, 404]
    assert [colleague.post(page).status_code for page in posts] == [404] * 2
    assert [stranger.get(page).status_code for page in pages] == [404] * 3
    assert [stranger.post(page).status_code for page in posts] == [404] * 2
    assert [reader.get(page).status_code for page in pages] == [403] * 3
    assert [secretary.get(page).status_code for page in posts] == [405] * 2
    assert Client().get(pages[0]).status_code == 302
    batch.refresh_from_db()
    assert batch.state == ImportState.PREVIEW


def test_an_import_without_a_place(city, secretary):
    answer = secretary.post(reverse("placeless_import"), {"file": sheet_file(("主题",), ("甲",))})
    batch = ImportBatch.objects.get()
    assert answer.url == reverse("placeless_import_preview", kwargs={"batch": batch.pk})
    assert secretary.get(answer.url).status_code == 200
    answer = secretary.post(reverse("placeless_import_commit", kwargs={"batch": batch.pk}), follow=True)
    assert "已导入1行" in answer.content.decode()


def test_an_upload_of_one_place_is_not_found_in_another(city):
    staff = city.client(Role.CITY_STAFF)
    send(city.client(Role.BRANCH_SECRETARY), city, HEADINGS, GOOD)
    batch = ImportBatch.objects.get()
    other = reverse("probe_import_preview", kwargs={"place": city.sibling.pk, "batch": batch.pk})
    assert staff.get(other).status_code in (403, 404)
    assert city.client(Role.BRANCH_SECRETARY).get(other).status_code == 404


def test_an_obstacle_takes_the_form_away(city, secretary, monkeypatch):
    send(secretary, city, HEADINGS, GOOD)
    monkeypatch.setattr(ProbeImport, "closed", "季度已归档。")
    page = secretary.get(url(city)).content.decode()
    assert "季度已归档" in page
    assert "上传并检查" not in page
    preview = secretary.get(url(city, "_preview", batch=ImportBatch.objects.get().pk)).content.decode()
    assert "确认导入" not in preview


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_pages_ask_the_same_number_of_queries_whatever_the_rows(city, secretary, django_assert_num_queries, rows):
    send(secretary, city, HEADINGS, *[(f"第{number}次", "2026-03-01", "党课") for number in range(rows)])
    preview = url(city, "_preview", batch=ImportBatch.objects.get().pk)
    secretary.get(preview)
    with django_assert_num_queries(PREVIEW_QUERIES):
        secretary.get(preview)
    with django_assert_num_queries(UPLOAD_QUERIES):
        secretary.get(url(city))


def test_entries_of_the_sweep_find_the_import_behind_the_url(city):
    entries = import_entries("probe", "meeting.submit", branch, seen_by="meeting.list")
    assert set(entries) == {f"probe_import{suffix}" for suffix in ("", "_template", "_preview", "_commit", "_drop")}
    world = World(city, {}, {})
    target = entries["probe_import_commit"].at(world, "own", city.user(Role.BRANCH_SECRETARY))
    assert target.kwargs == {"place": city.branch.pk, "batch": ImportBatch.objects.get(slug="probe").pk}
    placeless = import_entries("placeless", "meeting.submit", None)["placeless_import_preview"]
    target = placeless.at(world, "own", city.user(Role.BRANCH_SECRETARY))
    assert target.kwargs == {"batch": ImportBatch.objects.get(slug="probe-placeless").pk}
