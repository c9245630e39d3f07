"""警示教育大会: planned, held, followed up, cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import Organisation
from branches.services.measures import obligations_measured
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_today
from discipline.choices import Audience, ConferenceState
from discipline.models import Circular, WarningConference
from discipline.selectors.conferences import CONFERENCES
from discipline.selectors.places import HEADS
from discipline.services.follow_ups import follow_ups_open

PLANNED_FIELDS = ("theme", "planned_on", "place", "agenda", "films", "audience")


@transaction.atomic
def conference_plan(
    *, by: User, organisation: Organisation, units: Iterable[Organisation] = (), circulars: Iterable[Circular] = (),
    **values: Any,
) -> WarningConference:  # fmt: skip
    """
    Plan a conference of the city or of a unit. ``values``: theme, planned_on, place, agenda, films, audience.
    ValidationError by field, in Chinese.
    """
    place = _locked(organisation)
    conference = WarningConference(organisation=place, by=by)
    _set_plan(conference, values, units, circulars, is_new=True)
    audit.record(by=by, action="conference.plan", target=conference, scope_path=place.path, after=_told(conference))
    return conference


@transaction.atomic
def conference_update(
    *, by: User, conference: WarningConference, units: Iterable[Organisation] = (), circulars: Iterable[Circular] = (),
    **values: Any,
) -> WarningConference:  # fmt: skip
    """Change a plan, or name the materials of a conference that was held; its day and units then stay."""
    row = conference_locked(conference)
    if row.state == ConferenceState.CANCELLED:
        raise ValidationError("已取消的大会不能修改。")
    before = _told(row)
    if row.state == ConferenceState.HELD:
        values = {**values, "planned_on": row.planned_on, "audience": row.audience}
        units = list(row.units.all())
    _set_plan(row, values, units, circulars, is_new=False)
    audit.record(
        by=by, action="conference.update", target=row, scope_path=row.organisation.path, before=before, after=_told(row)
    )
    return row


@transaction.atomic
def conference_hold(
    *, by: User, conference: WarningConference, held_on: date, expected: int, present: int, on_leave: int,
    cases_told: int, speaker: str = "",
) -> WarningConference:  # fmt: skip
    """
    Record that it took place, or correct what was recorded. Attendance in counts of people. Its obligation (R22)
    follows in the quarter of ``held_on`` and, where that moved, in the one before.
    """
    row = conference_locked(conference)
    if row.state == ConferenceState.CANCELLED:
        raise ValidationError("已取消的大会不能登记召开情况。")
    if held_on > local_today():
        raise ValidationError({"held_on": "召开日期不能晚于今天，开过之后再登记。"})
    if held_on < row.organisation.founded_on:
        raise ValidationError({"held_on": "召开日期早于主办党组织成立之日。"})
    if present + on_leave > expected:
        raise ValidationError({"present": "实到与请假人数之和不能多于应到人数。"})
    if row.follow_up_due_on and row.follow_up_due_on < held_on:
        raise ValidationError({"held_on": f"召开日期不能晚于会后要求的时限（{row.follow_up_due_on:%Y-%m-%d}）。"})
    refuse_personal_numbers({"speaker": speaker})
    before, days = _told(row), [day for day in (row.held_on, held_on) if day]
    row.state, row.held_on = ConferenceState.HELD, held_on
    row.expected, row.present, row.on_leave = expected, present, on_leave
    row.cases_told, row.speaker = cases_told, speaker.strip()
    row.full_clean()
    row.save()
    obligations_measured(measure=CONFERENCES, organisation_ids=[row.organisation_id], days=days)
    if row.follow_up:
        follow_ups_open(cause=row)
    audit.record(
        by=by, action="conference.hold", target=row, scope_path=row.organisation.path, before=before, after=_told(row)
    )
    return row


@transaction.atomic
def conference_follow_up(
    *, by: User, conference: WarningConference, text: str, due_on: date, for_units: bool, for_branches: bool
) -> int:
    """
    Ask units, branches or both to do something by ``due_on``; each gets a deadline of its own. How many are asked. May
    be changed; who is asked no more and has done nothing is left out.
    """
    row = conference_locked(conference)
    if row.state != ConferenceState.HELD or row.held_on is None:
        raise ValidationError("大会召开之后再提会后要求。")
    if not text.strip():
        raise ValidationError({"text": "请写明会后要求。"})
    if due_on < row.held_on:
        raise ValidationError({"due_on": "落实时限不能早于召开日期。"})
    for_units = for_units and row.organisation.depth == 1
    if not (for_units or for_branches):
        raise ValidationError({"for_branches": "请勾选由谁落实。"})
    refuse_personal_numbers({"text": text})
    before = _told(row)
    row.follow_up, row.follow_up_due_on = text.strip(), due_on
    row.follow_up_units, row.follow_up_branches = for_units, for_branches
    row.full_clean()
    row.save()
    count = follow_ups_open(cause=row)
    after = {**_told(row), "要求落实的党组织数": count}
    audit.record(
        by=by, action="conference.follow_up", target=row, scope_path=row.organisation.path, before=before, after=after
    )
    return count


@transaction.atomic
def conference_cancel(*, by: User, conference: WarningConference, reason: str) -> WarningConference:
    """Take a plan out of the schedule; what was held stays."""
    row = conference_locked(conference)
    if row.state != ConferenceState.PLANNED:
        raise ValidationError("只有计划中的大会可以取消。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明取消原因。"})
    refuse_personal_numbers({"reason": reason})
    row.state, row.cancel_reason = ConferenceState.CANCELLED, reason.strip()
    row.full_clean()
    row.save()
    audit.record(by=by, action="conference.cancel", target=row, scope_path=row.organisation.path, reason=reason.strip())
    return row


def conference_locked(conference: WarningConference) -> WarningConference:
    rows = WarningConference.objects.select_for_update(of=("self",)).select_related("organisation")
    found: WarningConference = rows.get(pk=conference.pk)
    return found


def _locked(organisation: Organisation) -> Organisation:
    place = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    if place.kind not in HEADS:
        raise ValidationError("警示教育大会由工委或单位召开；党支部的警示教育写会议记录即可。")
    return place


def _set_plan(
    row: WarningConference, values: dict[str, Any], units: Iterable[Organisation], circulars: Iterable[Circular],
    *, is_new: bool,
) -> None:  # fmt: skip
    for name in PLANNED_FIELDS:
        if name in values:
            setattr(row, name, values[name])
    chosen = list(units) if row.audience == Audience.CHOSEN else []
    if row.audience == Audience.CHOSEN:
        _check_units(row.organisation, chosen)
    refuse_personal_numbers({name: getattr(row, name) for name in ("theme", "place", "agenda", "films")})
    if is_new and row.planned_on and row.planned_on < row.organisation.founded_on:
        raise ValidationError({"planned_on": "计划日期早于主办党组织成立之日。"})
    row.full_clean()
    row.save()
    row.units.set(chosen)
    row.circulars.set(circulars)


def _check_units(organisation: Organisation, chosen: list[Organisation]) -> None:
    if organisation.depth != 1:
        raise ValidationError({"audience": "单位召开的大会面向本单位，不选其他单位。"})
    if not chosen:
        raise ValidationError({"units": "请选择参会单位。"})
    if any(unit.depth != 2 for unit in chosen):
        raise ValidationError({"units": "只能选择单位。"})


def _told(row: WarningConference) -> dict[str, Any]:
    """What the audit trail keeps: dates, counts and titles that are public anyway."""
    told: dict[str, Any] = {"theme": row.theme, "planned_on": row.planned_on.isoformat(), "state": row.state}
    for name in ("held_on", "follow_up_due_on"):
        if day := getattr(row, name):
            told[name] = day.isoformat()
    for name in ("expected", "present", "on_leave", "cases_told", "follow_up_units", "follow_up_branches"):
        if getattr(row, name) is not None:
            told[name] = getattr(row, name)
    return told
