"""Which tables refer to members: asked of the models, so that a table added later is not forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from branches.models import Member, MemberChange, Membership

#: A member's own rows: they come and go with the member.
OWN = (Membership, MemberChange)


def relations_of_members() -> Iterator[Any]:
    """Every foreign key of another table to a member, but those of the member's own rows."""
    for relation in Member._meta.get_fields(include_hidden=True):
        incoming = relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if incoming and relation.related_model not in OWN:
            yield relation
