"""谈心谈话 as a measure of obligations (R09): how many of its types took place in a year, of those there can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

from accounts.roles import Capability
from branches.choices import TalkPair
from branches.models import Membership, Post, Talk
from branches.policy.measures import TALKS, Figure, Measure, MeasureSpan
from branches.policy.talks import pairs_possible


def talks_done(branches: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
    """Types of which there was a talk. One query a period."""
    for requirement, period in spans:
        talks = Talk.objects.filter(held_on__range=(period.starts_on, period.ends_on))
        for branch, count in _counted(talks, branches, "pair"):
            yield branch, requirement, period.code, count


def talks_asked(branches: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
    """Types that could take place, by who was there on the first day of the period. Two queries a period."""
    for requirement, period in spans:
        people = _counted(Membership.objects.on(period.starts_on), branches, "member")
        committee = dict(_counted(Post.objects.committee().on(period.starts_on), branches, "member"))
        for branch, count in people:
            yield branch, requirement, period.code, pairs_possible(committee.get(branch, 0), count)


def talk_lines(branch: int, starts_on: date, ends_on: date) -> list[tuple[str, int]]:
    """Every type with the number of talks."""
    talks = Talk.objects.filter(organisation=branch, held_on__range=(starts_on, ends_on)).order_by()
    found: dict[str, int] = dict(talks.values_list("pair").annotate(Count("pk")))
    return [(str(label), found.get(value, 0)) for value, label in TalkPair.choices]


def _counted(rows: QuerySet[Any], branches: Sequence[int] | None, what: str) -> list[tuple[int, int]]:
    if branches is not None:
        rows = rows.filter(organisation__in=branches)
    return list(rows.order_by().values_list("organisation_id").annotate(Count(what, distinct=True)))


def _list_url(branch: int, starts_on: date, ends_on: date) -> str:
    query = urlencode({"org": branch, "held_from": starts_on.isoformat(), "held_to": ends_on.isoformat()})
    return f"{reverse('branches:talk_list')}?{query}"


def _record_url(branch: int) -> str:
    return f"{reverse('branches:talk_create')}?{urlencode({'branch': branch})}"


MEASURE = Measure(
    TALKS,
    label="谈心谈话登记",
    hint="登记谈心谈话后自动计入：委员之间、委员和党员之间、党员之间，每类至少1次。",
    done=talks_done,
    asked=talks_asked,
    asked_words="各类至少 1 次",
    lines=talk_lines,
    url=_list_url,
    capability=Capability.TALK_VIEW,
    record_url=_record_url,
    record_capability=Capability.TALK_RECORD,
)
