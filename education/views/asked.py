"""What a page is about: a branch, a log or a task named in the request, or the only branch within reach."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.doors import get_visible
from accounts.roles import Capability
from branches.models import Organisation
from core.actors import UserRequest
from education.selectors.study_tasks import branches_all, study_branches

BRANCHES_SHOWN = 200


def number_asked(request: UserRequest, name: str) -> int | None:
    """The number named in the request; Http404 where what is named is no number."""
    named = request.POST.get(name) or request.GET.get(name) or ""
    if not named:
        return None
    if not (named.isascii() and named.isdigit() and len(named) <= 18):
        raise Http404("没有找到。")
    return int(named)


def branch_asked(request: UserRequest, capability: Capability) -> Organisation | None:
    """The branch in ?branch=; the only one within reach where none is named; None where one is to be chosen."""
    named = number_asked(request, "branch")
    if named is None:
        within = list(study_branches(request.user, capability)[:2])
        return within[0] if len(within) == 1 else None
    found: Organisation = get_visible(
        branches_all(), request.user, capability, seen_by=Capability.BRANCH_VIEW, pk=named
    )
    return found


def choose_branch(request: UserRequest, capability: Capability, title: str) -> HttpResponse:
    """The page that asks which branch is meant."""
    branches = list(study_branches(request.user, capability)[:BRANCHES_SHOWN])
    return render(request, "education/branch_choice.html", {"branches": branches, "title": title})
