"""
Which account is a member's own. Business staff say so, who may propose roles as well; nobody for oneself. It gives no
role: it opens to the person the own record alone.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import ADMINISTRATORS
from accounts.selectors import user_by_login
from branches.choices import MemberChangeKind
from branches.models import Member
from branches.services.departures import notices_to
from branches.services.member_history import Happening, happening_record
from branches.services.member_moves import check_present, member_check, member_locked, member_save
from core.calendar import local_today

UNKNOWN = "没有这个用户名、且姓名与该党员一致的账号。"


@transaction.atomic
def member_link(*, by: User, member: Member, username: str) -> Member:
    """
    Say that the account is this member's. It must bear the member's name, belong to no other member, hold no
    administrator's role (三员 see no business data) and not be one's own. The same refusal for every account that is
    not fit, so that nobody learns who has one.
    """
    linked = member_locked(member)
    check_present(linked)
    if linked.user_id:
        raise ValidationError("该党员已对应账号，请先解除。")
    user = user_by_login(username)
    if user is None or user.name != linked.name or Member.objects.filter(user=user).exists():
        raise ValidationError({"username": UNKNOWN})
    if user.pk == by.pk:
        raise ValidationError({"username": "不能为自己的账号办理，请由同事办理。"})
    if user.postings.standing().filter(role__in=ADMINISTRATORS).exists():
        raise ValidationError({"username": UNKNOWN})
    linked.user = user
    _store(by, linked, before="", after=user.username)
    text = f"您的账号已与{linked.organisation.short_name}党员{linked.name}的信息对应，可以查看本人信息。"
    url = reverse("branches:member_detail", args=[linked.pk])
    key = f"link:{linked.pk}:{timezone.now():%Y%m%d%H%M%S}"
    notices_to([user.pk], key=key, subject="账号已对应党员信息", body=text, url=url)
    return linked


@transaction.atomic
def member_unlink(*, by: User, member: Member) -> Member:
    """The account is not this member's (any more); roles are not touched."""
    linked = member_locked(member)
    if linked.user is None:
        raise ValidationError("该党员没有对应账号。")
    if linked.user_id == by.pk:
        raise ValidationError("不能为自己的账号办理，请由同事办理。")
    before, linked.user = linked.user.username, None
    _store(by, linked, before=before, after="")
    return linked


def _store(by: User, member: Member, *, before: str, after: str) -> None:
    member_check(member)
    member_save(member)
    what = Happening(MemberChangeKind.LINKED, local_today(), {"user": before}, {"user": after})
    happening_record(by=by, member=member, action="member.account", what=what)
