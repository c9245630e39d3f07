"""The logs of a branch-year for the 工作手册: all that the minutes say (domain.md §14.2), set by set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from branches.choices import AttendanceStatus, MeetingKind, MeetingStatus
from branches.models import (
    Attendance,
    Meeting,
    MeetingBranch,
    MeetingDecision,
    MeetingVersion,
    MeetingVote,
)
from branches.policy.meeting_kinds import DETAIL_FIELDS
from branches.selectors.handbook_parts import BranchYear, Chapter, Listing, Log, Logs, in_words, kept
from branches.selectors.meeting_versions import detail_words

_KINDS = dict(MeetingKind.choices)


@dataclass(slots=True)
class Written:
    """One log with its rows; ``guest``: the branch's own figures where another branch was the host."""

    meeting: Meeting
    away: list[Attendance] = field(default_factory=list)
    votes: list[MeetingVote] = field(default_factory=list)
    decisions: list[MeetingDecision] = field(default_factory=list)
    versions: list[MeetingVersion] = field(default_factory=list)
    guests: list[MeetingBranch] = field(default_factory=list)
    guest: MeetingBranch | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.meeting.kind, *self.meeting.also_kinds)


def written_logs(then: BranchYear) -> list[Written]:
    """The logs of the year but the void ones, those of joint meetings as well, the earliest first. Six queries."""
    meetings = Meeting.objects.filter(held_on__range=then.span).exclude(status=MeetingStatus.VOID)
    held, joined = Q(organisation=then.branch), Q(pk__in=_joined(then))
    rows = meetings.filter(held | joined).select_related("organisation", "group", "detail")
    logs = {meeting.pk: Written(meeting) for meeting in rows.order_by("held_on", "starts_at", "pk")}
    for guest in MeetingBranch.objects.filter(meeting__in=logs).select_related("organisation").order_by("pk"):
        log = logs[guest.meeting_id]
        log.guests.append(guest)
        if guest.organisation_id == then.branch.pk:
            log.guest = guest
    _gather(logs, Attendance, "away", _away)
    _gather(logs, MeetingVote, "votes", lambda rows: rows.order_by("pk"))
    _gather(logs, MeetingDecision, "decisions", lambda rows: rows.order_by("pk"))
    _gather(logs, MeetingVersion, "versions", _corrections)
    for log in logs.values():
        log.away = [line for line in log.away if _is_own(line, log)]
    return list(logs.values())


def _joined(then: BranchYear) -> Any:
    guests = MeetingBranch.objects.filter(organisation=then.branch, meeting__held_on__range=then.span)
    return guests.values("meeting")


def _gather(logs: dict[int, Written], model: Any, name: str, narrowed: Callable[[Any], Any]) -> None:
    for row in narrowed(model.objects.filter(meeting__in=logs)):
        getattr(logs[row.meeting_id], name).append(row)


def _away(rows: Any) -> Any:
    rows = rows.exclude(status=AttendanceStatus.PRESENT).select_related("member")
    return rows.order_by("member__name_pinyin", "member_id")


def _corrections(rows: Any) -> Any:
    return rows.defer("content").select_related("by").order_by("number")


def _is_own(line: Attendance, log: Written) -> bool:
    """A branch that took part shows its own people, the host everybody."""
    return log.guest is None or line.guest_id == log.guest.pk


def kind_chapter(then: BranchYear, kind: str, logs: Iterable[Written]) -> Chapter:
    """All that counts as ``kind``; a log stands in full once, under the kind as which it was written. No query."""
    counted = [log for log in logs if kind in log.kinds]
    rows = [_overview_row(number, log, kind) for number, log in enumerate(counted, start=1)]
    overview = Listing(
        "",
        ("序号", "日期", "主题", "应到", "实到", "记录所在章节"),
        rows,
        (1, 2.2, 6, 1, 1, 3),
        frozenset({"序号", "日期", "应到", "实到"}),
    )
    own = tuple(_log(then, log) for log in counted if log.meeting.kind == kind)
    return Chapter(f"{_KINDS[kind]}记录", kept(overview, Logs(own)))


def _overview_row(number: int, log: Written, kind: str) -> list[Any]:
    meeting = log.meeting
    place = "本章" if meeting.kind == kind else f"{_KINDS[meeting.kind]}记录"
    return [number, meeting.held_on, meeting.title, *_figures(log), place]


def _figures(log: Written) -> tuple[int, int]:
    """应到 and 实到 of the branch."""
    source = log.guest or log.meeting
    return source.expected, source.present


def _log(then: BranchYear, log: Written) -> Log:
    meeting = log.meeting
    expected, present = _figures(log)
    voting = log.guest is None and (meeting.expected_voting or log.votes)
    short = (
        ("会议类型", _kind_words(meeting)),
        ("地点", meeting.place),
        ("日期", in_words(meeting.held_on)),
        ("起止时间", _times(meeting)),
        ("主持人", meeting.host),
        ("记录人", meeting.recorder),
        ("应到", f"{expected}人" + (f"（有表决权{meeting.expected_voting}人）" if voting else "")),
        ("实到", f"{present}人" + (f"（有表决权{meeting.present_voting}人）" if voting else "")),
    )
    long = (
        ("缺席及原因", _names(log.away, late=False)),
        ("迟到", _names(log.away, late=True)),
        ("列席人员", meeting.observers),
        ("共同召开", _partners(then, log)),
        ("本类内容", _details(log)),
        ("议题", meeting.agenda),
        ("学习内容", meeting.study),
        ("发言和讨论情况", meeting.discussion),
        ("表决", "\n".join(map(_vote, log.votes))),
        ("决议", meeting.resolution),
        ("决议（整改）事项及责任人、时限", "\n".join(map(_decision, log.decisions))),
        ("备注", "\n".join(_marks(log))),
    )
    return Log(meeting.held_on, meeting.title, expected, present, short, long)


def _kind_words(meeting: Meeting) -> str:
    """As which it was written, by which group, as what else it counts."""
    group = f"（{meeting.group.short_name}）" if meeting.group else ""
    also = "、".join(_KINDS.get(kind, kind) for kind in meeting.also_kinds)
    return _KINDS[meeting.kind] + group + (f"，同时计为{also}" if also else "")


def _times(meeting: Meeting) -> str:
    times = [f"{moment:%H:%M}" if moment else "" for moment in (meeting.starts_at, meeting.ends_at)]
    return " 至 ".join(times) if all(times) else "".join(times)


def _names(lines: list[Attendance], *, late: bool) -> str:
    chosen = [line for line in lines if (line.status == AttendanceStatus.LATE) is late]
    return "；".join(_absent(line, late) for line in chosen)


def _absent(line: Attendance, late: bool) -> str:
    reason = "，".join(part for part in ("" if late else line.get_status_display(), line.note) if part)
    return f"{line.member.name}（{reason}）" if reason else line.member.name


def _partners(then: BranchYear, log: Written) -> str:
    if not log.guests:
        return ""
    others = [guest.organisation.short_name for guest in log.guests if guest.organisation_id != then.branch.pk]
    if log.guest is not None:
        others.insert(0, f"{log.meeting.organisation.short_name}（牵头）")
    return "、".join(others)


def _details(log: Written) -> str:
    detail = getattr(log.meeting, "detail", None)
    if detail is None:
        return ""
    words = [
        f"{label}：{text}"
        for kind, names in DETAIL_FIELDS.items()
        if kind in log.kinds
        for label, text in detail_words(detail, names)
    ]
    return "\n".join(words)


def _vote(vote: MeetingVote) -> str:
    written = f"，书面赞成意见{vote.written}份" if vote.written else ""
    return (
        f"{vote.subject}：{vote.get_method_display()}，应到有表决权{vote.should}人，实到{vote.present}人，"
        f"赞成{vote.approve}，反对{vote.oppose}，弃权{vote.abstain}{written}；{'通过' if vote.passed else '未通过'}。"
    )


def _decision(decision: MeetingDecision) -> str:
    more = [f"责任人：{decision.owner}"] if decision.owner else []
    more += [f"时限：{in_words(decision.due_on)}"] if decision.due_on else []
    return decision.text + (f"（{'，'.join(more)}）" if more else "")


def _marks(log: Written) -> Iterable[str]:
    """补记, 更正 and 退回: what a reader must know of how the record came about (domain.md §14.2)."""
    meeting = log.meeting
    if meeting.is_late_entry:
        yield _sentence("补记：", f"{_local(meeting.submitted_at)}填写", meeting.late_note)
    for version in log.versions:
        yield _sentence("更正：", _local(version.at), version.by.name, version.reason)
    if meeting.status == MeetingStatus.RETURNED:
        yield _sentence("已退回待更正：", meeting.return_reason)


def _sentence(head: str, *parts: str) -> str:
    """The parts in a sentence, with one full stop whatever they end with."""
    return head + "，".join(part.strip().rstrip("。") for part in parts if part.strip()) + "。"


def _local(moment: Any) -> str:
    day: date = timezone.localtime(moment).date()
    return in_words(day)
