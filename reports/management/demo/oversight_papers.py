"""Filings, requests, analyses, sit-ins and inspections of the demo city: fictional, in proportion to its units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from accounts.models import User
from branches.models import Organisation, Post, Worklist
from branches.services.measures import deadlines_refresh, obligations_measured
from core.calendar import workdays_between
from oversight.models import (
    Analysis,
    Filing,
    FilingReview,
    Inspection,
    InspectionEntry,
    InspectionLimit,
    InspectionPlan,
    InspectionSlot,
    InspectionTarget,
    OfficialRequest,
    SitIn,
)
from oversight.selectors.analysis_figures import figures_of

NAMES = (
    "资料借阅管理办法",
    "会议室使用规定",
    "党费收缴工作规定",
    "党员教育培训实施办法",
    "主题党日活动规范",
    "接待来访工作规定",
)
MATTERS = (
    ("organisation", "关于调整支委会分工的请示"),
    ("funds", "关于主题党日活动经费的请示"),
    ("members", "关于确定发展对象的请示"),
    ("study", "关于举办读书班的请示"),
)
REPORTS = ("上半年党建工作情况的报告", "理论学习开展情况的报告")
ITEMS = (
    ("党建责任制落实情况检查", "《中国共产党党和国家机关基层组织工作条例》第三十四条", 20, 60),
    ("党费收缴管理检查", "《关于中国共产党党费收缴、使用和管理的规定》", 10, 30),
)
#: Branches that have a request of their own, at most.
BRANCHES = 200
DAY = timedelta(days=1)


def fill(city: Any, random: Random, since: date, today: date) -> None:
    """Run once, after accounts, members, posts, logs and dues are there; the rules must be loaded."""
    root = Organisation.objects.get(depth=1)
    units = list(Organisation.objects.of_kind("unit").order_by("path"))
    branches = list(Organisation.objects.branches().filter(status="active").order_by("path")[:BRANCHES])
    first, second, third = User.objects.order_by("pk")[:3]
    _filings(units, first, second, random, today)
    _requests(units, branches, (first, second), random, today)
    _sit_ins(units, first, random, today)
    _analyses(root, units, first, today)
    _inspections(root, units, (first, third), today)


def _filings(units: Sequence[Organisation], by: User, reviewer: User, random: Random, today: date) -> None:
    rows = [row for number, unit in enumerate(units) for row in _filings_of(unit, number, by, random, today)]
    Filing.objects.bulk_create(rows, batch_size=500)
    reviews = [_review(row, reviewer) for row in rows if row.state in ("reviewing", "passed")]
    FilingReview.objects.bulk_create(reviews, batch_size=500)
    deadlines_refresh(source="filing", subjects=[f"filing:{row.pk}" for row in rows])
    deadlines_refresh(source="filing_review", subjects=[review.subject for review in reviews])


def _filings_of(unit: Organisation, place: int, by: User, random: Random, today: date) -> Iterator[Filing]:
    """Passed, passed late, under review, due soon, and one that needs no filing."""
    cases = (
        ("passed", 160, 20),
        ("passed", 120, 34),
        ("reviewing", 40, 25),
        ("pending", 12, None),
        ("exempt", 60, None),
    )
    for number, (state, ago, after) in enumerate(cases, start=1):
        issued_on = today - (ago + random.randrange(6)) * DAY
        row = Filing(
            organisation=unit, name=NAMES[(place + number) % len(NAMES)], number=f"发〔{issued_on.year}〕{number}号",
            issued_on=issued_on, due_on=issued_on + 30 * DAY, state=state, by=by,
            kind="routine" if state == "exempt" else "due",
        )  # fmt: skip
        if after is not None:
            row.filed_on, row.filed_by = min(issued_on + after * DAY, today - 2 * DAY), by
            row.report_ref, row.text_ref, row.note_ref = f"备案报告{number}号", row.number, f"关于{row.name}的备案说明"
        yield row


def _review(row: Filing, reviewer: User) -> FilingReview:
    received = (row.filed_on or row.issued_on) + DAY
    review = FilingReview(filing=row, round=1, received_on=received, received_by=reviewer, due_on=received + 30 * DAY)
    if row.state == "passed":
        review.outcome, review.opinion, review.reviewer = "pass", "同意予以备案。", reviewer
        review.decided_on = received + 10 * DAY
    return review


def _requests(
    units: Sequence[Organisation], branches: Sequence[Organisation], people: Sequence[User], random: Random, today: date
) -> None:  # fmt: skip
    root, above = Organisation.objects.get(depth=1), {unit.path: unit for unit in units}
    pairs = [(unit, root) for unit in units] + [(branch, above[branch.unit_path]) for branch in branches]
    rows = [row for pair in pairs for row in _requests_of(pair, people, random, today)]
    OfficialRequest.objects.bulk_create(rows, batch_size=500)
    deadlines_refresh(source="request", subjects=[f"request:{row.pk}" for row in rows])


def _requests_of(
    pair: tuple[Organisation, Organisation], people: Sequence[User], random: Random, today: date
) -> Iterator[OfficialRequest]:  # fmt: skip
    """One closed, one that waits; units have reports as well."""
    (sender, target), (by, other) = pair, people
    for ago, answered in ((60 + random.randrange(20), True), (random.randrange(1, 12), False)):
        category, matter = random.choice(MATTERS)
        sent_on = today - ago * DAY
        row = OfficialRequest(
            organisation=sender, target=target, kind="request", category=category, matter=matter, by=by,
            sent_on=sent_on, due_on=sent_on + 21 * DAY, number=f"请〔{sent_on.year}〕{ago}号",
        )  # fmt: skip
        if answered:
            row.state, row.reply, row.answered_by = "done", "同意所请事项，请按规定办理。", other
            row.answered_on = sent_on + 9 * DAY
            row.workdays_taken = workdays_between(sent_on, row.answered_on) if sender.depth == 2 else 6
        yield row
    if sender.depth == 2:
        matter, sent_on = random.choice(REPORTS), today - 5 * DAY
        yield OfficialRequest(
            organisation=sender, target=target, kind="report", category="study", matter=matter, by=by, sent_on=sent_on
        )


def _sit_ins(units: Sequence[Organisation], by: User, random: Random, today: date) -> None:
    deputies = {
        post.organisation.unit_path: post.member_id
        for post in Post.objects.filter(
            kind="deputy_secretary", organisation__kind__in=("organ_committee", "general_branch")
        )
        .on(today)
        .select_related("organisation")
    }
    rows = []
    for unit in units:
        for number in range(4):
            day, absent = today - (10 + 25 * number + random.randrange(9)) * DAY, random.random() < 0.15
            kind = ("party_group", "leaders", "party_group", "democratic_life")[number]
            rows.append(
                SitIn(
                    organisation=unit, kind=kind, held_on=day, title=f"{day.month}月第{number + 1}次会议", by=by,
                    deputy_id=deputies.get(unit.path), attended=not absent, reason="出差" if absent else "",
                    opinion_given=not absent and number % 2 == 0,
                )
            )  # fmt: skip
    SitIn.objects.bulk_create(rows, batch_size=500)


def _analyses(root: Organisation, units: Sequence[Organisation], by: User, today: date) -> None:
    """The half-year before this one finished in most units, this one begun in the first."""
    year, half = today.year, 1 if today.month <= 6 else 2
    before = (year, 1) if half == 2 else (year - 1, 2)
    places = [root, *units[:20]]
    lists = [Worklist(organisation=place, source="oversight.analysis", title="分析研判措施", by=by) for place in places]
    Worklist.objects.bulk_create(lists)
    rows = [
        Analysis(
            organisation=place, year=before[0], half=before[1], figures=figures_of(place, *before, today),
            figures_on=today, host="机关党委书记", met_on=today - 20 * DAY, situation="党员队伍总体稳定。",
            problems="主题党日形式比较单一，个别党支部换届准备不够及时。", causes="年初谋划不够细，督促提醒不够经常。",
            measures="每季度至少换一种形式开展主题党日；届满前六个月提醒并跟踪到位。", worklist=worklist, by=by,
            state="finished", finished_on=today - 18 * DAY, finished_by=by,
        )
        for place, worklist in zip(places, lists, strict=True)
    ]  # fmt: skip
    Analysis.objects.bulk_create(rows)
    days = [date(today.year - 1, 1, 1), today]
    obligations_measured(measure="analyses", organisation_ids=[row.organisation_id for row in rows], days=days)


def _inspections(root: Organisation, units: Sequence[Organisation], people: tuple[User, User], today: date) -> None:
    """The committee's plan, approved, one of its items held; a plan of the first unit that waits for approval."""
    by, approver = people
    for audience, limit in (("work_committee", 4), ("unit", 2)):
        InspectionLimit.objects.create(
            organisation=root,
            audience=audience,
            year=today.year,
            limit=limit,
            document="年度督查检查考核总量控制通知",
            by=by,
        )
    plan = InspectionPlan.objects.create(
        organisation=root, year=today.year, by=by, state="approved", document_number=f"工委发〔{today.year}〕3号",
        filing_number=f"督备{today.year}-003", approved_on=date(today.year, 1, 15), approved_by=approver,
    )  # fmt: skip
    entries = [_entry(plan, item, today.year) for item in ITEMS]
    InspectionEntry.objects.bulk_create(entries)
    slots = InspectionSlot.objects.bulk_create(InspectionSlot(entry=entry, number=1) for entry in entries)
    worklist = Worklist.objects.create(
        organisation=root, source="oversight.inspection", title=f"{ITEMS[0][0]}发现问题", by=by
    )
    start = max(today - 15 * DAY, date(today.year, 1, 1))
    inspection = Inspection.objects.create(
        organisation=root, slot=slots[0], starts_on=start, ends_on=start, records=["meetings", "obligations", "terms"],
        worklist=worklist, by=by,
    )  # fmt: skip
    InspectionTarget.objects.bulk_create(
        InspectionTarget(inspection=inspection, organisation=unit) for unit in units[: ITEMS[0][2]]
    )
    if units:
        waiting = InspectionPlan.objects.create(organisation=units[0], year=today.year, by=by, state="submitted")
        _entry(waiting, ("党支部工作手册检查", "《中国共产党支部工作条例（试行）》", 10, 20), today.year).save()


def _entry(plan: InspectionPlan, item: tuple[str, str, int, int], year: int) -> InspectionEntry:
    title, basis, count, minutes = item
    return InspectionEntry(
        plan=plan, title=title, basis=basis,
        objects_text="市直各单位" if plan.organisation.depth == 1 else "本单位各党支部",
        objects_count=count, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31), days=2, minutes_each=minutes,
    )  # fmt: skip
