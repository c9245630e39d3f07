"""What a password must be. Figures are settings (``PORTAL``); GB/T 22239 asks for complexity and gives no numbers."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from pypinyin import lazy_pinyin

if TYPE_CHECKING:
    from accounts.models import User

SYMBOLS = "!@#$%^&*-_=+?"
_PLAIN = str.maketrans("013457@$!", "oleastasi")
_TAIL = string.digits + string.punctuation
_ROWS = (string.ascii_lowercase, string.digits + "0", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv")
_RUN = 6  # this many neighbours in a row are a pattern, not a choice
_RUNS = frozenset(row[at : at + _RUN][::way] for row in _ROWS for at in range(len(row) - _RUN + 1) for way in (1, -1))
_MIN_DISTINCT = 6


class LengthValidator:
    def __init__(self, min_length: int = 12, max_length: int = 64) -> None:
        self.min_length = min_length
        self.max_length = max_length

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(f"密码太短，至少 {self.min_length} 个字符。", code="password_too_short")
        if len(password) > self.max_length:
            raise ValidationError(f"密码太长，最多 {self.max_length} 个字符。", code="password_too_long")

    def get_help_text(self) -> str:
        return f"密码须有 {self.min_length} 至 {self.max_length} 个字符，可以粘贴。"


class ClassesValidator:
    """Capital letters, small letters, digits, anything else: three of the four."""

    def __init__(self, required: int = 3) -> None:
        self.required = required

    def validate(self, password: str, user: User | None = None) -> None:
        found = {self._class_of(character) for character in password}
        if len(found) < self.required:
            raise ValidationError(
                f"密码须包含大写字母、小写字母、数字、其他字符这四类中的至少 {self.required} 类。",
                code="password_too_plain",
            )

    def get_help_text(self) -> str:
        return f"大写字母、小写字母、数字、其他字符，至少用上 {self.required} 类。"

    @staticmethod
    def _class_of(character: str) -> str:
        if character in string.digits:
            return "digit"
        if character in string.ascii_lowercase:
            return "lower"
        return "upper" if character in string.ascii_uppercase else "other"


class CommonValidator(CommonPasswordValidator):
    """Refuse Django's list of common passwords, also with a tail or letters in disguise, and keyboard runs."""

    def validate(self, password: str, user: User | None = None) -> None:
        lowered = password.lower()
        listed = {lowered, lowered.rstrip(_TAIL), lowered.rstrip(_TAIL).translate(_PLAIN)} & self.passwords
        if listed or len(set(lowered)) < _MIN_DISTINCT or any(run in lowered for run in _RUNS):
            raise ValidationError("密码太常见，容易被猜中。", code="password_too_common")

    def get_help_text(self) -> str:
        return "不能是常见的密码，例如 Password@123456。"


class OwnNamesValidator:
    """Refuse a password that contains the person's own names or those of the person's organisations."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        lowered = password.lower()
        if any(word in lowered for word in self._words(user)):
            raise ValidationError("密码不能包含本人姓名、用户名或单位名称（包括拼音）。", code="password_too_similar")

    def get_help_text(self) -> str:
        return "不能包含本人姓名、用户名或单位名称（包括拼音）。"

    def _words(self, user: User) -> Iterator[str]:
        names = [user.username, user.email.partition("@")[0], user.name, *organisation_names(user)]
        for name in filter(None, names):
            if len(name) >= (3 if name.isascii() else 2):
                yield name.lower()
            if not name.isascii() and len(pinyin := "".join(lazy_pinyin(name))) >= 5:
                yield pinyin.lower()


def organisation_names(user: User) -> list[str]:
    """Full and short names of the organisations where the user is posted, and of their units."""
    if user.pk is None:
        return []
    rows = user.postings.standing().values_list("organisation__path", flat=True)
    paths = {prefix for path in rows for prefix in (path, path[:8])}
    organisation = user.postings.model._meta.get_field("organisation").related_model
    pairs = organisation._default_manager.filter(path__in=paths).values_list("name", "short_name")
    return [name for pair in pairs for name in pair]


def initial_password() -> str:
    """A random password of four classes without look-alikes; at least 16 characters."""
    pools = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", SYMBOLS)
    length = max(16, settings.PORTAL["PASSWORD_MIN_LENGTH"])
    characters = [secrets.choice(pool) for pool in pools]
    characters += [secrets.choice("".join(pools)) for _ in range(length - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
