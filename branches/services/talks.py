"""谈心谈话: that it took place. Nothing here takes a text, since what was said is not recorded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import Organisation, Talk
from branches.policy.measures import TALKS
from branches.policy.talks import pair_type
from branches.selectors.talks import committee_on, people_on
from branches.services.closing_guard import refuse_closed
from branches.services.obligations import obligations_measured
from core import audit
from core.calendar import local_today

#: One person talks with so many on one day at most; more is a slip of the thumb.
BATCH_LIMIT = 60


@transaction.atomic
def talks_record(*, by: User, branch: Organisation, held_on: date, member: int, others: Collection[int]) -> int:
    """
    One member's talks with several others on one day; how many were new. Types follow from the posts of that day.
    ValidationError by field, in Chinese.
    """
    branch = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=branch.pk)
    partners = sorted(set(others) - {member})
    _check(branch, held_on, member, partners)
    refuse_closed(branches=[branch.pk], days=[held_on], field="held_on")
    committee = committee_on(branch, held_on, [member, *partners])
    known = set(Talk.objects.filter(organisation=branch, held_on=held_on).values_list("member_a_id", "member_b_id"))
    rows = [
        Talk(
            organisation=branch,
            held_on=held_on,
            member_a_id=min(member, other),
            member_b_id=max(member, other),
            pair=pair_type(member in committee, other in committee),
            by=by,
        )
        for other in partners
        if (min(member, other), max(member, other)) not in known
    ]
    Talk.objects.bulk_create(rows)
    obligations_measured(measure=TALKS, organisation_ids=[branch.pk], days=[held_on])
    after = {"held_on": held_on.isoformat(), "新登记人次": len(rows)}
    audit.record(by=by, action="talk.record", target=branch, scope_path=branch.path, after=after)
    return len(rows)


@transaction.atomic
def talk_remove(*, by: User, talk: Talk) -> None:
    """Take out a talk entered by mistake."""
    branch = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=talk.organisation_id)
    refuse_closed(branches=[branch.pk], days=[talk.held_on])
    before = {"held_on": talk.held_on.isoformat(), "pair": talk.pair}
    audit.record(by=by, action="talk.remove", target=talk, scope_path=branch.path, before=before)
    talk.delete()
    obligations_measured(measure=TALKS, organisation_ids=[branch.pk], days=[talk.held_on])


def _check(branch: Organisation, held_on: date, member: int, partners: list[int]) -> None:
    if held_on > local_today():
        raise ValidationError({"held_on": ["日期不能晚于今天，谈过之后再登记。"]})
    if held_on < branch.founded_on:
        raise ValidationError({"held_on": [f"日期早于党支部成立之日（{branch.founded_on:%Y-%m-%d}）。"]})
    people = {pk for pk, _ in people_on(branch, held_on)}
    if member not in people:
        raise ValidationError({"member": ["这一天名册上没有这名党员，请核对日期。"]})
    if not partners:
        raise ValidationError({"others": ["请勾选和谁谈过。"]})
    if len(partners) > BATCH_LIMIT:
        raise ValidationError({"others": [f"一次最多登记{BATCH_LIMIT}人。"]})
    if set(partners) - people:
        raise ValidationError({"others": ["勾选的人里有这一天不在名册上的，请核对日期。"]})
