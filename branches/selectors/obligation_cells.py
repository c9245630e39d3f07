"""The cells of the matrix, pivoted from one statement over the summary rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr

from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import RequirementLevel
from branches.models import Obligation
from branches.policy.obligations import State
from branches.selectors.obligations import noted_on, obligation_state, overdue_on

UNIT_WIDTH = STEP * UNIT_DEPTH


class Heading(NamedTuple):
    """A column: one rule in one period, or over the whole year; ``requirement`` is the version in force."""

    requirement: int
    code: str
    title: str
    period: str
    label: str
    starts_on: date
    ends_on: date
    level: str = RequirementLevel.DUE


class Face(NamedTuple):
    """What a single obligation shows; equal ones are one object."""

    done: int
    needed: int
    state: State


Single = tuple[int, Face]  # the obligation's id, and what it shows


class Total(NamedTuple):
    """A cell that stands for several obligations; waived ones are not asked."""

    asked: int
    met: int
    overdue: int
    waived: int
    begun: int
    noted: int
    state: State


Cell = Single | Total | None
Cells = dict[int, list[Any]]
Make = Callable[[int], Any]
Show = Callable[[Face], Make]


def single(face: Face) -> Make:
    """The cell of an obligation with this face, by its id."""
    return lambda pk: (pk, face)


def fill_singles(
    cells: Cells, rows: QuerySet[Obligation], headings: Sequence[Heading], today: date, show: Show = single
) -> None:
    """
    One obligation a cell, as ``show`` makes it. Equal obligations look the same but for their id, so each look is made
    once; rows are streamed and not kept, since at 2,000 branches model instances would double the time.
    """
    found = rows.values_list("organisation_id", "pk", "requirement_id", "period", "done", "needed", "waived")
    places = {(heading.requirement, heading.period): number for number, heading in enumerate(headings)}
    known: dict[tuple[Any, ...], tuple[int, Make]] = {}
    for row in _streamed(found):
        figures, cell_row = row[2:], cells.get(row[0])
        if figures not in known:
            known[figures] = _look(figures, places, headings, today, show)
        number, make = known[figures]
        if cell_row is not None and number >= 0:
            cell_row[number] = make(row[1])


def _look(
    figures: tuple[Any, ...],
    places: dict[tuple[int, str], int],
    headings: Sequence[Heading],
    today: date,
    show: Show,
) -> tuple[int, Make]:
    """The column and the cell of obligations with these figures; -1 where their version is not the one in force."""
    requirement, period, done, needed, waived = figures
    number = places.get((requirement, period), -1)
    heading = headings[number]
    state = obligation_state(done, needed, bool(waived), heading.starts_on, heading.ends_on, today, heading.level)
    return number, show(Face(done, needed, state))


def fill_years(cells: Cells, rows: QuerySet[Obligation], headings: Sequence[Heading], today: date) -> None:
    """All obligations of a rule in the year as one cell."""
    grouped = rows.order_by().values_list("organisation_id", "requirement__code").annotate(**_totals(today))
    places = {heading.code: number for number, heading in enumerate(headings)}
    for organisation, code, *figures in _streamed(grouped):
        if code in places and organisation in cells:
            cells[organisation][places[code]] = _total(*figures)


def fill_units(
    cells: Cells, rows: QuerySet[Obligation], headings: Sequence[Heading], today: date, units: dict[str, int]
) -> None:
    """Totals by unit; a column is found by its rule and, where it is not the whole year, by its period."""
    rows = rows.annotate(unit=Substr("organisation__path", 1, UNIT_WIDTH)).order_by()
    grouped = rows.values_list("unit", "requirement__code", "period").annotate(**_totals(today))
    places = {(heading.code, heading.period): number for number, heading in enumerate(headings)}
    for unit, code, period, *figures in _streamed(grouped):
        number = places.get((code, period), places.get((code, period[:4])))
        if number is not None and unit in units:
            row = cells[units[unit]]
            row[number] = _added(row[number], _total(*figures))


def _totals(today: date) -> dict[str, Count]:
    waived = Q(waived=True, done__lt=F("needed"))
    return {
        "asked": Count("pk", filter=~waived),
        "met": Count("pk", filter=Q(done__gte=F("needed"))),
        "overdue": Count("pk", filter=overdue_on(today)),
        "waived_count": Count("pk", filter=waived),
        "begun": Count("pk", filter=Q(starts_on__lte=today)),
        "noted": Count("pk", filter=noted_on(today)),
    }


def _added(first: Total | None, second: Total) -> Total:
    if first is None:
        return second
    return _total(*(one + other for one, other in zip(first[:-1], second[:-1], strict=True)))


def _total(*figures: int) -> Total:
    """Of the figures of ``_totals``. One overdue makes the whole overdue; done is what has nothing left to do."""
    asked, met, overdue, waived, begun, noted = figures
    if not asked:
        state = State.WAIVED
    elif met == asked:
        state = State.DONE
    elif overdue:
        state = State.OVERDUE
    elif noted:
        state = State.NOTED
    else:
        state = State.DUE if begun else State.UPCOMING
    return Total(asked, met, overdue, waived, begun, noted, state)


def _streamed(rows: QuerySet[Obligation, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows as the database gives them: numbers and texts, which need no conversion."""
    sql, params = rows.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        yield from cursor
