"""Training certificates, who serves without one, and full-time Party staff."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from core.actors import UserRequest
from core.calendar import local_today
from core.documents import PDF_TYPE
from core.ledgers.views import ledger_export, ledger_page
from education.choices import CertificateState
from education.exports.certificates import certificate_sheet, write_certificates
from education.forms.certificates import IssueForm
from education.forms.classes import ReasonForm
from education.ledgers.certificates import CertificateLedger, SecretaryLedger
from education.ledgers.staffing import StaffingLedger
from education.models import Certificate, TrainingClass
from education.policy.certificates import DEFAULT_PREFIX, SOURCE
from education.selectors.certificates import certificates_in_full, notice_days, register_place, state_of
from education.selectors.classes import class_roll, classes_in_full
from education.selectors.staffing import staffing_rule
from education.selectors.training_rules import study_rules
from education.services import certificates as services
from education.views.training_tabs import tabs


@door(Capability.CERTIFICATE_VIEW, methods=("GET",))
def certificate_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "tabs": tabs(request.user, "education:certificate_list"),
        "may_register": request.user.can(Capability.CERTIFICATE_RECORD),
        "register_place": register_place(request.user),
    }
    return ledger_page(request, CertificateLedger, template="education/certificate_list.html", context=context)


@door(Capability.CERTIFICATE_VIEW, methods=("POST",))
def certificate_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, CertificateLedger)


@door(Capability.CERTIFICATE_VIEW, methods=("GET",))
def certificate_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, _certificate(request, pk, Capability.CERTIFICATE_VIEW), ReasonForm())


def _page(request: UserRequest, certificate: Certificate, form: ReasonForm) -> HttpResponse:
    state = state_of(certificate, local_today(), notice_days())
    context = {
        "certificate": certificate,
        "state": state,
        "state_label": CertificateState(state).label,
        "form": form,
        "source": SOURCE,
        "may_revoke": certificate.revoked_on is None and request.user.can(Capability.CERTIFICATE_RECORD),
    }
    return render(request, "education/certificate_detail.html", context)


@door(Capability.CERTIFICATE_VIEW, methods=("GET",))
def certificate_pdf(request: UserRequest, pk: int) -> FileResponse:
    return _sheet(_certificate(request, pk, Capability.CERTIFICATE_VIEW))


@door(Capability.HOURS_VIEW_OWN, methods=("GET",))
def certificate_own_pdf(request: UserRequest, pk: int) -> FileResponse:
    """One's own certificate, for whoever may not see others'."""
    found: Certificate = get_visible(
        certificates_in_full(), request.user, Capability.HOURS_VIEW_OWN, seen_by=Capability.HOURS_VIEW_OWN, pk=pk
    )
    return _sheet(found)


def _sheet(certificate: Certificate) -> FileResponse:
    file = BytesIO()
    write_certificates([certificate_sheet(certificate)], file)
    file.seek(0)
    name = f"培训合格证书_{certificate.number}.pdf"
    return FileResponse(file, as_attachment=True, filename=name, content_type=PDF_TYPE)


@door(Capability.CERTIFICATE_RECORD, methods=("POST",))
def certificate_revoke(request: UserRequest, pk: int) -> HttpResponse:
    certificate = _certificate(request, pk, Capability.CERTIFICATE_RECORD)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.certificate_revoke(by=request.user, certificate=certificate, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已撤销这个证书。")
            return redirect("education:certificate_detail", pk=pk)
    return _page(request, certificate, form)


@door(Capability.CERTIFICATE_RECORD)
def certificate_issue(request: UserRequest, pk: int) -> HttpResponse:
    """Certificates for everybody of a class who passed and has none."""
    held = _class(request, pk, Capability.CERTIFICATE_RECORD)
    today = local_today()
    initial = {
        "issued_on": today,
        "prefix": DEFAULT_PREFIX,
        "years": study_rules(today).number("certificate_years"),
    }
    form = IssueForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            rows = services.certificates_issue(by=request.user, training_class=held, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已发放{len(rows)}个证书，编号{rows[0].number}起。")
            return redirect("education:class_detail", pk=pk)
    lines = class_roll(request.user, held, Capability.CERTIFICATE_RECORD).to_certify
    return render(request, "education/certificate_issue.html", {"held": held, "form": form, "lines": lines})


@door(Capability.CERTIFICATE_VIEW, methods=("POST",))
def certificate_sheets(request: UserRequest, pk: int) -> HttpResponse:
    """One PDF of all certificates of a class, as far as the reader sees them, in the background."""
    held = _class(request, pk, Capability.CERTIFICATE_VIEW)
    try:
        job = services.certificate_sheets_order(by=request.user, training_class=held)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("education:class_detail", pk=pk)
    return redirect("core:job_detail", pk=job.pk)


@door(Capability.CERTIFICATE_VIEW, methods=("GET",))
def secretary_list(request: UserRequest) -> HttpResponseBase:
    context = {"tabs": tabs(request.user, "education:secretary_list"), "source": SOURCE}
    return ledger_page(request, SecretaryLedger, template="education/secretary_list.html", context=context)


@door(Capability.CERTIFICATE_VIEW, methods=("POST",))
def secretary_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, SecretaryLedger)


@door(Capability.TRAINING_RECORD, methods=("GET",))
def staffing_list(request: UserRequest) -> HttpResponseBase:
    context = {"tabs": tabs(request.user, "education:staffing_list"), "rule": staffing_rule(local_today())}
    return ledger_page(request, StaffingLedger, template="education/staffing_list.html", context=context)


@door(Capability.TRAINING_RECORD, methods=("POST",))
def staffing_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, StaffingLedger)


def _certificate(request: UserRequest, pk: int, capability: Capability) -> Certificate:
    found: Certificate = get_visible(
        certificates_in_full(), request.user, capability, seen_by=Capability.CERTIFICATE_VIEW, pk=pk
    )
    return found


def _class(request: UserRequest, pk: int, capability: Capability) -> TrainingClass:
    found: TrainingClass = get_visible(
        classes_in_full(), request.user, capability, seen_by=Capability.TRAINING_VIEW, pk=pk
    )
    return found
