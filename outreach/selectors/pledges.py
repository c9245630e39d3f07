"""Reads of pledges."""

from __future__ import annotations

from datetime import date

from accounts.models import User
from branches.models import Member, Organisation
from outreach.choices import PledgeState
from outreach.models import Pledge, PledgeLimit
from outreach.policy.pledges import DEFAULT, Limits
from outreach.querysets import PledgeQuerySet


def limits_on(day: date) -> Limits:
    """How many items a year, by the row in force on ``day``."""
    row = PledgeLimit.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    return Limits(row.fewest, row.most) if row else DEFAULT


def pledges_in_full() -> PledgeQuerySet:
    return Pledge.objects.select_related("organisation", "member", "meeting", "by").prefetch_related("items")


def own_pledges(user: User) -> list[Pledge]:
    """The user's own, newest year first. Two queries."""
    return list(pledges_in_full().filter(member__user=user.pk).order_by("-year"))


def pledge_of(member: Member, year: int) -> Pledge | None:
    return pledges_in_full().filter(member=member, year=year).first()


def pledges_waiting(branch: Organisation) -> list[Pledge]:
    """审诺: what was submitted, in the order of names. Two queries."""
    rows = pledges_in_full().filter(organisation=branch, state=PledgeState.SUBMITTED)
    return list(rows.order_by("member__name_pinyin", "pk"))


def pledges_to_judge(branch: Organisation, year: int) -> list[Pledge]:
    """评诺: published ones of the year, in the order of names. Two queries."""
    rows = pledges_in_full().filter(organisation=branch, state=PledgeState.PUBLISHED, year=year)
    return list(rows.order_by("member__name_pinyin", "pk"))


def members_without(branch: Organisation, year: int) -> list[tuple[int, str]]:
    """Present members who have no pledge of the year, for whom one may be entered. By pinyin, one query."""
    rows = Member.objects.current().filter(organisation=branch).exclude(pledges__year=year)
    return list(rows.order_by("name_pinyin", "pk").values_list("pk", "name"))
