"""Answers to requests that nobody can read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own asks for the CSRF token, and so reads once more the very body that could not be read: a 500."""
    return HttpResponseBadRequest(render_to_string("400.html"))
