"""Reads of what happened to members: the rows of a member's page in words, and the roster as on a past day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from branches.choices import EntryReason, LostCircumstance, MemberChangeKind
from branches.models import Member, MemberChange, Membership, Organisation
from branches.querysets import MembershipQuerySet
from core.workbooks.values import conceal

SHOWN = 100
#: What the history says beside the fields of a member.
WORDS = {
    "branch": "党支部",
    "code": "党支部代码",
    "group": "党小组",
    "organisation_id": "党支部",
    "group_id": "党小组",
    "id_number": "公民身份号码",
    "phone": "手机号码",
    "since": "进入日期",
    "moved_on": "调整日期",
    "returned_on": "转回日期",
    "entry_reason": "进入方式",
    "outside": "平台外党组织",
    "user": "账号",
    "merged": "并入的重复记录",
    "kept_apart": "未并入的重复内容",
}
HIDDEN = {"code", "left_on", "moved_on", "returned_on", "since"}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change in words: each fact as (label, before, after), "" where there was nothing."""

    change: MemberChange
    facts: list[tuple[str, str, str]]


def history_of(member: Member) -> list[ChangeLine]:
    """The newest changes of a member. One query."""
    rows = member.changes.select_related("by", "organisation", "batch").order_by("-effective_on", "-pk")[:SHOWN]
    return [ChangeLine(row, facts_of(row)) for row in rows]


def facts_of(change: MemberChange) -> list[tuple[str, str, str]]:
    """(label, before, after) of what a change touched, fields in words."""
    names = [name for name in {**change.before, **change.after} if name not in HIDDEN]
    return [
        (_label(name), value_in_words(name, change.before.get(name)), value_in_words(name, change.after.get(name)))
        for name in names
    ]


def lost_since(member: Member) -> date | None:
    """The day contact was lost, where that was registered and contact was not made again."""
    kinds = (MemberChangeKind.LOST, MemberChangeKind.FOUND, MemberChangeKind.STANDING_RESTORED)
    rows = member.changes.filter(kind__in=kinds).order_by("-effective_on", "-pk").values_list("kind", "effective_on")
    kind, day = rows.first() or ("", None)
    return day if kind == MemberChangeKind.LOST else None


def follow_up_of(member: Member) -> date | None:
    """When a stopped standing is to be looked at again."""
    rows = member.changes.filter(kind=MemberChangeKind.STANDING_SUSPENDED).order_by("-effective_on", "-pk")
    return rows.values_list("until", flat=True).first()


def held_on(day: date, field: str, present: str) -> Coalesce:
    """
    What ``field`` ("category", "standing") was on ``day``: what the next change after it ended, else what is now.
    ``present``: path to the present value. For rows that carry ``member_id``.
    """
    later = MemberChange.objects.order_by().filter(member=OuterRef("member_id"), effective_on__gt=day)
    ended = later.exclude(**{f"{field}_before": ""}).order_by("effective_on", "pk")
    before = Subquery(ended.values(f"{field}_before")[:1], output_field=CharField())
    return Coalesce(before, F(present), output_field=CharField())


def roster_on(day: date, rows: MembershipQuerySet | None = None) -> QuerySet[Any]:
    """
    The stays that held on ``day``, one a member, with ``category_on`` and ``standing_on`` as they were then. ``rows``:
    the stays to choose from, such as those within a reader's reach.
    """
    stays = (Membership.objects.all() if rows is None else rows).on(day)
    return stays.annotate(
        category_on=held_on(day, "category", "member__category"),
        standing_on=held_on(day, "standing", "member__standing"),
    )


@cache
def _labels() -> dict[str, dict[str, str]]:
    fields = [field for field in Member._meta.concrete_fields if field.flatchoices]
    labels = {field.name: {str(code): str(label) for code, label in field.flatchoices} for field in fields}
    return labels | {
        "entry_reason": {str(code): str(label) for code, label in EntryReason.choices},
        "circumstance": {str(code): str(label) for code, label in LostCircumstance.choices},
    }


@cache
def _titles() -> dict[str, str]:
    return {field.attname: str(field.verbose_name) for field in Member._meta.concrete_fields} | WORDS


def _label(name: str) -> str:
    return _titles().get(name, name)


def value_in_words(name: str, value: Any) -> str:
    """A stored value of a member's field as a reader is shown it; "" for nothing."""
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))
    text = _labels().get(name, {}).get(str(value), str(value))
    return text if name in ("id_number", "phone") else conceal(text)


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """Short names of organisations by id. One query."""
    return dict(Organisation.objects.order_by().filter(pk__in=set(ids)).values_list("pk", "short_name"))
