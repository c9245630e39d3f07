"""Answers to requests that lead nowhere. Django's own ask for the CSRF token, and so read the very body that perhaps
could not be read: an error within the answer to an error, told as 500."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, without the request: it may have been given up before it had a user or a session."""
    return HttpResponseBadRequest(render_to_string("400.html"))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, drawn as the reader's other pages are."""
    return render(request, "404.html", status=404)
