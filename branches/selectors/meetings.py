"""Reads around submitted logs: who should attend, what a log fulfils, what a reader may see of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MemberCategory, OrganisationKind
from branches.models import Attendance, Meeting, Membership, Obligation, Organisation, Post
from branches.policy.minutes import COMMITTEE, GROUP, Frame, MeetingData, Seat, may_vote
from core.calendar import local_today

_SEAT_FIELDS = (
    "member_id",
    "member__name",
    "member__category",
    "member__confirmed_on",
    "member__voting_suspended_from",
    "member__voting_suspended_until",
)


def seats_on(*, branch_id: int, kind: str, day: date, group_id: int | None = None) -> list[Seat]:
    """
    Who should attend a meeting of this kind on ``day``, by pinyin: the committee, one group, or all members
    (domain.md §1.3). One query. The right to vote is that of the day (§1.5).
    """
    rows: QuerySet[Any]
    if kind == GROUP and group_id is None:
        return []
    if kind == COMMITTEE:
        rows = Post.objects.filter(organisation_id=branch_id).committee().on(day)
    else:
        rows = Membership.objects.filter(organisation_id=branch_id).on(day)
        if kind == GROUP:
            rows = rows.filter(group_id=group_id)
    values = rows.order_by("member__name_pinyin", "member_id").values_list(*_SEAT_FIELDS)
    seats = {row[0]: _seat(row, day) for row in values}
    return list(seats.values())


def _seat(row: tuple[Any, ...], day: date) -> Seat:
    member_id, name, category, confirmed_on, suspended_from, suspended_until = row
    is_full = category == MemberCategory.FULL
    vote = may_vote(
        is_full=is_full,
        confirmed_on=confirmed_on,
        suspended_from=suspended_from,
        suspended_until=suspended_until,
        day=day,
    )
    probationary = confirmed_on > day if confirmed_on else not is_full
    return Seat(member_id, name, vote, probationary)


def recorded_seats(meeting: Meeting) -> list[Seat]:
    """Who was expected according to the log itself, by pinyin. One query."""
    rows = Attendance.objects.filter(meeting=meeting).order_by("member__name_pinyin", "member_id")
    return [Seat(*row) for row in rows.values_list("member_id", "member__name", "has_vote")]


def groups_on(branch: Organisation, day: date) -> list[Organisation]:
    """The groups of the branch that stood on ``day``, in tree order."""
    groups = Organisation.objects.under(branch.path).of_kind(OrganisationKind.GROUP).standing_on(day)
    return list(groups.order_by("path"))


def seats_for_correction(meeting: Meeting, data: MeetingData, *, take_roster: bool) -> list[Seat]:
    """Those whom the log names, unless it became another meeting or the roster of the day is taken anew. One query."""
    unmoved = (meeting.kind, meeting.group_id, meeting.held_on) == (data.kind, data.group_id, data.held_on)
    if unmoved and not take_roster:
        return recorded_seats(meeting)
    return seats_on(branch_id=meeting.organisation_id, kind=data.kind, day=data.held_on, group_id=data.group_id)


def meeting_frame(branch: Organisation, data: MeetingData, seats: list[Seat]) -> Frame:
    """What the minutes are checked against. One query, for a group meeting only."""
    groups = groups_on(branch, data.held_on) if data.kind == GROUP else []
    return Frame(
        today=local_today(),
        founded_on=branch.founded_on,
        ended_on=branch.ended_on,
        seats=seats,
        is_temporary=branch.is_temporary,
        group_ids=[group.pk for group in groups],
    )


def obligations_served(meeting: Meeting, kinds: Iterable[str]) -> list[Obligation]:
    """The obligations towards which the log counts, by rule. One query."""
    found = Obligation.objects.filter(
        organisation_id=meeting.organisation_id,
        starts_on__lte=meeting.held_on,
        ends_on__gte=meeting.held_on,
        requirement__kinds__kind__in=list(kinds),
    )
    return list(found.select_related("requirement").distinct().order_by("requirement__code"))


def attendance_seen_by(user: User, meeting: Meeting) -> list[Attendance]:
    """The attendance lines of the log that the user may see: all of them, or a member's own. One query."""
    rows = Attendance.objects.visible_to(user, Capability.ATTENDANCE_VIEW).filter(meeting=meeting)
    return list(rows.select_related("member").order_by("member__name_pinyin", "member_id"))
