"""The shape of minutes as the page sends them; what cannot be so is judged by ``policy.minutes``, in the service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from branches.choices import AttendanceStatus, MeetingKind, VoteMethod, VoteRule
from branches.forms.meeting_details import DETAIL_NAMES, DetailForm
from branches.models import Meeting, Organisation
from branches.policy.meeting_kinds import DetailData, also_allowed
from branches.policy.minutes import (
    ALSO,
    GROUP,
    PRESENT,
    DecisionData,
    Mark,
    MeetingData,
    Seat,
    VoteData,
    default_title,
)
from core.forms_ui import DateInput

#: A page longer than this is no meeting but an attack; the rest is not read.
ROWS_LIMIT = 50
MARKS_LIMIT = 2000
YEARS = range(1921, 2101)

PLAIN = (
    "kind", "title", "held_on", "starts_at", "ends_at", "place", "host", "recorder", "observers", "agenda", "study",
    "discussion", "resolution", "late_note",
)  # fmt: skip
VOTE_PARTS = ("subject", "rule", "method", "approve", "oppose", "abstain", "written")
DECISION_PARTS = ("text", "owner", "due_on")

_ROW = re.compile(r"(vote|decision)-(\d{1,3})-([a-z_]+)")
_MARK = re.compile(r"(status|note)-(\d{1,18})")

Content = dict[str, Any]


def content_of(post: QueryDict) -> Content:
    """What the page sent as the content of a draft: plain strings, nothing judged, nothing lost."""
    content: Content = {name: _text(post, name) for name in (*PLAIN, *DETAIL_NAMES, "group", "reason", "plan")}
    for name in ("also", "guests"):
        content[name] = [value.replace("\0", "") for value in post.getlist(name)[:ROWS_LIMIT]]
    content["attendance"] = _marks(post)
    rows = _rows(post)
    content["votes"] = [row for row in rows["vote"] if _is_filled(row, ("rule", "method"))]
    content["decisions"] = [row for row in rows["decision"] if _is_filled(row, ())]
    return content


def _text(post: QueryDict, name: str) -> str:
    """What was typed, without the one character that PostgreSQL cannot keep."""
    return str(post.get(name, "")).replace("\0", "")


def day_of(content: Content) -> date | None:
    """The day written in the page, None while it is none."""
    try:
        day = forms.DateField(required=False).clean(content.get("held_on", ""))
    except ValidationError:
        return None
    return day if day and day.year in YEARS else None


def _marks(post: QueryDict) -> dict[str, dict[str, str]]:
    marks: dict[str, dict[str, str]] = {}
    for name in post:
        match = _MARK.fullmatch(name)
        if match and len(marks) < MARKS_LIMIT:
            marks.setdefault(match[2], {})[match[1]] = _text(post, name)
    return {
        key: {"status": mark["status"], "note": mark.get("note", "")} for key, mark in marks.items() if "status" in mark
    }


def _rows(post: QueryDict) -> dict[str, list[dict[str, str]]]:
    found: dict[tuple[str, int], dict[str, str]] = {}
    for name in post:
        match = _ROW.fullmatch(name)
        if match:
            found.setdefault((match[1], int(match[2])), {})[match[3]] = _text(post, name).strip()
    parts = {"vote": VOTE_PARTS, "decision": DECISION_PARTS}
    rows: dict[str, list[dict[str, str]]] = {"vote": [], "decision": []}
    for (kind, _), row in sorted(found.items())[: 2 * ROWS_LIMIT]:
        rows[kind].append({part: row.get(part, "") for part in parts[kind]})
    return rows


def _is_filled(row: Mapping[str, str], preset: Iterable[str]) -> bool:
    """A row with nothing but its preset choices was opened and left alone."""
    return any(value for part, value in row.items() if part not in preset)


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One line of the roll call as the page shows it."""

    seat: Seat
    status: int
    note: str
    guest: str = ""


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def _lines(rows: int, placeholder: str) -> forms.Textarea:
    return forms.Textarea({"rows": rows, "placeholder": placeholder})


class MeetingForm(DetailForm):
    """Minutes. ``content`` is shaped like a draft; ``bound`` says whether it was sent to be judged."""

    kind = forms.ChoiceField(label="会议类型", choices=MeetingKind.choices)
    group = forms.TypedChoiceField(label="党小组", required=False, coerce=int, empty_value=None)
    held_on = forms.DateField(label="日期", widget=DateInput)
    title = forms.CharField(label="主题", max_length=120, widget=forms.TextInput({"autocomplete": "off"}))
    also = forms.MultipleChoiceField(
        label="同时计为", required=False, choices=MeetingKind.choices, widget=forms.CheckboxSelectMultiple
    )
    host = forms.CharField(label="主持人", required=False, max_length=40)
    recorder = forms.CharField(label="记录人", required=False, max_length=40)
    starts_at = forms.TimeField(label="开始时间", required=False, widget=TimeInput)
    ends_at = forms.TimeField(label="结束时间", required=False, widget=TimeInput)
    place = forms.CharField(label="地点", required=False, max_length=80)
    observers = forms.CharField(label="列席人员", required=False, max_length=300)
    agenda = forms.CharField(label="议题", required=False, max_length=5000, widget=_lines(3, "每行一个议题"))
    study = forms.CharField(label="学习内容（篇目）", required=False, max_length=5000, widget=_lines(3, "每行一篇"))
    discussion = forms.CharField(
        label="发言要点与讨论情况", required=False, max_length=20000, widget=_lines(5, "谁说了什么，包括不同意见")
    )
    resolution = forms.CharField(label="决议", required=False, max_length=5000, widget=_lines(3, "会议决定了什么"))
    late_note = forms.CharField(label="补记说明", required=False, max_length=200)

    #: The usual answer first, then the reasons by how common they are.
    statuses = tuple(
        (status.value, status.label)
        for status in (
            AttendanceStatus.PRESENT,
            AttendanceStatus.PERSONAL,
            AttendanceStatus.SICK,
            AttendanceStatus.OFFICIAL,
            AttendanceStatus.TRAVEL,
            AttendanceStatus.LATE,
            AttendanceStatus.ABSENT,
        )
    )
    vote_rules = tuple(VoteRule.choices)
    vote_methods = tuple(VoteMethod.choices)

    def __init__(self, content: Content, *, groups: Iterable[Organisation] = (), bound: bool = False) -> None:
        self.content = content
        super().__init__(data=content if bound else None, initial=None if bound else content)
        self.group_names = {int(group.pk): str(group.short_name) for group in groups}
        choice = cast(forms.ChoiceField, self.fields["group"])
        choice.choices = [("", "请选择"), *self.group_names.items()]
        self.votes: list[VoteData] = []
        self.decisions: list[DecisionData] = []

    @property
    def kind_now(self) -> str:
        """The kind that the page shows; an unknown one falls back to the first."""
        kind = str(self.content.get("kind", ""))
        return kind if kind in ALSO else str(MeetingKind.ASSEMBLY)

    @property
    def group_now(self) -> int | None:
        """The group that the page shows; None where the kind asks for none."""
        chosen = str(self.content.get("group") or "")
        known = {str(value): value for value in self.group_names}
        return known.get(chosen) if self.audience_now == GROUP else None

    @property
    def usual_title(self) -> str:
        """The title that kind, day and group give; "" while there is no day."""
        day = day_of(self.content)
        return default_title(self.kind_now, day, self.group_names.get(self.group_now or 0, "")) if day else ""

    def follow_title(self, previous: str) -> None:
        """Take the usual title of the new kind or day, unless the recorder wrote one."""
        if self.content.get("title", "").strip() in ("", previous):
            self.content["title"] = self.usual_title

    @property
    def also_choices(self) -> list[tuple[str, str, bool]]:
        """(kind, label, ticked) of the kinds as which such a log may count besides its own."""
        ticked, labels = set(self.content.get("also") or ()), dict(MeetingKind.choices)
        allowed = also_allowed(ALSO, self.kind_now, str(self.content.get("held_as") or ""))
        return [(kind, labels[kind], kind in ticked) for kind in allowed]

    @property
    def kinds_now(self) -> list[str]:
        return [self.kind_now, *(kind for kind, _, ticked in self.also_choices if ticked)]

    @property
    def has_circumstances(self) -> bool:
        return any(self.content.get(name) for name in ("starts_at", "ends_at", "place", "observers"))

    @property
    def has_text(self) -> bool:
        return any(self.content.get(name) for name in ("agenda", "study", "discussion", "resolution"))

    @property
    def vote_rows(self) -> list[dict[str, Any]]:
        """As they are typed: an approval by everybody else was left empty and stays so in a correction."""
        rows = self.content.get("votes") or ()
        return [{**row, "approve": ""} if row.get("rest_approve") else row for row in rows]

    @property
    def decision_rows(self) -> list[dict[str, Any]]:
        return list(self.content.get("decisions") or ())

    def seat_rows(self, seats: Iterable[Seat], branches: Iterable[Organisation] = ()) -> list[SeatRow]:
        """The roll call: everybody present but those already marked; ``branches`` name those of a joint meeting."""
        names = {branch.pk: branch.short_name for branch in branches}
        marks = self.content.get("attendance") or {}
        paired = [(seat, marks.get(str(seat.member_id), {})) for seat in seats]
        return [
            SeatRow(seat, _status(mark), mark.get("note", ""), names.get(seat.guest_id or 0, ""))
            for seat, mark in paired
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        problems: list[str] = []
        self.votes = [vote for n, row in enumerate(self.vote_rows, 1) if (vote := _vote(n, row, problems))]
        self.decisions = [item for n, row in enumerate(self.decision_rows, 1) if (item := _decision(n, row, problems))]
        for problem in problems:
            self.add_error(None, problem)
        return cleaned

    def meeting_data(self) -> MeetingData:
        """The minutes as a value; to be asked only of a valid form."""
        cleaned = self.cleaned_data
        marks = self.content.get("attendance") or {}
        attendance = {int(key): Mark(_status(mark), mark.get("note", "").strip()) for key, mark in marks.items()}
        return MeetingData(
            **{name: cleaned[name] for name in PLAIN},
            group_id=cleaned["group"] if self.audience_now == GROUP else None,
            also=tuple(cleaned["also"]),
            attendance=attendance or None,
            votes=tuple(self.votes),
            decisions=tuple(self.decisions),
            detail=self.detail_data(),
            guest_ids=self.guests_now,
            plan_id=self.plan_now,
        )

    @property
    def plan_now(self) -> int | None:
        """The plan that the minutes are written from."""
        named = str(self.content.get("plan") or "")
        return int(named) if named.isascii() and named.isdigit() and len(named) <= 18 else None

    def asked(self, day: date) -> MeetingData:
        """Who should come on ``day``, as far as the page tells: a value with no more than that in it."""
        detail = DetailData(held_as=str(self.content.get("held_as") or ""))
        return MeetingData(
            kind=self.kind_now,
            title="",
            held_on=day,
            group_id=self.group_now,
            detail=detail,
            guest_ids=self.guests_now,
        )


class CorrectionForm(MeetingForm):
    """Minutes that were submitted, with the reason why they change."""

    reason = forms.CharField(
        label="更正原因", max_length=200, widget=forms.TextInput({"placeholder": "例如：漏记一名请假人员"})
    )


class ReturnForm(forms.Form):
    """Why a log goes back to its branch."""

    reason = forms.CharField(
        label="退回原因",
        max_length=200,
        widget=forms.Textarea({"rows": 3, "placeholder": "写明哪里需要更正，党支部会看到这段话"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, meeting: Meeting) -> None:
        super().__init__(data, initial={"revision": meeting.revision})


def _status(mark: Mapping[str, Any]) -> int:
    """The status sent; what is no number becomes one that no choice has, so that it is refused and not guessed."""
    value = str(mark.get("status", PRESENT))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 0


def _vote(number: int, row: Mapping[str, Any], problems: list[str]) -> VoteData | None:
    figures: dict[str, int | None] = {}
    for part, label in (("approve", "赞成"), ("oppose", "反对"), ("abstain", "弃权"), ("written", "书面意见")):
        text = str(row.get(part) if row.get(part) is not None else "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 6):
            problems.append(f"表决第{number}项：{label}请填整数。")
            return None
        figures[part] = int(text) if text else None
    rule, method = row.get("rule") or VoteRule.ORDINARY, row.get("method") or VoteMethod.HANDS
    if rule not in VoteRule.values or method not in VoteMethod.values:
        problems.append(f"表决第{number}项：规则或方式不存在。")
        return None
    return VoteData(
        subject=str(row.get("subject", "")).strip(),
        rule=str(rule),
        method=str(method),
        approve=figures["approve"],
        oppose=figures["oppose"] or 0,
        abstain=figures["abstain"] or 0,
        written=figures["written"] or 0,
    )


def _decision(number: int, row: Mapping[str, Any], problems: list[str]) -> DecisionData | None:
    text = str(row.get("text", "")).strip()
    if not text:
        problems.append(f"决议事项第{number}项：请写明事项。")
        return None
    due_on: date | None = None
    if row.get("due_on"):
        try:
            due_on = forms.DateField().clean(row["due_on"])
        except ValidationError:
            problems.append(f"决议事项第{number}项：时限不是有效日期。")
            return None
    return DecisionData(text=text, owner=str(row.get("owner", "")).strip(), due_on=due_on)
