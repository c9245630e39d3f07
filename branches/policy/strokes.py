"""
Names in the order of 姓氏笔画: fewer strokes first, then by the strokes themselves (横竖撇点折). Pure.

The table holds some 450 surnames, already in order. Given names after the same surname, and surnames that it lacks, are
put in order of pinyin and reported: such a list is to be looked over and set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Surnames by their number of strokes; within one number in the order of the strokes.
SURNAMES = {
    2: "丁卜刁乜",
    3: "于干万山广门弓卫习马",
    4: "丰王亓井元韦云支火尤车戈水贝牛毛仇从公乌凤勾殳卞文方计尹孔巴邓双毋",
    5: "甘艾古左厉石龙平东卢帅叶申田史冉付代白仝印乐包宁冯兰司弘皮边",
    6: "匡邢戎吉巩权厍成尧毕农师曲吕朱乔伍伏仲任华仰伊向后全危邬庄刘齐充安闫羊关米江汲池汤祁许那阮孙阴牟红纪",
    7: "寿麦扶贡劳芮花苍严苏杜巫李杨束邴怀来连步肖时吴别岑利邱何但佟佘余谷狄邹应冷辛宋闵汪沈沙沃初张陆陈邵邰",
    8: "武幸苗苟范茅林松杭郁欧郏卓尚国昌明易呼罗牧和季竺岳佴金周鱼冼庞宗宓於空郑单郎房居屈孟终经",
    9: "封项赵贲郝荆荣荀胡茹柯查相柏柳郦咸战钟钭钮郜秋种段禹侯俟须俞郗逄昝饶宣宦宫施闻养姜娄洪祖祝费胥姚贺羿骆",
    10: "秦班敖袁都索耿聂莫莘晋桂桓贾夏顾柴党晁晏钱倪徐殷奚翁卿凌栾高郭席唐家容宰益浦海涂诸谈陶姬通能桑",
    11: "堵黄萧梅曹戚龚盛常鄂崔符麻庾康章寇宿阎盖梁谌扈逯尉屠隗隆巢",
    12: "越揭彭葛董敬蒋韩辜惠覃粟景喻嵇程税傅焦储舒鲁童富曾湛温滑游禄谢强缑",
    13: "雷勤靳蒙蓝蒯蓟蓬蒲裘赖甄慎訾虞路简詹鲍解廉窦雍阙满褚",
    14: "慕蔡蔺蔚臧裴管廖韶阚谭暨翟熊缪",
    15: "樊暴黎滕颜潘",
    16: "霍操燕薛薄融冀穆衡",
    17: "璩戴鞠魏糜濮",
    18: "瞿",
    20: "酆籍",
    21: "夔",
}
_PLACES = {char: (strokes, place) for strokes, row in SURNAMES.items() for place, char in enumerate(row)}
_UNKNOWN = (99, 0)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Positions of the names given, in order; and what a person should look over, in Chinese ("" if nothing)."""

    order: tuple[int, ...]
    doubt: str


def by_strokes(names: Sequence[tuple[str, str]]) -> Ordered:
    """Put (name, pinyin) pairs in order of the surname's strokes; a compound surname counts by its first character."""
    ranked = sorted(
        range(len(names)), key=lambda index: (_PLACES.get(names[index][0][:1], _UNKNOWN), *_rest(names[index]))
    )
    surnames = [name[:1] for name, _ in names]
    unknown = sorted({surname for surname in surnames if surname not in _PLACES})
    doubled = sorted({surname for surname in surnames if surnames.count(surname) > 1})
    doubts = [f"“{'、'.join(unknown)}”不在姓氏笔画表中"] if unknown else []
    doubts += [f"同姓（{'、'.join(doubled)}）的按拼音排列"] if doubled else []
    return Ordered(tuple(ranked), "；".join(doubts) + "，请核对后手工调整次序。" if doubts else "")


def _rest(pair: tuple[str, str]) -> tuple[int, str, str]:
    """After the same surname: names of fewer characters first, then by pinyin."""
    name, pinyin = pair
    return len(name), pinyin, name
