"""Reads of a branch's year: who pays, what was entered, what is due and paid month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import F, Q

from accounts.models import User
from accounts.roles import Capability
from branches.choices import DuesBaseState, DuesReliefState
from branches.models import DuesBase, DuesImport, DuesMonth, DuesPayment, DuesRelief, Member, Organisation
from branches.policy.dues import MONTHS, ZERO, is_over, last_months, month_start
from branches.querysets import MemberQuerySet


def payers_of(branch: Organisation, year: int) -> MemberQuerySet:
    """Members whose base of the year the branch enters: those who are there now, or were when they left that year."""
    rows: MemberQuerySet = Member.objects.filter(organisation=branch)
    rows = rows.filter(Q(left_on=None) | Q(left_on__gt=date(year, 1, 1)))
    return rows.filter(Q(joined_on=None) | Q(joined_on__lt=date(year + 1, 1, 1))).order_by("name_pinyin", "pk")


class MonthState(StrEnum):
    """How a month stands on a day."""

    PAID = "paid"
    RELIEVED = "relieved"
    PART = "part"
    ARREARS = "arrears"
    DUE = "due"
    AHEAD = "ahead"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def tone(self) -> str:
        return TONES[self]

    @property
    def mark(self) -> str:
        return MARKS[self]


LABELS = {
    MonthState.PAID: "已交",
    MonthState.RELIEVED: "免交",
    MonthState.PART: "部分已交",
    MonthState.ARREARS: "未交",
    MonthState.DUE: "本月应交",
    MonthState.AHEAD: "未到月份",
}
TONES = {
    MonthState.PAID: "done",
    MonthState.RELIEVED: "waived",
    MonthState.PART: "due",
    MonthState.ARREARS: "due",
    MonthState.DUE: "info",
    MonthState.AHEAD: "neutral",
}
MARKS = {
    MonthState.PAID: "✓",
    MonthState.RELIEVED: "免",
    MonthState.PART: "◔",
    MonthState.ARREARS: "○",
    MonthState.DUE: "○",
    MonthState.AHEAD: "·",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A member's month as a page shows it."""

    member_id: int
    year: int
    month: int
    due: Decimal
    paid: Decimal
    extra: Decimal
    relieved: bool
    state: MonthState

    @property
    def rest(self) -> Decimal:
        """Yuan still to pay."""
        return max(self.due - self.paid, ZERO)


def month_state(row: DuesMonth, today: date) -> MonthState:
    """How the month stands: what is short counts as unpaid only when the month is over."""
    if row.paid >= row.due:
        return MonthState.RELIEVED if row.relieved and not row.due else MonthState.PAID
    if month_start(row.year, row.month) > today:
        return MonthState.AHEAD
    if row.paid:
        return MonthState.PART
    return MonthState.ARREARS if is_over(row.year, row.month, today) else MonthState.DUE


def cell_of(row: DuesMonth, today: date) -> Cell:
    state = month_state(row, today)
    return Cell(row.member_id, row.year, row.month, row.due, row.paid, row.extra, row.relieved, state)


@dataclass(slots=True)
class Line:
    """A member's year in the branch."""

    member: Member
    base: DuesBase | None = None
    cells: dict[int, Cell] = field(default_factory=dict)

    @property
    def months(self) -> list[Cell | None]:
        return [self.cells.get(month) for month in MONTHS]

    @property
    def due(self) -> Decimal:
        return sum((cell.due for cell in self.cells.values()), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((cell.paid for cell in self.cells.values()), ZERO)

    @property
    def extra(self) -> Decimal:
        return sum((cell.extra for cell in self.cells.values()), ZERO)

    def arrears(self, today: date) -> Decimal:
        """Yuan unpaid for months that are over."""
        cells = (cell for cell in self.cells.values() if is_over(cell.year, cell.month, today))
        return sum((cell.rest for cell in cells), ZERO)


@dataclass(frozen=True, slots=True)
class Totals:
    """Yuan of a branch-year: due in months begun or over, paid for them, unpaid of those over, given beyond."""

    due: Decimal
    paid: Decimal
    arrears: Decimal
    extra: Decimal
    relieved: int


@dataclass(frozen=True, slots=True)
class BranchYear:
    """The ledger of a branch-year."""

    branch: Organisation
    year: int
    today: date
    lines: list[Line]

    @property
    def totals(self) -> Totals:
        cells = [cell for line in self.lines for cell in line.cells.values()]
        begun = [cell for cell in cells if month_start(cell.year, cell.month) <= self.today]
        return Totals(
            due=sum((cell.due for cell in begun), ZERO),
            paid=sum((cell.paid for cell in begun), ZERO),
            arrears=sum((line.arrears(self.today) for line in self.lines), ZERO),
            extra=sum((cell.extra for cell in cells), ZERO),
            relieved=len({cell.member_id for cell in cells if cell.relieved}),
        )

    def month(self, month: int) -> list[tuple[Line, Cell]]:
        """The members of whom the branch collects that month."""
        return [(line, line.cells[month]) for line in self.lines if month in line.cells]


def branch_year(branch: Organisation, year: int, today: date) -> BranchYear:
    """Every member with months or a base in the branch that year, by name. Three queries, however many."""
    months = list(DuesMonth.objects.filter(organisation=branch, year=year).order_by("month"))
    ids = {row.member_id for row in months}
    people = Member.objects.filter(Q(pk__in=ids) | Q(pk__in=payers_of(branch, year).values("pk")))
    lines = {member.pk: Line(member) for member in people.order_by("name_pinyin", "pk")}
    for base in bases_in_force(lines, year):
        lines[base.member_id].base = base
    for row in months:
        lines[row.member_id].cells[row.month] = cell_of(row, today)
    return BranchYear(branch, year, today, list(lines.values()))


def bases_in_force(member_ids: Iterable[int], year: int) -> list[DuesBase]:
    """The latest approved base of each, in the order in which they come into force. One query."""
    rows = DuesBase.objects.filter(member__in=list(member_ids), year=year, state=DuesBaseState.APPROVED)
    return list(rows.order_by("from_month", "pk"))


@dataclass(frozen=True, slots=True)
class BaseLine:
    """A line of the page on which the year's bases are entered."""

    member: Member
    row: DuesBase | None
    last: DuesBase | None

    @property
    def is_approved(self) -> bool:
        return self.row is not None and self.row.state == DuesBaseState.APPROVED


def base_lines(branch: Organisation, year: int) -> list[BaseLine]:
    """Who is to be entered, what was entered, and last year's for prefilling. Three queries."""
    people = list(payers_of(branch, year))
    ids = [member.pk for member in people]
    rows: dict[int, DuesBase] = {}
    stored = DuesBase.objects.filter(member__in=ids, year=year).order_by("from_month", "pk")
    for row in stored:
        held = rows.get(row.member_id)
        if held is None or held.state != DuesBaseState.APPROVED:
            rows[row.member_id] = row
    last = {row.member_id: row for row in bases_in_force(ids, year - 1)}
    return [BaseLine(member, rows.get(member.pk), last.get(member.pk)) for member in people]


def last_bases(rows: Sequence[DuesBase]) -> dict[int, DuesBase]:
    """What is in force now for the members of these rows: this year's before a change, else last year's."""
    found: dict[int, DuesBase] = {}
    years = {row.year for row in rows}
    for year in sorted({year - 1 for year in years} | years):
        for base in bases_in_force({row.member_id for row in rows}, year):
            found[base.member_id] = base
    return found


@dataclass(frozen=True, slots=True)
class MemberYear:
    """One member's year, whichever branches collected it."""

    member: Member
    year: int
    line: Line
    bases: list[DuesBase]
    payments: list[DuesPayment]
    reliefs: list[DuesRelief]
    earlier: list[Cell]

    @property
    def is_empty(self) -> bool:
        return not (self.line.cells or self.bases or self.payments or self.reliefs)


def member_year(user: User, member: Member, year: int, today: date) -> MemberYear:
    """
    Months, bases, payments and reliefs of a year, and what is unpaid of earlier years: all of it where the reader
    reaches the member's present branch or is the member, else what belongs to the reader's branches. Five queries.
    """
    own = member.user_id is not None and member.user_id == user.pk
    whole = own or user.scope(Capability.DUES_VIEW).covers(member.organisation.path)

    def seen(model: Any) -> Any:
        rows = model.objects.filter(member=member)
        return rows if whole else rows.visible_to(user, Capability.DUES_VIEW)

    line = Line(member)
    for row in seen(DuesMonth).filter(year=year).order_by("month"):
        line.cells[row.month] = cell_of(row, today)
    bases = list(
        seen(DuesBase)
        .filter(year=year)
        .select_related("rule", "approved_by", "organisation")
        .order_by("from_month", "pk")
    )
    line.base = next((row for row in reversed(bases) if row.state == DuesBaseState.APPROVED), None)
    payments = seen(DuesPayment).filter(year=year).select_related("by", "reversal", "organisation")
    reliefs = seen(DuesRelief).filter(year=year).select_related("decided_by")
    before = seen(DuesMonth).filter(year__lt=year, due__gt=F("paid")).order_by("year", "month")
    earlier = [cell_of(row, today) for row in before]
    return MemberYear(member, year, line, bases, list(payments), list(reliefs), earlier)


def dues_members(user: User) -> MemberQuerySet:
    """Members whose dues the reader may see: of the reader's branches, and those who paid there before."""
    paid_here = DuesMonth.objects.visible_to(user, Capability.DUES_VIEW).values("member")
    here = Member.objects.visible_to(user, Capability.DUES_VIEW).values("pk")
    rows: MemberQuerySet = Member.objects.filter(Q(pk__in=here) | Q(pk__in=paid_here))
    return rows.select_related("organisation", "group", "user")


def open_months(branch: Organisation, member: Member) -> list[DuesMonth]:
    """Months that the branch still collects from the member, the oldest first. One query."""
    rows = DuesMonth.objects.filter(organisation=branch, member=member, due__gt=F("paid"))
    return list(rows.order_by("year", "month"))


def month_rows(branch: Organisation, year: int, month: int) -> list[DuesMonth]:
    """Months of the branch with something left to pay, by name. One query."""
    rows = DuesMonth.objects.filter(organisation=branch, year=year, month=month, due__gt=F("paid"))
    return list(rows.select_related("member").order_by("member__name_pinyin", "member_id"))


def long_unpaid(branch: Organisation, today: date) -> list[Member]:
    """Members without any dues for the last six ended months in a row (党章 art. 9). One query."""
    months = last_months(today)
    wanted = Q()
    for year, month in months:
        wanted |= Q(year=year, month=month)
    rows = DuesMonth.objects.filter(wanted, organisation=branch, due__gt=0, paid__lte=0)
    counts: dict[int, int] = defaultdict(int)
    names: dict[int, Member] = {}
    for row in rows.select_related("member"):
        counts[row.member_id] += 1
        names[row.member_id] = row.member
    return [names[pk] for pk, count in counts.items() if count == len(months)]


def years_known(today: date, branch: Organisation | None = None) -> list[int]:
    """Years to choose from, the newest first: those with rows, this one, and the next from November on. One query."""
    rows = DuesBase.objects.order_by()
    if branch is not None:
        rows = rows.filter(organisation=branch)
    found = set(rows.values_list("year", flat=True).distinct()) | {today.year}
    return sorted(found | ({today.year + 1} if today.month >= 11 else set()), reverse=True)


def waiting_counts(branch: Organisation, year: int) -> dict[str, int]:
    """How much of the branch-year waits for whom. Two queries."""
    bases = DuesBase.objects.filter(organisation=branch, year=year).values_list("state", flat=True)
    states = list(bases)
    reliefs = DuesRelief.objects.filter(organisation=branch, year=year, state=DuesReliefState.PROPOSED).count()
    return {
        "submitted": states.count(DuesBaseState.SUBMITTED),
        "drafts": states.count(DuesBaseState.DRAFT),
        "returned": states.count(DuesBaseState.RETURNED),
        "approved": states.count(DuesBaseState.APPROVED),
        "reliefs": reliefs,
    }


def bases_in_full() -> Any:
    return DuesBase.objects.select_related("organisation", "member")


def payments_in_full() -> Any:
    return DuesPayment.objects.select_related("organisation", "member", "by")


def reliefs_in_full() -> Any:
    return DuesRelief.objects.select_related("organisation", "member", "proposed_by", "decided_by")


def imports_in_full() -> Any:
    return DuesImport.objects.select_related("organisation", "by")
