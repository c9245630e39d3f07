"""The 工作手册 of a branch: choose the year, the rest is done from the records."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.handbook import HandbookForm
from branches.selectors.handbook import handbook_orders, handbook_years
from branches.selectors.minutes import branches_all
from branches.services import handbook as services
from core.actors import UserRequest
from core.calendar import local_today


@door(Capability.HANDBOOK_GENERATE)
def handbook_order(request: UserRequest, pk: int) -> HttpResponse:
    right, seen = Capability.HANDBOOK_GENERATE, Capability.ORG_UNIT_LIST
    branch = get_visible(branches_all(), request.user, right, seen_by=seen, pk=pk)
    today = local_today()
    form = HandbookForm(request.POST or None, years=handbook_years(branch, today), today=today)
    if request.method == "POST" and form.is_valid():
        year = form.cleaned_data["year"]
        try:
            job = services.handbook_order(by=request.user, branch=branch, year=year, today=today)
        except ValidationError as error:
            refuse(form, error)
        else:
            return redirect("core:job_detail", pk=job.pk)
    context = {"branch": branch, "form": form, "orders": handbook_orders(request.user, branch)}
    return render(request, "branches/handbook_order.html", context)
