"""The search box."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.shortcuts import render

from core import search
from core.actors import UserRequest
from core.doors import door

CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@door(methods=("GET",))
def search_page(request: UserRequest) -> HttpResponse:
    """Everything that the reader may see and that holds the words of ``?q=``, by kind."""
    text = " ".join(CONTROL.sub(" ", request.GET.get("q", "")).split())
    refused = search.refusal(text)
    found = search.search(request.user, text) if text and not refused else []
    return render(request, "core/search.html", {"text": text, "refused": refused, "found": found})
