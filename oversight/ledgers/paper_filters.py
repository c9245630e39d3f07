"""Filters that the ledgers of the papers share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.roles import Capability
from branches.models import Organisation
from core.calendar import local_today
from core.ledgers import AutocompleteFilter


def organisation_filter(
    name: str = "org", label: str = "党组织", field: str = "organisation__path", where: Any = None
) -> AutocompleteFilter:
    """Everything at or below the chosen organisation."""
    return AutocompleteFilter(
        name,
        label,
        url="branches:organisation_autocomplete",
        source=lambda user: Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST),
        path_field=field,
        label_field="short_name",
        where=where,
    )


def recent_years(user: Any = None) -> list[tuple[int, str]]:
    """Next year, this one and the eight before it."""
    year = local_today().year
    return [(each, f"{each}年") for each in range(year + 1, year - 9, -1)]


def by_year(field: str) -> Any:
    """A filter's where= for a date field by its year."""

    def narrow(queryset: QuerySet[Any], year: int) -> QuerySet[Any]:
        return queryset.filter(**{f"{field}__year": year})

    return narrow
