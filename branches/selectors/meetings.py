"""Reads around submitted logs: who should attend, what a log fulfils, what a reader may see of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MemberCategory
from branches.models import Attendance, Meeting, Membership, Obligation, Organisation, Post
from branches.policy.meeting_kinds import audience
from branches.policy.minutes import COMMITTEE, GROUP, Frame, MeetingData, Seat, may_vote
from branches.querysets import OrganisationQuerySet
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
    Who should attend on ``day``, by pinyin: the committee, one group, or all members, as ``policy.audience`` tells
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


def guest_seats(guest_ids: Collection[int], day: date) -> list[Seat]:
    """
    All members of the other branches of a joint meeting on ``day``, branch by branch. One query, none for none. Who of
    them may vote is not said: kinds held jointly take no votes, and a right that is suspended is that branch's matter.
    """
    if not guest_ids:
        return []
    rows = Membership.objects.filter(organisation_id__in=guest_ids).on(day)
    values = rows.order_by("organisation__path", "member__name_pinyin", "member_id")
    found = values.values_list(*_SEAT_FIELDS, "organisation_id")
    return list({row[0]: Seat(row[0], row[1], has_vote=False, guest_id=row[-1]) for row in found}.values())


def seats_for(branch_id: int, data: MeetingData) -> list[Seat]:
    """Everybody who should attend this meeting, the host's own first. Two queries for a joint one, else one."""
    seats = seats_on(branch_id=branch_id, kind=data.audience, day=data.held_on, group_id=data.group_id)
    return seats + guest_seats(data.guest_ids, data.held_on)


def _seat(row: tuple[Any, ...], day: date, guest_id: int | None = None) -> Seat:
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
    return Seat(member_id, name, vote, probationary, guest_id)


def recorded_seats(meeting: Meeting) -> list[Seat]:
    """Who was expected according to the log itself, the host's own first, by pinyin. One query."""
    rows = Attendance.objects.filter(meeting=meeting).order_by(
        F("guest_id").asc(nulls_first=True), "member__name_pinyin", "member_id"
    )
    found = rows.values_list("member_id", "member__name", "has_vote", "guest__organisation_id")
    return [Seat(member_id, name, vote, guest_id=guest_id) for member_id, name, vote, guest_id in found]


def joint_candidates(branch: Organisation, day: date) -> OrganisationQuerySet:
    """The other branches of the unit that stood on ``day``: with them a meeting may be held together."""
    others = Organisation.objects.under(branch.unit_path).branches().standing_on(day)
    found: OrganisationQuerySet = others.exclude(pk=branch.pk).order_by("path")
    return found


def groups_on(branch: Organisation, day: date) -> list[Organisation]:
    """The groups of the branch that stood on ``day``, in tree order."""
    groups = Organisation.objects.groups_of(branch).standing_on(day)
    return list(groups.order_by("path"))


def seats_for_correction(meeting: Meeting, data: MeetingData, *, take_roster: bool) -> list[Seat]:
    """
    Those whom the log names, unless it became another meeting or the roster of the day is taken anew. Branches that
    join only now come with the roster of the day.
    """
    was = (meeting.kind, audience_of(meeting), meeting.group_id, meeting.held_on)
    if was != (data.kind, data.audience, data.group_id, data.held_on) or take_roster:
        return seats_for(meeting.organisation_id, data)
    recorded = [seat for seat in recorded_seats(meeting) if seat.guest_id is None or seat.guest_id in data.guest_ids]
    known = {seat.guest_id for seat in recorded}
    return recorded + guest_seats([pk for pk in data.guest_ids if pk not in known], data.held_on)


def audience_of(meeting: Meeting) -> str:
    """Who should have come to this meeting, as ``policy.audience`` tells."""
    detail = getattr(meeting, "detail", None)
    return audience(meeting.kind, detail.held_as if detail else "")


def meeting_frame(branch: Organisation, data: MeetingData, seats: list[Seat]) -> Frame:
    """What the minutes are checked against. One query for a group's meeting, one for a joint one, else none."""
    groups = groups_on(branch, data.held_on) if data.audience == GROUP else []
    guests = joint_candidates(branch, data.held_on).filter(pk__in=data.guest_ids) if data.guest_ids else []
    return Frame(
        today=local_today(),
        founded_on=branch.founded_on,
        ended_on=branch.ended_on,
        seats=seats,
        is_temporary=branch.is_temporary,
        group_ids=[group.pk for group in groups],
        guest_ids=[guest.pk for guest in guests],
    )


def obligations_served(meeting: Meeting, kinds: Iterable[str], branches: Collection[int]) -> list[Obligation]:
    """The obligations of these branches towards which the log counts, by rule. One query."""
    found = Obligation.objects.filter(
        organisation_id__in=branches,
        starts_on__lte=meeting.held_on,
        ends_on__gte=meeting.held_on,
        requirement__kinds__kind__in=list(kinds),
    )
    rows = found.select_related("requirement", "organisation").distinct()
    return list(rows.order_by("requirement__code", "organisation_id"))


def attendance_seen_by(user: User, meeting: Meeting) -> list[Attendance]:
    """The attendance lines of the log that the user may see: all of them, or a member's own. One query."""
    rows = Attendance.objects.visible_to(user, Capability.ATTENDANCE_VIEW).filter(meeting=meeting)
    return list(rows.select_related("member", "guest__organisation").order_by("member__name_pinyin", "member_id"))
