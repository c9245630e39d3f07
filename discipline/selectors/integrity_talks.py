"""Reads around 廉政谈话: counts by type and quarter, nothing else is there to be read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import ExtractQuarter

from accounts.models import User
from accounts.roles import Capability
from branches.querysets import OrganisationRowQuerySet
from core.periods import Period
from discipline.choices import IntegrityTalkKind
from discipline.models import IntegrityTalk
from discipline.policy.conferences import quarters


def integrity_talks_in_full() -> OrganisationRowQuerySet:
    return IntegrityTalk.objects.select_related("organisation", "by")


@dataclass(frozen=True, slots=True)
class KindRow:
    kind: str
    label: str
    cells: tuple[tuple[Period, int], ...]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.cells)


@dataclass(frozen=True, slots=True)
class TalkCounts:
    year: int
    periods: tuple[Period, ...]
    rows: tuple[KindRow, ...]

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)


def talk_counts(user: User, year: int) -> TalkCounts:
    """Talks of a year by type and quarter within the reader's reach. One query."""
    rows = IntegrityTalk.objects.visible_to(user, Capability.INTEGRITY_TALK_VIEW).filter(held_on__year=year)
    found = {
        (row["kind"], row["quarter"]): row["sum"]
        for row in rows.order_by()
        .annotate(quarter=ExtractQuarter("held_on"))
        .values("kind", "quarter")
        .annotate(sum=Sum("count"))
    }
    kinds = tuple(
        KindRow(value, str(label), tuple((period, found.get((value, period.number), 0)) for period in quarters(year)))
        for value, label in IntegrityTalkKind.choices
    )
    return TalkCounts(year, tuple(quarters(year)), kinds)
