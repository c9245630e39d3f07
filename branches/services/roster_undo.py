"""
Undoing an imported roster as a whole: new members go, changed ones are as before. Only while nobody whom it touched was
changed since and nothing refers to those it made; else it is said who stands in the way, and nothing is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Capability
from branches.choices import EntryReason, MemberChangeKind, PostKind
from branches.models import Member, Membership, Organisation, Post, RosterBatch
from branches.selectors.member_history import names_of
from branches.selectors.member_relations import OWN, relations_of_members
from branches.services.dues_months import dues_follow
from branches.services.loading import rows_update, stamp
from branches.services.member_history import Happening, changes_load
from branches.services.names import person_pinyin
from branches.services.obligations import obligations_reopen_for, organisations_lock
from branches.services.roster_changes import PLACES
from branches.services.roster_payload import DATES
from branches.services.roster_plan import QUERY_CHUNK, STORED
from branches.services.roster_store import NAMES, NUMBERS
from core import audit
from core.calendar import local_today
from core.jobs import job_enqueue
from core.sealed import unpack

UNDO_JOB = "roster.undo"
INLINE_MEMBERS = 2_000
BLOCKED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Blocked:
    """A member who stands in the way, and why."""

    member_id: int
    name: str
    why: str


@dataclass(slots=True)
class UndoPlan:
    """What undoing would do: members who go, members who change back; who stands in the way."""

    created: list[int]
    updated: list[list[Any]]
    stays: list[list[int]]
    posts: list[int]
    blocked: list[Blocked] = field(default_factory=list)

    @property
    def shown(self) -> list[Blocked]:
        return self.blocked[:BLOCKED_SHOWN]


def undo_plan(batch: RosterBatch) -> UndoPlan:
    """Look whether the batch can be undone. ValidationError for one that is not imported, or undone already."""
    if batch.state != RosterBatch.State.COMMITTED or not batch.payload:
        raise ValidationError("只能撤销已导入的名册。")
    content = unpack(batch.payload)
    if "stays" not in content:
        raise ValidationError("这批名册导入时没有留下完整的撤销数据，不能整批撤销。")
    plan = UndoPlan(content["created"], content["updated"], content["stays"], content["posts"])
    why = {**_changed(plan), **_referred(plan.created), **_moved_on(plan), **_seats_taken(plan.posts)}
    names = _names(why)
    plan.blocked = [Blocked(pk, names.get(pk, "（已不在库中）"), text) for pk, text in sorted(why.items())]
    return plan


@transaction.atomic
def roster_undo_start(*, by: User, batch: RosterBatch) -> RosterBatch:
    """Undo a small batch at once; a large one in the background."""
    if batch.created_count + batch.updated_count <= INLINE_MEMBERS:
        return roster_undo(by=by, batch_id=batch.pk)
    job = job_enqueue(
        by=by,
        kind=UNDO_JOB,
        arguments={"batch": batch.pk, "by": by.pk},
        title=f"撤销导入：{batch.file_name}",
        scope_path=batch.organisation.path,
        capability=Capability.IMPORT_COMMIT,
    )
    RosterBatch.objects.filter(pk=batch.pk).update(job_id=job.pk)
    batch.job_id = job.pk
    return batch


def roster_undo_queued(*, by_id: int, batch_id: int) -> RosterBatch:
    """Do an undoing that waited in the queue; ValidationError where the right to it was lost meanwhile."""
    by = User.objects.get(pk=by_id)
    path = RosterBatch.objects.values_list("organisation__path", flat=True).get(pk=batch_id)
    if not by.scope(Capability.IMPORT_COMMIT).covers(path):
        raise ValidationError("您已没有导入这批名册的权限，没有撤销任何一行。")
    return roster_undo(by=by, batch_id=batch_id)


@transaction.atomic
def roster_undo(*, by: User, batch_id: int) -> RosterBatch:
    """Undo all of a batch or nothing; ValidationError where somebody stands in the way."""
    rows = RosterBatch.objects.select_for_update(of=("self",)).select_related("organisation")
    batch = rows.get(pk=batch_id)
    if batch.state == RosterBatch.State.UNDONE:
        return batch
    _lock(batch)
    plan = undo_plan(batch)
    if plan.blocked:
        people = "；".join(f"{item.name}：{item.why}" for item in plan.blocked[:5])
        raise ValidationError(f"有{len(plan.blocked)}名党员在导入之后又有变动，不能整批撤销。{people}")
    today = local_today()
    _give_back(plan.updated, today, by, batch)
    _stays_back(plan.stays)
    _delete(plan.created)
    _posts_back(plan.posts)
    batch.state, batch.undone_at, batch.payload = RosterBatch.State.UNDONE, timezone.now(), ""
    batch.save()
    after = {"file": batch.file_name, "removed": len(plan.created), "restored": len(plan.updated)}
    audit.record(by=by, action="roster.undo", target=batch, scope_path=batch.organisation.path, after=after)
    return batch


def _lock(batch: RosterBatch) -> None:
    """The unit, as a commit does, then every branch within the batch's reach."""
    list(Organisation.objects.filter(path=batch.organisation.unit_path).select_for_update(no_key=True))
    inside = Organisation.objects.under(batch.organisation.path).branches()
    organisations_lock(sorted(inside.values_list("pk", flat=True)))


def _changed(plan: UndoPlan) -> dict[int, str]:
    """Members who are gone or were changed since: their revision tells."""
    expected = dict.fromkeys(plan.created, 1) | {pk: revision for pk, revision, *_ in plan.updated}
    found: dict[int, int] = {}
    for ids in _chunks(list(expected)):
        found.update(Member.objects.filter(pk__in=ids).values_list("pk", "revision"))
    return {
        pk: "导入之后信息又有修改" if pk in found else "已不在库中"
        for pk, revision in expected.items()
        if found.get(pk) != revision
    }


def _referred(created: Sequence[int]) -> dict[int, str]:
    """New members to whom something refers by now: a log, a post, a letter … One query a kind."""
    why: dict[int, str] = {}
    if not created:
        return why
    known, first, last = set(created), min(created), max(created)
    for relation in relations_of_members():
        name = relation.field.name
        rows = relation.related_model._base_manager.filter(**{f"{name}__gte": first, f"{name}__lte": last})
        ids = rows.order_by().values_list(relation.field.attname, flat=True).distinct()
        word = relation.related_model._meta.verbose_name
        why.update(dict.fromkeys(known.intersection(ids), f"已有关联的{word}"))
    return why


def _moved_on(plan: UndoPlan) -> dict[int, str]:
    """Members whose stay is no longer the one that the import opened, as after a merger of branches."""
    text = "导入之后所在党支部又有变动"
    why: dict[int, str] = {}
    for ids in _chunks(plan.created):
        stays = Membership.objects.filter(member__in=ids).order_by()
        other = stays.exclude(entry_reason=EntryReason.IMPORTED, ends_on=None)
        why.update(dict.fromkeys(other.values_list("member_id", flat=True), text))
    for ids in _chunks([opened for _, opened in plan.stays]):
        ended = Membership.objects.filter(pk__in=ids).exclude(ends_on=None)
        why.update(dict.fromkeys(ended.values_list("member_id", flat=True), text))
    return why


def _seats_taken(posts: Sequence[int]) -> dict[int, str]:
    """Secretaries whose post, ended by the import, somebody else holds by now."""
    why: dict[int, str] = {}
    ended = Post.objects.filter(pk__in=posts, kind=PostKind.SECRETARY)
    for post in ended:
        if Post.objects.filter(organisation=post.organisation_id, kind=PostKind.SECRETARY, ends_on=None).exists():
            why[post.member_id] = "原任书记职务已由他人担任"
    return why


def _give_back(updated: Sequence[Sequence[Any]], today: date, by: User, batch: RosterBatch) -> None:
    """The changed fields as they were, with a history row each; one statement for all."""
    before = {pk: (fields, numbers) for pk, _, fields, numbers in updated}
    rows: list[list[Any]] = []
    told: list[tuple[int, int, Happening]] = []
    places = names_of(place for fields, _ in before.values() for name in PLACES if (place := fields.get(name)))
    now = stamp(timezone.now())
    for ids in _chunks(list(before)):
        for pk, revision, *stored in Member.objects.filter(pk__in=ids).values_list("pk", "revision", *STORED, *NUMBERS):
            present = dict(zip(STORED, stored, strict=False))
            fields, numbers = before[pk]
            old = present | {name: _read(name, value) for name, value in fields.items()}
            kept = numbers or stored[len(STORED) :]
            rows.append([*old.values(), *person_pinyin(old["name"]), *kept, now, revision + 1, pk])
            told.append((pk, old["organisation_id"], _undone(fields, present, places, today)))
    if rows:
        rows_update(Member, (*STORED, *NAMES, *NUMBERS, "updated_at", "revision"), rows)
        changes_load(told, by=by, batch=batch)


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in DATES and value else value


def _undone(fields: Mapping[str, Any], present: Mapping[str, Any], places: Mapping[int, str], today: date) -> Happening:
    """From what the import had said back to what was; a name of a place that is left needs no words."""
    before = {name: present[name] for name in fields if name not in PLACES}
    after = {
        PLACES.get(name, name): places.get(value, "") if name in PLACES else value for name, value in fields.items()
    }
    return Happening(MemberChangeKind.UNDONE, today, before, after)


def _stays_back(stays: Sequence[Sequence[int | None]]) -> None:
    """The stays that the import opened go, those that it closed go on."""
    for pairs in _chunks(stays):
        closed = [pk for pk, _ in pairs if pk]
        opened = Membership.objects.filter(pk__in=[pk for _, pk in pairs])
        members = list(opened.values_list("member_id", flat=True))
        opened.delete()
        Membership.objects.filter(pk__in=closed).update(ends_on=None, leave_reason="")
        dues_follow(member_ids=members)


def _posts_back(posts: Sequence[int]) -> None:
    rows = Post.objects.filter(pk__in=posts)
    rows.update(ends_on=None)
    touched = sorted(set(rows.order_by().values_list("organisation_id", flat=True)))
    if touched:
        obligations_reopen_for(organisation_ids=touched)


def _delete(created: Sequence[int]) -> None:
    """
    Nothing else refers to them, as was looked up; the database would refuse otherwise. So Django need not look for rows
    that go along, table by table and chunk by chunk.
    """
    for ids in _chunks(created):
        for model in OWN:
            model._base_manager.filter(member__in=ids).delete()
        Member._base_manager.filter(pk__in=ids)._raw_delete(DEFAULT_DB_ALIAS)


def _names(ids: Iterable[int]) -> dict[int, str]:
    return {
        pk: name
        for part in _chunks(list(ids))
        for pk, name in Member.objects.filter(pk__in=part).values_list("pk", "name")
    }


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + QUERY_CHUNK] for start in range(0, len(rows), QUERY_CHUNK))
