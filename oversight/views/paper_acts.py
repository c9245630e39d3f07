"""What the papers' views share: a form about a row, done or shown again; the place that a page is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from core.actors import UserRequest

PLACES_SHOWN = 200
#: The pages that stand beside each other: label, URL name, the right that opens it.
PAPER_TABS = (
    ("请示报告", "oversight:request_list", Capability.REQUEST_VIEW),
    ("规范性文件备案", "oversight:filing_list", Capability.FILING_VIEW),
    ("分析研判", "oversight:analysis_list", Capability.ANALYSIS_VIEW),
    ("专职副书记列席", "oversight:sit_in_list", Capability.SIT_IN_VIEW),
)
INSPECTION_TABS = (
    ("督查检查考核", "oversight:inspection_list", Capability.INSPECTION_VIEW),
    ("年度计划", "oversight:inspection_plan_list", Capability.INSPECTION_VIEW),
    ("计划事项", "oversight:inspection_entry_list", Capability.INSPECTION_VIEW),
    ("被查次数", "oversight:inspection_burden", Capability.INSPECTION_VIEW),
)


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    active: bool


def tabs_of(request: UserRequest, tabs: tuple[tuple[str, str, Capability], ...]) -> list[Tab]:
    """The tabs that the reader may open."""
    found = [(label, reverse(name)) for label, name, right in tabs if request.user.can(right)]
    return [Tab(label, url, url == request.path) for label, url in found]


def act_on(
    request: UserRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    back: str,
    submit: str = "保存",
    done: str = "",
    source: str = "",
    subtitle: str = "",
    section: tuple[str, str] = ("", ""),
    template: str = "oversight/paper_form.html",
    **context: Any,
) -> HttpResponse:
    """
    A form about a row: done and to ``back`` (or where the act itself says, by a URL), or shown again as typed, with
    what was refused. ``section``: label and URL name of the list above it.
    """
    if request.method == "POST" and form.is_valid():
        try:
            answer = act(form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, done or f"{title}：已办理。")
            return redirect(answer if isinstance(answer, str) else back)
    context |= {
        "form": form, "title": title, "back": back, "submit": submit, "source": source, "subtitle": subtitle,
        "section": section,
    }  # fmt: skip
    return render(request, template, context)


def act_now(request: UserRequest, act: Callable[[], Any], *, back: str, done: str) -> HttpResponse:
    """An act without a form, by a button; what was refused is told on the page it came from."""
    try:
        answer = act()
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, done)
        return redirect(answer if isinstance(answer, str) else back)
    return redirect(back)


def refuse_unless(allowed: bool, reason: str) -> None:
    """PermissionDenied with the reason, where the row as it stands is not the user's to act on."""
    if not allowed:
        raise PermissionDenied(reason)


def place_asked(request: UserRequest, places: OrganisationQuerySet, capability: Capability) -> Organisation | None:
    """The organisation in ?place=; the only one within reach where none is named; None where one is to be chosen."""
    named = request.POST.get("place") or request.GET.get("place") or ""
    if not named:
        within = list(places[:2])
        return within[0] if len(within) == 1 else None
    if not (named.isascii() and named.isdigit() and len(named) <= 18):
        raise Http404("没有找到这个党组织。")
    rows = Organisation.objects.all()
    found: Organisation = get_visible(rows, request.user, capability, seen_by=Capability.ORG_UNIT_LIST, pk=int(named))
    refuse_unless(places.filter(pk=found.pk).exists(), "这个党组织不办理此事项。")
    return found


def choose_place(request: UserRequest, places: OrganisationQuerySet, title: str) -> HttpResponseBase:
    """The page that asks which organisation is meant."""
    context = {"places": list(places[:PLACES_SHOWN]), "title": title}
    return render(request, "oversight/place_choice.html", context)
