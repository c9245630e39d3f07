"""Reads of 介绍信."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from accounts.roles import Capability
from branches.choices import LeaveReason, OrganisationStatus
from branches.models import Member, Organisation, TransferLetter
from branches.querysets import TransferLetterQuerySet
from core.calendar import local_today
from core.crypto import keyed_hash


def letters_in_full() -> TransferLetterQuerySet:
    """Letters with both ends, for pages of one letter."""
    return TransferLetter.objects.select_related("organisation", "target", "member", "issued_by", "closed_by")


def letters_of(user: User, member: Member) -> list[TransferLetter]:
    """A member's letters that the reader may see, newest first. One query."""
    return list(letters_in_full().visible_to(user, Capability.MEMBER_VIEW_MASKED).filter(member=member))


def letters_overdue(user: User) -> int:
    """How many letters within reach wait beyond their validity (R25)."""
    rows = TransferLetter.objects.visible_to(user, Capability.MEMBER_VIEW_MASKED)
    return int(rows.overdue(local_today()).count())


def branch_named(text: str) -> Organisation | None:
    """
    The one standing branch with this very code or full name, wherever it is: whoever transfers a member to another unit
    knows it from the letter, and is shown no list of others' branches.
    """
    wanted = text.strip()
    active = Organisation.objects.branches().filter(status=OrganisationStatus.ACTIVE)
    found = list(active.filter(code=wanted)[:1]) or list(active.filter(name__in=_spellings(wanted))[:2])
    return found[0] if len(found) == 1 else None


def former_member(id_number: str) -> Member | None:
    """Who has this very ID number and was transferred out before, wherever it was; only these come back by a letter."""
    hashed = keyed_hash("".join(id_number.split()).upper())
    left = Member.objects.filter(id_number_hash=hashed, leave_reason=LeaveReason.TRANSFERRED).exclude(left_on=None)
    return left.first() if hashed else None


def _spellings(name: str) -> Iterable[Any]:
    bare = name.removeprefix("中共")
    return {name, bare, f"中共{bare}"}
