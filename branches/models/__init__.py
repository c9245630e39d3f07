"""Tables of the ground floor: organisations, members, posts, meetings, obligations."""

from branches.models.admission import (
    AdmissionChange,
    AdmissionDue,
    AdmissionHelper,
    AdmissionReview,
    AdmissionRule,
    AdmissionStep,
    Applicant,
)
from branches.models.advice import AdviceRule
from branches.models.appraisals import Appraisal, AppraisalMark
from branches.models.ceremonies import HomeVisit, OathReview, PoliticalBirthday
from branches.models.closings import QuarterClosing, QuarterClosingEvent
from branches.models.dues import (
    DuesBand,
    DuesBase,
    DuesImport,
    DuesMonth,
    DuesPayment,
    DuesRelief,
    DuesRule,
)
from branches.models.elections import (
    Election,
    ElectionCandidate,
    ElectionContest,
    ElectionExcuse,
    ElectionRound,
    ElectionRule,
    ElectionVote,
    TermExtension,
)
from branches.models.meeting_parts import MeetingBranch, MeetingDetail
from branches.models.meeting_plans import AgendaTemplate, MeetingPlan
from branches.models.meetings import (
    Attendance,
    Meeting,
    MeetingCount,
    MeetingDecision,
    MeetingDraft,
    MeetingVersion,
    MeetingVote,
)
from branches.models.member_history import MemberChange, TransferLetter
from branches.models.members import Member, Membership, RosterBatch
from branches.models.obligations import Obligation, Requirement, RequirementKind, Waiver
from branches.models.organisations import Organisation, OrganisationChange
from branches.models.posts import Post, Term
from branches.models.talks import Talk
from branches.models.worklists import Worklist, WorklistItem, WorklistNote

__all__ = [
    "AdmissionChange",
    "AdmissionDue",
    "AdmissionHelper",
    "AdmissionReview",
    "AdmissionRule",
    "AdmissionStep",
    "AdviceRule",
    "AgendaTemplate",
    "Applicant",
    "Appraisal",
    "AppraisalMark",
    "Attendance",
    "DuesBand",
    "DuesBase",
    "DuesImport",
    "DuesMonth",
    "DuesPayment",
    "DuesRelief",
    "DuesRule",
    "Election",
    "ElectionCandidate",
    "ElectionContest",
    "ElectionExcuse",
    "ElectionRound",
    "ElectionRule",
    "ElectionVote",
    "HomeVisit",
    "Meeting",
    "MeetingBranch",
    "MeetingCount",
    "MeetingDecision",
    "MeetingDetail",
    "MeetingDraft",
    "MeetingPlan",
    "MeetingVersion",
    "MeetingVote",
    "Member",
    "MemberChange",
    "Membership",
    "OathReview",
    "Obligation",
    "Organisation",
    "OrganisationChange",
    "PoliticalBirthday",
    "Post",
    "QuarterClosing",
    "QuarterClosingEvent",
    "Requirement",
    "RequirementKind",
    "RosterBatch",
    "Talk",
    "Term",
    "TermExtension",
    "TransferLetter",
    "Waiver",
    "Worklist",
    "WorklistItem",
    "WorklistNote",
]
