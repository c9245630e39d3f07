"""机关纪委工作台账: its counts, and the spans they are added up over. Pure."""

from __future__ import annotations

from core.periods import Freq, Period

#: Counts of a quarter, in the order of the ledger.
COUNTS = ("supervision", "education", "talks", "accepted", "filed", "training")
LABELS = {
    "supervision": "日常监督次数",
    "education": "纪律教育次数",
    "talks": "谈话提醒次数",
    "accepted": "受理件数",
    "filed": "处分备案件数",
    "training": "培训次数",
}
#: Counts that the portal can tell from its own records, and from which.
PREFILLED = {"education": "警示教育会议记录和本单位警示教育大会", "talks": "廉政谈话登记"}
SPANS = {"h1": ("上半年", (1, 2)), "h2": ("下半年", (3, 4)), "year": ("全年", (1, 2, 3, 4))}
COUNT_LIMIT = 9999


def span_quarters(span: str) -> tuple[int, ...]:
    """The quarters of "h1", "h2" or "year"; those of the year for anything else."""
    return SPANS.get(span, SPANS["year"])[1]


def asked_for(period: Period) -> Period:
    """The quarter whose ledger is asked in ``period``: the one before, whose counts are known now that it is over."""
    return period.previous()


def asked_in(period: Period) -> Period:
    """The quarter in which the ledger of ``period`` is asked."""
    return period.next()


def quarter_of(year: int, number: int) -> Period:
    return Period(Freq.QUARTER, year, number)
