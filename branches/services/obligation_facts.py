"""The facts from which obligations follow: rules in their periods, and when a branch was left in peace."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max, Min, Q

from branches.choices import COMMITTEE_MINIMUM, TEMPORARY_TYPES, OrganisationChangeKind, OrganisationStatus
from branches.models import MeetingCount, Obligation, Organisation, OrganisationChange, Requirement
from branches.policy.obligations import Change, Rule, Slot, Span, horizon, quiet_spans, slots
from branches.services.obligation_sql import DERIVED
from core.calendar import local_today

SWITCHES: dict[str, bool] = {OrganisationChangeKind.SUSPENDED: True, OrganisationChangeKind.RESUMED: False}
_MARK = re.compile(r"/\*(\w+)(?:: ([\w.]+))?\*/")
_FAR = date.max
_NO_SLOT = (0, "", 0, "", _FAR, _FAR)
_NO_QUIET = (0, _FAR, _FAR)


@dataclass(frozen=True)
class Facts:
    """What the statements are asked with; ``branches`` None is every branch."""

    slots: Sequence[Slot]
    quiet: Sequence[tuple[int, Span]]
    since: date
    through: date
    branches: Sequence[int] | None = None
    limit: int = 10_000


def facts_gather(
    *, since: date | None = None, through: date | None = None, branches: Sequence[int] | None = None
) -> Facts:
    """
    The facts of the days since..through: by default from the first period ever opened to the horizon, or to the last
    period opened where someone looked further ahead.
    """
    today = local_today()
    first = min(filter(None, (since and since.replace(month=1, day=1), tracked_since(today))))
    last = through or _opened_through(horizon(today))
    rules = [Rule(*row) for row in Requirement.objects.order_by("code", "valid_from").values_list(*Rule._fields)]
    return Facts(slots(rules, first, last), _quiet(branches), first, last, branches)


def _opened_through(day: date) -> date:
    """The day itself, or the last beginning of an open period after it."""
    later = Obligation.objects.filter(period__gte=str(day.year)).aggregate(last=Max("starts_on"))["last"]
    return max(day, later or day)


def tracked_since(today: date) -> date:
    """
    The first of January from which obligations are kept: that of the first period opened, else of the first log, else
    of this year. A branch founded in 1995 is thus not held to years in which there was no portal.
    """
    opened = Obligation.objects.aggregate(first=Min("period"))["first"]
    if opened:
        return date(int(opened[:4]), 1, 1)
    logged = MeetingCount.objects.aggregate(first=Min("held_on"))["first"]
    return (logged or today).replace(month=1, day=1)


def _quiet(branches: Sequence[int] | None) -> list[tuple[int, Span]]:
    """Every stretch of days on which a branch was suspended or temporary."""
    changes: dict[int, list[Change]] = defaultdict(list)
    for organisation, *change in _changes(branches):
        changes[organisation].append(_change(*change))
    still = Q(status=OrganisationStatus.SUSPENDED) | Q(type_code__in=TEMPORARY_TYPES) | Q(pk__in=changes)
    rows = _limited(Organisation.objects.branches().filter(still), "pk", branches)
    return [
        (pk, span)
        for pk, status, type_code in rows.values_list("pk", "status", "type_code")
        for span in quiet_spans(
            suspended=status == OrganisationStatus.SUSPENDED,
            temporary=type_code in TEMPORARY_TYPES,
            changes=changes[pk],
        )
    ]


def _changes(branches: Sequence[int] | None) -> Iterable[tuple[Any, ...]]:
    told = Q(kind__in=SWITCHES) | Q(after__has_key="type_code")
    rows = _limited(OrganisationChange.objects.filter(told), "organisation", branches).order_by("effective_on", "pk")
    return rows.values_list("organisation_id", "effective_on", "kind", "before", "after")


def _change(on: date, kind: str, before: dict[str, Any], after: dict[str, Any]) -> Change:
    retyped = after["type_code"] in TEMPORARY_TYPES if "type_code" in after else None
    return Change(on, SWITCHES.get(kind), before.get("type_code") in TEMPORARY_TYPES, retyped)


def _limited(queryset: Any, field: str, branches: Sequence[int] | None) -> Any:
    return queryset if branches is None else queryset.filter(**{f"{field}__in": branches})


@contextmanager
def derived(facts: Facts) -> Iterator[None]:
    """Within a transaction: the temporary tables of what should be and what was done. A rollback takes them along."""
    is_postgres = connection.vendor == "postgresql"
    if is_postgres:
        run(facts, "SET LOCAL jit = off")  # compiling took longer than the statements themselves
    for table, statement in DERIVED.items():
        run(facts, statement)
        if is_postgres:
            run(facts, f"ANALYZE {table}")
    yield
    for table in DERIVED:
        run(facts, f"DROP TABLE {table}")


def run(facts: Facts, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement; the rows that it answers."""
    params: list[Any] = []
    sql = _MARK.sub(lambda mark: _placed(facts, mark[1], mark[2], params), statement)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def _placed(facts: Facts, name: str, column: str | None, params: list[Any]) -> str:
    """The placeholders of one mark; their values are added to ``params``."""
    if name == "branches":
        if facts.branches is None:
            return "1 = 1"
        params += facts.branches
        return f"{column} IN ({', '.join(['%s'] * len(facts.branches))})"
    rows = _rows(facts, name)
    if rows is None:
        params.append(_value(facts, name))
        return "%s"
    params += [value for row in rows for value in row]
    return ", ".join([f"({', '.join(['%s'] * len(rows[0]))})"] * len(rows))


def _rows(facts: Facts, name: str) -> list[tuple[Any, ...]] | None:
    if name == "slots":
        return [_slot_row(slot) for slot in facts.slots] or [_NO_SLOT]
    if name == "quiet":
        return [(branch, span.starts_on, span.ends_on or _FAR) for branch, span in facts.quiet] or [_NO_QUIET]
    return None


def _slot_row(slot: Slot) -> tuple[Any, ...]:
    rule, period = slot
    return (rule.pk, rule.condition, rule.needed, period.code, period.starts_on, period.ends_on)


def _value(facts: Facts, name: str) -> Any:
    constants = {"committee": COMMITTEE_MINIMUM, "step": Organisation.steplen}
    return constants[name] if name in constants else getattr(facts, name)
