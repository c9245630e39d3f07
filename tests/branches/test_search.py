"""One box finds organisations, members, logs and reports, and nothing beyond the reader's rights."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from branches.models import Meeting
from branches.selectors.search import meetings_matching
from branches.services.meetings import MeetingData, meeting_correct, meeting_record
from branches.services.search_index import meetings_catch_up, meetings_indexed
from core.calendar import local_today
from core.models import SearchText
from tests.conftest import City
from tests.factories import make_meeting


def page(city: City, role: str, text: str) -> str:
    response = city.client(role).get("/search/", {"q": text})
    assert response.status_code == 200
    return response.content.decode()


def log(city: City, **fields: object) -> Meeting:
    data = MeetingData(**{"kind": "assembly", "title": "季度党员大会", "held_on": local_today(), **fields})  # type: ignore[arg-type]
    by = city.user(Role.BRANCH_SECRETARY)
    return meeting_record(by=by, branch=city.branch, data=data, submission_key=uuid4())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("整理一科", "中共整理一科党支部"),
        ("zlyk", "中共整理一科党支部"),
        ("zhengliyike", "中共整理一科党支部"),
        ("T-", "中共整理一科党支部"),
        ("钱一", "钱一帆"),
        ("qyf", "钱一帆"),
        ("qianyi", "钱一帆"),
        ("节能", "节能专题学习"),
        ("jnzt", "节能专题学习"),
        ("jieneng", "节能专题学习"),
        ("用水", "节能专题学习"),
        ("2026年3月 节能", "节能专题学习"),
    ],
)
def test_words_pinyin_and_codes(city: City, text: str, expected: str) -> None:
    meetings_indexed([make_meeting(city.branch, date(2026, 3, 5), title="节能专题学习", agenda="讨论用水用电")])
    assert expected in page(city, Role.CITY_STAFF, text)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.MEMBER, {"own"}),
        (Role.BRANCH_SECRETARY, {"own"}),
        (Role.UNIT_STAFF, {"own", "sibling"}),
        (Role.UNIT_DISCIPLINE, {"own", "sibling"}),
        (Role.CITY_STAFF, {"own", "sibling", "foreign"}),
        (Role.SYSTEM_ADMIN, set()),
        (Role.AUDIT_ADMIN, set()),
    ],
)
def test_logs_and_members_within_the_rights(city: City, role: str, sees: set[str]) -> None:
    places = {"own": city.branch, "sibling": city.sibling, "foreign": city.foreign}
    for place, branch in places.items():
        meetings_indexed([make_meeting(branch, date(2026, 3, 5), title=f"金丝雀会议{place}")])
    html = page(city, role, "金丝雀会议")
    assert {place for place in places if f"金丝雀会议{place}" in html} == sees
    people = {"own": city.members[0], "sibling": city.sibling_members[0], "foreign": city.foreign_members[0]}
    assert {place for place, member in people.items() if member.name in page(city, role, member.name[:2])} == sees


def test_a_plain_member_gets_names_without_pages(city: City) -> None:
    html = page(city, Role.MEMBER, "钱一帆")
    assert "钱一帆" in html
    assert f"/members/{city.members[0].pk}/" not in html


def test_each_source_asks_once_whatever_it_finds(city: City) -> None:
    client = city.client(Role.CITY_STAFF)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/search/", {"q": "整理"})
        return len(captured)

    meetings_indexed([make_meeting(city.branch, date(2026, 4, 1), title="整理工作会")])
    counts = [queries()]
    for number in range(1, 12):
        meetings_indexed([make_meeting(city.branch, date(2026, 3, number), title=f"整理工作会{number}")])
    counts.append(queries())
    # session, user, postings, organisations, units, members, logs (2), reports, unread; and five sources of the wings
    assert counts == [15, 15]
    assert "查看全部" in client.get("/search/", {"q": "整理"}).content.decode()


@pytest.mark.parametrize("text", ["110105194912310021", "11010519491231002x", "查 13800138000"])
def test_personal_numbers_are_not_searched_here(city: City, text: str) -> None:
    html = page(city, Role.CITY_STAFF, text)
    assert "不能在这里查找" in html
    assert text not in str(connection.queries_log)


@pytest.mark.parametrize("text", ["", "   ", "党", "'\"%_", "主" * 60, "2026年19月", "\x00"])
def test_odd_input_gets_an_answer(city: City, text: str) -> None:
    assert "查找" in page(city, Role.CITY_STAFF, text)


def test_a_log_is_found_from_the_moment_it_is_written(city: City) -> None:
    meeting = log(city, title="节能专题学习", agenda="讨论用水")
    assert list(meetings_matching(Meeting.objects.all(), "节能 用水")) == [meeting]
    corrected = MeetingData(kind="assembly", title="绿化专题学习", held_on=local_today())
    by = city.user(Role.BRANCH_SECRETARY)
    meeting_correct(by=by, meeting=meeting, data=corrected, reason="主题写错", expected_revision=meeting.revision)
    assert not meetings_matching(Meeting.objects.all(), "节能").exists()
    assert meetings_matching(Meeting.objects.all(), "绿化").exists()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2025", [date(2025, 3, 5)]),
        ("2026年", [date(2026, 3, 5), date(2026, 11, 5)]),
        ("2026年3月", [date(2026, 3, 5)]),
        ("2026-11 节能", [date(2026, 11, 5)]),
        ("节能", [date(2025, 3, 5), date(2026, 3, 5), date(2026, 11, 5)]),
        ("2026年13月", []),
    ],
)
def test_dates_among_the_words_narrow_the_date(city: City, text: str, days: list[date]) -> None:
    for day in (date(2025, 3, 5), date(2026, 3, 5), date(2026, 11, 5)):
        meetings_indexed([make_meeting(city.branch, day, title="节能学习")])
    found = meetings_matching(Meeting.objects.all(), text)
    assert sorted(found.values_list("held_on", flat=True)) == days


def test_the_list_of_logs_searches_the_same_way(city: City) -> None:
    meetings_indexed([make_meeting(city.branch, date(2026, 3, 5), title="节能学习", study="《节约用水条例》")])
    client = city.client(Role.CITY_STAFF)
    assert "节能学习" in client.get("/meetings/", {"q": "用水"}).content.decode()
    assert "节能学习" in client.get("/meetings/", {"q": "节"}).content.decode()
    assert "没有符合条件的记录" in client.get("/meetings/", {"q": "绿化"}).content.decode()


def test_catching_up_indexes_what_is_missing(city: City) -> None:
    for number in range(1, 4):
        make_meeting(city.branch, date(2026, 3, number), title="节能学习")
    assert meetings_catch_up() == 3
    assert meetings_catch_up() == 0
    SearchText.objects.update(grams="旧的")
    assert meetings_catch_up(again=True) == 3
    assert meetings_matching(Meeting.objects.all(), "节能").count() == 3
