"""承诺践诺: the member's own page, and the branch's review (审诺) and judgement (评诺), each on one page."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import door
from accounts.roles import Capability
from branches.models import Member, Organisation
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers import ledger_export
from outreach.choices import ItemResult, PledgeState
from outreach.forms.vanguard import JudgeForm, PledgeForm, PledgeReviewForm, ProgressForm
from outreach.ledgers.vanguard import PledgeLedger
from outreach.models import Pledge
from outreach.selectors.places import BRANCH, logs_of, member_of_user, people_by_id
from outreach.selectors.pledges import (
    limits_on,
    members_without,
    own_pledges,
    pledge_of,
    pledges_in_full,
    pledges_to_judge,
    pledges_waiting,
)
from outreach.services import pledges as services
from outreach.views.pages import Crumbs, answer, choose_place, listing, may, place_asked, posted
from outreach.views.vanguard import TABS, VIEW

OWN, REVIEW = Capability.PLEDGE_WRITE_OWN, Capability.PLEDGE_REVIEW


@door(VIEW, methods=("GET",))
def pledge_list(request: UserRequest) -> HttpResponse:
    actions = [("代为录入", "outreach:pledge_enter", "user-plus", REVIEW)]
    note = "公诺的内容。只公示承诺和兑现情况，不打分、不排名、不比较。"
    return listing(request, PledgeLedger, tabs=TABS, actions=actions, note=note)


@door(VIEW, methods=("POST",))
def pledge_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, PledgeLedger)


@door(OWN, methods=("GET",))
def pledge_mine(request: UserRequest) -> HttpResponse:
    year = local_today().year
    rows = own_pledges(request.user)
    context = {
        "rows": rows,
        "year": year,
        "member": member_of_user(request.user),
        "missing": not any(row.year == year for row in rows),
        "tabs": _tabs(request, "outreach:pledge_mine"),
    }
    return render(request, "outreach/pledge_mine.html", context)


@door(OWN)
def pledge_write(request: UserRequest) -> HttpResponse:
    """提诺: the year's own pledge, written, or rewritten while nobody agreed to it."""
    member = member_of_user(request.user)
    if member is None:
        messages.error(request, "您的账号还没有对应到党员名册，请联系支部书记。")
        return redirect("outreach:pledge_mine")
    year = local_today().year
    known = pledge_of(member, year)
    if known is not None and known.state not in services.OPEN:
        messages.info(request, f"{year}年的承诺已经公诺，不再修改。")
        return redirect(_url(known))
    form = PledgeForm(posted(request), year=year, limits=limits_on(local_today()), pledge=known)
    return _written(request, form, member.organisation, lambda: member, reverse("outreach:pledge_mine"))


@door(REVIEW)
def pledge_enter(request: UserRequest) -> HttpResponse:
    """The secretary enters what a member without an account pledged."""
    branch = place_asked(request, REVIEW, BRANCH)
    if branch is None:
        return choose_place(request, REVIEW, BRANCH, "代为录入承诺")
    year = local_today().year
    people = members_without(branch, year)
    form = PledgeForm(posted(request), year=year, limits=limits_on(local_today()), people=people)

    def named() -> Member:
        found = people_by_id(branch, [form.cleaned_data["member"]])
        if not found:
            raise ValidationError({"member": "只能选本支部的党员。"})
        return found[0]

    return _written(request, form, branch, named, f"{reverse('outreach:pledge_review')}?branch={branch.pk}")


@door(VIEW, OWN, methods=("GET",))
def pledge_detail(request: UserRequest, pk: int) -> HttpResponse:
    pledge = _pledge(request, pk)
    is_own = pledge.member.user_id == request.user.pk
    context = {
        "pledge": pledge,
        "is_own": is_own,
        "may_rewrite": is_own and pledge.state in services.OPEN and pledge.year == local_today().year,
        "may_progress": _may_progress(request, pledge) and pledge.state == PledgeState.PUBLISHED,
    }
    return render(request, "outreach/pledge_detail.html", context)


@door(OWN, REVIEW)
def pledge_progress(request: UserRequest, pk: int) -> HttpResponse:
    pledge = _pledge(request, pk)
    if not _may_progress(request, pledge):
        raise PermissionDenied("只能填写自己的践诺情况。")
    form = ProgressForm(posted(request), pledge=pledge)
    return answer(
        request,
        form,
        lambda: services.pledge_progress(by=request.user, pledge=pledge, texts=form.texts),
        done="已保存。",
        to=_url,
        title="践诺情况",
        crumbs=[*_crumbs(), (f"{pledge.member.name}{pledge.year}年承诺", _url(pledge))],
        place=pledge.organisation,
        note="用自己的话写做到哪一步，没有字数要求，也不用照片。",
    )


@door(REVIEW)
def pledge_review(request: UserRequest) -> HttpResponse:
    """审诺: all that wait, on one page."""
    branch = place_asked(request, REVIEW, BRANCH)
    if branch is None:
        return choose_place(request, REVIEW, BRANCH, "审诺")
    form = PledgeReviewForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            agreed, returned = services.pledges_review(by=request.user, branch=branch, decisions=form.decisions())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"已公诺 {agreed} 份，退回 {returned} 份。")
            return redirect(f"{reverse('outreach:pledge_review')}?branch={branch.pk}")
    context = {
        "form": form,
        "branch": branch,
        "rows": [(row, *_typed(request, row.pk)) for row in pledges_waiting(branch)],
        "tabs": _tabs(request, "outreach:pledge_review"),
    }
    return render(request, "outreach/pledge_review.html", context)


@door(REVIEW)
def pledge_judge(request: UserRequest) -> HttpResponse:
    """评诺: by the branch at a meeting, whose log is linked."""
    branch = place_asked(request, REVIEW, BRANCH)
    if branch is None:
        return choose_place(request, REVIEW, BRANCH, "评诺")
    year = _year(request)
    logs = logs_of(branch)
    form = JudgeForm(posted(request), logs=logs)
    if request.method == "POST" and form.is_valid():
        meeting = next((log for log in logs if log.pk == form.cleaned_data["meeting"]), None)
        try:
            count = services.pledges_judge(
                by=request.user,
                branch=branch,
                held_on=form.cleaned_data["held_on"],
                meeting=meeting,
                results=form.results(),
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"已评诺 {count} 份。")
            return redirect(f"{reverse('outreach:pledge_judge')}?branch={branch.pk}&year={year}")
    context = {
        "form": form,
        "branch": branch,
        "year": year,
        "years": [local_today().year, local_today().year - 1],
        "rows": _judged(request, pledges_to_judge(branch, year)),
        "results": ItemResult.choices,
        "tabs": _tabs(request, "outreach:pledge_judge"),
    }
    return render(request, "outreach/pledge_judge.html", context)


def _written(request: UserRequest, form: PledgeForm, place: Organisation, member: object, to: str) -> HttpResponse:
    year = local_today().year
    return answer(
        request,
        form,
        lambda: services.pledge_write(by=request.user, member=member(), year=year, items=form.items),  # type: ignore[operator]
        done="承诺已提出，等待支部审诺。",
        to=lambda pledge: to,
        title=f"{year}年承诺",
        crumbs=_crumbs(),
        template="outreach/pledge_form.html",
        place=place,
        limits=limits_on(local_today()),
    )


def _judged(request: UserRequest, pledges: list[Pledge]) -> list[tuple[Pledge, list[tuple[object, str]]]]:
    """Each pledge with its items and what was chosen for them in this request."""
    return [
        (row, [(item, request.POST.get(f"result-{row.pk}-{item.pk}", "")) for item in row.items.all()])
        for row in pledges
    ]


def _typed(request: UserRequest, pk: int) -> tuple[str, str]:
    return request.POST.get(f"decision-{pk}", ""), request.POST.get(f"reason-{pk}", "")


def _year(request: UserRequest) -> int:
    year = local_today().year
    asked = request.POST.get("year") or request.GET.get("year") or ""
    return year - 1 if asked == str(year - 1) else year


def _pledge(request: UserRequest, pk: int) -> Pledge:
    found = pledges_in_full().open_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("没有找到，或不在您的范围内。")
    return found


def _may_progress(request: UserRequest, pledge: Pledge) -> bool:
    own = pledge.member.user_id == request.user.pk
    return own or may(request.user, REVIEW, pledge.organisation.path)


def _url(pledge: Pledge) -> str:
    return reverse("outreach:pledge_detail", args=[pledge.pk])


def _crumbs() -> Crumbs:
    return [("先锋岗和承诺", reverse("outreach:pledge_mine"))]


def _tabs(request: UserRequest, here: str) -> list[tuple[str, str, bool]]:
    return [(label, name, name == here) for label, name, right in TABS if request.user.can(right)]
