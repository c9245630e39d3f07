"""Imports of the outreach wing: an error per cell, all or none, and what was exported is read again."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from accounts.roles import Role
from branches.models import Obligation
from core.models import ImportBatch
from outreach.models import FusionFigure, Pairing, ServiceActivity, VillagePosting
from outreach.services.fusion import figure_save
from tests.outreach.conftest import TODAY, make_pairing, make_posting, make_project, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
SERVICE = ["党组织", "日期", "服务内容", "社区或地点", "参加人数", "成效", "活动时长（小时）"]
PAIRING = ["党支部", "类型", "村（社区）", "联系党员", "联系户代号", "结对日期"]
POSTING = ["派出单位", "姓名", "职务", "派驻村", "任期起", "任期止"]
FIGURE = ["融合项目", "指标名称", "单位", "基期值", "基期日期", "现值", "现值日期"]


def book(*rows):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    buffer = BytesIO()
    workbook.save(buffer)
    buffer.seek(0)
    buffer.name = "导入.xlsx"
    return buffer


def send(client, base, file, *, commit=True):
    """The page of the preview, and the answer of the commit."""
    answer = client.post(f"{base}import/", {"file": file})
    assert answer.status_code == 302, text(answer)
    batch = ImportBatch.objects.latest("pk")
    page = text(client.get(answer.url))
    return page, client.post(f"{base}import/{batch.pk}/commit/") if commit else None


def exported(client, base, keep):
    answer = client.post(f"{base}export/")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if keep in row)
    return rows[start:]


def test_service(city, owner):
    base, branch = "/outreach/service/", city.branch.short_name
    bad = book(
        SERVICE,
        [branch, "2099-01-01", "清洁", "", 5, "", ""],
        [city.foreign.short_name, "2026-01-05", "清洁", "", 0, "", ""],
    )
    page, _ = send(owner, base, bad)
    assert "参加人数" in page
    assert not ServiceActivity.objects.exists()
    good = book(SERVICE, [branch, "2026-01-05", "清洁家园", "向阳社区", 5, "清运3车", 2.5])
    send(owner, base, good)
    row = ServiceActivity.objects.get()
    assert (row.participants, row.hours, row.result) == (5, Decimal("2.5"), "清运3车")
    heading, *rows = exported(owner, base, "服务内容")
    ServiceActivity.objects.all().delete()
    send(owner, base, book(heading, *rows))
    again = ServiceActivity.objects.get()
    assert (again.purpose, again.held_on, again.hours, again.community) == (
        row.purpose,
        row.held_on,
        row.hours,
        row.community,
    )


def test_pairings(city, owner, secretary):
    base, branch = "/outreach/service/pairings/", city.branch.short_name
    bad = book(
        PAIRING,
        [branch, "党员联户", "清水村", "查无此人", "联系户1", "2026-01-05"],
        [branch, "党员联户", "清水村", "孙二禾", "", "2026-01-05"],
    )
    page, _ = send(owner, base, bad)
    assert "名册上没有这名党员" in page
    assert "要写代号" in page
    assert not Pairing.objects.exists()
    make_pairing(city, secretary)
    make_pairing(city, secretary, kind="village")
    heading, *rows = exported(owner, base, "联系户代号")
    Pairing.objects.all().delete()
    send(owner, base, book(heading, *rows))
    assert sorted(Pairing.objects.values_list("kind", "label")) == [("household", "联系户1"), ("village", "")]


def test_postings(city, staff):
    client, base = city.client(Role.UNIT_STAFF), "/outreach/service/postings/"
    make_posting(city, staff)
    heading, *rows = exported(client, base, "派驻村")
    page, _ = send(client, base, book(heading, *rows), commit=False)
    assert "正在驻村" in page
    ends = TODAY + timedelta(days=900)
    line = [city.unit.short_name, "周四海", "工作队员", "云岭村", TODAY.isoformat(), ends.isoformat()]
    send(client, base, book(POSTING, line))
    assert VillagePosting.objects.get(role="team_member").ends_on == ends
    assert Obligation.objects.filter(requirement__code="S06").count() == 2
    assert city.client(Role.BRANCH_SECRETARY).get(f"{base}import/").status_code == 403


def test_figures_are_added_and_brought_up_to_date(city, owner, secretary):
    base, project = "/outreach/fusion/figures/", make_project(city, secretary)
    values = {
        "name": "平均等候",
        "unit": "分钟",
        "base_value": Decimal(20),
        "base_on": TODAY,
        "now_value": None,
        "now_on": None,
    }
    figure_save(by=secretary, project=project, values=values)
    heading, *rows = exported(owner, base, "基期值")
    page, _ = send(owner, base, book(heading, *rows), commit=False)
    assert "不变" in page
    day = TODAY.isoformat()
    lines = [
        [project.title, "平均等候", "分钟", 20, day, 8, day],
        [project.title, "办件数", "件", 100, day, None, None],
    ]
    send(owner, base, book(FIGURE, *lines))
    found = dict(FusionFigure.objects.values_list("name", "now_value"))
    assert found == {"平均等候": Decimal(8), "办件数": None}


@pytest.mark.parametrize("base", ["service/", "service/pairings/", "fusion/figures/"])
def test_templates_are_there(city, owner, secretary, base):
    make_project(city, secretary)
    assert owner.get(f"/outreach/{base}import/").status_code == 200
    assert owner.get(f"/outreach/{base}import/template/").status_code == 200
