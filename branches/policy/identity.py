"""Citizen ID numbers and phone numbers: what is wrong with one, what it says, and how it is masked. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

CHECK_DIGITS = "10X98765432"
MALE, FEMALE = "1", "2"

ID_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")
ID_MASK = re.compile(r"[0-9]{6}\*{8}[0-9]{3}[0-9X]")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
PHONE_MASK = re.compile(r"[0-9]{3}\*+[0-9]{4}")
LANDLINE = re.compile(r"(?:0[0-9]{2,3}-?)?[1-9][0-9]{6,7}(?:-[0-9]{1,6})?")
TYPED_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9])")
#: 18 characters as people type them, with spaces or hyphens between.
TYPED_ID = re.compile(r"(?<![0-9])[1-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx](?![0-9])")


def id_number_problem(number: str) -> str:
    """
    What is wrong with an 18-character ID number, in Chinese; "" when nothing is (GB 11643-1999: a real birth date, the
    check digit). The area code is not looked up: counties come and go, and a number stays.
    """
    if len(number) == 15 and number.isascii() and number.isdigit():
        return "是15位旧号码，请填写18位公民身份号码"
    if len(number) != 18:
        return f"公民身份号码应为18位，这里是{len(number)}位"
    if not ID_SHAPE.fullmatch(number):
        return "公民身份号码应为17位数字加一位数字或X"
    if _birth_date(number) is None:
        return "公民身份号码中的出生日期不存在"
    if check_digit(number) != number[17]:
        return "公民身份号码末位校验码不符，请核对是否抄错"
    return ""


def check_digit(number: str) -> str:
    """The 18th character that belongs to the first 17 digits."""
    # The standard's weights are powers of 2 modulo 11, and 13 is 2 modulo 11: read to base 13, the digits weigh right.
    return CHECK_DIGITS[2 * int(number[:17], 13) % 11]


def birth_date_of(number: str) -> date:
    """The birth date in a valid ID number."""
    return date.fromisoformat(number[6:14])


def gender_of(number: str) -> str:
    """Code of GB/T 2261.1: odd sequence numbers are men's."""
    return MALE if int(number[16]) % 2 else FEMALE


def mask_id_number(number: str) -> str:
    """First six and last four characters (domain.md §13.5 N11)."""
    return f"{number[:6]}{'*' * 8}{number[-4:]}" if len(number) == 18 else ""


def mask_phone(phone: str) -> str:
    """First three and last four digits."""
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}" if len(phone) > 7 else ""


def phone_problem(phone: str) -> str:
    """What is wrong with a mobile number, in Chinese; "" when nothing is."""
    if MOBILE.fullmatch(phone):
        return ""
    if phone.isascii() and phone.isdigit():
        return f"手机号码应为1开头的11位数字，这里是{len(phone)}位" if len(phone) != 11 else "手机号码号段不存在"
    return "手机号码应为11位数字"


def holds_id_number(text: str) -> bool:
    """Whether free text names a valid ID number (domain.md §13.5 N11), however it is typed."""
    found = TYPED_ID.findall(unicodedata.normalize("NFKC", text))
    return any(not id_number_problem(re.sub("[ -]", "", run).upper()) for run in found)


def holds_mobile(text: str) -> bool:
    """Whether free text names a mobile phone, however it is typed."""
    return TYPED_MOBILE.search(unicodedata.normalize("NFKC", text)) is not None


def _birth_date(number: str) -> date | None:
    try:
        born = birth_date_of(number)
    except ValueError:
        return None
    return born if born.year >= 1880 else None
