"""Tables of the ground floor: organisations, members, posts, meetings, obligations."""

from branches.models.meetings import (
    Attendance,
    Meeting,
    MeetingCount,
    MeetingDecision,
    MeetingDraft,
    MeetingVersion,
    MeetingVote,
)
from branches.models.members import Member, Membership, RosterBatch
from branches.models.obligations import Obligation, Requirement, RequirementKind, Waiver
from branches.models.organisations import Organisation, OrganisationChange
from branches.models.posts import Post, Term

__all__ = [
    "Attendance",
    "Meeting",
    "MeetingCount",
    "MeetingDecision",
    "MeetingDraft",
    "MeetingVersion",
    "MeetingVote",
    "Member",
    "Membership",
    "Obligation",
    "Organisation",
    "OrganisationChange",
    "Post",
    "Requirement",
    "RequirementKind",
    "RosterBatch",
    "Term",
    "Waiver",
]
