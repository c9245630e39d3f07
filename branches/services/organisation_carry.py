"""What goes along when an organisation ends or is merged: posts, stays, children, what was due; and its way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from branches.choices import (
    ApplicantStatus,
    EntryReason,
    LeaveReason,
    OrganisationChangeKind,
    OrganisationKind,
    PlanState,
)
from branches.models import Applicant, MeetingPlan, Member, Membership, Obligation, Organisation, Post, Waiver
from branches.services.dues_months import dues_follow
from branches.services.member_history import moves_record
from branches.services.organisation_history import (
    STANDING,
    Act,
    Carried,
    check_names,
    place_facts,
    record_change,
    subtree_ids,
)
from branches.services.worklist_carry import CarriedTasks, worklists_carry_back
from core.calendar import local_today


def posts_end(organisation: Organisation, act: Act, carried: Carried) -> None:
    """Posts end with the organisation that they belong to; its children keep theirs."""
    posts = Post.objects.filter(organisation=organisation, ends_on=None)
    _check_none_later(posts.filter(starts_on__gt=act.effective_on), "有职务在该日期之后才任命")
    carried.posts += posts.values_list("pk", flat=True)
    posts.update(ends_on=act.effective_on)


def members_go_over(source: Organisation, into: Organisation, act: Act, carried: Carried) -> int:
    """Close every stay in ``source`` and open one in ``into``; how many."""
    stays = Membership.objects.filter(organisation=source, ends_on=None)
    _check_none_later(stays.filter(starts_on__gt=act.effective_on), "有党员在该日期之后才进入")
    closed = list(stays.values_list("pk", "member_id"))
    stays.update(ends_on=act.effective_on, leave_reason=LeaveReason.MOVED)
    opened = [
        Membership(member_id=member, organisation=into, starts_on=act.effective_on, entry_reason=EntryReason.MOVED)
        for _, member in closed
    ]
    _replaced([pk for pk, _ in closed], opened, carried)
    members = [member for _, member in closed]
    Member.objects.filter(pk__in=members).update(organisation=into, group=None)
    dues_follow(member_ids=members)
    note = f"随{source.short_name}合并"
    moves_record(by=act.by, member_ids=members, source=source, target=into, day=act.effective_on, note=note)
    carried.applicants += _given(Applicant.objects.filter(status=ApplicantStatus.ONGOING), source, into)
    plans = MeetingPlan.objects.filter(state=PlanState.PLANNED, planned_on__gte=act.effective_on, group=None)
    carried.plans += _given(plans, source, into)
    return len(closed)


def _given(rows: Any, source: Organisation, into: Organisation) -> list[int]:
    """The rows of ``source`` become those of ``into``; their ids."""
    ids = list(rows.filter(organisation=source).values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=ids).update(organisation=into)
    return ids


def group_leave(group: Organisation, day: date, carried: Carried) -> None:
    """The stays in the branch go on without the group from ``day``."""
    stays = list(Membership.objects.filter(group=group, ends_on=None))
    before = [stay for stay in stays if stay.starts_on < day]
    Membership.objects.filter(pk__in=[stay.pk for stay in before]).update(ends_on=day, leave_reason=LeaveReason.MOVED)
    carried.ungrouped += [stay.pk for stay in stays if stay.starts_on >= day]
    Membership.objects.filter(pk__in=carried.ungrouped).update(group=None)
    opened = [
        Membership(
            member_id=stay.member_id,
            organisation_id=stay.organisation_id,
            starts_on=day,
            entry_reason=EntryReason.MOVED,
        )
        for stay in before
    ]
    _replaced([stay.pk for stay in before], opened, carried)
    Member.objects.filter(group=group).update(group=None)


def children_go_over(source: Organisation, into: Organisation, act: Act, carried: Carried) -> list[int]:
    """Standing children of a unit, committee or general branch move below ``into``; ids of all that moved."""
    if source.is_branch:
        return []
    children = Organisation.objects.under(source.path).filter(depth=source.depth + 1, status__in=STANDING)
    moved: list[int] = []
    with_parent = Act(act.by, act.effective_on, act.document, f"随{source.short_name}合并办理")
    for pk in list(children.values_list("pk", flat=True)):
        child, target = Organisation.objects.get(pk=pk), Organisation.objects.get(pk=into.pk)
        with_parent.check_order(child, OrganisationChangeKind.MOVED)
        check_names(child, target)
        Organisation.objects.move(child, target, pos="last-child")
        before, after = place_facts(source), place_facts(target)
        change = record_change(child, OrganisationChangeKind.MOVED, with_parent, before=before, after=after, touched=[])
        carried.changes.append(change.pk)
        moved += subtree_ids(child)
    return moved


def running_waived(organisation: Organisation, act: Act, reason: str, carried: Carried) -> None:
    """What was due in the periods running on that day is asked of it no more; months before stay as they were."""
    running = Obligation.objects.filter(
        organisation=organisation,
        starts_on__lt=act.effective_on,
        ends_on__gte=act.effective_on,
        done__lt=F("needed"),
        waived=False,
    )
    rows = [Waiver(obligation_id=pk, reason=reason, by=act.by) for pk in running.values_list("pk", flat=True)]
    carried.waivers += [row.pk for row in Waiver.objects.bulk_create(rows)]
    Obligation.objects.filter(pk__in=[row.obligation_id for row in rows]).update(waived=True)


def carried_back(carried: Carried, organisation: Organisation, by: User) -> None:
    """
    Stays, posts and waivers as they were before they were carried; ``organisation`` is what they belonged to. Stays
    that were changed since are left alone: their members are no longer there.
    """
    standing = set(_still_open(carried).values_list("pk", flat=True))
    pairs = [pair for pair in carried.stays if pair[1] in standing]
    Membership.objects.filter(pk__in=[opened for _, opened in pairs]).delete()
    reopened = Membership.objects.filter(pk__in=[closed for closed, _ in pairs])
    reopened.update(ends_on=None, leave_reason="")
    members = list(reopened.values_list("member_id", flat=True))
    moves_record(by=by, member_ids=members, source=None, target=organisation, day=local_today(), note="撤回党组织变动")
    Membership.objects.filter(pk__in=carried.ungrouped, ends_on=None, group=None).update(group=organisation)
    back = {closed for closed, _ in pairs} | set(carried.ungrouped)
    _members_follow(Membership.objects.filter(pk__in=back, ends_on=None))
    home = (
        organisation.path[: -Organisation.steplen] if organisation.kind == OrganisationKind.GROUP else organisation.path
    )
    present = Member.objects.current().filter(organisation__path__startswith=home)
    Post.objects.filter(pk__in=carried.posts, member__in=present).update(ends_on=None)
    into = organisation.merged_into_id
    applicants = Applicant.objects.filter(pk__in=carried.applicants, status=ApplicantStatus.ONGOING)
    applicants.filter(organisation=into).update(organisation=organisation)
    plans = MeetingPlan.objects.filter(pk__in=carried.plans, state=PlanState.PLANNED, organisation=into)
    plans.update(organisation=organisation)
    if into and (carried.tasks or carried.worklists):
        tasks = CarriedTasks(carried.tasks, carried.worklists)
        worklists_carry_back(by=by, carried=tasks, from_id=organisation.pk, into_id=into)
    waivers = Waiver.objects.filter(pk__in=carried.waivers, revoked_at=None)
    waivers.update(revoked_at=timezone.now(), revoked_by=by)


def _still_open(carried: Carried) -> Any:
    return Membership.objects.filter(pk__in=[opened for _, opened in carried.stays], ends_on=None)


def _members_follow(stays: Any) -> None:
    """The members' own branch and group are those of their open stays."""
    rows = list(stays.values_list("member_id", "organisation_id", "group_id"))
    members = {member.pk: member for member in Member.objects.filter(pk__in=[row[0] for row in rows])}
    for member, organisation, group in rows:
        members[member].organisation_id, members[member].group_id = organisation, group
    Member.objects.bulk_update(members.values(), ["organisation", "group"], batch_size=500)
    dues_follow(member_ids=list(members))


def _replaced(closed: Sequence[int], opened: Sequence[Membership], carried: Carried) -> None:
    made = Membership.objects.bulk_create(opened, batch_size=1000)
    carried.stays += [(pk, stay.pk) for pk, stay in zip(closed, made, strict=True)]


def _check_none_later(rows: Any, what: str) -> None:
    if rows.exists():
        raise ValidationError({"effective_on": f"{what}，生效日期须在其后。"})
