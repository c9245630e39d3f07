"""What a password must be, with messages in Chinese."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.passwords import initial_password, organisation_names
from accounts.roles import Role
from tests.conftest import City
from tests.factories import make_user


def problems(password: str, user: User | None = None) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("Aa1!aB2@", "密码太短"),
        ("Kp7!" * 17, "密码太长"),
        ("jiandankouling", "四类"),
        ("JIANDAN1234567", "四类"),
        ("Password@123456", "太常见"),
        ("P@ssw0rd@2026", "太常见"),
        ("Qwerty!@#12zpm", "太常见"),
        ("Aa1!Aa1!Aa1!", "太常见"),
        ("Guanli@123456", "太常见"),
        ("Ab!654321zzqq", "太常见"),
    ],
)
def test_refused(password: str, word: str) -> None:
    found = problems(password)
    assert any(word in text for text in found), found


@pytest.mark.parametrize("password", ["Zhengque-Mima-2026", "春风十里 Ab9 不如你好吗", "Kp7!" * 8 + "xYz-QwM#" * 4])
def test_accepted(password: str) -> None:
    assert len(password) <= 64
    assert problems(password) == []


def test_own_names_are_refused(city: City) -> None:
    user = make_user(Role.BRANCH_SECRETARY, city.branch, "lisan.mu", name="李三木", email="laolisan@example.org")
    assert {"整理一科党支部", "市档案整理中心"} <= set(organisation_names(user))
    for password in (
        "Lisan.Mu-77-Kq",
        "xX9-LiSanMu-22",
        "李三木 Kq-77-Zx!",
        "Aq1-Laolisan-9",
        "Q7-ShiDangAnZhengLiZhongXin",
    ):
        assert any("本人姓名" in text for text in problems(password, user)), password
    assert problems("Zhengque-Mima-2026", user) == []


def test_a_new_account_is_judged_before_it_is_stored() -> None:
    assert problems("Xx1-wangqiao-9", User(username="wangqiao", name="王七巧")) != []


def test_initial_passwords_pass_the_policy() -> None:
    made = {initial_password() for _ in range(200)}
    assert len(made) == 200
    assert [password for password in made if problems(password)] == []
    assert min(map(len, made)) >= 16


def test_every_text_is_chinese() -> None:
    texts = password_validators_help_texts() + problems("a") + problems("password" * 10)
    assert len(texts) > 6
    assert [text for text in texts if not any("\u4e00" <= character <= "\u9fff" for character in str(text))] == []
