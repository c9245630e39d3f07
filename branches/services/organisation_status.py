"""Suspending, resuming, abolishing and merging: an organisation's status changes, its past stays where it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import (
    EntryReason,
    LeaveReason,
    MeetingStatus,
    OrganisationChangeKind,
    OrganisationKind,
    OrganisationStatus,
)
from branches.models import Meeting, Member, Membership, Organisation, Post
from branches.services.obligations import branches_lock
from branches.services.organisation_history import (
    ENDED,
    STANDING,
    TREE_FIELDS,
    Act,
    check_names,
    locked,
    place_facts,
    record_change,
    subtree_ids,
)

UNMERGEABLE = (OrganisationKind.WORK_COMMITTEE, OrganisationKind.GROUP)


@transaction.atomic
def organisation_suspend(
    *, by: User, organisation: Organisation, effective_on: date, document: str = "", note: str = ""
) -> Organisation:
    """Nothing is asked of a suspended organisation from that day on."""
    suspended, act = locked(organisation), Act(by, effective_on, document, note)
    _check_status(suspended, act, OrganisationChangeKind.SUSPENDED, (OrganisationStatus.ACTIVE,))
    return _set_status(suspended, OrganisationStatus.SUSPENDED, OrganisationChangeKind.SUSPENDED, act)


@transaction.atomic
def organisation_resume(
    *, by: User, organisation: Organisation, effective_on: date, document: str = "", note: str = ""
) -> Organisation:
    """End a suspension."""
    resumed, act = locked(organisation), Act(by, effective_on, document, note)
    _check_status(resumed, act, OrganisationChangeKind.RESUMED, (OrganisationStatus.SUSPENDED,))
    return _set_status(resumed, OrganisationStatus.ACTIVE, OrganisationChangeKind.RESUMED, act)


@transaction.atomic
def organisation_abolish(
    *, by: User, organisation: Organisation, effective_on: date, document: str = "", note: str = ""
) -> Organisation:
    """End an organisation that holds nobody and nothing any more; its groups end with it."""
    ended, act = locked(organisation), Act(by, effective_on, document, note)
    branches_lock([ended.pk])  # no log and no member comes in between the checks and the end
    _check_status(ended, act, OrganisationChangeKind.ABOLISHED, STANDING)
    if ended.kind == OrganisationKind.WORK_COMMITTEE:
        raise ValidationError("机关工委不能撤销。")
    _check_empty(ended)
    _check_no_later_meetings(ended, act)
    _end_posts(ended, act)
    _abolish_groups(ended, act)
    return _set_status(ended, OrganisationStatus.ABOLISHED, OrganisationChangeKind.ABOLISHED, act)


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
    Merge ``organisation`` into ``target`` of the same kind: members or children go over, the past stays where it was.
    Logs that the merged one holds from the day on, or members who came to it later, are an error.
    """
    source, into, act = locked(organisation), locked(target), Act(by, effective_on, document, note)
    branches_lock(sorted((source.pk, into.pk)))  # no log and no member comes in between the checks and the merger
    _check_status(source, act, OrganisationChangeKind.MERGED, STANDING)
    _check_merge(source, into, act)
    _end_posts(source, act)
    _abolish_groups(source, act)
    after = {**place_facts(into), "members": _members_go_over(source, into, act)}
    touched = [source.pk, into.pk, *_children_go_over(source, into)]
    source.merged_into = into
    return _set_status(
        source, OrganisationStatus.MERGED, OrganisationChangeKind.MERGED, act, after=after, touched=touched
    )


def _check_status(organisation: Organisation, act: Act, kind: str, allowed: Sequence[str]) -> None:
    act.check(organisation)
    if organisation.status not in allowed:
        state, verb = organisation.get_status_display(), OrganisationChangeKind(kind).label
        raise ValidationError(f"该党组织目前的状态是“{state}”，不能办理“{verb}”。")
    kinds = (OrganisationChangeKind.SUSPENDED, OrganisationChangeKind.RESUMED)
    last = organisation.changes.filter(kind__in=kinds).order_by("-effective_on").first()
    if last and act.effective_on < last.effective_on:
        text = f"{last.effective_on}已{last.get_kind_display()}，生效日期不能更早。"
        raise ValidationError({"effective_on": text})


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


def _check_no_later_meetings(organisation: Organisation, act: Act) -> None:
    later = Meeting.objects.filter(organisation=organisation, held_on__gte=act.effective_on)
    last = later.exclude(status=MeetingStatus.VOID).order_by("-held_on").values_list("held_on", flat=True).first()
    if last:
        raise ValidationError({"effective_on": f"{last}还有会议记录，生效日期须在其后。"})


def _set_status(
    organisation: Organisation,
    status: str,
    kind: str,
    act: Act,
    *,
    after: Mapping[str, Any] | None = None,
    touched: Sequence[int] | None = None,
) -> Organisation:
    before = {"status": organisation.status}
    organisation.status = status
    organisation.ended_on = act.effective_on if status in ENDED else None
    organisation.full_clean(exclude=TREE_FIELDS)
    organisation.save(update_fields=["status", "ended_on", "merged_into"])
    record_change(organisation, kind, act, before=before, after={"status": status, **(after or {})}, touched=touched)
    return organisation


def _end_posts(organisation: Organisation, act: Act) -> None:
    """Posts end with the organisation that they belong to; its children keep theirs."""
    posts = Post.objects.filter(organisation=organisation, ends_on=None)
    _check_none_later(posts.filter(starts_on__gt=act.effective_on), "有职务在该日期之后才任命")
    posts.update(ends_on=act.effective_on)


def _abolish_groups(organisation: Organisation, act: Act) -> None:
    """Groups end with their branch; a group that ends lets its members go."""
    ending = Organisation.objects.under(organisation.path).filter(kind=OrganisationKind.GROUP, status__in=STANDING)
    groups = ending.filter(depth__lte=organisation.depth + 1) if organisation.is_branch else ending.none()
    with_branch = replace(act, note=f"随{organisation.short_name}办理")
    for group in groups:
        _end_posts(group, act)
        _leave_group(group, act.effective_on)
        _set_status(group, OrganisationStatus.ABOLISHED, OrganisationChangeKind.ABOLISHED, with_branch, touched=[])
    if organisation.kind == OrganisationKind.GROUP:
        _leave_group(organisation, act.effective_on)


def _leave_group(group: Organisation, day: date) -> None:
    """The stays in the branch go on without the group from ``day``."""
    stays = list(Membership.objects.filter(group=group, ends_on=None))
    later = [stay for stay in stays if stay.starts_on < day]
    Membership.objects.filter(pk__in=[stay.pk for stay in later]).update(ends_on=day, leave_reason=LeaveReason.MOVED)
    Membership.objects.filter(group=group, ends_on=None).update(group=None)
    Membership.objects.bulk_create(
        Membership(
            member_id=stay.member_id,
            organisation_id=stay.organisation_id,
            starts_on=day,
            entry_reason=EntryReason.MOVED,
        )
        for stay in later
    )
    Member.objects.filter(group=group).update(group=None)


def _members_go_over(source: Organisation, into: Organisation, act: Act) -> int:
    """Close every stay in ``source`` and open one in ``into``; how many."""
    stays = Membership.objects.filter(organisation=source, ends_on=None)
    _check_none_later(stays.filter(starts_on__gt=act.effective_on), "有党员在该日期之后才进入")
    member_ids = list(stays.values_list("member_id", flat=True))
    stays.update(ends_on=act.effective_on, leave_reason=LeaveReason.MOVED)
    opened = [
        Membership(member_id=pk, organisation=into, starts_on=act.effective_on, entry_reason=EntryReason.MOVED)
        for pk in member_ids
    ]
    Membership.objects.bulk_create(opened, batch_size=1000)
    Member.objects.filter(pk__in=member_ids).update(organisation=into, group=None)
    return len(member_ids)


def _children_go_over(source: Organisation, into: Organisation) -> list[int]:
    """Standing children of a unit, committee or general branch move below ``into``; ids of all that moved."""
    if source.is_branch:
        return []
    children = Organisation.objects.under(source.path).filter(depth=source.depth + 1, status__in=STANDING)
    moved: list[int] = []
    for pk in list(children.values_list("pk", flat=True)):
        child, target = Organisation.objects.get(pk=pk), Organisation.objects.get(pk=into.pk)
        check_names(child, target)
        Organisation.objects.move(child, target, pos="last-child")
        moved += subtree_ids(Organisation.objects.get(pk=pk))
    return moved


def _check_none_later(rows: Any, what: str) -> None:
    if rows.exists():
        raise ValidationError({"effective_on": f"{what}，生效日期须在其后。"})
