"""The advice list: which organisations no longer fit which rule (O6). Advice only: nothing is due or ranked."""

from __future__ import annotations

from tempfile import TemporaryFile
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.doors import door
from accounts.roles import Capability
from branches.exports.advice import TITLE, write_advice
from branches.forms.advice import PAGE_SIZE, AdviceFilters
from branches.selectors.advice import advice_findings, advice_totals, rule_titles
from core import audit
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import XLSX


@door(Capability.BRANCH_VIEW, methods=("GET",))
def advice_list(request: UserRequest) -> HttpResponse:
    today = local_today()
    filters = AdviceFilters(request.user, request.GET.dict(), rule_titles(today))
    findings = advice_findings(request.user, filters.query, today)
    page = Paginator(findings, PAGE_SIZE).get_page(filters.page)
    context = {
        "filters": filters,
        "page": page,
        "totals": advice_totals(findings),
        "count_text": f"共 {len(findings)} 条",
        "previous_url": page.has_previous() and _url(filters, page.previous_page_number()),
        "next_url": page.has_next() and _url(filters, page.next_page_number()),
        "export": request.user.can(Capability.EXPORT_CREATE) and f"?{urlencode(filters.params())}",
    }
    return render(request, "branches/advice_list.html", context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def advice_export(request: UserRequest) -> HttpResponseBase:
    today = local_today()
    filters = AdviceFilters(request.user, request.GET.dict(), rule_titles(today))
    if filters.errors:
        raise BadRequest("；".join(filters.errors))
    findings = advice_findings(request.user, filters.query, today, also=Capability.EXPORT_CREATE)
    file = TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    rows = write_advice(findings, file)
    audit.record(
        by=request.user, action="export.create", after={"title": TITLE, "rows": rows, "filters": filters.words()}
    )
    file.seek(0)
    name = f"{TITLE}_{today.isoformat()}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _url(filters: AdviceFilters, number: int) -> str:
    return f"?{urlencode(filters.params(page=str(number)))}"
