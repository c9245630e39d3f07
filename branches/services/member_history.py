"""The dated rows of what happens to members: one by one, or set-based for a roster and for mergers of branches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from branches.choices import MemberChangeKind
from branches.models import Member, MemberChange, Organisation, RosterBatch
from branches.policy.identity import holds_id_number
from branches.services.loading import rows_insert, stamp
from core import audit

LOADED = (
    "member_id", "organisation_id", "kind", "effective_on", "category_before", "standing_before", "circumstance",
    "before", "after", "document", "note", "batch_id", "by_id", "recorded_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened to a member on a day, as the history row keeps it; ``reason`` goes to the audit trail as well."""

    kind: str
    effective_on: date
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    category_before: str = ""
    standing_before: str = ""
    circumstance: str = ""
    until: date | None = None
    document: str = ""
    reason: str = ""


def happening_record(
    *, by: User | None, member: Member, action: str, what: Happening, organisation: Organisation | None = None
) -> MemberChange:
    """
    Write the history row and the audit event of one act, in the act's own transaction. ``organisation``: where it
    happened, if not in the member's present branch.
    """
    if holds_id_number(what.reason) or holds_id_number(what.document):
        raise ValidationError("说明和依据里不要写身份号码。")
    place = organisation or member.organisation
    change = MemberChange(
        member=member,
        organisation=place,
        kind=what.kind,
        effective_on=what.effective_on,
        category_before=what.category_before,
        standing_before=what.standing_before,
        circumstance=what.circumstance,
        until=what.until,
        before=plain(what.before),
        after=plain(what.after),
        document=what.document,
        note=what.reason[:200],
        by=by,
    )
    change.full_clean(exclude=["before", "after"])
    change.save(force_insert=True)
    dated = {"document": what.document} if what.document else {}
    audit.record(
        by=by,
        action=action,
        target=member,
        scope_path=place.path,
        before=change.before,
        after={**change.after, **dated},
        reason=what.reason,
    )
    return change


def changes_load(
    rows: Iterable[tuple[int, int, Happening]], *, by: User | None, batch: RosterBatch | None = None
) -> None:
    """History rows of many members in one statement: (member id, branch id, what). The caller audits the whole."""
    now = stamp(timezone.now())
    by_id, batch_id = by.pk if by else None, batch.pk if batch else None
    rows_insert(MemberChange, LOADED, (_loaded(row, batch_id, by_id, now) for row in rows))


def entries_load(rows: Iterable[tuple[int, int, date]], *, by: User | None, batch: RosterBatch, reason: str) -> None:
    """
    History rows of members who were entered together, for ``reason`` (of EntryReason): (member id, branch id, from
    which day). One statement, and nothing made anew for each of many thousands.
    """
    said = (MemberChangeKind.ENTERED.value, "", "", "", "{}", _json({"entry_reason": reason}), "", "", batch.pk)
    tail = (*said, by.pk if by else None, stamp(timezone.now()))
    columns = ("member_id", "organisation_id", "effective_on", *(name for name in LOADED[2:] if name != "effective_on"))
    rows_insert(MemberChange, columns, ((*row, *tail) for row in rows))


def moves_record(
    *,
    by: User | None,
    member_ids: Iterable[int],
    source: Organisation | None,
    target: Organisation,
    day: date,
    note: str,
) -> None:
    """
    History rows of members who went over together, as when a branch is merged into another (``source`` None: back, when
    that is taken back).
    """
    before, after = {"branch": source.short_name} if source else {}, {"branch": target.short_name}
    what = Happening(MemberChangeKind.MOVED, day, before, after, reason=note)
    changes_load(((pk, target.pk, what) for pk in member_ids), by=by)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them: days as text."""
    return {key: str(value) if isinstance(value, date) else value for key, value in values.items()}


def _loaded(row: tuple[int, int, Happening], batch_id: int | None, by_id: int | None, now: str) -> list[Any]:
    member_id, organisation_id, what = row
    return [
        member_id,
        organisation_id,
        str(what.kind),
        what.effective_on,
        what.category_before,
        what.standing_before,
        what.circumstance,
        _json(what.before),
        _json(what.after),
        what.document,
        what.reason,
        batch_id,
        by_id,
        now,
    ]


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(plain(values), ensure_ascii=False) if values else "{}"
