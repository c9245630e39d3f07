"""Records that may mean one person, and making two of them one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.member_history import MergeForm
from branches.models import Member
from branches.selectors.member_doubles import differences, doubles_found
from branches.selectors.members import members_in_full
from branches.services.member_merge import member_merge as merge
from core.actors import UserRequest


@door(Capability.MEMBER_DISABLE, methods=("GET",))
def member_doubles(request: UserRequest) -> HttpResponse:
    return render(request, "branches/member_doubles.html", {"doubles": doubles_found(request.user)})


@door(Capability.MEMBER_DISABLE)
def member_merge(request: UserRequest, pk: int, other: int) -> HttpResponse:
    """Keep the record ``pk``, merge ``other`` into it."""
    keep, drop = _member(request, pk), _member(request, other)
    if keep.pk == drop.pk:
        raise Http404("请选择两条不同的记录。")
    form = MergeForm(request.POST or None, found=differences(keep, drop))
    if request.method == "POST" and form.is_valid():
        given = {"from_second": form.from_second(), "reason": form.cleaned_data["reason"]}
        try:
            merge(by=request.user, keep=keep, drop=drop, **given)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已合并为一条：{keep.name}。")
            return redirect("branches:member_detail", pk=pk)
    return render(request, "branches/member_merge.html", {"form": form, "keep": keep, "drop": drop})


def _member(request: UserRequest, pk: int) -> Member:
    rows, right = members_in_full(), Capability.MEMBER_DISABLE
    found: Member = get_visible(rows, request.user, right, seen_by=Capability.MEMBER_LIST, pk=pk)
    return found
