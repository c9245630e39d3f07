"""Every kind of organisation life on a phone: its own fields, kept by themselves, and on the log afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core.calendar import local_today

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
SECRETARY = "sj0001"
LOG = re.compile(r"/meetings/\d+/$")
TODAY = local_today()


def begin(sign_in: SignIn, kind: str, username: str = SECRETARY) -> Page:
    page = sign_in(username, phone=True)
    page.goto(f"/meetings/record/?kind={kind}")
    return page


def submit(page: Page) -> None:
    page.get_by_role("button", name="提交").click()
    expect(page).to_have_url(LOG)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def relisted(page: Page, act: Callable[[], object]) -> None:
    """Do what makes the page ask for another roster, and wait for it."""
    with page.expect_response(lambda answer: answer.url.endswith("/meetings/roster/")):
        act()


def tick(page: Page, label: str) -> None:
    page.locator(".form-selectgroup-label", has_text=re.compile(f"^{label}$")).first.click()


def secretary_with(sign_in: SignIn, accounts: dict[str, dict[str, str]], kind: str) -> Page:
    """A secretary whose branch holds this kind: not every one has groups."""
    for username in sorted(name for name in accounts if name.startswith("sj")):
        page = sign_in(username, phone=True)
        page.goto("/meetings/new/")
        if page.locator(f"a[href*='kind={kind}']").count():
            return page
        page.context.clear_cookies()
    raise AssertionError(f"no branch of the demo city holds {kind}")


def test_assembly_puts_an_item_of_its_agenda_to_the_vote(sign_in: SignIn) -> None:
    page = begin(sign_in, "assembly")
    page.get_by_text("上次和议程模板").click()
    page.get_by_role("button", name="插入到议题").click()
    expect(page.get_by_label("议题")).to_have_value(re.compile("表决有关事项"))
    page.locator("summary", has_text="表决").last.click()
    page.get_by_role("button", name="添加一项表决").click()
    page.get_by_label("表决事项").fill("表决有关事项")
    submit(page)
    expect(page.locator("main")).to_contain_text("通过")


def test_committee_meeting_calls_the_committee_and_names_its_quorum(sign_in: SignIn) -> None:
    page = begin(sign_in, "committee_meeting")
    expect(page.locator("#meeting-roster")).to_contain_text("半数以上委员到会")
    expect(page.locator("[data-status]").first).to_be_visible()
    submit(page)
    expect(page.locator(".facts").first).to_contain_text("支委会")


def test_group_meeting_calls_its_group(sign_in: SignIn, accounts: dict[str, dict[str, str]]) -> None:
    page = secretary_with(sign_in, accounts, "group_meeting")
    page.goto("/meetings/record/?kind=group_meeting")
    group = page.get_by_label("党小组", exact=False).last
    if not group.input_value():
        relisted(page, lambda: group.select_option(index=1))
    expect(page.locator("[data-status]").first).to_be_visible()
    submit(page)
    expect(page.locator("main")).to_contain_text("党小组会")


def test_lecture_keeps_who_spoke_on_what(sign_in: SignIn) -> None:
    page = begin(sign_in, "lecture")
    page.get_by_label("党课题目").fill("学习党章")
    page.get_by_label("讲课人", exact=True).fill("范老师")
    page.get_by_label("讲课人身份").select_option(label="党员领导干部")
    page.get_by_label("学时").fill("1.5")
    expect(page.locator("[data-autosave-status]")).to_contain_text("草稿已保存", timeout=15_000)
    page.reload()
    expect(page.get_by_label("党课题目")).to_have_value("学习党章")
    submit(page)
    for words in ("学习党章", "范老师", "党员领导干部", "1.5"):
        expect(page.locator("main")).to_contain_text(words)


def test_theme_day_has_its_theme_and_forms(sign_in: SignIn) -> None:
    page = begin(sign_in, "theme_day")
    page.get_by_label("党日主题").fill("走进社区")
    tick(page, "志愿服务")
    relisted(page, lambda: tick(page, "党课"))
    expect(page.get_by_label("党课题目")).to_be_visible()
    expect(page.get_by_label("党日主题")).to_have_value("走进社区")
    submit(page)
    expect(page.locator("main")).to_contain_text("走进社区")
    expect(page.locator("main")).to_contain_text("志愿服务")


def test_joint_theme_day_names_its_branches(sign_in: SignIn, accounts: dict[str, dict[str, str]]) -> None:
    for username in sorted(name for name in accounts if name.startswith("sj")):
        page = begin(sign_in, "theme_day", username)
        if page.locator(".joint").count():
            break
        page.context.clear_cookies()
    alone = page.locator("[data-status]").count()
    page.get_by_text("和其他党支部共同召开").click()
    relisted(page, page.locator(".joint .form-selectgroup-label").first.click)
    expect(page.locator(".roll-branch")).to_be_visible()
    assert page.locator("[data-status]").count() > alone
    submit(page)
    expect(page.locator(".facts").first).to_contain_text("2个党支部共同召开")


def test_life_meeting_lists_what_is_to_be_mended(sign_in: SignIn) -> None:
    page = begin(sign_in, "life_meeting")
    relisted(page, lambda: page.get_by_label("召开形式").select_option(label="支委会"))
    relisted(page, lambda: page.get_by_label("召开形式").select_option(index=0))
    page.get_by_label("会前学习").fill((TODAY - timedelta(days=3)).isoformat())
    tick(page, "开展了批评和自我批评")
    page.locator("summary", has_text="整改事项").click()
    page.get_by_role("button", name="添加一项", exact=True).click()
    page.get_by_label("事项", exact=True).fill("联系群众不够")
    submit(page)
    expect(page.get_by_role("heading", name="整改事项")).to_be_visible()
    expect(page.locator("main")).to_contain_text("联系群众不够")


def test_appraisal_leads_to_the_grades_and_holds_the_third(sign_in: SignIn) -> None:
    page = begin(sign_in, "appraisal", "sj0003")
    submit(page)
    page.get_by_role("button", name="登记等次").or_(page.get_by_role("link", name="看等次")).first.click()
    page.wait_for_url(re.compile("/appraisals/"))
    if page.locator("summary", has_text="重新登记等次").count():  # the demo city has finished this year's
        page.locator("summary", has_text="重新登记等次").click()
        page.get_by_label("原因").fill("补评一人")
        page.get_by_role("button", name="重新登记").click()
        page.wait_for_url(re.compile("/edit/"))
    grades = page.locator("select[name^=grade-]")
    for number in range(grades.count()):
        grades.nth(number).select_option(label="优秀")
    page.get_by_role("button", name="完成").click()
    expect(page.locator("[data-form-errors]")).to_contain_text("三分之一")
    for number in range(grades.count()):
        grades.nth(number).select_option(index=0)
    page.get_by_role("button", name="其余都是合格").click()
    page.get_by_role("button", name="完成").click()
    expect(page.locator("main")).to_contain_text("已完成")


@pytest.mark.parametrize("kind", ["study", "warning_education"])
def test_plain_kinds_need_nothing_more(sign_in: SignIn, kind: str) -> None:
    page = begin(sign_in, kind)
    submit(page)


def test_talks_of_one_with_two_take_one_page(sign_in: SignIn) -> None:
    page = sign_in(SECRETARY, phone=True)
    page.goto("/talks/new/")
    page.get_by_label("谈话的党员").select_option(index=1)
    boxes = page.locator("fieldset .form-selectgroup-label")
    boxes.nth(1).click()
    boxes.nth(2).click()
    page.get_by_role("button", name="登记").click()
    expect(page).to_have_url(re.compile("/talks/year/"))
    expect(page.locator("main")).to_contain_text("已谈")


def test_planned_meeting_becomes_its_log(sign_in: SignIn) -> None:
    page = sign_in(SECRETARY, phone=True)
    page.goto("/plans/new/?kind=study")
    page.get_by_label("计划日期").fill(TODAY.isoformat())
    page.get_by_label("地点").fill("二楼会议室")
    page.get_by_role("button", name="插入这类会议的议程模板").click()
    page.get_by_role("button", name="列入计划").click()
    page.get_by_role("link", name="写记录").first.click()
    expect(page.locator("[name=place]")).to_have_value("二楼会议室")
    submit(page)
    expect(page.locator("main")).to_contain_text("二楼会议室")
    page.goto("/plans/?state=done")
    expect(page.locator("main")).to_contain_text("已记录")
