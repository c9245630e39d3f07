"""The branch that a page is about: named in the request, or the only one within reach."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.doors import get_visible
from accounts.models import User
from accounts.roles import Capability
from branches.models import Organisation
from branches.selectors.minutes import branches_all
from branches.selectors.talks import talk_branches
from core.actors import UserRequest

BRANCHES_SHOWN = 200


def branch_asked(request: UserRequest, capability: Capability) -> Organisation | None:
    """The branch in ?branch=; the only one within reach where none is named; None where one is to be chosen."""
    named = request.POST.get("branch") or request.GET.get("branch") or ""
    if not named:
        within = list(talk_branches(request.user, capability)[:2])
        return within[0] if len(within) == 1 else None
    if not (named.isascii() and named.isdigit() and len(named) <= 18):
        raise Http404("没有找到这个党支部。")
    found: Organisation = get_visible(
        branches_all(), request.user, capability, seen_by=Capability.BRANCH_VIEW, pk=int(named)
    )
    return found


def choose_branch(request: HttpRequest, user: User, capability: Capability, title: str) -> HttpResponse:
    """The page that asks which branch is meant."""
    branches = list(talk_branches(user, capability)[:BRANCHES_SHOWN])
    return render(request, "branches/branch_choice.html", {"branches": branches, "title": title})
