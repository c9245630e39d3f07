"""The look: menu, theme, template tags, widgets, error pages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import include, path

from accounts.models import User
from accounts.roles import Role
from core import ui
from core.doors import door
from core.forms_ui import AutocompleteSelect, DateInput
from core.notices import NoticeRow, notices_send
from core.ui import NavItem
from tests.conftest import City


@door("thing.list")
def thing_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def open_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


PAGES = [
    path("", open_page, name="home"),
    path("things/", thing_list, name="list"),
    path("things/old/", thing_list, name="old"),
    path("find/", open_page, name="find"),
]
urlpatterns = [path("", include((PAGES, "shop")))]

ITEMS = (
    NavItem("旧物", "shop:old", "archive", ("thing.old",), group="物品", order=3),
    NavItem("物品", "shop:list", "box", group="物品", order=2),
    NavItem("首页", "shop:home", "home", order=1),
    NavItem("未建", "shop:absent", "ghost", order=4),
)


def holder(*capabilities: str) -> Any:
    return SimpleNamespace(
        is_authenticated=True, scope=lambda capability: SimpleNamespace(can=capability in capabilities)
    )


@pytest.fixture
def shop_menu(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(ui, "_registered", {})
    settings.ROOT_URLCONF = __name__
    ui.register_navigation(*ITEMS)


def labels(groups: list[ui.NavGroup]) -> list[tuple[str, list[str]]]:
    return [(group.label, [link.label for link in group.links]) for group in groups]


# Menu ----------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("shop_menu")
def test_menu_shows_what_the_door_of_the_view_lets_in() -> None:
    assert labels(ui.navigation(holder(), "/")) == [("", ["首页"])]
    assert labels(ui.navigation(holder("thing.list"), "/")) == [("", ["首页"]), ("物品", ["物品"])]


@pytest.mark.usefixtures("shop_menu")
def test_menu_entry_may_be_narrower_than_its_door_but_never_wider() -> None:
    assert labels(ui.navigation(holder("thing.old"), "/")) == [("", ["首页"])]
    assert labels(ui.navigation(holder("thing.list", "thing.old"), "/"))[1] == ("物品", ["物品", "旧物"])


@pytest.mark.usefixtures("shop_menu")
@pytest.mark.parametrize(
    ("where", "active"), [("/", "/"), ("/things/7/", "/things/"), ("/things/old/7/", "/things/old/"), ("/find/", None)]
)
def test_the_entry_that_the_page_lies_under_is_active(where: str, active: str | None) -> None:
    groups = ui.navigation(holder("thing.list", "thing.old"), where)
    assert [link.url for group in groups for link in group.links if link.active] == ([active] if active else [])


@pytest.mark.usefixtures("shop_menu")
def test_registering_a_name_again_replaces_the_entry() -> None:
    ui.register_navigation(NavItem("新首页", "shop:home", "home", order=1))
    assert next(item.label for item in ui.registered_navigation()) == "新首页"
    assert len(ui.registered_navigation()) == len(ITEMS)


@pytest.mark.parametrize("role", list(Role))
def test_every_entry_of_a_role_opens_and_is_marked_active(city: City, role: Role) -> None:
    client = city.client(role)
    links = [link for group in ui.navigation(city.user(role), "") for link in group.links]
    assert links
    for link in links:
        response = client.get(link.url, follow=True)
        assert response.status_code == 200, link
        assert f'href="{link.url}" aria-current="page"' in response.content.decode(), link


# Context -------------------------------------------------------------------------------------------------------------


def request_of(user: Any, **cookies: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user
    request.COOKIES.update(cookies)
    return request


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', ""), ("", "")])
def test_theme_comes_from_the_cookie_if_it_is_one(cookie: str, theme: str) -> None:
    assert ui.theme_of(request_of(holder(), theme=cookie)) == theme


def test_chosen_theme_is_on_the_page_before_any_script(city: City) -> None:
    client = city.client(Role.BRANCH_SECRETARY)
    client.cookies["theme"] = "dark"
    assert '<html lang="zh-Hans" data-bs-theme="dark">' in client.get("/").content.decode()


def test_context_asks_the_database_only_when_the_page_draws_it(city: City, django_assert_num_queries: Any) -> None:
    user = User.objects.get(pk=city.user(Role.BRANCH_SECRETARY).pk)
    with django_assert_num_queries(0):
        context = ui.page_context(request_of(user))
    with django_assert_num_queries(1):
        assert str(context["unread_notices"]) == ""
    with django_assert_num_queries(1):
        assert list(context["nav"])


@pytest.mark.parametrize(("unread", "shown"), [(1, "1"), (99, "99"), (100, "99+")])
def test_unread_count_stops_at_99(city: City, unread: int, shown: str) -> None:
    user = city.user(Role.BRANCH_SECRETARY)
    notices_send(rows=[NoticeRow(user_id=user.pk, key=f"k{number}", subject="提醒") for number in range(unread)])
    assert str(ui.page_context(request_of(user))["unread_notices"]) == shown


# Tags and components -------------------------------------------------------------------------------------------------


def draw(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_badge_carries_an_icon_beside_its_colour_and_escapes() -> None:
    html = draw('{% badge label "overdue" %}', label="<b>逾期")
    assert html == (
        '<span class="badge state state-overdue"><i class="ti ti-alert-triangle" aria-hidden="true"></i>'
        "&lt;b&gt;逾期</span>"
    )
    assert draw('{% badge "别的" "strange" %}') == '<span class="badge state state-neutral">别的</span>'


@pytest.mark.parametrize(
    ("done", "total", "shown"), [(199, 200, 99), (200, 200, 100), (0, 5, 0), (3, 0, 0), (None, 5, 0)]
)
def test_percent_reaches_100_only_when_all_is_done(done: int | None, total: int, shown: int) -> None:
    assert draw("{{ done|percent:total }}", done=done, total=total) == str(shown)


def test_progress_is_a_labelled_progress_element() -> None:
    html = draw('{% progress 7 12 "本季度" %}')
    assert '<progress class="progress" value="7" max="12" aria-label="本季度">58%</progress>' in html
    assert "7 / 12" in html


def test_empty_state_says_what_to_do_next() -> None:
    html = draw('{% empty_state "还没有记录" hint="先写一条。" url="/new/" action="写记录" %}')
    assert "还没有记录" in html
    assert '<a class="btn btn-primary" href="/new/">写记录</a>' in html
    assert "empty-action" not in draw('{% empty_state "没有安排" %}')


@pytest.mark.usefixtures("shop_menu")
def test_breadcrumb_links_and_the_last_one_is_the_page() -> None:
    assert draw('{% crumb "物品" "shop:list" %}') == '<li class="breadcrumb-item"><a href="/things/">物品</a></li>'
    assert draw("{% crumb name %}", name="<i>") == (
        '<li class="breadcrumb-item active" aria-current="page">&lt;i&gt;</li>'
    )


@pytest.mark.parametrize(
    ("level", "tone"), [("success", "success"), ("error", "danger"), ("danger", "danger"), ("debug", "info")]
)
def test_flash_levels_have_a_tone(level: str, tone: str) -> None:
    message = SimpleNamespace(level_tag=level, __str__=lambda: "x")
    html = render_to_string("components/_messages.html", {"messages": [message]})
    assert f"alert-{tone}" in html
    assert ('role="alert"' in html) == (tone == "danger")


class ThingForm(forms.Form):
    name = forms.CharField(label="名称")

    def clean(self) -> None:
        raise forms.ValidationError("整体有误")


def test_form_component_sums_errors_up_and_links_to_the_fields() -> None:
    request = RequestFactory().get("/")
    html = render_to_string("components/_form.html", {"form": ThingForm({"name": ""}), "cancel_url": "/b/"}, request)
    summary = html[html.index("data-form-errors") : html.index("</ul>")]
    assert "整体有误" in summary
    assert '<a href="#id_name">名称</a>' in summary
    assert html.count("整体有误") == 1
    assert "csrfmiddlewaretoken" in html
    assert 'href="/b/"' in html


# Widgets -------------------------------------------------------------------------------------------------------------


class PickForm(forms.Form):
    day = forms.DateField(widget=DateInput)
    person = forms.ModelChoiceField(User.objects.all(), widget=AutocompleteSelect("shop:find"), required=False)


def test_date_widget_can_be_typed_and_shows_iso() -> None:
    html = str(PickForm(initial={"day": "2026-07-03"})["day"])
    assert "data-date" in html
    assert 'type="text"' in html
    assert 'value="2026-07-03"' in html


@pytest.mark.usefixtures("shop_menu")
def test_autocomplete_carries_only_the_chosen_row(db: None, django_assert_num_queries: Any) -> None:
    users = [User.objects.create_user(f"u{number}", "Zhengque-Mima-2026", name=f"甲{number}") for number in range(3)]
    with django_assert_num_queries(1):
        html = str(PickForm(initial={"person": users[1].pk})["person"])
    assert 'data-autocomplete-url="/find/"' in html
    assert html.count("<option") == 2
    assert f'<option value="{users[1].pk}" selected>' in html


@pytest.mark.usefixtures("shop_menu")
@pytest.mark.parametrize("nonsense", ["abc", "-1", "９", "1 or 1=1"])
def test_autocomplete_survives_nonsense(db: None, nonsense: str) -> None:
    form = PickForm({"day": "2026-07-03", "person": nonsense})
    assert not form.is_valid()
    assert str(form["person"]).count("<option") == 1


# Error pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_context(name: str) -> None:
    html = render_to_string(f"{name}.html")
    assert 'href="/"' in html
    assert "机关党建工作平台" in html


def test_missing_page_is_chinese(city: City) -> None:
    response = city.client(Role.MEMBER).get("/no-such-page/")
    assert response.status_code == 404
    assert "没有这个页面" in response.content.decode()


def test_foreign_csrf_token_gets_the_page_that_says_what_to_do(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.user(Role.MEMBER), backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/logout/")
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()
