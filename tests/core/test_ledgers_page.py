"""The page of a ledger: rows, filters, sorting, links, and what it does with nonsense."""

from __future__ import annotations

from datetime import date, time, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from branches.choices import MeetingKind
from branches.models import Meeting
from tests.core.ledger_probe import ProbeLedger
from tests.factories import make_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.ledger_probe")]
DAY = date(2026, 3, 2)


@pytest.fixture
def client(city):
    return city.client(Role.CITY_STAFF)


def fill(branch, number, **fields):
    """Meetings on consecutive days, made in one statement."""
    Meeting.objects.bulk_create(
        Meeting(
            **{
                "organisation": branch,
                "held_on": DAY + timedelta(days=index),
                "kind": MeetingKind.ASSEMBLY,
                "title": f"第{index:03d}次会议",
                "expected": 5,
                "present": index % 6,
                **fields,
            }
        )
        for index in range(number)
    )


def ledger(client, query="", path="/probe/"):
    response = client.get(path + query)
    assert response.status_code == 200, response.content.decode()[:500]
    return response.context["ledger"]


def titles(page):
    return [values[page._renderer.paths.index("title")] for values in page.values]


def test_columns_become_cells(city, client):
    meeting = make_meeting(city.branch, DAY, title="学习 <b>&\"'", present=3, expected=5, starts_at=time(9, 5))
    response = client.get("/probe/")
    html = response.content.decode()
    row = response.context["ledger"].rows[0]
    assert f'<td class="ledger-title"><a href="/probe/{meeting.pk}/">学习 &lt;b&gt;&amp;&quot;&#x27;</a></td>' in row
    assert '<td data-label="日期">2026-03-02</td>' in row
    assert '<td data-label="开始">09:05</td>' in row
    assert 'state-done">' in row
    assert MeetingKind.ASSEMBLY.label in row
    assert '<td data-label="实到/应到">3/5</td>' in row
    assert '<td class="num d-none d-md-table-cell" data-label="实到">3</td>' in row
    assert f'<td class="ledger-actions" data-label="操作"><a href="/probe/{meeting.pk}/">修改</a></td>' in row
    assert "<b>&" not in html
    assert "共 1 条" in html
    assert "地点" not in html


def test_empty_values_leave_empty_cells(city, client):
    make_meeting(city.branch, DAY, title="")
    row = ledger(client).rows[0]
    assert '<td data-label="开始"></td>' in row
    assert ">（未填写）</a>" in row


def test_query_count_does_not_depend_on_rows(city, client):
    counts = []
    for number in (1, 2, 47):  # 1, 3, 50 rows
        fill(city.branch, number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = ledger(client)
            assert page.count_text
        counts.append(len(queries))
    assert len(page.rows) == 50
    assert counts[0] == counts[1] == counts[2]
    own = [query["sql"] for query in queries if "branches_meeting" in query["sql"]]
    assert len(own) == 1


def test_count_is_exact_then_capped(city, client, monkeypatch):
    monkeypatch.setattr(ProbeLedger, "count_cap", 60)
    fill(city.branch, 60)
    assert ledger(client).count_text == "共 60 条"
    fill(city.branch, 1)
    assert ledger(client).count_text == "超过 60 条"


def test_sheet_only_columns_do_not_sort_the_page_away(city, client):
    fill(city.branch, 3)
    page = ledger(client, "?sort=title")
    assert titles(page) == ["第000次会议", "第001次会议", "第002次会议"]
    heading = page.headings[0]
    assert (heading.aria_sort, heading.url) == ("ascending", "?sort=-title")
    page = ledger(client, "?sort=-title")
    assert titles(page)[0] == "第002次会议"
    assert (page.headings[0].aria_sort, page.headings[0].url) == ("descending", "?sort=title")


def test_default_order_shows_on_its_heading(city, client):
    fill(city.branch, 1)
    headings = {heading.title: heading for heading in ledger(client).headings}
    assert headings["日期"].aria_sort == "descending"
    assert headings["日期"].url == "?sort=held_on"
    assert headings["实到/应到"].url == ""


def test_sort_by_several_paths(city, client):
    make_meeting(city.sibling, DAY, title="丙")
    make_meeting(city.branch, DAY, title="甲")
    make_meeting(city.branch, DAY + timedelta(days=1), title="乙")
    assert titles(ledger(client, "?sort=organisation")) == ["乙", "甲", "丙"]
    assert titles(ledger(client, "?sort=-organisation")) == ["丙", "甲", "乙"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?kind=lecture", ["乙"]),
        ("?held_from=2026-03-03", ["乙"]),
        ("?held_to=2026-03-02", ["甲"]),
        ("?held_from=2026-03-02&held_to=2026-03-03", ["乙", "甲"]),
        ("?q=二楼", ["甲"]),
        ("?q=乙", ["乙"]),
        ("?q=甲 二楼", ["甲"]),
        ("?q=甲 三楼", []),
        ("?late=1", ["乙"]),
        ("?late=0", ["甲"]),
        ("?sent_from=2099-01-01", []),
        ("?sent_to=2099-01-01", ["乙", "甲"]),
        ("?unknown=1&title__startswith=x&kind__in=lecture", ["乙", "甲"]),
    ],
)
def test_filters_narrow(city, client, query, expected):
    make_meeting(city.branch, DAY, title="甲", place="二楼会议室")
    make_meeting(city.sibling, DAY + timedelta(days=1), MeetingKind.LECTURE, title="乙", is_late_entry=True)
    assert titles(ledger(client, query)) == expected


def test_autocomplete_takes_subtree_by_id_or_name(city, client):
    make_meeting(city.branch, DAY, title="甲")
    make_meeting(city.foreign, DAY, title="外")
    assert titles(ledger(client, f"?org={city.unit.pk}")) == ["甲"]
    page = ledger(client, f"?org={city.unit.name}")
    assert titles(page) == ["甲"]
    assert page.chips[0].text == f"党组织：{city.unit.name}"
    assert page.selection.params() == {"org": str(city.unit.pk)}


def test_autocomplete_does_not_reveal_what_is_out_of_reach(city):
    client = city.client(Role.BRANCH_SECRETARY)
    for wanted in (city.foreign.pk, city.foreign.name, 999_999_999, "不存在的组织", "9" * 40):
        page = ledger(client, f"?org={wanted}")
        assert page.errors == ["“党组织”没有找到，或不在您的查看范围内，已忽略。"]
        assert page.chips == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?kind=nothing", "没有这个选项"),
        ("?held_from=yesterday", "日期不正确"),
        ("?held_from=2026-02-30", "日期不正确"),
        ("?held_from=0001-01-01", "日期不正确"),
        ("?held_to=9999-12-31", "日期不正确"),
        ("?held_from=２０２６-01-01", "日期不正确"),
        ("?held_from=2026-03-02&held_to=2026-03-01", "晚于截止日期"),
        ("?late=yes", "没有这个选项"),
        ("?q=" + "长" * 51, "最多 50 个字"),
        ("?q=%00", "不能识别"),
        ("?q=11010519491231002X", "不支持按身份证号"),
        ("?q=13800000000", "不支持按身份证号"),
    ],
)
def test_bad_values_are_explained_and_ignored(city, client, query, message):
    make_meeting(city.branch, DAY, title="甲")
    response = client.get("/probe/" + query)
    page = response.context["ledger"]
    assert len(page.errors) == 1
    assert message in page.errors[0]
    assert page.errors[0] in unescape(response.content.decode())
    assert titles(page) == ["甲"]
    assert page.chips == []


@pytest.mark.parametrize(
    "query", ["?sort=kind", "?sort=password", "?sort=--title", "?sort=-", "?sort=title;drop", "?sort="]
)
def test_bad_sort_is_no_sort(city, client, query):
    fill(city.branch, 2)
    page = ledger(client, query)
    assert titles(page) == ["第001次会议", "第000次会议"]
    assert page.sort == ""


def test_chips_and_links_keep_the_other_filters(city, client):
    fill(city.branch, 1)
    page = ledger(client, "?kind=assembly&held_from=2026-03-01&sort=-title&junk=1")
    assert [chip.text for chip in page.chips] == ["类型：支部党员大会", "日期：2026-03-01 起"]
    assert parse_qs(urlsplit(page.chips[0].url).query) == {"held_from": ["2026-03-01"], "sort": ["-title"]}
    assert page.clear_url == "?sort=-title"
    assert page.export_url == "/probe/export/?kind=assembly&held_from=2026-03-01&sort=-title"


def test_two_empty_states(city, client):
    html = client.get("/probe/").content.decode()
    assert "还没有试验记录" in html
    assert "从这里开始" in html
    assert "清除筛选" not in html
    html = client.get("/probe/?kind=lecture").content.decode()
    assert "没有符合条件的记录" in html
    assert "清除筛选" in html
    assert "还没有试验记录" not in html


def test_form_shows_what_was_asked(city, client):
    html = client.get(f"/probe/?kind=lecture&held_from=abc&q=<i>&org={city.unit.pk}").content.decode()
    assert '<option value="lecture" selected>' in html
    assert 'name="held_from" value="abc"' in html
    assert 'value="&lt;i&gt;"' in html
    assert f'<option value="{city.unit.pk}" selected>{city.unit.name}</option>' in html
    assert html.count("<label") >= 4


def test_readers_see_their_own_scope(city):
    make_meeting(city.branch, DAY, title="本支部")
    make_meeting(city.sibling, DAY, title="兄弟支部")
    make_meeting(city.foreign, DAY, title="别的单位")
    assert titles(ledger(city.client(Role.BRANCH_SECRETARY))) == ["本支部"]
    assert set(titles(ledger(city.client(Role.UNIT_STAFF)))) == {"本支部", "兄弟支部"}
    assert len(titles(ledger(city.client(Role.CITY_STAFF)))) == 3


def test_fixed_lookups_and_hidden_columns(city, client):
    make_meeting(city.branch, DAY, title="大会")
    make_meeting(city.branch, DAY, MeetingKind.LECTURE, title="党课")
    page = ledger(client, "?q=党", path="/probe/lecture/")
    assert titles(page) == ["党课"]
    assert "类型" not in [heading.title for heading in page.headings]
    assert page.export_url == "/probe/lecture/export/?q=%E5%85%9A"


def test_export_button_needs_the_right(city):
    make_meeting(city.branch, DAY, title="大会")
    assert "导出 Excel" in city.client(Role.BRANCH_SECRETARY).get("/probe/").content.decode()
    assert "导出 Excel" not in city.client(Role.MEMBER).get("/probe/").content.decode()


def test_ledger_without_filters_has_no_form(city, client):
    html = client.get("/probe/plain/").content.decode()
    assert "filters-form" not in html
    assert "还没有试验记录" in html
