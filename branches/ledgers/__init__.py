"""Every list of the ground floor; imported together, so that a worker finds each by its slug."""

from branches.ledgers import meetings, members, obligations, organisations

__all__ = ["meetings", "members", "obligations", "organisations"]
