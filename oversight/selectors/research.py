"""Reads of 调研式推进."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.roles import Capability
from branches.choices import WorklistItemState
from branches.querysets import OrganisationRowQuerySet
from oversight.models import FieldVisit, ResearchProblem, ResearchTopic
from oversight.querysets import ResearchPartQuerySet
from oversight.selectors.item_counts import counted, live_items


def topics_in_full() -> OrganisationRowQuerySet:
    return ResearchTopic.objects.select_related("organisation", "worklist", "by")


def problems_in_full() -> ResearchPartQuerySet:
    return ResearchProblem.objects.select_related("topic__organisation", "item")


@dataclass(frozen=True, slots=True)
class TopicPage:
    topic: ResearchTopic
    visits: tuple[FieldVisit, ...]
    problems: tuple[ResearchProblem, ...]
    may_write: bool


def topic_page(user: User, topic: ResearchTopic) -> TopicPage:
    """Two queries."""
    visits = FieldVisit.objects.filter(topic=topic).select_related("organisation", "meeting", "by")
    problems = ResearchProblem.objects.filter(topic=topic).select_related("item__organisation")
    may_write = user.scope(Capability.RESEARCH_WRITE).covers(topic.organisation.path)
    return TopicPage(topic, tuple(visits), tuple(problems), may_write)


def with_measures(rows: OrganisationRowQuerySet) -> OrganisationRowQuerySet:
    """Annotated with field visits, problems, measures and how many of these are closed."""
    live = live_items()
    found: OrganisationRowQuerySet = rows.annotate(
        visited=_parts(FieldVisit.objects.all()),
        found=_parts(ResearchProblem.objects.all()),
        measures=counted(live),
        measures_closed=counted(live.filter(state=WorklistItemState.CLOSED)),
    )
    return found


def _parts(rows: QuerySet[Any]) -> Coalesce:
    grouped = rows.filter(topic=OuterRef("pk")).order_by().values("topic").annotate(number=Count("pk"))
    return Coalesce(Subquery(grouped.values("number")), 0)
