"""Filters that the lists of this wing share."""

from __future__ import annotations

from typing import Any

from accounts.roles import Capability
from branches.models import Organisation
from core.calendar import local_today
from core.ledgers import AutocompleteFilter


def organisation_filter(path: str = "organisation__path") -> AutocompleteFilter:
    return AutocompleteFilter(
        "org",
        "党组织",
        url="branches:organisation_autocomplete",
        source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
        path_field=path,
        label_field="short_name",
    )


def recent_years(user: Any = None) -> list[tuple[int, str]]:
    """Next year, this year and the nine before it."""
    year = local_today().year
    return [(each, f"{each}年") for each in range(year + 1, year - 10, -1)]
