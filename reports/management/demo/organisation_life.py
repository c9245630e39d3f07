"""Organisation life beside the logs: details of single kinds, grades, talks and plans, in a few bulk inserts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import User
from branches.choices import AppraisalState, MeetingKind, TalkPair
from branches.models import (
    Appraisal,
    AppraisalMark,
    Meeting,
    MeetingCount,
    MeetingDetail,
    MeetingPlan,
    Member,
    Organisation,
    Post,
    Talk,
)
from core.calendar import local_now

THEMES = ("走进社区办实事", "重温入党志愿", "学思想见行动", "节约从身边做起", "读书分享")
TOPICS = ("学习党章，遵守党章", "做合格党员", "廉洁从每件小事做起", "把群众放在心上")
#: By how many of the two sit in the committee.
PAIRS = (TalkPair.MEMBERS, TalkPair.MIXED, TalkPair.COMMITTEE)
RECENT_DAYS = 120
BATCH = 2000


def load_organisation_life(*, by: User, today: date) -> None:
    """Fill the recent past and the next weeks; run once, after logs, members and posts are there."""
    logs = list(
        Meeting.objects.filter(held_on__gte=today - timedelta(days=RECENT_DAYS)).only(
            "kind", "also_kinds", "held_on", "host"
        )
    )
    MeetingDetail.objects.bulk_create((row for log in logs if (row := _detail(log))), batch_size=BATCH)
    branches = list(Organisation.objects.branches().filter(status="active").only("pk"))
    MeetingPlan.objects.bulk_create((_plan(branch, by, today) for branch in branches), batch_size=BATCH)
    people, committee = _people(), _committees(today)
    Talk.objects.bulk_create(_talks(people, committee, by, today), batch_size=BATCH)
    _appraisals(people, by, today)


def _detail(log: Meeting) -> MeetingDetail | None:
    kinds, turn = {log.kind, *log.also_kinds}, log.pk
    row = MeetingDetail(meeting=log)
    if MeetingKind.LECTURE in kinds:
        row.lecturer, row.lecturer_post = log.host, "secretary"
        row.lecture_topic, row.lecture_hours = TOPICS[turn % len(TOPICS)], Decimal(1)
    if MeetingKind.THEME_DAY in kinds:
        row.theme, row.theme_preset = THEMES[turn % len(THEMES)], True
        row.with_study, row.with_service = True, turn % 3 == 0
    if MeetingKind.LIFE_MEETING in kinds:
        row.studied_on, row.criticised = log.held_on - timedelta(days=7), True
    return row if kinds & {MeetingKind.LECTURE, MeetingKind.THEME_DAY, MeetingKind.LIFE_MEETING} else None


def _plan(branch: Organisation, by: User, today: date) -> MeetingPlan:
    day = today + timedelta(days=5 + branch.pk % 15)
    kind = (MeetingKind.THEME_DAY, MeetingKind.ASSEMBLY, MeetingKind.LECTURE)[branch.pk % 3]
    title = f"{day.year}年{day.month}月{kind.label}"
    return MeetingPlan(organisation=branch, kind=kind, title=title, planned_on=day, place="支部会议室", by=by)


def _people() -> dict[int, list[tuple[int, bool]]]:
    """(member, is full) of each branch."""
    found: dict[int, list[tuple[int, bool]]] = {}
    rows = Member.objects.current().order_by("pk").values_list("organisation_id", "pk", "category")
    for branch, member, category in rows.iterator(chunk_size=BATCH):
        found.setdefault(branch, []).append((member, category == "full"))
    return found


def _committees(today: date) -> set[int]:
    return set(Post.objects.committee().on(today).values_list("member_id", flat=True))


def _talks(people: dict[int, list[tuple[int, bool]]], committee: set[int], by: User, today: date) -> Iterator[Talk]:
    """Everybody with the next one of the list; the last third still has to talk."""
    for branch, members in people.items():
        for number in range(len(members) * 2 // 3):
            first, second = sorted((members[number][0], members[(number + 1) % len(members)][0]))
            if first == second or (number == 1 and len(members) == 2):
                continue
            day = max(today - timedelta(days=3 + number * 5 % 90), date(today.year, 1, 1))
            pair = PAIRS[(first in committee) + (second in committee)]
            yield Talk(organisation_id=branch, held_on=day, member_a_id=first, member_b_id=second, pair=pair, by=by)


def _appraisals(people: dict[int, list[tuple[int, bool]]], by: User, today: date) -> None:
    """Finished grades for every branch that held its 民主评议 this year."""
    counts = MeetingCount.objects.filter(kind=MeetingKind.APPRAISAL, held_on__year=today.year).order_by("pk")
    held = dict(counts.values_list("organisation_id", "meeting_id"))
    rows, marks = [], []
    for branch, meeting in held.items():
        graded = [member for member, is_full in people.get(branch, ()) if is_full]
        total = len(people.get(branch, ()))
        excellent = graded[: min(total // 3, len(graded))]
        rows.append(
            Appraisal(
                organisation_id=branch, year=today.year, meeting_id=meeting, state=AppraisalState.FINISHED, by=by,
                members=total, excellent=len(excellent), qualified=len(graded) - len(excellent),
                finished_at=local_now(),
            )
        )  # fmt: skip
        marks.append([(member, "excellent" if member in excellent else "qualified") for member in graded])
    Appraisal.objects.bulk_create(rows, batch_size=BATCH)
    AppraisalMark.objects.bulk_create(
        (
            AppraisalMark(appraisal=row, member_id=member, grade=grade)
            for row, given in zip(rows, marks, strict=True)
            for member, grade in given
        ),
        batch_size=BATCH,
    )
