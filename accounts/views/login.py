"""In and out: password, one-time code, lockout, reset link."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import selectors, services
from accounts.doors import door
from accounts.forms import CodeForm, LoginForm, NewPasswordForm, refuse
from accounts.models import User
from core.actors import UserRequest

BACKEND = "django.contrib.auth.backends.ModelBackend"
CODE_SECONDS = 300
IN_SESSION = "set"  # takes the place of the token in the URL, so that no referrer or history holds it

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@get_or_post
def login_page(request: HttpRequest) -> HttpResponse:
    target = _target(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            return _password_accepted(request, user, target)
        _password_refused(request, form)
    return render(request, "accounts/login.html", {"form": form, "next": target})


def _password_accepted(request: HttpRequest, user: User, target: str) -> HttpResponse:
    if selectors.factor_of(user) is None:
        return _enter(request, user, target)
    request.session.flush()  # whoever fixed the session before does not share what follows
    request.session["waiting"] = [user.pk, user.get_session_auth_hash(), int(timezone.now().timestamp())]
    return redirect(f"{reverse('accounts:login_code')}?{urlencode({'next': target})}")


def _password_refused(request: HttpRequest, form: LoginForm) -> None:
    locked = getattr(request, "axes_locked_out", False)
    action = "login.lock" if locked else "login.fail"
    services.sign_in_record(user=None, action=action, username=form.cleaned_data["username"], result="failed")
    form.add_error(None, "用户名或密码不正确。")


def _enter(request: HttpRequest, user: User, target: str, *, second_factor: bool = False) -> HttpResponse:
    login(request, user, backend=BACKEND)
    if second_factor:
        request.session["second_factor"] = True
    services.sign_in_record(user=user, action="login.success")
    return redirect(target)


@login_not_required
@never_cache
@get_or_post
def login_code(request: HttpRequest) -> HttpResponse:
    user = _waiting_user(request)
    if user is None:
        return redirect("accounts:login")
    target = _target(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.factor_check(user=user, code=form.cleaned_data["code"])
        except ValidationError as error:
            refuse(form, error)
        else:
            del request.session["waiting"]
            return _enter(request, user, target, second_factor=True)
    return render(request, "accounts/login_code.html", {"form": form, "next": target})


def _waiting_user(request: HttpRequest) -> User | None:
    """Who gave the right password in this session a moment ago."""
    pk, known_hash, since = request.session.get("waiting", (None, "", 0))
    user = selectors.user_by_pk(pk)
    fresh = timezone.now().timestamp() - since <= CODE_SECONDS
    if user and fresh and constant_time_compare(known_hash, user.get_session_auth_hash()):
        return user
    return None


@door(methods=("POST",))
def logout_page(request: UserRequest) -> HttpResponse:
    services.session_close(user=request.user, session_key=request.session.session_key, action="logout")
    logout(request)
    messages.success(request, "已退出登录。")
    return redirect("accounts:login")


def login_locked(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """What axes answers to a locked account and address, known or not."""
    minutes = settings.PORTAL["LOCK_MINUTES"]
    return render(request, "accounts/locked.html", {"minutes": minutes}, status=settings.AXES_HTTP_RESPONSE_CODE)


@login_not_required
@never_cache
@sensitive_post_parameters()
@get_or_post
def password_reset(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Set a password by a link that an administrator issued; it works once."""
    if token != IN_SESSION:
        request.session["reset_token"] = token
        return redirect("accounts:password_reset", uid=uid, token=IN_SESSION)
    user = selectors.user_by_reset_link(uid, request.session.get("reset_token", ""))
    if user is None:
        return render(request, "accounts/reset_invalid.html", status=404)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.password_reset(user=user, password=form.cleaned_data["new_password"])
        except ValidationError as error:
            form.add_error("new_password", error)
        else:
            del request.session["reset_token"]
            messages.success(request, "密码已设置，请登录。")
            return redirect("accounts:login")
    return render(request, "accounts/password_reset.html", {"form": form, "person": user})


def _target(request: HttpRequest) -> str:
    """Where to go after logging in: only within this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    inside = wanted.startswith(("/", "http://", "https://"))  # `redirect` takes the rest for names of views
    safe = inside and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)
