"""Reads of 第一遵循 / 第一政治要件: the page of one item, what it is due, what waits for somebody."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.choices import WorklistItemState
from branches.models import Organisation, WorklistItem, WorklistNote
from branches.services.measures import Deadline
from core.calendar import local_today
from core.duties import Duty
from oversight.choices import DirectiveState
from oversight.models import Directive, DirectiveEvent, DirectiveStage, SchemeStage, StageScheme
from oversight.policy.directives import Light, StageDraft, light
from oversight.querysets import DirectivePartQuerySet, DirectiveQuerySet
from oversight.selectors.item_counts import counted, live_items

RULE = "V01"
SOURCE = "directive"
DUTIES_SHOWN = 5
UNFINISHED = (WorklistItemState.OPEN, WorklistItemState.RETURNED, WorklistItemState.REPORTED)
#: What the portal begins with; no source names the four parts of 「四位一体」 (domain.md §11).
DEFAULT_STAGES = (
    StageDraft("学习传达", 7, by_meeting=True),
    StageDraft("研究部署", 15),
    StageDraft("督促落实", 60),
    StageDraft("报告反馈", 75),
)
CLOSING = StageDraft("销号", 90)


def directives_in_full() -> DirectiveQuerySet:
    return Directive.objects.select_related("organisation", "owner", "scheme", "worklist", "closed_by", "by")


def stages_in_full() -> DirectivePartQuerySet:
    return DirectiveStage.objects.select_related("directive__organisation", "directive__owner", "meeting", "done_by")


def scheme_on(day: date) -> StageScheme | None:
    """The version in force on ``day``; None before any was stored."""
    return StageScheme.objects.filter(valid_from__lte=day).order_by("-valid_from", "-number").first()


def stages_on(day: date) -> tuple[StageDraft, ...]:
    """The stages for an item registered on ``day``, 销号 last; the shipped ones before any version was stored."""
    scheme = scheme_on(day)
    if scheme is None:
        return (*DEFAULT_STAGES, CLOSING)
    rows = SchemeStage.objects.filter(scheme=scheme)
    return tuple(StageDraft(row.name, row.days, row.by_meeting) for row in rows)


def schemes_all() -> QuerySet[StageScheme]:
    return StageScheme.objects.prefetch_related("stages").select_related("by").order_by("-number")


def next_number(organisation: Organisation, year: int) -> str:
    """The number that follows the last one of the year, as 2026-004."""
    rows = Directive.objects.filter(organisation=organisation, number__startswith=f"{year}-")
    taken = [int(found[1]) for number in rows.values_list("number", flat=True) if (found := _serial(number))]
    return f"{year}-{max(taken, default=0) + 1:03d}"


def _serial(number: str) -> re.Match[str] | None:
    return re.fullmatch(r"[0-9]{4}-([0-9]{1,6})", number)


# The page of one item ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StageLine:
    stage: DirectiveStage
    light: Light


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the trace; ``url`` opens the task that it belongs to."""

    at: datetime
    what: str
    subject: str
    text: str
    who: str
    tone: str
    url: str = ""


@dataclass(frozen=True)
class DirectivePage:
    """``supervises``: the reader runs the item; ``answers``: the reader does its stages."""

    directive: Directive
    stages: tuple[StageLine, ...]
    steps: tuple[Step, ...]
    tasks: int
    tasks_open: int
    supervises: bool
    answers: bool
    obstacles: tuple[str, ...]

    @property
    def may_close(self) -> bool:
        return self.supervises and self.directive.is_open and not self.obstacles

    @property
    def standing(self) -> Light:
        """The worst of what is not done yet; done where all is."""
        order = (Light.OVERDUE, Light.SOON, Light.ON_TIME, Light.OPEN)
        found = {line.light for line in self.stages}
        return next((each for each in order if each in found), Light.DONE)

    @property
    def done(self) -> int:
        return sum(line.light == Light.DONE for line in self.stages)


def directive_page(user: User, directive: Directive) -> DirectivePage:
    """Four queries, however long its trace is."""
    today = local_today()
    rows = DirectiveStage.objects.filter(directive=directive).select_related("meeting", "done_by")
    stages = tuple(StageLine(row, light(due_on=row.planned_on, done_on=row.done_on, today=today)) for row in rows)
    counts = _tasks(directive)
    scope = user.scope(Capability.DIRECTIVE_WRITE)
    supervises = scope.covers(directive.organisation.path) if scope.can else False
    return DirectivePage(
        directive=directive,
        stages=stages,
        steps=trace_of(user, directive),
        tasks=counts["tasks"],
        tasks_open=counts["unfinished"],
        supervises=supervises,
        answers=supervises or (scope.can and scope.covers(directive.owner.path)),
        obstacles=tuple(obstacles([line.stage for line in stages], counts["unfinished"])),
    )


def _tasks(directive: Directive) -> dict[str, int]:
    rows = WorklistItem.objects.filter(worklist=directive.worklist_id)
    live = ~Q(state=WorklistItemState.CANCELLED)
    return rows.aggregate(tasks=Count("pk", filter=live), unfinished=Count("pk", filter=Q(state__in=UNFINISHED)))


def obstacles(stages: Collection[DirectiveStage], unfinished: int) -> list[str]:
    """What still stands before 销号, in words."""
    waiting = [stage.name for stage in stages if stage.done_on is None and not stage.is_closing]
    found = [f"还没有完成：{'、'.join(waiting)}"] if waiting else []
    return [*found, f"还有{unfinished}项任务没有销号或取消"] if unfinished else found


def trace_of(user: User, directive: Directive) -> tuple[Step, ...]:
    """
    Steps of the item, and of those tasks that the reader may see, in one line of time, the latest first (N12). Two
    queries.
    """
    items = WorklistItem.objects.visible_to(user, Capability.WORKLIST_VIEW).filter(worklist=directive.worklist_id)
    events = DirectiveEvent.objects.filter(directive=directive).select_related("stage", "by")
    notes = WorklistNote.objects.filter(item__in=items.order_by().values("pk")).select_related(
        "item__organisation", "by"
    )
    steps = [_event_step(event) for event in events] + [_note_step(note) for note in notes.order_by("pk")]
    return tuple(sorted(steps, key=lambda step: step.at, reverse=True))


EVENT_TONES = {"finished": "done", "closed": "done", "returned": "overdue", "supervised": "due", "reopened": "due"}
NOTE_TONES = {"report": "done", "close": "done", "return": "overdue", "supervision": "due"}


def _event_step(event: DirectiveEvent) -> Step:
    subject = event.stage.name if event.stage else ""
    tone = EVENT_TONES.get(event.kind, "info")
    return Step(event.at, event.get_kind_display(), subject, event.text, event.by.name, tone)


def _note_step(note: WorklistNote) -> Step:
    subject = f"{note.item.task}（{note.item.organisation.short_name}）"
    url = reverse("branches:worklist_item", args=[note.item_id])
    what, tone = f"任务{note.get_kind_display()}", NOTE_TONES.get(note.kind, "info")
    return Step(note.at, what, subject, note.text, note.by.name, tone, url)


# Lists ---------------------------------------------------------------------------------------------------------------


def waiting_stages() -> QuerySet[DirectiveStage]:
    """The stages of the outer item that are not done, in their order; for subqueries."""
    return DirectiveStage.objects.filter(directive=OuterRef("pk"), done_on=None).order_by("position")


def with_progress(rows: DirectiveQuerySet) -> DirectiveQuerySet:
    """Annotated with the running stage, its day, the first day of all, and the tasks."""
    live = live_items()
    found: DirectiveQuerySet = rows.annotate(
        stage_name=Subquery(waiting_stages().values("name")[:1]),
        stage_closes=Subquery(waiting_stages().values("is_closing")[:1]),
        stage_due=Subquery(waiting_stages().exclude(planned_on=None).order_by("planned_on").values("planned_on")[:1]),
        tasks=counted(live),
        tasks_done=counted(live.filter(state=WorklistItemState.CLOSED)),
    )
    return found


def in_light(rows: QuerySet[Directive], state: str) -> QuerySet[Directive]:
    """Narrowed to one state of the list: open ones by how they stand today."""
    if state in DirectiveState.values:
        return rows.filter(state=state)
    late = DirectiveStage.objects.filter(directive=OuterRef("pk"), done_on=None, planned_on__lt=local_today())
    return rows.filter(Exists(late), state=DirectiveState.OPEN)


# Deadlines and duties ------------------------------------------------------------------------------------------------


def stage_subject(directive_id: int, position: int) -> str:
    return f"{SOURCE}:{directive_id}-{position}"


def directive_of_subject(subject: str) -> int:
    return int(subject.partition(":")[2].partition("-")[0])


def directive_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """Every dated stage of items that stand, due by the organisation that runs them (rule V01). One query."""
    stages = DirectiveStage.objects.order_by().exclude(planned_on=None)
    stages = stages.exclude(directive__state=DirectiveState.WITHDRAWN)
    if subjects is not None:
        stages = stages.filter(directive__in={directive_of_subject(each) for each in subjects})
    rows = stages.values_list(
        "directive_id", "position", "name", "planned_on", "done_on",
        "directive__organisation_id", "directive__title", "directive__received_on",
    )  # fmt: skip
    for pk, position, name, planned_on, done_on, organisation, title, received_on in rows.iterator(2000):
        subject = stage_subject(pk, position)
        if subjects is None or subject in subjects:
            words = f"{name}：{title}"[:80]
            done = done_on is not None
            yield Deadline(RULE, organisation, subject, words, min(received_on, planned_on), planned_on, done)


def directive_duties(user: User, today: date) -> Iterator[Duty]:
    """What the reader's organisation answers for and must carry on, and what waits for the reader's 销号. One query."""
    scope = user.scope(Capability.DIRECTIVE_WRITE)
    if not scope.can:
        return
    rows = with_progress(Directive.objects.visible_to(user, Capability.DIRECTIVE_WRITE))
    own = Directive.objects.run_within(scope)
    rows = rows.filter(
        Q(stage_closes=True, pk__in=own.values("pk")) | (Q(stage_closes=False) & ~Q(pk__in=own.values("pk")))
    )
    rows = rows.filter(state=DirectiveState.OPEN).select_related("organisation").order_by("received_on", "pk")
    for row in rows[:DUTIES_SHOWN]:
        runs, closing = scope.covers(row.organisation.path), bool(row.stage_closes)
        url = reverse("oversight:directive_detail", args=[row.pk])
        if runs and closing and row.tasks == row.tasks_done:
            yield Duty(row.title, f"{row.number}，各阶段和任务都已完成", url, "销号", "due", "待销号")
        elif not runs and not closing:
            stands = light(due_on=row.stage_due, done_on=None, today=today)
            detail = f"{row.number}，{row.organisation.short_name}督办"
            yield Duty(f"{row.stage_name}：{row.title}", detail, url, "办理", stands.tone, stands.label)
