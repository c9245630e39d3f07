"""Reads of study plans: whom they address, what they burden them with, how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from accounts.models import User
from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import TEMPORARY_TYPES, MeetingStatus, OrganisationKind
from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from core.calendar import local_today
from education.choices import StudyPlanState
from education.models import StudyLink, StudyPlan, StudyTask, StudyTopic
from education.policy.study import TaskState
from education.querysets import StudyPlanQuerySet, StudyTopicQuerySet


@dataclass(frozen=True, slots=True)
class Burden:
    """What publishing a plan means: so many branches of so many units, so many topics, so many rows that are due."""

    units: int
    branches: int
    topics: int
    rows: int


def plans_in_full() -> StudyPlanQuerySet:
    rows: StudyPlanQuerySet = StudyPlan.objects.select_related("organisation", "by")
    return rows


def topics_in_full() -> StudyTopicQuerySet:
    return StudyTopic.objects.select_related("plan__organisation").prefetch_related("materials")


def plan_branches(plan: StudyPlan) -> OrganisationQuerySet:
    """
    The branches that a plan addresses: standing and at work below its issuer, in the units it is narrowed to; no
    temporary ones, which have no duties of their own (支部工作条例 art. 8).
    """
    paths = list(plan.units.values_list("path", flat=True)) or [plan.organisation.path]
    below = Q()
    for path in paths:
        below |= Q(path__startswith=path)
    rows: OrganisationQuerySet = Organisation.objects.branches().active().filter(below)
    return rows.exclude(type_code__in=TEMPORARY_TYPES).filter(founded_on__lte=local_today())


def plan_burden(plan: StudyPlan) -> Burden:
    """What the plan would ask, and of how many. Three queries."""
    paths = list(plan_branches(plan).order_by().values_list("path", flat=True))
    topics = plan.topics.filter(cancelled_on=None)
    required = topics.filter(is_required=True).count()
    units = len({path[: STEP * UNIT_DEPTH] for path in paths})
    return Burden(units, len(paths), topics.count(), len(paths) * required)


def plan_topics(plan: StudyPlan) -> list[StudyTopic]:
    """The topics in their order, with their materials. Two queries."""
    return list(plan.topics.prefetch_related("materials").order_by("number", "pk"))


def done_links() -> Exists:
    """Whether a task has a log that counts; a log sent back for correction does not."""
    return Exists(StudyLink.objects.filter(task=OuterRef("pk"), meeting__status=MeetingStatus.SUBMITTED))


def tasks_in_state() -> QuerySet[Any]:
    """Tasks with ``state``, a TaskState of today, judged by the database for lists and counts."""
    today = local_today()
    state = Case(
        When(is_done=True, then=Value(TaskState.DONE.value)),
        When(
            Q(topic__cancelled_on__isnull=False) | Q(topic__plan__state=StudyPlanState.CLOSED),
            then=Value(TaskState.CANCELLED.value),
        ),
        When(topic__is_required=False, then=Value(TaskState.OPTIONAL.value)),
        When(topic__due_on__lt=today, then=Value(TaskState.OVERDUE.value)),
        When(topic__starts_on__gt=today, then=Value(TaskState.COMING.value)),
        default=Value(TaskState.DUE.value),
        output_field=CharField(),
    )
    return StudyTask.objects.annotate(is_done=done_links()).annotate(state=state)


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """How far the branches of one unit are: rows asked, done, and beyond their day. In the order of the tree."""

    unit: Organisation
    asked: int
    done: int
    overdue: int


def plan_progress(user: User, plan: StudyPlan) -> list[UnitProgress]:
    """Required topics of the plan by unit, as far as the reader reaches. In the order of the tree, never ranked.
    Two queries."""
    reached = StudyTask.objects.visible_to(user, Capability.STUDY_VIEW).filter(
        topic__plan=plan, topic__is_required=True
    )
    rows = tasks_in_state().filter(pk__in=reached.values("pk"))
    counted = (
        rows.annotate(unit=Substr("organisation__path", 1, STEP * UNIT_DEPTH))
        .order_by()
        .values("unit")
        .annotate(
            asked=Count("pk", filter=~Q(state=TaskState.CANCELLED.value)),
            done=Count("pk", filter=Q(state=TaskState.DONE.value)),
            overdue=Count("pk", filter=Q(state=TaskState.OVERDUE.value)),
        )
    )
    figures = {row["unit"]: row for row in counted}
    units = Organisation.objects.filter(path__in=figures).order_by("path")
    return [UnitProgress(unit, *(figures[unit.path][name] for name in ("asked", "done", "overdue"))) for unit in units]


def units_to_choose(place: Organisation) -> list[tuple[int, str]]:
    """The units to which a plan of the committee may be narrowed; none for any other issuer."""
    if place.kind != OrganisationKind.WORK_COMMITTEE:
        return []
    units = Organisation.objects.of_kind(OrganisationKind.UNIT).filter(ended_on=None).order_by("path")
    return list(units.values_list("pk", "short_name"))


def may_write_plan(user: User, plan: StudyPlan) -> bool:
    return user.scope(Capability.STUDY_RECORD).covers(plan.organisation.path)


def plan_years(today: date) -> list[int]:
    """Next year, this one and the nine before it."""
    return list(range(today.year + 1, today.year - 10, -1))
