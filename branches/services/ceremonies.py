"""Political rituals as light records: 政治生日, 重温入党誓词, 政治家访."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import HomeVisit, Meeting, Member, OathReview, Organisation, PoliticalBirthday
from branches.policy.ceremonies import visit_problems
from branches.policy.minutes import id_number_problems
from branches.selectors.ceremonies import DEEDS
from core import audit
from core.calendar import local_today


@transaction.atomic
def birthdays_record(
    *, by: User, branch: Organisation, members: Collection[int], held_on: date, deeds: Collection[str]
) -> int:
    """
    How the 政治生日 of these members was marked in the year of ``held_on``; what was recorded for a member in that year
    before is replaced. How many. ValidationError by field.
    """
    branch = _locked(branch.pk)
    _check_day(branch, held_on)
    chosen = sorted(set(members))
    if not chosen:
        raise ValidationError({"members": ["请勾选过政治生日的党员。"]})
    known = set(_present(branch).filter(pk__in=chosen, joined_on__isnull=False).values_list("pk", flat=True))
    if set(chosen) - known:
        raise ValidationError({"members": ["勾选的人里有不在本支部名册上的，请刷新页面。"]})
    marks = {name: name in deeds for name in DEEDS}
    PoliticalBirthday.objects.bulk_create(
        [
            PoliticalBirthday(organisation=branch, member_id=pk, year=held_on.year, held_on=held_on, by=by, **marks)
            for pk in chosen
        ],
        update_conflicts=True,
        unique_fields=["organisation", "member", "year"],
        update_fields=["held_on", "by", *DEEDS],
    )
    after = {"held_on": held_on.isoformat(), "人数": len(chosen)}
    audit.record(by=by, action="ceremony.birthday", target=branch, scope_path=branch.path, after=after)
    return len(chosen)


@transaction.atomic
def oath_review_record(
    *,
    by: User,
    branch: Organisation,
    held_on: date | None = None,
    count: int | None = None,
    place: str = "",
    leader: str = "",
    meeting: int | None = None,
) -> OathReview:
    """
    重温入党誓词 of the branch; ``meeting``: the id of its own log within which it took place, which then tells day,
    place and number (N6). ValidationError by field.
    """
    branch = _locked(branch.pk)
    if meeting:
        log = Meeting.objects.filter(pk=meeting, organisation=branch).first()
        if log is None:
            raise ValidationError({"meeting": ["没有找到这条会议记录。"]})
        held_on, place, count = log.held_on, log.place, log.present or count
    if held_on is None:
        raise ValidationError({"held_on": ["请填写日期，或者选择结合的会议。"]})
    if not count:
        raise ValidationError({"count": ["请填写参加人数，或者选择结合的会议。"]})
    _check_day(branch, held_on)
    if problems := id_number_problems([("place", "地点", place), ("leader", "领誓人", leader)]):
        raise ValidationError(dict(problems))
    row = OathReview(
        organisation=branch, held_on=held_on, count=count, place=place, leader=leader, meeting_id=meeting or None, by=by
    )
    row.full_clean(exclude=["organisation", "meeting", "by"])
    row.save(force_insert=True)
    after = {"held_on": held_on.isoformat(), "count": count}
    audit.record(by=by, action="ceremony.oath", target=row, scope_path=branch.path, after=after)
    return row


@transaction.atomic
def home_visit_record(
    *,
    by: User,
    branch: Organisation,
    member: int,
    visitors: Collection[int],
    held_on: date,
    category: str,
    consented: bool,
) -> HomeVisit:
    """政治家访 of a member by two others at least, with the member's consent. Nothing that was learnt is kept."""
    branch = _locked(branch.pk)
    _check_day(branch, held_on)
    if problems := visit_problems(member, visitors, consented):
        raise ValidationError(dict(problems))
    people = {member, *visitors}
    if _present(branch).filter(pk__in=people).count() != len(people):
        raise ValidationError({"member": ["家访对象和家访人都应是本支部的党员。"]})
    row = HomeVisit(
        organisation=branch, member_id=member, held_on=held_on, category=category, consented=consented, by=by
    )
    row.full_clean(exclude=["organisation", "member", "by"])
    row.save(force_insert=True)
    row.visitors.set(visitors)
    after = {"held_on": held_on.isoformat(), "家访人数": len(set(visitors))}
    audit.record(by=by, action="ceremony.visit", target=row, scope_path=branch.path, after=after)
    return row


@transaction.atomic
def ceremony_remove(*, by: User, row: OathReview | HomeVisit) -> None:
    """Take out a record entered by mistake."""
    branch = _locked(row.organisation_id)
    before = {"held_on": row.held_on.isoformat()}
    audit.record(by=by, action="ceremony.remove", target=row, scope_path=branch.path, before=before)
    row.delete()


def _locked(branch_id: int) -> Organisation:
    return Organisation.objects.order_by().select_for_update(no_key=True).get(pk=branch_id)


def _present(branch: Organisation) -> Any:
    return Member.objects.current().filter(organisation=branch)


def _check_day(branch: Organisation, held_on: date) -> None:
    if not branch.founded_on <= held_on <= local_today():
        raise ValidationError({"held_on": ["日期应在党支部成立之日和今天之间。"]})
