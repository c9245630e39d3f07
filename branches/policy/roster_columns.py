"""
The cells of a roster, column by column: what each says, and which are refused. Pure.

A column with few different values is read once per value, which for 40,000 rows is most of the work saved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from branches.policy.roster_cells import CellProblem

REFUSALS_MAXIMUM = 20_000

Reader = Callable[[Any], Any]


class TooManyProblems(ValueError):
    """So much is refused that this can be no roster, or its columns are mixed up."""


class Refusal(NamedTuple):
    name: str
    raw: Any
    message: str
    accepted: str


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Column ``index`` holds a field. ``varied``: nearly every cell differs. ``blank_counts``: "" says something."""

    index: int
    name: str
    read: Reader
    varied: bool
    blank_counts: bool = False


@dataclass(slots=True)
class ColumnsRead:
    """Per field one list of values, None where nothing (usable) stands; refusals by row offset."""

    names: list[str]
    columns: list[list[Any]]
    refusals: dict[int, list[Refusal]]


def read_columns(
    rows: Sequence[Sequence[Any]], plans: Sequence[ColumnPlan], odd: Mapping[tuple[int, int], str]
) -> ColumnsRead:
    """
    Read the columns of ``rows``. ``odd``: (row offset, column) -> why the cell is refused whatever it says.
    TooManyProblems beyond REFUSALS_MAXIMUM.
    """
    found = ColumnsRead([], [], defaultdict(list))
    total = 0
    for plan in plans:
        raw = _column(rows, plan.index)
        values, problems = _varied(raw, plan) if plan.varied else _repetitive(raw, plan)
        for offset, problem in problems:
            found.refusals[offset].append(Refusal(plan.name, raw[offset], problem.message, problem.accepted))
        total += len(problems)
        if total > REFUSALS_MAXIMUM:
            raise TooManyProblems
        found.names.append(plan.name)
        found.columns.append(values)
    _refuse_odd(found, plans, odd)
    return found


def _column(rows: Sequence[Sequence[Any]], index: int) -> list[Any]:
    try:
        return [row[index] for row in rows]
    except IndexError:
        return [row[index] if index < len(row) else "" for row in rows]


def _varied(raw: Sequence[Any], plan: ColumnPlan) -> tuple[list[Any], list[tuple[int, CellProblem]]]:
    values: list[Any] = []
    problems = []
    read = plan.read
    for offset, cell in enumerate(raw):
        if cell == "":
            values.append(None)
            continue
        try:
            values.append(read(cell))
        except CellProblem as problem:
            values.append(None)
            if cell is not None and not (type(cell) is str and cell.isspace()):
                problems.append((offset, problem))
    return values, problems


def _repetitive(raw: Sequence[Any], plan: ColumnPlan) -> tuple[list[Any], list[tuple[int, CellProblem]]]:
    said: dict[Any, Any] = {}
    refused: dict[Any, CellProblem] = {}
    for cell in set(raw):
        try:
            said[cell] = _said(cell, plan)
        except CellProblem as problem:
            said[cell], refused[cell] = None, problem
    problems = [(offset, refused[cell]) for offset, cell in enumerate(raw) if cell in refused] if refused else []
    return [said[cell] for cell in raw], problems


def _said(cell: Any, plan: ColumnPlan) -> Any:
    if cell is None or (type(cell) is str and (not cell or cell.isspace())):
        return None
    value = plan.read(cell)
    return None if value == "" and not plan.blank_counts else value


def _refuse_odd(found: ColumnsRead, plans: Sequence[ColumnPlan], odd: Mapping[tuple[int, int], str]) -> None:
    places = {plan.index: number for number, plan in enumerate(plans)}
    for (offset, index), message in sorted(odd.items()):
        number = places.get(index)
        if number is None or not 0 <= offset < len(found.columns[number]):
            continue
        found.columns[number][offset] = None
        name = plans[number].name
        kept = [refusal for refusal in found.refusals[offset] if refusal.name != name]
        found.refusals[offset] = [*kept, Refusal(name, "", message, "复制后用“选择性粘贴—数值”替换")]
