"""When a rule is asked of a branch, and what stands of it on a given day. Pure: dates and counts, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from core.periods import Freq, Period, period_of, periods_between

#: (longest period, days): due soon is the last week of a month, and the last 30 days of a quarter or a year.
SOON_BY_LENGTH = ((31, 7), (366, 30))
#: What runs over years, as a task may.
SOON_LONGEST = 30


#: Levels of a rule: what is due is asked and may be overdue, what only warns is shown (domain.md §16).
DUE = "due"
WARN = "warn"


class State(StrEnum):
    """What stands of an obligation on a given day; there is no better or worse among those met (N2)."""

    DONE = "done"
    WAIVED = "waived"
    OVERDUE = "overdue"
    NOTED = "noted"
    DUE_SOON = "due_soon"
    DUE = "due"
    UPCOMING = "upcoming"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def tone(self) -> str:
        """Tone of the badge and of the matrix cell."""
        return TONES[self]


LABELS = {
    State.DONE: "已完成",
    State.WAIVED: "已减免",
    State.OVERDUE: "已逾期",
    State.NOTED: "提示项未做到",
    State.DUE_SOON: "即将到期",
    State.DUE: "进行中",
    State.UPCOMING: "未开始",
}
TONES = {
    State.DONE: "done",
    State.WAIVED: "waived",
    State.OVERDUE: "overdue",
    State.NOTED: "neutral",
    State.DUE_SOON: "due",
    State.DUE: "info",
    State.UPCOMING: "neutral",
}
BEHIND = (State.OVERDUE, State.DUE_SOON, State.DUE)


def soon_days(starts_on: date, ends_on: date) -> int:
    """How many days before its end a period's obligation becomes due soon."""
    length = (ends_on - starts_on).days + 1
    return next((days for longest, days in SOON_BY_LENGTH if length <= longest), SOON_LONGEST)


def state_of(
    *, done: int, needed: int, waived: bool, starts_on: date, ends_on: date, today: date, level: str = DUE
) -> State:
    """
    What stands on ``today``. The last day of the period still belongs to it; overdue is made by time alone. A rule of
    the level "warn" (domain.md §16: R09, 「一般」 in its article) is shown and never overdue, and presses nobody.
    """
    if done >= needed:
        return State.DONE
    if waived:
        return State.WAIVED
    if today > ends_on:
        return State.NOTED if level == WARN else State.OVERDUE
    if today < starts_on:
        return State.UPCOMING
    soon = level != WARN and (ends_on - today).days < soon_days(starts_on, ends_on)
    return State.DUE_SOON if soon else State.DUE


def horizon(today: date) -> date:
    """Obligations are opened up to this day, the end of the next quarter, so that nobody is missing from a page."""
    return period_of(today, Freq.QUARTER).next().ends_on


#: The frequency of a rule that is asked by a record with a day of its own (branches/policy/deadlines.py).
ONCE = "once"


class Rule(NamedTuple):
    """
    A dated version of a rule, as far as opening needs it; ``valid_until`` is exclusive, ``audience`` the kind of
    organisation that is asked.
    """

    pk: int
    code: str
    frequency: str
    needed: int
    condition: str
    valid_from: date
    valid_until: date | None
    audience: str = "branch"


class Slot(NamedTuple):
    """One version of a rule in one period: what each branch to which it applies is asked."""

    rule: Rule
    period: Period


def rule_on(versions: Iterable[Rule], day: date) -> Rule | None:
    """The version of one rule in force on ``day``; of two, the later one."""
    valid = [
        rule for rule in versions if rule.valid_from <= day and (rule.valid_until is None or day < rule.valid_until)
    ]
    return max(valid, key=lambda rule: rule.valid_from, default=None)


def slots(rules: Iterable[Rule], since: date, through: date) -> list[Slot]:
    """Every rule × period that begins within since..through, by the version in force on the first day of the period."""
    versions: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.frequency == ONCE:
            continue
        versions.setdefault(rule.code, []).append(rule)
    found = []
    for dated in versions.values():
        for frequency in sorted({rule.frequency for rule in dated}):
            for period in periods_between(Freq(frequency), since, through):
                current = rule_on(dated, period.starts_on) if period.starts_on >= since else None
                if current is not None and current.frequency == frequency:
                    found.append(Slot(current, period))
    return found


class Change(NamedTuple):
    """A dated change that may begin or end a branch's quiet; None where it says nothing of it."""

    on: date
    suspends: bool | None = None
    temporary_before: bool = False
    temporary_after: bool | None = None


@dataclass(frozen=True)
class Span:
    """
    Days on which a branch is left in peace; ``ends_on`` is exclusive, None is open. Every month that such a day lies in
    is quiet; a quarter or a year is where the branch began or ended it so, unless ``months_only``.
    """

    starts_on: date
    ends_on: date | None
    months_only: bool = False

    def silences(self, period: Period) -> bool:
        """Whether nothing is asked in this period because of these days; the statements ask the same in SQL."""
        end = self.ends_on or date.max
        if period.freq is Freq.MONTH:
            return self.starts_on <= period.ends_on and end > period.starts_on
        return not self.months_only and any(self.starts_on <= day < end for day in (period.starts_on, period.ends_on))


def founding_quiet(founded_on: date, months: int = 0) -> Span:
    """
    The month in which a branch was founded, and ``months`` more (a setting): with it the quarter and the year that
    began in it. Earlier periods are not asked anyway, since it did not stand on their first day (domain.md §16).
    """
    month = period_of(founded_on, Freq.MONTH)
    for _ in range(months + 1):
        month = month.next()
    return Span(founded_on, month.starts_on)


def merger_quiet(day: date) -> Span:
    """The month in which a branch took another one in: it was being reorganised (domain.md §16)."""
    return Span(day, day + timedelta(days=1), months_only=True)


BEGINNING = date.min
Mark = tuple[date, bool]


def quiet_spans(*, suspended: bool, temporary: bool, changes: Sequence[Change]) -> list[Span]:
    """
    When a branch was suspended or temporary: nothing is asked of it then (domain.md §16). Told by its dated changes, in
    order; where these are silent, by how the branch stands today.
    """
    pauses = [(change.on, change.suspends) for change in changes if change.suspends is not None]
    retypings = [change for change in changes if change.temporary_after is not None]
    kinds = [(change.on, bool(change.temporary_after)) for change in retypings]
    if retypings:
        kinds.insert(0, (BEGINNING, retypings[0].temporary_before))
    return _spans(pauses or [(BEGINNING, suspended)]) + _spans(kinds or [(BEGINNING, temporary)])


def _spans(marks: Iterable[Mark]) -> list[Span]:
    """The stretches of a switch that is set on or off on given days."""
    found: list[Span] = []
    began: date | None = None
    for day, on in marks:
        if on and began is None:
            began = day
        elif not on and began is not None:
            found += [Span(began, day)] if began < day else []
            began = None
    return found + ([Span(began, None)] if began is not None else [])
