"""第一遵循 / 第一政治要件: an item registered, supervised, withdrawn, closed (销号) and opened again (回头看)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from branches.models import Organisation, WorklistItem
from branches.services.departures import notices_to, staff_of
from branches.services.measures import deadlines_refresh
from branches.services.obligations import organisations_lock
from branches.services.worklists import worklist_create, worklist_rename, worklist_stop
from core import audit
from core.calendar import local_today
from oversight.choices import DirectiveEventKind as Kind
from oversight.choices import DirectiveState
from oversight.models import Directive, DirectiveEvent, DirectiveStage
from oversight.policy.directives import dates_in_order, planned_days
from oversight.selectors.directives import SOURCE, UNFINISHED, obstacles, stage_subject
from oversight.services.stage_schemes import scheme_for
from oversight.services.texts import cleaned, written

WORKLIST_SOURCE = "oversight.directive"
#: What the form fills in.
FIELDS = ("number", "source", "received_on", "title", "summary")
LINKS = ["owner", "scheme", "worklist", "closed_by", "by"]


@dataclass(frozen=True, slots=True)
class DirectiveData:
    """One item to be registered. ``planned``: the day of each stage, in order; empty: by the version in force."""

    number: str
    source: str
    received_on: date
    title: str
    summary: str
    owner: Organisation
    is_public: bool
    planned: Sequence[date | None] = ()


@transaction.atomic
def directive_register(*, by: User, organisation: Organisation, data: DirectiveData) -> Directive:
    """Register an item with its stages and an empty list of tasks; the owner is told. ValidationError by field."""
    organisations_lock(sorted({organisation.pk, data.owner.pk}))
    if not data.owner.path.startswith(organisation.path):
        raise ValidationError({"owner": "责任党组织应是督办党组织本身或其下级。"})
    if data.owner.ended_on is not None:
        raise ValidationError({"owner": "该党组织已撤销或合并。"})
    directive = Directive(organisation=organisation, owner=data.owner, by=by, is_public=data.is_public)
    _describe(directive, {name: getattr(data, name) for name in FIELDS})
    directive.scheme = scheme_for(local_today())
    directive.full_clean(exclude=LINKS)
    directive.worklist = worklist_create(
        by=by, organisation=organisation, source=WORKLIST_SOURCE, title=directive.title
    )
    directive.save(force_insert=True)
    _stages(directive, data.planned)
    trace(by, directive, Kind.REGISTERED)
    record(by, "directive.register", directive, after=told(directive))
    due_again(directive)
    _tell(by, directive, "新登记的贯彻落实事项", f"由{directive.owner.short_name}负责办理。")
    return directive


@transaction.atomic
def directive_update(
    *, by: User, directive: Directive, values: Mapping[str, Any], expected_revision: int | None = None
) -> Directive:
    """Reword an open item. ValidationError by field; code "conflict" where it was changed since."""
    held = locked(directive, expected_revision)
    before = told(held)
    _describe(held, values)
    held.full_clean(exclude=LINKS)
    save(held)
    worklist_rename(by=by, worklist=held.worklist, title=held.title)
    trace(by, held, Kind.UPDATED)
    record(by, "directive.update", held, before=before, after=told(held))
    due_again(held)
    return held


@transaction.atomic
def directive_supervise(*, by: User, directive: Directive, text: str) -> Directive:
    """督办: a note to the owner, who gets a notice."""
    held = locked(directive)
    text = written("text", text, "督办意见")
    trace(by, held, Kind.SUPERVISED, text)
    record(by, "directive.supervise", held, reason=text)
    _tell(by, held, "督办", text)
    return held


@transaction.atomic
def directive_close(*, by: User, directive: Directive, note: str, expected_revision: int | None = None) -> Directive:
    """
    销号: every stage before is done and every task closed or cancelled, and whoever closes did neither a stage nor a
    task of it. ValidationError otherwise.
    """
    held = locked(directive, expected_revision)
    note = written("note", note, "销号意见")
    stages = list(DirectiveStage.objects.filter(directive=held))
    items = WorklistItem.objects.filter(worklist=held.worklist_id)
    if waiting := obstacles(stages, items.filter(state__in=UNFINISHED).count()):
        raise ValidationError([f"还不能销号：{each}。" for each in waiting])
    doers = {stage.done_by_id for stage in stages} | set(items.values_list("reported_by_id", flat=True))
    if by.pk in doers:
        raise ValidationError("销号由没有办理过这一事项的人办理。", code="second_person")
    held.state, held.closed_on, held.closed_by, held.closing_note = DirectiveState.CLOSED, local_today(), by, note
    save(held)
    DirectiveStage.objects.filter(directive=held, is_closing=True).update(done_on=held.closed_on, done_by=by, note=note)
    trace(by, held, Kind.CLOSED, note)
    record(by, "directive.close", held, after=told(held), reason=note)
    due_again(held)
    return held


@transaction.atomic
def directive_reopen(*, by: User, directive: Directive, reason: str, due_on: date) -> Directive:
    """回头看: a closed item is opened again with a reason; it is to be closed anew by ``due_on``."""
    held = locked(directive, state=DirectiveState.CLOSED)
    reason = written("reason", reason, "原因")
    if due_on < local_today():
        raise ValidationError({"due_on": "时限不能早于今天。"})
    held.state, held.closed_on, held.closed_by, held.closing_note = DirectiveState.OPEN, None, None, ""
    save(held)
    closing = DirectiveStage.objects.filter(directive=held, is_closing=True)
    closing.update(done_on=None, done_by=None, note="", planned_on=due_on)
    trace(by, held, Kind.REOPENED, reason)
    record(by, "directive.reopen", held, after=told(held), reason=reason)
    due_again(held)
    _tell(by, held, "回头看", reason)
    return held


@transaction.atomic
def directive_withdraw(*, by: User, directive: Directive, reason: str) -> Directive:
    """Take back what was registered by mistake or is no longer asked; its open tasks are cancelled with it."""
    held = locked(directive)
    reason = written("reason", reason, "撤销原因")
    worklist_stop(by=by, worklist=held.worklist, reason=reason)
    held.state = DirectiveState.WITHDRAWN
    save(held)
    trace(by, held, Kind.WITHDRAWN, reason)
    record(by, "directive.withdraw", held, after=told(held), reason=reason)
    due_again(held)
    return held


# Shared with the stages ----------------------------------------------------------------------------------------------


def locked(directive: Directive, expected_revision: int | None = None, state: str = DirectiveState.OPEN) -> Directive:
    """The item, locked and in ``state``; ValidationError (code "conflict") where it is not, or was changed since."""
    organisations_lock(sorted({directive.organisation_id, directive.owner_id}))
    rows = Directive.objects.select_for_update(of=("self",)).select_related("organisation", "owner", "worklist")
    held: Directive = rows.get(pk=directive.pk)
    if held.state != state:
        raise ValidationError(f"这一事项现在是“{held.get_state_display()}”，不能这样办理。", code="conflict")
    if expected_revision is not None and held.revision != expected_revision:
        raise ValidationError("这一事项刚被改过，请看过新内容再保存。", code="conflict")
    return held


def save(directive: Directive) -> None:
    directive.revision += 1
    directive.full_clean(exclude=LINKS)
    directive.save()


def trace(
    by: User, directive: Directive, kind: Kind, text: str = "", stage: DirectiveStage | None = None
) -> DirectiveEvent:
    return DirectiveEvent.objects.create(directive=directive, stage=stage, kind=kind, text=text, by=by)


def record(by: User, action: str, directive: Directive, **facts: Any) -> None:
    audit.record(by=by, action=action, target=directive, scope_path=directive.organisation.path, **facts)


def due_again(directive: Directive) -> None:
    """The obligations that follow from its stages (rule V01)."""
    positions = DirectiveStage.objects.filter(directive=directive).values_list("position", flat=True)
    deadlines_refresh(source=SOURCE, subjects=[stage_subject(directive.pk, each) for each in positions])


def told(directive: Directive) -> dict[str, Any]:
    return {
        "number": directive.number,
        "title": directive.title,
        "owner": directive.owner.short_name,
        "received_on": directive.received_on.isoformat(),
        "state": directive.state,
    }


def _describe(directive: Directive, values: Mapping[str, Any]) -> None:
    texts = cleaned(**{name: str(values[name]) for name in ("number", "title", "summary")})
    for name in FIELDS:
        setattr(directive, name, texts.get(name, values[name]))
    if directive.received_on > local_today():
        raise ValidationError({"received_on": "日期不能晚于今天。"})
    if not directive.is_public:
        raise ValidationError({"is_public": "请确认不含涉密和内部内容；含有的不能登记在平台上。"})


def _stages(directive: Directive, planned: Sequence[date | None]) -> None:
    drafts = list(directive.scheme.stages.all())
    if planned and len(planned) != len(drafts):
        raise ValidationError("阶段设置刚有变化，请重新填写各阶段时限。", code="conflict")
    days = list(planned) or planned_days(local_today(), [draft.days for draft in drafts])
    check_order(days)
    DirectiveStage.objects.bulk_create(
        DirectiveStage(
            directive=directive,
            position=draft.position,
            name=draft.name,
            by_meeting=draft.by_meeting,
            is_closing=draft.is_closing,
            planned_on=day,
        )
        for draft, day in zip(drafts, days, strict=True)
    )


def check_order(days: Sequence[date | None]) -> None:
    if not dates_in_order(days):
        raise ValidationError("后面阶段的时限不能早于前面的阶段。")


def _tell(by: User, directive: Directive, what: str, text: str) -> None:
    """The staff of the unit that answers, but for who acted."""
    users = [pk for pk in staff_of(directive.owner.path) if pk != by.pk] if directive.owner.depth > 1 else []
    notices_to(
        users,
        key=f"directive:{directive.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
        subject=f"{what}：{directive.title}"[:200],
        body=f"{directive.number}，{directive.organisation.short_name}督办。{text}",
        url=reverse("oversight:directive_detail", args=[directive.pk]),
    )
