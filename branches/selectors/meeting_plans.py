"""Reads around meetings planned ahead."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MeetingKind, PlanState
from branches.models import MeetingPlan, Organisation
from branches.querysets import OrganisationRowQuerySet

PLANS_SHOWN = 20


def plans_in_full() -> OrganisationRowQuerySet:
    return MeetingPlan.objects.select_related("organisation", "group", "meeting", "by")


def open_plans(branch: Organisation) -> list[MeetingPlan]:
    """The plans of the branch that have no log yet, the earliest first. One query."""
    plans = MeetingPlan.objects.filter(organisation=branch, state=PlanState.PLANNED).select_related("group")
    return list(plans.order_by("planned_on", "starts_at", "pk")[:PLANS_SHOWN])


def open_plan(branch: Organisation, named: str) -> MeetingPlan | None:
    """The open plan of this branch with this id, None for anything else. One query."""
    if not (named.isascii() and named.isdigit() and len(named) <= 18):
        return None
    return MeetingPlan.objects.filter(organisation=branch, state=PlanState.PLANNED, pk=int(named)).first()


def planned_content(plan: MeetingPlan, today: date) -> dict[str, Any]:
    """What the plan says already, in the shape of a draft; a meeting held early is dated today."""
    content: dict[str, Any] = {
        "plan": str(plan.pk),
        "title": plan.title,
        "held_on": min(plan.planned_on, today).isoformat(),
        "starts_at": plan.starts_at.strftime("%H:%M") if plan.starts_at else "",
        "place": plan.place,
        "agenda": plan.agenda,
    }
    if plan.kind == MeetingKind.THEME_DAY:
        content |= {"theme": plan.title, "theme_preset": "1"}
    return content


def may_write_plan(user: User, plan: MeetingPlan) -> bool:
    return plan.state == PlanState.PLANNED and user.scope(Capability.PLAN_WRITE).covers(plan.organisation.path)
