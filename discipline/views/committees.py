"""机关纪委: who sits in it, its counts by quarter, their sums; and 廉政谈话 as counts."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.models import Organisation
from core import audit
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import XLSX, ledger_export, ledger_page
from core.periods import Freq, Period, parse_period
from discipline.exports.quarters import TITLE, sums_title, write_sums
from discipline.forms.integrity import IntegrityTalkForm, QuarterForm
from discipline.forms.warnings import ReasonForm
from discipline.ledgers.integrity import IntegrityTalkLedger, QuarterLedger, recent_years
from discipline.models import CommitteeQuarter, IntegrityTalk
from discipline.policy.quarters import COUNTS, LABELS, PREFILLED, SPANS
from discipline.selectors import committees as selectors
from discipline.selectors.integrity_talks import integrity_talks_in_full, talk_counts
from discipline.selectors.places import heads_all
from discipline.services.committees import quarter_confirm, staffing_mark
from discipline.services.integrity_talks import integrity_talk_record, integrity_talk_remove
from discipline.views.places import COMMITTEE_TABS, choose_head, head_asked, tabs_of

VIEW, RECORD = Capability.DISCIPLINE_COMMITTEE_VIEW, Capability.DISCIPLINE_COMMITTEE_RECORD


@door(VIEW, methods=("GET",))
def committee_list(request: UserRequest) -> HttpResponse:
    context = {
        "rows": selectors.committee_rows(request.user),
        "tabs": tabs_of(request.user, COMMITTEE_TABS, "committee_list"),
    }
    return render(request, "discipline/committee_list.html", context)


@door(VIEW, methods=("GET",))
def committee_detail(request: UserRequest, pk: int) -> HttpResponse:
    unit = _unit(request, pk, VIEW)
    context = {
        "page": selectors.committee_page(unit),
        "may_record": request.user.scope(RECORD).covers(unit.path),
        "tabs": tabs_of(request.user, COMMITTEE_TABS, "committee_list"),
    }
    return render(request, "discipline/committee_detail.html", context)


@door(RECORD, methods=("POST",))
def committee_mark(request: UserRequest, pk: int) -> HttpResponse:
    """Full or part time, for one post of the unit."""
    unit = _unit(request, pk, RECORD)
    named = request.POST.get("post", "")
    number = int(named) if named.isascii() and named.isdigit() and len(named) <= 18 else 0
    post = selectors.discipline_posts(unit).filter(pk=number).first()
    try:
        if post is None:
            raise ValidationError("没有找到这个职务。")
        staffing_mark(by=request.user, post=post, mark=request.POST.get("mark", ""))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已标注。")
    return redirect("discipline:committee_detail", pk=pk)


# --- the ledger of a quarter -----------------------------------------------------------------------------------------


@door(VIEW, methods=("GET",))
def quarter_list(request: UserRequest) -> HttpResponseBase:
    context = {
        "tabs": tabs_of(request.user, COMMITTEE_TABS, "quarter_list"),
        "create": "discipline:quarter_new" if request.user.can(RECORD) else "",
        "create_label": "确认季度台账",
        "note": "台账只有数字：不记线索、案情、姓名，平台没有这些栏目。",
    }
    return ledger_page(request, QuarterLedger, template="discipline/ledger.html", context=context)


@door(VIEW, methods=("POST",))
def quarter_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, QuarterLedger)


@door(RECORD, methods=("GET",))
def quarter_new(request: UserRequest) -> HttpResponse:
    """The quarters that may be confirmed, the latest first."""
    unit = head_asked(request, RECORD, units_only=True)
    if unit is None:
        return choose_head(request, RECORD, "确认工作台账", units_only=True)
    rows = selectors.quarters_known(unit, selectors.open_quarters(local_today()))
    return render(request, "discipline/quarter_new.html", {"unit": unit, "rows": rows})


@door(RECORD)
def quarter_edit(request: UserRequest, pk: int, period: str) -> HttpResponse:
    unit, asked = _unit(request, pk, RECORD), _period(period)
    row, known = selectors.quarter_row(unit, asked), selectors.known_counts(unit, asked)
    counts = {name: getattr(row, name) for name in COUNTS} if row else {}
    form = QuarterForm(request.POST or None, counts=counts, known=known, is_revision=row is not None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        try:
            made = quarter_confirm(by=request.user, unit=unit, period=asked, counts=form.counts(), reason=reason)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已确认{asked.title}的工作台账。")
            return redirect("discipline:quarter_detail", pk=made.pk)
    context = {"form": form, "unit": unit, "period": asked, "row": row}
    return render(request, "discipline/quarter_form.html", context)


@door(VIEW, methods=("GET",))
def quarter_detail(request: UserRequest, pk: int) -> HttpResponse:
    row: CommitteeQuarter = get_visible(selectors.quarters_in_full(), request.user, VIEW, seen_by=VIEW, pk=pk)
    versions = [
        (version, [(LABELS[name], version.counts.get(name, 0)) for name in COUNTS])
        for version in selectors.versions_of(row)
    ]
    context = {
        "row": row,
        "figures": _figures(request, row),
        "versions": versions,
        "may_record": request.user.scope(RECORD).covers(row.organisation.path),
    }
    return render(request, "discipline/quarter_detail.html", context)


def _figures(request: UserRequest, row: CommitteeQuarter) -> list[tuple[str, int, int | None, str]]:
    """Label, count, what the portal's own records say now, and from what."""
    known = selectors.known_counts(row.organisation, row.period)
    return [(LABELS[name], getattr(row, name), known.get(name), PREFILLED.get(name, "")) for name in COUNTS]


@door(VIEW, methods=("GET",))
def quarter_sums(request: UserRequest) -> HttpResponse:
    sums = _sums(request)
    context = {
        "sums": sums,
        "title": sums_title(sums),
        "labels": [LABELS[name] for name in COUNTS],
        "years": selectors.quarter_years(request.user),
        "spans": [(key, words) for key, (words, _) in SPANS.items()],
        "tabs": tabs_of(request.user, COMMITTEE_TABS, "quarter_sums"),
        "may_export": request.user.can(Capability.EXPORT_CREATE),
    }
    return render(request, "discipline/quarter_sums.html", context)


@door(VIEW, methods=("POST",))
def quarter_sums_export(request: UserRequest) -> HttpResponseBase:
    """The rows that are seen, which are the unit's own or the city's."""
    if not request.user.can(Capability.EXPORT_CREATE):
        raise PermissionDenied("您没有导出的权限。")
    sums, file = _sums(request), TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    count = write_sums(sums, file)
    file.seek(0)
    after = {"title": f"{TITLE} {sums_title(sums)}", "rows": count}
    audit.record(by=request.user, action="export.create", after=after)
    name = f"{TITLE}_{sums_title(sums)}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _sums(request: UserRequest) -> selectors.Sums:
    named, this = request.GET.get("year", ""), local_today().year
    year = int(named) if named.isascii() and named.isdigit() and 2000 <= int(named[:5]) <= 2100 else this
    span = request.GET.get("span", "")
    return selectors.quarter_sums(request.user, year, span if span in SPANS else "year")


# --- 廉政谈话 --------------------------------------------------------------------------------------------------------

TALK_VIEW, TALK_RECORD = Capability.INTEGRITY_TALK_VIEW, Capability.INTEGRITY_TALK_RECORD
TALK_NOTE = "只登记类型、日期和次数。谈话对象、内容和结果不登记，平台没有这些栏目。"


@door(TALK_VIEW, methods=("GET",))
def integrity_talk_list(request: UserRequest) -> HttpResponseBase:
    years = recent_years()
    year = next((each for each in years if str(each) == request.GET.get("counts")), years[0])
    context: dict[str, Any] = {
        "tabs": tabs_of(request.user, COMMITTEE_TABS, "integrity_talk_list"),
        "create": "discipline:integrity_talk_create" if request.user.can(TALK_RECORD) else "",
        "create_label": "登记谈话次数",
        "note": TALK_NOTE,
        "counts": talk_counts(request.user, year),
        "years": years,
    }
    return ledger_page(request, IntegrityTalkLedger, template="discipline/integrity_talk_list.html", context=context)


@door(TALK_VIEW, methods=("POST",))
def integrity_talk_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, IntegrityTalkLedger)


@door(TALK_RECORD)
def integrity_talk_create(request: UserRequest) -> HttpResponse:
    unit = head_asked(request, TALK_RECORD, units_only=True)
    if unit is None:
        return choose_head(request, TALK_RECORD, "登记廉政谈话", units_only=True)
    form = IntegrityTalkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            integrity_talk_record(by=request.user, organisation=unit, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记。")
            return redirect("discipline:integrity_talk_list")
    return render(request, "discipline/integrity_talk_form.html", {"form": form, "place": unit, "note": TALK_NOTE})


@door(TALK_VIEW, methods=("GET",))
def integrity_talk_detail(request: UserRequest, pk: int) -> HttpResponse:
    talk = _talk(request, pk, TALK_VIEW)
    may_record = request.user.scope(TALK_RECORD).covers(talk.organisation.path)
    context = {"talk": talk, "may_record": may_record, "form": ReasonForm(), "note": TALK_NOTE}
    return render(request, "discipline/integrity_talk_detail.html", context)


@door(TALK_RECORD, methods=("POST",))
def integrity_talk_delete(request: UserRequest, pk: int) -> HttpResponse:
    talk = _talk(request, pk, TALK_RECORD)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        context = {"talk": talk, "may_record": True, "form": form, "refused": True, "note": TALK_NOTE}
        return render(request, "discipline/integrity_talk_detail.html", context, status=422)
    integrity_talk_remove(by=request.user, talk=talk, **form.cleaned_data)
    messages.success(request, "已删除这条登记。")
    return redirect("discipline:integrity_talk_list")


def _talk(request: UserRequest, pk: int, capability: Capability) -> IntegrityTalk:
    rows = integrity_talks_in_full()
    found: IntegrityTalk = get_visible(rows, request.user, capability, seen_by=TALK_VIEW, pk=pk)
    return found


def _unit(request: UserRequest, pk: int, capability: Capability) -> Organisation:
    found: Organisation = get_visible(heads_all().filter(depth=2), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _period(code: str) -> Period:
    try:
        period = parse_period(code)
    except ValueError:
        raise Http404("没有这个季度。") from None
    if period.freq is not Freq.QUARTER or period.ends_on >= local_today():
        raise Http404("季度结束后再确认这个季度的台账。")
    return period
