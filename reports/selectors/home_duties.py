"""What waits for the reader beside the logs: plans, terms, admissions, letters, dues, quarters to be opened again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from accounts.roles import Capability
from branches.choices import PlanState
from branches.models import MeetingPlan
from branches.selectors.admission import admissions_due
from branches.selectors.closings import requests_waiting
from branches.selectors.dues_summary import dues_waiting
from branches.selectors.letters import letters_overdue
from branches.selectors.terms import TermState, terms_due
from core.duties import Duty, registered_duties

if TYPE_CHECKING:
    from accounts.models import User

PLANNED_DAYS = 7
#: So many of a kind are named one by one; more are one line that opens as a list.
NAMED = 2


def duties(user: User, today: date) -> Iterator[Duty]:
    """Two queries at most for each kind of duty that the reader may have; none for the others."""
    yield from _plans(user, today)
    yield from _terms(user, today)
    yield from _admissions(user, today)
    yield from _letters(user)
    yield from _dues(user, today)
    yield from _quarters(user)
    yield from registered_duties(user, today)


def _plans(user: User, today: date) -> Iterator[Duty]:
    if not user.can(Capability.PLAN_WRITE):
        return
    plans = MeetingPlan.objects.visible_to(user, Capability.PLAN_WRITE).filter(state=PlanState.PLANNED)
    coming = plans.filter(planned_on__lte=today + timedelta(days=PLANNED_DAYS))
    for plan in coming.select_related("organisation").order_by("planned_on", "pk")[:5]:
        held = plan.planned_on <= today
        yield Duty(
            f"{'计划的会议，开过后请记录' if held else '计划中的会议'}：{plan.title}",
            f"{plan.planned_on.month}月{plan.planned_on.day}日 · {plan.organisation.short_name}",
            reverse("branches:plan_detail", args=[plan.pk]),
            "去记录" if held else "查看",
            "due" if held else "info",
            "待记录" if held else "",
        )


def _terms(user: User, today: date) -> Iterator[Duty]:
    if not (user.can(Capability.ELECTION_RECORD) or user.can(Capability.ELECTION_APPROVE)):
        return
    found = terms_due(user, today)
    if len(found) > NAMED:
        over = sum(item.state == TermState.OVERDUE for item in found)
        detail = f"已届满{over}个，半年内届满{len(found) - over}个 · 依据{found[0].source}"
        query = urlencode({"state": TermState.OVERDUE.value if over else TermState.REMINDER.value})
        yield Duty("任期届满和换届提醒", detail, f"{reverse('branches:term_list')}?{query}", "查看", "due")
        return
    for item in found:
        over = item.state == TermState.OVERDUE
        yield Duty(
            f"{'任期已届满' if over else '任期即将届满'}：{item.term.organisation.short_name}",
            f"{item.ends_on}届满 · 依据{item.source}",
            reverse("branches:organisation_terms", args=[item.term.organisation_id]),
            "办理",
            "overdue" if over else "due",
            "已届满" if over else "换届提醒",
        )


def _admissions(user: User, today: date) -> Iterator[Duty]:
    if not (user.can(Capability.ADMISSION_RECORD) or user.can(Capability.ADMISSION_APPROVE)):
        return
    due = admissions_due(user, today, first=0)
    if due.overdue or due.soon:
        detail = f"已超过时限{due.overdue}项，近期到期{due.soon}项"
        tone, label = ("overdue", "已超时限") if due.overdue else ("due", "近期到期")
        yield Duty("发展党员步骤到期", detail, reverse("branches:admission_due_list"), "查看", tone, label)


def _letters(user: User) -> Iterator[Duty]:
    if user.can(Capability.MEMBER_TRANSFER) and (count := letters_overdue(user)):
        url = f"{reverse('branches:letter_list')}?{urlencode({'state': 'expired'})}"
        yield Duty("介绍信超过有效期未接转", f"{count}份", url, "查看", "due", "超过有效期")


def _dues(user: User, today: date) -> Iterator[Duty]:
    if user.can(Capability.DUES_APPROVE) and (count := dues_waiting(user, today.year)):
        yield Duty("党费基数和减免待审批", f"{count}项", reverse("branches:dues_home"), "审批", "due", "待审批")


def _quarters(user: User) -> Iterator[Duty]:
    for row in requests_waiting(user)[:NAMED]:
        yield Duty(
            f"申请重新开放已归档季度：{row.organisation.short_name}",
            f"{row.requested_by.name}申请" if row.requested_by else "",
            reverse("branches:quarter_detail", args=[row.organisation_id, row.period]),
            "审批",
            "due",
            "待审批",
        )
