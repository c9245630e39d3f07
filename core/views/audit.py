"""The audit trail in three parts, each behind its own right."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core import audit
from core.actors import UserRequest
from core.audit import Stream
from core.audit_ledger import AdminAuditLedger, AuditorAuditLedger, AuditTrailLedger, BusinessAuditLedger
from core.doors import door
from core.jobs import job_enqueue
from core.ledgers import ledger_page
from core.selectors import audit_event_of, changes_of

LEDGERS: dict[Stream, type[AuditTrailLedger]] = {
    Stream.BUSINESS: BusinessAuditLedger,
    Stream.ADMIN: AdminAuditLedger,
    Stream.AUDITOR: AuditorAuditLedger,
}


@door("audit.search_business", methods=("GET",))
def audit_list(request: UserRequest) -> HttpResponse:
    return _list(request, Stream.BUSINESS)


@door("audit.search_business", methods=("GET",))
def audit_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _detail(request, Stream.BUSINESS, pk)


@door("audit.search_admin", methods=("GET",))
def audit_admin_list(request: UserRequest) -> HttpResponse:
    return _list(request, Stream.ADMIN)


@door("audit.search_admin", methods=("GET",))
def audit_admin_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _detail(request, Stream.ADMIN, pk)


@door("audit.search_auditor_actions", methods=("GET",))
def audit_auditor_list(request: UserRequest) -> HttpResponse:
    return _list(request, Stream.AUDITOR)


@door("audit.search_auditor_actions", methods=("GET",))
def audit_auditor_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _detail(request, Stream.AUDITOR, pk)


@door("audit.verify_chain", methods=("POST",))
def audit_verify_start(request: UserRequest) -> HttpResponse:
    """Walk the chain in the background; the job's page tells the outcome."""
    audit.record(by=request.user, action="audit.verify")
    job = job_enqueue(by=request.user, kind="audit_verify", arguments={}, title="校验审计链")
    return redirect("core:job_detail", pk=job.pk)


def _list(request: UserRequest, stream: Stream) -> HttpResponse:
    ledger = LEDGERS[stream]
    tabs = [
        (other.title, other.list_url, other is ledger)
        for other in LEDGERS.values()
        if request.user.scope(other.capability).can
    ]
    context = {"tabs": tabs, "can_verify": request.user.scope("audit.verify_chain").can}
    return ledger_page(request, ledger, template="core/audit_list.html", context=context)


def _detail(request: UserRequest, stream: Stream, pk: int) -> HttpResponse:
    ledger = LEDGERS[stream]
    event = audit_event_of(request.user, stream, ledger.capability, pk)
    if event is None:
        raise Http404("没有找到这条记录，或不在您的范围内。")
    context = {
        "event": event,
        "label": audit.action_label(event.action),
        "changes": changes_of(event),
        "title": ledger.title,
        "list_url": ledger.list_url,
    }
    return render(request, "core/audit_detail.html", context)
