"""Organisations around the wing: who may convene, who is addressed."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from accounts.models import User
from accounts.roles import Capability
from branches.choices import TEMPORARY_TYPES, OrganisationKind, OrganisationStatus
from branches.models import Organisation
from branches.querysets import OrganisationQuerySet

HEADS = (OrganisationKind.WORK_COMMITTEE, OrganisationKind.UNIT)


def heads_all() -> OrganisationQuerySet:
    """The work committee and its units."""
    found: OrganisationQuerySet = Organisation.objects.of_kind(*HEADS).active().order_by("path")
    return found


def units_within(user: User, capability: Capability) -> OrganisationQuerySet:
    """Units that the user reaches, in tree order."""
    found: OrganisationQuerySet = (
        Organisation.objects.visible_to(user, capability).of_kind(OrganisationKind.UNIT).active().order_by("path")
    )
    return found


def units_below(organisation: Organisation) -> OrganisationQuerySet:
    """Units that a publisher may choose from: all for the work committee, none for a unit."""
    found: OrganisationQuerySet = heads_all().under(organisation.path).filter(kind=OrganisationKind.UNIT)
    return found if organisation.kind == OrganisationKind.WORK_COMMITTEE else found.none()


def addressees(organisation: Organisation, *, chosen: Collection[str] | None, units: bool, branches: bool) -> list[int]:
    """
    Ids of the standing units and branches below a publisher that something is asked of. ``chosen``: paths of the only
    units meant, None for all. Temporary branches are asked nothing (domain.md §16). One query.
    """
    kinds = Q(pk=None)
    if units:
        kinds |= Q(kind=OrganisationKind.UNIT)
    if branches:
        kinds |= Q(kind=OrganisationKind.BRANCH) & ~Q(type_code__in=TEMPORARY_TYPES)
    rows = Organisation.objects.under(organisation.path).filter(kinds, status=OrganisationStatus.ACTIVE)
    if organisation.kind != OrganisationKind.WORK_COMMITTEE:
        rows = rows.exclude(pk=organisation.pk)
    if chosen is not None:
        within = Q(pk=None)
        for path in chosen:
            within |= Q(path__startswith=path)
        rows = rows.filter(within)
    return list(rows.order_by("path").values_list("pk", flat=True))
