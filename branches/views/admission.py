"""People on the way into the Party: the list, a page each, who they are, how it ends or moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.admission import ApplicantForm, ApplicantTransferForm, FactsForm, StopForm, WhyForm
from branches.ledgers.admission import AdmissionDueLedger, ApplicantLedger
from branches.models import Applicant
from branches.selectors.admission import SOON_DAYS, applicants_in_full, standing_counts
from branches.selectors.admission_pages import applicant_page, dues_by_step
from branches.selectors.admission_rules import rule_rows
from branches.services import admission as services
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page


@door(Capability.ADMISSION_VIEW, methods=("GET",))
def applicant_list(request: UserRequest) -> HttpResponse:
    context = {
        "counts": standing_counts(request.user),
        "may_create": request.user.can(Capability.ADMISSION_RECORD),
    }
    return ledger_page(request, ApplicantLedger, "branches/applicant_list.html", context)


@door(Capability.ADMISSION_VIEW, methods=("POST",))
def applicant_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, ApplicantLedger)


@door(Capability.ADMISSION_VIEW, methods=("GET",))
def admission_due_list(request: UserRequest) -> HttpResponse:
    steps = dues_by_step(request.user, local_today())
    context = {"steps": steps, "days": SOON_DAYS, "may_batch": any(row.may_batch for row in steps)}
    return ledger_page(request, AdmissionDueLedger, "branches/admission_due_list.html", context)


@door(Capability.ADMISSION_VIEW, methods=("POST",))
def admission_due_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, AdmissionDueLedger)


@door(Capability.ADMISSION_VIEW, methods=("GET",))
def admission_rule_list(request: UserRequest) -> HttpResponse:
    return render(request, "branches/admission_rules.html", {"rules": rule_rows(local_today())})


@door(Capability.ADMISSION_VIEW, methods=("GET",))
def applicant_detail(request: UserRequest, pk: int) -> HttpResponse:
    applicant = applicant_of(request, pk, Capability.ADMISSION_VIEW)
    context = {"applicant": applicant, "page": applicant_page(request.user, applicant)}
    response = render(request, "branches/applicant_detail.html", context)
    response["Cache-Control"] = "no-store"
    return response


@door(Capability.ADMISSION_RECORD)
def applicant_create(request: UserRequest) -> HttpResponse:
    form = ApplicantForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            applicant = services.applicant_create(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已登记{applicant.name}。")
            return redirect("branches:applicant_detail", pk=applicant.pk)
    return render(request, "branches/applicant_new.html", {"form": form})


@door(Capability.ADMISSION_RECORD)
def applicant_update(request: UserRequest, pk: int) -> HttpResponse:
    applicant = applicant_of(request, pk, Capability.ADMISSION_RECORD)
    form = FactsForm(request.POST or None, applicant=applicant)

    def write(data: dict[str, Any]) -> None:
        why = data.pop("why")
        services.applicant_update(by=request.user, applicant=applicant, values=data, why=why)

    return _form_page(request, applicant, form, ("更正信息", "保存", "已更正，原内容留有记录。"), write)


@door(Capability.ADMISSION_RECORD)
def applicant_stop(request: UserRequest, pk: int) -> HttpResponse:
    applicant = applicant_of(request, pk, Capability.ADMISSION_RECORD)
    form = StopForm(request.POST or None)

    def write(data: dict[str, Any]) -> None:
        services.applicant_stop(by=request.user, applicant=applicant, **data)

    return _form_page(request, applicant, form, ("停止培养", "停止培养", "已停止培养，以前的步骤保留。"), write)


@door(Capability.ADMISSION_RECORD)
def applicant_resume(request: UserRequest, pk: int) -> HttpResponse:
    applicant = applicant_of(request, pk, Capability.ADMISSION_RECORD)
    form = WhyForm(request.POST or None, label="恢复原因")

    def write(data: dict[str, Any]) -> None:
        services.applicant_resume(by=request.user, applicant=applicant, **data)

    return _form_page(request, applicant, form, ("恢复培养", "恢复培养", "已恢复培养。"), write)


@door(Capability.ADMISSION_RECORD)
def applicant_transfer(request: UserRequest, pk: int) -> HttpResponse:
    """To another branch within reach; the time counts on."""
    applicant = applicant_of(request, pk, Capability.ADMISSION_RECORD)
    form = ApplicantTransferForm(request.POST or None, user=request.user)

    def write(data: dict[str, Any]) -> None:
        services.applicant_transfer(by=request.user, applicant=applicant, **data)

    done = "已转接，培养时间连续计算；请在新支部重新指定培养联系人。"
    return _form_page(request, applicant, form, ("转接培养", "转接", done), write, keeps_sight=False)


def applicant_of(request: UserRequest, pk: int, capability: Capability) -> Applicant:
    """The person whom the reader reaches with the right, or 403, or 404."""
    rows = applicants_in_full()
    found: Applicant = get_visible(rows, request.user, capability, seen_by=Capability.ADMISSION_VIEW, pk=pk)
    return found


def _form_page(
    request: UserRequest,
    applicant: Applicant,
    form: Form,
    words: tuple[str, str, str],
    write: Callable[[dict[str, Any]], None],
    *,
    keeps_sight: bool = True,
) -> HttpResponse:
    """One form about one person. ``words``: heading, button, what is said when done."""
    title, button, done = words
    if request.method == "POST" and form.is_valid():
        try:
            write(dict(form.cleaned_data))
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, done)
            if keeps_sight or applicants_in_full().visible_to(request.user, Capability.ADMISSION_VIEW).filter(
                pk=applicant.pk
            ):
                return redirect("branches:applicant_detail", pk=applicant.pk)
            return redirect("branches:applicant_list")
    context = {"form": form, "applicant": applicant, "title": title, "button": button}
    return render(request, "branches/applicant_form.html", context)
