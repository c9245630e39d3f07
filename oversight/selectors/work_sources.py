"""What the wing's directives, campaigns, visits and topics register: deadlines and worklists."""

from __future__ import annotations

from django.urls import reverse

from accounts.roles import Capability
from branches.services.measures import DeadlineSource
from branches.services.worklists import WorklistSource
from oversight.models import Campaign, Directive, LiaisonVisit, ResearchTopic
from oversight.selectors import directives, liaison


def _directive_url(subject: str) -> str:
    return reverse("oversight:directive_detail", args=[directives.directive_of_subject(subject)])


def _area_url(subject: str) -> str:
    return reverse("oversight:area_detail", args=[liaison.area_of_subject(subject)])


DEADLINES = (
    DeadlineSource(
        name=directives.SOURCE,
        label="贯彻落实事项",
        hint="阶段登记完成、事项销号后自动计入。",
        rows=directives.directive_deadlines,
        url=_directive_url,
        capability=Capability.DIRECTIVE_VIEW,
    ),
    DeadlineSource(
        name=liaison.SOURCE,
        label="片区走访联系",
        hint="登记走访后自动计入。",
        rows=liaison.liaison_deadlines,
        url=_area_url,
        capability=Capability.LIAISON_VIEW,
    ),
)


def _worklist_url(model: type, name: str, worklist: int) -> str:
    """The record that a list belongs to; nowhere where that was removed."""
    pk = model.objects.filter(worklist=worklist).values_list("pk", flat=True).first()  # type: ignore[attr-defined]
    return reverse(name, args=[pk]) if pk else ""


WORKLISTS = (
    WorklistSource(
        name="oversight.directive",
        label="贯彻落实事项",
        rule="V02",
        needs_second=True,
        url=lambda pk: _worklist_url(Directive, "oversight:directive_detail", pk),
    ),
    WorklistSource(
        name="oversight.campaign",
        label="专项行动",
        rule="V03",
        needs_second=True,
        url=lambda pk: _worklist_url(Campaign, "oversight:campaign_detail", pk),
    ),
    WorklistSource(
        name="oversight.liaison",
        label="走访发现的问题",
        rule="V04",
        needs_second=True,
        url=lambda pk: _worklist_url(LiaisonVisit, "oversight:visit_detail", pk),
    ),
    WorklistSource(
        name="oversight.research",
        label="调研对策措施",
        rule="V06",
        needs_second=True,
        url=lambda pk: _worklist_url(ResearchTopic, "oversight:research_detail", pk),
    ),
)
