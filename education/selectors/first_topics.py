"""Reads of 第一议题: the logs offered for one, and what is taken over from a log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, Q, QuerySet, Value, When
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.choices import PRESENT_STATUSES, MeetingStatus, OrganisationKind
from branches.models import Attendance, Meeting, MeetingDecision, Organisation
from branches.querysets import MeetingQuerySet, OrganisationRowQuerySet
from core.calendar import local_today
from education.models import FirstTopic

SOURCE = "education.first_topic"
RULE = "E02"
#: How far back a log is offered, and how many at most.
OFFERED_DAYS = 120
OFFERED = 40


def first_topics_in_full() -> OrganisationRowQuerySet:
    rows: OrganisationRowQuerySet = FirstTopic.objects.select_related("organisation", "meeting", "by", "worklist")
    return rows


def meetings_all() -> MeetingQuerySet:
    return Meeting.objects.select_related("organisation")


def logs_offered(user: User) -> QuerySet[Meeting]:
    """
    Recent submitted logs of the user's own branches that have no 第一议题 yet: those that speak of study first, then
    the newest. None for who does not write for branches.
    """
    scope = user.scope(Capability.STUDY_RECORD)
    if scope.everything:
        return Meeting.objects.none()
    branches = Organisation.objects.filter(path__in=scope.paths, kind=OrganisationKind.BRANCH)
    rows = Meeting.objects.filter(
        organisation__in=branches,
        status=MeetingStatus.SUBMITTED,
        first_topic=None,
        held_on__gte=local_today() - timedelta(days=OFFERED_DAYS),
    )
    studied = Case(
        When(~Q(study="") | Q(agenda__contains="学习") | Q(agenda__contains="第一议题"), then=Value(0)),
        default=Value(1),
    )
    return rows.select_related("organisation").order_by(studied, "-held_on", "-pk")[:OFFERED]


@dataclass(frozen=True, slots=True)
class FromLog:
    """What a log holds already: titles studied, names of those present, decisions that may become measures."""

    titles: tuple[str, ...]
    present: tuple[str, ...]
    decisions: tuple[MeetingDecision, ...]


def from_log(meeting: Meeting) -> FromLog:
    """Two queries."""
    present = Attendance.objects.filter(meeting=meeting, status__in=PRESENT_STATUSES)
    names = present.order_by("member__name_pinyin", "member_id").values_list("member__name", flat=True)
    titles = (line.strip() for line in meeting.study.splitlines())
    return FromLog(
        tuple(title[:160] for title in titles if title),
        tuple(names),
        tuple(decisions_of(meeting)),
    )


def decisions_of(meeting: Meeting, ids: Collection[int] | None = None) -> QuerySet[MeetingDecision]:
    rows = MeetingDecision.objects.filter(meeting=meeting).order_by("pk")
    return rows if ids is None else rows.filter(pk__in=ids)


def first_topic_url(worklist_id: int) -> str:
    """The 第一议题 whose measures stand in this list."""
    found = FirstTopic.objects.filter(worklist=worklist_id).values_list("pk", flat=True).first()
    return reverse("education:first_topic_detail", args=[found]) if found else reverse("education:first_topic_list")


def first_topic_of(meeting: Meeting) -> FirstTopic | None:
    found: FirstTopic | None = FirstTopic.objects.filter(meeting=meeting).first()
    return found
