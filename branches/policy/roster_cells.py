"""What one cell of a roster says: text, name, date, choice, number. Pure; every refusal says what would be accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from branches.policy.identity import ID_MASK, LANDLINE, MOBILE, PHONE_MASK, id_number_problem, phone_problem
from core.workbooks.values import (
    DASHES,
    SPACES,
    CellProblem,
    heading_key,
    key_of,
    plain_text,
    read_choice,
    read_date,
    read_flag,
    read_text,
)

__all__ = [
    "CellProblem",
    "branch_key",
    "heading_key",
    "key_of",
    "plain_text",
    "read_choice",
    "read_date",
    "read_degree",
    "read_email",
    "read_flag",
    "read_id_number",
    "read_months",
    "read_name",
    "read_phone",
    "read_text",
    "read_work_phone",
]

DOTS = str.maketrans(dict.fromkeys("•・･‧∙⋅●.", "·"))

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003347f"
USUAL_NAME = re.compile("[\u4e00-\u9fff]{2,20}")
NAME = re.compile(rf"[{HAN}A-Za-z][{HAN}A-Za-z· ]*[{HAN}A-Za-z]")
HAN_GAP = re.compile(rf"(?<=[{HAN}·])\s+(?=[{HAN}·])")
MONTHS = re.compile(r"([+-]?\d{1,4})(?:个?月)?")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

POSTGRADUATE_UNSPECIFIED = "研究生"


def branch_key(text: str) -> str:
    """The name or code of an organisation as it is compared; 中共 in front and 委员会 behind do not matter."""
    return key_of(text).removeprefix("中共").removesuffix("委员会")


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


def read_months(raw: Any) -> int:
    """A whole number of months, positive or negative."""
    found = MONTHS.fullmatch(plain_text(raw).translate(DASHES))
    if not found or abs(int(found[1])) > 1200:
        raise CellProblem("应为整数月数", "例如 6 或 -12")
    return int(found[1])


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
