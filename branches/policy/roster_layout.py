"""
The columns of a roster: which headings are known, and where they stand in a sheet. Pure.

Headings: the national export's and the short local one (domain.md §14.3), in any order, below any number of title rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.workbooks.values import EMPTY, column_letter, heading_key

HEADER_SEARCH_ROWS = 20
HEADER_MINIMUM = 3


@dataclass(frozen=True, slots=True)
class RosterField:
    """A column that is stored: the member's field, the headings it is known by, and how a cell is read."""

    name: str
    headings: tuple[str, ...]
    kind: str
    limit: int = 0
    personal: bool = False


FIELDS: tuple[RosterField, ...] = (
    RosterField("name", ("姓名", "党员姓名"), "name"),
    RosterField("gender", ("性别",), "gender"),
    RosterField(
        "id_number", ("公民身份号码", "身份证号码", "身份证号", "公民身份证号码", "身份号码"), "id", personal=True
    ),
    RosterField("ethnicity", ("民族",), "ethnicity"),
    RosterField("birth_date", ("出生日期", "出生年月", "出生年月日", "出生时间"), "date"),
    RosterField("education", ("学历", "文化程度"), "education"),
    RosterField("category", ("人员类别", "党员类别", "党员类型"), "category"),
    RosterField("degree", ("学位",), "degree"),
    RosterField(
        "organisation_id",
        ("所在党支部", "所在党组织", "所属党支部", "所属党组织", "党支部", "所在支部", "党支部名称"),
        "branch",
    ),
    RosterField("group_id", ("所在党小组", "党小组"), "group"),
    RosterField("phone", ("手机号码", "手机号", "手机", "移动电话", "联系电话"), "phone", personal=True),
    RosterField("joined_on", ("入党日期", "入党时间", "加入党组织日期", "加入中共组织的时间"), "date"),
    RosterField("confirmed_on", ("转正日期", "转正时间", "转为正式党员日期"), "date"),
    RosterField("party_age_correction", ("党龄校正值",), "months"),
    RosterField("social_stratum", ("新社会阶层类型",), "text", 40),
    RosterField("position", ("工作岗位",), "text", 60),
    RosterField("technical_post", ("从事专业技术职务",), "text", 60),
    RosterField("is_migrant_worker", ("是否农民工",), "flag"),
    RosterField("is_lost", ("是否失联党员", "是否失联"), "flag"),
    RosterField("is_mobile", ("是否流动党员", "是否流动"), "flag"),
    RosterField("join_type", ("入党类型",), "text", 40),
    RosterField("confirmation", ("转正情况",), "text", 40),
    RosterField("joined_at", ("入党时所在支部", "入党时所在党支部"), "text", 120),
    RosterField("probation_extended_until", ("延长预备期时间", "延长预备期至"), "date"),
    RosterField("native_place", ("籍贯",), "text", 60),
    RosterField("work_phone", ("工作电话", "办公电话", "固定电话"), "work_phone"),
    RosterField("email", ("电子邮件", "电子邮箱", "邮箱"), "email"),
)

NOT_KEPT_ADDRESS = "住址不存储（个人信息最小化）"
NOT_KEPT_DERIVED = "由其他日期得出，不存储"
#: Headings that are known and deliberately not stored, with the reason shown.
NOT_KEPT: dict[str, str] = {
    **dict.fromkeys(("现居住地", "户籍所在地", "家庭住址", "住址", "居住地", "现住址", "户籍地址"), NOT_KEPT_ADDRESS),
    **dict.fromkeys(("党龄", "年龄"), NOT_KEPT_DERIVED),
    **dict.fromkeys(("序号", "编号"), "行号，不存储"),
    **dict.fromkeys(("党籍状态", "离开日期", "减员原因"), "须在党员页面办理，不由名册改动"),
    "党组织代码": "由所在党支部得出，不存储",
}

FIELD_BY_HEADING = {heading_key(heading): entry for entry in FIELDS for heading in entry.headings}
NOT_KEPT_BY_KEY = {heading_key(heading): reason for heading, reason in NOT_KEPT.items()}


#: Where a field stands: the letter of its column ("" where the sheet has none) and its heading.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """The heading row of a sheet: its index, and what stands in which column."""

    row: int
    columns: dict[int, RosterField]
    headings: dict[int, str]
    not_kept: dict[str, str]

    @property
    def names(self) -> set[str]:
        return {entry.name for entry in self.columns.values()}

    def places(self) -> dict[str, Place]:
        """Every field's place, for error messages; fields that the sheet has not are called by their usual heading."""
        places = {entry.name: ("", entry.headings[0]) for entry in FIELDS}
        for index, entry in self.columns.items():
            places[entry.name] = (column_letter(index), self.headings[index])
        return places

    def missing(self, *, branch_known: bool) -> list[str]:
        """Headings without which nothing can be read."""
        missing = [] if branch_known or "organisation_id" in self.names else ["所在党支部"]
        return missing if self.names & {"id_number", "birth_date"} else [*missing, "公民身份号码或出生日期"]


def find_layout(rows: Sequence[Sequence[Any]]) -> Layout | None:
    """
    The heading row: among the first rows the one with most known headings, 姓名 among them; else None. Of two rows of
    merged headings that say the same, the lower: data begin below it.
    """
    best: Layout | None = None
    for number, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        layout = _layout_of(number, row)
        enough = len(layout.columns) >= HEADER_MINIMUM and "name" in layout.names
        if enough and (best is None or len(layout.columns) > len(best.columns) or _repeats(best, layout)):
            best = layout
    return best


def _repeats(above: Layout, layout: Layout) -> bool:
    return layout.row == above.row + 1 and layout.columns == above.columns


def _layout_of(number: int, row: Sequence[Any]) -> Layout:
    columns: dict[int, RosterField] = {}
    not_kept: dict[str, str] = {}
    headings = {index: str(raw).strip().strip("*＊").strip() for index, raw in enumerate(row) if raw not in EMPTY}
    for index, heading in headings.items():
        key = heading_key(heading)
        entry = FIELD_BY_HEADING.get(key)
        if entry and entry not in columns.values():
            columns[index] = entry
        elif entry:
            not_kept[heading] = "重复的列，只读第一列"
        else:
            not_kept[heading] = NOT_KEPT_BY_KEY.get(key, "不认识的列，不读取")
    return Layout(number, columns, headings, not_kept)
