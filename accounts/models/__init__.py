from accounts.models.postings import Posting, PostingProposal, PostingQuerySet, ProposalState
from accounts.models.security import SecondFactor, SignIn
from accounts.models.users import User, UserManager, UserQuerySet

__all__ = [
    "Posting",
    "PostingProposal",
    "PostingQuerySet",
    "ProposalState",
    "SecondFactor",
    "SignIn",
    "User",
    "UserManager",
    "UserQuerySet",
]
