"""Political rituals: pages of the branch's own committee, without exports."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.organisation_life import BirthdayForm, HomeVisitForm, OathForm
from branches.ledgers.organisation_life import recent_years
from branches.models import Organisation
from branches.policy.ceremonies import SOURCE
from branches.selectors import ceremonies as selectors
from branches.selectors.talks import people_on
from branches.services import ceremonies as services
from branches.views.branch_choice import branch_asked, choose_branch
from core.actors import UserRequest
from core.calendar import local_today

LINKED_DAYS = 120


@door(Capability.CEREMONY_VIEW, methods=("GET",))
def birthday_list(request: UserRequest) -> HttpResponse:
    """Whose 政治生日 falls into a month; from the dates held, nothing is published."""
    branch = branch_asked(request, Capability.CEREMONY_VIEW)
    if branch is None:
        return choose_branch(request, request.user, Capability.CEREMONY_VIEW, "政治生日")
    year, month = _month(request)
    return _draw_birthdays(request, branch, year, month)


@door(Capability.CEREMONY_RECORD, methods=("POST",))
def birthday_record(request: UserRequest) -> HttpResponse:
    branch = branch_asked(request, Capability.CEREMONY_RECORD)
    if branch is None:
        return choose_branch(request, request.user, Capability.CEREMONY_RECORD, "政治生日")
    year, month = _month(request)
    form = _birthday_form(request, branch, year, month)
    if form.is_valid():
        try:
            count = services.birthdays_record(by=request.user, branch=branch, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已登记{count}名党员的政治生日。")
            query = f"branch={branch.pk}&year={year}&month={month}"
            return redirect(f"{reverse('branches:birthday_list')}?{query}")
    return _draw_birthdays(request, branch, year, month, form)


@door(Capability.CEREMONY_VIEW, methods=("GET",))
def oath_list(request: UserRequest) -> HttpResponse:
    branch = branch_asked(request, Capability.CEREMONY_VIEW)
    if branch is None:
        return choose_branch(request, request.user, Capability.CEREMONY_VIEW, "重温入党誓词")
    context = {"branch": branch, "rows": selectors.oath_reviews_of(branch), "source": SOURCE}
    return render(request, "branches/oath_list.html", context)


@door(Capability.CEREMONY_RECORD)
def oath_create(request: UserRequest) -> HttpResponse:
    branch = branch_asked(request, Capability.CEREMONY_RECORD)
    if branch is None:
        return choose_branch(request, request.user, Capability.CEREMONY_RECORD, "重温入党誓词")
    logs = selectors.logs_of_day(branch, local_today() - timedelta(days=LINKED_DAYS))
    form = OathForm(request.POST or None, logs=logs)
    if request.method == "POST" and form.is_valid():
        try:
            services.oath_review_record(by=request.user, branch=branch, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记。")
            return redirect(f"{reverse('branches:oath_list')}?branch={branch.pk}")
    context = {"form": form, "branch": branch, "title": "登记重温入党誓词", "list_name": "branches:oath_list"}
    return render(request, "branches/ceremony_form.html", context)


@door(Capability.CEREMONY_RECORD, methods=("POST",))
def oath_remove(request: UserRequest, pk: int) -> HttpResponse:
    rows, right = selectors.oath_reviews_in_full(), Capability.CEREMONY_RECORD
    row = get_visible(rows, request.user, right, seen_by=Capability.CEREMONY_VIEW, pk=pk)
    services.ceremony_remove(by=request.user, row=row)
    messages.success(request, "已删除。")
    return redirect(f"{reverse('branches:oath_list')}?branch={row.organisation_id}")


@door(Capability.CEREMONY_VIEW, methods=("GET",))
def home_visit_list(request: UserRequest) -> HttpResponse:
    branch = branch_asked(request, Capability.CEREMONY_VIEW)
    if branch is None:
        return choose_branch(request, request.user, Capability.CEREMONY_VIEW, "政治家访")
    return render(
        request, "branches/home_visit_list.html", {"branch": branch, "rows": selectors.home_visits_of(branch)}
    )


@door(Capability.CEREMONY_RECORD)
def home_visit_create(request: UserRequest) -> HttpResponse:
    branch = branch_asked(request, Capability.CEREMONY_RECORD)
    if branch is None:
        return choose_branch(request, request.user, Capability.CEREMONY_RECORD, "政治家访")
    form = HomeVisitForm(request.POST or None, people=people_on(branch, local_today()))
    if request.method == "POST" and form.is_valid():
        try:
            services.home_visit_record(by=request.user, branch=branch, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记。")
            return redirect(f"{reverse('branches:home_visit_list')}?branch={branch.pk}")
    context = {
        "form": form,
        "branch": branch,
        "title": "登记政治家访",
        "list_name": "branches:home_visit_list",
        "hint": "只登记家访这件事本身：不登记住址，也不登记了解到的具体情况。只有本支部支委会可以看到，不提供导出。",
    }
    return render(request, "branches/ceremony_form.html", context)


@door(Capability.CEREMONY_RECORD, methods=("POST",))
def home_visit_remove(request: UserRequest, pk: int) -> HttpResponse:
    rows, right = selectors.home_visits_in_full(), Capability.CEREMONY_RECORD
    row = get_visible(rows, request.user, right, seen_by=Capability.CEREMONY_VIEW, pk=pk)
    services.ceremony_remove(by=request.user, row=row)
    messages.success(request, "已删除。")
    return redirect(f"{reverse('branches:home_visit_list')}?branch={row.organisation_id}")


def _month(request: UserRequest) -> tuple[int, int]:
    """The year and month asked for; this month for anything else."""
    today, asked = local_today(), {**request.GET.dict(), **request.POST.dict()}
    year = next((each for each in recent_years() if str(each) == asked.get("year")), today.year)
    month = next((each for each in range(1, 13) if str(each) == asked.get("month")), today.month)
    return year, month


def _birthday_form(request: UserRequest, branch: Organisation, year: int, month: int) -> BirthdayForm:
    people = [(row.member.pk, row.member.name) for row in selectors.birthdays_of(branch, year, month)]
    return BirthdayForm(request.POST or None, people=people, deeds=selectors.deed_choices())


def _draw_birthdays(
    request: UserRequest, branch: Organisation, year: int, month: int, form: BirthdayForm | None = None
) -> HttpResponse:
    context = {
        "branch": branch,
        "year": year,
        "month": month,
        "months": selectors.birthday_months(branch, year),
        "years": recent_years(),
        "rows": selectors.birthdays_of(branch, year, month),
        "form": form or _birthday_form(request, branch, year, month),
        "source": SOURCE,
        "today": date.isoformat(local_today()),
        "may_record": request.user.scope(Capability.CEREMONY_RECORD).covers(branch.path),
    }
    return render(request, "branches/birthday_list.html", context)
