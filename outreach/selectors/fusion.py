"""Reads of fusion projects."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from accounts.models import User
from accounts.roles import Capability
from branches.querysets import OrganisationRowQuerySet
from outreach.choices import FusionState, TagGroup
from outreach.models import FusionFigure, FusionProject, FusionTag
from outreach.policy.fusion import change_of
from outreach.querysets import FusionPartQuerySet

TONES = {
    FusionState.PLANNED: "draft",
    FusionState.ONGOING: "info",
    FusionState.FINISHED: "done",
    FusionState.CANDIDATE: "done",
    FusionState.STOPPED: "neutral",
}


def projects_in_full() -> OrganisationRowQuerySet:
    return FusionProject.objects.select_related("organisation", "by", "worklist").prefetch_related("tags")


def figures_in_full() -> FusionPartQuerySet:
    return FusionFigure.objects.select_related("project__organisation")


@dataclass(frozen=True, slots=True)
class FigureRow:
    figure: FusionFigure
    change: str


def figures_of(project: FusionProject) -> list[FigureRow]:
    return [FigureRow(row, change_of(row.base_value, row.now_value)) for row in project.figures.all()]


def tag_choices(project: FusionProject | None = None) -> list[tuple[str, list[tuple[int, str]]]]:
    """Tags that may be chosen, and those that the project already has, by their group. At most two queries."""
    kept = {tag.pk for tag in project.tags.all()} if project else set()
    found: dict[str, list[tuple[int, str]]] = {}
    for tag in FusionTag.objects.all():
        if tag.is_active or tag.pk in kept:
            found.setdefault(str(TagGroup(tag.group).label), []).append((tag.pk, tag.name))
    return list(found.items())


@dataclass(frozen=True, slots=True)
class TagRow:
    """One tag with the number of projects that the reader sees under it."""

    tag: FusionTag
    count: int


def tag_rows(user: User) -> list[TagRow]:
    """All tags, used or not. Two queries."""
    projects = FusionProject.objects.visible_to(user, Capability.FUSION_VIEW).order_by()
    counts: dict[int, int] = dict(projects.exclude(tags=None).values_list("tags").annotate(Count("pk")))
    return [TagRow(tag, counts.get(tag.pk, 0)) for tag in FusionTag.objects.all()]


def tags_by_id(keys: Collection[int]) -> list[FusionTag]:
    return list(FusionTag.objects.filter(pk__in=list(keys)))
