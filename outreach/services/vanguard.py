"""党员先锋岗: set up, reviewed against its own standard, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Meeting, Organisation
from outreach.models import VanguardPost, VanguardReview
from outreach.services.rows import filled, locked, not_ahead, own_log, own_member, standing

FIELDS = ("title", "holder", "team", "standard", "shown_on", "valid_until")
KINDS = (OrganisationKind.BRANCH, OrganisationKind.UNIT)


@transaction.atomic
def post_create(*, by: User, organisation: Organisation, values: Mapping[str, Any]) -> VanguardPost:
    """A post of a branch or unit, held by one member or one team. ``values`` by FIELDS. ValidationError by field."""
    held = standing(organisation, KINDS)
    own_member(held, values.get("holder"), "holder")
    return filled(
        VanguardPost(organisation=held, by=by), _given(values), by=by, action="vanguard.create", path=held.path
    )


@transaction.atomic
def post_update(
    *, by: User, post: VanguardPost, values: Mapping[str, Any], expected_revision: int | None = None
) -> VanguardPost:
    held = locked(post)
    _refuse_withdrawn(held)
    if values.get("holder") and values["holder"].pk != held.holder_id:
        own_member(held.organisation, values["holder"], "holder")
    path = held.organisation.path
    return filled(held, _given(values), by=by, action="vanguard.update", path=path, expected_revision=expected_revision)


@transaction.atomic
def post_review(
    *, by: User, post: VanguardPost, held_on: date, grade: str, opinion: str = "", meeting: Meeting | None = None
) -> VanguardReview:
    """One review; the meeting that did it is linked and gives its day."""
    held = locked(post)
    _refuse_withdrawn(held)
    own_log(held.organisation, meeting)
    day = meeting.held_on if meeting else held_on
    not_ahead(held_on=day)
    if day < held.shown_on:
        raise ValidationError({"held_on": "评议日期不能早于亮牌日期。"})
    given = {"held_on": day, "grade": grade, "opinion": opinion, "meeting": meeting}
    row = VanguardReview(post=held, by=by)
    return filled(row, given, by=by, action="vanguard.review", path=held.organisation.path)


@transaction.atomic
def post_withdraw(*, by: User, post: VanguardPost, held_on: date, reason: str) -> VanguardPost:
    """The post ends, with its reason."""
    held = locked(post)
    _refuse_withdrawn(held)
    not_ahead(withdrawn_on=held_on)
    given = {"withdrawn_on": held_on, "reason": reason}
    return filled(held, given, by=by, action="vanguard.withdraw", path=held.organisation.path)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in FIELDS if name in values}


def _refuse_withdrawn(post: VanguardPost) -> None:
    if post.withdrawn_on is not None:
        raise ValidationError("这个先锋岗已经撤销。")
