"""Tables of the outreach wing."""

from outreach.models.brands import Brand, BrandCheck, BrandStep
from outreach.models.fusion import FusionFigure, FusionProject, FusionTag
from outreach.models.pairings import Pairing, PairingNeed, PairingVisit
from outreach.models.postings import PostingYear, VillagePosting
from outreach.models.service import ReportedCommunity, ServiceActivity
from outreach.models.vanguard import Pledge, PledgeItem, PledgeLimit, VanguardPost, VanguardReview

__all__ = [
    "Brand",
    "BrandCheck",
    "BrandStep",
    "FusionFigure",
    "FusionProject",
    "FusionTag",
    "Pairing",
    "PairingNeed",
    "PairingVisit",
    "Pledge",
    "PledgeItem",
    "PledgeLimit",
    "PostingYear",
    "ReportedCommunity",
    "ServiceActivity",
    "VanguardPost",
    "VanguardReview",
    "VillagePosting",
]
