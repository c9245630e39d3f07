"""Study hours (党员教育管理工作条例; domain.md §4): what a log counts for, what a class is worth."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

HALF = Decimal("0.5")
ZERO = Decimal(0)
SOURCE = "《中国共产党党员教育管理工作条例》；2019—2023年、2024—2028年全国党员教育培训工作规划"

#: A 主题党日 is study only where its log says so.
STUDY_IN_THEME_DAY = "theme_day"
LECTURE = "lecture"


@dataclass(frozen=True, slots=True)
class StudyRules:
    """The settings of a day: hours by kind of log where it has no times, caps by kind, minutes of one hour."""

    defaults: Mapping[str, Decimal] = field(default_factory=dict)
    caps: Mapping[str, Decimal] = field(default_factory=dict)
    values: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of logs that count as study."""
        return frozenset(self.defaults)

    def value(self, measure: str) -> Decimal:
        return self.values.get(measure, ZERO)

    def number(self, measure: str) -> int:
        return int(self.value(measure))


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What a submitted log says about its length; ``kinds`` are those it counts as."""

    kinds: Collection[str]
    starts_at: time | None = None
    ends_at: time | None = None
    lecture_hours: Decimal | None = None
    with_study: bool = False


def log_hours(log: LogFacts, rules: StudyRules) -> Decimal:
    """
    Hours that one log counts for whoever was present, once however many kinds it has. For each kind: the hours that the
    minutes of a 党课 name, else those between beginning and end in whole halves, else the default of the kind; never
    above the cap of the kind. The best kind decides.
    """
    return max((_kind_hours(kind, log, rules) for kind in log.kinds if _studies(kind, log, rules)), default=ZERO)


def _studies(kind: str, log: LogFacts, rules: StudyRules) -> bool:
    return kind in rules.defaults and (kind != STUDY_IN_THEME_DAY or log.with_study)


def _kind_hours(kind: str, log: LogFacts, rules: StudyRules) -> Decimal:
    named = log.lecture_hours if kind == LECTURE else None
    spent = _between(log.starts_at, log.ends_at, rules.number("minutes") or 60)
    hours = named or spent or rules.defaults[kind]
    return min(in_halves(hours), rules.caps.get(kind, hours))


def _between(starts_at: time | None, ends_at: time | None, minutes: int) -> Decimal | None:
    """Hours between; None where a time is missing or they are in the wrong order."""
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        return None
    spent = ends_at.hour * 60 + ends_at.minute - starts_at.hour * 60 - starts_at.minute
    return in_halves(Decimal(spent) / minutes)


def in_halves(hours: Decimal) -> Decimal:
    """Rounded down to half an hour; what is shorter counts nothing."""
    return (hours // HALF) * HALF


def is_in_halves(hours: Decimal) -> bool:
    return hours == in_halves(hours)


def suggested_hours(starts_on: date, ends_on: date, day_hours: Decimal) -> Decimal:
    """What full days away from work are worth."""
    return day_hours * ((ends_on - starts_on).days + 1)


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def newcomer_until(joined_on: date, confirmed_on: date | None, months: int) -> date:
    """Last day of the newcomers' training: so long after the confirmation, or after the year of probation."""
    return months_later(confirmed_on or months_later(joined_on, 12), months)


@dataclass(frozen=True, slots=True)
class YearHours:
    """One member's hours of a year, and how many classes were attended."""

    meetings: Decimal = ZERO
    classes: Decimal = ZERO
    class_count: int = 0

    @property
    def total(self) -> Decimal:
        return self.meetings + self.classes


def has_reached(hours: YearHours, *, is_leader: bool, rules: StudyRules) -> bool:
    """Members: the hours. 书记和班子成员: the higher hours, and at least one class."""
    if not is_leader:
        return hours.total >= rules.value("member_hours")
    return hours.total >= rules.value("leader_hours") and hours.class_count >= rules.number("leader_classes")
