"""Importing a roster: template, upload, preview, commit or drop."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.exports.roster import roster_template as template_workbook
from branches.forms.roster import RosterForm
from branches.ledgers.members import RosterLedger
from branches.models import RosterBatch
from branches.selectors import members as selectors
from branches.services import roster as services
from branches.services import roster_undo as undo
from core.actors import UserRequest
from core.ledgers.views import XLSX, ledger_page
from core.selectors import job_of

NOT_DONE = (RosterBatch.State.CHECKING, RosterBatch.State.PREVIEW)


@door(Capability.IMPORT_PREVIEW, methods=("GET",))
def roster_list(request: UserRequest) -> HttpResponse:
    return ledger_page(request, RosterLedger, "branches/roster_list.html")


@door(Capability.IMPORT_UPLOAD, methods=("GET",))
def roster_template(request: UserRequest) -> HttpResponseBase:
    content = template_workbook(selectors.importable_branches(request.user))
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = (
        "attachment; filename*=UTF-8''%E5%85%9A%E5%91%98%E5%90%8D%E5%86%8C%E6%A8%A1%E6%9D%BF.xlsx"
    )
    return response


@door(Capability.IMPORT_UPLOAD)
def roster_upload(request: UserRequest) -> HttpResponse:
    form = RosterForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        file, organisation = form.cleaned_data["file"], form.cleaned_data["organisation"]
        try:
            batch = services.roster_upload(by=request.user, organisation=organisation, file=file, file_name=file.name)
        except ValidationError as error:
            refuse(form, ValidationError({"file": error.messages}))
        else:
            return redirect("branches:roster_preview", pk=batch.pk)
    return render(request, "branches/roster_upload.html", {"form": form})


@door(Capability.IMPORT_PREVIEW, methods=("GET",))
def roster_preview(request: UserRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk, Capability.IMPORT_PREVIEW)
    commit = request.user.scope(Capability.IMPORT_COMMIT)
    context = {
        "batch": batch,
        "job": job_of(request.user, batch.job_id) if batch.job_id else None,
        "may_commit": batch.state == RosterBatch.State.PREVIEW
        and not batch.error_count
        and commit.covers(batch.organisation.path),
        "may_drop": batch.state in NOT_DONE,
        "may_undo": batch.state == RosterBatch.State.COMMITTED and commit.covers(batch.organisation.path),
    }
    return render(request, "branches/roster_preview.html", context)


@door(Capability.IMPORT_COMMIT, methods=("POST",))
def roster_commit(request: UserRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk, Capability.IMPORT_COMMIT)
    try:
        batch = services.roster_commit_start(by=request.user, batch=batch)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        if batch.state == RosterBatch.State.COMMITTED:
            messages.success(request, f"已导入：新增{batch.created_count}人，更新{batch.updated_count}人。")
    return redirect("branches:roster_preview", pk=pk)


@door(Capability.IMPORT_PREVIEW, methods=("POST",))
def roster_drop(request: UserRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk, Capability.IMPORT_PREVIEW)
    try:
        services.roster_drop(by=request.user, batch=batch)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已放弃这次导入，没有改动任何党员。")
    return redirect("branches:roster_list")


@door(Capability.IMPORT_COMMIT)
def roster_undo(request: UserRequest, pk: int) -> HttpResponse:
    """What undoing the whole batch would do, and who stands in the way; by POST it is done."""
    batch = _batch(request, pk, Capability.IMPORT_COMMIT)
    try:
        if request.method == "POST":
            undone = undo.roster_undo_start(by=request.user, batch=batch)
            if undone.state == RosterBatch.State.UNDONE:
                messages.success(request, "已撤销这批导入。")
            return redirect("branches:roster_preview", pk=pk)
        plan = undo.undo_plan(batch)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("branches:roster_preview", pk=pk)
    return render(request, "branches/roster_undo.html", {"batch": batch, "plan": plan})


def _batch(request: UserRequest, pk: int, capability: Capability) -> RosterBatch:
    rows = selectors.batches_in_full()
    found: RosterBatch = get_visible(rows, request.user, capability, seen_by=Capability.IMPORT_PREVIEW, pk=pk)
    return found
