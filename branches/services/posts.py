"""Posts in an organisation: given from a day, ended on a day."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import MemberCategory, OrganisationKind, OrganisationStatus, PostKind
from branches.models import Member, Organisation, Post
from branches.services.obligations import obligations_reopen_for, organisations_lock
from core import audit
from core.calendar import local_today


@transaction.atomic
def post_assign(*, by: User, organisation: Organisation, member: Member, kind: str, starts_on: date) -> Post:
    """
    Give a present member a post from ``starts_on`` on. ValidationError where the member does not belong there, is on
    probation (选举工作条例 art. 5: no right to be elected), or the seat of 书记 is taken.
    """
    organisations_lock([organisation.pk])  # sent twice at once, it is given once
    organisation.refresh_from_db(fields=["status"])
    if organisation.status != OrganisationStatus.ACTIVE:
        raise ValidationError(f"该党组织目前的状态是“{organisation.get_status_display()}”，不能任命。")
    if starts_on > local_today():
        raise ValidationError({"starts_on": "任职日期不能晚于今天。"})
    _check_kind(organisation, kind)
    _check_member(organisation, member, kind)
    if Post.objects.filter(organisation=organisation, member=member, kind=kind, ends_on=None).exists():
        raise ValidationError({"member": "该党员已担任此职务。"})
    post = Post(organisation=organisation, member=member, kind=kind, starts_on=starts_on)
    post.full_clean()
    post.save(force_insert=True)
    after = {"post": post.get_kind_display(), "member": member.name, "starts_on": str(starts_on)}
    audit.record(by=by, action="post.assign", target=post, scope_path=organisation.path, after=after)
    obligations_reopen_for(organisation_ids=[organisation.pk])
    return post


@transaction.atomic
def post_end(*, by: User, post: Post, ends_on: date) -> Post:
    """End a post; ``ends_on`` is the first day without it."""
    organisations_lock([post.organisation_id])
    ended = Post.objects.select_for_update(of=("self",)).select_related("organisation", "member").get(pk=post.pk)
    if ended.ends_on is not None:
        raise ValidationError(f"该职务已于{ended.ends_on}免去。")
    if not ended.starts_on <= ends_on <= local_today():
        raise ValidationError({"ends_on": f"免职日期须在任职日期{ended.starts_on}与今天之间。"})
    ended.ends_on = ends_on
    ended.save(update_fields=["ends_on"])
    after = {"post": ended.get_kind_display(), "member": ended.member.name, "ends_on": str(ends_on)}
    audit.record(by=by, action="post.end", target=ended, scope_path=ended.organisation.path, after=after)
    obligations_reopen_for(organisation_ids=[ended.organisation_id])
    return ended


def _check_kind(organisation: Organisation, kind: str) -> None:
    in_group = organisation.kind == OrganisationKind.GROUP
    if kind not in PostKind.values or (kind == PostKind.GROUP_LEADER) != in_group:
        raise ValidationError({"kind": "党小组只设党小组长，其他党组织不设党小组长。"})
    if kind == PostKind.DISCIPLINE_SECRETARY and organisation.kind != OrganisationKind.ORGAN_COMMITTEE:
        raise ValidationError({"kind": "只有机关党委设机关纪委书记。"})


def _check_member(organisation: Organisation, member: Member, kind: str) -> None:
    if member.left_on is not None:
        raise ValidationError({"member": "该党员已离开。"})
    home = member.organisation.path
    inside = organisation.path.startswith(home) if kind == PostKind.GROUP_LEADER else home.startswith(organisation.path)
    if not inside:
        raise ValidationError({"member": "只能任命本党组织的党员。"})
    if member.category != MemberCategory.FULL and kind != PostKind.GROUP_LEADER:
        raise ValidationError({"member": "预备党员没有被选举权，不能担任书记、委员。"})
