"""
What follows when a member who has an account leaves a branch: the rights held there end at once (security.md: a revoked
right stops at the next request), those held above it are put before the people who may decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.urls import reverse
from django.utils import timezone

from accounts.models import Posting, User
from accounts.roles import Role
from accounts.services.postings import postings_end_below
from accounts.services.sessions import sessions_void
from branches.models import Member, Organisation
from core.calendar import local_now, office_moment
from core.notices import NoticeRow, notices_send

REASON = "党员离开该党支部，授权随之终止"


def postings_follow(*, by: User, member: Member, left: Organisation, gone: bool, day: date) -> list[Posting]:
    """
    End what the member's account holds at or below the branch that was ``left``; unit staff are told. Whoever is
    ``gone`` from the roster loses every open session. Postings above the branch stay: the security administrators are
    asked to look at those within the unit. Returns what ended.
    """
    if member.user is None:
        return []
    ended = postings_end_below(by=by, user=member.user, path=left.path, reason=REASON)
    rest = list(member.user.postings.standing().filter(organisation__path__startswith=left.unit_path))
    if gone:
        sessions_void(member.user)
    if ended or rest:
        _tell(member.user, member, f"{member.name}于{day}离开{left.short_name}。", (left, ended, rest))
    return ended


def staff_of(path: str) -> list[int]:
    """Ids of the unit's staff above (or at) the organisation at ``path``."""
    unit = path[: 2 * Organisation.steplen]
    posts = Posting.objects.current().filter(role=Role.UNIT_STAFF, organisation__path__startswith=unit)
    return sorted(set(posts.filter(user__is_active=True).values_list("user_id", flat=True)))


def notices_to(users: Iterable[int], *, key: str, subject: str, body: str, url: str) -> None:
    """One notice to each; mail leaves in working hours (N8)."""
    rows = [NoticeRow(user, key, subject, body, url) for user in users]
    notices_send(rows=rows, due_at=office_moment(local_now()))


def _tell(
    user: User, member: Member, news: str, held: tuple[Organisation, Sequence[Posting], Sequence[Posting]]
) -> None:
    """The unit's staff hear of what ended and of what still stands, the security administrators of the latter."""
    left, ended, rest = held
    key = f"departure:{member.pk}:{left.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
    body = news
    if ended:
        body += f"其账号的下列授权已终止：{_listed(ended)}。如在新的党支部任职，请重新提请授权。"
    if rest:
        body += f"其账号还有：{_listed(rest)}，已请安全管理员核实。"
    staff = [pk for pk in staff_of(left.path) if pk != user.pk]
    url = reverse("branches:member_detail", args=[member.pk])
    notices_to(staff, key=key, subject=f"{member.name}离开党支部后的账号授权", body=body, url=url)
    if rest:
        body = f"账号{user.username}（{user.name}）对应的党员已离开原党支部，请核实是否撤销：{_listed(rest)}。"
        url = reverse("accounts:user_detail", args=[user.pk])
        notices_to(_security_administrators(), key=key, subject="请核实一个账号的授权", body=body, url=url)


def _listed(postings: Sequence[Posting]) -> str:
    return "、".join(f"{item.organisation.short_name}{item.get_role_display()}" for item in postings)


def _security_administrators() -> list[int]:
    posts = Posting.objects.current().filter(role=Role.SECURITY_ADMIN, user__is_active=True)
    return list(posts.order_by("user_id").values_list("user_id", flat=True))
