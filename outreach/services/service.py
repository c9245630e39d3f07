"""双报到 and 志愿服务: where a branch reported, and what was done there. Facts of an activity, nothing per head."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import AttendanceStatus, OrganisationKind
from branches.models import Attendance, Meeting, Member, Organisation
from core import audit
from outreach.models import ReportedCommunity, ServiceActivity
from outreach.services.rows import filled, locked, not_ahead, own_log, standing, told

FIELDS = ("held_on", "community", "purpose", "participants", "hours", "result")
KINDS = (OrganisationKind.BRANCH, OrganisationKind.UNIT)


@transaction.atomic
def community_report(*, by: User, branch: Organisation, name: str, starts_on: date) -> ReportedCommunity:
    """The branch reports to a community; one at a time. ValidationError by field."""
    held = standing(branch, (OrganisationKind.BRANCH,))
    not_ahead(starts_on=starts_on)
    row = ReportedCommunity(organisation=held, by=by)
    return filled(row, {"name": name, "starts_on": starts_on}, by=by, action="community.report", path=held.path)


@transaction.atomic
def community_end(*, by: User, community: ReportedCommunity, ends_on: date) -> ReportedCommunity:
    held = locked(community)
    if held.ends_on is not None:
        raise ValidationError("这次报到已经结束。")
    not_ahead(ends_on=ends_on)
    return filled(held, {"ends_on": ends_on}, by=by, action="community.end", path=held.organisation.path)


@transaction.atomic
def activity_record(
    *,
    by: User,
    organisation: Organisation,
    values: Mapping[str, Any],
    meeting: Meeting | None = None,
    people: Collection[Member] = (),
    action: str = "volunteer.record",
) -> ServiceActivity:
    """
    One activity, ``values`` by FIELDS. A linked log gives its day, and who attended where nobody was picked.
    ValidationError by field.
    """
    held = standing(organisation, KINDS)
    row = ServiceActivity(organisation=held, by=by, meeting=meeting)
    own_log(held, meeting)
    filled(row, _given(values, meeting, people), by=by, action=action, path=held.path)
    row.people.set(_own(held, people) or _attended(meeting))
    return row


@transaction.atomic
def activity_update(
    *,
    by: User,
    activity: ServiceActivity,
    values: Mapping[str, Any],
    people: Collection[Member] = (),
    expected_revision: int | None = None,
) -> ServiceActivity:
    """Reword it; the linked log stays and keeps its day."""
    held = locked(activity, "organisation", "meeting")
    filled(
        held,
        _given(values, held.meeting, people),
        by=by,
        action="volunteer.update",
        path=held.organisation.path,
        expected_revision=expected_revision,
    )
    held.people.set([*_own(held.organisation, people)])
    return held


@transaction.atomic
def activity_remove(*, by: User, activity: ServiceActivity) -> None:
    """Take out an activity entered by mistake."""
    held = locked(activity)
    before = told(held, (*FIELDS, "meeting"))
    audit.record(by=by, action="volunteer.remove", target=held, scope_path=held.organisation.path, before=before)
    held.delete()


def _given(values: Mapping[str, Any], meeting: Meeting | None, people: Collection[Member]) -> dict[str, Any]:
    given = {name: values[name] for name in FIELDS if name in values}
    if meeting is not None:
        given["held_on"] = meeting.held_on
    if people and len(people) > int(given.get("participants") or 0):
        given["participants"] = len(people)
    not_ahead(held_on=given.get("held_on"))
    return given


def _own(organisation: Organisation, people: Collection[Member]) -> list[Member]:
    if any(not person.organisation.path.startswith(organisation.path) for person in people):
        raise ValidationError({"people": "只能选本党组织的党员。"})
    return list(people)


def _attended(meeting: Meeting | None) -> list[int]:
    if meeting is None:
        return []
    rows = Attendance.objects.filter(meeting=meeting, status=AttendanceStatus.PRESENT, guest=None)
    return list(rows.order_by("pk").values_list("member_id", flat=True))
