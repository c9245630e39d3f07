"""Whether the parts are up, for monitors. Says nothing about addresses, versions or errors."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.health import broker_answers, database_answers


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers; a missing broker only delays background work."""
    database, broker = database_answers(), broker_answers()
    parts = {"database": "ok" if database else "down", "broker": "ok" if broker else "down"}
    return JsonResponse(parts, status=200 if database else 503)
