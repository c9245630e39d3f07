"""Which member a sheet means by a name, told apart by branch or the last four of the ID number; nobody is guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from branches.models import Member

NAMES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why it is not one certain member, and what would tell."""

    text: str
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Members by name."""

    by_name: dict[str, list[Member]]

    @classmethod
    def named(cls, rows: QuerySet[Member], names: Collection[str]) -> People:
        """Those of these names among ``rows``. One query for 500 names."""
        found: dict[str, list[Member]] = defaultdict(list)
        wanted = sorted(set(names))
        for start in range(0, len(wanted), NAMES_AT_ONCE):
            chunk = rows.filter(name__in=wanted[start : start + NAMES_AT_ONCE]).select_related("organisation")
            for member in chunk.order_by("pk"):
                found[member.name].append(member)
        return cls(dict(found))

    def find(self, name: str, branch: str, last_four: str) -> Member | Doubt:
        found = self.by_name.get(name, [])
        if not found:
            return Doubt("名册上没有这名党员，或不在这次的范围内", "与党员名册一致的姓名")
        if branch:
            found = [row for row in found if branch in (row.organisation.short_name, row.organisation.name)]
        if last_four:
            found = [row for row in found if row.id_number_mask.upper().endswith(last_four.upper())]
        if not found:
            return Doubt("有这个姓名的党员，但党支部或身份号码后四位对不上", "名册上的党支部简称或全称")
        if len(found) > 1:
            return Doubt(f"有{len(found)}名同名的党员", "再填党支部或身份号码后四位")
        return found[0]

    def certain(self, name: str, branch: str, last_four: str) -> Member:
        """ValidationError where the roster has changed since the sheet was checked."""
        found = self.find(name, branch, last_four)
        if isinstance(found, Doubt):
            raise ValidationError(f"{name}：{found.text}。")
        return found
