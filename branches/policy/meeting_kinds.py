"""
What each kind of organisation life has of its own: fields, who comes, what fits together (支部工作条例 arts. 11-17).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

ASSEMBLY = "assembly"
COMMITTEE = "committee_meeting"
GROUP = "group_meeting"
LECTURE = "lecture"
THEME_DAY = "theme_day"
LIFE_MEETING = "life_meeting"
APPRAISAL = "appraisal"
STUDY = "study"
WARNING_EDUCATION = "warning_education"
DUTY_REPORT = "duty_report"

#: What several branches may hold together: where each branch decides for itself, each holds its own meeting.
JOINT_KINDS = frozenset({LECTURE, THEME_DAY, STUDY, WARNING_EDUCATION})

#: The fields of ``DetailData`` that belong to each kind, in the order of the page.
DETAIL_FIELDS: dict[str, tuple[str, ...]] = {
    LECTURE: ("lecture_topic", "lecturer", "lecturer_post", "lecture_hours"),
    THEME_DAY: ("theme", "theme_preset", "with_study", "with_life", "with_deliberation", "with_service"),
    LIFE_MEETING: ("held_as", "studied_on", "talked_on", "consulted_on", "criticised"),
}

PREPARATION = {"studied_on": "会前学习", "talked_on": "会前谈心谈话", "consulted_on": "会前征求意见"}
HOURS_MAXIMUM = Decimal(12)

#: Words in an agenda that tell of a matter for the vote of an assembly (支部工作条例 art. 11).
_DECIDED_BY_VOTE = (
    "接收预备党员", "接收", "转正", "延长预备期", "取消预备", "选举", "推选", "推荐代表", "表彰", "表扬", "处分",
    "处置", "表决",
)  # fmt: skip

KIND_NOTES: dict[str, str] = {
    ASSEMBLY: "表决须有半数以上有表决权的党员到会，赞成超过应到会有表决权的半数为通过（《支部工作条例》第十一条）。",
    COMMITTEE: "支委会须有半数以上委员到会（《支部工作条例》第十二条）。",
    GROUP: "党小组会组织政治学习、谈心谈话、开展批评和自我批评（《支部工作条例》第十三条）。",
    THEME_DAY: "主题由支部事先研究确定，每月相对固定1天（《支部工作条例》第十六条）。",
    LIFE_MEETING: "一般每年召开1次，安排在第四季度；查摆出的问题写进“整改事项”，逐一落实（《支部工作条例》第十七条）。",
    DUTY_REPORT: "书记每年向上级党组织述职，接受评议考核（《机关基层组织工作条例》第三十九条）。",
    APPRAISAL: "程序是个人自评、党员互评、民主测评、组织评定（《支部工作条例》第十八条）；提交后在记录页登记等次。",
}


@dataclass(frozen=True, slots=True)
class DetailData:
    """The fields of single kinds; everything may be left out."""

    lecturer: str = ""
    lecturer_post: str = ""
    lecture_topic: str = ""
    lecture_hours: Decimal | None = None
    theme: str = ""
    theme_preset: bool = False
    with_study: bool = False
    with_life: bool = False
    with_deliberation: bool = False
    with_service: bool = False
    held_as: str = ""
    studied_on: date | None = None
    talked_on: date | None = None
    consulted_on: date | None = None
    criticised: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self))


#: The fields of one kind each, empty: what a log says that has no row of details.
NO_DETAIL = DetailData()


def detail_fields(kinds: Iterable[str]) -> tuple[str, ...]:
    """The fields of all these kinds, in the order of the page."""
    return tuple(name for kind, names in DETAIL_FIELDS.items() if kind in set(kinds) for name in names)


def audience(kind: str, held_as: str = "") -> str:
    """Who should come: ASSEMBLY for all members, COMMITTEE, or GROUP. A 组织生活会 has that of its form (art. 17)."""
    if kind == LIFE_MEETING and held_as in (COMMITTEE, GROUP):
        return held_as
    return kind if kind in (COMMITTEE, GROUP) else ASSEMBLY


def also_allowed(also: Mapping[str, tuple[str, ...]], kind: str, held_as: str = "") -> tuple[str, ...]:
    """As what else the log may count: a 组织生活会 of the committee or of a group is theirs and not the branch's."""
    form = audience(kind, held_as)
    if kind == LIFE_MEETING and form != ASSEMBLY:
        return (form, STUDY)
    return also.get(kind, ())


def detail_problems(kinds: Collection[str], detail: DetailData, held_on: date) -> dict[str, list[str]]:
    """What cannot be so among the fields of single kinds, in Chinese, by field."""
    found: dict[str, list[str]] = {}
    if LECTURE in kinds and detail.lecture_hours is not None and not 0 < detail.lecture_hours <= HOURS_MAXIMUM:
        found["lecture_hours"] = [f"学时应大于0，不超过{HOURS_MAXIMUM}。"]
    for name, label in PREPARATION.items() if LIFE_MEETING in kinds else ():
        if (day := getattr(detail, name)) and day > held_on:
            found[name] = [f"{label}在会前进行，日期不能晚于会议日期。"]
    return found


def joint_problems(kinds: Collection[str], guests: Collection[int], allowed: Collection[int]) -> list[str]:
    """Whether these branches may hold this meeting together."""
    if not guests:
        return []
    if not JOINT_KINDS.issuperset(kinds):
        return ["只有党课、主题党日、专题学习、警示教育可以几个党支部共同召开；其他会议由各党支部自己召开、自己表决。"]
    if set(guests) - set(allowed):
        return ["共同召开的党支部应是本单位当天正常的其他党支部，请重新选择。"]
    return []


def votes_missing(kinds: Collection[str], agenda: str, subjects: Iterable[str]) -> list[str]:
    """Items of an assembly's agenda that are decided by vote (支部工作条例 art. 11) and have none; advice only."""
    if ASSEMBLY not in kinds:
        return []
    voted = "\n".join(subjects)
    items = [line.strip() for line in agenda.splitlines() if any(word in line for word in _DECIDED_BY_VOTE)]
    if not voted:
        return items
    return [item for item in items if not _is_voted(item, voted)]


def _is_voted(item: str, voted: str) -> bool:
    """Whether a vote names the item or the same matter."""
    return item in voted or any(word in item and word in voted for word in _DECIDED_BY_VOTE)
