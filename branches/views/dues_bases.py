"""Bases of a year: entered by the branch on one page, approved by the unit at once, changed from a month on."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.doors import door
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.dues import ApprovalForm, BaseChangeForm, BasesForm, YearQuery
from branches.selectors import dues_years as selectors
from branches.services import dues_bases as services
from branches.views.dues import branch_of, dues_url, member_of_branch
from core.actors import UserRequest
from core.calendar import local_today


@door(Capability.DUES_RECORD)
def dues_bases(request: UserRequest, pk: int) -> HttpResponse:
    branch = branch_of(request, pk, Capability.DUES_RECORD)
    query = YearQuery.read(request.GET.dict())
    form = BasesForm(request.POST or None, lines=selectors.base_lines(branch, query.year))
    if request.method == "POST" and form.is_valid():
        submit = "submit" in request.POST
        try:
            count = services.dues_bases_save(
                by=request.user, branch=branch, year=query.year, entries=form.entries(), submit=submit
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            done = "已报送核定" if submit else "已保存，尚未报送"
            messages.success(request, f"{done}。" if count else "没有改动。")
            return redirect(dues_url("dues_bases", pk, year=query.year))
    context = {
        "branch": branch,
        "query": query,
        "form": form,
        "years": selectors.years_known(local_today(), branch),
        "waiting": selectors.waiting_counts(branch, query.year),
    }
    return render(request, "branches/dues_bases.html", context)


@door(Capability.DUES_RECORD)
def dues_base_change(request: UserRequest, pk: int) -> HttpResponse:
    member = member_of_branch(request, pk)
    known = selectors.bases_in_force([pk], local_today().year)
    form = BaseChangeForm(request.POST or None, known=known[-1] if known else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.dues_base_change(by=request.user, branch=member.organisation, member=member, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已报送单位核定；核定后从所选月份起生效。")
            return redirect(dues_url("dues_person", pk, year=form.cleaned_data["year"]))
    return render(request, "branches/dues_base_change.html", {"member": member, "form": form})


@door(Capability.DUES_APPROVE)
def dues_approve(request: UserRequest, pk: int) -> HttpResponse:
    branch = branch_of(request, pk, Capability.DUES_APPROVE)
    query = YearQuery.read(request.GET.dict())
    rows = services.bases_waiting(branch.pk, query.year)
    form = ApprovalForm(request.POST or None, rows=rows, initial={"seen": services.bases_digest(rows)})
    if request.method == "POST" and form.is_valid():
        try:
            granted, back = services.dues_bases_approve(
                by=request.user,
                branch=branch,
                year=query.year,
                seen=form.cleaned_data["seen"],
                returned=form.returned(),
            )
        except ValidationError as error:
            if getattr(error, "code", "") == "stale":
                messages.error(request, "；".join(error.messages))
                return redirect(dues_url("dues_approve", pk, year=query.year))
            refuse(form, error)
        else:
            messages.success(request, f"已核定{granted}人" + (f"，退回{back}人。" if back else "。"))
            return redirect(dues_url("dues_ledger", pk, year=query.year))
    last = selectors.last_bases(rows)
    context = {
        "branch": branch,
        "query": query,
        "form": form,
        "rows": [(*line, last.get(line[0].member_id)) for line in form.rows],
        "years": selectors.years_known(local_today(), branch),
    }
    return render(request, "branches/dues_approve.html", context)
