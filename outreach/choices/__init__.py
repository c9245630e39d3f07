"""Enumerations of the outreach wing."""

from outreach.choices.brands import BrandState, NamingExclusion
from outreach.choices.fusion import FusionState, TagGroup
from outreach.choices.pairings import PairingKind, Satisfaction, VisitForm
from outreach.choices.postings import VillageRole
from outreach.choices.vanguard import ItemResult, PledgeCategory, PledgeState, PostGrade

__all__ = [
    "BrandState",
    "FusionState",
    "ItemResult",
    "NamingExclusion",
    "PairingKind",
    "PledgeCategory",
    "PledgeState",
    "PostGrade",
    "Satisfaction",
    "TagGroup",
    "VillageRole",
    "VisitForm",
]
