"""第一书记和工作队员."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Member
from branches.selectors.worklists import worklist_view
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers import ledger_export
from outreach.forms.rows import DayForm
from outreach.forms.village import PostingForm, PostingYearForm
from outreach.ledgers.village import PostingLedger
from outreach.models import VillagePosting
from outreach.policy.postings import NOTICE_DAYS, term_hint
from outreach.selectors.places import UNIT, people_by_id, people_of
from outreach.selectors.village import postings_in_full, year_of, years_of
from outreach.services import postings as services
from outreach.views.pages import Crumbs, answer, choose_place, listing, may, place_asked, posted
from outreach.views.service import TABS

VIEW, RECORD = Capability.VILLAGE_POSTING_VIEW, Capability.VILLAGE_POSTING_RECORD


@door(VIEW, methods=("GET",))
def posting_list(request: UserRequest) -> HttpResponse:
    actions = [
        ("从Excel导入", "outreach:posting_import", "file-import", RECORD),
        ("登记选派", "outreach:posting_create", "plus", RECORD),
    ]
    note = f"任期届满前{NOTICE_DAYS}天在派出单位的应做事项里提示。"
    return listing(request, PostingLedger, tabs=TABS, actions=actions, note=note)


@door(VIEW, methods=("POST",))
def posting_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, PostingLedger)


@door(RECORD)
def posting_create(request: UserRequest) -> HttpResponse:
    unit = place_asked(request, RECORD, UNIT)
    if unit is None:
        return choose_place(request, RECORD, UNIT, "登记驻村选派")
    form = PostingForm(posted(request), people=people_of(unit))

    def member() -> Member:
        found = people_by_id(unit, [form.cleaned_data["member"]])
        if not found:
            raise ValidationError({"member": "只能选本单位的党员。"})
        return found[0]

    return answer(
        request,
        form,
        lambda: services.posting_create(by=request.user, unit=unit, member=member(), values=form.values),
        done="已登记选派。接着写年度计划，把任务列入项目清单。",
        to=_url,
        title="登记驻村选派",
        crumbs=_crumbs(),
        place=unit,
    )


@door(VIEW, methods=("GET",))
def posting_detail(request: UserRequest, pk: int) -> HttpResponse:
    posting = _posting(request, pk, VIEW)
    context = {
        "posting": posting,
        "years": years_of(posting),
        "hint": term_hint(posting.starts_on, posting.ends_on),
        "past": posting.finished_on is None and posting.ends_on < local_today(),
        "this_year": local_today().year,
        "may_record": may(request.user, RECORD, posting.organisation.path),
        "worklist": worklist_view(request.user, posting.worklist),
    }
    return render(request, "outreach/posting_detail.html", context)


@door(RECORD)
def posting_update(request: UserRequest, pk: int) -> HttpResponse:
    posting = _posting(request, pk, RECORD)
    form = PostingForm(posted(request), row=posting)
    return answer(
        request,
        form,
        lambda: services.posting_update(
            by=request.user, posting=posting, values=form.values, expected_revision=form.revision
        ),
        done="已保存。",
        to=_url,
        title="修改选派或续期",
        crumbs=_crumbs(posting),
        place=posting.organisation,
    )


@door(RECORD)
def posting_year(request: UserRequest, pk: int, year: int) -> HttpResponse:
    posting = _posting(request, pk, RECORD)
    form = PostingYearForm(posted(request), posting=posting, row=year_of(posting, year), year=year)
    return answer(
        request,
        form,
        lambda: services.posting_year(by=request.user, posting=posting, year=year, values=form.values),
        done="已保存。",
        to=lambda row: _url(posting),
        title=f"{year}年情况：{posting.member.name}",
        crumbs=_crumbs(posting),
        place=posting.organisation,
        note="考核等次照主管部门的结果登记，平台不另行考核。",
    )


@door(RECORD)
def posting_finish(request: UserRequest, pk: int) -> HttpResponse:
    posting = _posting(request, pk, RECORD)
    form = DayForm(posted(request), day=("finished_on", "离任日期"), text=("handover", "交接情况"), length=500)
    return answer(
        request,
        form,
        lambda: services.posting_finish(by=request.user, posting=posting, **form.cleaned_data),
        done="已办理交接。",
        to=_url,
        title=f"办理交接：{posting.member.name}",
        crumbs=_crumbs(posting),
        place=posting.organisation,
        note="写明接任人、未完成的事和移交的资料。计划里没有完成的任务一并取消。",
    )


def _posting(request: UserRequest, pk: int, capability: Capability) -> VillagePosting:
    found: VillagePosting = get_visible(postings_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _url(posting: VillagePosting) -> str:
    return reverse("outreach:posting_detail", args=[posting.pk])


def _crumbs(posting: VillagePosting | None = None) -> Crumbs:
    found = [("驻村选派", reverse("outreach:posting_list"))]
    return [*found, (f"{posting.member.name}驻{posting.village}", _url(posting))] if posting else found
