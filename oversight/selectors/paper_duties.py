"""What waits for a reader on the home page among the papers and is no obligation of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.roles import Capability
from core.duties import Duty
from oversight.choices.filings import FilingState
from oversight.choices.inspections import InspectionPlanState
from oversight.choices.requests import RequestKind, RequestState
from oversight.models import Filing, InspectionPlan, OfficialRequest

SHOWN = 5


def paper_duties(user: Any, today: date) -> Iterator[Duty]:
    """Filings to receive, plans to approve, reports to read, replies to act on: two queries for anybody at most."""
    if user.can(Capability.FILING_REVIEW):
        return chain(_filings(user), _plans(user))
    return _requests(user) if user.can(Capability.REQUEST_SUBMIT) else iter(())


def _filings(user: Any) -> Iterator[Duty]:
    rows = Filing.objects.visible_to(user, Capability.FILING_REVIEW).filter(state=FilingState.FILED)
    for row in rows.select_related("organisation").order_by("filed_on", "pk")[:SHOWN]:
        url = reverse("oversight:filing_detail", args=[row.pk])
        detail = f"{row.organisation.short_name} · {row.filed_on:%m-%d}报备"
        yield Duty(f"接收备案：{row.name}", detail, url, "去接收", "due", "待接收")


def _plans(user: Any) -> Iterator[Duty]:
    rows = InspectionPlan.objects.visible_to(user, Capability.INSPECTION_APPROVE)
    rows = rows.filter(state=InspectionPlanState.SUBMITTED).exclude(by=user.pk)
    for row in rows.select_related("organisation").order_by("pk")[:SHOWN]:
        url = reverse("oversight:inspection_plan_detail", args=[row.pk])
        yield Duty(f"批准：{row.title}", row.organisation.short_name, url, "去批准", "due", "待批准")


def _requests(user: Any) -> Iterator[Duty]:
    """Replies that the own organisation has to act on, and reports that came in."""
    rows = OfficialRequest.objects.visible_to(user, Capability.REQUEST_SUBMIT)
    waiting = Q(state=RequestState.REPLIED) | Q(state=RequestState.SENT, kind=RequestKind.REPORT)
    for row in rows.filter(waiting).select_related("organisation", "target").order_by("sent_on", "pk")[: 2 * SHOWN]:
        url = reverse("oversight:request_detail", args=[row.pk])
        if row.state == RequestState.REPLIED and not user.scope(Capability.REQUEST_SUBMIT).covers(row.target.path):
            yield Duty(f"已答复：{row.matter}", row.target.short_name, url, "查看并办结", "info", "已答复")
        elif row.state == RequestState.SENT and user.scope(Capability.REQUEST_REPLY).covers(row.target.path):
            yield Duty(f"收到报告：{row.matter}", row.organisation.short_name, url, "去阅", "info", "待阅")
