"""谈心谈话: that it took place, between whom; what was said is asked nowhere."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.organisation_life import TalkForm
from branches.ledgers.organisation_life import TalkLedger, recent_years
from branches.models import Talk
from branches.policy.talks import SOURCE
from branches.selectors.talks import people_on, talk_year, talks_in_full
from branches.services import talks as services
from branches.views.branch_choice import branch_asked, choose_branch
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page


@door(Capability.TALK_VIEW, methods=("GET",))
def talk_list(request: UserRequest) -> HttpResponseBase:
    context = {"may_record": request.user.can(Capability.TALK_RECORD)}
    return ledger_page(request, TalkLedger, template="branches/talk_list.html", context=context)


@door(Capability.TALK_VIEW, methods=("POST",))
def talk_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger; not everybody who holds it may see talks."""
    return ledger_export(request, TalkLedger)


@door(Capability.TALK_RECORD)
def talk_create(request: UserRequest) -> HttpResponse:
    """One person with many on one day."""
    branch = branch_asked(request, Capability.TALK_RECORD)
    if branch is None:
        return choose_branch(request, request.user, Capability.TALK_RECORD, "登记谈心谈话")
    day = _day(request.POST.get("held_on", "")) or local_today()
    people = people_on(branch, day)
    own = getattr(request.user, "member", None)
    form = TalkForm(request.POST or None, people=people, member=own.pk if own else "")
    if request.method == "POST" and form.is_valid():
        try:
            count = services.talks_record(by=request.user, branch=branch, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已登记{count}次谈心谈话。" if count else "这些谈心谈话已经登记过。")
            return redirect(f"{reverse('branches:talk_overview')}?branch={branch.pk}&year={day.year}")
    return render(request, "branches/talk_form.html", {"form": form, "branch": branch, "source": SOURCE})


@door(Capability.TALK_VIEW, methods=("GET",))
def talk_overview(request: UserRequest) -> HttpResponse:
    """Who had a talk of each type this year; for the branch's own use, nobody is ranked."""
    branch = branch_asked(request, Capability.TALK_VIEW)
    if branch is None:
        return choose_branch(request, request.user, Capability.TALK_VIEW, "谈心谈话情况")
    years = recent_years()
    year = next((each for each in years if str(each) == request.GET.get("year")), years[0])
    context = {
        "branch": branch,
        "page": talk_year(branch, year),
        "years": years,
        "source": SOURCE,
        "may_record": request.user.scope(Capability.TALK_RECORD).covers(branch.path),
    }
    return render(request, "branches/talk_overview.html", context)


@door(Capability.TALK_VIEW, methods=("GET",))
def talk_detail(request: UserRequest, pk: int) -> HttpResponse:
    talk = _talk(request, pk, Capability.TALK_VIEW)
    may_record = request.user.scope(Capability.TALK_RECORD).covers(talk.organisation.path)
    return render(request, "branches/talk_detail.html", {"talk": talk, "may_record": may_record})


@door(Capability.TALK_RECORD, methods=("POST",))
def talk_remove(request: UserRequest, pk: int) -> HttpResponse:
    talk = _talk(request, pk, Capability.TALK_RECORD)
    try:
        services.talk_remove(by=request.user, talk=talk)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("branches:talk_detail", pk=pk)
    messages.success(request, "已删除这次谈心谈话的登记。")
    return redirect("branches:talk_list")


def _talk(request: UserRequest, pk: int, capability: Capability) -> Talk:
    found: Talk = get_visible(talks_in_full(), request.user, capability, seen_by=Capability.TALK_VIEW, pk=pk)
    return found


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
