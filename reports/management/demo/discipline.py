"""从严治党: conferences with what they ask, circulars, project lists, risk points, 机关纪委, in a few bulk inserts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from accounts.models import User
from branches.choices import MeetingKind, OrganisationKind, PostKind
from branches.models import MeetingCount, Member, Organisation, Post, WorklistItem
from branches.services.deadlines import deadlines_refresh_all
from branches.services.worklists import item_add
from core.periods import Freq, Period, period_of, periods_between
from discipline.models import (
    Circular,
    CommitteeQuarter,
    CommitteeStaffing,
    FollowUp,
    IntegrityActivity,
    IntegrityTalk,
    RiskPoint,
    RiskReview,
    WarningConference,
)
from discipline.services.integrity import project_create

AGENDA = "主持人介绍大会事项\n播放警示教育片\n通报典型案例\n专题授课\n提出会后要求"
THEMES = ("严守纪律 清正履职", "以案为鉴 警钟长鸣", "守住底线 不越红线", "严管厚爱 廉洁从政")
CIRCULARS = (
    ("关于违反中央八项规定精神典型问题的通报", "integrity"),
    ("关于不担当不作为典型问题的通报", "work"),
    ("关于侵害群众利益典型问题的通报", "masses"),
    ("关于违反组织纪律典型问题的通报", "organisational"),
)
RISKS = (
    ("政府采购经办岗", "1", "采购需求设置倾向性条款", "两人以上核对需求，公开征求意见", "办公室"),
    ("行政审批经办岗", "1", "超时办理、选择性办理", "网上留痕办理，超时自动提醒", "审批科"),
    ("公务用车管理岗", "2", "用车登记不实", "统一派车，每月公示", "办公室"),
    ("财务报销审核岗", "2", "票据审核不严", "双人审核，按季抽查", "财务科"),
    ("印章管理岗", "3", "用印未经审批", "用印审批登记", "办公室"),
)
TASKS = (
    ("制定廉洁文化建设年度安排", "印发安排，明确分工"),
    ("开展家风家教活动", "每半年一次"),
    ("更新廉政风险点清单", "岗位有变动的及时更新"),
)
FIVE_YEAR_TASKS = ("配齐机关纪委工作人员", "健全日常监督制度", "开展业务培训", "规范台账管理", "总结五年建设成效")
ACTIVITIES = (("reading", "廉洁读书分享会"), ("visit", "参观廉政教育基地"), ("family", "好家风故事会"))
BATCH = 2000
SHARE_DONE = 0.8


def fill(city: Organisation, random: Random, since: date, today: date) -> None:
    """Fill the wing; run once, after organisations, posts and logs are there and the rules are loaded."""
    by = User.objects.order_by("pk")[0]
    units = list(Organisation.objects.of_kind(OrganisationKind.UNIT).active().order_by("path"))
    begin = max(since, date(today.year - 1, 1, 1))
    quarters = periods_between(Freq.QUARTER, begin, today)
    circulars = _circulars(city, by, quarters, today)
    held = _conferences(city, units, by, quarters, today)
    for conference, circular in zip(held, circulars, strict=False):
        conference.circulars.add(circular)
    _follow_ups(held[-1:], circulars[-1:], by, random, today)
    _risks(units, by, random, today)
    _projects(city, units, by, today)
    _committees(units, by, random, quarters, today)
    deadlines_refresh_all()


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def _circulars(city: Organisation, by: User, quarters: list[Period], today: date) -> list[Circular]:
    rows = []
    for number, period in enumerate(quarters):
        issued = min(period.starts_on + timedelta(days=20), today)
        title, category = CIRCULARS[number % len(CIRCULARS)]
        last = period == quarters[-1]
        rows.append(
            Circular(
                organisation=city, title=title, issuer="市纪委监委（示例）",
                number=f"示例通〔{period.year}〕{number + 1}号",
                issued_on=issued, published_on=issued, category=category, by=by,
                summary="通报的公开内容摘要（示例）。各单位要引以为戒，举一反三，抓好整改。",
                requirement="组织一次学习讨论。" if last else "", asks_branches=last,
                due_on=today + timedelta(days=20) if last else None,
            )
        )  # fmt: skip
    return Circular.objects.bulk_create(rows)


def _conferences(
    city: Organisation, units: list[Organisation], by: User, quarters: list[Period], today: date
) -> list[WarningConference]:
    """The city's in each quarter, the next one planned; a unit's in every other quarter."""
    rows = [_held(city, by, period, number, today) for number, period in enumerate(quarters)]
    rows[-1].follow_up, rows[-1].follow_up_due_on = (
        "对照通报的问题开展一次警示教育学习讨论。",
        today + timedelta(days=15),
    )
    rows[-1].follow_up_units = rows[-1].follow_up_branches = True
    following = period_of(today, Freq.QUARTER).next()
    planned = WarningConference(
        organisation=city, theme=THEMES[len(quarters) % len(THEMES)],
        planned_on=following.starts_on + timedelta(days=40), place="市直机关礼堂", agenda=AGENDA, by=by,
    )  # fmt: skip
    own = [
        _held(unit, by, period, number + turn, today)
        for turn, unit in enumerate(units)
        for number, period in enumerate(quarters)
        if (number + turn) % 2 == 0
    ]
    WarningConference.objects.bulk_create([*rows, planned, *own], batch_size=BATCH)
    return rows


def _held(place: Organisation, by: User, period: Period, number: int, today: date) -> WarningConference:
    day = min(period.starts_on + timedelta(days=35 + place.pk % 20), today - timedelta(days=3))
    expected = 300 if place.depth == 1 else 60
    return WarningConference(
        organisation=place, theme=THEMES[number % len(THEMES)], planned_on=day, held_on=day, state="held",
        place="会议室", agenda=AGENDA, films="警示教育片（示例）", expected=expected, present=expected - 8, on_leave=6,
        cases_told=2 + number % 3, speaker="纪检干部", by=by,
    )  # fmt: skip


def _follow_ups(
    conferences: list[WarningConference], circulars: list[Circular], by: User, random: Random, today: date
) -> None:
    """What the last conference and circular ask: most have done it, by a log that they wrote since."""
    branches = list(Organisation.objects.branches().filter(status="active").exclude(type_code__startswith="9"))
    units = list(Organisation.objects.of_kind(OrganisationKind.UNIT).active())
    rows: list[FollowUp] = []
    for conference in conferences:
        logs, due_on = _logs(conference.day), conference.follow_up_due_on or today
        rows += [
            _answered(FollowUp(conference=conference, organisation=branch, due_on=due_on),
                      logs.get(branch.pk), by) for branch in branches
        ]  # fmt: skip
        for unit in units:
            row = FollowUp(conference=conference, organisation=unit, due_on=due_on)
            if random.random() < SHARE_DONE:
                row.done_on, row.form, row.headcount = today, "seminar", 20 + unit.pk % 30
                row.by, row.recorded_at = by, _noon(today)
            rows.append(row)
    for circular in circulars:
        logs, due_on = _logs(circular.issued_on), circular.due_on or today
        rows += [
            _answered(FollowUp(circular=circular, organisation=branch, due_on=due_on), logs.get(branch.pk), by)
            for branch in branches
        ]
    FollowUp.objects.bulk_create(rows, batch_size=BATCH)


def _logs(since: date) -> dict[int, tuple[int, date]]:
    """The latest 警示教育 or study of each branch since a day."""
    kinds = (MeetingKind.WARNING_EDUCATION, MeetingKind.STUDY)
    counts = MeetingCount.objects.filter(kind__in=kinds, held_on__gte=since).order_by("held_on", "pk")
    return {branch: (meeting, day) for branch, meeting, day in counts.values_list("organisation", "meeting", "held_on")}


def _answered(row: FollowUp, log: tuple[int, date] | None, by: User) -> FollowUp:
    if log:
        row.meeting_id, row.done_on = log
        row.by, row.recorded_at = by, _noon(log[1])
    return row


def _risks(units: list[Organisation], by: User, random: Random, today: date) -> None:
    rows: list[RiskPoint] = []
    for unit in units:
        for post, level, description, controls, responsible in RISKS[: 3 + unit.pk % 3]:
            rows.append(
                RiskPoint(
                    organisation=unit, post=post, level=level, description=description, controls=controls,
                    responsible=responsible, by=by,
                )
            )  # fmt: skip
    opened = today - timedelta(days=200)
    reviews: list[RiskReview] = []
    for risk in RiskPoint.objects.bulk_create(rows, batch_size=BATCH):
        reviews.append(
            RiskReview(
                risk=risk, opened_on=opened, due_on=today - timedelta(days=60), reviewed_on=today - timedelta(days=70),
                outcome="effective", by=by,
            )
        )  # fmt: skip
        due = today + timedelta(days=random.randint(-5, 200))
        reviews.append(RiskReview(risk=risk, opened_on=today - timedelta(days=70), due_on=due))
    RiskReview.objects.bulk_create(reviews, batch_size=BATCH)


def _second(by: User) -> User:
    """Somebody else: who reports a task of the five years does not close it."""
    return User.objects.exclude(pk=by.pk).order_by("pk")[0]


def _projects(city: Organisation, units: list[Organisation], by: User, today: date) -> None:
    """The city's five-year action with a task a year for some units, and a list of measures for a few of them."""
    first = today.year - 1
    action = project_create(by=by, organisation=city, kind="five_year", title="机关纪委建设五年行动", first_year=first)
    for number, task in enumerate(FIVE_YEAR_TASKS):
        for unit in units[:3]:
            item_add(by=by, worklist=action.worklist, task=task, organisation=unit, due_on=date(first + number, 12, 20))
    WorklistItem.objects.filter(worklist=action.worklist, due_on__lt=today).update(
        state="closed", result="已完成（示例）。", reported_by=by, reported_at=_noon(today), closed_by=_second(by),
        closed_on=today,
    )  # fmt: skip
    culture = project_create(
        by=by, organisation=city, kind="culture", title=f"{today.year}年廉洁文化建设措施", first_year=today.year
    )
    for number, (task, measures) in enumerate(TASKS):
        for unit in units[:2]:
            due_on = max(date(today.year, 12, 10 + number), today + timedelta(days=5))
            item_add(by=by, worklist=culture.worklist, task=task, organisation=unit, due_on=due_on, measures=measures)
    IntegrityActivity.objects.bulk_create(
        IntegrityActivity(
            organisation=unit,
            kind=kind,
            title=title,
            held_on=today - timedelta(days=10 + 30 * number),
            headcount=25,
            by=by,
        )
        for unit in units
        for number, (kind, title) in enumerate(ACTIVITIES)
    )


def _posts(today: date) -> None:
    """A secretary and a member for each 机关纪委, out of the branches below."""
    rows: list[Post] = []
    taken = set(
        Post.objects.filter(kind=PostKind.DISCIPLINE_SECRETARY).on(today).values_list("organisation_id", flat=True)
    )
    for committee in Organisation.objects.of_kind(OrganisationKind.ORGAN_COMMITTEE).active():
        members = (
            Member.objects.current().full().filter(organisation__path__startswith=committee.path).order_by("pk")[:2]
        )
        kinds = (PostKind.DISCIPLINE_SECRETARY, PostKind.DISCIPLINE)
        if committee.pk not in taken:
            rows += [
                Post(organisation=committee, member=member, kind=kind, starts_on=date(2024, 1, 1))
                for member, kind in zip(members, kinds, strict=False)
            ]
    Post.objects.bulk_create(rows, batch_size=BATCH)


def _committees(units: list[Organisation], by: User, random: Random, quarters: list[Period], today: date) -> None:
    committees = Organisation.objects.of_kind(OrganisationKind.ORGAN_COMMITTEE).active().filter(discipline_since=None)
    committees.update(discipline_since=date(2021, 6, 1))
    _posts(today)
    posts = Post.objects.filter(kind__in=(PostKind.DISCIPLINE_SECRETARY, PostKind.DISCIPLINE)).on(today)
    CommitteeStaffing.objects.bulk_create(
        (
            CommitteeStaffing(
                organisation_id=post.organisation_id, post=post, by=by,
                mark="full_time" if post.kind == PostKind.DISCIPLINE_SECRETARY else "part_time",
            )
            for post in posts.order_by("pk")
        ),
        batch_size=BATCH,
    )  # fmt: skip
    rows: list[Any] = []
    talks: list[IntegrityTalk] = []
    for unit in units:
        for period in quarters:
            reminders = random.randint(1, 6)
            day = min(period.starts_on + timedelta(days=45), today)
            talks.append(IntegrityTalk(organisation=unit, kind="reminder", held_on=day, count=reminders, by=by))
            if period.number == 1:
                talks.append(IntegrityTalk(organisation=unit, kind="before_post", held_on=day, count=1, by=by))
            if period.ends_on < today and (period != quarters[-2] or random.random() < SHARE_DONE):
                rows.append(
                    CommitteeQuarter(
                        organisation=unit, year=period.year, quarter=period.number, supervision=random.randint(2, 9),
                        education=random.randint(1, 5), talks=reminders, training=random.randint(0, 2), by=by,
                    )
                )  # fmt: skip
    IntegrityTalk.objects.bulk_create(talks, batch_size=BATCH)
    CommitteeQuarter.objects.bulk_create(rows, batch_size=BATCH)
