"""Reads around integrity: project lists by year, risk points and their reviews, activities."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MeetingStatus, OrganisationStatus, WorklistItemState
from branches.models import Meeting, Organisation, WorklistItem
from branches.querysets import OrganisationRowQuerySet
from branches.services.measures import Deadline, DeadlineSource
from core.calendar import local_today
from discipline.choices import ProjectKind, RiskState
from discipline.models import IntegrityActivity, Project, RiskPoint, RiskReview
from discipline.querysets import ProjectQuerySet

RISK_REVIEW = "risk_review"
RISK_RULE = "D04"
LOG_DAYS = 120
LOGS_SHOWN = 60


def projects_in_full() -> ProjectQuerySet:
    return Project.objects.select_related("organisation", "worklist", "by")


def project_url(worklist: int) -> str:
    """The page of the project that a worklist belongs to."""
    kind, pk = Project.objects.values_list("kind", "pk").get(worklist=worklist)
    name = "five_year_detail" if kind == ProjectKind.FIVE_YEAR else "project_detail"
    return reverse(f"discipline:{name}", args=[pk])


@dataclass(frozen=True, slots=True)
class ProjectYear:
    """The tasks of a project that end in one year."""

    year: int
    tasks: int
    done: int
    late: int

    @property
    def late_words(self) -> str:
        return f"{self.late}项逾期"


def project_years(user: User, project: Project) -> list[ProjectYear]:
    """Every year of the project, with the tasks that the reader sees; those cancelled do not count. One query."""
    items = WorklistItem.objects.visible_to(user, Capability.WORKLIST_VIEW).filter(worklist=project.worklist_id)
    items = items.exclude(state=WorklistItemState.CANCELLED)
    closed, open_states = Q(state=WorklistItemState.CLOSED), (WorklistItemState.OPEN, WorklistItemState.RETURNED)
    figures = {
        row["due_on__year"]: row
        for row in items.order_by()
        .values("due_on__year")
        .annotate(
            tasks=Count("pk"),
            done=Count("pk", filter=closed),
            late=Count("pk", filter=Q(state__in=open_states, due_on__lt=local_today())),
        )
    }
    years = sorted({*range(project.first_year, project.last_year + 1), *figures})
    nothing = {"tasks": 0, "done": 0, "late": 0}
    return [
        ProjectYear(year, *(figures.get(year, nothing)[name] for name in ("tasks", "done", "late"))) for year in years
    ]


def risks_in_full() -> OrganisationRowQuerySet:
    return RiskPoint.objects.select_related("organisation", "by")


def open_review(risk: RiskPoint) -> RiskReview | None:
    """The review that is to come; none of a risk that was struck off."""
    found: RiskReview | None = RiskReview.objects.filter(risk=risk, reviewed_on=None).first()
    return found


def reviews_of(risk: RiskPoint) -> list[RiskReview]:
    return list(RiskReview.objects.filter(risk=risk).select_related("by").order_by("-due_on", "-pk"))


def risk_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """Reviews of risk points, done or to come. One query."""
    rows = RiskReview.objects.all()
    if subjects is not None:
        rows = rows.filter(pk__in=[int(subject.partition(":")[2]) for subject in subjects])
    standing = Q(risk__state=RiskState.ACTIVE, risk__organisation__status=OrganisationStatus.ACTIVE)
    values = rows.filter(Q(reviewed_on__isnull=False) | standing).values_list(
        "pk", "risk__organisation_id", "risk__post", "opened_on", "due_on", "reviewed_on"
    )
    for pk, organisation, post, opened_on, due_on, reviewed_on in values.iterator(chunk_size=2000):
        yield Deadline(
            rule=RISK_RULE,
            organisation_id=organisation,
            subject=f"{RISK_REVIEW}:{pk}",
            title=f"复查廉政风险点：{post}",
            starts_on=opened_on,
            ends_on=due_on,
            done=reviewed_on is not None,
        )


def _review_url(subject: str) -> str:
    risk = RiskReview.objects.values_list("risk_id", flat=True).get(pk=int(subject.partition(":")[2]))
    return reverse("discipline:risk_detail", args=[risk])


RISK_SOURCE = DeadlineSource(
    name=RISK_REVIEW,
    label="廉政风险点复查",
    hint="登记复查结果后自动计入。",
    rows=risk_deadlines,
    url=_review_url,
    capability=Capability.INTEGRITY_VIEW,
)


def activities_in_full() -> OrganisationRowQuerySet:
    return IntegrityActivity.objects.select_related("organisation", "meeting", "by")


def logs_within(organisation: Organisation, capability: Capability, user: User) -> Any:
    """The latest submitted logs below an organisation that an activity may name, as a queryset of at most a page."""
    since = local_today() - timedelta(days=LOG_DAYS)
    rows = Meeting.objects.visible_to(user, capability).filter(
        organisation__path__startswith=organisation.path, status=MeetingStatus.SUBMITTED, held_on__gte=since
    )
    newest = list(rows.order_by("-held_on", "-pk").values_list("pk", flat=True)[:LOGS_SHOWN])
    return Meeting.objects.filter(pk__in=newest).select_related("organisation").order_by("-held_on", "-pk")


def next_due(reviewed_on: date) -> date:
    """A year later: what is proposed, not what is asked (MINE: no rule names a span)."""
    try:
        return reviewed_on.replace(year=reviewed_on.year + 1)
    except ValueError:  # 29 February
        return date(reviewed_on.year + 1, 2, 28)
