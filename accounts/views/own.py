"""One's own account: contact and mutes, password, second factor, sessions."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote, urlencode

import qrcode
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from qrcode.image.svg import SvgPathImage

from accounts import selectors, services
from accounts.doors import door
from accounts.forms import CodeForm, PasswordChangeForm, ProfileForm, refuse
from accounts.middleware import password_expired
from accounts.roles import Capability
from core.actors import UserRequest
from core.middleware import client_address


@door(Capability.ACCOUNT_VIEW_OWN)
def account_home(request: UserRequest) -> HttpResponse:
    user = request.user
    form = ProfileForm(request.POST or None, instance=selectors.user_by_pk(user.pk))
    if request.method == "POST" and form.is_valid():
        services.account_update_own(by=user, **form.cleaned_data)
        messages.success(request, "已保存。")
        return redirect("accounts:account_home")
    context = {
        "form": form,
        "postings": selectors.postings_of(user),
        "factor": selectors.factor_of(user),
        "sign_ins": selectors.sign_ins_of(user),
        "session_key": request.session.session_key,
    }
    return render(request, "accounts/account_home.html", context)


@door()
@sensitive_post_parameters()
def password_change(request: UserRequest) -> HttpResponse:
    user = request.user
    form = PasswordChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        messages.success(request, "密码已修改，其他设备上的登录已退出。")
        return redirect("/")
    forced = user.must_change_password or password_expired(user, timezone.now())
    context = {
        "form": form,
        "forced": forced,
        "initial": user.must_change_password,
        "policy": password_validators_help_texts(),
    }
    return render(request, "accounts/password_change.html", context)


def _changed(request: UserRequest, form: PasswordChangeForm) -> bool:
    if not _confirmed(request, form.cleaned_data["old_password"]):
        form.add_error("old_password", "原密码不正确。")
        return False
    try:
        services.password_set(by=request.user, password=form.cleaned_data["new_password"])
    except ValidationError as error:
        form.add_error("new_password", error)
        return False
    _keep_this_session(request)
    return True


def _confirmed(request: UserRequest, password: str) -> bool:
    """Through the login backends, so that guessing here locks as failed logins do."""
    if authenticate(request, username=request.user.username, password=password) == request.user:
        return True
    services.sign_in_record(user=request.user, action="password.refuse", result="failed")
    return False


def _keep_this_session(request: UserRequest) -> None:
    """All sessions ended; this one goes on under a new key."""
    update_session_auth_hash(request, request.user)
    agent = request.headers.get("User-Agent", "")
    services.session_stamp(request.session, user=request.user, address=client_address(request), agent=agent)


@door()
def factor_setup(request: UserRequest) -> HttpResponse:
    if selectors.factor_of(request.user):
        return redirect("accounts:account_home")
    secret = services.factor_candidate(request.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.factor_confirm(by=request.user, code=form.cleaned_data["code"])
        except ValidationError as error:
            refuse(form, error)
        else:
            _keep_this_session(request)
            request.session["second_factor"] = True
            messages.success(request, "第二重验证已启用，下次登录需要动态码。")
            return redirect("/")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render(request, "accounts/factor_setup.html", {"form": form, "secret": grouped})


@door(methods=("GET",))
def factor_qr(request: UserRequest) -> HttpResponse:
    """The QR code for an authenticator, only while the factor is being set up."""
    if selectors.factor_of(request.user):
        raise Http404
    issuer = settings.PORTAL["NAME"]
    query = urlencode({"secret": services.factor_candidate(request.user), "issuer": issuer}, quote_via=quote)
    address = f"otpauth://totp/{quote(issuer)}:{quote(request.user.username)}?{query}"
    picture = BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, box_size=12).save(picture)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@door(Capability.ACCOUNT_VIEW_OWN, methods=("POST",))
def factor_remove(request: UserRequest) -> HttpResponse:
    if request.user.roles & set(settings.PORTAL["REQUIRE_OTP_ROLES"]):
        messages.error(request, "您的角色必须使用第二重验证。")
    elif not _confirmed(request, request.POST.get("password", "")):
        messages.error(request, "密码不正确，没有停用。")
    else:
        services.factor_remove(by=request.user)
        _keep_this_session(request)
        request.session.pop("second_factor", None)
        messages.success(request, "第二重验证已停用。")
    return redirect("accounts:account_home")


@door(Capability.SESSION_LIST_OWN, methods=("POST",))
def session_end(request: UserRequest, pk: int) -> HttpResponse:
    services.session_end(by=request.user, sign_in=get_object_or_404(selectors.sign_ins_of(request.user), pk=pk))
    messages.success(request, "该会话已结束。")
    return redirect("accounts:account_home")
