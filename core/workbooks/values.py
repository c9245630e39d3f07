"""
What one cell of an uploaded sheet says: text, date, number, money, choice, yes or no. Pure; every refusal says what
would be accepted instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
SPACES = re.compile(r"\s+")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣", "-"))
FULL_DATE = re.compile(r"(\d{4}) ?[-./年] ?(\d{1,2}) ?[-./月] ?(\d{1,2}) ?日?")
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
PART_DATE = re.compile(r"\d{4} ?([-./年] ?\d{1,2} ?月?|年|\d{2})?")
MIDNIGHT = re.compile(r"[T ]00?:00(:00(\.0+)?)?$")
BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
SERIAL_EPOCH = date(1899, 12, 30)
SERIALS = range(4384, 73416)  # 1912-01-01 to 2100-12-31 as Excel counts days
YEARS = range(1900, 2101)
DATE_FORMS = "写成 2019-07-01、2019.7.1、2019/7/1 或 2019年7月1日"
YES = frozenset({"是", "有", "1", "y", "yes", "true", "√", "✓"})
NO = frozenset({"否", "无", "0", "n", "no", "false", "×", "✗"})
EMPTY = ("", None)
FILLED_AT_MOST = 500_000
LONG_DIGITS = re.compile(r"[0-9]{7,}[0-9X]?")
MONEY_MARKS = re.compile(r"[,，¥￥元\s]")
GROUPING = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
DIGITS = re.compile(r"-?\d+(\.\d+)?")
CENT = Decimal("0.01")
LARGEST_SUM = Decimal("9999999999.99")
MONEY_FORMS = "写成 5000 或 5000.00"
NUMBER_FORMS = "写成 12 或 12.5，不带单位"


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


def read_lines(limit: int) -> Callable[[Any], str]:
    """A reader of free text of at most ``limit`` characters that keeps its line breaks."""

    def read(raw: Any) -> str:
        lines = [" ".join(line.split()) for line in _written(raw).replace("\r\n", "\n").split("\n")]
        text = "\n".join(line for line in lines if line)
        if len(text) > limit:
            raise CellProblem(f"有{len(text)}个字，超过{limit}个字的上限", "缩短后再导入")
        return text

    return read


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


def read_flag(raw: Any) -> bool:
    text = plain_text(raw).casefold()
    if text in YES:
        return True
    if text in NO:
        return False
    raise CellProblem("只能填“是”或“否”", "是、否")


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


def read_money(raw: Any) -> Decimal | None:
    """Yuan of a cell, None for an empty one. What Excel keeps as a number is read by the digits that it shows."""
    if isinstance(raw, bool | date):
        raise CellProblem("不是金额", MONEY_FORMS)
    text = MONEY_MARKS.sub("", repr(raw) if isinstance(raw, int | float) else plain_text(raw))
    if not text:
        return None
    if not DIGITS.fullmatch(text):
        raise CellProblem("不是金额", MONEY_FORMS)
    amount = Decimal(text)
    if amount < 0 or amount > LARGEST_SUM:
        raise CellProblem("金额不在可用的范围内", "大于等于0")
    if amount != amount.quantize(CENT):
        raise CellProblem("金额最多到分", "保留两位小数")
    return amount.quantize(CENT)


def read_number(raw: Any) -> Decimal:
    """A plain number; commas between thousands and a plus sign in front do not matter."""
    if isinstance(raw, bool | date):
        raise CellProblem("不是数字", NUMBER_FORMS)
    text = repr(raw) if isinstance(raw, int | float) else plain_text(raw).translate(DASHES)
    text = GROUPING.sub("", text).replace(" ", "").removeprefix("+")
    if not DIGITS.fullmatch(text) or len(text) > 20:
        raise CellProblem("不是数字", NUMBER_FORMS)
    return Decimal(text)


def read_integer(raw: Any) -> int:
    """A whole number; 12.0 is one."""
    number = read_number(raw)
    if number != int(number):
        raise CellProblem("应为整数", "不带小数和单位")
    return int(number)


def conceal(text: str) -> str:
    """Text with every long run of digits blanked but for its ends, fit to be kept or shown in an error list."""
    return LONG_DIGITS.sub(lambda found: f"{found[0][:3]}{'*' * (len(found[0]) - 5)}{found[0][-2:]}", text)


def column_letter(index: int) -> str:
    """Excel's name of a column; 0 is A."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def merged_fill(rows: Sequence[list[Any]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """
    Give every row of a merged range the value of its first cell, in the range's first column: what stands once for
    several people holds for each of them. At most FILLED_AT_MOST cells, for a file may claim any range.
    """
    left = FILLED_AT_MOST
    for (first, column), (last, _) in merged:
        value = rows[first][column] if first < len(rows) and column < len(rows[first]) else ""
        inside = range(first + 1, min(last + 1, len(rows), first + 1 + left))
        for row in inside if value not in EMPTY else ():
            if column < len(rows[row]) and rows[row][column] in EMPTY:
                rows[row][column] = value
        left -= len(inside)
