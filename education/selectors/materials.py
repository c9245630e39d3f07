"""Reads of materials."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from accounts.roles import Capability
from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from core.search import Hit, SearchSource, contains
from education.models import Material
from education.querysets import MaterialQuerySet

OFFERED = 60


def materials_in_full() -> MaterialQuerySet:
    rows: MaterialQuerySet = Material.objects.select_related("organisation", "by")
    return rows


def materials_offered(user: User) -> MaterialQuerySet:
    """The newest materials that the user may name, at most OFFERED."""
    rows: MaterialQuerySet = Material.objects.visible_to(user, Capability.STUDY_VIEW).current()
    return rows.order_by("-created_at", "-pk")[:OFFERED]


def places_of(user: User, capability: Capability) -> OrganisationQuerySet:
    """
    For whom the user acts: the committee, or the organisations at which the user's reach begins, in tree order.
    """
    scope = user.scope(capability)
    rows: OrganisationQuerySet = Organisation.objects.order_by("path")
    return rows.filter(depth=1) if scope.everything else rows.filter(path__in=scope.paths, ended_on=None)


def _find(user: Any, text: str, limit: int) -> list[Hit]:
    rows = Material.objects.visible_to(user, Capability.STUDY_VIEW).current()
    for word in text.split():
        lookup = contains(word)
        rows = rows.filter(Q(**{f"title__{lookup}": word}) | Q(**{f"document_number__{lookup}": word}))
    columns = rows.order_by("-created_at", "-pk").values_list("pk", "title", "issuer", "document_number")
    return [
        Hit(title, " · ".join(filter(None, (issuer, number))), reverse("education:material_detail", args=[pk]))
        for pk, title, issuer, number in columns[:limit]
    ]


SOURCE = SearchSource(
    "material", "学习材料", "book", 60, lambda user: user.can(Capability.STUDY_VIEW), _find,
    lambda text: f"{reverse('education:material_list')}?{urlencode({'q': text})}",
)  # fmt: skip
