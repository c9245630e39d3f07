"""
归档: quarters are opened ahead for everyone, close by themselves or by hand, and open again for a while with a reason.

Lock order: the branches' rows first, by id, as in every other write (docs/adr/0009); then the closing's own row.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Posting, User
from accounts.roles import Role
from branches.choices import ClosingEventKind, QuarterState
from branches.models import Organisation, QuarterClosing, QuarterClosingEvent
from branches.policy.closings import is_locked, may_close, reason_problem
from branches.policy.minutes import id_number_problems
from branches.services.obligation_facts import tracked_since
from branches.services.obligations import organisations_lock
from core import audit
from core.bulk import insert_select
from core.calendar import add_workdays, local_now, local_today, office_moment
from core.notices import NoticeRow, notices_send, notices_settle
from core.periods import Freq, Period, periods_between


@transaction.atomic
def quarters_close() -> int:
    """
    The nightly run: a row for every branch and every quarter that has begun, then one statement that closes what is
    QUARTER_CLOSE_DAYS past its end or past the day until which it was reopened. How many were closed. Safe to run
    twice.
    """
    today = local_today()
    for period in periods_between(Freq.QUARTER, tracked_since(today), today):
        _open_rows(period)
    over = today - timedelta(days=settings.PORTAL["QUARTER_CLOSE_DAYS"])
    due = QuarterClosing.objects.filter(
        Q(state=QuarterState.OPEN, ends_on__lt=over) | Q(state=QuarterState.REOPENED, reopen_until__lt=today)
    )
    branches = sorted(set(due.values_list("organisation_id", flat=True)))
    if not branches:
        return 0
    organisations_lock(branches)
    moment = timezone.now()
    closed = due.filter(organisation__in=branches).update(
        state=QuarterState.CLOSED, closed_at=moment, closed_by=None, reopen_until=None
    )
    steps = QuarterClosing.objects.filter(closed_at=moment, closed_by=None).order_by()
    insert_select(
        QuarterClosingEvent, "closing_id", steps, {"kind": ClosingEventKind.CLOSED, "at": moment, "reason": ""}
    )
    audit.record(by=None, action="quarter.close_due", after={"day": today.isoformat(), "count": closed})
    return closed


def _open_rows(period: Period) -> None:
    """A row for every branch that stood in the quarter."""
    standing = Organisation.objects.branches().filter(founded_on__lte=period.ends_on)
    standing = standing.filter(Q(ended_on=None) | Q(ended_on__gt=period.starts_on))
    missing = standing.exclude(quarters__period=period.code)
    constants = {
        "period": period.code,
        "starts_on": period.starts_on,
        "ends_on": period.ends_on,
        "state": QuarterState.OPEN,
        "reopen_reason": "",
        "request_reason": "",
    }
    insert_select(QuarterClosing, "organisation_id", missing.order_by(), constants)


@transaction.atomic
def quarter_close(*, by: User, branch: Organisation, period: Period) -> QuarterClosing:
    """Close a quarter that is over before it closes by itself. ValidationError while it runs, or where it is closed."""
    closing = _held(branch, period)
    today = local_today()
    if period.freq is not Freq.QUARTER or period.ends_on >= today:
        raise ValidationError("季度还没有结束，不能归档。", code="state")
    if not may_close(period, closing.state, closing.reopen_until, today):
        raise ValidationError("这个季度已经归档。", code="state")
    before = closing.state
    closing.state, closing.closed_at, closing.closed_by = QuarterState.CLOSED, timezone.now(), by
    closing.reopen_until = None
    _save(closing)
    _told(by, "quarter.close", closing, ClosingEventKind.CLOSED, before=before)
    return closing


@transaction.atomic
def quarter_request(*, by: User, branch: Organisation, period: Period, reason: str) -> QuarterClosing:
    """
    Ask the unit to open a closed quarter again; its staff is told. ValidationError without a reason, where the quarter
    is not closed, or where a request waits already.
    """
    closing = _held(branch, period)
    _check_locked(closing)
    if closing.requested_at is not None:
        raise ValidationError("已经申请过，正在等单位办理。", code="state")
    text = _checked_reason(reason)
    closing.requested_at, closing.requested_by, closing.request_reason = timezone.now(), by, text
    _save(closing)
    event = _told(by, "quarter.request", closing, ClosingEventKind.REQUESTED, reason=text)
    _tell(
        _deciders(branch),
        closing,
        key=_request_key(closing),
        subject=f"申请重新开放：{branch.short_name} {period.title}",
        body=f"{by.name}申请重新开放{branch.name}的{period.title}，原因：{event.reason}。",
    )
    return closing


@transaction.atomic
def quarter_reopen(*, by: User, branch: Organisation, period: Period, reason: str) -> QuarterClosing:
    """
    Open a closed quarter for QUARTER_REOPEN_DAYS working days, after which it closes again; answers a waiting request.
    ValidationError without a reason, or where it is not closed.
    """
    closing = _held(branch, period)
    _check_locked(closing)
    text = _checked_reason(reason)
    today, before = local_today(), closing.state
    closing.state, closing.reopened_at, closing.reopened_by = QuarterState.REOPENED, timezone.now(), by
    closing.reopen_reason = text
    closing.reopen_until = add_workdays(today, settings.PORTAL["QUARTER_REOPEN_DAYS"])
    _answered(closing)
    _save(closing)
    _told(by, "quarter.reopen", closing, ClosingEventKind.REOPENED, reason=text, before=before)
    until = closing.reopen_until
    _tell(
        _secretaries(branch),
        closing,
        key=f"quarter-reopen:{closing.pk}:{closing.reopened_at:%Y%m%d%H%M%S%f}",
        subject=f"已重新开放：{branch.short_name} {period.title}",
        body=f"{by.name}重新开放了{period.title}，至{until.month}月{until.day}日（含当日）可以补记和更正，之后自动归档。原因：{text}。",
    )
    return closing


@transaction.atomic
def quarter_refuse(*, by: User, branch: Organisation, period: Period, reason: str) -> QuarterClosing:
    """Leave the quarter closed, with a reason; whoever asked is told. ValidationError where nobody asked."""
    closing = _held(branch, period)
    if closing.requested_at is None:
        raise ValidationError("没有待办的申请，可能刚由别人办理。", code="state")
    text = _checked_reason(reason)
    asked, moment = closing.requested_by_id, closing.requested_at
    _answered(closing)
    _save(closing)
    _told(by, "quarter.refuse", closing, ClosingEventKind.REFUSED, reason=text)
    _tell(
        {*_secretaries(branch), *filter(None, [asked])},
        closing,
        key=f"quarter-refuse:{closing.pk}:{moment:%Y%m%d%H%M%S%f}",
        subject=f"未同意重新开放：{branch.short_name} {period.title}",
        body=f"{by.name}没有同意重新开放{period.title}，原因：{text}。",
    )
    return closing


def _held(branch: Organisation, period: Period) -> QuarterClosing:
    """The row of the quarter with its branch locked; made where the nightly run has not come by yet."""
    organisations_lock([branch.pk])
    span = {"starts_on": period.starts_on, "ends_on": period.ends_on}
    if not branch.is_branch or period.freq is not Freq.QUARTER:
        raise ValidationError("只有党支部按季度归档。", code="state")
    if branch.founded_on > period.ends_on or (branch.ended_on and branch.ended_on <= period.starts_on):
        raise ValidationError("这个季度党支部还没有成立，或者已经撤销、合并。", code="state")
    closing, _ = QuarterClosing.objects.get_or_create(organisation=branch, period=period.code, defaults=span)
    return closing


def _check_locked(closing: QuarterClosing) -> None:
    if not is_locked(closing.state, closing.reopen_until, local_today()):
        raise ValidationError("这个季度没有归档，可以直接补记和更正。", code="state")


def _checked_reason(reason: str) -> str:
    text = " ".join(reason.split())
    if problem := reason_problem(text):
        raise ValidationError({"reason": [problem]})
    if problems := id_number_problems([("reason", "原因", text)]):
        raise ValidationError(dict(problems))
    return text


def _save(closing: QuarterClosing) -> None:
    """By this service alone: nothing else writes a closing."""
    closing.full_clean(exclude=["organisation", "closed_by", "reopened_by", "requested_by"], validate_unique=False)
    closing.save()


def _told(
    by: User, action: str, closing: QuarterClosing, kind: str, *, reason: str = "", before: str = ""
) -> QuarterClosingEvent:
    """The step in the history and in the audit trail."""
    until = closing.reopen_until if kind == ClosingEventKind.REOPENED else None
    event = QuarterClosingEvent.objects.create(
        closing=closing, kind=kind, at=timezone.now(), by=by, reason=reason, until=until
    )
    after: dict[str, Any] = {"period": closing.period, "state": QuarterState(closing.state).label}
    audit.record(
        by=by,
        action=action,
        target=closing,
        scope_path=closing.organisation.path,
        before={"state": QuarterState(before).label} if before else None,
        after={**after, "reopen_until": until.isoformat()} if until else after,
        reason=reason,
    )
    return event


def _answered(closing: QuarterClosing) -> None:
    """The request waits no longer, and nobody still has it unread."""
    if closing.requested_at is not None:
        notices_settle(users=_deciders(closing.organisation), key=_request_key(closing))
    closing.requested_at, closing.requested_by, closing.request_reason = None, None, ""


def _request_key(closing: QuarterClosing) -> str:
    return f"quarter-request:{closing.pk}:{closing.requested_at:%Y%m%d%H%M%S%f}"


def _deciders(branch: Organisation) -> set[int]:
    """The staff of the branch's unit; the work committee's where the unit has none."""
    staff = _holders(Role.UNIT_STAFF).filter(organisation__path__startswith=branch.unit_path)
    found = set(staff.values_list("user_id", flat=True))
    return found or set(_holders(Role.CITY_STAFF).values_list("user_id", flat=True))


def _secretaries(branch: Organisation) -> set[int]:
    return set(_holders(Role.BRANCH_SECRETARY).filter(organisation=branch).values_list("user_id", flat=True))


def _holders(role: str) -> QuerySet[Posting]:
    return Posting.objects.current().filter(role=role, user__is_active=True)


def _tell(users: set[int], closing: QuarterClosing, *, key: str, subject: str, body: str) -> None:
    url = reverse("branches:quarter_detail", args=[closing.organisation_id, closing.period])
    rows = [NoticeRow(user_id=user, key=key, subject=subject, body=body, url=url) for user in sorted(users)]
    notices_send(rows=rows, due_at=office_moment(local_now()))
