"""Minutes on a phone: the usual meeting in a minute, nothing lost on the way, and all of it without scripts too."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from core.calendar import local_today

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
SECRETARY = "sj0001"
#: Whose last archived quarter the demo city opened again.
REOPENED = "sj0002"
LOG = re.compile(r"/meetings/\d+/$")
DRAFT = re.compile(r"/meetings/drafts/[0-9a-f-]{36}/$")


class Thumb:
    """Does what a thumb does and counts it: a tap is one, choosing from a list is two (open it, take one)."""

    def __init__(self) -> None:
        self.count = 0
        self.began = time.monotonic()

    def tap(self, target: Locator) -> None:
        self.count += 1
        target.click()

    def choose(self, target: Locator, label: str) -> None:
        self.count += 2
        target.select_option(label=label)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def saved(page: Page) -> None:
    expect(page.locator("[data-autosave-status]")).to_contain_text("草稿已保存", timeout=15_000)


def set_day(page: Page, day: str) -> None:
    field = page.get_by_label("日期")
    with page.expect_response(lambda answer: answer.url.endswith("/meetings/roster/")):
        field.fill(day)
        field.press("Tab")


def test_usual_meeting_takes_a_dozen_taps_and_a_minute(sign_in: SignIn) -> None:
    page, thumb = sign_in(SECRETARY, phone=True), Thumb()
    thumb.tap(page.get_by_role("button", name="打开菜单"))
    thumb.tap(page.get_by_role("link", name="组织生活", exact=True))
    thumb.tap(page.get_by_role("link", name="写会议记录").first)
    thumb.tap(page.locator("a.due, .kinds a").first)
    seats = page.locator("[data-status]")
    expected = seats.count()
    assert expected >= 3
    thumb.choose(seats.nth(0), "病假")
    thumb.choose(seats.nth(1), "出差")
    expect(page.locator("[data-roll-count]")).to_contain_text(f"应到 {expected} 人，实到 {expected - 2} 人")
    thumb.tap(page.get_by_role("button", name="提交"))
    expect(page).to_have_url(LOG)
    assert thumb.count <= 12
    assert thumb.seconds <= 60
    expect(page.locator(".facts")).to_contain_text(f"{expected} / {expected - 2}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_another_day_takes_its_roster_and_keeps_the_absences(sign_in: SignIn) -> None:
    page = sign_in(SECRETARY, phone=True)
    page.goto("/meetings/record/?kind=lecture")
    page.locator("[data-status]").first.select_option(label="公假")
    marked = page.locator("[data-status]").first.get_attribute("name")
    day = local_today() - timedelta(days=40)
    set_day(page, day.isoformat())
    expect(page.locator(f"[name={marked}]")).to_have_value("3")
    expect(page.get_by_role("textbox", name="主题")).to_have_value(re.compile(f"{day.year}年.*党课"))
    expect(page.get_by_label("补记说明")).to_be_visible()
    page.get_by_role("textbox", name="主题").fill("我自己的题目")
    page.get_by_label("会议类型").select_option(label="专题学习")
    expect(page.locator("#meeting-roster")).to_contain_text("党课")
    expect(page.get_by_role("textbox", name="主题")).to_have_value("我自己的题目")


def test_what_was_typed_is_there_after_a_reload(sign_in: SignIn) -> None:
    page = sign_in(SECRETARY, phone=True)
    page.goto("/meetings/record/?kind=study")
    page.locator("[data-status]").nth(2).select_option(label="事假")
    page.get_by_text("议题、学习、讨论和决议").click()
    page.get_by_label("议题").fill("交流读书体会")
    saved(page)
    expect(page).to_have_url(DRAFT)
    page.reload()
    expect(page.get_by_label("议题")).to_have_value("交流读书体会")
    expect(page.locator("[data-status]").nth(2)).to_have_value("4")
    page.get_by_role("button", name="提交").click()
    expect(page).to_have_url(LOG)
    expect(page.locator("main")).to_contain_text("交流读书体会")


def test_vote_is_explained(sign_in: SignIn) -> None:
    page = sign_in(SECRETARY)
    page.goto("/meetings/record/?kind=assembly")
    page.get_by_role("button", name="添加一项表决").click()
    page.get_by_label("表决事项").fill("通过年度计划")
    page.get_by_label("反对").fill("1")
    page.get_by_role("button", name="提交").click()
    expect(page).to_have_url(LOG)
    expect(page.locator("main")).to_contain_text("须超过应到的半数")
    page.get_by_role("link", name="更正").click()
    page.get_by_label("反对").fill("99999")
    page.get_by_label("更正原因").fill("票数写错")
    page.get_by_role("button", name="提交更正").click()
    expect(page.locator("[data-form-errors]")).to_contain_text("票")
    expect(page.get_by_label("反对")).to_have_value("99999")


def test_two_editors_see_each_other(sign_in: SignIn) -> None:
    first, second = sign_in(SECRETARY), sign_in(SECRETARY)
    first.goto("/meetings/record/?kind=theme_day")
    first.get_by_role("button", name="提交").click()
    expect(first).to_have_url(LOG)
    log = first.url
    for page, place in ((first, "一会议室"), (second, "二会议室")):
        page.goto(f"{log}correct/")
        page.get_by_label("地点").fill(place)
        page.get_by_label("更正原因").fill("补写地点")
    first.get_by_role("button", name="提交更正").click()
    expect(first).to_have_url(LOG)
    second.get_by_role("button", name="提交更正").click()
    expect(second.locator("main")).to_contain_text("在您填写期间更正了这条记录")
    expect(second.locator("main")).to_contain_text("一会议室")
    expect(second.get_by_label("地点")).to_have_value("二会议室")


def test_everything_works_without_scripts(sign_in: SignIn) -> None:
    page = sign_in(REOPENED, java_script_enabled=False)
    page.goto("/meetings/record/?kind=lecture")
    page.get_by_label("日期").fill((local_today() - timedelta(days=60)).isoformat())
    page.get_by_role("button", name="按类型和日期重新列出名单").click()
    expect(page.get_by_label("补记说明")).to_be_visible()
    page.get_by_role("button", name="保存草稿").click()
    expect(page).to_have_url(DRAFT)
    page.get_by_role("button", name="提交").click()
    expect(page).to_have_url(LOG)
    expect(page.locator("main")).to_contain_text("补记")
