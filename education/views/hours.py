"""Study hours: of a branch as of now, of a unit and the city from the summary, and each member's own records."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Member, Organisation
from branches.querysets import OrganisationQuerySet
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page
from education.ledgers.hours import HoursLedger
from education.policy.hours import SOURCE
from education.selectors import hours as selectors
from education.selectors.certificates import certificates_of
from education.selectors.hours_pages import as_of, group_of, member_year, members_in_full, refreshable
from education.selectors.training_rules import rules_shown
from education.services import hours as services
from education.views.training_tabs import tabs

YEARS_SHOWN = 6
BRANCHES_SHOWN = 200


@door(Capability.HOURS_VIEW, methods=("GET",))
def hours_branch(request: UserRequest) -> HttpResponse:
    """Every member of a branch with own figure and requirement, counted now."""
    reached = Organisation.objects.visible_to(request.user, Capability.HOURS_VIEW).branches().order_by("path")
    branch = _branch(request, reached)
    if branch is None:
        context = {"branches": reached[:BRANCHES_SHOWN], "title": "党员学时", "tabs": _tabs(request, "hours_branch")}
        return render(request, "education/hours_branches.html", context)
    year = _year(request)
    page = selectors.branch_hours(branch, year)
    group, rows = group_of(page, request.GET.get("group", ""))
    context = {
        "branch": branch, "page": page, "years": _years(), "group": group, "rows": rows, "source": SOURCE,
        "tabs": _tabs(request, "hours_branch"),
    }  # fmt: skip
    return render(request, "education/hours_branch.html", context)


def _branch(request: UserRequest, reached: OrganisationQuerySet) -> Organisation | None:
    """The one named, the only one within reach, or None where one is to be chosen."""
    named = request.GET.get("branch", "")
    if not named:
        first = list(reached[:2])
        return first[0] if len(first) == 1 else None
    if not (named.isascii() and named.isdigit() and len(named) <= 18):
        raise Http404("没有找到这个党支部。")
    found: Organisation = get_visible(
        Organisation.objects.branches(),
        request.user,
        Capability.HOURS_VIEW,
        seen_by=Capability.BRANCH_VIEW,
        pk=int(named),
    )
    return found


@door(Capability.HOURS_VIEW, methods=("GET",))
def hours_list(request: UserRequest) -> HttpResponseBase:
    year, place = _year(request), refreshable(request.user)
    context = {
        "tabs": _tabs(request, "hours_list"),
        "year": year,
        "years": _years(),
        "as_of": as_of(request.user, place, year),
        "refreshable": place,
    }
    return ledger_page(
        request, HoursLedger, template="education/hours_list.html", context=context, fixed={"year": year},
        export_url=f"/education/hours/export/{year}/",
    )  # fmt: skip


@door(Capability.HOURS_VIEW, methods=("POST",))
def hours_export(request: UserRequest, year: int) -> HttpResponseBase:
    return ledger_export(request, HoursLedger, fixed={"year": year})


@door(Capability.HOURS_VIEW, methods=("POST",))
def hours_refresh(request: UserRequest) -> HttpResponse:
    """Renew the summary of what the reader reaches, in the background."""
    organisation = refreshable(request.user)
    if organisation is None:
        messages.error(request, "只有单位和工委可以更新汇总；本支部学时随时按现在的记录计算。")
        return redirect("education:hours_list")
    try:
        job = services.hours_order(by=request.user, organisation=organisation, year=_year(request))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("education:hours_list")
    return redirect("core:job_detail", pk=job.pk)


@door(Capability.HOURS_VIEW, methods=("GET",))
def hours_member(request: UserRequest, pk: int) -> HttpResponse:
    member: Member = get_visible(
        members_in_full(), request.user, Capability.HOURS_VIEW, seen_by=Capability.MEMBER_LIST, pk=pk
    )
    return _member(request, member, is_own=False)


@door(Capability.HOURS_VIEW_OWN, methods=("GET",))
def hours_mine(request: UserRequest) -> HttpResponse:
    """One's own hours by record, and one's certificates."""
    member = getattr(request.user, "member", None)
    if member is None:
        return render(request, "education/hours_none.html")
    return _member(request, member, is_own=True)


def _member(request: UserRequest, member: Member, *, is_own: bool) -> HttpResponse:
    year = _year(request)
    context = {
        "member": member,
        "is_own": is_own,
        "years": _years(),
        "page": member_year(member, year),
        "certificates": certificates_of(member) if is_own or request.user.can(Capability.CERTIFICATE_VIEW) else [],
        "may_open_logs": request.user.can(Capability.MEETING_VIEW),
        "may_open_classes": request.user.can(Capability.TRAINING_VIEW),
        "source": SOURCE,
    }
    return render(request, "education/hours_member.html", context)


@door(Capability.HOURS_VIEW, Capability.HOURS_VIEW_OWN, methods=("GET",))
def hours_rules(request: UserRequest) -> HttpResponse:
    """How hours are counted, with where that is written."""
    return render(request, "education/hours_rules.html", {"rules": rules_shown(local_today())})


def _tabs(request: UserRequest, name: str) -> list[tuple[str, str, bool]]:
    return tabs(request.user, f"education:{name}")


def _years() -> list[int]:
    this = local_today().year
    return list(range(this, this - YEARS_SHOWN, -1))


def _year(request: UserRequest) -> int:
    named = request.POST.get("year") or request.GET.get("year") or ""
    return next((year for year in _years() if str(year) == named), _years()[0])
