"""What a list view and an export view answer with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from tempfile import TemporaryFile
from typing import Any

from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from core.ledgers.exporting import check_rights, export_enqueue, file_name, record_export, write_workbook
from core.ledgers.ledger import Ledger
from core.ledgers.page import LedgerPage
from core.ledgers.selection import Selection

DEFAULT_TEMPLATE = "core/ledger_page.html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ledger_page(
    request: HttpRequest,
    ledger: type[Ledger],
    template: str = DEFAULT_TEMPLATE,
    context: Mapping[str, Any] | None = None,
    *,
    fixed: Mapping[str, Any] | None = None,
    hide: Sequence[str] = (),
    export_url: str = "",
) -> HttpResponse:
    """A page of the ledger, as `ledger` in the template's context.

    fixed: ORM lookups that narrow the list on this page (the view has checked them); hide: keys of columns left out;
    export_url: a URL instead of the ledger's own, for a list whose export view needs arguments.
    """
    page = LedgerPage(Selection(ledger, request.user, request.GET.dict(), fixed), hide=hide, export_url=export_url)
    return render(request, template, {**(context or {}), "ledger": page})


def ledger_export(
    request: HttpRequest, ledger: type[Ledger], *, fixed: Mapping[str, Any] | None = None
) -> HttpResponseBase:
    """The same selection as xlsx: at once when it is short, else as a background job.

    The filters stand in the query string, as on the page. PermissionDenied without the right to list or to export.
    """
    check_rights(ledger, request.user)
    selection = Selection(ledger, request.user, request.GET.dict(), fixed, for_export=True)
    if selection.errors:
        raise BadRequest("；".join(selection.errors))
    if selection.count(ledger.inline_limit + 1) > ledger.inline_limit:
        return redirect("core:job_detail", pk=export_enqueue(selection).pk)
    file = TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    rows = write_workbook(selection, file)
    record_export(selection, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name(ledger), content_type=XLSX)
