"""Local time and working days.

A day is judged by the override table first, then by the published calendar (2004-2026), then by weekends and the
statutory days off (全国年节及纪念日放假办法, 2024 version); the swapped working days of later years are unknown until
published and are loaded into the table.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import chinese_calendar
from django.utils import timezone

from core.models import Workday
from core.periods import LOCAL_ZONE

OFFICE_HOURS = (time(9), time(17, 30))
_ONE_DAY = timedelta(days=1)

# 春节, 清明, 端午, 中秋 as (month, day); the other statutory days are fixed.
_LUNAR_DAYS = {
    2027: ((2, 6), (4, 5), (6, 9), (9, 15)),
    2028: ((1, 26), (4, 4), (5, 28), (10, 3)),
    2029: ((2, 13), (4, 4), (6, 16), (9, 22)),
    2030: ((2, 3), (4, 5), (6, 5), (9, 12)),
    2031: ((1, 23), (4, 5), (6, 24), (10, 1)),
    2032: ((2, 11), (4, 4), (6, 12), (9, 19)),
    2033: ((1, 31), (4, 4), (6, 1), (9, 8)),
    2034: ((2, 19), (4, 5), (6, 20), (9, 27)),
    2035: ((2, 8), (4, 5), (6, 10), (9, 16)),
}
_FIXED_DAYS = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


def local_now() -> datetime:
    """This moment, aware, in Asia/Shanghai."""
    return timezone.now().astimezone(LOCAL_ZONE)


def local_today() -> date:
    """Today's date in Asia/Shanghai."""
    return local_now().date()


def is_workday(day: date) -> bool:
    """Whether offices work on this day. One query."""
    return _judge(day, _overrides(day, day))


def add_workdays(day: date, count: int) -> date:
    """The day ``count`` working days after (before, if negative) ``day``; 0 gives the day itself. One query.

    With count 3 a Friday gives the next Wednesday: the day itself is not counted.
    """
    step = _ONE_DAY if count >= 0 else -_ONE_DAY
    reach = day + step * (abs(count) * 3 + 30)
    overrides = _overrides(min(day, reach), max(day, reach))
    for _ in range(abs(count)):
        day += step
        while not _judge(day, overrides):
            day += step
    return day


def workdays_between(start: date, end: date) -> int:
    """How many working days lie after ``start`` up to and including ``end``; 0 if end is not later. One query."""
    overrides = _overrides(start, end)
    days = (start + _ONE_DAY * n for n in range(1, (end - start).days + 1))
    return sum(_judge(day, overrides) for day in days)


def office_moment(moment: datetime) -> datetime:
    """The moment itself if offices are open, else the next opening; for messages (N8: none outside working hours)."""
    local = moment.astimezone(LOCAL_ZONE)
    opens, closes = OFFICE_HOURS
    if local.time() < closes and is_workday(local.date()):
        return max(local, datetime.combine(local.date(), opens, LOCAL_ZONE))
    return datetime.combine(add_workdays(local.date(), 1), opens, LOCAL_ZONE)


def _overrides(start: date, end: date) -> dict[date, bool]:
    return dict(Workday.objects.filter(day__range=(start, end)).values_list("day", "is_workday"))


def _judge(day: date, overrides: dict[date, bool]) -> bool:
    if day in overrides:
        return overrides[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5 and not _is_statutory(day)


def _is_statutory(day: date) -> bool:
    if (day.month, day.day) in _FIXED_DAYS:
        return True
    if day.year not in _LUNAR_DAYS:
        return False
    spring, *single_days = _LUNAR_DAYS[day.year]
    from_spring = (day - date(day.year, *spring)).days
    return -1 <= from_spring <= 2 or (day.month, day.day) in single_days
