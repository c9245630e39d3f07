"""What study plans make due: each required topic for each branch, once, until its last day (rule E01)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import F, Q
from django.urls import reverse

from branches.choices import TEMPORARY_TYPES, OrganisationStatus
from branches.services.measures import Deadline
from education.choices import StudyPlanState
from education.models import StudyTask
from education.selectors.plans import done_links

SOURCE = "study"
RULE = "E01"
TITLE = 76


def subject_of(task_id: int) -> str:
    return f"{SOURCE}:{task_id}"


def task_id_of(subject: str) -> int:
    return int(subject.partition(":")[2])


def study_url(subject: str) -> str:
    """Where a branch links the log that did it."""
    return f"{reverse('education:study_link')}?task={task_id_of(subject)}"


def study_subjects(meeting_ids: Collection[int]) -> list[str]:
    """What was done by these logs. One query."""
    tasks = StudyTask.objects.filter(links__meeting__in=meeting_ids).order_by("pk").distinct()
    return [subject_of(pk) for pk in tasks.values_list("pk", flat=True)]


def study_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """The deadlines of these tasks, of all where None. One query."""
    rows = StudyTask.objects.filter(topic__is_required=True).exclude(topic__plan__state=StudyPlanState.DRAFT)
    if subjects is not None:
        rows = rows.filter(pk__in=[task_id_of(subject) for subject in subjects])
    stands = Q(organisation__status=OrganisationStatus.ACTIVE) & ~Q(organisation__type_code__in=TEMPORARY_TYPES)
    asked = (
        Q(topic__cancelled_on=None)
        & (Q(topic__plan__closed_on=None) | Q(topic__due_on__lte=F("topic__plan__closed_on")))
        & stands
    )
    rows = rows.annotate(is_done=done_links()).filter(asked | Q(is_done=True)).order_by("pk")
    columns = rows.values_list(
        "pk", "organisation_id", "topic__theme", "topic__starts_on", "topic__due_on", "topic__plan__published_on",
        "is_done",
    )  # fmt: skip
    for pk, organisation, theme, starts_on, due_on, published_on, done in columns.iterator(chunk_size=2000):
        yield Deadline(
            rule=RULE,
            organisation_id=organisation,
            subject=subject_of(pk),
            title=f"学习：{theme[:TITLE]}",
            starts_on=max(starts_on, published_on or starts_on),
            ends_on=due_on,
            done=done,
        )
