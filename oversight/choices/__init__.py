"""Enumerations of the wing, one subject a module."""

from oversight.choices.campaigns import (
    CampaignState,
)
from oversight.choices.directives import (
    DirectiveEventKind,
    DirectiveSource,
    DirectiveState,
)
from oversight.choices.liaison import (
    VisitForm,
)
from oversight.choices.research import (
    ResearchState,
    ResultKind,
)

__all__ = [
    "CampaignState",
    "DirectiveEventKind",
    "DirectiveSource",
    "DirectiveState",
    "ResearchState",
    "ResultKind",
    "VisitForm",
]
