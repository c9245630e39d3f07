"""Stays of members in branches and groups, one open at a time. Used by the services of members alone."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from branches.choices import EntryReason, LeaveReason
from branches.models import Member, Membership, Organisation, Post
from branches.services.dues_months import dues_follow
from core.calendar import local_today


def stay_open(member: Member, since: date, reason: str) -> Membership:
    """Begin the stay in the member's present branch and group."""
    stay = Membership(
        member=member,
        organisation=member.organisation,
        group=member.group,
        starts_on=since,
        entry_reason=reason,
    )
    stay.full_clean()
    stay.save(force_insert=True)
    dues_follow(member_ids=[member.pk])
    return stay


def stay_close(member: Member, day: date, reason: str, *, field: str) -> Membership | None:
    """End the open stay on ``day`` (exclusive); ValidationError on ``field`` for an impossible day."""
    if day > local_today():
        raise ValidationError({field: "日期不能晚于今天。"})
    stay = Membership.objects.select_for_update().filter(member=member, ends_on=None).first()
    if stay and day < stay.starts_on:
        raise ValidationError({field: f"该党员{stay.starts_on}才进入现在的党支部，日期不能更早。"})
    if stay:
        stay.ends_on, stay.leave_reason = day, reason
        stay.save(update_fields=["ends_on", "leave_reason"])
        dues_follow(member_ids=[member.pk])
    return stay


def posts_close(member: Member, day: date, *, field: str) -> None:
    """End the posts of a member who leaves the branch."""
    posts = Post.objects.filter(member=member, ends_on=None)
    if posts.filter(starts_on__gt=day).exists():
        raise ValidationError({field: "该党员的职务在此日期之后才任命，日期不能更早。"})
    posts.update(ends_on=day)


def regroup(member: Member, group: Organisation | None, day: date) -> None:
    """Another group in the same branch: the stay goes on under it from ``day``; one begun that day is corrected."""
    stay = Membership.objects.select_for_update().filter(member=member, ends_on=None).first()
    member.group = group
    if stay and stay.starts_on >= day:
        stay.group = group
        stay.save(update_fields=["group"])
    elif stay:
        stay_close(member, day, LeaveReason.MOVED, field="group")
        stay_open(member, day, EntryReason.MOVED)
