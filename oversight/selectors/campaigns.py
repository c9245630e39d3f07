"""Reads of 专项行动: the list with its figures, and the progress by unit of what the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import WorklistItemState
from branches.models import Organisation, WorklistItem
from core.calendar import local_today
from oversight.models import Campaign
from oversight.querysets import CampaignQuerySet
from oversight.selectors.item_counts import counted, live_items


def campaigns_in_full() -> CampaignQuerySet:
    return Campaign.objects.select_related("organisation", "worklist", "by")


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """Projects of one unit (or of the work committee itself): how many, closed, waiting to be closed, overdue."""

    unit: Organisation
    total: int
    closed: int
    reported: int
    overdue: int
    url: str


def campaign_progress(user: User, campaign: Campaign) -> list[UnitProgress]:
    """By unit in the order of the tree, for the items that the reader may see (N12): nobody is ranked. Two queries."""
    rows = WorklistItem.objects.visible_to(user, Capability.WORKLIST_VIEW).filter(worklist=campaign.worklist_id)
    state = WorklistItemState
    late = Q(state__in=[state.OPEN, state.RETURNED], due_on__lt=local_today())
    counted_rows = (
        rows.exclude(state=state.CANCELLED)
        .annotate(unit=Substr("organisation__path", 1, STEP * UNIT_DEPTH))
        .order_by("unit")
        .values("unit")
        .annotate(
            total=Count("pk"),
            closed=Count("pk", filter=Q(state=state.CLOSED)),
            reported=Count("pk", filter=Q(state=state.REPORTED)),
            overdue=Count("pk", filter=late),
        )
    )
    found, items = list(counted_rows), reverse("branches:worklist_item_list")
    units = _by_path([row["unit"] for row in found])
    return [
        UnitProgress(
            units[row["unit"]], row["total"], row["closed"], row["reported"], row["overdue"],
            f"{items}?{urlencode({'list': campaign.worklist_id, 'org': units[row['unit']].pk})}",
        )
        for row in found
    ]  # fmt: skip


def _by_path(paths: Sequence[str]) -> dict[str, Organisation]:
    return {row.path: row for row in Organisation.objects.filter(path__in=paths)}


def with_projects(rows: CampaignQuerySet, user: User) -> CampaignQuerySet:
    """Annotated with how many projects the reader may see and how many of them are closed (N12)."""
    seen = WorklistItem.objects.visible_to(user, Capability.WORKLIST_VIEW)
    live = live_items(seen)
    found: CampaignQuerySet = rows.annotate(
        projects=counted(live), projects_closed=counted(live.filter(state=WorklistItemState.CLOSED))
    )
    return found
