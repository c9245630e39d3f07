"""ID numbers and phones of members: set encrypted, hashed and masked together; read back only by a reveal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from branches.models import Member
from branches.policy.identity import (
    birth_date_of,
    gender_of,
    holds_id_number,
    holds_mobile,
    id_number_problem,
    mask_id_number,
    mask_phone,
    phone_problem,
)
from core.crypto import decrypt, encrypt, keyed_hash

ID_FIELDS = ("id_number_cipher", "id_number_hash", "id_number_mask")
PHONE_FIELDS = ("phone_cipher", "phone_hash", "phone_mask")


@dataclass(frozen=True, slots=True)
class Personal:
    """What a reveal shows, once."""

    id_number: str
    phone: str


def clean_id_number(text: str) -> str:
    """The number without spaces, X in capitals ("" stays ""); ValidationError on ``id_number`` if it cannot be one."""
    number = "".join(text.split()).upper()
    if number and (problem := id_number_problem(number)):
        raise ValidationError({"id_number": f"{problem}。"})
    return number


def clean_phone(text: str) -> str:
    """The number without spaces and hyphens; ValidationError on ``phone`` where it is no mobile number."""
    number = "".join(text.split()).replace("-", "")
    if number and (problem := phone_problem(number)):
        raise ValidationError({"phone": f"{problem}。"})
    return number


def set_id_number(member: Member, text: str) -> None:
    """Store the number in its three forms, and check it against birth date and gender, filling them where unknown."""
    number = clean_id_number(text)
    member.id_number_cipher, member.id_number_hash = encrypt(number), keyed_hash(number)
    member.id_number_mask = mask_id_number(number)
    if not number:
        return
    born, gender = birth_date_of(number), gender_of(number)
    if member.birth_date not in (None, born):
        raise ValidationError({"birth_date": f"与公民身份号码中的出生日期{born}不一致。"})
    if member.gender in "12" and member.gender != gender:
        raise ValidationError({"gender": "与公民身份号码中的性别不一致。"})
    member.birth_date, member.gender = born, gender


def set_phone(member: Member, text: str) -> None:
    number = clean_phone(text)
    member.phone_cipher, member.phone_hash, member.phone_mask = encrypt(number), keyed_hash(number), mask_phone(number)


def read_personal(member: Member) -> Personal:
    return Personal(decrypt(member.id_number_cipher), decrypt(member.phone_cipher))


def refuse_personal_numbers(texts: Mapping[str, str]) -> None:
    """Free texts by field hold neither ID numbers nor mobile phones (domain.md §13.5 N11); ValidationError by field."""
    found = {field: "这里不要写身份号码。" for field, text in texts.items() if holds_id_number(text)}
    found |= {
        field: "这里不要写手机号码。" for field, text in texts.items() if field not in found and holds_mobile(text)
    }
    if found:
        raise ValidationError(found)
