"""Minutes of a meeting as values: what is written down, who is expected, what is impossible (domain.md §1.3, §14.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from branches.policy import votes
from branches.policy.identity import holds_id_number
from branches.policy.meeting_kinds import (
    APPRAISAL,
    ASSEMBLY,
    COMMITTEE,
    DUTY_REPORT,
    GROUP,
    LECTURE,
    LIFE_MEETING,
    NO_DETAIL,
    STUDY,
    THEME_DAY,
    WARNING_EDUCATION,
    DetailData,
    also_allowed,
    audience,
    detail_problems,
    joint_problems,
)
from core.periods import Freq, period_of

LATE = 5
PRESENT = 6
PRESENT_STATUSES = (PRESENT, LATE)
STATUSES = frozenset(range(1, 8))
NOTE_LIMIT = 60

#: As what else one log may count. A meeting of the committee or of a group has not all members there, so it never
#: counts as something the whole branch owes; 组织生活会 may be held in any of three forms (支部工作条例 art. 17).
ALSO: dict[str, tuple[str, ...]] = {
    ASSEMBLY: (LECTURE, THEME_DAY, LIFE_MEETING, APPRAISAL, STUDY, WARNING_EDUCATION, DUTY_REPORT),
    COMMITTEE: (LIFE_MEETING, STUDY),
    GROUP: (LIFE_MEETING, STUDY),
    LECTURE: (ASSEMBLY, THEME_DAY, STUDY, WARNING_EDUCATION),
    THEME_DAY: (ASSEMBLY, LECTURE, STUDY, WARNING_EDUCATION),
    LIFE_MEETING: (ASSEMBLY, THEME_DAY, APPRAISAL, STUDY, DUTY_REPORT),
    APPRAISAL: (ASSEMBLY, LIFE_MEETING, DUTY_REPORT),
    STUDY: (ASSEMBLY, THEME_DAY, LECTURE, WARNING_EDUCATION),
    WARNING_EDUCATION: (ASSEMBLY, THEME_DAY, LECTURE, STUDY),
    DUTY_REPORT: (ASSEMBLY, LIFE_MEETING, APPRAISAL),
}

#: Kinds in which something may be put to the vote; admission is decided by the assembly alone (支部工作条例 art. 11).
VOTING_KINDS = frozenset({ASSEMBLY, COMMITTEE, GROUP, LIFE_MEETING, APPRAISAL})

_TITLES: dict[str, tuple[str, Freq]] = {
    ASSEMBLY: ("支部党员大会", Freq.QUARTER),
    COMMITTEE: ("支委会", Freq.MONTH),
    GROUP: ("党小组会", Freq.MONTH),
    LECTURE: ("党课", Freq.QUARTER),
    THEME_DAY: ("主题党日", Freq.MONTH),
    LIFE_MEETING: ("组织生活会", Freq.YEAR),
    APPRAISAL: ("民主评议党员", Freq.YEAR),
    STUDY: ("专题学习", Freq.MONTH),
    WARNING_EDUCATION: ("警示教育", Freq.QUARTER),
    DUTY_REPORT: ("书记述职", Freq.YEAR),
}


#: Where free text stands, with the words of the page; none of it may name an ID number (domain.md §13.5 N11).
_TEXTS = {
    "title": "主题", "place": "地点", "host": "主持人", "recorder": "记录人", "observers": "列席人员", "agenda": "议题",
    "study": "学习内容", "discussion": "发言要点与讨论情况", "resolution": "决议", "late_note": "补记说明",
}  # fmt: skip
_DETAIL_TEXTS = {"lecturer": "讲课人", "lecture_topic": "党课题目", "theme": "党日主题"}
TEXT_LABELS = {**_TEXTS, **_DETAIL_TEXTS, "reason": "更正原因"}


@dataclass(frozen=True, slots=True)
class Seat:
    """One person who should attend, as of the day of the meeting. ``guest_id``: the other branch of a joint meeting."""

    member_id: int
    name: str
    has_vote: bool
    probationary: bool = False
    guest_id: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """How one person attended: a stored status code, and a word on it."""

    status: int = PRESENT
    note: str = ""

    @property
    def present(self) -> bool:
        return self.status in PRESENT_STATUSES


@dataclass(frozen=True, slots=True)
class VoteData:
    """One vote. ``approve`` None means that everybody else present approved."""

    subject: str
    rule: str = votes.ORDINARY
    method: str = "hands"
    approve: int | None = None
    oppose: int = 0
    abstain: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class DecisionData:
    text: str
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class MeetingData:
    """What the recorder writes. ``attendance`` None means that everybody was there, else it names all expected."""

    kind: str
    title: str
    held_on: date
    group_id: int | None = None
    also: tuple[str, ...] = ()
    starts_at: time | None = None
    ends_at: time | None = None
    place: str = ""
    host: str = ""
    recorder: str = ""
    observers: str = ""
    agenda: str = ""
    study: str = ""
    discussion: str = ""
    resolution: str = ""
    late_note: str = ""
    attendance: Mapping[int, Mark] | None = None
    votes: Sequence[VoteData] = ()
    decisions: Sequence[DecisionData] = ()
    detail: DetailData = NO_DETAIL
    guest_ids: tuple[int, ...] = ()
    plan_id: int | None = None

    @property
    def audience(self) -> str:
        """Who should come: all members, the committee or a group, as the constants ASSEMBLY, COMMITTEE and GROUP."""
        return audience(self.kind, self.detail.held_as)

    @property
    def kinds(self) -> tuple[str, ...]:
        """As what the log counts: its own kind first."""
        return tuple(dict.fromkeys((self.kind, *self.also)))


@dataclass(frozen=True, slots=True)
class Headcount:
    """应到, 实到, and of each those with the right to vote."""

    expected: int
    present: int
    expected_voting: int
    present_voting: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What the portal knows of the branch: its life and who should attend on the day of the meeting."""

    today: date
    founded_on: date
    ended_on: date | None
    seats: Sequence[Seat]
    is_temporary: bool = False
    group_ids: Collection[int] = field(default_factory=tuple)
    guest_ids: Collection[int] = field(default_factory=tuple)


def default_title(kind: str, day: date, group_name: str = "") -> str:
    """A title from kind and period, e.g. 2026年三季度支部党员大会; the recorder may write another."""
    words, freq = _TITLES[kind]
    return f"{period_of(day, freq).title}{group_name}{words}"


def may_vote(
    *, is_full: bool, confirmed_on: date | None, suspended_from: date | None, suspended_until: date | None, day: date
) -> bool:
    """
    Whether a member has the right to vote on ``day``: a full member by then, not suspended (选举工作条例 art. 5).
    Without a date of confirmation the present category decides; on the day it returns the right is back.
    """
    confirmed = confirmed_on <= day if confirmed_on else is_full
    suspended = (
        suspended_from is not None and suspended_from <= day and not (suspended_until and suspended_until <= day)
    )
    return confirmed and not suspended


def headcount(seats: Sequence[Seat], attendance: Mapping[int, Mark] | None) -> Headcount:
    """Count who was expected and who came; nobody is absent who was not marked so."""
    marks = attendance or {}
    there = [seat for seat in seats if marks.get(seat.member_id, Mark()).present]
    return Headcount(len(seats), len(there), sum(s.has_vote for s in seats), sum(s.has_vote for s in there))


def tally_of(vote: VoteData, count: Headcount) -> votes.Tally:
    """The vote with its bases taken from the attendance, and the approvals filled in where they were left out."""
    approve = vote.approve
    if approve is None:
        approve = count.present_voting - vote.oppose - vote.abstain
    return votes.Tally(count.expected_voting, count.present_voting, approve, vote.oppose, vote.abstain, vote.written)


def minutes_problems(data: MeetingData, frame: Frame) -> dict[str, list[str]]:
    """Everything that cannot be so, in Chinese, by field; empty when the minutes can stand."""
    found = {
        "held_on": _day_problems(data, frame),
        "title": [] if data.title.strip() else ["请填写主题。"],
        "also": _kind_problems(data),
        "group": _group_problems(data, frame),
        "ends_at": ["结束时间不能早于开始时间。"] if _ends_early(data) else [],
        "guests": joint_problems(data.kinds, data.guest_ids, frame.guest_ids),
        **detail_problems(data.kinds, data.detail, data.held_on),
    }
    found = {name: problems for name, problems in found.items() if problems}
    for name, problems in id_number_problems(minutes_texts(data)).items():
        found[name] = [*found.get(name, []), *problems]
    attendance = attendance_problems(data, frame.seats)
    if not attendance:
        found |= {"votes": problems} if (problems := _vote_problems(data, frame)) else {}
    elif not found.keys() & {"held_on", "group", "guests"}:  # a wrong day or group has the wrong people
        found["attendance"] = attendance
    return found


def id_number_problems(texts: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    """By field, where a text of (field, words for it, text) names an ID number: the portal keeps none (N11)."""
    found: dict[str, list[str]] = {}
    for name, label, text in texts:
        if holds_id_number(text):
            found.setdefault(name, []).append(f"“{label}”里有公民身份号码。平台不保存身份号码，请删去后再提交。")
    return found


def minutes_texts(data: MeetingData) -> Iterator[tuple[str, str, str]]:
    """Every free text of the minutes as (field, words for it, text)."""
    for name, label in _TEXTS.items():
        yield name, label, getattr(data, name)
    for name, label in _DETAIL_TEXTS.items():
        yield name, label, getattr(data.detail, name)
    for number, vote in enumerate(data.votes, start=1):
        yield "votes", f"表决第{number}项", vote.subject
    for number, item in enumerate(data.decisions, start=1):
        yield "decisions", f"决议事项第{number}项", f"{item.text}\n{item.owner}"
    for mark in (data.attendance or {}).values():
        yield "attendance", "到会情况的说明", mark.note


def attendance_problems(data: MeetingData, seats: Sequence[Seat]) -> list[str]:
    """What does not fit between the attendance written down and the roster of the day."""
    if not seats:
        if data.audience == COMMITTEE:
            return ["这一天支部没有支委会成员，请核对会议类型、日期和支委任职。"]
        return ["这一天名册上没有应到会的党员，请核对日期。"]
    marks = data.attendance
    if marks is not None:
        problems = _roster_problems(marks, seats) or _mark_problems(marks.values())
        if problems:
            return problems
    if headcount(seats, marks).present == 0:
        return ["应到会的人全部缺席，会议没有开成，不用记录。"]
    return _branch_problems(data, seats)


def _branch_problems(data: MeetingData, seats: Sequence[Seat]) -> list[str]:
    """A branch of which nobody came did not take part in the joint meeting."""
    if not data.guest_ids:
        return []
    counts = [
        headcount([seat for seat in seats if seat.guest_id == pk], data.attendance) for pk in (None, *data.guest_ids)
    ]
    if all(count.present for count in counts):
        return []
    return ["有党支部没有一人到会。没有参加的党支部请从“共同召开”中去掉。"]


def _roster_problems(marks: Mapping[int, Mark], seats: Sequence[Seat]) -> list[str]:
    expected = {seat.member_id: seat.name for seat in seats}
    strangers = len(marks.keys() - expected.keys())
    missing = [name for member_id, name in expected.items() if member_id not in marks]
    problems = []
    if strangers:
        problems.append(f"到会名单里有{strangers}人不在当天的名册上，已按当天的名册重新列出，请核对后再提交。")
    if missing:
        problems.append(
            f"当天名册上的{'、'.join(missing[:5])}{'等' if len(missing) > 5 else ''}没有列入到会名单，请核对后再提交。"
        )
    return problems


def _mark_problems(marks: Collection[Mark]) -> list[str]:
    if any(mark.status not in STATUSES for mark in marks):
        return ["到会情况里有不认识的选项，请重新选择。"]
    if any(len(mark.note) > NOTE_LIMIT for mark in marks):
        return [f"到会情况的说明不能超过{NOTE_LIMIT}字。"]
    return []


def _day_problems(data: MeetingData, frame: Frame) -> list[str]:
    if data.held_on > frame.today:
        return ["日期不能晚于今天，会议开过之后再记录。"]
    if data.held_on < frame.founded_on:
        return [f"日期早于党支部成立之日（{frame.founded_on:%Y-%m-%d}）。"]
    if frame.ended_on and data.held_on >= frame.ended_on:
        return [f"党支部已于{frame.ended_on:%Y-%m-%d}撤销或合并，不能记录之后的会议。"]
    return []


def _kind_problems(data: MeetingData) -> list[str]:
    """The same table serves every door: a combination that the page does not offer is refused as well."""
    if data.kind not in ALSO:
        return ["会议类型不存在。"]
    allowed = also_allowed(ALSO, data.kind, data.detail.held_as)
    unfit = [kind for kind in data.kinds if kind != data.kind and kind not in allowed]
    if not unfit:
        return []
    names = "、".join(_TITLES[kind][0] for kind in unfit if kind in _TITLES) or "所选类型"
    return [f"{_TITLES[data.kind][0]}不能同时计为{names}。"]


def _group_problems(data: MeetingData, frame: Frame) -> list[str]:
    if data.audience != GROUP:
        return [] if data.group_id is None else ["只有党小组会需要选党小组。"]
    if data.group_id is None:
        return ["请选择党小组。"]
    return [] if data.group_id in frame.group_ids else ["这一天支部没有这个党小组。"]


def _ends_early(data: MeetingData) -> bool:
    return data.starts_at is not None and data.ends_at is not None and data.ends_at < data.starts_at


def _vote_problems(data: MeetingData, frame: Frame) -> list[str]:
    count = headcount(frame.seats, data.attendance)
    return [
        f"表决“{vote.subject or f'第{number}项'}”：{problem}。"
        for number, vote in enumerate(data.votes, start=1)
        for problem in _one_vote(vote, data, frame, count)
    ]


def _one_vote(vote: VoteData, data: MeetingData, frame: Frame, count: Headcount) -> list[str]:
    if not vote.subject.strip():
        return ["请写明表决事项"]
    if not VOTING_KINDS.intersection(data.kinds):
        return [f"{_TITLES[data.kind][0]}不作表决；如同时召开了支部党员大会，请在“同时计为”中勾选"]
    if vote.rule == votes.ADMISSION and ASSEMBLY not in data.kinds:
        return ["接收、转正等须由支部党员大会表决；如同时召开了支部党员大会，请在“同时计为”中勾选"]
    if vote.rule == votes.ADMISSION and frame.is_temporary:
        return ["临时党支部不办理接收、转正"]
    return votes.vote_problems(vote.rule, tally_of(vote, count))
