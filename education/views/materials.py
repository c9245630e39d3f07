"""Study materials: the list, one text, putting it up and taking it out of use."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page
from education.forms.materials import MaterialForm, ReasonForm
from education.ledgers.materials import MaterialLedger
from education.models import Material
from education.selectors.materials import materials_in_full, places_of
from education.services import materials as services
from education.views.study_tabs import study_tabs


@door(Capability.STUDY_VIEW, methods=("GET",))
def material_list(request: UserRequest) -> HttpResponseBase:
    may_publish = request.user.can(Capability.MATERIAL_PUBLISH)
    context = {"may_publish": may_publish, "tabs": study_tabs(request.user, "material_list")}
    return ledger_page(request, MaterialLedger, template="education/material_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def material_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, MaterialLedger)


@door(Capability.STUDY_VIEW, methods=("GET",))
def material_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _draw(request, _material(request, pk, Capability.STUDY_VIEW), ReasonForm())


@door(Capability.MATERIAL_PUBLISH)
def material_create(request: UserRequest) -> HttpResponse:
    form = MaterialForm(request.POST or None, places=places_of(request.user, Capability.MATERIAL_PUBLISH))
    if request.method == "POST" and form.is_valid():
        place = form.cleaned_data["organisation"]
        try:
            material = services.material_publish(by=request.user, organisation=place, values=form.values())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已发布，下级党组织都能看到和选用。")
            return redirect("education:material_detail", pk=material.pk)
    return render(request, "education/material_form.html", {"form": form})


@door(Capability.MATERIAL_PUBLISH)
def material_update(request: UserRequest, pk: int) -> HttpResponse:
    material = _material(request, pk, Capability.MATERIAL_PUBLISH)
    form = MaterialForm(request.POST or None, material=material)
    if request.method == "POST" and form.is_valid():
        revision = form.cleaned_data["revision"] or 0
        try:
            services.material_update(
                by=request.user, material=material, values=form.values(), expected_revision=revision
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已修改。")
            return redirect("education:material_detail", pk=pk)
    return render(request, "education/material_form.html", {"form": form, "material": material})


@door(Capability.MATERIAL_PUBLISH, methods=("POST",))
def material_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    material = _material(request, pk, Capability.MATERIAL_PUBLISH)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.material_withdraw(by=request.user, material=material, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已停用，不再供选用；已经学过的记录不变。")
            return redirect("education:material_detail", pk=pk)
    return _draw(request, material, form)


def _material(request: UserRequest, pk: int, capability: Capability) -> Material:
    found: Material = get_visible(materials_in_full(), request.user, capability, seen_by=Capability.STUDY_VIEW, pk=pk)
    return found


def _draw(request: UserRequest, material: Material, form: ReasonForm) -> HttpResponse:
    reach = request.user.scope(Capability.MATERIAL_PUBLISH)
    may_write = not material.withdrawn_on and reach.covers(material.organisation.path)
    context = {"material": material, "form": form, "may_write": may_write}
    return render(request, "education/material_detail.html", context)
