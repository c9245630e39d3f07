"""How many tasks stand in the worklist of each row of a list, as subqueries."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from branches.choices import WorklistItemState
from branches.models import WorklistItem
from branches.querysets import WorklistItemQuerySet


def live_items(among: WorklistItemQuerySet | None = None) -> WorklistItemQuerySet:
    """The tasks of the outer row's ``worklist`` but for cancelled ones; of those ``among`` where given."""
    tasks = WorklistItem.objects.all() if among is None else among
    rows: WorklistItemQuerySet = tasks.filter(worklist=OuterRef("worklist"))
    return rows.exclude(state=WorklistItemState.CANCELLED)


def counted(rows: WorklistItemQuerySet) -> Coalesce:
    """How many they are."""
    grouped = rows.order_by().values("worklist").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(grouped), 0)
