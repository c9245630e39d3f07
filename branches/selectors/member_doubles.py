"""Records that may mean one person: the same name and birth date, or the same name and phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from accounts.roles import Capability
from branches.models import Member
from branches.selectors.member_history import value_in_words

MERGED_FIELDS = (
    "name", "gender", "ethnicity", "birth_date", "native_place", "education", "degree", "category", "joined_on",
    "confirmed_on", "party_age_correction", "position", "technical_post", "social_stratum", "join_type", "confirmation",
    "joined_at", "probation_extended_until", "is_migrant_worker", "is_lost", "is_mobile", "work_phone", "email",
)  # fmt: skip
LABELS = {field.name: str(field.verbose_name) for field in Member._meta.concrete_fields}
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Double:
    """Two records that may be one person's, and what speaks for it; the one to keep comes first."""

    first: Member
    second: Member
    why: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two records differ, in words."""

    name: str
    label: str
    first: str
    second: str


def doubles_found(user: User) -> list[Double]:
    """The likely doubles within reach, the first two hundred. At most four queries however many there are."""
    rows = Member.objects.visible_to(user, Capability.MEMBER_DISABLE)
    born = _repeated(rows.exclude(birth_date=None), "birth_date")
    phoned = _repeated(rows.exclude(phone_hash=""), "phone_hash")
    pairs = {**_pairs(rows, phoned, "phone_hash", "姓名和手机号码相同")}
    pairs |= _pairs(rows, born, "birth_date", "姓名和出生日期相同")
    return sorted(pairs.values(), key=lambda item: (item.first.name_pinyin, item.first.pk))[:SHOWN]


def differences(first: Member, second: Member) -> list[Difference]:
    """In which fields two records differ, numbers masked."""
    found = []
    for name in MERGED_FIELDS:
        values = getattr(first, name), getattr(second, name)
        if values[0] != values[1]:
            label = LABELS[name]
            found.append(Difference(name, label, *(value_in_words(name, value) for value in values)))
    for name, label in (("id_number", "公民身份号码"), ("phone", "手机号码")):
        hashes = getattr(first, f"{name}_hash"), getattr(second, f"{name}_hash")
        if hashes[0] != hashes[1]:
            found.append(Difference(name, label, getattr(first, f"{name}_mask"), getattr(second, f"{name}_mask")))
    return found


def two_persons(first: Member, second: Member) -> bool:
    """Whether two ID numbers tell them apart."""
    return bool(first.id_number_hash and second.id_number_hash and first.id_number_hash != second.id_number_hash)


def _repeated(rows: Any, field: str) -> list[tuple[str, Any]]:
    counted = rows.order_by().values("name", field).annotate(n=Count("pk")).filter(n__gt=1)
    return list(counted.values_list("name", field)[:SHOWN])


def _pairs(rows: Any, keys: Iterable[tuple[str, Any]], field: str, why: str) -> dict[tuple[int, int], Double]:
    groups: dict[tuple[str, Any], list[Member]] = defaultdict(list)
    wanted = Q(pk=None)
    for name, value in keys:
        wanted |= Q(**{"name": name, field: value})
    for member in rows.filter(wanted).select_related("organisation").order_by("pk"):
        groups[member.name, getattr(member, field)].append(member)
    return {
        (min(a.pk, b.pk), max(a.pk, b.pk)): Double(*_in_order(a, b), why)
        for group in groups.values()
        for a, b in combinations(group, 2)
        if not two_persons(a, b)
    }


def _in_order(a: Member, b: Member) -> tuple[Member, Member]:
    """The one to keep first: who is on the roster, has a number, was entered earlier."""
    ranked = sorted((a, b), key=lambda member: (member.left_on is not None, not member.id_number_hash, member.pk))
    return ranked[0], ranked[1]
