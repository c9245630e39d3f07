"""Study: the committee publishes a plan, a secretary links a log on the phone, and what was due is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core.calendar import local_today

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
PLAN, THEME = "支部学习制度专题学习", "学习支部工作条例第三章"


def test_a_plan_is_published_and_a_log_fulfils_it(sign_in: SignIn) -> None:
    today = local_today()
    staff = sign_in("gongwei")
    staff.goto("/education/plans/new/")
    staff.get_by_label("类型").select_option("campaign")
    staff.get_by_label("名称").fill(PLAN)
    staff.get_by_label("依据").fill("工委会议决定")
    staff.get_by_label("开始日期").fill((today - timedelta(days=90)).isoformat())
    staff.get_by_label("结束日期").fill((today + timedelta(days=60)).isoformat())
    staff.get_by_role("button", name="保存草稿").click()
    expect(staff.get_by_role("heading", name=PLAN)).to_be_visible()

    staff.get_by_role("link", name="添加主题").click()
    staff.get_by_role("textbox", name="主题").fill(THEME)
    staff.get_by_label("完成时限").fill((today + timedelta(days=30)).isoformat())
    staff.get_by_role("button", name="保存", exact=True).click()
    staff.get_by_role("link", name="发布").click()
    expect(staff.get_by_text("项新增应做事项")).to_be_visible()
    staff.get_by_role("button", name="确认发布").click()
    expect(staff.get_by_text("已发布").first).to_be_visible()

    secretary = sign_in("sj0002", phone=True)
    secretary.goto("/education/study/")
    line = secretary.get_by_role("listitem").filter(has_text=THEME)
    expect(line.get_by_text("进行中")).to_be_visible()
    line.get_by_role("link", name="关联会议记录").click()
    secretary.get_by_role("link", name=re.compile("^选择")).first.click()
    secretary.get_by_role("checkbox", name=re.compile(THEME)).check()
    secretary.get_by_role("button", name="保存").click()
    line = secretary.get_by_role("listitem").filter(has_text=THEME)
    expect(line.get_by_text("已学")).to_be_visible()

    staff.goto("/education/plans/")
    staff.get_by_role("link", name=PLAN).click()
    staff.get_by_role("link", name="完成情况").click()
    expect(staff.get_by_role("table")).to_be_visible()
    staff.locator(".tile-done").click()
    expect(staff.get_by_role("table").get_by_text(THEME)).to_have_count(1)
