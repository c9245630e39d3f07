"""Reads behind the page on which minutes are written: its first content, and what it shows for a kind and a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MeetingKind, MeetingStatus, PostKind
from branches.models import Meeting, MeetingCount, MeetingDraft, Obligation, Organisation, Post
from branches.policy.minutes import GROUP, MeetingData, Seat, default_title
from branches.querysets import OrganisationQuerySet, OrganisationRowQuerySet
from branches.selectors.meeting_aside import Aside, aside_of
from branches.selectors.meetings import joint_candidates, recorded_seats, seats_for, seats_for_correction
from core.periods import parse_period

#: How long ago a missed period may have ended and still be offered when a log is begun.
OVERDUE_OFFERED_DAYS = 100
DRAFTS_SHOWN = 20


def branches_all() -> OrganisationQuerySet:
    """Every branch, for a view to narrow to what its reader may reach."""
    return Organisation.objects.branches()


def branches_to_record(user: User) -> QuerySet[Organisation]:
    """The branches whose meetings the user may record, in tree order."""
    return Organisation.objects.visible_to(user, Capability.MEETING_SUBMIT).branches().order_by("path")


def first_content(
    *, branch: Organisation, kind: str, user: User, day: date | None, group: Organisation | None = None
) -> dict[str, Any]:
    """What stands in the page before anybody types: only what the portal knows already. At most two queries."""
    group_name = group.short_name if group else ""
    return {
        "kind": kind,
        "group": group.pk if group else "",
        "held_on": day.isoformat() if day else "",
        "title": default_title(kind, day, group_name) if day else "",
        "host": _usual_host(branch, day, group) if day else "",
        "recorder": user.name,
        "also": [],
        "attendance": {},
        "votes": [],
        "decisions": [],
    }


def _usual_host(branch: Organisation, day: date, group: Organisation | None) -> str:
    """The group's leader or the branch's secretary on that day (支部工作条例 arts. 11-13)."""
    posts = Post.objects.on(day).filter(organisation=branch, kind=PostKind.SECRETARY)
    if group is not None:
        posts = Post.objects.on(day).filter(kind=PostKind.GROUP_LEADER, organisation=group)
    name: str | None = posts.values_list("member__name", flat=True).first()
    return name or ""


def drafts_of(user: User) -> list[MeetingDraft]:
    """The newest drafts of the user's own branches. One query; none for those who may not see drafts."""
    if not user.can(Capability.DRAFT_VIEW):
        return []
    drafts = MeetingDraft.objects.visible_to(user, Capability.DRAFT_VIEW).defer("content")
    return list(drafts.select_related("organisation", "by").order_by("-updated_at")[:DRAFTS_SHOWN])


def drafts_in_full() -> OrganisationRowQuerySet:
    """Drafts with their branch."""
    return MeetingDraft.objects.select_related("organisation")


def draft_of_correction(meeting: Meeting, user: User) -> MeetingDraft | None:
    """What this user began to correct in this log and has not submitted."""
    return MeetingDraft.objects.filter(meeting=meeting, by=user).order_by("-updated_at").first()


def is_draft_id_taken(draft_id: UUID) -> bool:
    """Whether any draft has this id, in whatever branch."""
    return MeetingDraft.objects.filter(pk=draft_id).exists()


@dataclass(frozen=True, slots=True)
class DueKind:
    """A kind of meeting, for a group where groups meet, and the open obligations that a log of it would serve."""

    kind: str
    label: str
    obligations: tuple[Obligation, ...]
    overdue: bool
    group: Organisation | None = None

    @property
    def ends_on(self) -> date:
        return self.obligations[0].ends_on

    @property
    def periods(self) -> list[str]:
        """The periods in which a log is missing, e.g. 2026年8月; how many of how many where more than one is asked."""
        return [_period_words(row, counted=self.group is None) for row in self.obligations]


def _period_words(row: Obligation, *, counted: bool) -> str:
    title = parse_period(row.period).title
    return f"{title}（已有{row.done}次，应有{row.needed}次）" if counted and row.needed > 1 else title


def due_kinds(branch: Organisation, groups: Iterable[Organisation], today: date) -> list[DueKind]:
    """
    What the branch owes now, most pressing first: present periods, then periods that ended lately. Each group stands
    for itself. At most three queries.
    """
    labels = dict(MeetingKind.choices)
    found = []
    for (overdue, kind), owed in _owed_by_kind(branch, today).items():
        if kind == GROUP:
            found += _due_groups(branch, groups, owed, overdue=overdue)
        else:
            found.append(DueKind(kind, labels[kind], tuple(owed), overdue))
    return sorted(found, key=lambda due: (due.overdue, due.ends_on))


def _owed_by_kind(branch: Organisation, today: date) -> dict[tuple[bool, str], list[Obligation]]:
    rows = (
        Obligation.objects.filter(organisation=branch, starts_on__lte=today, waived=False, done__lt=F("needed"))
        .filter(ends_on__gte=today - timedelta(days=OVERDUE_OFFERED_DAYS))
        .select_related("requirement")
        .prefetch_related("requirement__kinds")
        .order_by("ends_on", "requirement__code")
    )
    found: dict[tuple[bool, str], list[Obligation]] = {}
    for row in rows:
        for fulfilled in row.requirement.kinds.all():
            found.setdefault((row.ends_on < today, fulfilled.kind), []).append(row)
    return found


def _due_groups(
    branch: Organisation, groups: Iterable[Organisation], owed: list[Obligation], *, overdue: bool
) -> list[DueKind]:
    """The groups that did not meet in the periods owed."""
    counts = MeetingCount.objects.filter(organisation=branch, kind=GROUP, held_on__gte=owed[0].starts_on)
    met = list(counts.values_list("group_id", "held_on"))
    found = []
    for group in groups:
        missing = [
            row for row in owed if not any(pk == group.pk and row.starts_on <= day <= row.ends_on for pk, day in met)
        ]
        if missing:
            label = f"{MeetingKind.GROUP.label} · {group.short_name}"
            found.append(DueKind(GROUP, label, tuple(missing), overdue, group))
    return found


def other_kinds(due: Iterable[DueKind], groups: Iterable[Organisation]) -> list[tuple[str, str]]:
    """The kinds that are not due now, in the usual order; a group meeting only where there are groups."""
    pressing = {row.kind for row in due if not row.overdue}
    has_groups = bool(list(groups))
    return [
        (kind, label) for kind, label in MeetingKind.choices if kind not in pressing and (kind != GROUP or has_groups)
    ]


def same_day_logs(branch: Organisation, kind: str, day: date, but: Meeting | None = None) -> list[Meeting]:
    """Logs of the same kind on the same day: perhaps this meeting is written down already. One query."""
    found = Meeting.objects.filter(organisation=branch, kind=kind, held_on=day).exclude(status=MeetingStatus.VOID)
    return list(found.exclude(pk=but.pk if but else None).order_by("pk")[:3])


def submitted_as(draft_id: UUID, user: User) -> Meeting | None:
    """The log that the draft of this id became, where the user may see it. One query."""
    logs = Meeting.objects.visible_to(user, Capability.MEETING_VIEW)
    found: Meeting | None = logs.filter(submission_key=draft_id).first()
    return found


@dataclass(frozen=True, slots=True)
class MinutesPage:
    """
    What the page shows for the kind and day chosen. ``joined`` and ``gone`` are names by which the day's roster differs
    from the one that a log under correction was submitted with; ``branches`` are those with which it may be held.
    """

    day: date | None
    seats: list[Seat] = field(default_factory=list)
    same_day: list[Meeting] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    branches: list[Organisation] = field(default_factory=list)
    aside: Aside | None = None


def minutes_page(
    branch: Organisation,
    asked: MeetingData | None,
    *,
    meeting: Meeting | None = None,
    take_roster: bool = False,
    joint: bool = False,
) -> MinutesPage:
    """
    The roll call, and what the recorder should know before going on. ``asked`` tells who should come, None while there
    is no day; ``joint``: the meeting may be held with other branches. Five queries, seven for a correction, one more
    for each of: a joint meeting, the choice of branches.
    """
    if asked is None:
        return MinutesPage(None)
    day = asked.held_on
    branches = list(joint_candidates(branch, day)) if joint else []
    within = {other.pk for other in branches}
    asked = replace(asked, guest_ids=tuple(pk for pk in asked.guest_ids if pk in within))  # names of others never show
    seats = seats_for(branch.pk, asked)
    same_day = same_day_logs(branch, asked.kind, day, meeting)
    aside = aside_of(branch, asked.kind, day, asked.group_id, but=meeting)
    if meeting is None or (asked.kind, day, asked.group_id) != (meeting.kind, meeting.held_on, meeting.group_id):
        return MinutesPage(day, seats, same_day, branches=branches, aside=aside)
    kept = seats_for_correction(meeting, asked, take_roster=take_roster)
    recorded = [seat for seat in recorded_seats(meeting) if seat.guest_id is None or seat.guest_id in asked.guest_ids]
    known = {seat.guest_id for seat in recorded}
    fresh = [seat for seat in seats if seat.guest_id in known]
    joined, gone = _names_missing(fresh, recorded), _names_missing(recorded, fresh)
    return MinutesPage(day, kept, same_day, joined, gone, branches, aside)


def _names_missing(seats: list[Seat], others: list[Seat]) -> list[str]:
    known = {seat.member_id for seat in others}
    return [seat.name for seat in seats if seat.member_id not in known]
