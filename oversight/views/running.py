"""The organisation in whose name a reader begins something."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from core.actors import UserRequest
from oversight.selectors.places import running_places
from oversight.views.paper_acts import place_asked


def running_places_of(request: UserRequest, capability: Capability) -> OrganisationQuerySet:
    return running_places(request.user, capability).order_by("path")


def running_place(request: UserRequest, capability: Capability) -> Organisation | None:
    """The one named in ?place=, else the root for its staff or the only unit; None where one is to be chosen."""
    places = running_places_of(request, capability)
    named = request.POST.get("place") or request.GET.get("place")
    if not named and request.user.scope(capability).everything:
        return places.of_kind(OrganisationKind.WORK_COMMITTEE).first()
    return place_asked(request, places, capability)


def work_sections(user: User) -> list[tuple[str, str, str]]:
    """The tabs above the lists of this half of the wing: (name, label, url) of what the reader may open."""
    sections = (
        ("directive", "贯彻落实", "oversight:directive_list", Capability.DIRECTIVE_VIEW),
        ("campaign", "专项行动", "oversight:campaign_list", Capability.CAMPAIGN_VIEW),
        ("area", "片区联系", "oversight:area_list", Capability.LIAISON_VIEW),
        ("research", "调研推进", "oversight:research_list", Capability.RESEARCH_VIEW),
    )
    return [(name, label, reverse(url)) for name, label, url, right in sections if user.can(right)]
