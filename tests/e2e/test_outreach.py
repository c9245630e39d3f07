"""A brand in the browser: declared with its plan on a phone, reviewed by the unit, named only with a basis."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core.calendar import local_today

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
SECRETARY, STAFF = "sj0001", "danwei01"
BRAND = re.compile(r"/outreach/brands/\d+/$")
NAME = "暖心查档"


def exit_what_runs(page: Page) -> None:
    """The demo branch may have a brand already; one at a time."""
    page.goto("/outreach/brands/")
    for number in range(page.locator(".ledger-title a").count()):
        page.locator(".ledger-title a").nth(number).click()
        leave = page.get_by_role("link", name="退出", exact=True)
        if leave.count():
            leave.click()
            page.get_by_label("退出原因").fill("重新申报")
            page.get_by_role("button", name="退出", exact=True).click()
            expect(page).to_have_url(BRAND)
        page.goto("/outreach/brands/")


def declare(page: Page) -> str:
    page.goto("/outreach/brands/new/")
    page.get_by_label("品牌名称").fill(NAME)
    page.get_by_label("内涵").fill("让群众少跑一趟")
    page.get_by_label("结合的业务").fill("档案查询")
    page.get_by_role("button", name="申报").click()
    expect(page).to_have_url(BRAND)
    return page.url


def decide(page: Page, url: str, label: str, *, done: bool = True) -> None:
    page.goto(url)
    page.get_by_role("link", name=label, exact=True).click()
    page.get_by_label("意见").fill("同意")
    page.get_by_role("button", name=label, exact=True).click()
    if done:
        expect(page).to_have_url(url)


def test_a_brand_is_named_only_with_a_basis(sign_in: SignIn) -> None:
    page = sign_in(SECRETARY, phone=True)
    exit_what_runs(page)
    url = declare(page)
    page.get_by_role("link", name="添加任务").click()
    page.get_by_label("任务", exact=False).first.fill("编印工作法")
    page.get_by_label("完成时限").fill((local_today() + timedelta(days=30)).isoformat())
    page.keyboard.press("Escape")
    page.locator("form.form-card button[type=submit]").click()
    expect(page.get_by_text("编印工作法").first).to_be_visible()
    page.goto(url)
    expect(page.locator("#worklist")).to_contain_text("编印工作法")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    unit = sign_in(STAFF)
    for label in ("培育", "中期指导", "验收"):
        decide(unit, url, label)
    decide(unit, url, "认定", done=False)
    expect(unit.locator("[data-form-errors]")).to_contain_text("认定须写明批准机关")
    expect(unit.get_by_label("意见")).to_have_value("同意")
    unit.get_by_label("批准机关").fill("中共云川市委")
    unit.get_by_label("批准或认定文号").fill("云委〔2026〕8号")
    unit.get_by_role("button", name="认定", exact=True).click()
    expect(unit).to_have_url(url)
    expect(unit.locator("main")).to_contain_text("云委〔2026〕8号")
    page.goto(url)
    expect(page.locator(".page-head-sub")).to_contain_text("认定")
