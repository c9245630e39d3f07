"""机关党建分析研判: begun with figures, written, finished, and as a Word document."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.selectors.worklists import worklist_view
from core import audit
from core.actors import UserRequest
from core.calendar import local_today
from core.documents import DOCX_TYPE, write_docx
from core.ledgers.views import ledger_export, ledger_page
from oversight.exports.analyses import analysis_document
from oversight.forms.analyses import AnalysisBeginForm, AnalysisForm
from oversight.ledgers.analyses import AnalysisLedger
from oversight.models import Analysis
from oversight.policy.analyses import RULE
from oversight.selectors import analyses as selectors
from oversight.services import analyses as services
from oversight.views.paper_acts import PAPER_TABS, act_now, act_on, choose_place, place_asked, tabs_of

SECTION = ("分析研判", "oversight:analysis_list")
VIEW, WRITE = Capability.ANALYSIS_VIEW, Capability.ANALYSIS_WRITE


@door(VIEW, methods=("GET",))
def analysis_list(request: UserRequest) -> HttpResponseBase:
    context = {"tabs": tabs_of(request, PAPER_TABS), "may_write": request.user.can(WRITE), "source": RULE}
    return ledger_page(request, AnalysisLedger, template="oversight/analysis_list.html", context=context)


@door(VIEW, methods=("POST",))
def analysis_export(request: UserRequest) -> HttpResponseBase:
    """The right to export is asked by the ledger."""
    return ledger_export(request, AnalysisLedger)


@door(WRITE)
def analysis_create(request: UserRequest) -> HttpResponseBase:
    places = selectors.analysis_places(request.user)
    place = place_asked(request, places, WRITE)
    if place is None:
        return choose_place(request, places, "开展分析研判")
    form = AnalysisBeginForm(request.POST or None, halves=selectors.halves_to_choose(local_today()))

    def act(data: dict[str, Any]) -> str:
        year, half = map(int, data["half"].split("-"))
        row = services.analysis_begin(by=request.user, organisation=place, year=year, half=half)
        return reverse("oversight:analysis_update", args=[row.pk])

    return act_on(
        request, form, act, title="开展分析研判", back=reverse("oversight:analysis_list"), submit="读取数据，开始起草",
        done="数据已读取，请写问题、原因和措施。", source=RULE, subtitle=place.short_name, section=SECTION, place=place,
    )  # fmt: skip


@door(VIEW, methods=("GET",))
def analysis_detail(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(request, pk, VIEW)
    may_write = row.state == "draft" and request.user.scope(WRITE).covers(row.organisation.path)
    context = {
        "row": row,
        "figures": selectors.figures_shown(row),
        "may_write": may_write,
        "worklist": worklist_view(request.user, row.worklist),
        "source": RULE,
    }
    return render(request, "oversight/analysis_detail.html", context)


@door(WRITE)
def analysis_update(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(request, pk, WRITE)
    form = AnalysisForm(request.POST or None, row=row)

    def act(data: dict[str, Any]) -> None:
        revision = data.pop("revision")
        services.analysis_save(by=request.user, row=row, values=data, expected_revision=revision)

    return act_on(
        request, form, act, title="填写分析研判", back=_url(pk), done="已保存。", subtitle=str(row), section=SECTION,
        template="oversight/analysis_form.html", row=row, figures=selectors.figures_shown(row),
    )  # fmt: skip


@door(WRITE, methods=("POST",))
def analysis_renew(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(request, pk, WRITE)
    act = services.analysis_renew_figures
    return act_now(request, lambda: act(by=request.user, row=row) and None, back=_url(pk), done="数据已更新。")


@door(WRITE, methods=("POST",))
def analysis_finish(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(request, pk, WRITE)
    act = services.analysis_finish
    return act_now(request, lambda: act(by=request.user, row=row) and None, back=_url(pk), done="已定稿，不再变动。")


@door(VIEW, methods=("POST",))
def analysis_document_download(request: UserRequest, pk: int) -> HttpResponseBase:
    """The analysis as a Word file."""
    row = _row(request, pk, VIEW)
    file = BytesIO()
    write_docx(analysis_document(row), file)
    file.seek(0)
    path = row.organisation.path
    audit.record(by=request.user, action="analysis.document", target=row, scope_path=path, after={"title": row.title})
    name = f"{row.organisation.short_name}{row.title}.docx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=DOCX_TYPE)


def _url(pk: int) -> str:
    return reverse("oversight:analysis_detail", args=[pk])


def _row(request: UserRequest, pk: int, capability: Capability) -> Analysis:
    found: Analysis = get_visible(selectors.analyses_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found
