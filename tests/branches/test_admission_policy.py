"""发展党员 in dates: months, ages, what is next, what is wrong. Literal vectors and properties."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import branches
from branches.policy import admission as policy
from branches.policy.admission import Progress, add_months
from branches.selectors.admission_rules import rules_of

ROWS = json.loads((Path(branches.__file__).parent / "fixtures" / "admission_rules.json").read_text(encoding="utf-8"))
RULES = rules_of(ROWS)
TODAY = date(2026, 7, 1)
DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2090, 12, 31))
MONTHS = st.integers(min_value=0, max_value=60)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-01-31", 3, "2024-04-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2025-06-15", 12, "2026-06-15"),
        ("2025-12-01", 1, "2026-01-01"),
    ],
)
def test_months_end_where_the_month_ends(day, months, expected):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


@given(DAYS, MONTHS)
def test_months_land_in_the_right_month_and_never_on_a_later_day(day, months):
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


@given(DAYS, DAYS, MONTHS)
def test_months_keep_the_order(one, other, months):
    first, last = sorted((one, other))
    assert add_months(first, months) <= add_months(last, months)


@given(DAYS, MONTHS, MONTHS)
def test_more_months_are_later_and_two_sums_never_pass_one(day, months, more):
    assert add_months(day, months) <= add_months(day, months + more)
    assert add_months(add_months(day, months), more) <= add_months(day, months + more)


@pytest.mark.parametrize(
    ("born", "expected"), [("2008-05-09", "2026-05-09"), ("2004-02-29", "2022-03-01"), ("2008-02-29", "2026-03-01")]
)
def test_eighteenth_birthday(born, expected):
    assert policy.comes_of_age(date.fromisoformat(born), 18) == date.fromisoformat(expected)


@given(DAYS, st.integers(min_value=1, max_value=30))
def test_age_is_never_reached_early(born, years):
    reached = policy.comes_of_age(born, years)
    assert (reached.month, reached.day) >= (born.month, born.day) or reached.year > born.year + years
    assert (reached - timedelta(days=1)) < reached <= date(born.year + years, 12, 31)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("11010519491231002X", True),
        ("身份证110105194912310021", True),
        ("110105 1949 1231 002x", True),
        ("１１０１０５１９４９１２３１００２Ｘ", True),
        ("3 11010519491231002X", True),
        ("市直工发〔2026〕3号", False),
        ("2026-07-01 第12号", False),
        ("", False),
    ],
)
def test_id_numbers_are_seen(text, found):
    assert policy.holds_id_number(text) is found


def test_the_fixture_has_every_step_once_in_five_stages():
    assert sorted(RULES) == list(range(1, 26))
    assert [RULES[step].stage for step in sorted(RULES)] == [1] * 2 + [2] * 4 + [3] * 5 + [4] * 7 + [5] * 7
    assert {step for step, rule in RULES.items() if rule.actor == "superior"} == {4, 8, 13, 16, 17, 18, 24}
    assert all(before < step for step, rule in RULES.items() for before in rule.requires)


def progress(upto=0, **given_days):
    """Done up to a step, one on each 2nd of consecutive months from 2024-01; fields as given."""
    done = {step: add_months(date(2024, 1, 2), step - 1) for step in range(1, upto + 1)}
    fields = {name: value for name, value in given_days.items() if not name.startswith("s")}
    done |= {int(name[1:]): date.fromisoformat(day) for name, day in given_days.items() if name.startswith("s")}
    return Progress(date(1995, 5, 5), {step: day for step, day in done.items() if day}, **fields)


def problems(known, step, day, **more):
    return policy.step_problems(RULES, known, step, date.fromisoformat(day), today=TODAY, **more)


def texts(found):
    return "".join(problem.text for problem in found)


def test_application_needs_eighteen_years():
    young = Progress(date(2008, 5, 9))
    assert [problem.is_hard for problem in problems(young, 1, "2026-05-08")] == [True]
    assert "最早2026-05-09" in texts(problems(young, 1, "2026-05-08"))
    assert problems(young, 1, "2026-05-09") == []


def test_talk_within_a_month():
    known = progress(s1="2026-01-31")
    assert problems(known, 2, "2026-02-28") == []
    late = problems(known, 2, "2026-03-01")
    assert [(problem.is_hard, problem.needs_reason) for problem in late] == [(False, True)]
    assert policy.window(RULES, known, 2).due_on == date(2026, 2, 28)


def test_a_year_from_activist_to_candidate():
    known = progress(
        s1="2024-01-02", s2="2024-01-10", s3="2024-02-29", s4="2024-03-05", s5="2024-03-01", s6="2024-08-20"
    )
    known = replace(known, contacts=2, reviews=[date(2024, 8, 20), date(2025, 2, 20)])
    assert problems(known, 7, "2025-02-28") == []
    early = problems(known, 7, "2025-02-27")
    assert [problem.is_hard for problem in early if "满12个月" in problem.text] == [True]
    few = problems(replace(known, reviews=[date(2024, 8, 20)]), 7, "2025-03-01")
    assert [(problem.is_hard, problem.needs_reason) for problem in few] == [(False, False)]
    assert "应有2次，已记1次" in texts(few)


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, False), (2, True), (3, False)])
def test_two_introducers(count, fits):
    known = replace(progress(8), introducers=count)
    assert (problems(known, 9, "2026-06-01") == []) is fits


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (2, True), (3, False)])
def test_one_or_two_contacts(count, fits):
    assert (problems(replace(progress(3), contacts=count), 5, "2026-06-01") == []) is fits


@pytest.mark.parametrize(
    ("hours", "days", "fits"), [(24, None, True), (None, 3, True), (23, 2, False), (None, None, False), (30, 1, True)]
)
def test_three_days_or_24_hours(hours, days, fits):
    known = replace(progress(10), training_hours=hours, training_days=days)
    assert (problems(known, 11, "2026-06-01") == []) is fits


def test_training_may_be_skipped_and_political_review_may_not():
    assert problems(progress(10), 11, "2026-06-01", is_skipped=True) == []
    assert "不能略过" in texts(problems(progress(9), 10, "2026-06-01", is_skipped=True))


@pytest.mark.parametrize(("leaves", "fits"), [("2026-09-30", False), ("2026-09-01", False), ("2026-10-01", True)])
def test_who_leaves_within_three_months_is_not_admitted(leaves, fits):
    known = replace(progress(12), leaves_on=date.fromisoformat(leaves))
    assert (problems(known, 13, "2026-06-30") == []) is fits


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        ("2026-02-28", []),
        ("2026-03-01", [(False, True)]),
        ("2026-05-30", [(False, True)]),
        ("2026-05-31", [(True, False)]),
    ],
)
def test_approval_within_three_months_at_most_six(day, verdict):
    known = progress(14, s15="2025-11-30", s16="2025-12-05")
    assert [(problem.is_hard, problem.needs_reason) for problem in problems(known, 17, day)] == verdict


def test_the_year_counts_from_the_assembly_not_from_the_oath():
    known = progress(14, s15="2025-05-20", s16="2025-05-25", s17="2025-06-20", s18="2025-06-30", s19="2025-07-01")
    assert policy.probation_end(RULES, known) == date(2026, 5, 20)
    with_oath = replace(known, done={**known.done, 20: date(2025, 7, 1)})
    assert policy.probation_end(RULES, with_oath) == date(2026, 5, 20)
    ready = replace(with_oath, done={**with_oath.done, 21: date(2026, 5, 1), 22: date(2026, 5, 19)})
    assert [problem.is_hard for problem in problems(ready, 23, "2026-05-19")] == [True]
    assert problems(ready, 23, "2026-05-20") == []
    assert [problem.is_hard for problem in problems(ready, 22, "2026-05-19")] == [False]


@given(DAYS, st.integers(min_value=0, max_value=12))
def test_probation_is_a_year_and_its_extension(assembly, extended):
    known = Progress(done={15: assembly}, extended_months=extended)
    assert policy.probation_end(RULES, known) == add_months(assembly, 12 + extended)


@pytest.mark.parametrize(("months", "fits"), [(5, False), (6, True), (12, True), (13, False), (None, False)])
def test_extension_of_six_to_twelve_months_once(months, fits):
    assert (policy.extension_problems(RULES, months, 0) == []) is fits
    assert policy.extension_problems(RULES, 6, 6)[0].is_hard


def test_order_and_freedom():
    assert policy.open_steps(RULES, progress(0)) == [1]
    assert policy.open_steps(RULES, progress(3)) == [4, 5, 6]
    assert policy.open_steps(RULES, progress(7)) == [8, 9, 10, 11]
    assert policy.open_steps(RULES, progress(17)) == [18, 19, 20, 22]
    assert policy.open_steps(RULES, progress(25)) == []
    assert "第2步" in texts(problems(progress(1), 3, "2026-06-01"))
    assert "不能早于第2步" in texts(problems(progress(2), 3, "2024-01-20"))
    assert "不能晚于第4步" in texts(problems(progress(2, s4="2024-03-02"), 3, "2024-03-03"))
    assert "晚于今天" in texts(problems(progress(2), 3, "2026-07-02"))


def test_reviews_recur_until_the_candidate_is_chosen():
    known = progress(5, s3="2026-01-31")
    due = {item.step: item for item in policy.dues(RULES, known)}
    assert due[6].due_on == date(2026, 7, 31)
    known = replace(known, done={**known.done, 6: date(2026, 6, 30)}, reviews=[date(2026, 6, 30)])
    due = {item.step: item for item in policy.dues(RULES, known)}
    assert sorted(due) == [6, 7]
    assert (due[6].from_on, due[6].due_on) == (date(2026, 6, 30), date(2026, 12, 30))
    assert (due[7].from_on, due[7].due_on) == (date(2027, 1, 31), None)
    assert 6 not in {item.step for item in policy.dues(RULES, progress(7))}


@given(st.integers(min_value=0, max_value=25), st.integers(min_value=0, max_value=12))
def test_what_is_due_is_open_and_never_due_before_it_may_be_done(upto, extended):
    known = replace(progress(upto), extended_months=extended)
    for item in policy.dues(RULES, known):
        assert item.step == 6 or item.step not in known.done
        assert all(before in known.done for before in RULES[item.step].requires)


@given(st.integers(min_value=1, max_value=25))
def test_a_corrected_date_is_judged_with_what_follows(step):
    known = replace(progress(25), contacts=1, introducers=2, training_hours=24)
    before = policy.all_problems(RULES, known, today=date(2090, 1, 1))
    moved = replace(known, done={**known.done, step: date(2080, 1, 1)})
    after = policy.all_problems(RULES, moved, today=date(2090, 1, 1))
    assert step == 25 or set(after) > set(before) or after != before


@pytest.mark.parametrize(("upto", "standing"), [(1, 1), (2, 1), (3, 2), (6, 2), (7, 3), (16, 3), (17, 4), (24, 4)])
def test_standing(upto, standing):
    assert policy.standing_of(progress(upto)) == standing
    assert policy.standing_of(progress(24), is_confirmed=True) == 5
