"""Accounts in the hands of the system and the security administrator."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import selectors, services
from accounts.doors import door, get_visible
from accounts.forms import AccountForm, ReasonForm, refuse
from accounts.ledgers import UserLedger
from accounts.models import User
from accounts.roles import Capability
from core.actors import UserRequest
from core.ledgers import ledger_page

Act = Callable[[User, str], object]


@door(Capability.ACCOUNT_LIST, methods=("GET",))
def user_list(request: UserRequest) -> HttpResponse:
    context = {"may_create": request.user.can(Capability.ACCOUNT_CREATE_WITHOUT_ROLE)}
    return ledger_page(request, UserLedger, template="accounts/user_list.html", context=context)


@door(Capability.ACCOUNT_CREATE_WITHOUT_ROLE)
def user_create(request: UserRequest) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person, password = services.account_create(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            return render(request, "accounts/user_created.html", {"person": person, "password": password})
    return render(request, "accounts/user_form.html", {"form": form})


@door(Capability.ACCOUNT_LIST, methods=("GET",))
def user_detail(request: UserRequest, pk: int) -> HttpResponse:
    person = _person(request, pk, Capability.ACCOUNT_LIST)
    may = request.user.can
    context = {
        "person": person,
        "postings": selectors.postings_of(person),
        "factor": selectors.factor_of(person),
        "locked": selectors.is_locked(person),
        "reason_form": ReasonForm(),
        "own": person == request.user,
        "may_disable": may(Capability.ACCOUNT_DISABLE),
        "may_unlock": may(Capability.ACCOUNT_UNLOCK),
        "may_reset": may(Capability.ACCOUNT_ISSUE_RESET_LINK),
        "may_end_sessions": may(Capability.SESSION_KILL_OTHERS),
        "may_revoke": may(Capability.ROLE_GRANT_REVOKE),
    }
    return render(request, "accounts/user_detail.html", context)


@door(Capability.ACCOUNT_DISABLE, methods=("POST",))
def user_disable(request: UserRequest, pk: int) -> HttpResponse:
    def act(person: User, reason: str) -> None:
        services.account_disable(by=request.user, user=person, reason=reason)

    return _act(request, pk, Capability.ACCOUNT_DISABLE, act, "账号已停用，其登录已全部退出。")


@door(Capability.ACCOUNT_DISABLE, methods=("POST",))
def user_enable(request: UserRequest, pk: int) -> HttpResponse:
    def act(person: User, reason: str) -> None:
        services.account_enable(by=request.user, user=person, reason=reason)

    return _act(request, pk, Capability.ACCOUNT_DISABLE, act, "账号已启用。")


@door(Capability.ACCOUNT_UNLOCK, methods=("POST",))
def user_unlock(request: UserRequest, pk: int) -> HttpResponse:
    person = _person(request, pk, Capability.ACCOUNT_UNLOCK)
    services.account_unlock(by=request.user, user=person)
    messages.success(request, "账号已解锁。")
    return redirect("accounts:user_detail", pk=pk)


@door(Capability.ACCOUNT_UNLOCK, methods=("POST",))
def user_factor_reset(request: UserRequest, pk: int) -> HttpResponse:
    def act(person: User, reason: str) -> None:
        services.factor_reset(by=request.user, user=person, reason=reason)

    return _act(request, pk, Capability.ACCOUNT_UNLOCK, act, "第二重验证已重置，本人下次登录后可重新设置。")


@door(Capability.SESSION_KILL_OTHERS, methods=("POST",))
def user_sessions_end(request: UserRequest, pk: int) -> HttpResponse:
    def act(person: User, reason: str) -> None:
        services.sessions_end_all(by=request.user, user=person, reason=reason)

    return _act(request, pk, Capability.SESSION_KILL_OTHERS, act, "该账号的登录已全部退出。")


@door(Capability.ACCOUNT_ISSUE_RESET_LINK, methods=("POST",))
def user_reset_link(request: UserRequest, pk: int) -> HttpResponse:
    person = _person(request, pk, Capability.ACCOUNT_ISSUE_RESET_LINK)
    try:
        uid, token = services.reset_link_issue(by=request.user, user=person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("accounts:user_detail", pk=pk)
    link = request.build_absolute_uri(reverse("accounts:password_reset", args=(uid, token)))
    return render(request, "accounts/reset_link.html", {"person": person, "link": link})


def _person(request: UserRequest, pk: int, capability: Capability) -> User:
    person: User = get_visible(selectors.users_all(), request.user, capability, seen_by=Capability.ACCOUNT_LIST, pk=pk)
    return person


def _act(request: UserRequest, pk: int, capability: Capability, act: Act, done: str) -> HttpResponse:
    """Do what needs a written reason, and go back to the account's page."""
    person = _person(request, pk, capability)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明理由。")
        return redirect("accounts:user_detail", pk=pk)
    try:
        act(person, form.cleaned_data["reason"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("accounts:user_detail", pk=pk)
