"""Obligations: the matrix, the ledger, one obligation with its logs, waivers, and the rules."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.exports.obligations import TITLE, write_matrix
from branches.forms.obligations import MatrixFilters, WaiverForm
from branches.ledgers.obligations import ObligationLedger
from branches.models import Obligation
from branches.selectors.obligation_matrix import Matrix, matrix
from branches.selectors.obligation_pages import obligation_page, obligations_in_full, waivers_in_full
from branches.selectors.obligation_rules import requirement_rows
from branches.services import obligations as services
from branches.views.obligation_rows import LEGEND, matrix_rows, single_cells
from branches.views.obligation_tabs import obligation_tabs
from core import audit
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import XLSX, ledger_export, ledger_page


@door(Capability.OBLIGATION_LIST, methods=("GET",))
def obligation_matrix(request: UserRequest) -> HttpResponse:
    filters = MatrixFilters(request.user, request.GET.dict())
    table = matrix(request.user, filters.query(), show=single_cells())
    context = {
        "filters": filters,
        "matrix": table,
        "rows": matrix_rows(table, filters.params()),
        "legend": LEGEND,
        "links": _links(request, filters, table),
        "tabs": obligation_tabs(request.user, "obligation_matrix"),
    }
    return render(request, "branches/obligation_matrix.html", context)


def _links(request: UserRequest, filters: MatrixFilters, table: Matrix) -> dict[str, str]:
    """Where else the same selection can be seen: other pages, without pages, by unit or by branch, as a sheet."""
    page, pages, size = table.query.page, table.pages, table.query.size
    everything = request.user.scope(Capability.OBLIGATION_LIST).everything
    wanted = {
        "previous": page > 1 and filters.params(page=str(page - 1)),
        "next": page < pages and filters.params(page=str(page + 1)),
        "all": size and pages > 1 and filters.params(all="1"),
        "units": everything and filters.params(view="", unit="", state="", q=""),
        "branches": everything and filters.params(view="branches"),
        "export": request.user.can(Capability.EXPORT_CREATE) and table.rows and filters.params(),
    }
    return {name: f"?{urlencode(params)}" for name, params in wanted.items() if params}


@door(Capability.EXPORT_CREATE, methods=("POST",))
def obligation_matrix_export(request: UserRequest) -> HttpResponseBase:
    filters = MatrixFilters(request.user, {**request.GET.dict(), "all": "1"})
    if filters.errors:
        raise BadRequest("；".join(filters.errors))
    table = matrix(request.user, filters.query(), for_export=True)
    file = TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    rows = write_matrix(table, file)
    audit.record(by=request.user, action="export.create", after={"title": TITLE, "rows": rows, **filters.params()})
    file.seek(0)
    name = f"{TITLE}_{filters.period.code}_{local_today().isoformat()}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@door(Capability.OBLIGATION_LIST, methods=("GET",))
def obligation_list(request: UserRequest) -> HttpResponse:
    context = {"tabs": obligation_tabs(request.user, "obligation_list")}
    return ledger_page(request, ObligationLedger, template="branches/obligation_list.html", context=context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def obligation_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, ObligationLedger)


@door(Capability.OBLIGATION_VIEW, methods=("GET",))
def obligation_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, _obligation(request, pk, Capability.OBLIGATION_VIEW), WaiverForm())


@door(Capability.OBLIGATION_WAIVE, methods=("POST",))
def obligation_waive(request: UserRequest, pk: int) -> HttpResponse:
    obligation = _obligation(request, pk, Capability.OBLIGATION_WAIVE)
    form = WaiverForm(request.POST)
    if form.is_valid():
        try:
            services.obligation_waive(by=request.user, obligation=obligation, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "已减免，不再提醒党支部；可以随时撤销。")
            return redirect("branches:obligation_detail", pk=pk)
    return _page(request, obligation, form)


@door(Capability.OBLIGATION_WAIVE, methods=("POST",))
def waiver_revoke(request: UserRequest, pk: int) -> HttpResponse:
    seen = Capability.OBLIGATION_VIEW
    waivers: Any = waivers_in_full()
    waiver = get_visible(waivers, request.user, Capability.OBLIGATION_WAIVE, seen_by=seen, pk=pk)
    try:
        services.waiver_revoke(by=request.user, waiver=waiver)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已撤销减免。")
    return redirect("branches:obligation_detail", pk=waiver.obligation_id)


@door(Capability.OBLIGATION_LIST, methods=("GET",))
def requirement_list(request: UserRequest) -> HttpResponse:
    context = {"rules": requirement_rows(local_today()), "tabs": obligation_tabs(request.user, "requirement_list")}
    return render(request, "branches/obligation_rules.html", context)


def _obligation(request: UserRequest, pk: int, capability: Capability) -> Obligation:
    found: Any = obligations_in_full()
    obligation: Obligation = get_visible(found, request.user, capability, seen_by=Capability.OBLIGATION_VIEW, pk=pk)
    return obligation


def _page(request: UserRequest, obligation: Obligation, form: WaiverForm) -> HttpResponse:
    context = {"page": obligation_page(request.user, obligation), "form": form}
    return render(request, "branches/obligation_detail.html", context)
