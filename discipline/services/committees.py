"""机关纪委: full or part time, and the counts of a quarter."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation, Post
from branches.services.measures import obligations_measured
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_today
from core.periods import Freq, Period
from discipline.choices import StaffMark
from discipline.models import CommitteeQuarter, CommitteeQuarterVersion, CommitteeStaffing
from discipline.policy.quarters import COUNT_LIMIT, COUNTS, LABELS, asked_in
from discipline.selectors.committees import DISCIPLINE_POSTS, QUARTERS


@transaction.atomic
def staffing_mark(*, by: User, post: Post, mark: str) -> CommitteeStaffing:
    """Mark a holder of a discipline post as full or part time; the post itself is kept where posts are kept."""
    held = Post.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=post.pk)
    if held.kind not in DISCIPLINE_POSTS:
        raise ValidationError("只给机关纪委书记、纪检委员标注专兼职。")
    if mark not in StaffMark.values:
        raise ValidationError({"mark": "请选择专职或兼职。"})
    row = CommitteeStaffing.objects.filter(post=held).first() or CommitteeStaffing(post=held)
    before = {"mark": row.mark}
    row.organisation, row.mark, row.by = held.organisation, mark, by
    row.full_clean()
    row.save()
    audit.record(
        by=by, action="committee.mark", target=row, scope_path=held.organisation.path, before=before,
        after={"mark": mark, "post": held.kind},
    )  # fmt: skip
    return row


@transaction.atomic
def quarter_confirm(
    *, by: User, unit: Organisation, period: Period, counts: Mapping[str, int], reason: str = ""
) -> CommitteeQuarter:
    """
    Confirm the counts of a quarter that is over, or revise them: a revision keeps what stood and wants a ``reason``.
    Rule D05 follows in the quarter after. ValidationError by field, in Chinese.
    """
    place = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=unit.pk)
    _check(place, period, counts, reason)
    row = CommitteeQuarter.objects.select_for_update().filter(
        organisation=place, year=period.year, quarter=period.number
    ).first()  # fmt: skip
    before = {name: getattr(row, name) for name in COUNTS} if row else None
    after = {name: counts[name] for name in COUNTS}
    if row is not None:
        if before == after:
            return row
        _keep(row, by, reason)
    else:
        row = CommitteeQuarter(organisation=place, year=period.year, quarter=period.number)
    for name, value in after.items():
        setattr(row, name, value)
    row.by = by
    row.full_clean()
    row.save()
    obligations_measured(measure=QUARTERS, organisation_ids=[place.pk], days=[asked_in(period).starts_on])
    action = "committee_quarter.revise" if before else "committee_quarter.confirm"
    audit.record(
        by=by, action=action, target=row, scope_path=place.path, before=before, after=after, reason=reason.strip()
    )
    return row


def _check(place: Organisation, period: Period, counts: Mapping[str, int], reason: str) -> None:
    if place.kind != OrganisationKind.UNIT:
        raise ValidationError("工作台账由单位的机关纪委确认。")
    if period.freq is not Freq.QUARTER or period.ends_on >= local_today():
        raise ValidationError("季度结束后再确认这个季度的台账。")
    for name in COUNTS:
        if not 0 <= counts.get(name, -1) <= COUNT_LIMIT:
            raise ValidationError({name: f"{LABELS[name]}须是0到{COUNT_LIMIT}之间的整数。"})
    refuse_personal_numbers({"reason": reason})


def _keep(row: CommitteeQuarter, by: User, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": "更正已确认的数字，请写明原因。"})
    CommitteeQuarterVersion.objects.create(
        quarter=row,
        number=row.revision,
        counts={name: getattr(row, name) for name in COUNTS},
        reason=reason.strip(),
        by=by,
    )
    row.revision += 1
