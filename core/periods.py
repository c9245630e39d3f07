"""Years, quarters and months as values. Pure: knows no Django and no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
QUARTER_NAMES = "一二三四"
_CODE = re.compile(r"([1-9][0-9]{3})(?:Q([1-4])|M(0[1-9]|1[0-2]))?")


class Freq(StrEnum):
    """How often something recurs."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


_PER_YEAR = {Freq.YEAR: 1, Freq.QUARTER: 4, Freq.MONTH: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """One year, quarter or month; ``number`` counts from 1 within the year. Both ends are inside."""

    freq: Freq
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        if not (1000 <= self.year <= 9998 and 1 <= self.number <= _PER_YEAR[self.freq]):
            raise ValueError(f"no such period: {self.freq} {self.year} {self.number}")

    @property
    def code(self) -> str:
        """ "2026", "2026Q3" or "2026M07"; codes of one frequency sort by time."""
        if self.freq is Freq.YEAR:
            return str(self.year)
        return f"{self.year}Q{self.number}" if self.freq is Freq.QUARTER else f"{self.year}M{self.number:02d}"

    @property
    def title(self) -> str:
        if self.freq is Freq.YEAR:
            return f"{self.year}年"
        if self.freq is Freq.QUARTER:
            return f"{self.year}年{QUARTER_NAMES[self.number - 1]}季度"
        return f"{self.year}年{self.number}月"

    @property
    def starts_on(self) -> date:
        return date(self.year, (self.number - 1) * (12 // _PER_YEAR[self.freq]) + 1, 1)

    @property
    def ends_on(self) -> date:
        return self.next().starts_on - timedelta(days=1)

    def next(self) -> Period:
        return self._shifted(1)

    def previous(self) -> Period:
        return self._shifted(-1)

    def __contains__(self, day: date) -> bool:
        return self == period_of(day, self.freq)

    def __str__(self) -> str:
        return self.code

    def _shifted(self, steps: int) -> Period:
        per_year = _PER_YEAR[self.freq]
        year, index = divmod(self.year * per_year + self.number - 1 + steps, per_year)
        return Period(self.freq, year, index + 1)


def period_of(day: date, freq: Freq) -> Period:
    """The period that a day lies in. An aware moment counts by its date in Asia/Shanghai."""
    if isinstance(day, datetime):
        day = day.astimezone(LOCAL_ZONE).date() if day.tzinfo else day.date()
    return Period(freq, day.year, (day.month - 1) * _PER_YEAR[freq] // 12 + 1)


def parse_period(code: str) -> Period:
    """Read a code such as "2026", "2026Q3" or "2026M07"; ValueError for anything else."""
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"not a period: {code!r}")
    year, quarter, month = match.groups()
    if quarter:
        return Period(Freq.QUARTER, int(year), int(quarter))
    return Period(Freq.MONTH, int(year), int(month)) if month else Period(Freq.YEAR, int(year))


def periods_between(freq: Freq, start: date, end: date) -> list[Period]:
    """Every period that shares a day with start..end (both included), in order; empty when end is before start."""
    found: list[Period] = []
    current = period_of(start, freq)
    while start <= end and current.starts_on <= end:
        found.append(current)
        current = current.next()
    return found
