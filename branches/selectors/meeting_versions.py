"""What a log says, as plain values: kept as versions, compared, and put back into the form for a correction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField

from branches.choices import AttendanceStatus, MeetingKind, VoteMethod, VoteRule
from branches.models import Attendance, Meeting, MeetingDetail, MeetingVersion, Organisation

Content = dict[str, Any]

#: The plain fields of a log that a correction may change, in the order of the page.
PLAIN_FIELDS = (
    "kind", "title", "held_on", "starts_at", "ends_at", "place", "host", "recorder", "observers", "agenda", "study",
    "discussion", "resolution", "late_note",
)  # fmt: skip

DETAILS = [field for field in MeetingDetail._meta.fields if field.name != "meeting"]

_LABELS = {field.name: str(field.verbose_name) for field in Meeting._meta.fields}
_KINDS = dict(MeetingKind.choices)
_STATUSES = {str(value): label for value, label in AttendanceStatus.choices}
_RULES = dict(VoteRule.choices)
_METHODS = dict(VoteMethod.choices)


def meeting_content(meeting: Meeting) -> Content:
    """
    The log with its details, attendance, votes and decisions as JSON values, in the shape of a draft. Four queries, one
    more for a joint meeting.
    """
    content: Content = {name: _plain(getattr(meeting, name)) for name in PLAIN_FIELDS}
    detail = MeetingDetail.objects.filter(meeting=meeting).first() or MeetingDetail()
    content |= {field.name: _plain(getattr(detail, field.name)) for field in DETAILS}
    content["group"] = meeting.group_id
    content["also"] = list(meeting.also_kinds)
    rows = Attendance.objects.filter(meeting=meeting).order_by("member__name_pinyin", "member_id")
    lines = list(rows.values_list("member_id", "member__name", "status", "note", "has_vote", "guest_id"))
    content["attendance"] = {
        str(member_id): {"name": name, "status": status, "note": note, "has_vote": has_vote}
        for member_id, name, status, note, has_vote, _ in lines
    }
    content["guests"] = guest_ids_of(meeting) if any(line[-1] for line in lines) else []
    content["votes"] = list(
        meeting.votes.order_by("pk").values(
            "subject",
            "rule",
            "method",
            "should",
            "present",
            "approve",
            "oppose",
            "abstain",
            "written",
            "passed",
            "rest_approve",
        )
    )
    decisions = meeting.decisions.order_by("pk").values("text", "owner", "due_on")
    content["decisions"] = [{**row, "due_on": _plain(row["due_on"])} for row in decisions]
    return content


def guest_ids_of(meeting: Meeting) -> list[int]:
    """The branches that took part beside the host, by id. One query."""
    return list(meeting.guests.order_by("organisation_id").values_list("organisation_id", flat=True))


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two contents, in words."""

    label: str
    before: str
    after: str


def content_changes(before: Content, after: Content) -> list[Change]:
    """What differs, in the order of the page; empty when nothing does."""
    pairs = [(_LABELS[name], _word(name, before), _word(name, after)) for name in PLAIN_FIELDS]
    pairs.insert(1, ("同时计为", _kind_names(before), _kind_names(after)))
    pairs.insert(2, ("党小组", _group_name(before), _group_name(after)))
    pairs += [(str(field.verbose_name), _detail(field, before), _detail(field, after)) for field in DETAILS]
    pairs.append(("共同召开的党支部", _guest_names(before), _guest_names(after)))
    pairs.append(("到会情况", *_attendance_words(before["attendance"], after["attendance"])))
    for label, part, words in (("表决", "votes", _vote_words), ("决议事项", "decisions", _decision_words)):
        pairs.append((label, _lines(before[part], words), _lines(after[part], words)))
    return [Change(label, old, new) for label, old, new in pairs if old != new]


def _word(name: str, content: Content) -> str:
    value = str(content.get(name) or "")
    return _KINDS.get(value, value) if name == "kind" else value


def _kind_names(content: Content) -> str:
    return "、".join(_KINDS.get(kind, kind) for kind in sorted(content.get("also") or []))


def _group_name(content: Content) -> str:
    group = content.get("group")
    if not group:
        return ""
    return Organisation.objects.filter(pk=group).values_list("short_name", flat=True).first() or str(group)


def _detail(field: Any, content: Content) -> str:
    value = str(content.get(field.name) or "")
    if isinstance(field, BooleanField):
        return "是" if value else ""
    return str(dict(field.flatchoices).get(value, value))


def detail_words(detail: MeetingDetail, names: Iterable[str]) -> list[tuple[str, str]]:
    """(label, value in words) of those of these columns that say something."""
    content = {name: _plain(getattr(detail, name)) for name in names}
    fields = {field.name: field for field in DETAILS}
    found = [(str(fields[name].verbose_name), _detail(fields[name], content)) for name in names]
    return [(label, words) for label, words in found if words]


def _guest_names(content: Content) -> str:
    ids = content.get("guests") or []
    names = Organisation.objects.filter(pk__in=ids).values_list("short_name", flat=True) if ids else ()
    return "、".join(names)


def _attendance_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    """Only those whose line differs; everybody else would bury them."""
    differing = [key for key in dict.fromkeys((*before, *after)) if _mark(before.get(key)) != _mark(after.get(key))]
    names = {key: (after.get(key) or before.get(key) or {}).get("name", key) for key in differing}
    old = "\n".join(f"{names[key]}：{_mark(before.get(key))}" for key in differing)
    new = "\n".join(f"{names[key]}：{_mark(after.get(key))}" for key in differing)
    return old, new


def _mark(entry: Mapping[str, Any] | None) -> str:
    if entry is None:
        return "不在名单"
    words = _STATUSES.get(str(entry.get("status")), "")
    if entry.get("note"):
        words += f"（{entry['note']}）"
    return words if entry.get("has_vote", True) else f"{words}，无表决权"


def _lines(rows: Iterable[Mapping[str, Any]], words: Any) -> str:
    return "\n".join(words(row) for row in rows)


def _vote_words(row: Mapping[str, Any]) -> str:
    written = f"，书面意见{row['written']}" if row.get("written") else ""
    return (
        f"{row['subject']}（{_RULES.get(row['rule'], '')}，{_METHODS.get(row['method'], '')}）：应到{row['should']}，"
        f"实到{row['present']}，赞成{row['approve']}，反对{row['oppose']}，弃权{row['abstain']}{written}，"
        f"{'通过' if row['passed'] else '未通过'}"
    )


def _decision_words(row: Mapping[str, Any]) -> str:
    parts = [row["text"], row.get("owner") or "", f"{row['due_on']}前" if row.get("due_on") else ""]
    return "，".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction in the history of a log: who, when, why, and what it changed."""

    number: int
    by: str
    at: datetime
    reason: str
    changes: list[Change]


def corrections_of(meeting: Meeting) -> list[Correction]:
    """
    The corrections of a log, newest first, each compared with what followed it. They are counted here: a return raises
    the revision too, but changes nothing that was written. Five queries.
    """
    following = meeting_content(meeting)
    found = []
    versions = list(MeetingVersion.objects.filter(meeting=meeting).select_related("by").order_by("-number"))
    for earlier, version in zip(range(len(versions), 0, -1), versions, strict=True):
        changes = content_changes(version.content, following)
        found.append(Correction(earlier + 1, version.by.name, version.at, version.reason, changes))
        following = version.content
    return found


def changed_since(meeting: Meeting, revision: int) -> tuple[str, list[Change]]:
    """Who corrected the log last, and all that changed after ``revision`` (the present one: nothing)."""
    versions = MeetingVersion.objects.filter(meeting=meeting, number__gte=revision).select_related("by")
    found = list(versions.order_by("number"))
    if not found:
        return "", []
    return found[-1].by.name, content_changes(found[0].content, meeting_content(meeting))
