"""Minutes as values: who may vote, what is counted, what cannot be so."""

from datetime import date, time

import pytest

from branches.choices import PRESENT_STATUSES, AttendanceStatus, MeetingKind
from branches.policy import minutes
from branches.policy.minutes import Frame, Mark, MeetingData, Seat, VoteData, headcount, minutes_problems, tally_of

TODAY = date(2026, 7, 20)
SEATS = [Seat(1, "钱一帆", True), Seat(2, "孙二禾", True), Seat(3, "李三木", True), Seat(4, "周四海", False, True)]


def frame(**fields):
    usual = {"today": TODAY, "founded_on": date(2019, 1, 1), "ended_on": None, "seats": SEATS}
    return Frame(**{**usual, **fields})


def data(**fields):
    return MeetingData(**{"kind": "assembly", "title": "党员大会", "held_on": TODAY, **fields})


def words(data, frame):
    return "；".join(f"{name}:{message}" for name, found in minutes_problems(data, frame).items() for message in found)


def test_names_equal_those_that_are_stored():
    assert set(minutes.ALSO) == set(MeetingKind.values)
    assert {kind for also in minutes.ALSO.values() for kind in also} <= set(MeetingKind.values)
    assert set(minutes._TITLES) == set(MeetingKind.values)
    assert set(AttendanceStatus.values) == minutes.STATUSES
    assert set(PRESENT_STATUSES) == set(minutes.PRESENT_STATUSES)
    assert AttendanceStatus.PRESENT == minutes.PRESENT


def test_no_kind_counts_as_itself_besides():
    assert all(kind not in also for kind, also in minutes.ALSO.items())


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("assembly", "2026年三季度支部党员大会"),
        ("committee_meeting", "2026年7月支委会"),
        ("life_meeting", "2026年组织生活会"),
        ("warning_education", "2026年三季度警示教育"),
    ],
)
def test_title_comes_from_kind_and_period(kind, title):
    assert minutes.default_title(kind, TODAY) == title


def test_group_is_named_in_the_title():
    assert minutes.default_title("group_meeting", TODAY, "第一党小组") == "2026年7月第一党小组党小组会"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"is_full": True}, True),
        ({"is_full": False}, False),
        ({"is_full": False, "confirmed_on": TODAY}, True),
        ({"is_full": True, "confirmed_on": date(2026, 7, 21)}, False),
        ({"is_full": True, "suspended_from": TODAY}, False),
        ({"is_full": True, "suspended_from": date(2026, 7, 21)}, True),
        ({"is_full": True, "suspended_from": date(2025, 1, 1), "suspended_until": TODAY}, True),
        ({"is_full": True, "suspended_from": date(2025, 1, 1), "suspended_until": date(2026, 7, 21)}, False),
    ],
)
def test_right_to_vote_is_that_of_the_day(fields, expected):
    usual = {"confirmed_on": None, "suspended_from": None, "suspended_until": None}
    assert minutes.may_vote(**{**usual, **fields}, day=TODAY) is expected


def test_heads_are_counted_with_and_without_a_vote():
    count = headcount(SEATS, {1: Mark(2), 2: Mark(5), 4: Mark(6)})
    assert (count.expected, count.present, count.expected_voting, count.present_voting) == (4, 3, 3, 2)


def test_nobody_marked_means_everybody_there():
    assert headcount(SEATS, None).present == 4


def test_approvals_left_out_are_everybody_else_who_was_there():
    tally = tally_of(VoteData("事项", oppose=1), headcount(SEATS, {1: Mark(2)}))
    assert (tally.should, tally.present, tally.approve) == (3, 2, 1)


def test_possible_minutes_have_no_problems():
    assert minutes_problems(data(also=("lecture", "theme_day"), votes=(VoteData("事项"),)), frame()) == {}


@pytest.mark.parametrize(
    ("fields", "about", "expected"),
    [
        ({"held_on": date(2026, 7, 21)}, {}, "held_on:日期不能晚于今天"),
        ({"held_on": date(2018, 12, 31)}, {}, "held_on:日期早于党支部成立之日（2019-01-01）"),
        ({}, {"ended_on": TODAY}, "held_on:党支部已于2026-07-20撤销或合并"),
        ({"title": " "}, {}, "title:请填写主题"),
        ({"starts_at": time(15), "ends_at": time(14, 59)}, {}, "ends_at:结束时间不能早于开始时间"),
        ({"kind": "committee_meeting", "also": ("lecture",)}, {}, "also:支委会不能同时计为党课"),
        ({"kind": "dance"}, {}, "also:会议类型不存在"),
        ({"also": ("dance",)}, {}, "also:支部党员大会不能同时计为所选类型"),
        ({"kind": "group_meeting"}, {}, "group:请选择党小组"),
        ({"kind": "group_meeting", "group_id": 9}, {"group_ids": [8]}, "group:这一天支部没有这个党小组"),
        ({"group_id": 8}, {"group_ids": [8]}, "group:只有党小组会需要选党小组"),
        ({}, {"seats": []}, "attendance:这一天名册上没有应到会的党员"),
        ({"kind": "committee_meeting"}, {"seats": []}, "attendance:这一天支部没有支委会成员"),
        ({"attendance": {n: Mark(2) for n in (1, 2, 3, 4)}}, {}, "attendance:应到会的人全部缺席"),
        ({"attendance": {n: Mark() for n in (1, 2, 3, 4, 77)}}, {}, "attendance:到会名单里有1人不在当天的名册上"),
        ({"attendance": {1: Mark(), 2: Mark()}}, {}, "attendance:当天名册上的李三木、周四海没有列入"),
        ({"attendance": {n: Mark(9) for n in (1, 2, 3, 4)}}, {}, "attendance:到会情况里有不认识的选项"),
        ({"attendance": {n: Mark(6, "长" * 61) for n in (1, 2, 3, 4)}}, {}, "attendance:到会情况的说明不能超过60字"),
        ({"votes": (VoteData("事项", approve=4),)}, {}, "votes:表决“事项”：赞成、反对、弃权共4票，多于实到"),
        ({"votes": (VoteData(""),)}, {}, "votes:表决“第1项”：请写明表决事项"),
        ({"kind": "lecture", "votes": (VoteData("事项"),)}, {}, "votes:表决“事项”：党课不作表决"),
        (
            {"kind": "committee_meeting", "votes": (VoteData("事项", rule="admission"),)},
            {},
            "votes:表决“事项”：接收、转正等须由支部党员大会表决",
        ),
        ({"votes": (VoteData("事项", rule="admission"),)}, {"is_temporary": True}, "临时党支部不办理接收、转正"),
    ],
)
def test_what_cannot_be_so_is_said_in_words(fields, about, expected):
    assert expected in words(data(**fields), frame(**about))


def test_lecture_with_an_assembly_in_it_may_vote():
    assert minutes_problems(data(kind="lecture", also=("assembly",), votes=(VoteData("事项"),)), frame()) == {}


def test_a_stranger_is_not_named():
    message = words(data(attendance={**{n: Mark() for n in (1, 2, 3, 4)}, 77: Mark(2, "郑六合")}), frame())
    assert "郑六合" not in message


def test_everything_wrong_is_said_at_once():
    wrong = data(held_on=date(2026, 7, 21), title="", votes=(VoteData("事项", approve=9),))
    assert set(minutes_problems(wrong, frame())) == {"held_on", "title", "votes"}


def test_a_wrong_day_is_not_blamed_on_the_roster():
    wrong = data(held_on=date(2018, 1, 1), attendance={1: Mark()})
    assert set(minutes_problems(wrong, frame(seats=[]))) == {"held_on"}
