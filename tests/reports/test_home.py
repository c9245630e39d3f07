"""The home page: what I must do now, what comes next, how my organisation stands (P1)."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from branches.choices import MeetingKind, MeetingStatus
from branches.models import Meeting
from branches.services.obligations import obligations_open, obligations_refresh
from branches.services.requirements import requirements_load
from core.calendar import local_today
from reports.selectors.home import home_for
from tests.factories import make_meeting, make_user

#: Eight days before the end of November, when the running quarter has five weeks to go.
TODAY = date(2026, 11, 22)


@pytest.fixture
def opened(city):
    requirements_load()
    obligations_open(since=date(2026, 1, 1), through=date(2026, 12, 31))
    return city


def titles(items) -> list[str]:
    return [item.title for item in items]


def test_a_secretary_sees_what_is_pressing_and_a_thing_done_disappears(opened):
    secretary = opened.user(Role.BRANCH_SECRETARY)
    home = home_for(secretary, TODAY)
    assert "主题党日（2026年10月）" in titles(home.todo)
    assert "支部党员大会（2026年四季度）" in titles(home.coming)
    assert "支部党员大会（2026年一季度）" not in titles(home.todo), "long past: counted, not asked for"
    line = next(item for item in home.coming if item.title.startswith("支部党员大会"))
    query = parse_qs(urlsplit(line.url).query)
    assert query == {"branch": [str(opened.branch.pk)], "kind": [MeetingKind.ASSEMBLY]}

    make_meeting(opened.branch, date(2026, 11, 3), MeetingKind.ASSEMBLY, also=(MeetingKind.THEME_DAY,))
    obligations_refresh(organisation_id=opened.branch.pk, days=[date(2026, 11, 3)])
    after = home_for(secretary, TODAY)
    assert "支部党员大会（2026年四季度）" not in titles(after.coming + after.todo)
    assert "主题党日（2026年11月）" not in titles(after.coming + after.todo)


def test_a_returned_log_stands_first(opened):
    meeting = make_meeting(opened.branch, date(2026, 11, 3), title="更正我")
    Meeting.objects.filter(pk=meeting.pk).update(status=MeetingStatus.RETURNED, return_reason="缺少议题")
    first = home_for(opened.user(Role.BRANCH_SECRETARY), TODAY).todo[0]
    assert (first.title, first.detail) == ("退回的记录：更正我", "原因：缺少议题")
    assert first.url == reverse("branches:meeting_correct", args=[meeting.pk])


def test_nobody_sees_what_lies_outside_their_reach(opened):
    text = opened.client(Role.UNIT_STAFF).get("/").content.decode()
    assert opened.foreign.short_name not in text
    tiles = {tile.label: tile.figure for tile in home_for(opened.user(Role.UNIT_STAFF), TODAY).tiles}
    city = {tile.label: tile.figure for tile in home_for(opened.user(Role.CITY_STAFF), TODAY).tiles}
    assert tiles["支部党员大会"] == "0/2"
    assert city["支部党员大会"] == "0/3"


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_page(opened, role):
    answer = opened.client(role).get("/")
    assert answer.status_code == 200


def test_every_link_of_the_page_opens(opened):
    client = opened.client(Role.BRANCH_SECRETARY)
    home = home_for(opened.user(Role.BRANCH_SECRETARY), TODAY)
    for url in {item.url for item in (*home.todo[:3], *home.coming[:3], *home.tiles)} | {home.more_url}:
        assert client.get(url, follow=True).status_code == 200, url


def test_the_overdue_tile_opens_to_as_many_rows_as_it_says(opened):
    obligations_open()
    secretary = opened.user(Role.BRANCH_SECRETARY)
    tile = next(tile for tile in home_for(secretary, local_today()).tiles if "逾期" in tile.label)
    page = opened.client(Role.BRANCH_SECRETARY).get(tile.url)
    assert page.context["ledger"].count_text == f"共 {tile.figure} 条"


def test_query_count_does_not_follow_the_number_of_branches(opened):
    secretary = opened.user(Role.BRANCH_SECRETARY)
    both = make_user(Role.BRANCH_SECRETARY, opened.unit)
    counts = []
    for user in (secretary, both):
        user.forget_scope()
        with CaptureQueriesContext(connection) as queries:
            home_for(user, TODAY)
        counts.append(len(queries))
    assert counts == [14, 14]
