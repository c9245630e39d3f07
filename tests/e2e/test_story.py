"""The main job, by two people: a secretary writes minutes, city staff see the quarter and take the workbook away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from core.calendar import local_today
from core.periods import Freq, period_of

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
QUARTER = period_of(local_today(), Freq.QUARTER)
TITLE = "研究季度工作安排的支部党员大会"


def assembly_cell(page: Page, branch: str) -> str:
    """What the matrix says of the branch's assembly this quarter."""
    page.goto("/obligations/")
    row = page.get_by_role("row").filter(has_text=branch)
    return row.get_by_role("link").nth(1).inner_text()


def test_minutes_turn_the_quarter_from_due_to_done_and_reach_the_workbook(
    sign_in: SignIn, accounts: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    branch = accounts["sj0002"]["organisation"]
    secretary = sign_in("sj0002", phone=True)
    line = f"支部党员大会（{QUARTER.title}）"
    expect(secretary.get_by_text(line)).to_be_visible()
    assert "0/1" in assembly_cell(secretary, branch)

    secretary.goto("/")
    secretary.get_by_role("link", name=f"写记录：{line}").click()
    expect(secretary.get_by_role("textbox", name="主题")).not_to_have_value("")
    secretary.get_by_role("textbox", name="主题").fill(TITLE)
    secretary.locator("[data-status]").nth(1).select_option(label="病假")
    secretary.get_by_role("button", name="提交").click()
    expect(secretary).to_have_url(re.compile(r"/meetings/\d+/$"))
    expect(secretary.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(secretary.get_by_text("病假").first).to_be_visible()
    assert "1/1" in assembly_cell(secretary, branch)
    secretary.goto("/")
    expect(secretary.get_by_text(line)).to_have_count(0)

    staff = sign_in("gongwei")
    staff.get_by_role("link", name="应做事项").first.click()
    expect(staff.get_by_role("table")).to_be_visible()
    assert staff.locator("table a").count() > 8, "every cell opens"

    staff.get_by_role("link", name="季度报表").first.click()
    staff.get_by_label("季度").first.select_option(QUARTER.code)
    staff.get_by_role("button", name="生成报表").click()
    expect(staff).to_have_url(re.compile(r"/jobs/"))
    link = staff.get_by_role("link", name="下载文件")
    expect(link).to_be_visible(timeout=60_000)
    with staff.expect_download() as download:
        link.click()
    path = tmp_path / "quarter.xlsx"
    download.value.save_as(path)
    assert QUARTER.title in download.value.suggested_filename

    book = load_workbook(path)
    records = [row for row in book["会议记录"].iter_rows(min_row=2, values_only=True) if row[5] == TITLE]
    assert len(records) == 1
    assert records[0][2] == branch
    expected, present = records[0][6:8]
    assert present == expected - 1
    assert book.sheetnames[0] == "汇总"
    assert any(name.startswith("R03") for name in book.sheetnames)
