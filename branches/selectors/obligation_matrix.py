"""
The matrix of organisations × rules × periods: which rows, which columns, for whom.

A quarter shows each branch's obligations one by one; a year, and the view by units, show how many of them are met.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Max, Min, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Obligation, Organisation, Requirement
from branches.policy.obligations import Rule, Slot, slots
from branches.querysets import OrganisationQuerySet
from branches.selectors.closings import lock_marks
from branches.selectors.obligation_cells import (
    UNIT_WIDTH,
    Cells,
    Heading,
    Show,
    fill_singles,
    fill_units,
    fill_years,
    single,
)
from branches.selectors.obligation_pages import unit_names
from branches.selectors.obligations import state_query
from branches.selectors.organisations import organisations_matching
from core.calendar import local_today
from core.periods import Freq, Period, periods_between

PAGE_SIZE = 50


@dataclass(frozen=True)
class MatrixQuery:
    """What the reader asks for, cleaned. ``place`` None is everything within reach; ``size`` None is no pages."""

    period: Period
    by_unit: bool = False
    place: Organisation | None = None
    rule: str = ""
    state: str = ""
    text: str = ""
    page: int = 1
    size: int | None = PAGE_SIZE

    @property
    def is_single(self) -> bool:
        """Whether a cell is one obligation."""
        return not self.by_unit and self.period.freq is not Freq.YEAR


class Place(NamedTuple):
    """A row's organisation; ``lock`` tells whether its quarter is closed or reopened ("" where neither)."""

    pk: int
    path: str
    name: str
    unit: str
    lock: str = ""


@dataclass(frozen=True)
class Matrix:
    """
    Headings, rows with their cells in that order (None: the rule does not apply), and how many rows there are. A cell
    is a ``Total``, or what ``show`` made of an obligation.
    """

    query: MatrixQuery
    headings: Sequence[Heading]
    rows: Sequence[tuple[Place, Sequence[Any]]]
    count: int

    @property
    def pages(self) -> int:
        return max(-(-self.count // self.query.size), 1) if self.query.size else 1


@dataclass(frozen=True)
class Reach:
    """What a reader may see here; an export leaves out what the reader may see but not take out."""

    user: User
    for_export: bool = False

    def organisations(self) -> OrganisationQuerySet:
        narrowed: OrganisationQuerySet = self._narrowed(Organisation.objects.all())
        return narrowed

    def units(self) -> QuerySet[Organisation]:
        return self.organisations().of_kind(OrganisationKind.UNIT)

    def obligations(self) -> QuerySet[Obligation]:
        return self._narrowed(Obligation.objects.all())

    def _narrowed(self, rows: Any) -> Any:
        rows = rows.visible_to(self.user, Capability.OBLIGATION_LIST)
        return rows.visible_to(self.user, Capability.EXPORT_CREATE) if self.for_export else rows


def matrix(user: User, query: MatrixQuery, *, for_export: bool = False, show: Show = single) -> Matrix:
    """
    The matrix as the reader may see it, or take it out. Six queries, however many rows. ``show`` makes the cells that
    are one obligation.
    """
    reach = Reach(user, for_export)
    headings = headings_of(query)
    places = reach.units() if query.by_unit else _branches(reach, query, local_today())
    count = places.count()
    page = places.values_list("pk", "path", "short_name")
    if query.size:
        number = min(query.page, max(-(-count // query.size), 1))
        page = page[(number - 1) * query.size : number * query.size]
        query = replace(query, page=number)
    names = {} if query.by_unit else unit_names()
    found = list(page)
    locks = _locks(query, [pk for pk, *_ in found])
    shown = [Place(pk, path, name, names.get(path[:UNIT_WIDTH], ""), locks.get(pk, "")) for pk, path, name in found]
    cells: Cells = {place.pk: [None] * len(headings) for place in shown}
    if cells and headings:
        _fill(cells, reach, query, headings, shown, show=show)
    return Matrix(query, headings, [(place, cells[place.pk]) for place in shown], count)


def _locks(query: MatrixQuery, branches: Sequence[int]) -> dict[int, str]:
    """Which of these branches have this quarter closed or reopened; none are asked for where a row is not a quarter."""
    if query.by_unit or query.period.freq is not Freq.QUARTER:
        return {}
    return lock_marks(branches if query.size else None, query.period, local_today())


def places_within(user: User) -> QuerySet[Organisation]:
    """The organisations to which the reader may narrow the matrix."""
    return Reach(user).organisations().exclude(kind=OrganisationKind.GROUP)


def headings_of(query: MatrixQuery) -> list[Heading]:
    """The columns: by rule, then by time. A quarter shows its months, itself, and the year that it belongs to."""
    rows = Requirement.objects.order_by("code", "valid_from").values_list("title", "level", *Rule._fields)
    told = {Rule(*rule): (title, level) for title, level, *rule in rows}
    rules = [rule for rule in told if query.rule in ("", rule.code) and _is_asked(rule, query)]
    year = query.period.year
    found = [
        _heading(slot, *told[slot.rule])
        for slot in slots(rules, date(year, 1, 1), date(year, 12, 31))
        if _is_shown(slot.period, query.period)
    ]
    return _by_year(found) if query.period.freq is Freq.YEAR else found


def _is_asked(rule: Rule, query: MatrixQuery) -> bool:
    """Rows are branches, or units with everything below them."""
    if rule.audience == OrganisationKind.BRANCH:
        return True
    return query.by_unit and rule.audience != OrganisationKind.WORK_COMMITTEE


def _heading(slot: Slot, title: str, level: str) -> Heading:
    rule, period = slot
    label = {Freq.YEAR: "全年", Freq.QUARTER: "全季", Freq.MONTH: f"{period.number}月"}[period.freq]
    return Heading(rule.pk, rule.code, title, period.code, label, period.starts_on, period.ends_on, level)


def _is_shown(period: Period, chosen: Period) -> bool:
    return chosen.freq is Freq.YEAR or period.freq is Freq.YEAR or period.starts_on in chosen


def _by_year(headings: Iterable[Heading]) -> list[Heading]:
    """One column for each rule: all its periods of the year together."""
    first: dict[str, Heading] = {}
    for heading in headings:
        ends_on = heading.ends_on.replace(month=12, day=31)
        year = heading._replace(period=heading.period[:4], label="全年", ends_on=ends_on)
        first.setdefault(heading.code, year)
    return list(first.values())


def period_codes(period: Period) -> list[str]:
    """Codes of every period of which a quarter's or a year's matrix is made."""
    start, end = period.starts_on, period.ends_on
    codes = [each.code for freq in (Freq.MONTH, Freq.QUARTER) for each in periods_between(freq, start, end)]
    return [*codes, str(period.year)]


def _branches(reach: Reach, query: MatrixQuery, today: date) -> QuerySet[Organisation]:
    """The branches that stood in the period, and whatever the filters leave of them."""
    rows: Any = reach.organisations().branches().filter(founded_on__lte=query.period.ends_on)
    rows = rows.filter(Q(ended_on=None) | Q(ended_on__gt=query.period.starts_on))
    if query.place:
        rows = rows.under(query.place.path)
    if query.text:
        rows = organisations_matching(rows, query.text)
    if query.state:
        wanted = Obligation.objects.filter(state_query(query.state, today), period__in=period_codes(query.period))
        wanted = wanted.filter(requirement__code=query.rule) if query.rule else wanted
        rows = rows.filter(pk__in=wanted.values("organisation"))
    return rows


def _fill(
    cells: Cells,
    reach: Reach,
    query: MatrixQuery,
    headings: Sequence[Heading],
    shown: Sequence[Place],
    *,
    show: Show,
) -> None:
    rows, today = reach.obligations().filter(period__in=period_codes(query.period)), local_today()
    if query.by_unit:
        fill_units(cells, rows, headings, today, {place.path: place.pk for place in shown})
        return
    if query.size:
        rows = rows.filter(organisation__in=list(cells))
    elif query.place:
        rows = rows.filter(organisation__path__startswith=query.place.path)
    if query.is_single:
        fill_singles(cells, rows, headings, today, show)
    else:
        fill_years(cells, rows, headings, today)


def periods_to_choose(today: date) -> list[Period]:
    """Years and quarters with obligations, the newest first. One query, by index."""
    ends = Obligation.objects.filter(subject="").aggregate(first=Min("period"), last=Max("period"))
    first, last = (int(code[:4]) if code else today.year for code in (ends["first"], ends["last"]))
    years = range(max(last, today.year), min(first, today.year) - 1, -1)
    return [each for year in years for each in (Period(Freq.YEAR, year), *_quarters(year))]


def _quarters(year: int) -> list[Period]:
    return [Period(Freq.QUARTER, year, number) for number in (4, 3, 2, 1)]
