"""Terms of village postings (domain.md §11)."""

from __future__ import annotations

from datetime import date, timedelta

#: How long before the end of a term its end is shown as a thing to do, in days.
NOTICE_DAYS = 90
ROTATION_YEARS = 2
SOURCE = "2021年中办印发的驻村第一书记和工作队选派意见：轮换一般不少于2年"


def notice_from(ends_on: date) -> date:
    return ends_on - timedelta(days=NOTICE_DAYS)


def term_hint(starts_on: date, ends_on: date) -> str:
    """Advice where the term is shorter than the usual rotation; "" otherwise. A hint, never a refusal."""
    try:
        usual = starts_on.replace(year=starts_on.year + ROTATION_YEARS)
    except ValueError:  # 29 February
        usual = starts_on.replace(year=starts_on.year + ROTATION_YEARS, day=28)
    return "" if ends_on >= usual - timedelta(days=1) else f"任期不满{ROTATION_YEARS}年，请核对。{SOURCE}。"
