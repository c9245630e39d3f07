"""Reads of pairings and village postings."""

from __future__ import annotations

from branches.models import Organisation
from branches.querysets import OrganisationRowQuerySet
from core.calendar import local_today
from outreach.choices import PairingKind
from outreach.models import (
    Pairing,
    PairingNeed,
    PairingVisit,
    PostingYear,
    ReportedCommunity,
    ServiceActivity,
    VillagePosting,
)
from outreach.querysets import PairingPartQuerySet


def pairings_in_full() -> OrganisationRowQuerySet:
    return Pairing.objects.select_related("organisation", "member", "by")


def needs_in_full() -> PairingPartQuerySet:
    return PairingNeed.objects.select_related("pairing__organisation", "pairing__member", "by")


def visits_in_full() -> PairingPartQuerySet:
    return PairingVisit.objects.select_related("pairing__organisation")


def next_label(branch: Organisation) -> str:
    """A label of the branch's own that is still free: 联系户1, 联系户2 …"""
    rows = Pairing.objects.filter(organisation=branch, kind=PairingKind.HOUSEHOLD, ends_on=None)
    taken = set(rows.values_list("label", flat=True))
    return next(name for number in range(1, len(taken) + 2) if (name := f"联系户{number}") not in taken)


def postings_in_full() -> OrganisationRowQuerySet:
    return VillagePosting.objects.select_related("organisation", "member", "worklist", "by")


def years_of(posting: VillagePosting) -> list[PostingYear]:
    return list(posting.years.order_by("-year"))


def year_of(posting: VillagePosting, year: int) -> PostingYear | None:
    return posting.years.filter(year=year).first()


def activities_in_full() -> OrganisationRowQuerySet:
    return ServiceActivity.objects.select_related("organisation", "meeting", "by")


def communities_in_full() -> OrganisationRowQuerySet:
    return ReportedCommunity.objects.select_related("organisation", "by")


def community_now(organisation: Organisation) -> str:
    """Where the branch reports today; "" where nowhere."""
    rows = ReportedCommunity.objects.filter(organisation=organisation, ends_on=None, starts_on__lte=local_today())
    return rows.values_list("name", flat=True).first() or ""


def logs_used(organisation: Organisation) -> set[int]:
    """Logs of which an activity was already made."""
    rows = ServiceActivity.objects.filter(organisation=organisation).exclude(meeting=None)
    return set(rows.values_list("meeting_id", flat=True))
