"""承诺践诺: written by the member (or entered for who has no account), reviewed, published, kept, judged. No points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import Meeting, Member, Organisation
from branches.services.measures import obligations_measured, refuse_closed
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_today
from outreach.choices import ItemResult, PledgeState
from outreach.models import Pledge, PledgeItem
from outreach.policy.pledges import ItemData, pledge_problem
from outreach.selectors.pledge_measure import PLEDGES
from outreach.selectors.pledges import limits_on
from outreach.services.rows import filled, locked, not_ahead, own_log, standing

OPEN = (PledgeState.SUBMITTED, PledgeState.RETURNED)
#: So many are reviewed at once at most.
BATCH_LIMIT = 200


@transaction.atomic
def pledge_write(*, by: User, member: Member, year: int, items: Sequence[ItemData]) -> Pledge:
    """
    The member's pledge of the year, written or rewritten while nobody agreed to it yet. ValidationError in Chinese.
    """
    branch = standing(member.organisation)
    if member.left_on is not None:
        raise ValidationError("这名党员已不在名册上。")
    if problem := pledge_problem(items, year, limits_on(local_today())):
        raise ValidationError(problem)
    found = Pledge.objects.select_for_update(no_key=True).filter(member=member, year=year).first()
    if found is not None and found.state not in OPEN:
        raise ValidationError("这一年的承诺已经公诺，不再修改。")
    pledge = found or Pledge(member=member, year=year, by=by)
    pledge.organisation, pledge.state, pledge.reason, pledge.by = branch, PledgeState.SUBMITTED, "", by
    pledge.revision = pledge.revision + 1 if found else 1
    pledge.full_clean(exclude=["by"])
    pledge.save()
    _replace_items(pledge, items)
    after = {"year": year, "items": len(items)}
    audit.record(by=by, action="pledge.write", target=pledge, scope_path=branch.path, after=after)
    return pledge


@transaction.atomic
def pledges_review(*, by: User, branch: Organisation, decisions: Mapping[int, str | None]) -> tuple[int, int]:
    """
    审诺 of several pledges at once: by id, None agrees and publishes (公诺), a text returns with this reason. How many
    were published, how many returned. All or none; ValidationError in Chinese.
    """
    if len(decisions) > BATCH_LIMIT:
        raise ValidationError(f"一次最多审核{BATCH_LIMIT}份。")
    held = standing(branch)
    waiting = Pledge.objects.filter(organisation=held, state=PledgeState.SUBMITTED, pk__in=list(decisions))
    rows = list(waiting.order_by("pk").select_for_update(no_key=True))
    if len(rows) < len(decisions):
        raise ValidationError("有的承诺已经审核过，请刷新后再看。")
    for row in rows:
        _reviewed(row, decisions[row.pk], by, held)
    _measured(held, {row.year for row in rows})
    published = sum(row.state == PledgeState.PUBLISHED for row in rows)
    return published, len(rows) - published


@transaction.atomic
def pledge_progress(*, by: User, pledge: Pledge, texts: Mapping[int, str]) -> Pledge:
    """践诺: how it goes, by item; at any time until it is judged, as often as the member likes."""
    held = locked(pledge)
    if held.state != PledgeState.PUBLISHED:
        raise ValidationError("公诺之后、评诺之前填写践诺情况。")
    for item in held.items.filter(pk__in=list(texts)).select_for_update():
        text = texts[item.pk].strip()
        if text == item.progress:
            continue
        day = local_today() if text else None
        path = held.organisation.path
        filled(item, {"progress": text, "progress_on": day}, by=by, action="pledge.progress", path=path)
    return held


@transaction.atomic
def pledges_judge(
    *, by: User, branch: Organisation, held_on: date, meeting: Meeting | None, results: Mapping[int, Mapping[int, str]]
) -> int:
    """
    评诺 by the branch: ``results`` by pledge and item. Each pledge is judged whole; the meeting that did it is linked
    and gives the day. How many were judged. ValidationError in Chinese.
    """
    held = standing(branch)
    own_log(held, meeting)
    day = meeting.held_on if meeting else held_on
    not_ahead(held_on=day)
    rows = Pledge.objects.filter(organisation=held, state=PledgeState.PUBLISHED, pk__in=list(results))
    pledges = list(rows.select_related("member").order_by("pk").select_for_update(no_key=True, of=("self",)))
    if not pledges:
        raise ValidationError("没有选出评议结果。")
    if len(pledges) < len(results):
        raise ValidationError("有的承诺已经评过，请刷新后再看。")
    for pledge in pledges:
        _judge(pledge, results[pledge.pk], day)
        given = {"state": PledgeState.JUDGED, "judged_on": day, "meeting": meeting}
        filled(pledge, given, by=by, action="pledge.judge", path=held.path)
    return len(pledges)


def _judge(pledge: Pledge, results: Mapping[int, str], day: date) -> None:
    items = list(pledge.items.select_for_update())
    if set(results) != {item.pk for item in items} or not set(results.values()) <= set(ItemResult.values):
        raise ValidationError(f"{pledge.member.name}的承诺要逐条评议。")
    if pledge.published_on and day < pledge.published_on:
        raise ValidationError({"held_on": f"{pledge.member.name}的承诺在这一天还没有公诺。"})
    for item in items:
        item.result = results[item.pk]
    PledgeItem.objects.bulk_update(items, ["result"])


def _reviewed(pledge: Pledge, reason: str | None, by: User, branch: Organisation) -> None:
    if reason is None:
        given = {"state": PledgeState.PUBLISHED, "reason": "", "published_on": local_today()}
    else:
        if not reason.strip():
            raise ValidationError("退回的须写明原因。")
        given = {"state": PledgeState.RETURNED, "reason": reason}
    filled(pledge, given, by=by, action="pledge.review", path=branch.path)


def _replace_items(pledge: Pledge, items: Sequence[ItemData]) -> None:
    pledge.items.all().delete()
    for number, item in enumerate(items, start=1):
        row = PledgeItem(pledge=pledge, number=number, **item._asdict())
        refuse_personal_numbers({"content": row.content})
        row.full_clean()
        row.save()


def _measured(branch: Organisation, years: set[int]) -> None:
    """A published pledge counts in its year, if that is not closed."""
    days = [date(year, 12, 31) for year in sorted(years)]
    refuse_closed(branches=[branch.pk], days=days)
    obligations_measured(measure=PLEDGES, organisation_ids=[branch.pk], days=days)
