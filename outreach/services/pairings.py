"""联村联户: paired, visited, needs met, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.measures import deadlines_refresh
from core import audit
from outreach.choices import PairingKind
from outreach.models import Pairing, PairingNeed, PairingVisit
from outreach.selectors.deadlines import PAIRING_NEED
from outreach.services.rows import filled, locked, not_ahead, own_member, standing, told

FIELDS = ("kind", "village", "member", "label", "starts_on")
NEED = ("need", "deed", "noted_on", "due_on")


@transaction.atomic
def pairing_create(
    *, by: User, branch: Organisation, values: Mapping[str, Any], action: str = "pairing.create"
) -> Pairing:
    """Pair a branch with a village, or a member with a household under a label. ValidationError by field."""
    held = standing(branch, (OrganisationKind.BRANCH,))
    given = {name: values[name] for name in FIELDS if name in values}
    if given.get("kind") == PairingKind.VILLAGE:
        given |= {"member": None, "label": ""}
    own_member(held, given.get("member"), "member")
    not_ahead(starts_on=given.get("starts_on"))
    return filled(Pairing(organisation=held, by=by), given, by=by, action=action, path=held.path)


@transaction.atomic
def pairing_end(*, by: User, pairing: Pairing, ends_on: date, reason: str) -> Pairing:
    """The pairing ends, with its reason; needs that are still open are due no more."""
    held = locked(pairing)
    if held.ends_on is not None:
        raise ValidationError("这个结对已经结束。")
    not_ahead(ends_on=ends_on)
    given = {"ends_on": ends_on, "end_reason": reason}
    filled(held, given, by=by, action="pairing.end", path=held.organisation.path)
    _due_again(*held.needs.exclude(due_on=None).values_list("pk", flat=True))
    return held


@transaction.atomic
def need_add(*, by: User, pairing: Pairing, values: Mapping[str, Any]) -> PairingNeed:
    """A need, and what will be done about it; with a last day it is due. ValidationError by field."""
    held = locked(pairing)
    _refuse_ended(held)
    not_ahead(noted_on=values.get("noted_on"))
    given = {name: values[name] for name in NEED if name in values}
    row = filled(PairingNeed(pairing=held, by=by), given, by=by, action="pairing.need", path=held.organisation.path)
    _due_again(row.pk)
    return row


@transaction.atomic
def need_update(*, by: User, need: PairingNeed, values: Mapping[str, Any]) -> PairingNeed:
    """Reword an open need or move its last day."""
    held = _open_need(need)
    not_ahead(noted_on=values.get("noted_on"))
    given = {name: values[name] for name in NEED if name in values}
    filled(held, given, by=by, action="pairing.need_update", path=held.pairing.organisation.path)
    _due_again(held.pk)
    return held


@transaction.atomic
def need_done(
    *, by: User, need: PairingNeed, done_on: date, result: str, satisfaction: str = "", deed: str = ""
) -> PairingNeed:
    """The need is met: when, with what result, and what the household or village says of it."""
    held = _open_need(need)
    not_ahead(done_on=done_on)
    given = {"done_on": done_on, "result": result, "satisfaction": satisfaction, "deed": deed or held.deed}
    filled(held, given, by=by, action="pairing.need_done", path=held.pairing.organisation.path)
    _due_again(held.pk)
    return held


@transaction.atomic
def need_remove(*, by: User, need: PairingNeed) -> None:
    """Take out a need entered by mistake."""
    held = _open_need(need)
    pk, path = held.pk, held.pairing.organisation.path
    audit.record(by=by, action="pairing.need_remove", target=held, scope_path=path, before=told(held, NEED))
    held.delete()
    _due_again(pk)


@transaction.atomic
def visit_record(*, by: User, pairing: Pairing, held_on: date, form: str) -> PairingVisit:
    """That a visit took place. ValidationError by field."""
    held = locked(pairing)
    _refuse_ended(held)
    not_ahead(held_on=held_on)
    if held_on < held.starts_on:
        raise ValidationError({"held_on": "走访日期不能早于结对日期。"})
    given = {"held_on": held_on, "form": form}
    row = PairingVisit(pairing=held, by=by)
    return filled(row, given, by=by, action="pairing.visit", path=held.organisation.path)


@transaction.atomic
def visit_remove(*, by: User, visit: PairingVisit) -> None:
    held = locked(visit, "pairing__organisation")
    path, before = held.pairing.organisation.path, told(held, ("held_on", "form"))
    audit.record(by=by, action="pairing.visit_remove", target=held, scope_path=path, before=before)
    held.delete()


def _open_need(need: PairingNeed) -> PairingNeed:
    held = locked(need, "pairing__organisation")
    _refuse_ended(held.pairing)
    if held.done_on is not None:
        raise ValidationError("这个需求已经办结。")
    return held


def _refuse_ended(pairing: Pairing) -> None:
    if pairing.ends_on is not None:
        raise ValidationError("这个结对已经结束，不再登记。")


def _due_again(*needs: int) -> None:
    if needs:
        deadlines_refresh(source=PAIRING_NEED, subjects=[f"{PAIRING_NEED}:{pk}" for pk in needs])
