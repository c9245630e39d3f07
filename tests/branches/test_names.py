"""Pinyin of persons and organisations."""

import pytest

from branches.services.names import person_pinyin, title_pinyin


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("张三", "zhang san", "zs"),
        ("单雄信", "shan xiong xin", "sxx"),
        ("曾国", "zeng guo", "zg"),
        ("仇英", "qiu ying", "qy"),
        ("解缙", "xie jin", "xj"),
        ("查良", "zha liang", "zl"),
        ("区大相", "ou da xiang", "odx"),
        ("朴树", "piao shu", "ps"),
        ("盖天", "ge tian", "gt"),
        ("任飞", "ren fei", "rf"),
        ("华罗", "hua luo", "hl"),
        ("尉迟恭", "yu chi gong", "ycg"),
        ("阿依古丽·买买提", "a yi gu li mai mai ti", "ayglmmt"),
    ],
)
def test_surnames_are_read_as_surnames(name, pinyin, initials):
    assert person_pinyin(name) == (pinyin, initials)


def test_titles_are_read_by_words_and_fit():
    assert title_pinyin("市银行第2党支部（机关）") == ("shi yin hang di 2 dang zhi bu ji guan", "syhd2dzbjg")
    pinyin, initials = title_pinyin("党" * 60)
    assert (len(pinyin) <= 240, len(initials)) == (True, 60)
