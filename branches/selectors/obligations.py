"""Reads of obligations: of one branch, of a unit, of the city, and the logs from which each was counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse

from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import RequirementLevel
from branches.models import Obligation, Organisation
from branches.policy.deadlines import deadline_source
from branches.policy.measures import measure_of
from branches.policy.obligations import State, state_of

#: What is really asked; rules that only warn are shown, but nobody is behind with them (domain.md §16: R09).
ASKED = Q(requirement__level=RequirementLevel.DUE)
UNMET = ASKED & Q(done__lt=F("needed"), waived=False)


def obligation_state(  # noqa: PLR0917  # in the order of the columns
    done: int,
    needed: int,
    waived: bool,
    starts_on: date,
    ends_on: date,
    today: date,
    level: str = RequirementLevel.DUE,
) -> State:
    """What stands of an obligation on ``today``: ``.value``, ``.label`` (Chinese), ``.tone`` (badge)."""
    return state_of(
        done=done, needed=needed, waived=waived, starts_on=starts_on, ends_on=ends_on, today=today, level=level
    )


def noted_on(today: date) -> Q:
    """Obligations of rules that only warn, whose period ended without them."""
    return Q(requirement__level=RequirementLevel.WARN, done__lt=F("needed"), waived=False, ends_on__lt=today)


def overdue_on(today: date) -> Q:
    """Obligations whose period ended without them."""
    return UNMET & Q(ends_on__lt=today)


def due_on(today: date) -> Q:
    """Obligations of the running periods that are still to be met."""
    return UNMET & Q(starts_on__lte=today, ends_on__gte=today)


def state_query(state: str, today: date) -> Q:
    """The obligations in one state; "behind" are the overdue and the due together. KeyError for no such state."""
    return {
        "behind": UNMET & Q(starts_on__lte=today),
        State.OVERDUE.value: overdue_on(today),
        State.NOTED.value: noted_on(today),
        State.DUE.value: due_on(today),
        State.DONE.value: Q(done__gte=F("needed")),
        State.WAIVED.value: Q(waived=True, done__lt=F("needed")),
    }[state]


class Act(NamedTuple):
    """What the reader does next, and where."""

    label: str
    url: str


def _act(obligation: Obligation, kinds: Sequence[str]) -> Act:
    """A log is written; what has records of its own is registered there; else the obligation tells what it asks."""
    rule, organisation = obligation.requirement, obligation.organisation_id
    measure, source = measure_of(rule.measure), deadline_source(rule.measure)
    if kinds:
        return Act(
            "写记录", f"{reverse('branches:meeting_new')}?{urlencode({'branch': organisation, 'kind': kinds[0]})}"
        )
    if obligation.subject and source:
        return Act("去办理", source.url(obligation.subject))
    if measure and measure.record_url:
        return Act("去登记", measure.record_url(organisation))
    return Act("查看", reverse("branches:obligation_detail", args=[obligation.pk]))


@dataclass(frozen=True)
class Due:
    """An obligation that somebody still has to meet."""

    obligation: Obligation
    state: State
    kinds: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.obligation.what}（{self.obligation.when}）"

    @property
    def act(self) -> Act:
        """Where it is done."""
        return _act(self.obligation, self.kinds)


def todo_of(organisation_ids: Iterable[int], today: date, since: date | None = None) -> list[Due]:
    """
    What these organisations have to do on ``today``, the earliest end first: overdue ones that ended on or after
    ``since`` (default: the first of January of last year) and those of the running periods. Two queries.
    """
    oldest = since or date(today.year - 1, 1, 1)
    rows = (
        Obligation.objects.filter(UNMET, organisation__in=list(organisation_ids))
        .filter(starts_on__lte=today, ends_on__gte=oldest)
        .select_related("requirement", "organisation")
        .prefetch_related("requirement__kinds")
        .order_by("ends_on", "requirement__code", "organisation__path")
    )
    return [
        Due(row, state_of_row(row, today), tuple(each.kind for each in row.requirement.kinds.all())) for row in rows
    ]


def obligations_of(organisation: Organisation, start: date, end: date) -> QuerySet[Obligation]:
    """The obligations of one branch whose period lies within start..end, with their rules, by rule and period."""
    rows = Obligation.objects.filter(organisation=organisation, starts_on__gte=start, ends_on__lte=end)
    return rows.select_related("requirement").order_by("requirement__code", "starts_on")


def state_of_row(row: Obligation, today: date) -> State:
    """What stands of it; needs the rule."""
    level = row.requirement.level
    return obligation_state(row.done, row.needed, row.waived, row.starts_on, row.ends_on, today, level)


# Summaries


@dataclass(frozen=True)
class Summary:
    """How many obligations of one rule in one period there are below a path, and how they stand; waived ones apart."""

    code: str
    title: str
    period: str
    asked: int
    met: int
    overdue: int
    due: int
    waived: int
    path: str = ""
    frequency: str = ""
    audience: str = ""


def obligation_summary(periods: Sequence[str], today: date, *, path: str = "", by_unit: bool = False) -> list[Summary]:
    """
    Counts per rule and period below ``path`` ("" is the city), by unit where asked. ``asked`` leaves out what is
    waived; it is ``met`` + ``overdue`` + ``due`` + those whose period has not begun. One query.
    """
    return summarised(Obligation.objects.filter(organisation__path__startswith=path), periods, today, by_unit=by_unit)


def summarised(
    rows: QuerySet[Obligation], periods: Sequence[str], today: date, *, by_unit: bool = False
) -> list[Summary]:
    """The same over any obligations, as those that a reader may see."""
    found = rows.filter(period__in=periods)
    keys = ["requirement__code", "requirement__title", "period", "requirement__frequency", "requirement__audience"]
    if by_unit:
        found = found.annotate(unit=Substr("organisation__path", 1, STEP * UNIT_DEPTH))
        keys.insert(0, "unit")
    counted = found.order_by(*keys).values(*keys).annotate(**_counts(today))
    return [
        Summary(
            row["requirement__code"], row["requirement__title"], row["period"], row["asked"], row["met"],
            row["overdue"], row["due"], row["waived_count"], row.get("unit", ""),
            row["requirement__frequency"], row["requirement__audience"],
        )
        for row in counted
    ]  # fmt: skip


def _counts(today: date) -> dict[str, Count]:
    waived = Q(waived=True, done__lt=F("needed"))
    return {
        "asked": Count("pk", filter=~waived),
        "met": Count("pk", filter=Q(done__gte=F("needed"))),
        "overdue": Count("pk", filter=overdue_on(today)),
        "due": Count("pk", filter=due_on(today)),
        "waived_count": Count("pk", filter=waived),
    }
