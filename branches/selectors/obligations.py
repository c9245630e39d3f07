"""Reads of obligations: of one branch, of a unit, of the city, and the logs from which each was counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr

from accounts.models import User
from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import Frequency, MeetingKind, OrganisationKind, RequirementCondition, RequirementLevel
from branches.models import Meeting, MeetingCount, Obligation, Organisation, Requirement, RequirementKind, Waiver
from branches.policy.measures import measure_of
from branches.policy.obligations import Rule, State, rule_on, state_of
from core.calendar import local_today
from core.periods import parse_period

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


@dataclass(frozen=True)
class Due:
    """An obligation that somebody still has to meet."""

    obligation: Obligation
    state: State
    kinds: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.obligation.requirement.title}（{parse_period(self.obligation.period).title}）"


def branch_todo(organisation_ids: Iterable[int], today: date, since: date | None = None) -> list[Due]:
    """
    What these branches have to do on ``today``, the earliest end first: overdue ones that ended on or after ``since``
    (default: the first of January of last year) and those of the running periods. Two queries.
    """
    oldest = since or date(today.year - 1, 1, 1)
    rows = (
        Obligation.objects.filter(UNMET, organisation__in=list(organisation_ids))
        .filter(starts_on__lte=today, ends_on__gte=oldest)
        .select_related("requirement", "organisation")
        .prefetch_related("requirement__kinds")
        .order_by("ends_on", "requirement__code", "organisation__path")
    )
    return [Due(row, _state(row, today), tuple(each.kind for each in row.requirement.kinds.all())) for row in rows]


def obligations_of(organisation: Organisation, start: date, end: date) -> QuerySet[Obligation]:
    """The obligations of one branch whose period lies within start..end, with their rules, by rule and period."""
    rows = Obligation.objects.filter(organisation=organisation, starts_on__gte=start, ends_on__lte=end)
    return rows.select_related("requirement").order_by("requirement__code", "starts_on")


def _state(row: Obligation, today: date) -> State:
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
    keys = ["requirement__code", "requirement__title", "period"]
    if by_unit:
        found = found.annotate(unit=Substr("organisation__path", 1, STEP * UNIT_DEPTH))
        keys.insert(0, "unit")
    counted = found.order_by(*keys).values(*keys).annotate(**_counts(today))
    return [
        Summary(
            row["requirement__code"], row["requirement__title"], row["period"], row["asked"], row["met"],
            row["overdue"], row["due"], row["waived_count"], row.get("unit", ""),
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


# One obligation


@dataclass(frozen=True)
class Record:
    """A log that was counted, and as what."""

    meeting: Meeting
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """What was counted where it is not logs: (label, how many), and where it is listed and recorded by this reader."""

    label: str
    hint: str
    lines: tuple[tuple[str, int], ...]
    url: str
    record_url: str


@dataclass(frozen=True)
class ObligationPage:
    """One obligation: the rule, the logs counted for it, which groups met, its waivers, and what the reader may do."""

    obligation: Obligation
    state: State
    period_title: str
    unit: str
    records: tuple[Record, ...]
    groups: tuple[tuple[Organisation, bool], ...]
    waivers: tuple[Waiver, ...]
    kinds: tuple[str, ...]
    may_record: bool
    may_waive: bool
    measured: Measured | None = None

    @property
    def open_waiver(self) -> Waiver | None:
        return next((waiver for waiver in self.waivers if waiver.revoked_at is None), None)

    @property
    def asked(self) -> str:
        """How often the rule asks it of every branch, in words."""
        return _asked(self.obligation.requirement)

    @property
    def missing(self) -> int:
        return max(self.obligation.needed - self.obligation.done, 0)

    @property
    def hint(self) -> str:
        """What would be counted here."""
        if self.measured:
            return self.measured.hint
        kinds = "、".join(MeetingKind(kind).label for kind in self.kinds)
        return f"{kinds}的记录提交后自动计入，不需要另外填报。"


def obligations_in_full() -> QuerySet[Obligation]:
    return Obligation.objects.select_related("requirement", "organisation")


def obligation_page(user: User, obligation: Obligation) -> ObligationPage:
    """All that the page of an obligation shows."""
    path = obligation.organisation.path
    kinds = tuple(obligation.requirement.kinds.order_by("pk").values_list("kind", flat=True))
    records = obligation_records(obligation)
    waivers = Waiver.objects.filter(obligation=obligation).select_related("by", "revoked_by")
    return ObligationPage(
        obligation=obligation,
        state=_state(obligation, local_today()),
        period_title=parse_period(obligation.period).title,
        unit=unit_names([path]).get(path[: STEP * UNIT_DEPTH], ""),
        records=tuple(records),
        groups=tuple(_groups(obligation, records)),
        waivers=tuple(waivers),
        kinds=kinds,
        may_record=obligation.starts_on <= local_today() and user.scope(Capability.MEETING_SUBMIT).covers(path),
        may_waive=user.scope(Capability.OBLIGATION_WAIVE).covers(path),
        measured=_measured(user, obligation),
    )


def _measured(user: User, obligation: Obligation) -> Measured | None:
    measure = measure_of(obligation.requirement.measure)
    if measure is None:
        return None
    span = (obligation.organisation_id, obligation.starts_on, obligation.ends_on)

    def reached(capability: str) -> bool:
        return bool(capability) and user.scope(Capability(capability)).covers(obligation.organisation.path)

    return Measured(
        measure.label,
        measure.hint,
        tuple(measure.lines(*span)) if measure.lines else (),
        measure.url(*span) if measure.url and reached(measure.capability) else "",
        measure.record_url(span[0]) if measure.record_url and reached(measure.record_capability) else "",
    )


def obligation_records(obligation: Obligation) -> list[Record]:
    """The logs from which ``done`` was counted, the earliest first. One query."""
    counts = (
        MeetingCount.objects.filter(
            organisation=obligation.organisation_id, held_on__range=(obligation.starts_on, obligation.ends_on)
        )
        .filter(kind__in=RequirementKind.objects.filter(requirement=obligation.requirement_id).values("kind"))
        .select_related("meeting__group")
        .order_by("held_on", "meeting_id", "kind")
    )
    found: dict[int, tuple[Meeting, list[str]]] = {}
    for count in counts:
        found.setdefault(count.meeting_id, (count.meeting, []))[1].append(MeetingKind(count.kind).label)
    return [Record(meeting, tuple(kinds)) for meeting, kinds in found.values()]


def _groups(obligation: Obligation, records: Iterable[Record]) -> list[tuple[Organisation, bool]]:
    """Where each group is asked: those standing on the first day, and whether each met."""
    if obligation.requirement.condition != RequirementCondition.HAS_GROUPS:
        return []
    met = {record.meeting.group_id for record in records}
    groups = Organisation.objects.groups_of(obligation.organisation)
    return [(group, group.pk in met) for group in groups.standing_on(obligation.starts_on)]


def unit_names(paths: Iterable[str] = ()) -> dict[str, str]:
    """Short names of units by path: of those above these organisations, or of all."""
    units = Organisation.objects.of_kind(OrganisationKind.UNIT)
    above = {path[: STEP * UNIT_DEPTH] for path in paths}
    return dict((units.filter(path__in=above) if above else units).values_list("path", "short_name"))


def waivers_in_full() -> QuerySet[Waiver]:
    return Waiver.objects.select_related("obligation__organisation", "obligation__requirement")


# Rules


@dataclass(frozen=True)
class RuleRow:
    """A version of a rule as its page tells it."""

    requirement: Requirement
    kinds: str
    asked: str
    in_force: bool


def requirement_rows(today: date) -> list[RuleRow]:
    """Every version of every rule, the newest first. Two queries."""
    rules = list(Requirement.objects.order_by("code", "-valid_from").prefetch_related("kinds"))
    return [
        RuleRow(
            rule,
            _counted_from(rule),
            _asked(rule),
            _in_force(rule, rules, today),
        )
        for rule in rules
    ]


def _counted_from(rule: Requirement) -> str:
    """The kinds of meeting, or what another measure counts."""
    measure = measure_of(rule.measure)
    return measure.label if measure else "、".join(MeetingKind(each.kind).label for each in rule.kinds.all())


def _asked(rule: Requirement) -> str:
    measure = measure_of(rule.measure)
    if measure and measure.asked_words:
        return f"{Frequency(rule.frequency).label}{measure.asked_words}"
    each = "每个党小组" if rule.condition == RequirementCondition.HAS_GROUPS else ""
    return f"{each}{Frequency(rule.frequency).label}至少 {rule.needed} 次"


def _in_force(rule: Requirement, rules: Iterable[Requirement], today: date) -> bool:
    versions = [Rule(*attrgetter(*Rule._fields)(each)) for each in rules if each.code == rule.code]
    current = rule_on(versions, today)
    return current is not None and current.pk == rule.pk


def rule_titles() -> dict[str, str]:
    """Code and title of every rule, of its latest version."""
    rows: Any = Requirement.objects.order_by("code", "valid_from").values_list("code", "title")
    return dict(rows)
