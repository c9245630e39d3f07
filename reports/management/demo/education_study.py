"""Theoretical study: materials, plans with the logs that did their topics, 第一议题, the code of conduct."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from accounts.models import User
from branches.choices import MeetingStatus, OrganisationKind
from branches.models import Meeting, Organisation, Worklist, WorklistItem
from branches.services.measures import deadlines_refresh
from core.calendar import local_now
from education.choices import MaterialCategory, StudyPlanKind, StudyPlanState
from education.models import (
    ConductText,
    FirstTopic,
    FirstTopicDocument,
    Material,
    StudyLink,
    StudyPlan,
    StudyTask,
    StudyTopic,
)
from education.selectors.plans import plan_branches
from education.selectors.study_deadlines import SOURCE, subject_of

BATCH = 2000
MATERIALS = (
    ("中国共产党章程", MaterialCategory.REGULATION, "", "公开出版物"),
    ("中国共产党支部工作条例（试行）", MaterialCategory.REGULATION, "", "公开出版物"),
    ("机关党建工作读本", MaterialCategory.READER, "", "第一章至第三章"),
    ("关于加强机关理论学习的通知", MaterialCategory.DOCUMENT, "云工委〔2026〕3号", "机关内网"),
    ("在机关党建工作会议上的讲话", MaterialCategory.SPEECH, "", "会议材料汇编"),
)
THEMES = (
    "学习党章总纲", "学习支部工作条例", "学习纪律处分条例", "学习机关基层组织工作条例", "学习党员教育管理工作条例",
    "学习意识形态工作要求", "学习党的历史", "学习先进典型事迹", "学习保密法律法规", "学习调查研究工作方法",
    "学习党内民主制度", "年度学习总结",
)  # fmt: skip
CONDUCT = """一、在工作时间之外同样坚定政治立场，维护党的团结统一。
二、不传播违背党的理论和路线方针政策的内容。
三、不信谣、不传谣，自觉维护社会和谐。
四、遵守保密纪律，不谈论、不存储不应公开的事项。
五、管好家人和身边的人，带头树立文明新风。"""
FIRST_TEXTS = ("关于高质量发展的重要文章", "关于作风建设的重要讲话", "关于基层治理的重要论述")


def fill(city: Any, random: Random, since: date, today: date) -> None:
    """Fill the year; run once, after accounts and logs are there and the rules are loaded."""
    by = User.objects.order_by("pk")[0]
    root = Organisation.objects.get(depth=1)
    materials = Material.objects.bulk_create(
        Material(organisation=root, by=by, title=title, category=category, document_number=number, reference=reference,
                 issuer="", issued_on=date(today.year, 1, 5))
        for title, category, number, reference in MATERIALS
    )  # fmt: skip
    plan = _plan(root, by, today, materials)
    tasks = _tasks(plan)
    _links(tasks, random, by, today)
    deadlines_refresh(source=SOURCE, subjects=[subject_of(task.pk) for task in tasks if task.topic.is_required])
    _draft(root, by, today)
    _first_topics(random, by, today)
    ConductText.objects.create(
        organisation=root, number=1, title="工作时间之外政治言行若干规范", text=CONDUCT, by=by,
        valid_from=date(today.year, 1, 1),
    )  # fmt: skip


def _plan(city: Organisation, by: User, today: date, materials: list[Material]) -> StudyPlan:
    year = today.year
    plan = StudyPlan.objects.create(
        organisation=city, by=by, kind=StudyPlanKind.YEARLY, year=year, title=f"{year}年度理论学习计划",
        basis="市直机关工委年度工作要点", starts_on=date(year, 1, 1), ends_on=date(year, 12, 31),
        state=StudyPlanState.PUBLISHED, published_on=date(year, 1, 8),
    )  # fmt: skip
    for number, theme in enumerate(THEMES, start=1):
        first = date(year, number, 1)
        last = date(year, 12, 31) if number == 12 else date(year, number + 1, 1) - timedelta(days=1)
        topic = StudyTopic.objects.create(
            plan=plan, number=number, theme=theme, reading=f"《{theme.removeprefix('学习')}》", starts_on=first,
            due_on=last, is_required=number % 3 == 0,
        )  # fmt: skip
        topic.materials.add(materials[number % len(materials)])
    return plan


def _tasks(plan: StudyPlan) -> list[StudyTask]:
    branches = list(plan_branches(plan).order_by("path"))
    topics = list(plan.topics.select_related("plan"))
    rows = [StudyTask(topic=topic, organisation=branch) for branch in branches for topic in topics]
    return StudyTask.objects.bulk_create(rows, batch_size=BATCH)


def _links(tasks: list[StudyTask], random: Random, by: User, today: date) -> None:
    """Each month's topic by that month's first log, for nine branches in ten."""
    plan = tasks[0].topic.plan if tasks else None
    if plan is None:
        return
    logs = Meeting.objects.filter(
        held_on__range=(plan.starts_on, today), status=MeetingStatus.SUBMITTED, kind__in=("assembly", "theme_day")
    )
    first: dict[tuple[int, int], int] = {}
    for pk, branch, held_on in logs.order_by("-held_on", "-pk").values_list("pk", "organisation_id", "held_on"):
        first[branch, held_on.month] = pk
    links = [
        StudyLink(task=task, meeting_id=log, by=by)
        for task in tasks
        if (log := first.get((task.organisation_id, task.topic.starts_on.month))) and random.random() < 0.9
    ]
    StudyLink.objects.bulk_create(links, batch_size=BATCH)


def _draft(city: Organisation, by: User, today: date) -> None:
    """A campaign that is still being written."""
    plan = StudyPlan.objects.create(
        organisation=city, by=by, kind=StudyPlanKind.CAMPAIGN, year=today.year, title="党章和党内法规专题学习",
        starts_on=today, ends_on=today + timedelta(days=90),
    )  # fmt: skip
    StudyTopic.objects.create(
        plan=plan, number=1, theme="党内法规知识", starts_on=today, due_on=today + timedelta(days=60)
    )


def _first_topics(random: Random, by: User, today: date) -> None:
    """The last committee meeting of every branch, and two 党组 meetings of every unit, each with a measure."""
    logs = Meeting.objects.filter(
        kind="committee_meeting", status=MeetingStatus.SUBMITTED, held_on__gte=today - timedelta(days=60)
    ).order_by("held_on", "pk")
    last = {log.organisation_id: log for log in logs.select_related("organisation")}
    units = Organisation.objects.of_kind(OrganisationKind.UNIT).filter(ended_on=None).order_by("path")
    rows = [FirstTopic(organisation=log.organisation, meeting=log, leader=log.host or "书记") for log in last.values()]
    for unit in units:
        for ago in (20, 50):
            day = today - timedelta(days=ago)
            rows.append(FirstTopic(organisation=unit, meeting_name="党组会议", held_on=day, leader="党组书记"))
    lists = Worklist.objects.bulk_create(
        (
            Worklist(organisation=row.organisation, source="education.first_topic", by=by,
                     title=f"{row.day} {row.name}：贯彻措施"[:120])
            for row in rows
        ),
        batch_size=BATCH,
    )  # fmt: skip
    for row, listed in zip(rows, lists, strict=True):
        row.worklist, row.by, row.titles = listed, by, random.choice(FIRST_TEXTS)
    made = FirstTopic.objects.bulk_create(rows, batch_size=BATCH)
    FirstTopicDocument.objects.bulk_create(
        (FirstTopicDocument(first_topic=row, number=1, title=row.titles, source="公开报刊") for row in made),
        batch_size=BATCH,
    )
    items = WorklistItem.objects.bulk_create((_item(row, random, by, today) for row in made), batch_size=BATCH)
    deadlines_refresh(source="worklist", subjects=[f"worklist:{item.pk}" for item in items])


def _item(row: FirstTopic, random: Random, by: User, today: date) -> WorklistItem:
    day: date = row.day  # type: ignore[assignment]
    item = WorklistItem(
        worklist=row.worklist, number=1, task="结合实际制订贯彻落实的具体措施", organisation=row.organisation,
        owner=row.leader, due_on=day + timedelta(days=30), by=by, created_at=local_now(),
    )  # fmt: skip
    if item.due_on < today and random.random() < 0.8:
        item.result, item.reported_by, item.reported_at = "已制订并落实", by, local_now()
        item.state, item.closed_by, item.closed_on = "closed", by, item.due_on
    return item
