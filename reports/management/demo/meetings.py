"""The logs of all branches, branch by branch, as rows ready to insert."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from branches.choices import AttendanceStatus, MeetingKind, MeetingStatus
from core.calendar import is_workday, workdays_between
from reports.management.demo import texts
from reports.management.demo.rows import stamp
from reports.management.demo.tree import Branch, Node, Person

PRESENT = int(AttendanceStatus.PRESENT)
ABSENCES = [
    int(status)
    for status in (
        AttendanceStatus.TRAVEL,
        AttendanceStatus.TRAVEL,
        AttendanceStatus.OFFICIAL,
        AttendanceStatus.SICK,
        AttendanceStatus.PERSONAL,
        AttendanceStatus.LATE,
        AttendanceStatus.ABSENT,
    )
]
#: Share of those expected who are away.
AWAY = 0.07
LATE_AFTER = 3


class Plan(NamedTuple):
    """A meeting to be held: its kind and what else it counts as; ``people`` None expects the whole branch or group."""

    kind: str
    also: tuple[str, ...] = ()
    group: Node | None = None
    people: list[Person] | None = None


class Figures(NamedTuple):
    expected: int
    present: int
    voting: int
    present_voting: int


@dataclass
class Rows:
    """Rows of one batch, by table, in the order of ``COLUMNS``."""

    meetings: list[tuple[Any, ...]] = field(default_factory=list)
    counts: list[tuple[Any, ...]] = field(default_factory=list)
    attendances: list[tuple[Any, ...]] = field(default_factory=list)
    votes: list[tuple[Any, ...]] = field(default_factory=list)
    decisions: list[tuple[Any, ...]] = field(default_factory=list)


MEETING_COLUMNS = (
    "id", "organisation_id", "group_id", "kind", "also_kinds", "title", "held_on", "starts_at", "ends_at",
    "place", "host", "recorder", "observers", "agenda", "study", "discussion", "resolution", "expected",
    "present", "expected_voting", "present_voting", "status", "return_reason", "is_late_entry", "late_note",
    "revision", "submission_key", "submitted_by_id", "submitted_at", "updated_at",
)  # fmt: skip
COUNT_COLUMNS = ("meeting_id", "kind", "organisation_id", "group_id", "held_on")
ATTENDANCE_COLUMNS = ("meeting_id", "member_id", "status", "has_vote", "note")
VOTE_COLUMNS = (
    "meeting_id", "subject", "rule", "method", "should", "present", "approve", "oppose", "abstain", "written",
    "passed",
)  # fmt: skip
DECISION_COLUMNS = ("meeting_id", "text", "owner", "due_on")


def months(since: date, until: date) -> Iterator[date]:
    """First days of the months from ``since`` to ``until``."""
    day = since.replace(day=1)
    while day <= until:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


class Minutes:
    """Writes the logs of one branch after another."""

    def __init__(self, random: Random, since: date, today: date, first_id: int, writers: dict[int, int]) -> None:
        self.random, self.since, self.today, self.id = random, since, today, first_id
        self.writers = writers
        self.texts = texts.discussions(random)
        self.workdays: dict[date, date] = {}
        self.spans: dict[tuple[date, date], int] = {}
        self.warning_days: dict[date, date] = {}

    def branch(self, branch: Branch, rows: Rows, leave_open: bool = False) -> None:
        """All logs of ``branch``; ``leave_open`` leaves this quarter's assembly still to be held."""
        node = branch.node
        since = max(self.since, node.founded_on)
        until = min(self.today, node.ended_on - timedelta(days=1) if node.ended_on else self.today)
        for first in months(since, until):
            window = (max(first, since), min(first + timedelta(days=27), until))
            if window[0] > window[1]:
                continue
            for plan in self._plan(branch, first, leave_open):
                day = self._day(window, plan.kind, first)
                if day is not None:
                    self._log(branch, plan, day, rows)

    def _plan(self, branch: Branch, first: date, leave_open: bool) -> Iterator[Plan]:
        """What the branch holds in this month."""
        chance, held = self.random.random, branch.diligence
        middle = first.month % 3 == 2
        current = (first.year, (first.month - 1) // 3) == (self.today.year, (self.today.month - 1) // 3)
        if middle and chance() < held and not (leave_open and current):
            yield Plan(MeetingKind.ASSEMBLY, (MeetingKind.LECTURE,) if chance() < 0.5 else ())
        if len(branch.posts) >= 3 and chance() < held:
            yield Plan(MeetingKind.COMMITTEE, people=[person for person, _ in branch.posts])
        for group in branch.groups:
            if chance() < held:
                yield Plan(MeetingKind.GROUP, group=group)
        if chance() < held:
            yield Plan(MeetingKind.THEME_DAY)
        if chance() < held * 0.9:
            yield Plan(MeetingKind.STUDY)
        if middle and chance() < held:
            yield Plan(MeetingKind.WARNING_EDUCATION)
        if middle and chance() < 0.5:
            yield Plan(MeetingKind.LECTURE)
        if first.month == 1 and chance() < held:
            yield Plan(MeetingKind.LIFE_MEETING, (MeetingKind.APPRAISAL,))

    def _day(self, window: tuple[date, date], kind: str, first: date) -> date | None:
        """A working day in the window; the city's conference has one day for all."""
        if kind == MeetingKind.WARNING_EDUCATION:
            day = self.warning_days.setdefault(first, first + timedelta(days=self.random.randrange(8, 20)))
        else:
            day = window[0] + timedelta(days=self.random.randrange((window[1] - window[0]).days + 1))
        day = self._workday(day)
        return day if window[0] <= day <= self.today else None

    def _workday(self, day: date) -> date:
        if day not in self.workdays:
            found = day
            while not is_workday(found):
                found -= timedelta(days=1)
            self.workdays[day] = found
        return self.workdays[day]

    def _workdays(self, start: date, end: date) -> int:
        if (start, end) not in self.spans:
            self.spans[start, end] = workdays_between(start, end)
        return self.spans[start, end]

    def _log(self, branch: Branch, plan: Plan, day: date, rows: Rows) -> None:
        expected = branch.on(day)
        if plan.people is not None:
            chosen = {person.pk for person in plan.people}
            expected = [person for person in expected if person.pk in chosen]
        elif plan.group is not None:
            expected = [person for person in expected if person.group is plan.group]
        if not expected:
            return
        figures = self._attendance(expected, day, rows)
        if not figures.present:
            return
        self._meeting(branch, plan, day, figures, rows)
        group_id = plan.group.pk if plan.group else None
        kinds = (plan.kind, *plan.also)
        rows.counts.extend((self.id, counted, branch.node.pk, group_id, day) for counted in kinds)
        self._outcome(plan.kind, expected, day, figures, rows)
        self.id += 1

    def _attendance(self, expected: list[Person], day: date, rows: Rows) -> Figures:
        """Attendance rows of the coming meeting, and their figures."""
        chance, choose = self.random.random, self.random.choice
        present = voting = present_voting = 0
        marks = []
        for person in expected:
            votes = person.has_vote(day)
            status = choose(ABSENCES) if chance() < AWAY else PRESENT
            here = status >= AttendanceStatus.LATE and status != AttendanceStatus.TRAVEL
            present += here
            voting += votes
            present_voting += here and votes
            marks.append((self.id, person.pk, status, votes, ""))
        if present:
            rows.attendances.extend(marks)
        return Figures(len(expected), present, voting, present_voting)

    def _meeting(self, branch: Branch, plan: Plan, day: date, figures: Figures, rows: Rows) -> None:
        random = self.random
        lag = random.randrange(0, 2) if random.random() < 0.94 else random.randrange(5, 16)
        submitted = datetime.combine(min(day + timedelta(days=lag), self.today), time(8, random.randrange(60)))
        late = lag > LATE_AFTER and self._workdays(day, submitted.date()) > LATE_AFTER
        hour = random.choice((9, 10, 14, 15, 16))
        names = [person.name for person, _ in branch.posts] or ["支部书记"]
        study = random.choice(texts.STUDY)
        title = f"{day.year}年{day.month}月{texts.TITLES[MeetingKind(plan.kind)]}"
        moment = stamp(submitted)
        rows.meetings.append(
            (
                self.id, branch.node.pk, plan.group.pk if plan.group else None, plan.kind, json.dumps(plan.also),
                title, day, f"{hour:02d}:00:00", f"{hour + 1:02d}:{random.choice(('00', '20', '30'))}:00",
                random.choice(texts.PLACES), names[0], names[-1], "", "\n".join(random.sample(texts.AGENDA, 2)), study,
                random.choice(self.texts), random.choice(texts.RESOLUTIONS), *figures, MeetingStatus.SUBMITTED, "",
                late, texts.LATE_NOTE if late else "", 1, UUID(int=random.getrandbits(128), version=4).hex,
                self.writers.get(branch.node.pk), moment, moment,
            )
        )  # fmt: skip

    def _outcome(self, kind: str, expected: list[Person], day: date, figures: Figures, rows: Rows) -> None:
        should, present = figures.voting, figures.present_voting
        if kind == MeetingKind.ASSEMBLY and self.random.random() < 0.3 and present * 2 >= should > 0:
            against = 1 if present > 6 and self.random.random() < 0.2 else 0
            vote = (present - against, against, 0, 0, (present - against) * 2 > should)
            rows.votes.append((self.id, "支部年度工作计划", "ordinary", "hands", should, present, *vote))
        if kind in (MeetingKind.ASSEMBLY, MeetingKind.COMMITTEE) and self.random.random() < 0.3:
            owner = self.random.choice(expected).name
            rows.decisions.append((self.id, self.random.choice(texts.DECISIONS), owner, day + timedelta(days=30)))
