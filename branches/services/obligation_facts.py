"""The facts from which obligations follow: rules in their periods, and when a branch was left in peace."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min, Q

from branches.choices import (
    COMMITTEE_MINIMUM,
    TEMPORARY_TYPES,
    Frequency,
    OrganisationChangeKind,
    OrganisationStatus,
)
from branches.models import MeetingCount, Obligation, Organisation, OrganisationChange, Requirement
from branches.policy.measures import MEETINGS, MeasureSpan, measure_of
from branches.policy.obligations import (
    Change,
    Rule,
    Slot,
    Span,
    founding_quiet,
    horizon,
    merger_quiet,
    quiet_spans,
    slots,
)
from branches.services.obligation_sql import ASKED, ASKED_APPLIED, DERIVED, MEASURED_SPANS, UNASKED
from core.calendar import local_today
from core.periods import Freq, parse_period

SWITCHES: dict[str, bool] = {OrganisationChangeKind.SUSPENDED: True, OrganisationChangeKind.RESUMED: False}
_MARK = re.compile(r"/\*(\w+)(?:: ([\w.]+))?\*/")
_FAR = date.max
_NO_SLOT = (0, "", 0, "", _FAR, _FAR, False, "")
_NO_QUIET = (0, _FAR, _FAR, False)


class MeasuredRule(NamedTuple):
    """A version of a rule that is not counted from logs of meetings."""

    pk: int
    code: str
    measure: str


@dataclass(frozen=True)
class Facts:
    """What the statements are asked with; ``among`` None is every organisation."""

    slots: Sequence[Slot]
    quiet: Sequence[tuple[int, Span]]
    since: date
    through: date
    among: Sequence[int] | None = None
    limit: int = 10_000
    measured: Sequence[MeasuredRule] = ()


def facts_gather(
    *, since: date | None = None, through: date | None = None, among: Sequence[int] | None = None
) -> Facts:
    """
    The facts of the days since..through: by default from the first period ever opened to the horizon, or to the last
    period opened where someone looked further ahead.
    """
    today = local_today()
    first = min(filter(None, (since and since.replace(month=1, day=1), tracked_since(today))))
    last = through or _opened_through(horizon(today))
    rules = [Rule(*row) for row in Requirement.objects.order_by("code", "valid_from").values_list(*Rule._fields)]
    measured = [
        MeasuredRule(*row)
        for row in Requirement.objects.exclude(measure=MEETINGS)
        .exclude(frequency=Frequency.ONCE)
        .order_by("pk")
        .values_list("pk", "code", "measure")
    ]
    quiet = [*_quiet(among), *_founded(among, first), *_absorbed(among)]
    return Facts(slots(rules, first, last), quiet, first, last, among, measured=measured)


def _opened_through(day: date) -> date:
    """The day itself, or the last beginning of an open period after it; what is due once opens none."""
    later = Obligation.objects.filter(period__gte=str(day.year), subject="").aggregate(last=Max("starts_on"))["last"]
    return max(day, later or day)


def tracked_since(today: date) -> date:
    """
    The first of January from which obligations are kept: that of the first period opened, else of the first log, else
    of this year. A branch founded in 1995 is thus not held to years in which there was no portal.
    """
    opened = Obligation.objects.filter(subject="").aggregate(first=Min("period"))["first"]
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


def _founded(branches: Sequence[int] | None, first: date) -> list[tuple[int, Span]]:
    """The first months of branches founded since ``first``. Founded within a month, it is not asked in it anyway."""
    months = settings.PORTAL["FOUNDING_QUIET_MONTHS"]
    rows = Organisation.objects.branches().filter(founded_on__gt=first - timedelta(days=31 * (months + 1)))
    if months == 0:
        rows = rows.filter(founded_on__day=1)
    found = _limited(rows.order_by(), "pk", branches).values_list("pk", "founded_on")
    return [(pk, founding_quiet(founded_on, months)) for pk, founded_on in found]


def _absorbed(branches: Sequence[int] | None) -> list[tuple[int, Span]]:
    """The months in which branches took others in."""
    rows = Organisation.objects.branches().filter(status=OrganisationStatus.MERGED, ended_on__isnull=False).order_by()
    found = _limited(rows, "merged_into", branches).values_list("merged_into_id", "ended_on")
    return [(pk, merger_quiet(ended_on)) for pk, ended_on in found]


def _changes(branches: Sequence[int] | None) -> Iterable[tuple[Any, ...]]:
    told = Q(kind__in=SWITCHES) | Q(after__has_key="type_code")
    rows = _limited(OrganisationChange.objects.in_force().filter(told), "organisation", branches).order_by(
        "effective_on", "pk"
    )
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
        if facts.measured and table == "obligation_expected":
            asked_load(facts)
        if facts.measured and table == "obligation_counted":
            done_load(facts)
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
    if name == "among":
        if facts.among is None:
            return "1 = 1"
        params += facts.among
        return f"{column} IN ({', '.join(['%s'] * len(facts.among))})"
    if name == "measured":
        params += [rule.pk for rule in facts.measured]
        return ", ".join(["%s"] * len(facts.measured))
    rows = _rows(facts, name)
    if rows is None:
        params.append(_value(facts, name))
        return "%s"
    params += [value for row in rows for value in row]
    return ", ".join([f"({', '.join(['%s'] * len(rows[0]))})"] * len(rows))


def asked_load(facts: Facts) -> None:
    """How often the rules of other measures are asked, where the measure itself tells."""
    telling = [rule for rule in facts.measured if (known := measure_of(rule.measure)) and known.asked]
    if not telling:
        return
    run(facts, ASKED)
    for rule in telling:
        spans = [MeasureSpan(rule.pk, slot.period) for slot in facts.slots if slot.rule.pk == rule.pk]
        known = measure_of(rule.measure)
        if spans and known and known.asked:
            _insert("obligation_asked", known.asked(facts.among, spans))
    told = replace(facts, measured=telling)
    run(told, ASKED_APPLIED)
    run(told, UNASKED)
    run(facts, "DROP TABLE obligation_asked")


def done_load(facts: Facts) -> None:
    """What was done of the rules of other measures, beside what was counted from logs."""
    found: dict[int, list[MeasureSpan]] = defaultdict(list)
    for requirement, period, *_ in run(facts, MEASURED_SPANS):
        found[requirement].append(MeasureSpan(requirement, parse_period(period)))
    for rule in facts.measured:
        known = measure_of(rule.measure)
        if known is None or rule.pk not in found:
            continue
        ends = {span.period.code: (span.period.starts_on, span.period.ends_on) for span in found[rule.pk]}
        figures = known.done(facts.among, found[rule.pk])
        rows = ((branch, requirement, period, *ends[period], done) for branch, requirement, period, done in figures)
        _insert("obligation_counted", rows)


def _insert(table: str, rows: Iterable[tuple[Any, ...]], size: int = 500) -> None:
    """Rows into a temporary table of ours, some hundred a statement."""
    for chunk in batched(rows, size):
        places = ", ".join([f"({', '.join(['%s'] * len(chunk[0]))})"] * len(chunk))
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} VALUES {places}", [value for row in chunk for value in row])  # noqa: S608 # nosec B608


def batched(rows: Iterable[tuple[Any, ...]], size: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows in lists of at most ``size``."""
    stream = iter(rows)
    while chunk := list(islice(stream, size)):
        yield chunk


def _rows(facts: Facts, name: str) -> list[tuple[Any, ...]] | None:
    if name == "slots":
        return [_slot_row(slot) for slot in facts.slots] or [_NO_SLOT]
    if name == "quiet":
        return [(branch, span.starts_on, span.ends_on or _FAR, span.months_only) for branch, span in facts.quiet] or [
            _NO_QUIET
        ]
    return None


def _slot_row(slot: Slot) -> tuple[Any, ...]:
    rule, period = slot
    is_month = period.freq is Freq.MONTH
    return (
        rule.pk, rule.condition, rule.needed, period.code, period.starts_on, period.ends_on, is_month, rule.audience,
    )  # fmt: skip


def _value(facts: Facts, name: str) -> Any:
    constants = {"committee": COMMITTEE_MINIMUM, "step": Organisation.steplen}
    return constants[name] if name in constants else getattr(facts, name)
