"""What the pages of this wing share: a form and its answer, a list with its tabs, the organisation that is meant."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import get_visible
from accounts.forms import refuse
from accounts.models import User
from accounts.roles import Capability
from branches.models import Organisation
from core.actors import UserRequest
from core.ledgers import Ledger, ledger_page
from outreach.selectors.places import places, places_all

PLACES_SHOWN = 200
Crumbs = list[tuple[str, str]]
#: label, URL name, which right shows it.
Tab = tuple[str, str, Capability]


def answer(
    request: UserRequest,
    form: forms.Form,
    act: Callable[[], Any],
    *,
    done: str,
    to: Callable[[Any], str],
    title: str,
    crumbs: Crumbs,
    template: str = "outreach/form.html",
    **context: Any,
) -> HttpResponse:
    """The form, or what follows once ``act`` did it; a refusal is put on the form, which keeps what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            found = act()
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, done)
            return redirect(to(found))
    context |= {"form": form, "title": title, "crumbs": crumbs, "cancel_url": crumbs[-1][1]}
    return render(request, template, context)


def posted(request: UserRequest) -> Any:
    """What was sent; None where nothing was, so that the form is shown empty."""
    return request.POST if request.method == "POST" else None


def act_or_tell(request: UserRequest, act: Callable[[], Any], *, done: str, to: str, back: str) -> HttpResponse:
    """A button without a form: done, or the refusal above the page that it stands on."""
    try:
        act()
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect(back)
    messages.success(request, done)
    return redirect(to)


def listing(
    request: UserRequest,
    ledger: type[Ledger],
    *,
    tabs: Collection[Tab] = (),
    actions: Collection[tuple[str, str, str, Capability]] = (),
    note: str = "",
) -> HttpResponse:
    """
    A list with the tabs and buttons that this reader may use. actions: label, URL name, icon, right; the last one is
    the main one.
    """
    here = request.resolver_match.view_name if request.resolver_match else ""
    shown = [(label, name, name == here) for label, name, right in tabs if request.user.can(right)]
    buttons = [(label, reverse(name), icon) for label, name, icon, right in actions if request.user.can(right)]
    context = {"tabs": shown, "actions": buttons, "note": note}
    return ledger_page(request, ledger, template="outreach/list.html", context=context)


def place_asked(request: UserRequest, capability: Capability, kinds: Collection[str]) -> Organisation | None:
    """The organisation in ?branch=; the only one within reach where none is named; None where one is to be chosen."""
    named = request.POST.get("branch") or request.GET.get("branch") or ""
    if not named:
        within = list(places(request.user, capability, kinds)[:2])
        return within[0] if len(within) == 1 else None
    if not (named.isascii() and named.isdigit() and len(named) <= 18):
        raise Http404("没有找到这个党组织。")
    found: Organisation = get_visible(
        places_all(kinds), request.user, capability, seen_by=Capability.BRANCH_VIEW, pk=int(named)
    )
    return found


def choose_place(request: UserRequest, capability: Capability, kinds: Collection[str], title: str) -> HttpResponse:
    """The page that asks which organisation is meant."""
    rows = list(places(request.user, capability, kinds)[:PLACES_SHOWN])
    keep = {name: value for name, value in request.GET.items() if name != "branch"}
    return render(request, "outreach/place_choice.html", {"places": rows, "title": title, "keep": keep})


def may(user: User, capability: Capability, path: str) -> bool:
    return user.scope(capability).covers(path)
