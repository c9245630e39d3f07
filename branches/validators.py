"""Reusable field checks, with Chinese messages."""

from __future__ import annotations

import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as NumberError

from core.calendar import local_today


def validate_uscc(value: str) -> None:
    """Unified social credit code, 18 characters with check digit (GB 32100-2015)."""
    try:
        if value != uscc.compact(value):
            raise NumberError
        uscc.validate(value)
    except InvalidLength as error:
        text = f"统一社会信用代码不正确：应为18位，现在是{len(value)}位。"
        raise ValidationError(text, code="uscc") from error
    except InvalidChecksum as error:
        raise ValidationError("统一社会信用代码不正确：末位校验码不符，请核对是否有错字。", code="uscc") from error
    except NumberError as error:
        text = "统一社会信用代码不正确：只用数字和大写字母，不用I、O、S、V、Z，第3至8位是数字。"
        raise ValidationError(text, code="uscc") from error


#: Control, format (direction, zero width), line and paragraph characters: unseen, they forge what one sees.
UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})


def validate_plain_text(value: str) -> None:
    """A name or title of one line: no control characters and none that turn the direction of what is shown."""
    for place, sign in enumerate(value, start=1):
        if unicodedata.category(sign) in UNSEEN:
            text = f"第{place}个字符是看不见的控制字符（U+{ord(sign):04X}），请删除后重新输入。"
            raise ValidationError(text, code="plain_text")


def validate_id_number(value: str) -> None:
    """Citizen ID number, 18 characters with check digit and a real birth date (GB 11643-1999)."""
    try:
        if len(value) != 18:
            raise NumberError
        ric.validate(value)
    except (NumberError, KeyError) as error:  # the library raises KeyError for an area code it does not know
        raise ValidationError("公民身份号码不正确：应为18位，末位校验码须相符。", code="id_number") from error


def validate_not_future(value: date) -> None:
    if value > local_today():
        raise ValidationError("日期不能晚于今天。", code="future")
