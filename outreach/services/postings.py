"""第一书记和工作队员: sent, planned and graded by year, handed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Member, Organisation
from branches.services.measures import deadlines_refresh
from branches.services.worklists import worklist_create, worklist_stop
from outreach.models import PostingYear, VillagePosting
from outreach.selectors.deadlines import POSTING_TERM
from outreach.services.rows import filled, locked, not_ahead, own_member, standing

WORKLIST = "outreach.posting"
FIELDS = ("village", "role", "starts_on", "ends_on")
YEARLY = ("plan", "funds", "half_grade", "year_grade", "graded_by")


@transaction.atomic
def posting_create(
    *,
    by: User,
    unit: Organisation,
    member: Member,
    values: Mapping[str, Any],
    action: str = "village_posting.create",
) -> VillagePosting:
    """Send a member of the unit to a village, with an empty plan. ``values`` by FIELDS. ValidationError by field."""
    held = standing(unit, (OrganisationKind.UNIT,))
    own_member(held, member, "member")
    title = f"{member.name}驻{str(values['village']).strip()[:40]}帮扶计划"
    worklist = worklist_create(by=by, organisation=held, source=WORKLIST, title=title)
    row = VillagePosting(organisation=held, worklist=worklist, by=by)
    given = {"member": member, **{name: values[name] for name in FIELDS if name in values}}
    filled(row, given, by=by, action=action, path=held.path)
    _due_again(row)
    return row


@transaction.atomic
def posting_update(
    *, by: User, posting: VillagePosting, values: Mapping[str, Any], expected_revision: int | None = None
) -> VillagePosting:
    """Correct the village, the role or the term; a longer term moves the day on which its end is due."""
    held = _present(posting)
    given = {name: values[name] for name in FIELDS if name in values}
    filled(
        held,
        given,
        by=by,
        action="village_posting.update",
        path=held.organisation.path,
        expected_revision=expected_revision,
    )
    _due_again(held)
    return held


@transaction.atomic
def posting_year(*, by: User, posting: VillagePosting, year: int, values: Mapping[str, Any]) -> PostingYear:
    """Plan, funds and grades of one year of the posting, entered or corrected. ValidationError by field."""
    held = locked(posting)
    if not held.starts_on.year <= year <= max(held.ends_on, held.finished_on or held.ends_on).year:
        raise ValidationError({"year": "年度应在任期之内。"})
    row = held.years.filter(year=year).select_for_update().first() or PostingYear(posting=held)
    given = {"year": year, **{name: values[name] for name in YEARLY if name in values}}
    return filled(row, given, by=by, action="village_posting.year", path=held.organisation.path)


@transaction.atomic
def posting_finish(*, by: User, posting: VillagePosting, finished_on: date, handover: str) -> VillagePosting:
    """The member leaves the village; what was handed over is told in words. Open tasks of the plan are cancelled."""
    held = _present(posting)
    not_ahead(finished_on=finished_on)
    if not handover.strip():
        raise ValidationError({"handover": "请写明交接情况。"})
    worklist_stop(by=by, worklist=held.worklist, reason="任期结束，已办理交接")
    given = {"finished_on": finished_on, "handover": handover}
    filled(held, given, by=by, action="village_posting.finish", path=held.organisation.path)
    _due_again(held)
    return held


def _present(posting: VillagePosting) -> VillagePosting:
    held = locked(posting)
    if held.finished_on is not None:
        raise ValidationError("已经办理交接。")
    return held


def _due_again(posting: VillagePosting) -> None:
    deadlines_refresh(source=POSTING_TERM, subjects=[f"{POSTING_TERM}:{posting.pk}"])
