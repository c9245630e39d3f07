"""The request's address and number, for the audit log and the log files."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.context import use_context

REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


class RequestContextMiddleware:
    """Serves each request under its `core.context.RequestContext` and answers with its number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with use_context(address=client_address(request), request_id=_request_id(request)) as context:
            response = self.get_response(request)
            response[REQUEST_ID_HEADER] = context.request_id
            return response


def client_address(request: HttpRequest) -> str:
    """The caller's address. X-Forwarded-For counts only behind TRUSTED_PROXIES proxies, read from the right end,
    because everything further left was written by the caller. "" if it is no address."""
    hops = [request.META.get("REMOTE_ADDR", "")]
    if settings.TRUSTED_PROXIES:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        hops = [*forwarded, *hops][-settings.TRUSTED_PROXIES - 1 :]
    return _address(hops[0])


def _address(text: str) -> str:
    try:
        return str(ip_address(text.strip().strip("[]")))[:45]
    except ValueError:
        return ""


def _request_id(request: HttpRequest) -> str:
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.TRUSTED_PROXIES else ""
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
