"""What waits for a reader on the home page: brands to review, pledges to review, a pledge that came back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Count
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from core.duties import Duty
from outreach.choices import BrandState, PledgeState
from outreach.models import Brand, Pledge


def waiting(user: User, today: date) -> Iterator[Duty]:
    """At most two queries, none for whom neither can concern."""
    if user.can(Capability.BRAND_REVIEW):
        yield from _brands(user)
    if user.can(Capability.PLEDGE_REVIEW):
        yield from _pledges(user)
    elif user.can(Capability.PLEDGE_WRITE_OWN):
        yield from _returned(user, today)


def _brands(user: User) -> Iterator[Duty]:
    rows = Brand.objects.visible_to(user, Capability.BRAND_REVIEW).filter(state=BrandState.DECLARED)
    count = rows.exclude(by=user.pk).order_by().count()
    if count:
        url = f"{reverse('outreach:brand_list')}?state={BrandState.DECLARED}"
        yield Duty("党建品牌待审核", f"{count} 个申报等待意见", url, "去审核", "due", "待审核")


def _pledges(user: User) -> Iterator[Duty]:
    rows = Pledge.objects.visible_to(user, Capability.PLEDGE_REVIEW).filter(state=PledgeState.SUBMITTED).order_by()
    for branch, name, count in rows.values_list("organisation_id", "organisation__short_name").annotate(Count("pk")):
        url = f"{reverse('outreach:pledge_review')}?branch={branch}"
        yield Duty("党员承诺待审诺", f"{name}：{count} 份", url, "去审诺", "due", "待审核")


def _returned(user: User, today: date) -> Iterator[Duty]:
    rows = Pledge.objects.filter(member__user=user.pk, state=PledgeState.RETURNED, year=today.year)
    for pk, reason in rows.values_list("pk", "reason")[:1]:
        yield Duty("承诺需要修改", reason, reverse("outreach:pledge_detail", args=[pk]), "去修改", "due", "退回")
