"""Comparing a roster with what is stored: who is new, who changes and in what, and what cannot be."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q, Sum

from branches.models import Member
from branches.policy.roster import Errors, RosterRow, inferred_category
from branches.services.roster_terms import Reach
from core.crypto import keyed_hash

#: Fields of a member that a roster may set, in the order in which they are stored.
STORED = (
    "name", "organisation_id", "group_id", "gender", "ethnicity", "birth_date", "native_place", "education", "degree",
    "category", "joined_on", "confirmed_on", "party_age_correction", "position", "technical_post", "social_stratum",
    "join_type", "confirmation", "joined_at", "probation_extended_until", "is_migrant_worker", "is_lost", "is_mobile",
    "work_phone", "email",
)  # fmt: skip
#: What a person is recognised by; the rest is loaded only of those recognised.
MATCHED = ("id", "name", "birth_date", "organisation_id", "left_on", "id_number_hash", "id_number_mask")
LOADED = (*MATCHED, "phone_hash", "phone_mask", *(name for name in STORED if name not in MATCHED))
AT = {name: index for index, name in enumerate(LOADED)}
QUERY_CHUNK = 900

Stored = Sequence[Any]


@dataclass(slots=True)
class Change:
    """What a row does to a member who is known: field -> (before, after). Numbers appear as "id_number" and "phone"."""

    number: int
    stored: Stored
    fields: dict[str, tuple[Any, Any]]

    @property
    def member_id(self) -> int:
        return int(self.stored[AT["id"]])

    @property
    def name(self) -> str:
        return str(self.stored[AT["name"]])


@dataclass(slots=True)
class Plan:
    """What a roster would do. ``hashes``: row number -> ID number's hash; ``digest`` tells whether two do the same."""

    hashes: dict[int, str]
    creates: list[RosterRow] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0

    def digest(self) -> str:
        mark = hashlib.blake2b(digest_size=16)
        for row in self.creates:
            mark.update(f"+{row.number}".encode())
        for change in self.changes:
            mark.update(repr((change.number, change.member_id, sorted(change.fields.items()))).encode())
        mark.update(str(self.unchanged).encode())
        return mark.hexdigest()


def plan_make(rows: Iterable[RosterRow], errors: Errors, reach: Reach, today: date) -> Plan:
    """
    Match every usable row with the members within ``reach``: by the ID number's hash, else by name and birth date,
    then by branch. What cannot be matched safely goes to ``errors``. No query per row.
    """
    usable = [row for row in rows if not row.refused]
    hashes = {row.number: keyed_hash(row.values.get("id_number", "")) for row in usable}
    known = _Known(usable, hashes, reach)
    elsewhere = _held_elsewhere(hashes.values(), known.by_hash, reach)
    plan, taken = Plan(hashes), _Taken()
    matched: list[tuple[RosterRow, int]] = []
    for row in usable:
        hashed = hashes[row.number]
        if hashed in elsewhere:
            _refuse_elsewhere(row, errors)
            continue
        found = known.find(row, hashed, errors)
        if row.refused or not taken.claim(row, hashed, found, errors):
            continue
        if found is None:
            _plan_create(row, plan, errors, today)
        else:
            matched.append((row, found[AT["id"]]))
    stored = _stored_of([member_id for _, member_id in matched], reach)
    for row, member_id in matched:
        _plan_change(row, hashes[row.number], stored[member_id], plan, errors)
    return plan


def plan_of_new(rows: Sequence[RosterRow]) -> Plan:
    """The plan of rows that are all known to be new."""
    return Plan({row.number: keyed_hash(row.values.get("id_number", "")) for row in rows}, creates=list(rows))


def reach_state(reach: Reach) -> str:
    """Changes whenever somebody comes into the reach, leaves it, or is changed there. One query."""
    inside = Member.objects.filter(organisation__path__startswith=reach.path).order_by()
    figures = inside.aggregate(count=Count("pk"), last=Max("pk"), revisions=Sum("revision"))
    return f"{reach.path}:{figures['count']}:{figures['last']}:{figures['revisions']}"


class _Known:
    """Members within the reach, present and past, by hash and by name: all, or for few rows those they can mean."""

    def __init__(self, rows: Sequence[RosterRow], hashes: dict[int, str], reach: Reach) -> None:
        self.by_hash: dict[str, Stored] = {}
        self.by_name: dict[str, list[Stored]] = defaultdict(list)
        self.unnumbered: dict[str, list[Stored]] = defaultdict(list)
        inside = Member.objects.filter(organisation__path__startswith=reach.path).order_by("pk")
        if len(rows) <= QUERY_CHUNK // 2:
            names, numbers = [row.values["name"] for row in rows], [hashes[row.number] for row in rows]
            inside = inside.filter(Q(name__in=names) | Q(id_number_hash__in=filter(None, numbers)))
        for stored in inside.values_list(*MATCHED).iterator(chunk_size=5000):
            if hashed := stored[AT["id_number_hash"]]:
                self.by_hash[hashed] = stored
            elif stored[AT["left_on"]] is None:
                self.unnumbered[stored[AT["name"]]].append(stored)
            self.by_name[stored[AT["name"]]].append(stored)

    def find(self, row: RosterRow, hashed: str, errors: Errors) -> Stored | None:
        """The member whom the row means; None for a new one, or where an error was added."""
        found = self.by_hash.get(hashed) if hashed else None
        if found is None and not (hashed and row.values["name"] not in self.unnumbered):
            candidates = list(self._candidates(row, hashed))
            found = self._only(row, candidates, errors)
        if found is not None and found[AT["left_on"]] is not None:
            _refuse_left(row, found, errors)
            return None
        if found is None and not row.refused and "id_number_mask" in row.values:
            _refuse(row, "id_number", errors, "掩码号码与在册党员对不上", "新增党员须填写完整的公民身份号码，或留空")
        return found

    def _candidates(self, row: RosterRow, hashed: str) -> Iterator[Stored]:
        """A person with a number can else only be one whose number is not known yet."""
        values = row.values
        for stored in (self.unnumbered if hashed else self.by_name).get(values["name"], ()):
            if "id_number_mask" in values and stored[AT["id_number_mask"]] != values["id_number_mask"]:
                continue
            if _same_birth(values, stored):
                yield stored

    def _only(self, row: RosterRow, candidates: list[Stored], errors: Errors) -> Stored | None:
        values = row.values
        if not ("birth_date" in values or "id_number" in values or "id_number_mask" in values):
            _refuse(row, "birth_date", errors, "身份号码和出生日期都是空的，无法辨认同名的人", "至少填写其中一项")
            return None
        if len(candidates) > 1:
            candidates = [item for item in candidates if item[AT["organisation_id"]] == values["organisation_id"]]
            if len(candidates) != 1:
                _refuse(row, "name", errors, "有几名同名同生日的党员，无法确定是哪一位", "填写公民身份号码")
                return None
        return candidates[0] if candidates else None


class _Taken:
    """Which members and new persons the rows above already meant."""

    def __init__(self) -> None:
        self.rows: dict[Any, int] = {}

    def claim(self, row: RosterRow, hashed: str, found: Stored | None, errors: Errors) -> bool:
        """Whether no row above meant the same person; else an error is added. A new person without a number is told
        apart by name and birth date alone."""
        person = (row.values["name"], row.values.get("birth_date"))
        own = found[AT["id"]] if found is not None else (hashed or person)
        rivals = [own] if found is not None else [own, (*person, "unnumbered" if hashed else "new")]
        first = next((self.rows[key] for key in rivals if key in self.rows), None)
        if first is not None:
            name = "id_number" if hashed else "name"
            _refuse(row, name, errors, f"与第{first}行是同一个人", "删去重复的行；确是两人的，填写公民身份号码")
            return False
        self.rows[own] = row.number
        if found is None:
            self.rows[(*person, "new")] = row.number
        if found is None and not hashed:
            self.rows[(*person, "unnumbered")] = row.number
        return True


def _stored_of(member_ids: Sequence[int], reach: Reach) -> dict[int, Stored]:
    """Everything comparable of these members, by id: asked for by id, or for many by their place."""
    if len(member_ids) > QUERY_CHUNK * 4:
        inside = Member.objects.filter(organisation__path__startswith=reach.path).order_by()
        return {row[AT["id"]]: row for row in inside.values_list(*LOADED).iterator(chunk_size=5000)}
    found: dict[int, Stored] = {}
    for start in range(0, len(member_ids), QUERY_CHUNK):
        rows = Member.objects.filter(pk__in=member_ids[start : start + QUERY_CHUNK]).values_list(*LOADED)
        found.update((row[AT["id"]], row) for row in rows)
    return found


def _same_birth(values: dict[str, Any], stored: Stored) -> bool:
    """Equal dates; a member without one is taken for the same person only in the same branch."""
    born = stored[AT["birth_date"]]
    if born is None or "birth_date" not in values:
        return bool(stored[AT["organisation_id"]] == values["organisation_id"])
    return bool(born == values["birth_date"])


def _plan_create(row: RosterRow, plan: Plan, errors: Errors, today: date) -> None:
    values = row.values
    if "phone" in values and "*" in values["phone"]:
        _refuse(row, "phone", errors, "是掩码号码，新增党员须填写完整号码", "11位手机号码，或留空")
        return
    if "category" not in values:
        values["category"] = inferred_category(values, today)
    if not values["category"]:
        _refuse(row, "category", errors, "没有人员类别，入党、转正日期也不足以判断", "填写“正式党员”或“预备党员”")
        return
    plan.creates.append(row)


def _plan_change(row: RosterRow, hashed: str, stored: Stored, plan: Plan, errors: Errors) -> None:
    fields = _differences(row.values, stored)
    if hashed and hashed != stored[AT["id_number_hash"]]:
        fields["id_number"] = ("", row.values["id_number"])
    phone = row.values.get("phone", "")
    if "*" in phone:
        if phone != stored[AT["phone_mask"]]:
            _refuse(row, "phone", errors, "掩码号码与登记的不一致", "填写完整号码，或留空")
            return
    elif phone and keyed_hash(phone) != stored[AT["phone_hash"]]:
        fields["phone"] = (stored[AT["phone_mask"]], phone)
    if _contradicts(row, fields, stored, errors):
        return
    if fields:
        plan.changes.append(Change(row.number, stored, fields))
    else:
        plan.unchanged += 1


def _differences(values: dict[str, Any], stored: Stored) -> dict[str, tuple[Any, Any]]:
    fields = {}
    for name in STORED:
        if name in values and values[name] != stored[AT[name]]:
            fields[name] = (stored[AT[name]], values[name])
    if "confirmed_on" in values and "category" not in values and stored[AT["category"]] == "probationary":
        fields["category"] = ("probationary", "full")
    if "organisation_id" in fields and "group_id" not in values and stored[AT["group_id"]] is not None:
        fields["group_id"] = (stored[AT["group_id"]], None)
    return fields


def _contradicts(row: RosterRow, fields: dict[str, Any], stored: Stored, errors: Errors) -> bool:
    """Dates that a row leaves out still stand: what it adds must agree with them."""
    if not fields.keys() & {"birth_date", "joined_on", "confirmed_on", "category"}:
        return False
    joined, confirmed, born = (
        row.values.get(name, stored[AT[name]]) for name in ("joined_on", "confirmed_on", "birth_date")
    )
    if joined and confirmed and confirmed < joined:
        _refuse(row, "confirmed_on", errors, f"与登记的日期矛盾：入党{joined}，转正{confirmed}", "核对两个日期")
    elif joined and born and joined <= born:
        _refuse(row, "joined_on", errors, f"与登记的日期矛盾：出生{born}，入党{joined}", "核对两个日期")
    elif confirmed and row.values.get("category") == "probationary":
        _refuse(row, "category", errors, f"登记的转正日期是{confirmed}，不能改为预备党员", "核对人员类别")
    return bool(row.refused)


def _held_elsewhere(hashes: Iterable[str], known: dict[str, Stored], reach: Reach) -> set[str]:
    """Hashes of members outside the reach. For many, reading all that lie outside costs less than asking."""
    wanted = {hashed for hashed in hashes if hashed and hashed not in known}
    if not wanted:
        return wanted
    outside = Member.objects.exclude(id_number_hash="").exclude(organisation__path__startswith=reach.path)
    if len(wanted) <= QUERY_CHUNK:
        outside = outside.filter(id_number_hash__in=wanted)
    return wanted.intersection(outside.order_by().values_list("id_number_hash", flat=True).iterator(chunk_size=5000))


def _refuse_elsewhere(row: RosterRow, errors: Errors) -> None:
    message = "该号码已登记在本次导入范围之外，不能重复登记"
    _refuse(row, "id_number", errors, message, "请联系上级党组织办理调整或组织关系转接")


def _refuse_left(row: RosterRow, stored: Stored, errors: Errors) -> None:
    message = f"该党员已于{stored[AT['left_on']]}减员，名册不能使其恢复"
    _refuse(row, "name", errors, message, "在党员页面办理转回，或删去这一行")


def _refuse(row: RosterRow, name: str, errors: Errors, message: str, accepted: str) -> None:
    row.refused.add(name)
    shown = row.values.get(name, "") if name == "name" else ""
    errors.add(row.number, name, shown, message, accepted)
