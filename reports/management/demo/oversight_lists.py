"""Directives, campaigns, liaison areas and research of the demo city: fictional, in proportion to its units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from accounts.models import User
from branches.choices import WorklistItemState, WorklistNoteKind
from branches.models import Meeting, Organisation, Worklist, WorklistItem, WorklistNote
from branches.services.measures import deadlines_refresh
from oversight.models import (
    Campaign,
    Directive,
    DirectiveEvent,
    DirectiveStage,
    FieldVisit,
    LiaisonArea,
    LiaisonUnit,
    LiaisonVisit,
    ResearchProblem,
    ResearchTopic,
)
from oversight.selectors.directives import stage_subject
from oversight.selectors.liaison import area_subjects, visit_facts
from oversight.services.stage_schemes import scheme_for

State = WorklistItemState
#: The six actions that the half-year speech names.
CAMPAIGNS = (
    ("政治能力提升行动", "organisation", "分级分类开展政治能力训练"),
    ("党的创新理论武装深化提升行动", "study", "办好读书班和专题学习"),
    ("机关基层党组织组织力提升行动", "organisation", "规范支部设置，补齐班子"),
    ("抓党建促发展质量提升行动", "service", "把党建工作和重点任务一起安排"),
    ("市直单位机关治理效能提升行动", "work", "精简会议文件和报表"),
    ("机关纪委建设五年行动", "discipline", "配齐机关纪委委员"),
)
DIRECTIVES = (
    ("优化办事窗口服务", "city", "减少办事环节，公开办理时限，定期听取群众意见。"),
    ("推进机关为基层减负", "central", "清理重复报表和不必要的台账，减少会议。"),
    ("加强党员教育培训", "province", "按年度计划完成集中学习培训，注重实效。"),
    ("整理归档历史资料", "city", "分批整理旧档案，建立目录。"),
    ("开展安全隐患排查", "committee", "对办公场所逐处排查，限期整改。"),
    ("推动结对帮扶见效", "province", "按需求清单帮助结对村办实事。"),
)
TASKS = ("梳理问题清单", "制定落实措施", "开展自查自改", "形成长效机制")
TOPICS = (
    ("支部活动时间怎么保证", "业务高峰期支部活动时间难保证", "每月固定半天安排支部活动"),
    ("青年党员作用怎么发挥", "青年党员承担支部工作的机会少", "支部工作由青年党员轮流承办"),
    ("合并重复的台账报表", "同一数据多处填报", "统一由一份记录生成各类台账"),
)
RESULT = "同一数据只在会议记录里填一次，其余由平台生成，支部书记负担明显减轻。"
LEADERS = (("副书记", "甘一"), ("副书记", "甘二"), ("委员", "甘三"), ("委员", "甘四"))
NAMES = "一二三四五六七八"
BATCH = 1000


def fill(city: Any, random: Random, since: date, today: date) -> None:
    """Run once, after organisations, members and logs are there and rules are loaded."""
    staff = list(User.objects.filter(postings__role="city_staff").order_by("pk")[:2])
    users = staff if len(staff) == 2 else list(User.objects.order_by("pk")[:2])
    root = Organisation.objects.get(depth=1)
    units = list(Organisation.objects.filter(depth=2, status="active").order_by("path"))
    Filler(root, units, users, random, today).fill()


class Filler:
    """One city's rows. ``users``: who writes and who answers."""

    def __init__(
        self, root: Organisation, units: Sequence[Organisation], users: Sequence[User], random: Random, today: date
    ) -> None:
        self.root, self.units, self.random, self.today = root, list(units), random, today
        self.by, self.other = users[0], users[-1]
        self.items: list[WorklistItem] = []
        self.problems: list[ResearchProblem] = []

    def fill(self) -> None:
        directives = [self._directive(number) for number in range(max(8, min(40, len(self.units))))]
        for number in range(len(CAMPAIGNS)):
            self._campaign(number)
        areas = self._areas()
        self._topics()
        WorklistItem.objects.bulk_create(self.items, batch_size=BATCH)
        ResearchProblem.objects.bulk_create(self.problems)
        self._notes()
        deadlines_refresh(source="worklist", subjects=[f"worklist:{item.pk}" for item in self.items])
        deadlines_refresh(
            source="directive", subjects=[stage_subject(row.pk, place) for row in directives for place in range(1, 6)]
        )
        deadlines_refresh(source="liaison", subjects=[name for area in areas for name in area_subjects(area)])

    def _day(self, back: int) -> date:
        return self.today - timedelta(days=back)

    def _list(self, source: str, title: str) -> Worklist:
        return Worklist.objects.create(organisation=self.root, source=source, title=title, by=self.by)

    def _task(self, worklist: Worklist, number: int, task: str, unit: Organisation, begun: date) -> None:
        """Some closed, some reported, some late, most under way."""
        state = self.random.choices((State.CLOSED, State.REPORTED, State.OPEN), (45, 10, 45))[0]
        late = state == State.OPEN and self.random.random() < 0.12
        due_on = (
            self._day(self.random.randint(2, 15)) if late else self.today + timedelta(days=self.random.randint(4, 60))
        )
        item = WorklistItem(
            worklist=worklist, number=number, task=task, organisation=unit, owner="机关党委办公室",
            starts_on=min(begun, due_on), due_on=due_on, state=state, by=self.by,
        )  # fmt: skip
        if state != State.OPEN:
            item.result, item.reported_by, item.reported_at = (
                "已按清单完成，情况已在支部公开。",
                self.other,
                timezone.now(),
            )
        if state == State.CLOSED:
            item.closed_by, item.closed_on = self.by, self._day(1)
        self.items.append(item)

    def _notes(self) -> None:
        moment = timezone.now()
        rows = []
        for item in self.items:
            kind, text = WorklistNoteKind.PROGRESS, "正在按计划推进。"
            if item.state != State.OPEN:
                kind, text = WorklistNoteKind.REPORT, item.result
            rows.append(WorklistNote(item=item, kind=kind, text=text, by=self.other, at=moment))
        WorklistNote.objects.bulk_create(rows, batch_size=BATCH)

    def _directive(self, number: int) -> Directive:
        title, source, summary = DIRECTIVES[number % len(DIRECTIVES)]
        owner = self.units[number % len(self.units)]
        received = self._day(15 + number * 23 % 160)
        closed = number % 4 == 3
        outcome: dict[str, Any] = {}
        if closed:
            outcome = {"state": "closed", "closed_on": self._day(3), "closed_by": self.by, "closing_note": "同意销号"}
        directive = Directive.objects.create(
            organisation=self.root, owner=owner, number=f"{received.year}-{number + 1:03d}", source=source,
            received_on=received, title=title, summary=summary, is_public=True, scheme=scheme_for(self.today),
            worklist=self._list("oversight.directive", title), by=self.by,
            **outcome,
        )  # fmt: skip
        self._stages(directive, closed=closed)
        for place, task in enumerate(TASKS[: 2 + number % 3], start=1):
            self._task(directive.worklist, place, task, owner, received)
        if closed:
            self._closed(len(TASKS[: 2 + number % 3]))
        return directive

    def _closed(self, count: int) -> None:
        """The last tasks belong to a closed item."""
        for item in self.items[-count:]:
            item.state, item.result = State.CLOSED, item.result or "已按清单完成，情况已在支部公开。"
            item.reported_by, item.reported_at = self.other, item.reported_at or timezone.now()
            item.closed_by, item.closed_on = self.by, self._day(4)

    def _stages(self, directive: Directive, *, closed: bool) -> None:
        age = (self.today - directive.received_on).days
        log = Meeting.objects.filter(
            organisation__path__startswith=directive.owner.path, status="submitted", held_on__gte=directive.received_on
        ).order_by("held_on").first()  # fmt: skip
        drafts = list(directive.scheme.stages.all())
        begun = 5 if closed else min(4, age * 4 // 100)
        rows = []
        for stage in drafts:
            day = directive.received_on + timedelta(days=stage.days or 90)
            if stage.position > begun and directive.pk % 4:  # three of four are in time
                day = max(day, self.today + timedelta(days=5 * (stage.position - begun)))
            row = DirectiveStage(
                directive=directive, position=stage.position, name=stage.name, by_meeting=stage.by_meeting,
                is_closing=stage.is_closing, planned_on=day,
            )  # fmt: skip
            if stage.position <= begun:
                row.done_on, row.done_by = min(day, self._day(2)), self.by if stage.is_closing else self.other
                row.note = "已办理完成。"
                if stage.by_meeting:
                    row.meeting, row.meeting_named = log, "" if log else "单位党组会"
                    row.done_on = log.held_on if log else row.done_on
            rows.append(row)
        DirectiveStage.objects.bulk_create(rows)
        self._events(directive, rows)

    def _events(self, directive: Directive, stages: Iterable[DirectiveStage]) -> None:
        rows = [DirectiveEvent(directive=directive, kind="registered", by=self.by)]
        for stage in stages:
            if stage.done_on and not stage.is_closing:
                text = f"{stage.done_on}，已办理完成。"
                rows.append(DirectiveEvent(directive=directive, stage=stage, kind="finished", text=text, by=self.other))
        if directive.state == "closed":
            rows.append(DirectiveEvent(directive=directive, kind="closed", text="同意销号", by=self.by))
        DirectiveEvent.objects.bulk_create(rows)

    def _campaign(self, number: int) -> None:
        title, _, task = CAMPAIGNS[number]
        ended = number == 1
        starts_on = self._day(200 - number * 20)
        campaign = Campaign.objects.create(
            organisation=self.root, title=title, basis="市直机关党建年度工作安排", starts_on=starts_on,
            ends_on=self._day(20) if ended else self.today + timedelta(days=120), state="ended" if ended else "running",
            goals="列出项目清单，明确责任人和时限，逐项销号。", by=self.by,
            summary="各单位按清单完成了项目，学习更有计划，成效在支部公开。" if ended else "",
            ended_on=self._day(10) if ended else None, worklist=self._list("oversight.campaign", title),
        )  # fmt: skip
        for place, unit in enumerate(self.units, start=1):
            self._task(campaign.worklist, place, task, unit, starts_on)
        if ended:
            self._closed(len(self.units))

    def _areas(self) -> list[LiaisonArea]:
        count = max(2, min(8, len(self.units) // 4))
        begun = date(self.today.year, 1, 1)
        areas = []
        for number in range(count):
            post, leader = LEADERS[number % len(LEADERS)]
            area = LiaisonArea.objects.create(
                organisation=self.root, name=f"第{NAMES[number]}片区", leader_post=post, leader=leader,
                office="组织科" if number % 2 else "办公室", starts_on=begun, by=self.by,
            )  # fmt: skip
            units = self.units[number::count]
            LiaisonUnit.objects.bulk_create(
                LiaisonUnit(area=area, unit=unit, starts_on=begun, by=self.by) for unit in units
            )
            if number:  # the first one still waits for its visit
                self._visits(area, units[:3])
            areas.append(area)
        return areas

    def _visits(self, area: LiaisonArea, units: Sequence[Organisation]) -> None:
        for number, unit in enumerate(units):
            day = max(self._day(12 + number * 9), area.starts_on)
            visit = LiaisonVisit.objects.create(
                organisation=unit, area=area, held_on=day, form=("call", "talk", "phone")[number % 3],
                visitors=f"{area.leader_post} {area.leader}", suggestions="把支部活动时间固定下来，年初列入计划。",
                facts=[list(fact) for fact in visit_facts(unit)], by=self.by,
                worklist=self._list("oversight.liaison", f"{day}走访{unit.short_name}"[:120]),
            )  # fmt: skip
            if number < 2:
                self._task(visit.worklist, 1, "支部活动时间不固定", unit, day)

    def _topics(self) -> None:
        for number, (title, question, task) in enumerate(TOPICS):
            starts_on = self._day(120 - number * 20)
            outcome: dict[str, Any] = {}
            if number == 2:
                outcome = {
                    "state": "applied", "concluded_on": self._day(20), "result_kind": "practice", "result": RESULT,
                    "applied_on": self._day(10), "result_name": "一次记录处处可用",
                }  # fmt: skip
            topic = ResearchTopic.objects.create(
                organisation=self.root, title=title, question=question, leader=LEADERS[number][1], starts_on=starts_on,
                ends_on=self.today + timedelta(days=40), worklist=self._list("oversight.research", title), by=self.by,
                **outcome,
            )  # fmt: skip
            for step, unit in enumerate(self.units[number : number + 3]):
                FieldVisit.objects.create(
                    topic=topic, held_on=starts_on + timedelta(days=7 + step), place="会议室", organisation=unit,
                    note="听取支部书记和党员的意见。", by=self.by,
                )  # fmt: skip
            self._task(topic.worklist, 1, task, self.units[number % len(self.units)], starts_on)
            self.problems.append(ResearchProblem(topic=topic, text=question, item=self.items[-1], by=self.by))
