"""Storing what a roster does, in a handful of statements however long it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.models import User
from branches.choices import EntryReason, LeaveReason
from branches.models import Member, Membership, Organisation, Post, RosterBatch
from branches.policy.identity import mask_id_number, mask_phone
from branches.services.admission_follow import applicants_follow
from branches.services.departures import postings_follow
from branches.services.dues_months import dues_follow
from branches.services.loading import keys_reserve, rows_insert, rows_update, stamp
from branches.services.member_history import changes_load, entries_load
from branches.services.names import person_pinyin
from branches.services.obligations import obligations_reopen_for
from branches.services.personal_data import ID_FIELDS, PHONE_FIELDS
from branches.services.roster_changes import happened
from branches.services.roster_plan import AT, QUERY_CHUNK, STORED, Change, Plan
from core.crypto import encrypt, keyed_hash
from core.sealed import pack

NUMBERS = (*ID_FIELDS, *PHONE_FIELDS)
NAMES = ("name_pinyin", "initials")
STAY = ("member_id", "organisation_id", "group_id", "starts_on", "entry_reason", "leave_reason")
LEFT_OUT = {"id", "user_id", *STORED, *NUMBERS, *NAMES}
DEFAULTS = {field.attname: field.get_default() for field in Member._meta.concrete_fields if field.attname != "id"}
REST = tuple(name for name in DEFAULTS if name not in LEFT_OUT and name not in ("created_at", "updated_at"))


def plan_store(plan: Plan, today: date, *, by: User, batch: RosterBatch) -> str:
    """
    Write a plan with its history rows; returns what would undo it, encrypted. The caller holds the transaction.
    """
    created = _create(plan, today, by, batch)
    kept = _kept(plan.changes)
    _change(plan.changes, kept)
    changes_load(happened(plan.changes, today), by=by, batch=batch)
    moved = _move([change for change in plan.changes if {"organisation_id", "group_id"} & change.fields.keys()], today)
    _leave(plan.changes, today, by)
    _applicants_move(plan.changes, today, by)
    updated = [_undoing(change, *kept[change.member_id]) for change in plan.changes]
    return pack({"created": list(created), "updated": updated, **moved})


def _create(plan: Plan, today: date, by: User, batch: RosterBatch) -> Sequence[int]:
    if not plan.creates:
        return ()
    keys = keys_reserve(Member, len(plan.creates))
    now = stamp(timezone.now())
    values = [row.values for row in plan.creates]
    stored = [[item.get(name, DEFAULTS[name]) for item in values] for name in STORED]
    same = (*(DEFAULTS[name] for name in REST), now, now)
    columns = ("id", *NAMES, *NUMBERS, *STORED, *REST, "created_at", "updated_at")
    # A generator: hashing and encrypting go on while the database stores the rows before.
    rows = (
        (key, *person_pinyin(said[0]), *_numbers(row.values, plan.hashes[row.number]), *said, *same)
        for key, row, said in zip(keys, plan.creates, zip(*stored, strict=True), strict=True)
    )
    rows_insert(Member, columns, rows)
    first_day = _first_days(plan, today)
    since = [first_day(item) for item in values]
    places = [(item["organisation_id"], item.get("group_id")) for item in values]
    imported = EntryReason.IMPORTED.value
    stays = ((key, *place, day, imported, "") for key, place, day in zip(keys, places, since, strict=True))
    rows_insert(Membership, STAY, stays)
    entries = ((key, place[0], day) for key, place, day in zip(keys, places, since, strict=True))
    entries_load(entries, by=by, batch=batch, reason=imported)
    return keys


def _first_days(plan: Plan, today: date) -> Any:
    """
    From which day a new member is on the branch's roster: where the branch had nobody yet, from its founding or the day
    of joining, for they were there before the portal was; else from today.
    """
    branch_ids = {row.values["organisation_id"] for row in plan.creates}
    founded = dict(Organisation.objects.order_by().filter(pk__in=branch_ids).values_list("pk", "founded_on"))
    peopled = Membership.objects.filter(organisation__in=branch_ids)
    known = set(peopled.order_by().values_list("organisation_id", flat=True).distinct())

    def since(values: dict[str, Any]) -> date:
        branch = values["organisation_id"]
        if branch in known:
            return today
        return max(founded[branch], values.get("joined_on") or founded[branch])

    return since


def _change(changes: Sequence[Change], kept: dict[int, tuple[tuple[str, ...], int]]) -> None:
    columns = (*STORED, *NAMES, *NUMBERS, "updated_at", "revision")
    if not changes:
        return
    now = stamp(timezone.now())
    rows = []
    for change in changes:
        after = {name: new for name, (_, new) in change.fields.items()}
        values = [after.get(name, change.stored[AT[name]]) for name in STORED]
        numbers, revision = kept[change.member_id]
        names = person_pinyin(str(values[0]))
        rows.append([*values, *names, *_new_numbers(after, numbers), now, revision + 1, change.member_id])
    rows_update(Member, columns, rows)
    if joined := [change.member_id for change in changes if "joined_on" in change.fields]:
        dues_follow(member_ids=joined)


def _kept(changes: Sequence[Change]) -> dict[int, tuple[tuple[str, ...], int]]:
    """The stored numbers and revision of every member who changes."""
    kept: dict[int, tuple[tuple[str, ...], int]] = {}
    for ids in _chunks([change.member_id for change in changes]):
        for key, revision, *numbers in Member.objects.filter(pk__in=ids).values_list("pk", "revision", *NUMBERS):
            kept[key] = (tuple(numbers), revision)
    return kept


def _move(changes: Sequence[Change], today: date) -> dict[str, Any]:
    """
    Another branch or group: the stay ends today and another begins; posts in the old branch end with it. Returns the
    keys of what was closed and opened.
    """
    moved = [change.member_id for change in changes]
    left_branch = [change.member_id for change in changes if "organisation_id" in change.fields]
    closed: dict[int, int] = {}
    posts_ended: list[int] = []
    touched: set[int] = set()
    for ids in _chunks(moved):
        stays = Membership.objects.filter(member__in=ids, ends_on=None)
        closed.update(stays.values_list("member_id", "pk"))
        stays.update(ends_on=today, leave_reason=LeaveReason.MOVED)
    for ids in _chunks(left_branch):
        posts = Post.objects.filter(member__in=ids, ends_on=None)
        touched.update(posts.values_list("organisation_id", flat=True))
        posts_ended += posts.values_list("pk", flat=True)
        posts.update(ends_on=today)
    opened = keys_reserve(Membership, len(changes)) if changes else ()
    stays_new = ([key, *_new_stay(item, today)] for key, item in zip(opened, changes, strict=True))
    rows_insert(Membership, ("id", *STAY), stays_new)
    if touched:
        obligations_reopen_for(organisation_ids=sorted(touched))
    if moved:
        dues_follow(member_ids=moved)
    pairs = [[closed.get(member), key] for member, key in zip(moved, opened, strict=True)]
    return {"stays": pairs, "posts": posts_ended}


def _leave(changes: Sequence[Change], today: date, by: User) -> None:
    """Those of the moved who have an account lose their rights in the branch that they left."""
    left = {change.member_id: change for change in changes if "organisation_id" in change.fields}
    for ids in _chunks(list(left)):
        for member in Member.objects.filter(pk__in=ids, user__isnull=False).select_related("user"):
            old = Organisation.objects.get(pk=left[member.pk].stored[AT["organisation_id"]])
            postings_follow(by=by, member=member, left=old, gone=False, day=today)


def _applicants_move(changes: Sequence[Change], today: date, by: User) -> None:
    """The admission of those on probation goes along to the new branch."""
    left = [change.member_id for change in changes if "organisation_id" in change.fields]
    for ids in _chunks(left):
        for member in Member.objects.filter(pk__in=ids, applicant__isnull=False).select_related("organisation"):
            applicants_follow(by=by, member=member, day=today)


def _new_stay(change: Change, today: date) -> list[Any]:
    place = [
        change.fields[name][1] if name in change.fields else change.stored[AT[name]]
        for name in ("organisation_id", "group_id")
    ]
    return [change.member_id, *place, today, EntryReason.MOVED.value, ""]


def _numbers(values: dict[str, Any], hashed: str) -> list[str]:
    number, phone = values.get("id_number", ""), values.get("phone", "")
    hidden = [encrypt(number), hashed, mask_id_number(number)]
    return [*hidden, encrypt(phone), keyed_hash(phone), mask_phone(phone)]


def _new_numbers(after: dict[str, Any], kept: tuple[str, ...]) -> list[str]:
    new = _numbers(after, keyed_hash(after.get("id_number", "")))
    return [*(new[:3] if "id_number" in after else kept[:3]), *(new[3:] if "phone" in after else kept[3:])]


def _undoing(change: Change, numbers: tuple[str, ...], revision: int) -> list[Any]:
    """Member, the revision that this leaves behind, fields as they were, numbers (encrypted) where they change."""
    before = {name: old for name, (old, _) in change.fields.items() if name in STORED}
    changed = {"id_number", "phone"} & change.fields.keys()
    return [change.member_id, revision + 1, before, list(numbers) if changed else None]


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + QUERY_CHUNK] for start in range(0, len(ids), QUERY_CHUNK))
