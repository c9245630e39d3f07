"""Session policy at every request: absolute and idle end, and what must be settled before anything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import ADMINISTRATORS
from accounts.services import session_close, session_touch
from core.actors import UserRequest

TOUCH_SECONDS = 60
BACKGROUND_HEADER = "X-Background"
# Open to somebody who must first change the password or set up the second factor.
SETTLING = {
    "accounts:password_change",
    "accounts:factor_setup",
    "accounts:factor_qr",
    "accounts:logout",
    "accounts:login",
}


class SessionPolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            overdue = _overdue(cast(UserRequest, request))
            if overdue:
                _expire(cast(UserRequest, request), overdue)
            else:
                _keep_alive(request)
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        match = request.resolver_match
        if not request.user.is_authenticated or match is None or match.view_name in SETTLING:
            return None
        if not getattr(view, "login_required", True):
            return None
        target = _unsettled(request)
        return _send(request, target) if target else None


def _overdue(request: UserRequest) -> str:
    """Why the session is over, or "". A session that never began through a login is over."""
    now = timezone.now().timestamp()
    began, seen = (request.session.get(key, 0) for key in ("began", "seen"))
    if now - began > settings.PORTAL["SESSION_HOURS"] * 3600:
        return "登录时间过长，请重新登录。"
    idle = (now - seen) / 60
    shortest, usual = settings.PORTAL["ADMIN_IDLE_MINUTES"], settings.PORTAL["IDLE_MINUTES"]
    # The roles are only asked for in the span where they make a difference.
    if idle > usual or (idle > shortest and request.user.roles & ADMINISTRATORS):
        return "长时间没有操作，请重新登录。"
    return ""


def _expire(request: UserRequest, why: str) -> None:
    session_close(user=request.user, session_key=request.session.session_key, action="session.expire", reason=why)
    logout(request)
    messages.info(request, why)


def _keep_alive(request: HttpRequest) -> None:
    """Autosave and polling mark themselves; they do not keep an unattended session alive."""
    if request.headers.get(BACKGROUND_HEADER):
        return
    if timezone.now().timestamp() - request.session["seen"] >= TOUCH_SECONDS:
        session_touch(request.session)


def _unsettled(request: HttpRequest) -> str:
    """The page where something must be settled first, or ""."""
    user: User = request.user  # type: ignore[assignment]
    if user.must_change_password or password_expired(user, timezone.now()):
        return "accounts:password_change"
    required = set(settings.PORTAL["REQUIRE_OTP_ROLES"])
    if required and not request.session.get("second_factor") and user.roles & required:
        return "accounts:factor_setup"
    return ""


def password_expired(user: User, now: datetime) -> bool:
    """Whether the password is older than PASSWORD_MAX_DAYS (0: passwords do not age)."""
    days = settings.PORTAL["PASSWORD_MAX_DAYS"]
    return bool(days) and now - (user.password_changed_at or user.created_at) > timedelta(days=days)


def _send(request: HttpRequest, url_name: str) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse(url_name)})
    return redirect(url_name)
