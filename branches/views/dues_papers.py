"""Sheets and documents of 党费: the ledger, the sums, the annual account; workbooks that come back."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.choices import DuesImportKind
from branches.exports import dues as exports
from branches.forms.dues import DuesUploadForm, YearQuery
from branches.ledgers.dues import DuesImportLedger
from branches.models import DuesImport, Organisation
from branches.selectors import dues_years as selectors
from branches.selectors.dues_summary import Account, dues_account, dues_summary
from branches.selectors.organisations import organisations_all
from branches.services import dues_imports as services
from branches.views.dues import branch_of, branch_seen, dues_url
from core import audit
from core.actors import UserRequest
from core.calendar import local_today
from core.documents import DOCX_TYPE
from core.ledgers.views import XLSX, ledger_page


@door(Capability.DUES_SUMMARY, methods=("POST",))
def dues_summary_export(request: UserRequest) -> HttpResponseBase:
    """Sums are taken out as far as they are seen: there is nobody in them."""
    if not request.user.can(Capability.EXPORT_CREATE):
        raise PermissionDenied("您没有导出的权限。")
    year = YearQuery.read(request.GET.dict()).year
    summary = dues_summary(request.user, year, local_today())
    _exported(request, exports.SUMMARY, year)
    return _file(f"{year}年{exports.SUMMARY}.xlsx", lambda file: exports.write_summary(summary, file))


@door(Capability.EXPORT_CREATE, methods=("POST",))
def dues_ledger_export(request: UserRequest, pk: int) -> HttpResponseBase:
    branch, year = branch_seen(request, pk), YearQuery.read(request.GET.dict()).year
    ledger = selectors.branch_year(branch, year, local_today())
    _exported(request, exports.LEDGER, year, branch)
    name = f"{branch.short_name}{year}年{exports.LEDGER}.xlsx"
    return _file(name, lambda file: exports.write_ledger(ledger, file))


@door(Capability.DUES_ACCOUNT, methods=("GET",))
def dues_account_page(request: UserRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    context = {
        "account": account,
        "facts": exports.account_facts(account),
        "branch": account.branch,
        "years": selectors.years_known(local_today(), account.branch),
        "may_open": request.user.scope(Capability.DUES_VIEW).covers(account.branch.path),
        "may_export": request.user.scope(Capability.EXPORT_CREATE).covers(account.branch.path),
    }
    return render(request, "branches/dues_account.html", context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def dues_account_export(request: UserRequest, pk: int) -> HttpResponseBase:
    account = _account(request, pk)
    if not request.user.scope(Capability.EXPORT_CREATE).covers(account.branch.path):
        raise PermissionDenied("您没有导出这个党支部账目的权限。")
    title = exports.account_title(account)
    _exported(request, exports.ACCOUNT, account.year, account.branch)
    if request.POST.get("format") == "docx":
        return _file(f"{title}.docx", lambda file: exports.write_account_document(account, file), DOCX_TYPE)
    return _file(f"{title}.xlsx", lambda file: exports.write_account_sheet(account, file))


def _account(request: UserRequest, pk: int) -> Account:
    rows, right = organisations_all().branches(), Capability.DUES_ACCOUNT
    branch = get_visible(rows, request.user, right, seen_by=right, pk=pk)
    return dues_account(branch, YearQuery.read(request.GET.dict()).year)


# Workbooks in --------------------------------------------------------------------------------------------------------


@door(Capability.DUES_RECORD, methods=("GET",))
def dues_template(request: UserRequest, pk: int) -> HttpResponseBase:
    """What is known already stands in it: last year's bases, or the ledger as it is."""
    branch = branch_of(request, pk, Capability.DUES_RECORD)
    year = YearQuery.read(request.GET.dict()).year
    if request.GET.get("kind") == DuesImportKind.PAYMENTS:
        ledger = selectors.branch_year(branch, year, local_today())
        _exported(request, exports.LEDGER, year, branch)
        return _file(f"{year}年党费交纳情况.xlsx", lambda file: exports.write_ledger(ledger, file))
    lines = selectors.base_lines(branch, year)
    _exported(request, "党费计算基数", year, branch)
    return _file(f"{year}年党费计算基数.xlsx", lambda file: exports.write_base_template(lines, year, file))


@door(Capability.DUES_RECORD)
def dues_upload(request: UserRequest, pk: int) -> HttpResponse:
    branch = branch_of(request, pk, Capability.DUES_RECORD)
    query = YearQuery.read(request.GET.dict())
    initial = {"year": query.year, "kind": request.GET.get("kind", DuesImportKind.PAYMENTS)}
    form = DuesUploadForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            batch = services.dues_import_upload(by=request.user, branch=branch, file_name=data["file"].name, **data)
        except ValidationError as error:
            refuse(form, ValidationError({"file": error.messages}))
        else:
            return redirect("branches:dues_import", pk=batch.pk)
    return render(request, "branches/dues_upload.html", {"branch": branch, "query": query, "form": form})


@door(Capability.DUES_VIEW, methods=("GET",))
def dues_import_list(request: UserRequest) -> HttpResponse:
    return ledger_page(request, DuesImportLedger, "branches/dues_list.html")


@door(Capability.DUES_VIEW, methods=("GET",))
def dues_import(request: UserRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk, Capability.DUES_VIEW)
    waits = batch.state == DuesImport.State.PREVIEW
    records = request.user.scope(Capability.DUES_RECORD).covers(batch.organisation.path)
    context = {
        "batch": batch,
        "may_commit": waits and records and not batch.error_count and batch.change_count,
        "may_drop": waits and records,
    }
    return render(request, "branches/dues_import.html", context)


@door(Capability.DUES_RECORD, methods=("POST",))
def dues_import_commit(request: UserRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk, Capability.DUES_RECORD)
    try:
        batch = services.dues_import_commit(by=request.user, batch=batch)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        after = "还须报送单位核定。" if batch.kind == DuesImportKind.BASES else ""
        messages.success(request, f"已导入{batch.change_count}人的变动。{after}")
    return redirect("branches:dues_import", pk=pk)


@door(Capability.DUES_RECORD, methods=("POST",))
def dues_import_drop(request: UserRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk, Capability.DUES_RECORD)
    try:
        services.dues_import_drop(by=request.user, batch=batch)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已放弃，没有改动任何数据。")
    return redirect(dues_url("dues_ledger", batch.organisation_id, year=batch.year))


def _batch(request: UserRequest, pk: int, capability: Capability) -> DuesImport:
    rows: Any = selectors.imports_in_full()
    found: DuesImport = get_visible(rows, request.user, capability, seen_by=Capability.DUES_VIEW, pk=pk)
    return found


def _file(name: str, write: Callable[[IO[bytes]], Any], kind: str = XLSX) -> HttpResponseBase:
    file = TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


def _exported(request: UserRequest, title: str, year: int, branch: Organisation | None = None) -> None:
    after = {"title": title, "year": year, "branch": branch.short_name if branch else ""}
    path = branch.path if branch else ""
    audit.record(by=request.user, action="export.create", scope_path=path, after=after)
