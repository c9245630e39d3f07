"""典型案例通报: published ones only, to all or to chosen units."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page
from discipline.choices import CircularState
from discipline.forms.warnings import CircularForm, ReasonForm
from discipline.ledgers.warnings import CircularLedger
from discipline.models import Circular
from discipline.selectors.circulars import circulars_in_full
from discipline.selectors.follow_ups import own_follow_ups, tally
from discipline.selectors.places import units_below
from discipline.services import circulars as services
from discipline.views.places import WARNING_TABS, choose_head, head_asked, tabs_of


@door(Capability.CIRCULAR_VIEW, methods=("GET",))
def circular_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "tabs": tabs_of(request.user, WARNING_TABS, "circular_list"),
        "create": "discipline:circular_create" if request.user.can(Capability.CIRCULAR_PUBLISH) else "",
        "create_label": "登记通报",
        "note": "只登记已经公开发布的通报。线索、案卷、未公开的内容不进平台。",
    }
    return ledger_page(request, CircularLedger, template="discipline/ledger.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def circular_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, CircularLedger)


@door(Capability.CIRCULAR_PUBLISH)
def circular_create(request: UserRequest) -> HttpResponse:
    place = head_asked(request, Capability.CIRCULAR_PUBLISH)
    if place is None:
        return choose_head(request, Capability.CIRCULAR_PUBLISH, "登记典型案例通报")
    form = CircularForm(request.POST or None, publisher=place, choose_from=units_below(place))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.circular_publish(by=request.user, organisation=place, **form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已转发这份通报。")
            return redirect("discipline:circular_detail", pk=made.pk)
    return render(request, "discipline/circular_form.html", {"form": form, "place": place})


@door(Capability.CIRCULAR_VIEW, methods=("GET",))
def circular_detail(request: UserRequest, pk: int) -> HttpResponse:
    circular = _circular(request, pk, Capability.CIRCULAR_VIEW)
    return render(request, "discipline/circular_detail.html", _detail(request, circular))


@door(Capability.CIRCULAR_PUBLISH)
def circular_update(request: UserRequest, pk: int) -> HttpResponse:
    circular = _circular(request, pk, Capability.CIRCULAR_PUBLISH)
    place = circular.organisation
    form = CircularForm(request.POST or None, publisher=place, circular=circular, choose_from=units_below(place))
    if request.method == "POST" and form.is_valid():
        try:
            services.circular_update(by=request.user, circular=circular, **form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("discipline:circular_detail", pk=pk)
    context = {"form": form, "place": circular.organisation, "circular": circular}
    return render(request, "discipline/circular_form.html", context)


@door(Capability.CIRCULAR_PUBLISH, methods=("POST",))
def circular_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    circular = _circular(request, pk, Capability.CIRCULAR_PUBLISH)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.circular_withdraw(by=request.user, circular=circular, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已撤回这份通报。")
            return redirect("discipline:circular_detail", pk=pk)
    context = {**_detail(request, circular), "form": form, "refused": True}
    return render(request, "discipline/circular_detail.html", context, status=422)


def _detail(request: UserRequest, circular: Circular) -> dict[str, Any]:
    may_publish = request.user.scope(Capability.CIRCULAR_PUBLISH).covers(circular.organisation.path)
    asks = bool(circular.requirement) and request.user.can(Capability.WARNING_VIEW)
    return {
        "circular": circular,
        "cause": f"c{circular.pk}",
        "units": list(circular.units.order_by("path")) if may_publish else [],
        "tally": tally(request.user, circular=circular) if asks else None,
        "own": own_follow_ups(request.user, circular=circular) if asks else [],
        "may_publish": may_publish and circular.state == CircularState.PUBLISHED,
        "form": ReasonForm(),
    }


def _circular(request: UserRequest, pk: int, capability: Capability) -> Circular:
    found: Circular = get_visible(circulars_in_full(), request.user, capability, seen_by=capability, pk=pk)
    return found
