"""Rows of the matrix as HTML: strings joined, since at 2,000 branches a template for each cell would take seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from branches.choices import QuarterState
from branches.exports.obligations import total_label
from branches.policy.obligations import State
from branches.selectors.obligation_cells import Face, Make, Show, Total
from branches.selectors.obligation_matrix import Matrix, Place
from core.periods import Freq
from core.templatetags.ui import icon

MARKS = {
    State.DONE: "✓",
    State.WAIVED: "减免",
    State.OVERDUE: "!",
    State.NOTED: "△",
    State.DUE_SOON: "◔",
    State.DUE: "○",
    State.UPCOMING: "·",
}
CLASSES = {
    State.DONE: "done",
    State.WAIVED: "waived",
    State.OVERDUE: "overdue",
    State.NOTED: "none",
    State.DUE_SOON: "due",
    State.DUE: "due",
    State.UPCOMING: "none",
}
NOTHING = '<td><span class="cell cell-none" aria-label="不适用">—</span></td>'
LEGEND = [(CLASSES[state], MARKS[state], state.label) for state in MARKS] + [("none", "—", "不适用")]

Draw = Callable[[Place, Sequence[Total | None]], str]


def matrix_rows(matrix: Matrix, params: dict[str, str]) -> SafeString:
    """
    All <tr> of the table body, for a matrix whose single cells ``single_cells`` has shown; names are escaped, the rest
    is ours. ``params`` are those of the page.
    """
    head = _unit_head(params) if matrix.query.by_unit else _branch_head(matrix)
    if matrix.query.is_single:
        rows = [f"<tr>{head(place)}{''.join([cell or NOTHING for cell in cells])}</tr>" for place, cells in matrix.rows]
    else:
        draw = _totals(matrix, params)
        rows = [f"<tr>{head(place)}{draw(place, cells)}</tr>" for place, cells in matrix.rows]
    return mark_safe("\n".join(rows))  # noqa: S308  # escaped above


def _branch_head(matrix: Matrix) -> Callable[[Place], str]:
    """The branch, and below it its unit where there are several."""
    before, after = _around("branches:organisation_detail")
    locks = _lock_marks(matrix)
    units = {place.unit for place, _ in matrix.rows}
    below = {unit: f'<div class="muted small">{escape(unit)}</div>' if len(units) > 1 else "" for unit in units}
    return lambda place: (
        f'<th scope="row"><a href="{before}{place.pk}{after}">{escape(place.name)}</a>'
        f"{locks[place.lock] % place.pk if place.lock else ''}{below[place.unit]}</th>"
    )


def _lock_marks(matrix: Matrix) -> dict[str, str]:
    """The sign of a closed and of a reopened quarter, leading to its page, with a place for the branch's id."""
    if matrix.query.period.freq is not Freq.QUARTER:
        return {}
    before, after = reverse("branches:quarter_detail", args=[0, matrix.query.period.code]).split("/0/")
    return {
        state: f' <a class="lock" href="{before}/%d/{after}" aria-label="{label}" title="{label}">{icon(name)}</a>'
        for state, label, name in (
            (QuarterState.CLOSED.value, QuarterState.CLOSED.label, "lock"),
            (QuarterState.REOPENED.value, QuarterState.REOPENED.label, "lock-open"),
        )
    }


def _unit_head(params: dict[str, str]) -> Callable[[Place], str]:
    query = escape(urlencode({**params, "view": "branches", "unit": ""}))
    return lambda place: f'<th scope="row"><a href="?{query}{place.pk}">{escape(place.name)}</a></th>'


def single_cells() -> Show:
    """Cells that are one obligation; of equal ones only the id differs."""
    before, after = _around("branches:obligation_detail")

    def show(face: Face) -> Make:
        figures = f"{face.done}/{face.needed}"
        opening = f'<td><a class="cell cell-{CLASSES[face.state]}" href="{before}%d{after}"'
        return f'{opening} aria-label="{face.state.label} {figures}">{MARKS[face.state]} {figures}</a></td>'.__mod__

    return show


def _totals(matrix: Matrix, params: dict[str, str]) -> Draw:
    """Cells that stand for several obligations open to the branches of the unit, or to the branch's own list."""
    opened = _unit_links(matrix, params) if matrix.query.by_unit else _list_links(matrix)
    codes = [heading.code for heading in matrix.headings]
    return lambda place, cells: "".join(
        [
            _total(cell, f"{opened(place, cell)}{code}") if cell else NOTHING
            for code, cell in zip(codes, cells, strict=True)
        ]
    )


def _unit_links(matrix: Matrix, params: dict[str, str]) -> Callable[[Place, Total], str]:
    query = escape(urlencode({**params, "view": "branches", "unit": ""}))
    return lambda place, cell: f"?{query}{place.pk}{'' if cell.state == State.DONE else '&amp;state=behind'}&amp;rule="


def _list_links(matrix: Matrix) -> Callable[[Place, Total], str]:
    url, period = reverse("branches:obligation_list"), matrix.query.period.code
    return lambda place, cell: f"{url}?period={period}&amp;org={place.pk}&amp;rule="


def _total(cell: Total, url: str) -> str:
    figures = f" {cell.met}/{cell.asked}" if cell.asked else ""
    label = f"{total_label(cell)}{figures}"
    words = f'href="{url}" aria-label="{label}">{MARKS[cell.state]}{figures}'
    return f'<td><a class="cell cell-{CLASSES[cell.state]}" {words}</a></td>'


def _around(name: str) -> tuple[str, str]:
    """The parts of a URL before and after its id."""
    before, after = reverse(name, args=[0]).rsplit("0", 1)
    return before, after
