"""What the search box finds in this wing: brands and fusion projects by their names."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from accounts.roles import Capability
from core.search import Hit, SearchSource, contains
from outreach.models import Brand, FusionProject


def _matching(rows: ScopedQuerySet, field: str, text: str) -> ScopedQuerySet:
    for word in text.split():
        rows = rows.filter(Q(**{f"{field}__{contains(word)}": word}))
    return rows


def _brands(user: User, text: str, limit: int) -> list[Hit]:
    rows = _matching(Brand.objects.visible_to(user, Capability.BRAND_VIEW), "name", text)
    found = rows.select_related("organisation").order_by("-pk")[:limit]
    return [
        Hit(
            row.name,
            f"{row.organisation.short_name} · {row.get_state_display()}",
            reverse("outreach:brand_detail", args=[row.pk]),
        )
        for row in found
    ]


def _projects(user: User, text: str, limit: int) -> list[Hit]:
    rows = _matching(FusionProject.objects.visible_to(user, Capability.FUSION_VIEW), "title", text)
    found = rows.select_related("organisation").order_by("-pk")[:limit]
    return [
        Hit(
            row.title,
            f"{row.organisation.short_name} · {row.get_state_display()}",
            reverse("outreach:fusion_detail", args=[row.pk]),
        )
        for row in found
    ]


def _can(capability: Capability) -> Any:
    return lambda user: user.can(capability)


SOURCES = (
    SearchSource(
        key="brand",
        title="党建品牌",
        icon="award",
        order=90,
        can=_can(Capability.BRAND_VIEW),
        find=_brands,
        more=lambda text: f"{reverse('outreach:brand_list')}?{urlencode({'q': text})}",
    ),
    SearchSource(
        key="fusion",
        title="融合项目",
        icon="puzzle",
        order=91,
        can=_can(Capability.FUSION_VIEW),
        find=_projects,
        more=lambda text: f"{reverse('outreach:fusion_list')}?{urlencode({'q': text})}",
    ),
)
