"""The year of a branch as its ledger's sheet shows it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from branches.choices import DuesPaymentKind, DuesReliefState
from branches.models import DuesPayment, DuesRelief
from branches.policy.dues import ZERO
from branches.selectors.dues_years import BranchYear, Line


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A member's year as the ledger's sheet shows it: net yuan and days of each month."""

    line: Line
    paid: dict[int, Decimal]
    days: dict[int, str]
    back: Decimal
    relief: str


def sheet_lines(ledger: BranchYear) -> list[SheetLine]:
    """The ledger with its payments and reliefs. Two queries."""
    ids = [line.member.pk for line in ledger.lines]
    payments: dict[int, list[DuesPayment]] = defaultdict(list)
    rows = DuesPayment.objects.filter(member__in=ids, year=ledger.year, kind=DuesPaymentKind.DUES)
    for payment in rows.order_by("paid_on", "pk"):
        payments[payment.member_id].append(payment)
    reliefs: dict[int, list[DuesRelief]] = defaultdict(list)
    granted = DuesRelief.objects.filter(member__in=ids, year=ledger.year, state=DuesReliefState.APPROVED)
    for relief in granted.order_by("from_month"):
        reliefs[relief.member_id].append(relief)
    return [_sheet_line(line, payments[line.member.pk], reliefs[line.member.pk]) for line in ledger.lines]


def _sheet_line(line: Line, payments: list[DuesPayment], reliefs: list[DuesRelief]) -> SheetLine:
    undone = {payment.reverses_id for payment in payments if payment.reverses_id}
    kept = [payment for payment in payments if not payment.reverses_id and payment.pk not in undone]
    days: dict[int, list[str]] = defaultdict(list)
    for payment in kept:
        if payment.month in line.cells:
            days[payment.month].append(payment.paid_on.isoformat())
    words = [
        f"{relief.get_kind_display()}{relief.from_month}月至{relief.through_month}月，{relief.decided_on}批准"
        for relief in reliefs
    ]
    return SheetLine(
        line,
        {month: cell.paid for month, cell in line.cells.items() if cell.paid},
        {month: "；".join(found) for month, found in days.items()},
        sum((payment.amount for payment in kept if payment.is_back), ZERO),
        "；".join(words),
    )
