"""Reads of 归档: the quarters of a branch, one quarter with its history, and what changed after a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MeetingStatus, QuarterState
from branches.models import (
    Meeting,
    MeetingVersion,
    Obligation,
    Organisation,
    QuarterClosing,
    QuarterClosingEvent,
    Waiver,
)
from branches.policy.closings import closing_day, is_locked, locked_words, may_close, quarters_of
from branches.querysets import OrganisationQuerySet, OrganisationRowQuerySet
from branches.selectors.obligations import ASKED
from core.calendar import local_today
from core.periods import Freq, Period, period_of

#: How many quarters the page of a branch shows, the running one among them.
QUARTERS_SHOWN = 9
TONES = {QuarterState.OPEN: "neutral", QuarterState.CLOSED: "done", QuarterState.REOPENED: "due"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a quarter stands on a day. A reopening that is over counts as closed, before the night has come by."""

    period: Period
    state: str
    label: str
    tone: str
    closes_on: date
    closed_at: datetime | None = None
    closed_by: str = ""
    until: date | None = None
    is_requested: bool = False

    @property
    def is_locked(self) -> bool:
        return self.state == QuarterState.CLOSED


def standing_of(row: QuarterClosing | None, period: Period, today: date) -> Standing:
    """What one row says on ``today``; None where the quarter has no row yet."""
    row = row or QuarterClosing(period=period.code, state=QuarterState.OPEN)
    state = state_on(row.state, row.reopen_until, today)
    running = period.ends_on >= today
    return Standing(
        period=period,
        state=state,
        label="进行中" if running else str(QuarterState(state).label),
        tone="info" if running else TONES[QuarterState(state)],
        closes_on=max(closing_day(period.ends_on, settings.PORTAL["QUARTER_CLOSE_DAYS"]), today + timedelta(days=1)),
        closed_at=row.closed_at if state == QuarterState.CLOSED else None,
        closed_by=(row.closed_by.name if row.closed_by else "系统") if row.closed_at else "",
        until=row.reopen_until if state == QuarterState.REOPENED else None,
        is_requested=row.requested_at is not None,
    )


def state_on(state: str, reopen_until: date | None, today: date) -> str:
    """The state as it counts on ``today``."""
    if state == QuarterState.REOPENED and is_locked(state, reopen_until, today):
        return str(QuarterState.CLOSED)
    return str(state)


def lock_marks(organisation_ids: Iterable[int] | None, period: Period, today: date) -> dict[int, str]:
    """Of these branches (None: of all), those whose quarter is closed or reopened, and which of the two. One query."""
    rows = QuarterClosing.objects.filter(period=period.code)
    if organisation_ids is not None:
        rows = rows.filter(organisation__in=list(organisation_ids))
    found = rows.exclude(state=QuarterState.OPEN).values_list("organisation_id", "state", "reopen_until")
    return {branch: state_on(state, until, today) for branch, state, until in found}


def closed_words(branches: Collection[int], days: Iterable[date]) -> str:
    """
    What to say where one of these days lies in a closed quarter of one of these branches, empty where none does. At
    most one query.
    """
    row = closed_quarter(branches, days, local_today())
    return locked_words(row[0], row[1] if len(branches) > 1 else "", typed=False) if row else ""


def closed_quarter(branches: Collection[int], days: Iterable[date], today: date) -> tuple[str, str] | None:
    """
    The first closed quarter of these branches in which one of these days lies: its code and the branch's name. One
    query; none while all days lie in the running quarter, which is never closed.
    """
    codes = quarters_of(days, today)
    if not codes:
        return None
    locked = Q(state=QuarterState.CLOSED) | Q(state=QuarterState.REOPENED, reopen_until__lt=today)
    found = QuarterClosing.objects.filter(locked, organisation__in=list(branches), period__in=codes)
    return found.order_by("period", "organisation_id").values_list("period", "organisation__short_name").first()


# One branch


@dataclass(frozen=True, slots=True)
class QuarterFigures:
    """A quarter of a branch: how it stands, and what lies in it; every figure opens to its rows."""

    standing: Standing
    asked: int = 0
    met: int = 0
    logs: int = 0
    late: int = 0
    corrected: int = 0
    returned: int = 0

    @property
    def is_used(self) -> bool:
        return bool(self.asked or self.logs)


def branch_quarters(branch: Organisation) -> list[QuarterFigures]:
    """
    The running quarter and those before it in which the branch stood, the newest first; none from before the portal
    was used. Three queries.
    """
    today = local_today()
    periods = _quarters_back(branch, today)
    closings = QuarterClosing.objects.filter(organisation=branch).select_related("closed_by")
    rows = {row.period: row for row in closings}
    found = _figures(branch, [standing_of(rows.get(period.code), period, today) for period in periods])
    return [
        each for number, each in enumerate(found) if number == 0 or each.standing.period.code in rows or each.is_used
    ]


def _quarters_back(branch: Organisation, today: date) -> list[Period]:
    """The last quarters in which the branch stood, the newest first."""
    period, found = period_of(today, Freq.QUARTER), []
    for _ in range(QUARTERS_SHOWN):
        if branch.founded_on <= period.ends_on and (not branch.ended_on or branch.ended_on > period.starts_on):
            found.append(period)
        period = period.previous()
    return found


def _figures(branch: Organisation, standings: Sequence[Standing]) -> list[QuarterFigures]:
    """What lies in these quarters, given the newest first. Two queries."""
    if not standings:
        return []
    span = (standings[-1].period.starts_on, standings[0].period.ends_on)
    found: dict[str, Counter[str]] = {standing.period.code: Counter() for standing in standings}
    for day, logs, late, corrected, returned in _logs_by_day(branch, span):
        code = period_of(day, Freq.QUARTER).code
        found[code].update(logs=logs, late=late, corrected=corrected, returned=returned)
    for day, asked, met in _obligations_by_end(branch, span):
        found[period_of(day, Freq.QUARTER).code].update(asked=asked, met=met)
    return [QuarterFigures(standing, **found[standing.period.code]) for standing in standings]


def _logs_by_day(branch: Organisation, span: tuple[date, date]) -> QuerySet[Any, Any]:
    versions = MeetingVersion.objects.filter(meeting=OuterRef("pk"))
    rows = Meeting.objects.filter(organisation=branch, held_on__range=span).exclude(status=MeetingStatus.VOID)
    return (
        rows.annotate(was_corrected=Exists(versions))
        .order_by()
        .values_list("held_on")
        .annotate(
            Count("pk"),
            late=Count("pk", filter=Q(is_late_entry=True)),
            corrected=Count("pk", filter=Q(was_corrected=True)),
            returned=Count("pk", filter=Q(status=MeetingStatus.RETURNED)),
        )
    )


def _obligations_by_end(branch: Organisation, span: tuple[date, date]) -> QuerySet[Any, Any]:
    rows = Obligation.objects.filter(ASKED, organisation=branch, ends_on__range=span).exclude(
        waived=True, done__lt=F("needed")
    )
    return (
        rows.order_by()
        .values_list("ends_on")
        .annotate(asked=Count("pk"), met=Count("pk", filter=Q(done__gte=F("needed"))))
    )


# One quarter


@dataclass(frozen=True, slots=True)
class QuarterPage:
    """One quarter of one branch with its history, and what the reader may do with it today."""

    branch: Organisation
    figures: QuarterFigures
    closing: QuarterClosing | None
    events: Sequence[QuarterClosingEvent]
    may_close: bool
    may_request: bool
    may_reopen: bool
    may_answer: bool

    @property
    def standing(self) -> Standing:
        return self.figures.standing


def quarter_page(user: User, branch: Organisation, period: Period) -> QuarterPage:
    """All that the page of a quarter shows. Four queries."""
    today = local_today()
    rows = QuarterClosing.objects.filter(organisation=branch, period=period.code)
    closing = rows.select_related("closed_by", "reopened_by", "requested_by").first()
    standing = standing_of(closing, period, today)
    events = QuarterClosingEvent.objects.filter(closing=closing).select_related("by") if closing else []
    closes, opens = (
        user.scope(right).covers(branch.path) for right in (Capability.QUARTER_CLOSE, Capability.QUARTER_REOPEN)
    )
    state = closing.state if closing else QuarterState.OPEN
    return QuarterPage(
        branch=branch,
        figures=_figures(branch, [standing])[0],
        closing=closing,
        events=list(events),
        may_close=closes and may_close(period, state, closing.reopen_until if closing else None, today),
        may_request=closes and not opens and standing.is_locked and not standing.is_requested,
        may_reopen=opens and standing.is_locked,
        may_answer=opens and standing.is_requested,
    )


def quarter_branches() -> OrganisationQuerySet:
    """Every branch, for a view to narrow to what its reader may reach."""
    return Organisation.objects.branches()


def requests_waiting(user: User) -> list[QuarterClosing]:
    """The requests that this user may answer, the oldest first. One query, none for those who may not."""
    if not user.can(Capability.QUARTER_REOPEN):
        return []
    rows: OrganisationRowQuerySet = QuarterClosing.objects.visible_to(user, Capability.QUARTER_REOPEN)
    waiting = rows.filter(requested_at__isnull=False).select_related("organisation", "requested_by")
    return list(waiting.order_by("requested_at")[:50])


# After a report was frozen


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """What changed among the records of a quarter after a moment: logs, and waivers given or revoked."""

    recorded: int
    corrected: int
    returned: int
    waived: int

    @property
    def is_empty(self) -> bool:
        return not (self.recorded or self.corrected or self.returned or self.waived)

    @property
    def words(self) -> str:
        """In Chinese, e.g. 新记2条、更正1条; empty where nothing changed."""
        told = (
            (self.recorded, f"新记{self.recorded}条"),
            (self.corrected, f"更正{self.corrected}条"),
            (self.returned, f"退回{self.returned}条"),
            (self.waived, f"减免或撤销减免{self.waived}项"),
        )
        return "、".join(words for count, words in told if count)


def changes_after(organisation: Organisation, period: Period, moment: datetime) -> RecordChanges:
    """
    For a frozen report, which itself never changes: what changed since among the records of its quarter below
    ``organisation``. A log counts where it lies in the quarter now or lay in it before a correction. Four queries.
    """
    span = (period.starts_on, period.ends_on)
    logs = Meeting.objects.filter(organisation__path__startswith=organisation.path)
    inside = logs.filter(held_on__range=span)
    returned = inside.filter(status=MeetingStatus.RETURNED, updated_at__gt=moment)
    versions = MeetingVersion.objects.filter(
        at__gt=moment, meeting__organisation__path__startswith=organisation.path
    ).values_list("meeting_id", "meeting__held_on", "content__held_on")
    first, last = (day.isoformat() for day in span)
    corrected = {pk for pk, now, then in versions if first <= now.isoformat() <= last or first <= (then or "") <= last}
    waivers = Waiver.objects.filter(
        Q(at__gt=moment) | Q(revoked_at__gt=moment),
        obligation__organisation__path__startswith=organisation.path,
        obligation__ends_on__range=span,
    )
    return RecordChanges(
        recorded=inside.filter(submitted_at__gt=moment).exclude(status=MeetingStatus.VOID).count(),
        corrected=len(corrected),
        returned=returned.count(),
        waived=waivers.count(),
    )
