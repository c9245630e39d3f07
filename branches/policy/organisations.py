"""What the rules advise about an organisation's size and committee, and how its name is usually formed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BRANCH_RULES = "《中国共产党支部工作条例（试行）》"
ORGAN_RULES = "《中国共产党党和国家机关基层组织工作条例》"

TYPE_ENDINGS = {
    "611": "机关委员会",
    "621": "总支部委员会",
    "631": "支部委员会",
    "632": "联合支部委员会",
    "911": "临时委员会",
    "921": "临时总支部委员会",
    "931": "临时支部委员会",
    "932": "临时联合支部委员会",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """Something that does not fit a rule: advice, for the rules say 一般."""

    rule: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Headcount:
    """Present members of an organisation and everything below it, and those who sit in its committee."""

    full: int
    probationary: int
    committee: int = 0

    @property
    def total(self) -> int:
        return self.full + self.probationary


def branch_advice(count: Headcount) -> Iterator[Advice]:
    """R01 and R02 (支部工作条例 arts. 4 and 20; domain.md §1.1, §1.2). Not for temporary branches."""
    article_4, article_20 = f"{BRANCH_RULES}第四条", f"{BRANCH_RULES}第二十条"
    if count.full < 3:
        text = f"正式党员{count.full}人，不足3人，宜与邻近单位成立联合党支部。"
        yield Advice("R01", text, article_4)
    if count.total > 50:
        yield Advice("R01", f"党员{count.total}人；党支部党员人数一般不超过50人，宜考虑分设。", article_4)
    if count.full >= 7 and count.committee < 3:
        have = f"现有委员{count.committee}人" if count.committee else "还没有登记支部委员"
        text = f"正式党员{count.full}人，7人以上应当设立支部委员会，由3至5人组成；{have}。"
        yield Advice("R02", text, article_20)
    if count.full < 7 and count.committee >= 3:
        text = f"正式党员{count.full}人，不足7人的党支部设1名书记，必要时可以设1名副书记；现有委员{count.committee}人。"
        yield Advice("R02", text, article_20)
    if count.committee > 7:
        yield Advice("R02", f"支部委员会现有{count.committee}人，一般不超过7人。", article_20)


def committee_advice(count: Headcount) -> Iterator[Advice]:
    """R14 for a 机关党委 (机关基层组织工作条例 art. 5)."""
    if count.total < 100:
        text = (
            f"党员{count.total}人；机关党员100人以上设立机关党委，不足100人的，因工作需要经上级党组织批准也可以设立。"
        )
        yield Advice("R14", text, f"{ORGAN_RULES}第五条")


def general_branch_advice(count: Headcount) -> Iterator[Advice]:
    """R14 for a 党总支 (机关基层组织工作条例 art. 6)."""
    if not 50 <= count.total < 100:
        usual = "机关党员50人以上、100人以下设立党总支，不足50人的，因工作需要经上级党组织批准也可以设立"
        text = f"党员{count.total}人；{usual}。"
        yield Advice("R14", text, f"{ORGAN_RULES}第六条")


def suggested_name(unit_name: str, type_code: str) -> str:
    """「中共+单位名称+党组织类型」 (domain.md §14.3)."""
    return f"中共{unit_name.removeprefix('中共')}{TYPE_ENDINGS.get(type_code, '')}"


def next_code(parent_code: str, existing: list[str]) -> str:
    """The parent's code and a serial of three digits, one above the highest ever given under it."""
    prefix = f"{parent_code}-"
    serials = [code[len(prefix) :] for code in existing if code.startswith(prefix)]
    highest = max((int(serial) for serial in serials if serial.isascii() and serial.isdigit()), default=0)
    return f"{prefix}{highest + 1:03d}"
