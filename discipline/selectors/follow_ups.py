"""Reads around what units and branches were asked: deadlines, offered logs, counts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MeetingKind, MeetingStatus, OrganisationKind, OrganisationStatus
from branches.models import Meeting, MeetingCount
from branches.querysets import OrganisationRowQuerySet
from branches.services.measures import Deadline, DeadlineSource
from core.calendar import local_today
from discipline.choices import CircularState, ConferenceState
from discipline.models import FollowUp

WARNING = "warning_followup"
CIRCULAR = "circular_study"
#: Codes of the rules, by source and kind of organisation.
RULES = {
    (WARNING, OrganisationKind.UNIT.value): "D01",
    (WARNING, OrganisationKind.BRANCH.value): "D02",
    (CIRCULAR, OrganisationKind.BRANCH.value): "D03",
    (CIRCULAR, OrganisationKind.UNIT.value): "D06",
}
#: Logs in which something may have been studied, the likeliest first.
STUDY_KINDS = (
    MeetingKind.WARNING_EDUCATION, MeetingKind.STUDY, MeetingKind.THEME_DAY, MeetingKind.LECTURE, MeetingKind.ASSEMBLY,
    MeetingKind.COMMITTEE, MeetingKind.GROUP, MeetingKind.LIFE_MEETING,
)  # fmt: skip
OFFERED = 8


def follow_ups_in_full() -> OrganisationRowQuerySet:
    return FollowUp.objects.select_related(
        "organisation", "conference__organisation", "circular__organisation", "meeting", "by"
    )


def is_met() -> Q:
    """Recorded, and the log that it names still stands: a log sent back counts again once it is corrected."""
    return Q(done_on__isnull=False) & (Q(meeting=None) | Q(meeting__status=MeetingStatus.SUBMITTED))


def _deadlines(source: str, subjects: Collection[str] | None) -> Iterator[Deadline]:
    """One query. Nothing more is asked of who stands no more, nor by a circular that was withdrawn."""
    of_conference = source == WARNING
    rows = FollowUp.objects.filter(conference__isnull=not of_conference)
    if subjects is not None:
        rows = rows.filter(pk__in=[int(subject.partition(":")[2]) for subject in subjects])
    standing = Q(organisation__status=OrganisationStatus.ACTIVE)
    standing &= Q(conference__state=ConferenceState.HELD) | Q(circular__state=CircularState.PUBLISHED)
    cause = (
        ("conference__theme", "conference__held_on") if of_conference else ("circular__title", "circular__published_on")
    )
    values = rows.filter(Q(done_on__isnull=False) | standing).values_list(
        "pk", "organisation_id", "organisation__kind", *cause, "due_on", "done_on", "meeting__status"
    )
    words = "落实警示教育要求" if of_conference else "学习典型案例通报"
    for pk, organisation, kind, title, asked_on, due_on, done_on, status in values.iterator(chunk_size=2000):
        yield Deadline(
            rule=RULES[source, kind],
            organisation_id=organisation,
            subject=f"{source}:{pk}",
            title=f"{words}：{title}"[:80],
            starts_on=asked_on,
            ends_on=due_on,
            done=done_on is not None and status in (None, MeetingStatus.SUBMITTED),
        )


def warning_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    return _deadlines(WARNING, subjects)


def circular_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    return _deadlines(CIRCULAR, subjects)


def _url(subject: str) -> str:
    return reverse("discipline:follow_up_detail", args=[int(subject.partition(":")[2])])


def _source(name: str, label: str, rows: Callable[[Collection[str] | None], Iterator[Deadline]]) -> DeadlineSource:
    return DeadlineSource(
        name=name, label=label, hint="关联会议记录，或登记日期和形式后自动计入。", rows=rows, url=_url,
        capability=Capability.WARNING_VIEW, of_logs=lambda logs: _resting_on(name, logs),
    )  # fmt: skip


def _resting_on(source: str, logs: Collection[int]) -> list[str]:
    rows = FollowUp.objects.filter(meeting__in=logs, conference__isnull=source != WARNING)
    return [f"{source}:{pk}" for pk in rows.order_by("pk").values_list("pk", flat=True)]


SOURCES = (
    _source(WARNING, "警示教育会后要求", warning_deadlines),
    _source(CIRCULAR, "典型案例通报学习", circular_deadlines),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A log that may stand for what was asked; ``is_likely``: a 警示教育."""

    meeting: Meeting
    is_likely: bool


def offered_logs(follow_up: FollowUp, *, limit: int = OFFERED) -> list[Offer]:
    """Submitted logs of the branch, or within the unit, since it was asked: 警示教育 first, then the latest."""
    counts = _logs_of(follow_up).values_list("meeting_id", "kind", "held_on")
    ranked = sorted(counts, key=lambda row: (STUDY_KINDS.index(row[1]), -row[2].toordinal(), -row[0]))
    kinds: dict[int, str] = {}
    for meeting, kind, _ in ranked:
        kinds.setdefault(meeting, kind)
    chosen = list(kinds)[:limit]
    meetings = Meeting.objects.filter(pk__in=chosen).select_related("organisation").in_bulk()
    return [Offer(meetings[pk], kinds[pk] == MeetingKind.WARNING_EDUCATION) for pk in chosen if pk in meetings]


def may_stand_for(follow_up: FollowUp, meeting: int) -> bool:
    """Whether the log is one of those that may be named."""
    return _logs_of(follow_up).filter(meeting=meeting).exists()


def _logs_of(follow_up: FollowUp) -> Any:
    place = follow_up.organisation
    rows = MeetingCount.objects.filter(kind__in=STUDY_KINDS, held_on__range=(follow_up.asked_on, local_today()))
    if place.kind == OrganisationKind.BRANCH:
        return rows.filter(organisation=place)
    return rows.filter(organisation__path__startswith=place.path)


@dataclass(frozen=True, slots=True)
class Tally:
    """How far what was asked is done, for those whom the reader sees."""

    asked: int
    done: int
    late: int

    @property
    def open(self) -> int:
        return self.asked - self.done


def tally(user: User, **cause: Any) -> Tally:
    """Counts of one conference or circular within the reader's reach. One query."""
    rows = FollowUp.objects.visible_to(user, Capability.WARNING_VIEW).filter(**cause)
    figures = rows.aggregate(
        asked=Count("pk"),
        done=Count("pk", filter=is_met()),
        late=Count("pk", filter=~is_met() & Q(due_on__lt=local_today())),
    )
    return Tally(**figures)


def own_follow_ups(user: User, **cause: Any) -> list[FollowUp]:
    """What the reader answers for, where that is at most a branch or a unit. One query."""
    scope = user.scope(Capability.WARNING_RECORD)
    if scope.everything:
        return []
    rows = follow_ups_in_full().visible_to(user, Capability.WARNING_RECORD).filter(organisation__path__in=scope.paths)
    return list(rows.filter(**cause).order_by(F("done_on").asc(nulls_first=True), "due_on")[:5])


def state_of(done_on: date | None, log_status: str | None, due_on: date, today: date) -> tuple[str, str]:
    """(words, tone) of a follow-up on a day."""
    if done_on is not None and log_status in (None, "", MeetingStatus.SUBMITTED):
        return ("按时完成" if done_on <= due_on else "逾期完成"), "done"
    if done_on is not None:
        return "关联的记录已退回", "due"
    return ("已逾期", "overdue") if due_on < today else ("待落实", "due")
