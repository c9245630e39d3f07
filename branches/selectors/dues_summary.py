"""Sums of 党费: over the branches of a reach, over the units of the city, and the annual account of a branch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, Sum
from django.db.models.functions import ExtractMonth, Substr

from accounts.models import User
from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import DuesBaseState, DuesPaymentKind, DuesReliefState, OrganisationKind
from branches.models import DuesBase, DuesMonth, DuesPayment, DuesRelief, Organisation
from branches.policy.dues import MONTHS, ZERO, cents, months_over

MONEY = DecimalField(max_digits=14, decimal_places=2)
UNIT_WIDTH = STEP * UNIT_DEPTH


@dataclass(frozen=True, slots=True)
class Sums:
    """Yuan: due in months begun, paid for them, unpaid of those over, given beyond; how many pay less or nothing."""

    due: Decimal = ZERO
    paid: Decimal = ZERO
    arrears: Decimal = ZERO
    extra: Decimal = ZERO
    relieved: int = 0
    waiting: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A branch or a unit with its sums."""

    place: Organisation
    sums: Sums


@dataclass(frozen=True, slots=True)
class Summary:
    """What one reader sees of a year: by unit for the city, by branch otherwise, in the order of the tree."""

    year: int
    by_unit: bool
    rows: list[SummaryRow]

    @property
    def total(self) -> Sums:
        return sum((row.sums for row in self.rows), Sums())


def dues_summary(user: User, year: int, today: date, *, capability: Capability = Capability.DUES_SUMMARY) -> Summary:
    """The sums that the reader may see; never anything about one person. Five queries, however many branches."""
    by_unit = user.scope(capability).everything
    places = Organisation.objects.visible_to(user, capability)
    places = places.of_kind(OrganisationKind.UNIT) if by_unit else places.branches()
    places = places.filter(founded_on__lt=date(year + 1, 1, 1))
    places = places.filter(Q(ended_on=None) | Q(ended_on__gt=date(year, 1, 1)))
    key = "unit" if by_unit else "branch"
    sums = _sums(DuesMonth.objects.visible_to(user, capability), key, year, today)
    relieved = _counts(DuesMonth.objects.visible_to(user, capability).filter(year=year, relieved=True), key)
    waiting = _waiting(user, capability, key, year)
    rows = []
    for place in places:
        found = place.path if by_unit else place.pk
        figures = sums.get(found, {})
        rows.append(SummaryRow(place, Sums(**figures, relieved=relieved.get(found, 0), waiting=waiting.get(found, 0))))
    return Summary(year, by_unit, rows)


def _keyed(rows: Any, key: str) -> Any:
    """Grouped by branch, or by the path of its unit."""
    path = F("organisation_id") if key == "branch" else Substr("organisation__path", 1, UNIT_WIDTH)
    return rows.order_by().annotate(place=path).values("place")


def _sums(rows: Any, key: str, year: int, today: date) -> dict[Any, dict[str, Decimal]]:
    begun = Q(month__lte=today.month if year == today.year else 12 if year < today.year else 0)
    over = Q(month__lte=months_over(year, today), due__gt=F("paid"))
    found = _keyed(rows.filter(year=year), key).annotate(
        sum_due=Sum("due", filter=begun),
        sum_paid=Sum("paid", filter=begun),
        sum_arrears=Sum(F("due") - F("paid"), filter=over, output_field=MONEY),
        sum_extra=Sum("extra"),
    )
    names = ("due", "paid", "arrears", "extra")
    return {row["place"]: {name: cents(row[f"sum_{name}"]) for name in names} for row in found}


def _counts(rows: Any, key: str) -> dict[Any, int]:
    found = _keyed(rows, key).annotate(people=Count("member", distinct=True))
    return {row["place"]: row["people"] for row in found}


def _waiting(user: User, capability: Capability, key: str, year: int) -> dict[Any, int]:
    """Bases and reliefs that wait for the unit."""
    bases = DuesBase.objects.visible_to(user, capability).filter(year=year, state=DuesBaseState.SUBMITTED)
    reliefs = DuesRelief.objects.visible_to(user, capability).filter(year=year, state=DuesReliefState.PROPOSED)
    totals: dict[Any, int] = {}
    for rows in (bases, reliefs):
        for row in _keyed(rows, key).annotate(number=Count("pk")):
            totals[row["place"]] = totals.get(row["place"], 0) + row["number"]
    return totals


def dues_waiting(user: User, year: int) -> int:
    """How many bases and reliefs of the year wait for this user's approval. Two queries."""
    return sum(_waiting(user, Capability.DUES_APPROVE, "branch", year).values())


# The annual account --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountLine:
    """Yuan received in one month: for that month or a coming one, for earlier ones (补交), and beyond what is due."""

    month: int
    dues: Decimal
    back: Decimal
    extra: Decimal

    @property
    def total(self) -> Decimal:
        return self.dues + self.back + self.extra


@dataclass(frozen=True, slots=True)
class Account:
    """What is told to the assembly: totals and numbers of people, no name and no single amount."""

    branch: Organisation
    year: int
    lines: list[AccountLine]
    payers: int
    relieved: int

    @property
    def total(self) -> AccountLine:
        parts = zip(*((line.dues, line.back, line.extra) for line in self.lines), strict=True)
        return AccountLine(0, *(sum(part, ZERO) for part in parts))


def dues_account(branch: Organisation, year: int) -> Account:
    """Money received by the branch in the calendar year, by the day it came in. Three queries."""
    rows = DuesPayment.objects.order_by().filter(
        organisation=branch, paid_on__gte=date(year, 1, 1), paid_on__lt=date(year + 1, 1, 1)
    )
    sums: dict[tuple[int, str], Decimal] = {}
    found = rows.annotate(came=ExtractMonth("paid_on")).values("came", "kind", "is_back").annotate(net=Sum("amount"))
    for row in found:
        part = "extra" if row["kind"] == DuesPaymentKind.EXTRA else "back" if row["is_back"] else "dues"
        sums[row["came"], part] = cents(row["net"])
    people = rows.values("member").annotate(net=Sum("amount")).filter(net__gt=0)
    relieved = DuesMonth.objects.filter(organisation=branch, year=year, relieved=True)
    return Account(
        branch,
        year,
        [AccountLine(month, *_parts(sums, month)) for month in MONTHS],
        people.count(),
        relieved.values("member").distinct().count(),
    )


def _parts(sums: dict[tuple[int, str], Decimal], month: int) -> Iterable[Decimal]:
    return (sums.get((month, part), ZERO) for part in ("dues", "back", "extra"))
