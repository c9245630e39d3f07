"""The work committee or unit that a page is about, and the tabs of the wing."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.doors import get_visible
from accounts.models import User
from accounts.roles import Capability
from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from core.actors import UserRequest
from discipline.selectors.places import heads_all

WARNING_TABS = (
    ("年度安排", "discipline:conference_schedule", Capability.WARNING_VIEW),
    ("大会列表", "discipline:conference_list", Capability.WARNING_VIEW),
    ("典型案例通报", "discipline:circular_list", Capability.CIRCULAR_VIEW),
    ("学习落实", "discipline:follow_up_list", Capability.WARNING_VIEW),
)
INTEGRITY_TABS = (
    ("项目清单", "discipline:project_list", Capability.INTEGRITY_VIEW),
    ("廉政风险点", "discipline:risk_list", Capability.INTEGRITY_VIEW),
    ("廉洁文化活动", "discipline:activity_list", Capability.INTEGRITY_VIEW),
)
COMMITTEE_TABS = (
    ("组成人员", "discipline:committee_list", Capability.DISCIPLINE_COMMITTEE_VIEW),
    ("五年行动", "discipline:five_year_list", Capability.DISCIPLINE_COMMITTEE_VIEW),
    ("工作台账", "discipline:quarter_list", Capability.DISCIPLINE_COMMITTEE_VIEW),
    ("半年和年度汇总", "discipline:quarter_sums", Capability.DISCIPLINE_COMMITTEE_VIEW),
    ("廉政谈话", "discipline:integrity_talk_list", Capability.INTEGRITY_TALK_VIEW),
)

Tabs = tuple[tuple[str, str, Capability], ...]


def tabs_of(user: User, tabs: Tabs, current: str) -> list[tuple[str, str, bool]]:
    """(title, URL name, whether it is this page) of the tabs that open to the user."""
    return [(title, name, name == f"discipline:{current}") for title, name, right in tabs if user.can(right)]


def heads_of(user: User, capability: Capability) -> OrganisationQuerySet:
    """The work committee and units that the user reaches, in tree order."""
    found: OrganisationQuerySet = heads_all().visible_to(user, capability)
    return found


def head_asked(request: UserRequest, capability: Capability, *, units_only: bool = False) -> Organisation | None:
    """
    The organisation in ?org=; where none is named the work committee for whoever reaches everything, else the only one
    within reach; None where one is to be chosen.
    """
    heads = heads_all().filter(depth=2) if units_only else heads_all()
    named = request.POST.get("org") or request.GET.get("org") or ""
    if named:
        if not (named.isascii() and named.isdigit() and len(named) <= 18):
            raise Http404("没有找到这个党组织。")
        found: Organisation = get_visible(heads, request.user, capability, seen_by=capability, pk=int(named))
        return found
    within = list(heads.visible_to(request.user, capability)[:2])
    if within and (len(within) == 1 or within[0].depth == 1):
        return within[0]
    return None


def choose_head(request: UserRequest, capability: Capability, title: str, *, units_only: bool = False) -> HttpResponse:
    """The page that asks which organisation is meant."""
    heads = heads_of(request.user, capability)
    if units_only:
        heads = heads.filter(depth=2)
    return render(request, "discipline/head_choice.html", {"heads": list(heads), "title": title})
