"""From a training class to a certificate in hand: the secretary is no longer among those who serve without one."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from core.calendar import local_today

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
TODAY = local_today().isoformat()
TITLE = "书记上岗培训加开一期"


def roll_of(name: str, branch: str) -> bytes:
    book = Workbook()
    book.active.append(("姓名", "党支部", "参加", "考试成绩"))
    book.active.append((name, branch, "是", 88))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def test_class_roll_certificate(sign_in: SignIn) -> None:
    page = sign_in("gongwei")
    page.goto("/education/secretaries/?state=none")
    row = page.locator("table.ledger tbody tr").first
    name, branch = row.locator("td").nth(0).inner_text(), row.locator("td").nth(1).inner_text()
    before = page.locator("table.ledger tbody tr").count()

    page.goto("/education/classes/new/")
    page.get_by_label("培训班名称").fill(TITLE)
    page.get_by_label("类别").select_option(label="上岗培训")
    for label in ("开班日期", "结班日期"):
        page.get_by_label(label).fill(TODAY)
    page.get_by_label("培训班名称").click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1, h2").first).to_contain_text(TITLE)

    page.get_by_role("link", name="导入名单").click()
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    files = {"name": "名单.xlsx", "mimeType": sheet, "buffer": roll_of(name, branch)}
    page.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    page.get_by_role("button", name=re.compile("上传|检查")).click()
    expect(page.locator("main")).to_contain_text(name)
    page.get_by_role("button", name=re.compile("导入")).first.click()
    confirm(page)
    expect(page.locator("main")).to_contain_text("合格")

    page.get_by_role("button", name="结班").click()
    confirm(page)
    page.get_by_role("link", name="发放证书").click()
    page.get_by_role("button", name=re.compile("发放 1 个证书")).click()
    expect(page.locator("main")).to_contain_text("已发放 1 个培训合格证书")

    page.goto(f"/education/certificates/?q={name}")
    page.locator("table.ledger tbody a").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载证书").click()
    assert download.value.suggested_filename.endswith(".pdf")
    assert download.value.path().read_bytes().startswith(b"%PDF")

    page.goto("/education/secretaries/?state=none")
    rows = page.locator("table.ledger tbody tr")
    assert rows.filter(has_text=branch).filter(has_text=name).count() == 0
    assert rows.count() == before - 1 or before == 50


def confirm(page: Page) -> None:
    """Answer the question of a dialog, where there is one."""
    button = page.locator("dialog[open] button.btn-primary, .modal.show .btn-primary, dialog[open] [data-yes]")
    if button.count():
        button.first.click()
