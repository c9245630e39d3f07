"""Pinyin of names, by which lists are sorted and searched.

Stored with a space between syllables ("zhang san"), so that people of one surname stand together; searched without.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pypinyin import Style, pinyin

#: Characters that read differently as a surname.
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "盖": "ge",
    "任": "ren", "华": "hua", "翟": "zhai", "缪": "miao", "员": "yun", "召": "shao", "折": "she", "繁": "po",
    "秘": "bi", "牟": "mu", "尉": "wei", "阚": "kan", "祭": "zhai", "郗": "xi", "种": "chong", "宓": "fu",
    "乜": "nie", "佴": "nai", "句": "gou", "卜": "bu", "那": "na", "黑": "he", "隗": "wei", "能": "nai",
    "乐": "yue", "覃": "qin", "薄": "bo", "钭": "tou", "洗": "xian", "宁": "ning", "燕": "yan", "纪": "ji",
}  # fmt: skip

COMPOUND_SURNAMES = {
    "尉迟": ("yu", "chi"), "长孙": ("zhang", "sun"), "万俟": ("mo", "qi"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "令狐": ("ling", "hu"), "欧阳": ("ou", "yang"), "司马": ("si", "ma"),
    "上官": ("shang", "guan"), "诸葛": ("zhu", "ge"), "皇甫": ("huang", "fu"), "夏侯": ("xia", "hou"),
    "慕容": ("mu", "rong"), "宇文": ("yu", "wen"), "呼延": ("hu", "yan"), "宗政": ("zong", "zheng"),
    "濮阳": ("pu", "yang"), "淳于": ("chun", "yu"), "公孙": ("gong", "sun"), "轩辕": ("xuan", "yuan"),
}  # fmt: skip

NAME_PINYIN_LIMIT = 120
NAME_INITIALS_LIMIT = 20
TITLE_PINYIN_LIMIT = 240
TITLE_INITIALS_LIMIT = 60


def person_pinyin(name: str) -> tuple[str, str]:
    """("shan xiong xin", "sxx") of a person's name; the surname is read as a surname."""
    syllables = _surname_syllables(name)
    syllables += [read for character in name[len(syllables) :] if (read := _syllable(character))]
    initials = "".join([syllable[0] for syllable in syllables])
    return " ".join(syllables)[:NAME_PINYIN_LIMIT].rstrip(), initials[:NAME_INITIALS_LIMIT]


def title_pinyin(title: str) -> tuple[str, str]:
    """Pinyin and initials of an organisation's name, read word by word: 银行 is yin hang."""
    syllables = [_letters(found[0]) for found in pinyin(title, style=Style.NORMAL, errors=_apart)]
    kept = [syllable for syllable in syllables if syllable]
    initials = "".join([syllable[0] for syllable in kept])
    return " ".join(kept)[:TITLE_PINYIN_LIMIT].rstrip(), initials[:TITLE_INITIALS_LIMIT]


def _surname_syllables(name: str) -> list[str]:
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:
        return list(COMPOUND_SURNAMES[name[:2]])
    return [SURNAMES[name[0]]] if name[:1] in SURNAMES else []


@lru_cache(maxsize=8192)
def _syllable(character: str) -> str:
    return _letters(pinyin(character, style=Style.NORMAL, errors=_apart)[0][0])


def _apart(text: str) -> Any:
    """What is no Chinese character stays, each sign by itself."""
    return list(text)


def _letters(syllable: str) -> str:
    return "".join(filter(str.isalnum, syllable)).lower()
