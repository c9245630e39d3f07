"""Cells of a roster: dates, numbers, names, choices; what is refused says why."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches.policy import roster_cells as cells
from branches.policy.identity import (
    birth_date_of,
    check_digit,
    gender_of,
    id_number_problem,
    mask_id_number,
    mask_phone,
    phone_problem,
)
from branches.policy.roster_cells import CellProblem
from core.workbooks.values import SERIAL_EPOCH, conceal

DAYS = st.dates(date(1912, 1, 1), date(2100, 12, 31))
VALID = "11010519491231002X"


@pytest.mark.parametrize(
    "written",
    [
        "2019-07-01",
        "2019-7-1",
        "2019.7.1",
        "2019.07.01",
        "2019/7/1",
        "2019年7月1日",
        "2019年07月01",
        "20190701",
        " 2019-07-01 ",
        "２０１９．７．１",
        "2019－7－1",
        "2019—7—1",
        "2019 . 7 . 1",
        "2019-07-01 00:00:00",
        20190701.0,
        43647.0,
        43647,
        date(2019, 7, 1),
        datetime(2019, 7, 1),  # noqa: DTZ001
    ],
)
def test_dates_in_every_usual_writing(written):
    assert cells.read_date(written) == date(2019, 7, 1)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("201907", "没有日"),
        (201907.0, "没有日"),
        ("2019.7", "没有日"),
        (2019.07, "只有年月"),
        ("2019年7月", "没有日"),
        ("2019", "没有日"),
        (2019, "没有日"),
        ("19.7.1", "不是日期"),
        ("7/1/2019", "不是日期"),
        ("2019-02-30", "没有这一天"),
        ("2019-13-01", "没有这一天"),
        ("待定", "不是日期"),
        ("1492-10-12", "年份"),
        (True, "不是日期"),
        (0.5, "只有年月"),
        (float("nan"), "只有年月"),
        (float("inf"), "只有年月"),
        (-5, "不是日期"),
        (datetime(2019, 7, 1, 8), "时刻"),  # noqa: DTZ001
        ("43647", "不是日期"),
        ("2019-07-01\x00", "控制字符"),
        (timedelta(days=1), "文字"),
    ],
)
def test_dates_refused_with_the_reason(written, reason):
    with pytest.raises(CellProblem) as refused:
        cells.read_date(written)
    assert reason in refused.value.message
    assert refused.value.accepted


@given(DAYS, st.sampled_from(["{y}-{m}-{d}", "{y}.{m}.{d}", "{y}/{m:02}/{d:02}", "{y}年{m}月{d}日", "{y}{m:02}{d:02}"]))
def test_every_day_survives_every_writing(day, form):
    assert cells.read_date(form.format(y=day.year, m=day.month, d=day.day)) == day


@given(DAYS)
def test_serial_numbers_are_days(day):
    assert cells.read_date(float((day - SERIAL_EPOCH).days)) == day


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.datetimes(), st.dates()))
def test_nothing_but_a_cell_problem_is_ever_raised(raw):
    vocabulary = {"男": "1"}
    readers = (
        cells.read_date,
        cells.read_id_number,
        cells.read_phone,
        cells.read_work_phone,
        cells.read_email,
        cells.read_flag,
        cells.read_months,
        cells.read_name,
        cells.plain_text,
        cells.read_text(20),
        cells.read_choice(vocabulary, "男"),
        cells.read_degree({"博士": "2"}, "博士"),
    )
    for read in readers:
        with suppress(CellProblem):
            read(raw)


@given(DAYS.filter(lambda day: day.year >= 1900), st.integers(0, 999), st.integers(110000, 659999))
def test_id_numbers_say_birth_date_and_gender(day, serial, area):
    body = f"{area}{day:%Y%m%d}{serial:03d}"
    number = body + check_digit(body)
    assert id_number_problem(number) == ""
    assert cells.read_id_number(number.lower()) == number
    assert (birth_date_of(number), gender_of(number)) == (day, "1" if serial % 2 else "2")
    assert mask_id_number(number) == f"{area}********{number[-4:]}"


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_found(place, shift):
    digits = [*VALID]
    digits[place] = str((int(digits[place]) + shift) % 10)
    assert id_number_problem("".join(digits))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (1.1010519491231e17, "存成了数字"),
        (110105194912310021, "存成了数字"),
        ("1.10105E+17", "科学计数法"),
        ("110105491231002", "15位"),
        ("11010519491231002", "17位"),
        ("110105194912310021", "校验码"),
        ("110105194913310024", "出生日期"),
        ("A1010519491231002X", "17位数字"),
        (date(2019, 1, 1), "存成了数字"),
    ],
)
def test_id_numbers_refused_with_the_reason(written, reason):
    with pytest.raises(CellProblem) as refused:
        cells.read_id_number(written)
    assert reason in refused.value.message


def test_id_numbers_in_odd_clothes():
    assert cells.read_id_number(" 110105 19491231 002x ") == VALID
    assert cells.read_id_number("１１０１０５１９４９１２３１００２Ｘ") == VALID
    assert cells.read_id_number("'" + VALID) == VALID
    assert cells.read_id_number("110105********002X") == "110105********002X"


def test_phones():
    assert cells.read_phone(13800138000.0) == "13800138000"
    assert cells.read_phone("138-0013-8000") == "13800138000"
    assert cells.read_phone("+86 13800138000") == "13800138000"
    assert cells.read_phone("138****8000") == "138****8000"
    assert mask_phone("13800138000") == "138****8000"
    assert phone_problem("12800138000") == "手机号码号段不存在"
    for wrong in ("1380013800", "0851-12345678", "电话", 1.5):
        with pytest.raises(CellProblem):
            cells.read_phone(wrong)
    assert cells.read_work_phone("（0851）12345678") == "085112345678"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("张三", "张三"),
        ("张　三", "张三"),
        (" 张 三丰 ", "张三丰"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("张三\u200b", "张三"),
        ("𠮷田一", "𠮷田一"),
    ],
)
def test_names(written, name):
    assert cells.read_name(written) == name


NO_NAMES = ["张3", "张三２", "张", "三" * 41, "张三\x07", "张三\u202e", 5.0, "<b>张三</b>", "=1+1"]


@pytest.mark.parametrize("written", NO_NAMES)
def test_names_refused(written):
    with pytest.raises(CellProblem):
        cells.read_name(written)


def test_choices_by_label_code_and_subject():
    read = cells.read_choice({"汉族": "01", "01": "01"}, "汉族")
    assert [read(raw) for raw in ("汉族", " 汉 族 ", "01", 1.0)] == ["01"] * 4
    with pytest.raises(CellProblem):
        read("火星族")
    degree = cells.read_degree({"博士": "2", "硕士": "3", "学士": "4"}, "博士")
    assert [degree(raw) for raw in ("工学硕士", "博士", "双学士", "无")] == ["3", "2", "4", ""]


def test_flags_months_text():
    assert [cells.read_flag(raw) for raw in ("是", True, 1.0, "√")] == [True] * 4
    assert [cells.read_flag(raw) for raw in ("否", False)] == [False] * 2
    assert [cells.read_months(raw) for raw in ("12个月", -6.0, "—3")] == [12, -6, -3]
    assert cells.read_text(5)("a\n b ") == "a b"
    with pytest.raises(CellProblem):
        cells.read_text(3)("四个字呢")


def test_headings_and_branches_are_compared_loosely():
    assert cells.heading_key(" 姓 名* ") == "姓名"
    assert cells.heading_key("公民身份号码（必填）") == "公民身份号码"
    assert cells.heading_key(5.0) == ""
    assert cells.branch_key("中共市档案馆 第一支部委员会") == cells.branch_key("市档案馆第一支部")


def test_long_digits_are_concealed_anywhere():
    hidden = conceal(f"身份证{VALID}和13800138000")
    assert "4912310" not in hidden
    assert "0138" not in hidden
