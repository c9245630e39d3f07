"""What units and branches were asked: opened with its cause, done by naming a log or by a short record."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Meeting
from branches.services.measures import deadlines_refresh
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_now, local_today
from discipline.choices import Audience, CircularState
from discipline.models import Circular, FollowUp, WarningConference
from discipline.selectors.follow_ups import CIRCULAR, WARNING, may_stand_for
from discipline.selectors.places import addressees

HEADCOUNT_LIMIT = 100_000


def follow_ups_open(*, cause: WarningConference | Circular) -> int:
    """
    Bring the rows of a conference or circular in line with whom it asks now: added, moved to another day, left out
    where nothing was done yet. How many are asked. To be called in the transaction that locked the cause.
    """
    of_conference = isinstance(cause, WarningConference)
    link: dict[str, Any] = {"conference": cause} if of_conference else {"circular": cause}
    wanted, due_on = _wanted(cause), _due_on(cause)
    rows = FollowUp.objects.filter(**link)
    known = dict(rows.values_list("organisation_id", "pk"))
    subjects = [f"{WARNING if of_conference else CIRCULAR}:{pk}" for pk in known.values()]
    rows.filter(done_on=None).exclude(organisation__in=wanted).delete()
    if due_on is not None:
        rows.exclude(due_on=due_on).update(due_on=due_on)
        made = FollowUp.objects.bulk_create(
            (FollowUp(organisation_id=pk, due_on=due_on, **link) for pk in wanted if pk not in known), batch_size=500
        )
        subjects += [f"{WARNING if of_conference else CIRCULAR}:{row.pk}" for row in made]
    deadlines_refresh(source=WARNING if of_conference else CIRCULAR, subjects=subjects)
    return len(wanted)


def _wanted(cause: WarningConference | Circular) -> list[int]:
    if isinstance(cause, WarningConference):
        units, branches = cause.follow_up_units, cause.follow_up_branches
    else:
        standing = cause.state == CircularState.PUBLISHED
        units, branches = cause.asks_units and standing, cause.asks_branches and standing
    if not (units or branches):
        return []
    chosen = list(cause.units.values_list("path", flat=True)) if cause.audience == Audience.CHOSEN else None
    return addressees(cause.organisation, chosen=chosen, units=units, branches=branches)


def _due_on(cause: WarningConference | Circular) -> date | None:
    return cause.follow_up_due_on if isinstance(cause, WarningConference) else cause.due_on


@transaction.atomic
def follow_up_link(*, by: User, follow_up: FollowUp, meeting: Meeting) -> FollowUp:
    """Name the log in which it was done. Date and attendance stay where they are: in the log."""
    row = _locked(follow_up)
    _check_open(row)
    if not may_stand_for(row, meeting.pk):
        raise ValidationError({"meeting": "这份会议记录不能计入：须是本党组织、要求提出之后、已提交的学习类记录。"})
    row.meeting, row.done_on, row.form, row.headcount = meeting, meeting.held_on, "", None
    return _done(row, by, {"meeting": meeting.pk})


@transaction.atomic
def follow_up_record(
    *, by: User, follow_up: FollowUp, done_on: date, form: str, headcount: int | None = None
) -> FollowUp:
    """
    A short record where no log stands for it: the day, the form, how many took part. A branch that was asked after a
    conference names its log instead, since it writes one anyway.
    """
    row = _locked(follow_up)
    _check_open(row)
    if row.conference_id and row.organisation.kind == OrganisationKind.BRANCH:
        raise ValidationError("党支部的警示教育请先写会议记录，再在这里关联，不用填第二遍。")
    if not row.asked_on <= done_on <= local_today():
        raise ValidationError({"done_on": f"日期须在{row.asked_on:%Y-%m-%d}之后，不晚于今天。"})
    if headcount is not None and headcount > HEADCOUNT_LIMIT:
        raise ValidationError({"headcount": "参加人数过大，请核对。"})
    row.meeting, row.done_on, row.form, row.headcount = None, done_on, form, headcount
    return _done(row, by, {"form": form})


@transaction.atomic
def follow_up_undo(*, by: User, follow_up: FollowUp, reason: str) -> FollowUp:
    """Take back what was recorded by mistake; it is due again."""
    row = _locked(follow_up)
    if row.done_on is None:
        raise ValidationError("这一项还没有登记。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因。"})
    refuse_personal_numbers({"reason": reason})
    before = {"done_on": row.done_on.isoformat(), "meeting": row.meeting_id, "form": row.form}
    row.meeting = row.done_on = row.by = row.recorded_at = row.headcount = None
    row.form = ""
    row.full_clean()
    row.save()
    _refresh(row)
    path = row.organisation.path
    audit.record(by=by, action="follow_up.undo", target=row, scope_path=path, before=before, reason=reason.strip())
    return row


def _locked(follow_up: FollowUp) -> FollowUp:
    rows = FollowUp.objects.select_for_update(of=("self",)).select_related("organisation", "conference", "circular")
    found: FollowUp = rows.get(pk=follow_up.pk)
    return found


def _check_open(row: FollowUp) -> None:
    """A log that was sent back may be replaced by another one."""
    if row.circular is not None and row.circular.state != CircularState.PUBLISHED:
        raise ValidationError("这份通报已经撤回，不再要求学习。")
    if row.done_on is not None and (row.meeting is None or row.meeting.status == "submitted"):
        raise ValidationError("这一项已经登记过；登错了的，先撤回再登记。")


def _done(row: FollowUp, by: User, after: dict[str, Any]) -> FollowUp:
    row.by, row.recorded_at = by, local_now()
    row.full_clean()
    row.save()
    _refresh(row)
    after = {"done_on": row.done_on.isoformat() if row.done_on else None, **after}
    audit.record(by=by, action="follow_up.record", target=row, scope_path=row.organisation.path, after=after)
    return row


def _refresh(row: FollowUp) -> None:
    source = WARNING if row.conference_id else CIRCULAR
    deadlines_refresh(source=source, subjects=[f"{source}:{row.pk}"])
