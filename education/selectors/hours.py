"""Study hours derived from logs and closed classes: what each counts, and whom the yearly hours are asked of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.aggregates import Count

from branches.choices import PRESENT_STATUSES, MeetingKind, MeetingStatus, PartyStanding
from branches.models import Attendance, Meeting, MeetingCount, Member, Membership, Organisation, Post
from core.calendar import local_today
from education.choices import ClassState
from education.models import TrainingLine
from education.policy.hours import ZERO, LogFacts, StudyRules, YearHours, has_reached, log_hours
from education.selectors.training_rules import study_rules

BATCH = 500


def year_of(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def year_hours(members: Collection[int], year: int) -> dict[int, YearHours]:
    """Live hours of these members; who has none is not named. Four queries for up to 500 members and 500 logs."""
    pairs = [pair for ids in batches(sorted(members)) for pair in attended(ids, year)]
    return _summed(members, year, pairs, _hours_of({log for _, log in pairs}))


def hours_by_member(members: Collection[int], year: int, logs: dict[int, Decimal]) -> dict[int, YearHours]:
    """The same from the hours of logs that are known already. Two queries for 500 members."""
    pairs = (pair for ids in batches(sorted(members)) for pair in attended(ids, year))
    return _summed(members, year, pairs, logs)


def _summed(
    members: Collection[int], year: int, pairs: Iterable[tuple[int, int]], logs: dict[int, Decimal]
) -> dict[int, YearHours]:
    meetings: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for member, log in pairs:
        if hours := logs.get(log):
            meetings[member] += hours
    classes: dict[int, tuple[Decimal, int]] = {}
    for ids in batches(sorted(members)):
        lines = lines_counted(year).filter(member__in=ids).order_by()
        for member, total, count in lines.values_list("member_id").annotate(Sum("hours"), Count("pk")):
            classes[member] = (total, count)
    return {
        member: YearHours(meetings.get(member, ZERO), *classes.get(member, (ZERO, 0)))
        for member in meetings.keys() | classes.keys()
    }


def attended(members: Collection[int], year: int) -> Iterator[tuple[int, int]]:
    """(member, log) of everybody who was present or late, in submitted logs of the year. One query."""
    rows = Attendance.objects.filter(
        member__in=members,
        status__in=[int(status) for status in PRESENT_STATUSES],
        meeting__held_on__range=year_of(year),
        meeting__status=MeetingStatus.SUBMITTED,
    )
    yield from rows.order_by().values_list("member_id", "meeting_id").iterator(chunk_size=2000)


def logs_known(member: int, year: int) -> dict[int, Decimal]:
    """Hours of every log at which a member was. Three queries."""
    return _hours_of({log for _, log in attended([member], year)})


def _hours_of(logs: Collection[int]) -> dict[int, Decimal]:
    rules = study_rules(local_today())
    return {log: hours for ids in batches(sorted(logs)) for log, hours in _logs(rules, meeting__in=ids)}


def logs_of_year(year: int) -> dict[int, Decimal]:
    """Hours of every log of the year in the whole city. Two queries."""
    return dict(_logs(study_rules(local_today()), held_on__range=year_of(year)))


COLUMNS = (
    "meeting__starts_at", "meeting__ends_at", "meeting__detail__lecture_hours", "meeting__detail__with_study",
)  # fmt: skip


def _logs(rules: StudyRules, **lookup: Any) -> Iterator[tuple[int, Decimal]]:
    """A log counted for several branches has several rows of each kind: it is one log all the same."""
    rows = MeetingCount.objects.filter(kind__in=sorted(rules.kinds), **lookup).order_by()
    kinds: dict[int, set[str]] = defaultdict(set)
    facts: dict[int, tuple[Any, ...]] = {}
    for meeting, kind, *rest in rows.values_list("meeting_id", "kind", *COLUMNS).iterator(chunk_size=2000):
        kinds[meeting].add(kind)
        facts[meeting] = tuple(rest)
    for meeting, (starts_at, ends_at, lecture, with_study) in facts.items():
        yield meeting, log_hours(LogFacts(kinds[meeting], starts_at, ends_at, lecture, bool(with_study)), rules)


def lines_counted(year: int) -> QuerySet[TrainingLine]:
    """Attendance of classes that were closed, in the year in which they ended."""
    return TrainingLine.objects.filter(
        attended=True, training_class__state=ClassState.CLOSED, training_class__ends_on__range=year_of(year)
    )


# Whom it is asked of ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A member of whom hours are asked on a day, in the branch where the member then is."""

    branch: int
    member: int
    name: str
    is_leader: bool
    joined_on: date | None
    confirmed_on: date | None


def judged_on(year: int, today: date) -> date:
    """The day on which membership and posts of a year are looked at: today, within the year."""
    first, last = year_of(year)
    return max(first, min(today, last))


def people_asked(branches: Sequence[int] | None, day: date) -> list[Asked]:
    """
    Everybody in these branches on ``day`` whose standing is normal, by pinyin; 书记和班子成员 are those with a post in
    any committee on that day. Two queries.
    """
    rows = Membership.objects.on(day).filter(member__standing=PartyStanding.NORMAL, member__is_lost=False)
    if branches is not None:
        rows = rows.filter(organisation__in=branches)
    leaders = set(Post.objects.committee().on(day).values_list("member_id", flat=True))
    columns = ("organisation_id", "member_id", "member__name", "member__joined_on", "member__confirmed_on")
    found = rows.order_by("member__name_pinyin", "member_id").values_list(*columns)
    return [
        Asked(branch, member, name, member in leaders, joined, confirmed)
        for branch, member, name, joined, confirmed in found
    ]


@dataclass(frozen=True, slots=True)
class HoursRow:
    """One member's year beside what is asked."""

    person: Asked
    hours: YearHours
    target: Decimal
    reached: bool


@dataclass(frozen=True, slots=True)
class BranchHours:
    """The members of a branch in a year, by pinyin: nobody is ranked."""

    year: int
    day: date
    rows: tuple[HoursRow, ...]
    rules: StudyRules


def branch_hours(branch: Organisation, year: int) -> BranchHours:
    """Live, as of now. Seven queries."""
    day, rules = judged_on(year, local_today()), study_rules(local_today())
    people = people_asked([branch.pk], day)
    hours = year_hours([person.member for person in people], year)
    rows = tuple(hours_row(person, hours.get(person.member, YearHours()), rules) for person in people)
    return BranchHours(year, day, rows, rules)


def hours_row(person: Asked, hours: YearHours, rules: StudyRules) -> HoursRow:
    target = rules.value("leader_hours" if person.is_leader else "member_hours")
    return HoursRow(person, hours, target, has_reached(hours, is_leader=person.is_leader, rules=rules))


# One member's records -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HoursRecord:
    """One log or class that counted; ``pk`` of which, for a link."""

    held_on: date
    title: str
    kind: str
    hours: Decimal
    meeting: int | None = None
    training: int | None = None


def member_records(member: Member, year: int) -> list[HoursRecord]:
    """Everything that counted for a member, newest first. Five queries."""
    logs = logs_known(member.pk, year)
    counted = {log: hours for log, hours in logs.items() if hours}
    return sorted([*_log_records(counted), *_class_records(member, year)], key=lambda row: row.held_on, reverse=True)


def _log_records(counted: dict[int, Decimal]) -> Iterator[HoursRecord]:
    rows = Meeting.objects.filter(pk__in=counted).order_by("-held_on", "-pk")
    for pk, held_on, title, kind in rows.values_list("pk", "held_on", "title", "kind"):
        yield HoursRecord(held_on, title, str(MeetingKind(kind).label), counted[pk], meeting=pk)


def _class_records(member: Member, year: int) -> Iterator[HoursRecord]:
    lines = lines_counted(year).filter(member=member).select_related("training_class")
    for line in lines.order_by("-training_class__ends_on", "-pk"):
        held = line.training_class
        yield HoursRecord(
            held.ends_on, held.title, held.get_kind_display(), line.hours or ZERO, training=line.training_class_id
        )


def is_leader(member: Member, day: date) -> bool:
    return Post.objects.filter(member=member).committee().on(day).exists()


def batches(values: Sequence[int], size: int = BATCH) -> Iterable[Sequence[int]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
