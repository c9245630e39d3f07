"""What one cell of a roster says: text, name, date, choice, number. Pure; every refusal says what would be accepted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from branches.policy.identity import ID_MASK, LANDLINE, MOBILE, PHONE_MASK, id_number_problem, phone_problem

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
SPACES = re.compile(r"\s+")
DOTS = str.maketrans(dict.fromkeys("•・･‧∙⋅●.", "·"))
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣", "-"))

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003347f"
USUAL_NAME = re.compile("[\u4e00-\u9fff]{2,20}")
NAME = re.compile(rf"[{HAN}A-Za-z][{HAN}A-Za-z· ]*[{HAN}A-Za-z]")
HAN_GAP = re.compile(rf"(?<=[{HAN}·])\s+(?=[{HAN}·])")
FULL_DATE = re.compile(r"(\d{4}) ?[-./年] ?(\d{1,2}) ?[-./月] ?(\d{1,2}) ?日?")
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
PART_DATE = re.compile(r"\d{4} ?([-./年] ?\d{1,2} ?月?|年|\d{2})?")
MIDNIGHT = re.compile(r"[T ]00?:00(:00(\.0+)?)?$")
MONTHS = re.compile(r"([+-]?\d{1,4})(?:个?月)?")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")

SERIAL_EPOCH = date(1899, 12, 30)
SERIALS = range(4384, 73416)  # 1912-01-01 to 2100-12-31 as Excel counts days
YEARS = range(1900, 2101)
DATE_FORMS = "写成 2019-07-01、2019.7.1、2019/7/1 或 2019年7月1日"
YES = frozenset({"是", "有", "1", "y", "yes", "true", "√", "✓"})
NO = frozenset({"否", "无", "0", "n", "no", "false", "×", "✗"})
POSTGRADUATE_UNSPECIFIED = "研究生"


class CellProblem(ValueError):
    """Why a cell is refused, and what would be accepted instead (both Chinese)."""

    def __init__(self, message: str, accepted: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.accepted = accepted


def plain_text(raw: Any) -> str:
    """The cell as text, trimmed, with full-width digits, letters and signs made half-width."""
    return unicodedata.normalize("NFKC", _written(raw)).strip()


def key_of(text: str) -> str:
    """A name as it is compared: half-width, without spaces, without regard to case."""
    return SPACES.sub("", unicodedata.normalize("NFKC", text)).casefold()


def branch_key(text: str) -> str:
    """The name or code of an organisation as it is compared; 中共 in front and 委员会 behind do not matter."""
    return key_of(text).removeprefix("中共").removesuffix("委员会")


def heading_key(raw: Any) -> str:
    """A heading without spaces, marks and notes in brackets."""
    if not isinstance(raw, str):
        return ""
    return BRACKETED.sub("", key_of(INVISIBLE.sub("", raw))).strip("*:。")


def read_text(limit: int) -> Callable[[Any], str]:
    """A reader of free text of at most ``limit`` characters."""

    def read(raw: Any) -> str:
        text = SPACES.sub(" ", _written(raw)).strip()
        if len(text) > limit:
            raise CellProblem(f"有{len(text)}个字，超过{limit}个字的上限", "缩短后再导入")
        return text

    return read


def read_name(raw: Any) -> str:
    """A person's name; the spaces that align two-character names are dropped."""
    if not isinstance(raw, str):
        raise CellProblem("姓名应为文字", "填写姓名全称")
    if USUAL_NAME.fullmatch(raw):
        return raw
    text = HAN_GAP.sub("", SPACES.sub(" ", plain_text(raw).translate(DOTS)))
    if any(character.isdigit() for character in text):
        raise CellProblem("姓名里有数字", "只填姓名，同名的人用身份号码区分")
    if not NAME.fullmatch(text) or len(text) > 40:
        raise CellProblem("不是完整的姓名", "2至40个汉字，少数民族姓名用“·”分隔")
    return text


def read_date(raw: Any) -> date:
    """A full date in any usual writing, a date cell, or the serial number of one."""
    if isinstance(raw, datetime):
        if raw.time().replace(microsecond=0) != datetime.min.time():
            raise CellProblem("日期里带有时刻", DATE_FORMS)
        raw = raw.date()
    if isinstance(raw, date):
        return _within_years(raw)
    if isinstance(raw, bool):
        raise CellProblem("不是日期", DATE_FORMS)
    return _date_of_number(raw) if isinstance(raw, int | float) else _date_of_text(plain_text(raw))


def read_id_number(raw: Any) -> str:
    """An 18-character ID number or its masked form; never one that Excel has already rounded."""
    if type(raw) is str and not id_number_problem(raw):
        return raw
    if isinstance(raw, int | float | date):
        raise CellProblem("号码被Excel存成了数字，后几位已经丢失", "先把该列设为“文本”格式，再重新录入18位号码")
    number = plain_text(raw).replace(" ", "").replace("-", "").upper().lstrip("'")
    if ID_MASK.fullmatch(number):
        return number
    if re.fullmatch(r"\d(\.\d+)?E\+\d+", number):
        raise CellProblem("号码已变成科学计数法，后几位已经丢失", "把该列设为“文本”格式，再重新录入18位号码")
    if problem := id_number_problem(number):
        raise CellProblem(problem, "18位公民身份号码，或留空")
    return number


def read_phone(raw: Any) -> str:
    """A mobile number of 11 digits or its masked form; Excel keeps 11 digits exactly, so a number cell will do."""
    if type(raw) is str and MOBILE.fullmatch(raw):
        return raw
    number = re.sub(r"[ -]", "", plain_text(raw).translate(DASHES)).removeprefix("+86")
    if PHONE_MASK.fullmatch(number):
        return number
    if problem := phone_problem(number):
        raise CellProblem(problem, "11位手机号码，或留空；座机请填“工作电话”")
    return number


def read_work_phone(raw: Any) -> str:
    number = re.sub(r"[() ]", "", plain_text(raw).translate(DASHES))
    if not (LANDLINE.fullmatch(number) or MOBILE.fullmatch(number)):
        raise CellProblem("不是电话号码", "写成 0851-12345678 或11位手机号码")
    return number


def read_email(raw: Any) -> str:
    text = plain_text(raw)
    if not EMAIL.fullmatch(text) or len(text) > 254:
        raise CellProblem("不是电子邮箱地址", "写成 name@example.cn")
    return text


def read_flag(raw: Any) -> bool:
    text = plain_text(raw).casefold()
    if text in YES:
        return True
    if text in NO:
        return False
    raise CellProblem("只能填“是”或“否”", "是、否")


def read_months(raw: Any) -> int:
    """A whole number of months, positive or negative."""
    found = MONTHS.fullmatch(plain_text(raw).translate(DASHES))
    if not found or abs(int(found[1])) > 1200:
        raise CellProblem("应为整数月数", "例如 6 或 -12")
    return int(found[1])


def read_choice(choices: Mapping[str, str], shown: str) -> Callable[[Any], str]:
    """A reader of labels and codes: ``choices`` maps both, as ``key_of`` writes them, to codes."""

    def read(raw: Any) -> str:
        text = key_of(plain_text(raw))
        code = choices.get(text)
        if code is None and text.isdigit():
            code = choices.get(text.zfill(2))
        if code is None:
            raise CellProblem("不在可选项中", shown)
        return code

    return read


def read_degree(choices: Mapping[str, str], shown: str) -> Callable[[Any], str]:
    """Degrees are written with their subject (工学硕士): the level counts, the highest one first."""
    listed = read_choice(choices, shown)

    def read(raw: Any) -> str:
        text = plain_text(raw)
        if text in ("无", "无学位"):
            return ""
        for level in ("博士", "硕士", "学士"):
            if level in text and level in choices:
                return choices[level]
        return listed(raw)

    return read


def _written(raw: Any) -> str:
    """The cell as it would be read aloud; refuses dates and control characters."""
    if isinstance(raw, str):
        if FORBIDDEN.search(raw):
            raise CellProblem("含有看不见的控制字符", "删去该单元格后重新输入")
        return INVISIBLE.sub("", raw)
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, int | float):
        return str(int(raw)) if float(raw).is_integer() and abs(raw) < 1e15 else repr(raw)
    raise CellProblem("是日期或时间，应为文字", "把单元格设为“文本”格式后重新输入")


def _date_of_number(number: float) -> date:
    whole = int(number) if float(number).is_integer() and abs(number) < 1e9 else None
    if whole is None:
        raise CellProblem("只有年月或不是日期，不能确定是哪一天", DATE_FORMS)
    if 10_000_000 <= whole <= 99_999_999:
        return _date_of_text(str(whole))
    if 190_000 <= whole <= 210_012 or whole in YEARS:
        raise CellProblem("只有年月，没有日，不能确定是哪一天", DATE_FORMS)
    if whole not in SERIALS:
        raise CellProblem("不是日期", DATE_FORMS)
    return SERIAL_EPOCH + timedelta(days=whole)


def _date_of_text(text: str) -> date:
    text = MIDNIGHT.sub("", SPACES.sub(" ", text.translate(DASHES)))
    found = FULL_DATE.fullmatch(text) or COMPACT_DATE.fullmatch(text)
    if not found:
        partial = PART_DATE.fullmatch(text)
        raise CellProblem("只有年月，没有日，不能确定是哪一天" if partial else "不是日期", DATE_FORMS)
    try:
        return _within_years(date(*map(int, found.groups())))
    except ValueError as error:
        if isinstance(error, CellProblem):
            raise
        raise CellProblem("日历上没有这一天", DATE_FORMS) from error


def _within_years(day: date) -> date:
    if day.year not in YEARS:
        raise CellProblem("年份不合理", "1900年以后的日期")
    return day
