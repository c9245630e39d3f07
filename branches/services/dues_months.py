"""The summary of months, rewritten with its causes: stays, approved bases and reliefs, payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from branches.choices import DuesBaseState, DuesPaymentKind, DuesReliefState, EntryReason, LeaveReason
from branches.models import DuesBase, DuesMonth, DuesPayment, DuesRelief, Member, Membership
from branches.policy.dues import MONTHS, ZERO, Base, Relief, Stay, cents, collectors, month_due

Key = tuple[int, int]  # member and year
Slot = tuple[int, int, int]  # member, year, month
FIELDS = ("organisation_id", "full", "due", "relieved", "paid", "extra")
BATCH = 400


@transaction.atomic
def dues_months_refresh(*, member_ids: Iterable[int]) -> int:
    """
    Derive anew every month of every year in which these members have an approved base or a payment; how many rows were
    written. To be called in the transaction of the cause. Members are locked, so that two branches that touch one
    member at once do not each count without the other.
    """
    ids = sorted(set(member_ids))
    batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    return sum(_refresh(batch) for batch in batches)


def dues_follow(*, member_ids: Sequence[int]) -> None:
    """After a stay began or ended: only those who have dues at all are looked at."""
    ids = sorted(set(member_ids))
    for start in range(0, len(ids), BATCH):
        known = DuesBase.objects.filter(member__in=ids[start : start + BATCH], state=DuesBaseState.APPROVED)
        if found := list(known.values_list("member_id", flat=True).distinct()):
            dues_months_refresh(member_ids=found)


@dataclass(slots=True)
class Facts:
    """Everything from which the months of some members are derived."""

    joined: dict[int, Any]
    stays: dict[int, list[Stay]]
    bases: dict[Key, list[Base]]
    reliefs: dict[Key, list[Relief]]
    money: dict[Slot, dict[str, Decimal]]
    homes: dict[Slot, int]

    @property
    def keys(self) -> list[Key]:
        return sorted({*self.bases, *((member, year) for member, year, _ in self.money)})


def _refresh(ids: Sequence[int]) -> int:
    locked = Member.objects.select_for_update(of=("self",), no_key=True).order_by("pk").filter(pk__in=ids)
    facts = _facts(ids, dict(locked.values_list("pk", "joined_on")))
    wanted = {slot: row for key in facts.keys for slot, row in _months(facts, key)}
    stored = {(row.member_id, row.year, row.month): row for row in DuesMonth.objects.filter(member__in=ids)}
    gone = [row.pk for slot, row in stored.items() if slot not in wanted]
    for start in range(0, len(gone), BATCH):
        DuesMonth.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    changed = [row for slot, row in wanted.items() if slot not in stored or _values(row) != _values(stored[slot])]
    DuesMonth.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["member", "year", "month"],
        update_fields=["organisation", "full", "due", "relieved", "paid", "extra"],
    )
    return len(changed) + len(gone)


def _values(row: DuesMonth) -> tuple[Any, ...]:
    return tuple(getattr(row, field) for field in FIELDS)


def _facts(ids: Sequence[int], joined: dict[int, Any]) -> Facts:
    facts = Facts(joined, defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(dict), {})
    for member, place, start, end, reason, entry in Membership.objects.filter(member__in=ids).values_list(
        "member_id", "organisation_id", "starts_on", "ends_on", "leave_reason", "entry_reason"
    ):
        # An admitted member's stay begins with the approval, dues with the assembly that admitted.
        begun = min(start, joined.get(member) or start) if entry == EntryReason.ADMITTED else start
        facts.stays[member].append(Stay(place, begun, end, reason == LeaveReason.DECEASED))
    approved = DuesBase.objects.filter(member__in=ids, state=DuesBaseState.APPROVED)
    for member, year, month, monthly, pk in approved.values_list("member_id", "year", "from_month", "monthly", "pk"):
        facts.bases[member, year].append(Base(month, monthly, pk))
    granted = DuesRelief.objects.filter(member__in=ids, state=DuesReliefState.APPROVED)
    for member, year, first, last, amount in granted.values_list(
        "member_id", "year", "from_month", "through_month", "amount"
    ):
        facts.reliefs[member, year].append(Relief(first, last, amount))
    _add_money(facts, ids)
    return facts


def _add_money(facts: Facts, ids: Sequence[int]) -> None:
    rows = DuesPayment.objects.order_by().filter(member__in=ids)
    sums = rows.values("member_id", "year", "month", "kind", "organisation_id").annotate(net=Sum("amount"))
    for row in sums:
        slot = (row["member_id"], row["year"], row["month"])
        kind, net = row["kind"], cents(row["net"])
        if net:
            facts.money[slot][kind] = facts.money[slot].get(kind, ZERO) + net
            facts.homes[slot] = row["organisation_id"]


def _months(facts: Facts, key: Key) -> Iterable[tuple[Slot, DuesMonth]]:
    member, year = key
    places = collectors(facts.stays[member], facts.joined.get(member), year, settings.PORTAL["DUES_MOVE_MONTH"])
    slots: Mapping[int, Slot] = {month: (member, year, month) for month in MONTHS}
    paid = [month for month, slot in slots.items() if facts.money.get(slot)]
    for month in sorted(set(chain(places, paid))):
        row = _month(facts, slots[month], places.get(month))
        if row is not None:
            yield slots[month], row


def _month(facts: Facts, slot: Slot, place: int | None) -> DuesMonth | None:
    """The row; money for a month that is not due any more keeps it, where the money was received."""
    member, year, month = slot
    asked = month_due(month, facts.bases[member, year], facts.reliefs[member, year]) if place else None
    money = facts.money.get(slot, {})
    if asked is None and not money:
        return None
    return DuesMonth(
        organisation_id=place or facts.homes[slot],
        member_id=member,
        year=year,
        month=month,
        full=asked.full if asked else ZERO,
        due=asked.due if asked else ZERO,
        relieved=bool(asked and asked.relieved),
        paid=money.get(DuesPaymentKind.DUES, ZERO),
        extra=money.get(DuesPaymentKind.EXTRA, ZERO),
    )
