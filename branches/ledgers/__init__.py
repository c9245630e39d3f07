"""Every list of the ground floor; imported together, so that a worker finds each by its slug."""

from branches.ledgers import meetings, member_history, members, obligations, organisations

__all__ = ["meetings", "member_history", "members", "obligations", "organisations"]
