"""Rows for tests, made directly: the services that make them in earnest are themselves under test."""

from __future__ import annotations

import itertools
import json
from datetime import date
from pathlib import Path
from typing import Any

from accounts.models import Posting, User
from accounts.roles import Role
from branches.choices import (
    EntryReason,
    MeetingKind,
    MemberCategory,
    OrganisationKind,
    PostKind,
)
from branches.models import Attendance, Meeting, MeetingCount, Member, Membership, Organisation, Post, Requirement
from branches.services.names import person_pinyin, title_pinyin
from branches.services.requirements import requirements_load

PASSWORD = "Zhengque-Mima-2026"
LONG_AGO = date(2019, 1, 1)
_serial = itertools.count(1)


def make_organisation(
    parent: Organisation | None, kind: str, short_name: str, founded_on: date = LONG_AGO, **fields: Any
) -> Organisation:
    number = next(_serial)
    fields.setdefault("name", f"中共{short_name}")
    fields.setdefault("code", f"T-{number:05d}")
    fields.setdefault("type_code", {OrganisationKind.BRANCH: "631"}.get(kind, ""))
    values = {"kind": kind, "short_name": short_name, "founded_on": founded_on, **fields}
    values["name_pinyin"], values["initials"] = title_pinyin(short_name)
    if parent is None:
        return Organisation.objects.add_root(create_kwargs=values)
    return Organisation.objects.add_child(Organisation.objects.get(pk=parent.pk), create_kwargs=values)


def make_member(branch: Organisation, name: str, since: date = LONG_AGO, **fields: Any) -> Member:
    """A full member, in the branch since ``since``."""
    fields.setdefault("joined_on", date(2010, 7, 1))
    if fields.get("category", MemberCategory.FULL) == MemberCategory.FULL:
        fields.setdefault("confirmed_on", date(2011, 7, 1))
    fields.setdefault("birth_date", date(1985, 3, 2))
    full, initials = person_pinyin(name)
    member = Member.objects.create(organisation=branch, name=name, name_pinyin=full, initials=initials, **fields)
    Membership.objects.create(
        member=member, organisation=branch, group=member.group, starts_on=since, entry_reason=EntryReason.IMPORTED
    )
    return member


def make_user(role: str | None, organisation: Organisation | None, username: str | None = None, **fields: Any) -> User:
    number = next(_serial)
    user = User.objects.create_user(
        username or f"user{number}", PASSWORD, name=fields.pop("name", f"用户{number}"), **fields
    )
    if role is not None:
        Posting.objects.create(user=user, organisation=organisation, role=role, starts_on=LONG_AGO)
    return user


def make_post(member: Member, kind: str = PostKind.SECRETARY, since: date = LONG_AGO) -> Post:
    return Post.objects.create(organisation=member.organisation, member=member, kind=kind, starts_on=since)


def make_meeting(
    branch: Organisation, held_on: date, kind: str = MeetingKind.ASSEMBLY, also: tuple[str, ...] = (), **fields: Any
) -> Meeting:
    """A counted log attended by all present members of the branch; obligations are left to the caller."""
    members = list(Member.objects.filter(organisation=branch, left_on=None))
    fields.setdefault("title", f"{held_on:%m月}会议")
    fields.setdefault("also_kinds", list(also))
    fields.setdefault("expected", len(members))
    fields.setdefault("present", len(members))
    meeting = Meeting.objects.create(organisation=branch, held_on=held_on, kind=kind, **fields)
    Attendance.objects.bulk_create(Attendance(meeting=meeting, member=member) for member in members)
    MeetingCount.objects.bulk_create(
        MeetingCount(meeting=meeting, kind=counted, organisation=branch, group=meeting.group, held_on=held_on)
        for counted in dict.fromkeys((kind, *also))
    )
    return meeting


ROLE_PLACES: dict[str, str] = {
    Role.MEMBER: "branch",
    Role.BRANCH_SECRETARY: "branch",
    Role.UNIT_STAFF: "unit",
    Role.UNIT_DISCIPLINE: "unit",
    Role.CITY_STAFF: "root",
    Role.SYSTEM_ADMIN: "root",
    Role.SECURITY_ADMIN: "root",
    Role.AUDIT_ADMIN: "root",
}


def floor_rules() -> list[Requirement]:
    """The rules of the ground floor alone, whatever the wings ask besides."""
    path = Path(__file__).resolve().parent.parent / "branches" / "fixtures" / "requirements.json"
    return requirements_load(rows=json.loads(path.read_text(encoding="utf-8")))
