"""Service, brands, pairings, postings and fusion projects of the demo city, in a few bulk inserts. Nothing is real."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from branches.choices import MeetingKind, MeetingStatus
from branches.models import Meeting, MeetingCount, Member, Organisation, Worklist, WorklistItem
from branches.services.deadlines import deadlines_refresh_all
from core.calendar import local_now
from outreach.models import (
    Brand,
    BrandStep,
    FusionFigure,
    FusionProject,
    FusionTag,
    Pairing,
    PairingNeed,
    PairingVisit,
    Pledge,
    PledgeItem,
    PostingYear,
    ReportedCommunity,
    ServiceActivity,
    VanguardPost,
    VanguardReview,
    VillagePosting,
)
from outreach.services.settings_load import settings_load

BATCH = 1000
BRANDS = ("档案先锋", "暖心窗口", "清风园圃", "数海领航", "一线先锋", "惠民直通")
STATES = ("nurturing", "declared", "guided", "accepted", "recognised", "nurturing")
PATH = ("declared", "nurturing", "guided", "accepted", "recognised")
COMMUNITIES = ("向阳社区", "和平社区", "东风社区", "南苑社区")
VILLAGES = ("清水村", "松林村", "石桥村", "云岭村")
NEEDS = ("饮水管道老化", "路灯损坏", "缺少种植技术", "山货销路不畅")
PROJECTS = ("查档不出社区", "材料一次办结", "技术服务进园区", "党员包点解难题")
PLEDGES = (
    ("study", "每月读一本书，到支部交流一次"),
    ("work", "经办事项当天答复"),
    ("service", "每季度到报到社区服务一次"),
)


def load_outreach(*, by: User, approver: User, today: date) -> None:
    """Fill the wing; run once, after members and logs are there. Every page has rows, in proportion to branches."""
    settings_load()
    active = Organisation.objects.filter(status="active").order_by("path")
    branches = list(active.branches())
    units = list(active.of_kind("unit"))
    people: dict[int, list[int]] = {}
    for branch, member in Member.objects.current().order_by("pk").values_list("organisation_id", "pk").iterator():
        people.setdefault(branch, []).append(member)
    _brands([*branches[::2], *units[::3]], by, approver, today)
    _posts(branches, people, by, today)
    _pledges(branches, people, by, today)
    _service(branches, by, today)
    _pairings(branches, people, by, today)
    _postings(units, by, today)
    _fusion(branches[::3], by, today)
    deadlines_refresh_all()


def _lists(rows: Sequence[Organisation], source: str, titles: Sequence[str], by: User) -> list[Worklist]:
    made = (
        Worklist(organisation=row, source=source, title=title, by=by) for row, title in zip(rows, titles, strict=True)
    )
    return Worklist.objects.bulk_create(made, batch_size=BATCH)


def _items(lists: Sequence[Worklist], tasks: Sequence[str], by: User, today: date) -> None:
    """One task done and closed, one that is due in some weeks."""
    done, now = today - timedelta(days=20), local_now()
    rows: list[WorklistItem] = []
    for worklist in lists:
        common: dict[str, Any] = {"worklist": worklist, "organisation_id": worklist.organisation_id, "by": by}
        rows.append(
            WorklistItem(
                **common, number=1, task=tasks[0], starts_on=done - timedelta(days=30), due_on=done, state="closed",
                result="已完成", reported_by=by, reported_at=now, closed_by=by, closed_on=done,
            )
        )  # fmt: skip
        due_on = today + timedelta(days=15 + worklist.pk % 45)
        rows.append(WorklistItem(**common, number=2, task=tasks[1], starts_on=done, due_on=due_on))
    WorklistItem.objects.bulk_create(rows, batch_size=BATCH)


def _brands(places: Sequence[Organisation], by: User, approver: User, today: date) -> None:
    names = [BRANDS[row.pk % len(BRANDS)] for row in places]
    lists = _lists(places, "outreach.brand", [f"{name}创建计划" for name in names], by)
    rows = []
    for turn, (place, name, worklist) in enumerate(zip(places, names, lists, strict=True)):
        state = STATES[turn % len(STATES)]
        named = state == "recognised"
        rows.append(
            Brand(
                organisation=place, name=name, slogan="一心为民，件件有回音", emblem="以书页和火炬相合，寓意以学促干。",
                meaning="把党员的先锋作用放到群众最常来的窗口和岗位上，让每一件事有人办、有回音。",
                business="窗口服务和日常办件", effect="窗口平均等候时间由20分钟降到8分钟。",
                declared_year=today.year - named, state=state, worklist=worklist, by=by,
                naming_organ="中共云川市委" if named else "", naming_number="云委〔2025〕18号" if named else "",
                recognised_on=date(today.year - 1, 6, 20) if named else None,
            )
        )  # fmt: skip
    made = Brand.objects.bulk_create(rows, batch_size=BATCH)
    BrandStep.objects.bulk_create(
        (
            BrandStep(
                brand=brand, state=state, by=approver if number else by, opinion="同意" if number else "",
                held_on=(brand.recognised_on or today) - timedelta(days=40 * (PATH.index(brand.state) - number)),
            )
            for brand in made
            for number, state in enumerate(PATH[: PATH.index(brand.state) + 1])
        ),
        batch_size=BATCH,
    )  # fmt: skip
    _items(lists, ("提炼品牌内涵和口号", "编印工作法并推广"), by, today)


def _posts(branches: Sequence[Organisation], people: dict[int, list[int]], by: User, today: date) -> None:
    rows = VanguardPost.objects.bulk_create(
        (
            VanguardPost(
                organisation=branch, title="窗口服务先锋岗", holder_id=people[branch.pk][0], by=by,
                standard="首问负责，一次告知，当天答复。", shown_on=today - timedelta(days=200),
                valid_until=today + timedelta(days=160),
            )
            for branch in branches
            if people.get(branch.pk)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    VanguardReview.objects.bulk_create(
        (VanguardReview(post=row, held_on=today - timedelta(days=30), grade="met", by=by) for row in rows[::2]),
        batch_size=BATCH,
    )


def _pledges(branches: Sequence[Organisation], people: dict[int, list[int]], by: User, today: date) -> None:
    """Nine in ten are published, the last of a branch waits to be reviewed."""
    rows = []
    for branch in branches:
        members = people.get(branch.pk, [])[:10]
        for number, member in enumerate(members):
            waits = number == len(members) - 1 and branch.pk % 2 == 0
            rows.append(
                Pledge(
                    organisation=branch, member_id=member, year=today.year, by=by,
                    state="submitted" if waits else "published",
                    published_on=None if waits else max(date(today.year, 1, 15), today - timedelta(days=180)),
                )
            )  # fmt: skip
    made = Pledge.objects.bulk_create(rows, batch_size=BATCH)
    last = date(today.year, 12, 31)
    PledgeItem.objects.bulk_create(
        (
            PledgeItem(pledge=pledge, number=number, category=category, content=content, due_on=last)
            for pledge in made
            for number, (category, content) in enumerate(PLEDGES[: 1 + pledge.pk % 3], start=1)
        ),
        batch_size=BATCH,
    )


def _service(branches: Sequence[Organisation], by: User, today: date) -> None:
    """Communities of every second branch, and an activity of its last theme day."""
    ReportedCommunity.objects.bulk_create(
        (
            ReportedCommunity(
                organisation=branch, name=COMMUNITIES[branch.pk % 4], starts_on=date(today.year - 1, 3, 5), by=by
            )
            for branch in branches[::2]
        ),
        batch_size=BATCH,
    )
    since = today - timedelta(days=200)
    counts = MeetingCount.objects.filter(kind=MeetingKind.THEME_DAY, held_on__gte=since).order_by("held_on", "pk")
    logs = dict(counts.values_list("organisation_id", "meeting_id"))
    held = Meeting.objects.filter(pk__in=logs.values(), status=MeetingStatus.SUBMITTED).in_bulk()
    ServiceActivity.objects.bulk_create(
        (
            ServiceActivity(
                organisation=branch, meeting=log, held_on=log.held_on, community=COMMUNITIES[branch.pk % 4],
                purpose="整治楼道和公共区域", participants=max(log.present, 1), by=by,
                result="清理楼道3处，修好路灯2盏。",
            )
            for branch in branches[::2]
            if (log := held.get(logs.get(branch.pk, 0))) and log.organisation_id == branch.pk
        ),
        batch_size=BATCH,
    )  # fmt: skip


def _pairings(branches: Sequence[Organisation], people: dict[int, list[int]], by: User, today: date) -> None:
    starts_on = date(today.year - 1, 4, 1)
    rows = []
    for branch in branches:
        common: dict[str, Any] = {
            "organisation": branch, "village": VILLAGES[branch.pk % 4], "starts_on": starts_on, "by": by,
        }  # fmt: skip
        rows.append(Pairing(**common, kind="village"))
        for number, member in enumerate(people.get(branch.pk, [])[:2], start=1):
            rows.append(Pairing(**common, kind="household", member_id=member, label=f"联系户{number}"))
    made = Pairing.objects.bulk_create(rows, batch_size=BATCH)
    PairingVisit.objects.bulk_create(
        (PairingVisit(pairing=row, held_on=today - timedelta(days=12), form="on_site", by=by) for row in made),
        batch_size=BATCH,
    )
    noted = today - timedelta(days=40)
    PairingNeed.objects.bulk_create(
        (
            PairingNeed(
                pairing=row, need=NEEDS[row.pk % 4], deed="联系技术人员上门解决", noted_on=noted,
                due_on=today + timedelta(days=10 + row.pk % 50), by=by,
                **(
                    {"done_on": today - timedelta(days=5), "result": "已经解决", "satisfaction": "satisfied"}
                    if row.pk % 3
                    else {}
                ),
            )
            for row in made
        ),
        batch_size=BATCH,
    )  # fmt: skip


def _postings(units: Sequence[Organisation], by: User, today: date) -> None:
    sent = []
    for unit in units:
        member = Member.objects.current().filter(organisation__path__startswith=unit.path).order_by("-pk").first()
        if member is not None:
            sent.append((unit, member))
    titles = [f"{member.name}驻{VILLAGES[unit.pk % 4]}帮扶计划" for unit, member in sent]
    lists = _lists([unit for unit, _ in sent], "outreach.posting", titles, by)
    rows = VillagePosting.objects.bulk_create(
        VillagePosting(
            organisation=unit, member=member, village=VILLAGES[unit.pk % 4], worklist=worklist, by=by,
            role="first_secretary" if turn % 2 == 0 else "team_member",
            starts_on=today - timedelta(days=500), ends_on=today + timedelta(days=60 + turn % 5 * 60),
        )
        for turn, ((unit, member), worklist) in enumerate(zip(sent, lists, strict=True))
    )  # fmt: skip
    PostingYear.objects.bulk_create(
        PostingYear(
            posting=row, year=today.year, plan="修复灌溉水渠，办好农技夜校。", funds=Decimal(30000), half_grade="好",
            graded_by="市委组织部",
        )
        for row in rows
    )  # fmt: skip
    _items(lists, ("走访摸底", "修复灌溉水渠"), by, today)


def _fusion(branches: Sequence[Organisation], by: User, today: date) -> None:
    titles = [PROJECTS[branch.pk % 4] for branch in branches]
    lists = _lists(branches, "outreach.fusion", [f"{title}项目清单" for title in titles], by)
    starts_on = today - timedelta(days=150)
    rows = FusionProject.objects.bulk_create(
        (
            FusionProject(
                organisation=branch, title=title, problem="群众办事往返多、等候长。", worklist=worklist, by=by,
                means="设党员先锋岗，成立党员突击队，把难题列成清单逐项包干。", starts_on=starts_on,
                state="candidate" if turn % 4 == 3 else "ongoing",
                result="办件时间明显缩短，做法可以推广。" if turn % 4 == 3 else "",
            )
            for turn, (branch, title, worklist) in enumerate(zip(branches, titles, lists, strict=True))
        ),
        batch_size=BATCH,
    )  # fmt: skip
    tags = list(FusionTag.objects.filter(is_active=True).values_list("pk", flat=True))
    link = FusionProject.tags.through
    link.objects.bulk_create(
        (link(fusionproject_id=row.pk, fusiontag_id=tags[row.pk % len(tags)]) for row in rows), batch_size=BATCH
    )
    FusionFigure.objects.bulk_create(
        (
            FusionFigure(
                project=row, name="窗口平均等候时间", unit="分钟", base_value=Decimal(20), base_on=starts_on,
                now_value=Decimal(8), now_on=today - timedelta(days=3),
            )
            for row in rows
        ),
        batch_size=BATCH,
    )  # fmt: skip
    _items(lists, ("梳理难题清单", "推行一次办结"), by, today)
