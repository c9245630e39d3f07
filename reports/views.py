"""HTTP of the roof."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.selectors.closings import changes_after
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from core.models import Job
from core.periods import parse_period
from reports.exports import report_file_name, report_render
from reports.forms import AnswerForm, FrozenRowsForm, ReportForm, SuggestionForm
from reports.ledgers import ReminderLedger, ReportLedger, SuggestionLedger
from reports.models import QuarterlyReport, Suggestion
from reports.selectors.home import home_for
from reports.selectors.quarterly import RECORD_HEADINGS, RECORDS, RULE_HEADINGS
from reports.selectors.reports import frozen_page, report_places, summary_of
from reports.selectors.suggestions import (
    answer_days,
    suggestion_page,
    suggestions_in_full,
    suggestions_of,
)
from reports.services import suggestions as suggestion_services
from reports.services.quarterly import quarter_of, quarterly_report_order, report_downloaded


@door(methods=("GET",))
def home(request: UserRequest) -> HttpResponse:
    """What must I do now, what is coming, how does my organisation stand: nothing else (mission.md P1)."""
    return render(request, "reports/home.html", {"home": home_for(request.user, local_today())})


@door(Capability.REPORT_UNIT_VIEW, methods=("GET",))
def report_list(request: UserRequest) -> HttpResponseBase:
    form = ReportForm(places=report_places(request.user), today=local_today())
    context = {"form": form, "can_generate": request.user.can(Capability.REPORT_UNIT_GENERATE)}
    return ledger_page(request, ReportLedger, template="reports/report_list.html", context=context)


@door(Capability.REPORT_UNIT_GENERATE, methods=("POST",))
def report_create(request: UserRequest) -> HttpResponseBase:
    """Order a report; the job's page shows how far it is. Bad input comes back with its message and what was chosen."""
    today = local_today()
    form = ReportForm(request.POST, places=report_places(request.user), today=today)
    if form.is_valid():
        try:
            made = quarterly_report_order(
                by=request.user,
                organisation=form.cleaned_data["organisation"],
                period=quarter_of(form.cleaned_data["period"], today),
                today=today,
            )
        except ValidationError as error:
            form.add_error("period", error)
        else:
            if isinstance(made, Job):
                return redirect("core:job_detail", made.pk)
            messages.info(request, "该季度的正式报表已经冻结，直接打开。")
            return redirect("reports:report_detail", made.pk)
    return render(request, "reports/report_form.html", {"form": form}, status=400)


def _report(request: UserRequest, pk: int, unit_right: str, city_right: str) -> QuarterlyReport:
    """The report and the right to it; a report of the whole city asks for the city's own right."""
    report: QuarterlyReport = get_visible(
        QuarterlyReport.objects.visible_to(request.user, Capability.REPORT_UNIT_VIEW).select_related("organisation"),
        request.user,
        Capability(unit_right),
        seen_by=Capability.REPORT_UNIT_VIEW,
        pk=pk,
    )
    if report.organisation.depth == 1 and not request.user.can(Capability(city_right)):
        raise Http404("没有找到，或不在您的范围内。")
    return report


@door(Capability.REPORT_UNIT_VIEW, methods=("GET",))
def report_detail(request: UserRequest, pk: int) -> HttpResponse:
    report = _report(request, pk, Capability.REPORT_UNIT_VIEW, Capability.REPORT_CITY_VIEW)
    context: dict[str, Any] = {"report": report, "summary": summary_of(report) if report.is_frozen else None}
    if report.frozen_at is not None:
        context["changes"] = changes_after(report.organisation, parse_period(report.period), report.frozen_at)
    return render(request, "reports/report_detail.html", context)


@door(Capability.REPORT_UNIT_VIEW, methods=("GET",))
def report_rows(request: UserRequest, pk: int, sheet: str) -> HttpResponse:
    """The frozen rows behind a figure."""
    report = _report(request, pk, Capability.REPORT_UNIT_VIEW, Capability.REPORT_CITY_VIEW)
    titles = {rule["code"]: rule["title"] for rule in report.summary.get("rules", ())} | {RECORDS: "会议记录"}
    if sheet not in titles:
        raise Http404("报表里没有这张表。")
    form = FrozenRowsForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    unit, state = chosen.get("unit", ""), chosen.get("state", "") if sheet != RECORDS else ""
    page = frozen_page(report, sheet, unit=unit, state=state, number=chosen.get("page") or 1)
    headings = RECORD_HEADINGS if sheet == RECORDS else RULE_HEADINGS
    context = {
        "report": report,
        "title": titles[sheet],
        "headings": headings,
        "page": page,
        "rows": [list(zip(headings, row, strict=False)) for row in page.rows],
        "count_text": f"共 {page.total} 条，第 {page.number} 页",
        "unit": unit,
        "state": state,
        "previous_url": request.path + _query(request, page.number - 1) if page.number > 1 else "",
        "next_url": request.path + _query(request, page.number + 1) if page.has_next else "",
    }
    return render(request, "reports/report_rows.html", context)


def _query(request: UserRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@door(Capability.REPORT_UNIT_DOWNLOAD, methods=("GET",))
def report_download(request: UserRequest, pk: int) -> HttpResponseBase:
    report = _report(request, pk, Capability.REPORT_UNIT_DOWNLOAD, Capability.REPORT_CITY_DOWNLOAD)
    if not report.is_frozen:
        messages.warning(request, "报表还在生成，完成后即可下载。")
        return redirect("reports:report_detail", report.pk)
    path = report_render(report)
    report_downloaded(by=request.user, report=report)
    return FileResponse(path.open("rb"), as_attachment=True, filename=report_file_name(report))


@door(Capability.REMINDER_LIST, methods=("GET",))
def reminder_list(request: UserRequest) -> HttpResponseBase:
    return ledger_page(request, ReminderLedger, template="reports/reminder_list.html")


@door(Capability.EXPORT_CREATE, methods=("POST",))
def reminder_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, ReminderLedger)


@door(Capability.SUGGESTION_ANSWER, methods=("GET",))
def suggestion_list(request: UserRequest) -> HttpResponseBase:
    return ledger_page(request, SuggestionLedger, template="reports/suggestion_list.html")


@door(Capability.SUGGESTION_ANSWER, methods=("POST",))
def suggestion_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, SuggestionLedger)


@door(Capability.SUGGESTION_WRITE, methods=("GET",))
def suggestion_mine(request: UserRequest) -> HttpResponse:
    """One's own questions with their answers."""
    return render(request, "reports/suggestion_mine.html", {"rows": suggestions_of(request.user)[:200]})


@door(Capability.SUGGESTION_WRITE)
def suggestion_create(request: UserRequest) -> HttpResponse:
    """投诉建议, reached from every page; the page it was reached from is noted (N15)."""
    form = SuggestionForm(request.POST or None, initial={"page": _came_from(request)})
    if request.method == "POST" and form.is_valid():
        try:
            row = suggestion_services.suggestion_write(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已提交，工委最迟在{row.due_on.month}月{row.due_on.day}日前答复。")
            return redirect("reports:suggestion_detail", row.pk)
    return render(request, "reports/suggestion_form.html", {"form": form, "days": answer_days()})


def _came_from(request: UserRequest) -> str:
    """The path of the page before, if it was one of the portal."""
    parts = urlsplit(request.headers.get("Referer", ""))
    return parts.path[:200] if parts.netloc == request.get_host() else ""


@door(Capability.SUGGESTION_WRITE, methods=("GET",))
def suggestion_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _suggestion_page(request, _suggestion(request, pk), AnswerForm())


@door(Capability.SUGGESTION_ANSWER, methods=("POST",))
def suggestion_answer(request: UserRequest, pk: int) -> HttpResponse:
    row: Suggestion = _reached(request, pk, Capability.SUGGESTION_ANSWER)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            suggestion_services.suggestion_answer(by=request.user, suggestion=row, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已答复，提出人会收到通知。")
            return redirect("reports:suggestion_detail", pk)
    return _suggestion_page(request, row, form)


@door(Capability.SUGGESTION_WRITE, methods=("POST",))
def suggestion_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    row: Suggestion = _reached(request, pk, Capability.SUGGESTION_WRITE)
    try:
        suggestion_services.suggestion_withdraw(by=request.user, suggestion=row)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已撤回。")
    return redirect("reports:suggestion_detail", pk)


def _suggestion(request: UserRequest, pk: int) -> Suggestion:
    """One's own, or one that the reader may answer."""
    try:
        return _reached(request, pk, Capability.SUGGESTION_WRITE)
    except Http404:
        return _reached(request, pk, Capability.SUGGESTION_ANSWER)


def _reached(request: UserRequest, pk: int, capability: Capability) -> Suggestion:
    found: Suggestion = get_visible(suggestions_in_full(), request.user, capability, seen_by=capability, pk=pk)
    return found


def _suggestion_page(request: UserRequest, row: Suggestion, form: AnswerForm) -> HttpResponse:
    context = {"page": suggestion_page(request.user, row), "row": row, "form": form}
    return render(request, "reports/suggestion_detail.html", context)
