"""警示教育 in a browser: planned and held by the committee, linked by a branch on a phone, done in the schedule."""

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
THEME = "浏览器里的警示教育大会"


def test_from_the_plan_to_the_branch_that_followed(sign_in: SignIn) -> None:
    desk = sign_in("gongwei")
    desk.goto("/discipline/conferences/new/")
    desk.get_by_label("主题").fill(THEME)
    desk.get_by_label("计划日期").fill(TODAY.isoformat())
    desk.get_by_role("button", name="列入安排").click()
    desk.get_by_role("link", name="登记召开情况").click()
    for label, count in (("应到人数", 100), ("实到人数", 95), ("请假人数", 5), ("通报案例数", 2)):
        desk.get_by_label(label).fill(str(count))
    desk.get_by_role("button", name="登记", exact=True).click()
    desk.get_by_role("link", name="提会后要求").click()
    desk.get_by_label("会后要求").fill("开展一次学习讨论")
    desk.get_by_label("落实时限").fill((TODAY + timedelta(days=10)).isoformat())
    desk.get_by_role("button", name="提出要求").click()
    expect(desk.locator("#flashes")).to_contain_text("个党组织的应做事项")
    conference = desk.url

    phone = sign_in("sj0001", phone=True)
    phone.goto("/meetings/record/?kind=warning_education")
    phone.get_by_role("button", name="提交").click()
    expect(phone).to_have_url(re.compile(r"/meetings/\d+/$"))
    phone.goto(conference)
    phone.get_by_role("link", name="去落实").click()
    phone.get_by_role("button", name="关联").first.click()
    expect(phone.locator("#flashes")).to_contain_text("已关联会议记录")
    expect(phone.locator("main")).to_contain_text("按时完成")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    desk.goto("/discipline/")
    row = desk.locator("tr", has_text="市级大会")
    expect(row).to_contain_text("已召开")
    desk.goto(f"{conference}")
    expect(desk.locator(".tile-done .tile-figure")).to_have_text("1")
