"""Reads of worklists: the list inside a page, one task with what happened, progress of many lists at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind, WorklistItemState, WorklistNoteKind
from branches.models import Organisation, Worklist, WorklistItem, WorklistNote
from branches.policy.worklists import (
    BATCH_LIMIT,
    LABELS,
    SOON_DAYS,
    TONES,
    Standing,
    WorklistSource,
    source_label,
    standing_of,
    worklist_source,
    worklist_sources,
)
from branches.querysets import WorklistItemQuerySet, WorklistQuerySet
from core.calendar import local_today
from core.duties import Duty
from core.search import contains

VIEW, MANAGE, CLOSE = Capability.WORKLIST_VIEW, Capability.WORKLIST_MANAGE, Capability.WORKLIST_CLOSE
#: So many rows of a list stand in a page; the others are in the ledger.
ROWS_SHOWN = 100
#: What tells how far a task is.
_TELLING = (WorklistNoteKind.PROGRESS, WorklistNoteKind.REPORT)
TO_DO = (WorklistItemState.OPEN, WorklistItemState.RETURNED)
#: Who may be chosen as 责任单位.
ANSWERING_KINDS = tuple(kind for kind in OrganisationKind if kind != OrganisationKind.GROUP)


def worklists_all() -> WorklistQuerySet:
    return Worklist.objects.select_related("organisation", "by")


def items_in_full() -> WorklistItemQuerySet:
    return WorklistItem.objects.select_related(
        "organisation", "worklist__organisation", "reported_by", "closed_by", "by"
    )


def latest_note() -> Subquery:
    """The last progress of a task, as an annotation."""
    notes = WorklistNote.objects.filter(item=OuterRef("pk"), kind__in=_TELLING).order_by("-at", "-pk")
    return Subquery(notes.values("text")[:1])


def in_standing(items: QuerySet[Any], standing: str, today: date) -> QuerySet[Any]:
    """The tasks that stand so on ``today``: the same judgement as ``standing_of``, for the database."""
    if standing not in (Standing.PLANNED, Standing.OPEN, Standing.SOON, Standing.OVERDUE, Standing.RETURNED):
        return items.filter(state=standing)
    if standing == Standing.OVERDUE:
        return items.filter(state__in=TO_DO, due_on__lt=today)
    if standing == Standing.RETURNED:
        return items.filter(state=WorklistItemState.RETURNED, due_on__gte=today)
    running = items.filter(state=WorklistItemState.OPEN, due_on__gte=today)
    if standing == Standing.PLANNED:
        return running.filter(starts_on__gt=today)
    begun, soon = running.exclude(starts_on__gt=today), today + timedelta(days=SOON_DAYS)
    return begun.filter(due_on__lte=soon) if standing == Standing.SOON else begun.filter(due_on__gt=soon)


# A list inside a page


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One task as a line of its list."""

    item: WorklistItem
    standing: Standing
    latest: str

    @property
    def label(self) -> str:
        return LABELS[self.standing]

    @property
    def tone(self) -> str:
        return TONES[self.standing]


@dataclass(frozen=True, slots=True)
class StandingCount:
    label: str
    tone: str
    count: int
    url: str


@dataclass(frozen=True)
class WorklistView:
    """What the partial shows of a list: to a reader who answers for some tasks alone, those."""

    worklist: Worklist
    source: str
    rows: list[ItemRow]
    counts: list[StandingCount]
    total: int
    done: int
    all_url: str
    record_url: str
    may_manage: bool
    may_export: bool

    @property
    def may_spread(self) -> bool:
        return self.may_manage and not self.worklist.organisation.is_branch

    @property
    def hidden(self) -> int:
        return max(0, sum(each.count for each in self.counts) - len(self.rows))


def worklist_view(user: User, worklist: Worklist) -> WorklistView:
    """The list as this reader sees it. Two queries, whatever its length."""
    today = local_today()
    items = WorklistItem.objects.visible_to(user, VIEW).filter(worklist=worklist)
    counts = _counts(items, worklist, today)
    shown = items.select_related("organisation").annotate(latest=latest_note()).order_by("number")[:ROWS_SHOWN]
    path = worklist.organisation.path
    return WorklistView(
        worklist=worklist,
        source=source_label(worklist.source),
        rows=[ItemRow(item, _standing(item, today), item.latest or "") for item in shown],
        counts=[count for count in counts.values() if count.count],
        total=sum(each.count for key, each in counts.items() if key != Standing.CANCELLED),
        done=counts[Standing.CLOSED].count,
        all_url=_items_url(list=worklist.pk),
        record_url=_record_url(worklist),
        may_manage=user.scope(MANAGE).covers(path),
        may_export=user.can(Capability.EXPORT_CREATE),
    )


def _standing(item: WorklistItem, today: date) -> Standing:
    return standing_of(item.state, item.starts_on, item.due_on, today)


def _counts(items: QuerySet[Any], worklist: Worklist, today: date) -> dict[Standing, StandingCount]:
    """How many tasks stand how, every standing named. One query: a list has few pairs of state and days."""
    found = dict.fromkeys(Standing, 0)
    pairs = items.order_by().values_list("state", "starts_on", "due_on").annotate(Count("pk"))
    for state, starts_on, due_on, count in pairs:
        found[standing_of(state, starts_on, due_on, today)] += count
    return {
        key: StandingCount(LABELS[key], TONES[key], count, _items_url(list=worklist.pk, state=key.value))
        for key, count in found.items()
    }


def _items_url(**query: Any) -> str:
    return f"{reverse('branches:worklist_item_list')}?{urlencode(query)}"


def _record_url(worklist: Worklist) -> str:
    try:
        source = worklist_source(worklist.source)
    except LookupError:
        return ""
    return source.url(worklist.pk) if source.url else ""


def worklist_home(worklist: Worklist) -> str:
    """Where one comes back to: the record that the list belongs to, or the list's own page."""
    return _record_url(worklist) or reverse("branches:worklist_detail", args=[worklist.pk])


@dataclass(frozen=True, slots=True)
class WorklistProgress:
    """Cancelled tasks count nowhere; what waits to be closed is not done yet."""

    total: int = 0
    done: int = 0
    overdue: int = 0


def worklist_progress(worklist_ids: Collection[int]) -> dict[int, WorklistProgress]:
    """How far each of these lists is as a whole, every one named. One query."""
    overdue = Q(state__in=TO_DO, due_on__lt=local_today())
    items = WorklistItem.objects.filter(worklist__in=worklist_ids).exclude(state=WorklistItemState.CANCELLED)
    rows = items.order_by().values_list("worklist_id").annotate(
        total=Count("pk"), done=Count("pk", filter=Q(state=WorklistItemState.CLOSED)), late=Count("pk", filter=overdue)
    )  # fmt: skip
    found = {pk: WorklistProgress(total, done, late) for pk, total, done, late in rows}
    return {pk: found.get(pk, WorklistProgress()) for pk in worklist_ids}


# One task


@dataclass(frozen=True)
class ItemPage:
    item: WorklistItem
    row: ItemRow
    source: str
    record_url: str
    notes: Sequence[WorklistNote]
    #: What this reader may do now: names of acts.
    acts: frozenset[str]
    may_update: bool
    waits_for_other: bool

    @property
    def first_act(self) -> str:
        """The one that is asked next."""
        return next((act for act in ("close", "progress") if act in self.acts), "")


def item_page(user: User, item: WorklistItem) -> ItemPage:
    """One task with everything that happened, and what this reader may do now. One query beside the item's own."""
    notes = list(item.notes.select_related("by").order_by("-at", "-pk"))
    latest = next((each.text for each in notes if each.kind in _TELLING), "")
    acts = _acts(user, item)
    own = _needs_second(item.worklist.source) and item.reported_by_id == user.pk
    return ItemPage(
        item=item,
        row=ItemRow(item, _standing(item, local_today()), latest),
        source=source_label(item.worklist.source),
        record_url=_record_url(item.worklist),
        notes=notes,
        acts=acts,
        may_update="extend" in acts,
        waits_for_other=own and item.state == WorklistItemState.REPORTED,
    )


def _acts(user: User, item: WorklistItem) -> frozenset[str]:
    """By where the reader's rights reach, in which state the task is, and who reported it."""
    leads, reported = item.worklist.organisation.path, item.state == WorklistItemState.REPORTED
    found: set[str] = set()
    if item.is_open and user.scope(Capability.WORKLIST_REPORT).covers(item.organisation.path):
        found |= {"progress", "report"}
    if item.is_open and user.scope(MANAGE).covers(leads):
        found |= {"supervise", "extend", "cancel"}
    if reported and user.scope(MANAGE).covers(leads):
        found.add("cancel")
    own = _needs_second(item.worklist.source) and item.reported_by_id == user.pk
    if not own and user.scope(CLOSE).covers(leads):
        found |= {"close", "return"} if reported else set()
        found |= {"return"} if item.state == WorklistItemState.CLOSED else set()
    return frozenset(found)


def _needs_second(name: str) -> bool:
    try:
        return worklist_source(name).needs_second
    except LookupError:
        return True


# Choices of the forms


def answering_organisations(worklist: Worklist) -> QuerySet[Organisation]:
    """Who may be given a task of the list: what stands at or below the organisation that runs it."""
    rows = Organisation.objects.active().under(worklist.organisation.path)
    return rows.filter(kind__in=ANSWERING_KINDS)


def spread_kinds(worklist: Worklist) -> list[tuple[str, str, int]]:
    """
    (kind, label, how many) of those below the list's organisation among whom a task can be spread: not more than fit
    into one batch, beyond that each unit spreads it by itself. One query.
    """
    below = answering_organisations(worklist).exclude(pk=worklist.organisation_id)
    counts = dict(below.order_by().values_list("kind").annotate(Count("pk")))
    return [
        (kind.value, str(kind.label), counts[kind])
        for kind in ANSWERING_KINDS
        if 0 < counts.get(kind, 0) <= BATCH_LIMIT
    ]


def worklists_found(user: User, text: str) -> list[dict[str, Any]]:
    """At most 20 lists within reach whose title has these words, the newest first, as the filter wants them."""
    rows = worklists_all().visible_to(user, VIEW)
    for word in text.split():
        rows = rows.filter(**{f"title__{contains(word)}": word})
    return [
        {"value": row.pk, "text": row.title, "hint": f"{row.organisation.short_name} · {source_label(row.source)}"}
        for row in rows.order_by("-pk")[:20]
    ]


def source_choices(_: Any = None) -> list[tuple[str, str]]:
    return [(source.name, source.label) for source in worklist_sources()]


# The home page


def worklist_duties(user: User, today: date) -> Iterator[Duty]:
    """Reported tasks that wait for this reader to close them. One query."""
    if not user.can(CLOSE):
        return
    waiting = WorklistItem.objects.visible_to(user, CLOSE).filter(state=WorklistItemState.REPORTED)
    count = waiting.exclude(_own(user, worklist_sources())).count()
    if count:
        url = _items_url(state=Standing.REPORTED.value)
        yield Duty(f"{count}项清单任务待销号", "责任单位已报告完成", url, "去办理", "due", "待办")


def _own(user: User, sources: Iterable[WorklistSource]) -> Q:
    names = [source.name for source in sources if source.needs_second]
    return Q(reported_by=user, worklist__source__in=names)
