"""Suspending, resuming, abolishing and merging: an organisation's status changes, its past stays where it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from branches.choices import MeetingStatus, OrganisationChangeKind, OrganisationKind, OrganisationStatus
from branches.models import Meeting, Member, Organisation, OrganisationChange, WorklistItem
from branches.services.obligations import organisations_lock
from branches.services.organisation_carry import (
    children_go_over,
    group_leave,
    members_go_over,
    posts_end,
    running_waived,
)
from branches.services.organisation_history import (
    ENDED,
    STANDING,
    TREE_FIELDS,
    Act,
    Carried,
    locked,
    place_facts,
    record_change,
)
from branches.services.worklist_carry import UNFINISHED, worklists_carry

UNMERGEABLE = (OrganisationKind.WORK_COMMITTEE, OrganisationKind.GROUP)


@transaction.atomic
def organisation_suspend(
    *, by: User, organisation: Organisation, effective_on: date, document: str = "", note: str = ""
) -> Organisation:
    """Nothing is asked of a suspended organisation from that day on."""
    suspended, act = locked(organisation), Act(by, effective_on, document, note)
    _check_status(suspended, act, OrganisationChangeKind.SUSPENDED, (OrganisationStatus.ACTIVE,))
    _set_status(suspended, OrganisationStatus.SUSPENDED, OrganisationChangeKind.SUSPENDED, act)
    return suspended


@transaction.atomic
def organisation_resume(
    *, by: User, organisation: Organisation, effective_on: date, document: str = "", note: str = ""
) -> Organisation:
    """End a suspension."""
    resumed, act = locked(organisation), Act(by, effective_on, document, note)
    _check_status(resumed, act, OrganisationChangeKind.RESUMED, (OrganisationStatus.SUSPENDED,))
    _set_status(resumed, OrganisationStatus.ACTIVE, OrganisationChangeKind.RESUMED, act)
    return resumed


@transaction.atomic
def organisation_abolish(
    *, by: User, organisation: Organisation, effective_on: date, document: str = "", note: str = ""
) -> Organisation:
    """End an organisation that holds nobody and nothing any more; its groups end with it."""
    ended, act = locked(organisation), Act(by, effective_on, document, note)
    organisations_lock([ended.pk])  # no log and no member comes in between the checks and the end
    _check_status(ended, act, OrganisationChangeKind.ABOLISHED, STANDING)
    if ended.kind == OrganisationKind.WORK_COMMITTEE:
        raise ValidationError("机关工委不能撤销。")
    _check_empty(ended)
    _check_no_later_meetings(ended, act)
    _check_left_before(ended, act)
    carried = Carried()
    posts_end(ended, act, carried)
    _groups_end(ended, act, carried)
    if ended.kind == OrganisationKind.GROUP:
        group_leave(ended, act.effective_on, carried)
    running_waived(ended, act, f"该党组织已于{act.effective_on}撤销", carried)
    _set_status(ended, OrganisationStatus.ABOLISHED, OrganisationChangeKind.ABOLISHED, act, carried=carried)
    return ended


@transaction.atomic
def organisation_merge(
    *,
    by: User,
    organisation: Organisation,
    target: Organisation,
    effective_on: date,
    document: str = "",
    note: str = "",
) -> Organisation:
    """
    Merge ``organisation`` into ``target`` of the same kind: members or children go over; it ends and lies below the
    target from then on, so that whoever reads the target reaches its logs (docs/adr/0005-tree-in-time.md). What was
    due in the running periods is the target's now. Logs that the merged one holds from the day on, or members who came
    to it later, are an error.
    """
    source, into, act = locked(organisation), locked(target), Act(by, effective_on, document, note)
    organisations_lock(sorted((source.pk, into.pk)))  # no log and no member comes in between the checks and the merger
    _check_status(source, act, OrganisationChangeKind.MERGED, STANDING)
    act.check_order(source, OrganisationChangeKind.MOVED)
    _check_merge(source, into, act)
    _check_left_before(source, act)
    parent, carried = Organisation.objects.get_parent(source), Carried()
    posts_end(source, act, carried)
    members = members_go_over(source, into, act, carried)
    _groups_end(source, act, carried)
    touched = [source.pk, into.pk, *children_go_over(source, into, act, carried)]
    tasks = worklists_carry(by=by, from_id=source.pk, into_id=into.pk)
    carried.tasks, carried.worklists = tasks.items, tasks.worklists
    running_waived(source, act, f"该党组织已于{act.effective_on}并入{into.short_name}", carried)
    source = Organisation.objects.get(pk=source.pk)
    Organisation.objects.move(source, Organisation.objects.get(pk=into.pk), pos="last-child")
    source.merged_into = into
    _set_status(
        source,
        OrganisationStatus.MERGED,
        OrganisationChangeKind.MERGED,
        act,
        before={"parent": parent.code},
        after={**place_facts(into), "members": members, "parent": into.code},
        touched=touched,
        carried=carried,
    )
    return source


def _check_status(organisation: Organisation, act: Act, kind: str, allowed: Sequence[str]) -> None:
    act.check(organisation)
    if organisation.status not in allowed:
        state, verb = organisation.get_status_display(), OrganisationChangeKind(kind).label
        raise ValidationError(f"该党组织目前的状态是“{state}”，不能办理“{verb}”。")
    act.check_order(organisation, OrganisationChangeKind.SUSPENDED, OrganisationChangeKind.RESUMED)


def _check_merge(source: Organisation, into: Organisation, act: Act) -> None:
    if source.kind != into.kind or source.kind in UNMERGEABLE:
        raise ValidationError({"target": "只能并入同一层级的党组织；机关工委和党小组不办理合并。"})
    if source.pk == into.pk or into.status != OrganisationStatus.ACTIVE:
        raise ValidationError({"target": "请选择另一个状态正常的党组织。"})
    if into.founded_on > act.effective_on:
        text = f"并入的党组织成立于{into.founded_on}，生效日期不能更早。"
        raise ValidationError({"effective_on": text})
    _check_no_later_meetings(source, act)


def _check_empty(organisation: Organisation) -> None:
    below = Organisation.objects.under(organisation.path).exclude(pk=organisation.pk)
    if below.filter(status__in=STANDING).exclude(kind=OrganisationKind.GROUP).exists():
        raise ValidationError("还有下级党组织，请先撤销、合并或调整隶属。")
    left = Member.objects.current().filter(organisation=organisation).count()
    if left:
        raise ValidationError(f"还有{left}名党员，请先调整到其他党支部或办理减员。")
    tasks = WorklistItem.objects.filter(organisation=organisation, state__in=UNFINISHED).count()
    if tasks:
        raise ValidationError(f"还有{tasks}项任务没有完成，请先在任务清单里改由其他单位负责或取消。")


def _check_no_later_meetings(organisation: Organisation, act: Act) -> None:
    took_part = Q(organisation=organisation) | Q(guests__organisation=organisation)
    later = Meeting.objects.filter(took_part, held_on__gte=act.effective_on)
    last = later.exclude(status=MeetingStatus.VOID).order_by("-held_on").values_list("held_on", flat=True).first()
    if last:
        raise ValidationError({"effective_on": f"{last}还有会议记录，生效日期须在其后。"})


def _check_left_before(organisation: Organisation, act: Act) -> None:
    """Nothing stood below the organisation when it ended: whatever moved away did so by then."""
    moves = OrganisationChange.objects.in_force().filter(kind=OrganisationChangeKind.MOVED)
    last = moves.filter(before__code=organisation.code, effective_on__gt=act.effective_on).first()
    if last:
        text = f"下级党组织{last.effective_on}才调出，生效日期不能更早。"
        raise ValidationError({"effective_on": text})


def _set_status(
    organisation: Organisation,
    status: str,
    kind: str,
    act: Act,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    touched: Sequence[int] | None = None,
    carried: Carried | None = None,
) -> OrganisationChange:
    before = {"status": organisation.status, **(before or {})}
    organisation.status = status
    organisation.ended_on = act.effective_on if status in ENDED else None
    organisation.full_clean(exclude=TREE_FIELDS)
    organisation.save(update_fields=["status", "ended_on", "merged_into"])
    after = {"status": status, **(after or {})}
    return record_change(organisation, kind, act, before=before, after=after, touched=touched, carried=carried)


def _groups_end(organisation: Organisation, act: Act, carried: Carried) -> None:
    """Groups end with their branch; a group that ends lets its members go."""
    if not organisation.is_branch:
        return
    groups = Organisation.objects.under(organisation.path).filter(
        kind=OrganisationKind.GROUP, status__in=STANDING, depth=organisation.depth + 1
    )
    with_branch = Act(act.by, act.effective_on, act.document, f"随{organisation.short_name}办理")
    for group in groups:
        own = Carried()
        posts_end(group, act, own)
        group_leave(group, act.effective_on, own)
        change = _set_status(
            group,
            OrganisationStatus.ABOLISHED,
            OrganisationChangeKind.ABOLISHED,
            with_branch,
            touched=[],
            carried=own,
        )
        carried.changes.append(change.pk)
