"""Tables of the wing, one subject a module."""

from oversight.models.analyses import Analysis
from oversight.models.campaigns import (
    Campaign,
)
from oversight.models.directives import (
    Directive,
    DirectiveEvent,
    DirectiveStage,
    SchemeStage,
    StageScheme,
)
from oversight.models.filings import Filing, FilingReview
from oversight.models.inspections import (
    Inspection,
    InspectionEntry,
    InspectionLimit,
    InspectionPlan,
    InspectionSlot,
    InspectionTarget,
)
from oversight.models.liaison import (
    LiaisonArea,
    LiaisonRule,
    LiaisonUnit,
    LiaisonVisit,
)
from oversight.models.requests import OfficialRequest, RequestTerm
from oversight.models.research import (
    FieldVisit,
    ResearchProblem,
    ResearchTopic,
)
from oversight.models.sit_ins import SitIn

__all__ = [
    "Analysis",
    "Campaign",
    "Directive",
    "DirectiveEvent",
    "DirectiveStage",
    "FieldVisit",
    "Filing",
    "FilingReview",
    "Inspection",
    "InspectionEntry",
    "InspectionLimit",
    "InspectionPlan",
    "InspectionSlot",
    "InspectionTarget",
    "LiaisonArea",
    "LiaisonRule",
    "LiaisonUnit",
    "LiaisonVisit",
    "OfficialRequest",
    "RequestTerm",
    "ResearchProblem",
    "ResearchTopic",
    "SchemeStage",
    "SitIn",
    "StageScheme",
]
