"""The frame around every page: menu, theme, narrow screens, and a login that ends while somebody is writing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
SECRETARY, CITY = "sj0001", "gongwei"


def open_menu(page: Page) -> None:
    page.get_by_role("button", name="打开菜单").click()
    expect(page.locator("#sidebar.show:not(.showing)")).to_be_focused()


@pytest.mark.parametrize("username", [SECRETARY, CITY])
def test_every_page_of_the_menu_fits_a_phone(sign_in: SignIn, username: str) -> None:
    page = sign_in(username, phone=True)
    links = page.locator("#sidebar a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(links) >= 5
    for link in links:
        assert page.goto(link).status == 200  # type: ignore[union-attr]
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), link


def test_menu_of_a_phone_opens_navigates_and_closes(sign_in: SignIn) -> None:
    page = sign_in(SECRETARY, phone=True)
    open_menu(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="关闭菜单")).to_be_hidden()
    open_menu(page)
    page.get_by_role("link", name="组织生活", exact=True).click()
    expect(page).to_have_url(re.compile("/meetings/$"))
    expect(page.locator('#sidebar a[aria-current="page"]')).to_have_text("组织生活")


def test_theme_is_kept_and_set_by_the_server(sign_in: SignIn) -> None:
    page = sign_in(SECRETARY, color_scheme="light")
    page.get_by_role("button", name="切换深色和浅色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    answer = page.reload()
    assert answer is not None
    assert 'data-bs-theme="dark"' in answer.text()


def test_skip_link_is_the_first_stop_of_the_keyboard(sign_in: SignIn) -> None:
    page = sign_in(SECRETARY)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_nothing_typed_is_lost_when_the_login_ends(sign_in: SignIn, accounts: dict[str, dict[str, str]]) -> None:
    page = sign_in(SECRETARY, phone=True)
    page.goto("/meetings/record/?kind=assembly")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("textbox", name="主题").fill("登录过期时写的主题")
    expect(page.get_by_role("heading", name="登录已过期")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="在新标签页登录").click()
    login = opened.value
    login.get_by_label("用户名").fill(SECRETARY)
    login.locator("input[type=password]").fill(accounts[SECRETARY]["password"])
    login.get_by_role("button", name="登录").click()
    login.wait_for_url(re.compile("/$"))
    page.get_by_role("button", name="我已登录，继续").click()
    expect(page.get_by_role("heading", name="登录已过期")).to_be_hidden()
    expect(page.get_by_role("textbox", name="主题")).to_have_value("登录过期时写的主题")
    expect(page.locator("[data-autosave-status]")).to_contain_text("草稿已保存")
