"""Exceptions to the calendar, kept by the system administrator."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core.actors import UserRequest
from core.calendar import local_today
from core.doors import door
from core.forms import WorkdayForm
from core.selectors import workdays_from
from core.workdays import workday_delete, workday_set


@door("sys_param.update", methods=("GET", "POST"))
def workday_list(request: UserRequest) -> HttpResponse:
    """Last year's exceptions and later ones, and the form that adds or replaces one."""
    form = WorkdayForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        row = workday_set(by=request.user, **form.cleaned_data)
        messages.success(request, f"已登记：{row}。")
        return redirect("core:workday_list")
    days = workdays_from(local_today().year - 1)
    return render(request, "core/workday_list.html", {"form": form, "days": days}, status=422 if form.errors else 200)


@door("sys_param.update", methods=("POST",))
def workday_delete_view(request: UserRequest, day: str) -> HttpResponse:
    if not workday_delete(by=request.user, day=_day(day)):
        raise Http404("这一天没有登记过调整。")
    messages.success(request, "已删除，这一天按公布的日历计算。")
    return redirect("core:workday_list")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404("日期不正确。") from error
