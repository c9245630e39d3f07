"""Tables of the wing. By its law none has a column for clues, case files, contents of talks or persons talked to."""

from discipline.models.circulars import SUMMARY_LIMIT, Circular
from discipline.models.committees import (
    CommitteeQuarter,
    CommitteeQuarterVersion,
    CommitteeStaffing,
    IntegrityTalk,
)
from discipline.models.conferences import WarningConference
from discipline.models.follow_ups import FollowUp
from discipline.models.integrity import IntegrityActivity, Project, RiskPoint, RiskReview

__all__ = [
    "SUMMARY_LIMIT",
    "Circular",
    "CommitteeQuarter",
    "CommitteeQuarterVersion",
    "CommitteeStaffing",
    "FollowUp",
    "IntegrityActivity",
    "IntegrityTalk",
    "Project",
    "RiskPoint",
    "RiskReview",
    "WarningConference",
]
