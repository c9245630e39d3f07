"""民主评议: counts for many, grades by name for few."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.choices import AppraisalGrade
from branches.forms.organisation_life import GradesForm, ReasonedForm
from branches.ledgers.organisation_life import AppraisalLedger
from branches.models import Appraisal
from branches.selectors.appraisals import appraisal_page, appraisals_in_full, counts_of
from branches.selectors.meeting_pages import meetings_in_full
from branches.services import appraisals as services
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page


@door(Capability.APPRAISAL_VIEW, methods=("GET",))
def appraisal_list(request: UserRequest) -> HttpResponseBase:
    return ledger_page(request, AppraisalLedger, template="branches/appraisal_list.html")


@door(Capability.APPRAISAL_VIEW, methods=("POST",))
def appraisal_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger; not everybody who holds it may see appraisals."""
    return ledger_export(request, AppraisalLedger)


@door(Capability.APPRAISAL_RECORD, methods=("POST",))
def appraisal_begin(request: UserRequest, pk: int) -> HttpResponse:
    """From the log ``pk`` to the grades of its year."""
    capability = Capability.APPRAISAL_RECORD
    meeting = get_visible(meetings_in_full(), request.user, capability, seen_by=Capability.MEETING_VIEW, pk=pk)
    try:
        appraisal = services.appraisal_begin(by=request.user, meeting=meeting)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("branches:meeting_detail", pk=pk)
    return redirect("branches:appraisal_edit", pk=appraisal.pk)


@door(Capability.APPRAISAL_VIEW, methods=("GET",))
def appraisal_detail(request: UserRequest, pk: int) -> HttpResponse:
    appraisal = _appraisal(request, pk, Capability.APPRAISAL_VIEW)
    form = ReasonedForm(initial={"revision": appraisal.revision})
    return _draw(request, appraisal, "branches/appraisal_detail.html", form=form)


@door(Capability.APPRAISAL_RECORD)
def appraisal_edit(request: UserRequest, pk: int) -> HttpResponse:
    appraisal = _appraisal(request, pk, Capability.APPRAISAL_RECORD)
    if appraisal.state == "finished" and request.method == "GET":
        return redirect("branches:appraisal_detail", pk=pk)
    form = GradesForm(request.POST or None, initial={"revision": appraisal.revision})
    typed: dict[int, str] | None = None
    if request.method == "POST" and form.is_valid():
        typed, finish = form.grades(), "finish" in request.POST
        try:
            services.appraisal_save(
                by=request.user,
                appraisal=appraisal,
                grades=typed,
                expected_revision=form.cleaned_data["revision"],
                finish=finish,
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "民主评议已完成。" if finish else "已保存，还没有完成。")
            return redirect("branches:appraisal_detail" if finish else "branches:appraisal_edit", pk=pk)
    return _draw(request, appraisal, "branches/appraisal_form.html", form=form, typed=typed)


@door(Capability.APPRAISAL_RECORD, methods=("POST",))
def appraisal_reopen(request: UserRequest, pk: int) -> HttpResponse:
    appraisal = _appraisal(request, pk, Capability.APPRAISAL_RECORD)
    form = ReasonedForm(request.POST)
    if form.is_valid():
        try:
            services.appraisal_reopen(
                by=request.user,
                appraisal=appraisal,
                reason=form.cleaned_data["reason"],
                expected_revision=form.cleaned_data["revision"],
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "可以重新登记等次了。")
            return redirect("branches:appraisal_edit", pk=pk)
    return _draw(request, appraisal, "branches/appraisal_detail.html", form=form)


def _appraisal(request: UserRequest, pk: int, capability: Capability) -> Appraisal:
    found: Appraisal = get_visible(
        appraisals_in_full(), request.user, capability, seen_by=Capability.APPRAISAL_VIEW, pk=pk
    )
    return found


def _draw(
    request: UserRequest, appraisal: Appraisal, template: str, *, typed: dict[int, str] | None = None, **context: Any
) -> HttpResponse:
    page = appraisal_page(request.user, appraisal)
    rows = [
        (seat, typed.get(seat.member_id, "") if typed is not None else grade, words) for seat, grade, words in page.rows
    ]
    context |= {
        "appraisal": appraisal,
        "page": page,
        "rows": rows,
        "grades": AppraisalGrade.choices,
        "counts": counts_of(appraisal),
    }
    return render(request, template, context)
