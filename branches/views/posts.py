"""Posts: who serves where, from when to when."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.organisations import PostEndForm, PostForm
from branches.selectors import organisations as selectors
from branches.services import posts
from core.actors import UserRequest


@door(Capability.BRANCH_UPDATE)
def post_assign(request: UserRequest, pk: int) -> HttpResponse:
    """Give a post in the organisation ``pk``."""
    rows, right = selectors.organisations_all(), Capability.BRANCH_UPDATE
    organisation = get_visible(rows, request.user, right, seen_by=Capability.ORG_UNIT_LIST, pk=pk)
    form = PostForm(request.POST or None, user=request.user, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            posts.post_assign(by=request.user, organisation=organisation, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已任命。")
            return redirect("branches:organisation_detail", pk=pk)
    return render(request, "branches/post_form.html", {"form": form, "organisation": organisation})


@door(Capability.BRANCH_UPDATE)
def post_end(request: UserRequest, pk: int) -> HttpResponse:
    """End the post ``pk``."""
    rows, right = selectors.posts_in_full(), Capability.BRANCH_UPDATE
    post = get_visible(rows, request.user, right, seen_by=Capability.BRANCH_VIEW, pk=pk)
    form = PostEndForm(request.POST or None, post=post)
    if request.method == "POST" and form.is_valid():
        try:
            posts.post_end(by=request.user, post=post, ends_on=form.cleaned_data["ends_on"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已免职。")
            return redirect("branches:organisation_detail", pk=post.organisation_id)
    return render(request, "branches/post_end.html", {"form": form, "post": post})
