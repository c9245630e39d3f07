"""A unit files a document a day late; the committee reviews it; the unit sees the outcome."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core.calendar import local_today

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
NAME = "机关会议室使用管理办法"


def test_filed_a_day_late_reviewed_and_seen(sign_in: SignIn) -> None:
    today = local_today()
    unit = sign_in("danwei01")
    unit.goto("/oversight/filings/")
    unit.get_by_role("link", name="登记文件").click()
    unit.get_by_label("文件名称").fill(NAME)
    unit.get_by_label("文号").fill("云档〔2026〕77号")
    unit.locator("#id_issued_on").fill((today - timedelta(days=31)).isoformat())
    unit.locator("#id_issued_on").press("Escape")
    unit.get_by_role("button", name="登记").click()
    expect(unit).to_have_url(re.compile(r"/oversight/filings/\d+/$"))
    expect(unit.get_by_text("已超过报备期限 1 天")).to_be_visible()
    unit.goto("/")
    expect(unit.get_by_text(f"报备：{NAME}").first).to_be_visible()

    unit.go_back()
    unit.get_by_role("link", name="报备", exact=True).click()
    unit.get_by_label("备案报告").fill("云档报〔2026〕9号")
    unit.get_by_label("备案说明").fill("备案说明")
    unit.get_by_role("button", name="报备").click()
    expect(unit.get_by_text("超期 1 天")).to_be_visible()
    page = unit.url

    staff = sign_in("gongwei")
    staff.goto(page)
    staff.get_by_role("link", name="接收备案").click()
    staff.get_by_role("button", name="接收备案").click()
    staff.get_by_role("link", name="作出审查意见").click()
    staff.get_by_label("审查结果").select_option(label="通过并提出建议")
    staff.get_by_label("审查意见").fill("建议明确使用时间的审批人。")
    staff.get_by_role("button", name="作出审查意见").click()
    expect(staff.get_by_text("已通过").first).to_be_visible()

    unit.goto(page)
    expect(unit.get_by_text("通过并提出建议")).to_be_visible()
    expect(unit.get_by_text("建议明确使用时间的审批人。")).to_be_visible()
