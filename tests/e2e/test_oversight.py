"""A directive from registration to 销号: a task to a unit, reported, sent back, reported again, closed by another."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core.calendar import local_today

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
TODAY = local_today()
TITLE = "推进窗口服务提质"


def of_role(accounts: dict[str, dict[str, str]], role: str) -> dict[str, str]:
    return next(account for account in accounts.values() if account["role"] == role)


def choose(page: Page, name: str, text: str) -> None:
    """Type into a searchable select and take what it finds."""
    page.locator(f"#id_{name}-ts-control").click()
    page.keyboard.type(text)
    page.locator(".ts-dropdown .option", has_text=text).first.click()


def say(page: Page, item: str, act: str, name: str, text: str) -> None:
    """One act on a task, in its own part of the page."""
    page.goto(item)
    form = page.locator(f"form[action$='/{act}/']")
    part = page.locator("details", has=form)
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    form.locator(f"textarea[name={name}]").fill(text)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()
    expect(page).to_have_url(item)


def test_a_directive_goes_the_whole_way(sign_in: SignIn, accounts: dict[str, dict[str, str]]) -> None:
    unit = of_role(accounts, "unit_staff")
    city = sign_in(of_role(accounts, "city_staff")["username"])
    owner = sign_in(unit["username"], phone=True)
    owner.goto("/oversight/directives/new/")
    place = owner.locator(".page-head-sub").inner_text().removesuffix("督办").strip()

    city.goto("/oversight/directives/new/")
    city.get_by_label("编号").fill("2026-901")
    city.get_by_label("事项名称").fill(TITLE)
    city.get_by_label(re.compile("内容摘要")).fill("按季度听取群众意见，减少办事环节。")
    city.get_by_label("不含涉密和内部内容").check()
    choose(city, "owner", place)
    city.get_by_role("button", name="登记").click()
    expect(city).to_have_url(re.compile(r"/oversight/directives/\d+/$"))
    url = city.url

    city.get_by_role("link", name="添加任务").click()
    city.locator("[name=task]").fill("梳理办事窗口清单")
    choose(city, "organisation", place)
    city.locator("[name=due_on]").first.fill((TODAY + timedelta(days=20)).isoformat())
    city.locator("[name=due_on]").first.press("Tab")
    city.locator("form.form-card button[type=submit]").click()

    for _ in range(4):
        owner.goto(url)
        owner.get_by_role("link", name=re.compile("登记完成")).first.click()
        owner.get_by_label("会议名称").fill("单位党组会")
        owner.get_by_label("完成日期").fill(TODAY.isoformat())
        owner.get_by_label("完成日期").press("Tab")
        owner.get_by_label("做了什么").fill("已按要求办理完成")
        owner.get_by_role("button", name="完成", exact=True).click()
        expect(owner).to_have_url(url)
    assert owner.evaluate("document.documentElement.scrollWidth <= innerWidth")
    owner.get_by_role("link", name="梳理办事窗口清单").first.click()
    item = owner.url

    for act, name, text in (("return", "reason", "还缺窗口服务时间"), ("close", "text", "同意销号")):
        say(owner, item, "report", "result", "窗口清单已经梳理完成")
        say(city, item, act, name, text)

    city.goto(url)
    city.get_by_role("link", name="销号", exact=True).click()
    city.get_by_label("销号意见").fill("同意销号")
    city.get_by_role("button", name="销号").click()
    expect(city.locator(".page-head-sub")).to_contain_text("已销号")
