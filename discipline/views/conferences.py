"""警示教育大会: the year at a glance, planning, holding, what is asked afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from discipline.choices import ConferenceState
from discipline.forms.warnings import ConferenceForm, FollowUpAskForm, HoldForm, ReasonForm
from discipline.ledgers.integrity import recent_years
from discipline.ledgers.warnings import ConferenceLedger
from discipline.models import WarningConference
from discipline.selectors.circulars import circulars_to_tell, circulars_told
from discipline.selectors.conferences import conferences_in_full, schedule
from discipline.selectors.follow_ups import own_follow_ups, tally
from discipline.selectors.places import units_below
from discipline.services import conferences as services
from discipline.views.places import WARNING_TABS, choose_head, head_asked, tabs_of


@door(Capability.WARNING_VIEW, methods=("GET",))
def conference_schedule(request: UserRequest) -> HttpResponse:
    """Four quarters by the city and every unit; each cell opens."""
    years = [local_today().year + 1, *recent_years()]
    year = next((each for each in years if str(each) == request.GET.get("year")), years[1])
    context = {
        "page": schedule(request.user, year),
        "years": years,
        "tabs": tabs_of(request.user, WARNING_TABS, "conference_schedule"),
        "may_record": _plans(request),
    }
    return render(request, "discipline/conference_schedule.html", context)


@door(Capability.WARNING_VIEW, methods=("GET",))
def conference_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "tabs": tabs_of(request.user, WARNING_TABS, "conference_list"),
        "create": "discipline:conference_create" if _plans(request) else "",
        "create_label": "计划大会",
    }
    return ledger_page(request, ConferenceLedger, template="discipline/ledger.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def conference_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, ConferenceLedger)


@door(Capability.WARNING_RECORD)
def conference_create(request: UserRequest) -> HttpResponse:
    place = head_asked(request, Capability.WARNING_RECORD)
    if place is None:
        return choose_head(request, Capability.WARNING_RECORD, "计划警示教育大会")
    form = ConferenceForm(
        request.POST or None,
        tell=circulars_to_tell(request.user),
        choose_from=units_below(place),
        initial={"planned_on": _day(request.GET.get("day", ""))},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.conference_plan(by=request.user, organisation=place, **form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已列入年度安排。")
            return redirect("discipline:conference_detail", pk=made.pk)
    return render(request, "discipline/conference_form.html", {"form": form, "place": place})


@door(Capability.WARNING_VIEW, methods=("GET",))
def conference_detail(request: UserRequest, pk: int) -> HttpResponse:
    conference = _conference(request, pk, Capability.WARNING_VIEW)
    return render(request, "discipline/conference_detail.html", _detail(request, conference))


@door(Capability.WARNING_RECORD)
def conference_update(request: UserRequest, pk: int) -> HttpResponse:
    conference = _conference(request, pk, Capability.WARNING_RECORD)
    form = ConferenceForm(
        request.POST or None,
        conference=conference,
        tell=circulars_to_tell(request.user),
        choose_from=units_below(conference.organisation),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.conference_update(by=request.user, conference=conference, **form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("discipline:conference_detail", pk=pk)
    context = {"form": form, "place": conference.organisation, "conference": conference}
    return render(request, "discipline/conference_form.html", context)


@door(Capability.WARNING_RECORD)
def conference_hold(request: UserRequest, pk: int) -> HttpResponse:
    """What took place; also to correct it."""
    conference = _conference(request, pk, Capability.WARNING_RECORD)
    form = HoldForm(request.POST or None, conference=conference)
    if request.method == "POST" and form.is_valid():
        try:
            services.conference_hold(by=request.user, conference=conference, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记召开情况。")
            return redirect("discipline:conference_detail", pk=pk)
    context = {"form": form, "conference": conference, "title": "登记召开情况", "submit": "登记"}
    return render(request, "discipline/conference_step.html", context)


@door(Capability.WARNING_RECORD)
def conference_follow_up(request: UserRequest, pk: int) -> HttpResponse:
    conference = _conference(request, pk, Capability.WARNING_RECORD)
    form = FollowUpAskForm(request.POST or None, conference=conference)
    if request.method == "POST" and form.is_valid():
        try:
            count = services.conference_follow_up(by=request.user, conference=conference, **form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已列入{count}个党组织的应做事项。")
            return redirect("discipline:conference_detail", pk=pk)
    context = {"form": form, "conference": conference, "title": "会后要求", "submit": "提出要求", "is_follow_up": True}
    return render(request, "discipline/conference_step.html", context)


@door(Capability.WARNING_RECORD, methods=("POST",))
def conference_cancel(request: UserRequest, pk: int) -> HttpResponse:
    conference = _conference(request, pk, Capability.WARNING_RECORD)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.conference_cancel(by=request.user, conference=conference, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已取消这次大会的计划。")
            return redirect("discipline:conference_detail", pk=pk)
    context = {**_detail(request, conference), "form": form, "refused": True}
    return render(request, "discipline/conference_detail.html", context, status=422)


def _detail(request: UserRequest, conference: WarningConference) -> dict[str, Any]:
    may_record = request.user.scope(Capability.WARNING_RECORD).covers(conference.organisation.path)
    is_open = conference.state == ConferenceState.PLANNED
    return {
        "conference": conference,
        "cause": f"w{conference.pk}",
        "circulars": list(circulars_told(request.user, conference)),
        "units": list(conference.units.order_by("path")),
        "tally": tally(request.user, conference=conference) if conference.follow_up else None,
        "own": own_follow_ups(request.user, conference=conference) if conference.follow_up else [],
        "late": is_open and conference.planned_on < local_today(),
        "may_record": may_record and conference.state != ConferenceState.CANCELLED,
        "form": ReasonForm(),
    }


def _plans(request: UserRequest) -> bool:
    """Whether the reader convenes conferences: a branch, which only names its logs, does not."""
    scope = request.user.scope(Capability.WARNING_RECORD)
    return scope.everything or any(len(path) <= 8 for path in scope.paths)


def _conference(request: UserRequest, pk: int, capability: Capability) -> WarningConference:
    found: WarningConference = get_visible(conferences_in_full(), request.user, capability, seen_by=capability, pk=pk)
    return found


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None
