"""The code of conduct: read by everybody, committed to by each for oneself, published by the committee."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.doors import door
from accounts.forms import refuse
from accounts.roles import Capability
from core.actors import UserRequest
from core.calendar import local_today
from education.forms.conduct import ConductForm
from education.selectors import conduct as selectors
from education.services import conduct as services
from education.views.asked import number_asked
from education.views.study_tabs import study_tabs


@door(Capability.CONDUCT_COMMIT, methods=("GET",))
def conduct_read(request: UserRequest) -> HttpResponse:
    """The version in force and the reader's own commitments; nobody else's anywhere."""
    text = selectors.conduct_in_force(local_today())
    own = list(selectors.own_commitments(request.user))
    context = {
        "text": text,
        "own": own,
        "made": next((row for row in own if text and row.text_id == text.pk), None),
        "may_publish": request.user.can(Capability.CONDUCT_PUBLISH),
        "tabs": study_tabs(request.user, "conduct_read"),
    }
    return render(request, "education/conduct_read.html", context)


@door(Capability.CONDUCT_COMMIT, methods=("POST",))
def conduct_commit(request: UserRequest) -> HttpResponse:
    try:
        services.conduct_commit(by=request.user, text_id=number_asked(request, "text") or 0)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已作出承诺。这只有您自己看得到。")
    return redirect("education:conduct_read")


@door(Capability.CONDUCT_PUBLISH)
def conduct_publish(request: UserRequest) -> HttpResponse:
    """A new version, beside the earlier ones."""
    place = selectors.publishing_place(request.user)
    if place is None:
        raise PermissionDenied("由机关工委发布。")
    versions = selectors.conduct_versions()
    initial = {"title": versions[0].title, "text": versions[0].text} if versions else None
    form = ConductForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.conduct_publish(by=request.user, organisation=place, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已发布第{row.number}版，自{row.valid_from}起施行。")
            return redirect("education:conduct_publish")
    return render(request, "education/conduct_publish.html", {"form": form, "versions": versions})
