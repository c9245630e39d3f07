"""How long a 介绍信 is good, and the time limits around lost contact. Pure; figures are dated, sources named."""

from __future__ import annotations

import calendar
from datetime import date

#: (from which day of issue, months): 党员教育管理工作条例, in force 2019-05-06: 介绍信有效期一般不超过3个月 (R25).
LETTER_VALIDITY: tuple[tuple[date, int], ...] = ((date(1900, 1, 1), 3),)
LETTER_SOURCE = "《中国共产党党员教育管理工作条例》：介绍信有效期一般不超过3个月（R25）"

#: 党员教育管理工作条例: lost for six months -> searched for, then 停止党籍; two years later -> 按自行脱党除名.
LOST_MONTHS = 6
FOLLOW_UP_MONTHS = 24
LOST_SOURCE = (
    "《中国共产党党员教育管理工作条例》：失去联系6个月以上、经查找仍无法取得联系的，停止党籍；"
    "停止党籍2年后仍无法取得联系的，按自行脱党予以除名"
)

#: 发展党员工作细则: a year of probation from the assembly's day, extended once by six months to a year (R19).
PROBATION_MONTHS = 12
EXTENSION_MONTHS = (6, 12)
PROBATION_SOURCE = "《中国共产党发展党员工作细则》：预备期1年；延长1次，不少于半年、不超过1年（R19）"


def months_after(day: date, months: int) -> date:
    """The same day ``months`` later; the month's last day where it has none (31 May + 1 = 30 June)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def letter_valid_until(issued_on: date) -> date:
    """The last day of a letter issued on ``issued_on`` (R25)."""
    months = max((since, months) for since, months in LETTER_VALIDITY if since <= issued_on)[1]
    return months_after(issued_on, months)


def letter_overdue(state: str, valid_until: date, today: date) -> bool:
    """Whether a letter still waits though its validity is over; the last day itself is good (R25, a warning)."""
    return state == "issued" and valid_until < today


def probation_ends(joined_on: date, extended_until: date | None) -> date:
    """The day from which a probationary member may be confirmed (R19)."""
    return extended_until or months_after(joined_on, PROBATION_MONTHS)


def extension_bounds(joined_on: date) -> tuple[date, date]:
    """Earliest and latest end of the one extension (R19)."""
    ends = months_after(joined_on, PROBATION_MONTHS)
    return months_after(ends, EXTENSION_MONTHS[0]), months_after(ends, EXTENSION_MONTHS[1])


def standing_may_stop(lost_since: date, day: date) -> bool:
    """Whether contact has been lost long enough on ``day`` to stop the membership standing."""
    return months_after(lost_since, LOST_MONTHS) <= day


def follow_up_on(stopped_on: date) -> date:
    """When a stopped standing is to be looked at again: two years later."""
    return months_after(stopped_on, FOLLOW_UP_MONTHS)
