"""A branch's own study: its topics from every level above on one page, and the logs that may do them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MeetingKind, MeetingStatus
from branches.models import Meeting, Organisation
from branches.querysets import OrganisationQuerySet, OrganisationRowQuerySet
from core.calendar import local_today
from education.choices import StudyPlanState
from education.models import StudyLink, StudyPlan, StudyTask
from education.policy.study import TaskState, mentioned, task_state

#: Logs at which people study.
STUDY_KINDS = (
    MeetingKind.STUDY, MeetingKind.ASSEMBLY, MeetingKind.THEME_DAY, MeetingKind.LECTURE, MeetingKind.COMMITTEE,
    MeetingKind.GROUP, MeetingKind.WARNING_EDUCATION,
)  # fmt: skip
LOGS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class TaskView:
    """A topic of the branch as its page shows it: how it stands, by which logs it was done."""

    task: StudyTask
    state: TaskState
    logs: tuple[Meeting, ...]

    @property
    def is_open(self) -> bool:
        return self.state in (TaskState.DUE, TaskState.OVERDUE, TaskState.OPTIONAL, TaskState.COMING)


@dataclass(frozen=True, slots=True)
class PlanView:
    plan: StudyPlan
    tasks: tuple[TaskView, ...]

    @property
    def asked(self) -> int:
        return sum(view.task.topic.is_required and view.state != TaskState.CANCELLED for view in self.tasks)

    @property
    def done(self) -> int:
        return sum(view.task.topic.is_required and view.state == TaskState.DONE for view in self.tasks)


@dataclass(frozen=True, slots=True)
class Choice:
    """A topic that a log may do: ``linked`` already, or ``likely``, since the log names what is read."""

    task: StudyTask
    linked: bool
    likely: bool


def own_study(branch: Organisation, year: int) -> list[PlanView]:
    """The plans of the year that address the branch, the highest issuer first. Three queries."""
    today = local_today()
    links = StudyLink.objects.select_related("meeting").order_by("meeting__held_on", "pk")
    tasks = (
        _tasks(branch)
        .filter(topic__plan__starts_on__lte=date(year, 12, 31), topic__plan__ends_on__gte=date(year, 1, 1))
        .prefetch_related(Prefetch("links", queryset=links), "topic__materials")
    )
    grouped = groupby(tasks, key=lambda task: task.topic.plan)
    return [PlanView(plan, tuple(_view(task, today) for task in rows)) for plan, rows in grouped]


def _view(task: StudyTask, today: date) -> TaskView:
    logs = tuple(link.meeting for link in task.links.all())
    topic = task.topic
    state = task_state(
        done=any(log.status == MeetingStatus.SUBMITTED for log in logs),
        required=topic.is_required,
        cancelled=bool(topic.cancelled_on) or topic.plan.state == StudyPlanState.CLOSED,
        starts_on=topic.starts_on,
        due_on=topic.due_on,
        today=today,
    )
    return TaskView(task, state, logs)


def _tasks(branch: Organisation) -> QuerySet[StudyTask]:
    rows = StudyTask.objects.filter(organisation=branch).exclude(topic__plan__state=StudyPlanState.DRAFT)
    rows = rows.select_related("topic__plan__organisation")
    order = ("topic__plan__organisation__depth", "topic__plan__pk", "topic__number", "topic__pk")
    return rows.order_by(*order)


def study_branches(user: User, capability: Capability) -> QuerySet[Organisation]:
    """The branches in the user's reach that stand, in tree order."""
    rows: QuerySet[Organisation] = Organisation.objects.visible_to(user, capability).branches().filter(ended_on=None)
    return rows.order_by("path")


def branches_all() -> OrganisationQuerySet:
    """Every branch, for a view to narrow to what its reader may reach."""
    return Organisation.objects.branches()


def tasks_all() -> OrganisationRowQuerySet:
    return StudyTask.objects.select_related("organisation", "topic__plan")


def logs_of(branch: Organisation) -> QuerySet[Meeting]:
    """Submitted logs that the branch wrote or took part in."""
    own = Q(organisation=branch) | Q(pk__in=branch.joint_meetings.values("meeting_id"))
    return Meeting.objects.filter(own, status=MeetingStatus.SUBMITTED)


def logs_for_task(task: StudyTask) -> list[Meeting]:
    """
    The branch's logs from the topic's first day to the plan's last one, nearest the topic first: those that name what
    is read, then the newest. One query, one more for the materials.
    """
    topic = task.topic
    found = logs_of(task.organisation).filter(
        kind__in=STUDY_KINDS, held_on__gte=topic.starts_on, held_on__lte=topic.plan.ends_on
    )
    logs = list(found.order_by("-held_on", "-pk")[:LOGS_SHOWN])
    titles = _titles(task)
    return sorted(logs, key=lambda log: not mentioned(titles, _words(log)))


def tasks_for_log(branch: Organisation, meeting: Meeting) -> list[Choice]:
    """The branch's topics that this log may do or did, by plan and number. Four queries."""
    if meeting.organisation_id != branch.pk and not branch.joint_meetings.filter(meeting=meeting).exists():
        return []
    linked = set(StudyLink.objects.filter(meeting=meeting, task__organisation=branch).values_list("task_id", flat=True))
    fits = Q(
        topic__starts_on__lte=meeting.held_on,
        topic__plan__ends_on__gte=meeting.held_on,
        topic__plan__state=StudyPlanState.PUBLISHED,
        topic__cancelled_on=None,
    )
    if meeting.kind not in STUDY_KINDS:
        fits = Q(pk__in=())
    tasks = _tasks(branch).filter(fits | Q(pk__in=linked)).prefetch_related("topic__materials")
    words = _words(meeting)
    return [Choice(task, task.pk in linked, mentioned(_titles(task), words)) for task in tasks]


def _titles(task: StudyTask) -> list[str]:
    topic = task.topic
    return [topic.theme, *topic.reading.splitlines(), *(material.title for material in topic.materials.all())]


def _words(log: Meeting) -> str:
    return "\n".join((log.title, log.study, log.agenda))


def meeting_study_url(meeting: Meeting) -> str:
    """Where a log is linked to topics."""
    return f"{reverse('education:study_link')}?meeting={meeting.pk}"


def themes_of(meeting: Meeting, branches: Iterable[int]) -> list[str]:
    """The topics that a log did for these branches. One query."""
    rows = StudyLink.objects.filter(meeting=meeting, task__organisation__in=branches)
    return list(rows.order_by("task__topic__number").values_list("task__topic__theme", flat=True).distinct())
