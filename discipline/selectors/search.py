"""What the search box finds in the wing: conferences and circulars by the words of their titles."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from accounts.roles import Capability
from core.search import Hit, SearchSource, contains
from discipline.models import Circular, WarningConference


def _words(text: str, *fields: str) -> Q:
    found = Q()
    for word in text.split():
        any_field = Q()
        for field in fields:
            any_field |= Q(**{f"{field}__{contains(word)}": word})
        found &= any_field
    return found


def _conferences(user: User, text: str, limit: int) -> list[Hit]:
    rows = WarningConference.objects.visible_to(user, Capability.WARNING_VIEW).filter(_words(text, "theme"))
    found = rows.select_related("organisation").order_by("-planned_on", "-pk")[:limit]
    return [
        Hit(
            row.theme,
            f"{row.day} · {row.organisation.short_name}",
            reverse("discipline:conference_detail", args=[row.pk]),
        )
        for row in found
    ]


def _circulars(user: User, text: str, limit: int) -> list[Hit]:
    rows = Circular.objects.visible_to(user, Capability.CIRCULAR_VIEW).filter(_words(text, "title", "number"))
    found = rows.order_by("-issued_on", "-pk")[:limit]
    return [
        Hit(row.title, f"{row.issuer} {row.number}".strip(), reverse("discipline:circular_detail", args=[row.pk]))
        for row in found
    ]


SOURCES = (
    SearchSource(
        "conference", "警示教育大会", "alert-triangle", 70, lambda user: user.can(Capability.WARNING_VIEW),
        _conferences,
        lambda text: f"{reverse('discipline:conference_list')}?{urlencode({'q': text})}",
    ),
    SearchSource(
        "circular", "典型案例通报", "file-text", 71, lambda user: user.can(Capability.CIRCULAR_VIEW), _circulars,
        lambda text: f"{reverse('discipline:circular_list')}?{urlencode({'q': text})}",
    ),
)  # fmt: skip
