"""Reusable field checks, with Chinese messages."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError as NumberError

from core.calendar import local_today


def validate_uscc(value: str) -> None:
    """Unified social credit code, 18 characters with check digit (GB 32100-2015)."""
    try:
        uscc.validate(value)
    except NumberError as error:
        raise ValidationError("统一社会信用代码不正确：应为18位，末位为校验码。", code="uscc") from error


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
