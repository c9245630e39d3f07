"""Puts the city that was built in memory into the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from django.db import models

from branches.choices import OrganisationChangeKind, OrganisationKind, PostKind
from branches.models import (
    Attendance,
    Meeting,
    MeetingCount,
    MeetingDecision,
    MeetingVote,
    Member,
    Membership,
    Organisation,
    OrganisationChange,
    Post,
    Term,
)
from branches.services.names import person_pinyin, title_pinyin
from core.crypto import encrypt, keyed_hash
from reports.management.demo import meetings as minutes
from reports.management.demo.names import credit_code, id_number
from reports.management.demo.rows import insert_rows
from reports.management.demo.tree import Branch, City, Node, Person

ETHNICITIES = ("01",) * 12 + ("06", "09", "12", "15", "17")
EDUCATION = (("21", "4"),) * 6 + (("14", "3"),) * 2 + (("31", ""),)
POSITIONS = ("科员", "主任科员", "工程师", "会计", "档案员", "技术员", "综合岗")


def organisations(city: City, random: Random) -> None:
    """Parents before children; a merged branch after its target, so that the reference holds."""
    nodes = sorted(city.nodes(), key=lambda node: (node.merged_into is not None, node.path))
    Organisation.objects.bulk_create([_organisation(node, random) for node in nodes], batch_size=500)
    OrganisationChange.objects.bulk_create([change for node in nodes for change in _changes(node)], batch_size=500)


def _organisation(node: Node, random: Random) -> Organisation:
    full, initials = title_pinyin(node.short_name)
    unit = node.kind == OrganisationKind.UNIT
    return Organisation(
        id=node.pk,
        path=node.path,
        depth=len(node.path) // 4,
        numchild=len(node.children),
        kind=node.kind,
        type_code=node.type_code,
        name=node.name,
        short_name=node.short_name,
        name_pinyin=full,
        initials=initials,
        code=node.code,
        uscc=credit_code(node.pk) if unit else "",
        staff_count=random.randrange(40, 400) if unit else None,
        founded_on=node.founded_on,
        ended_on=node.ended_on,
        status=node.status,
        merged_into_id=node.merged_into.pk if node.merged_into else None,
    )


def _changes(node: Node) -> Iterator[OrganisationChange]:
    yield OrganisationChange(
        organisation_id=node.pk,
        kind=OrganisationChangeKind.FOUNDED,
        effective_on=node.founded_on,
        after={"name": node.name, "code": node.code},
    )
    if node.merged_into and node.ended_on:
        yield OrganisationChange(
            organisation_id=node.pk,
            kind=OrganisationChangeKind.MERGED,
            effective_on=node.ended_on,
            before={"status": "active"},
            after={"status": "merged", "merged_into": node.merged_into.code},
        )


def members(city: City, random: Random) -> None:
    serials: dict[str, int] = {}
    Member.objects.bulk_create([_member(person, random, serials) for person in city.people], batch_size=2000)
    Membership.objects.bulk_create(
        (
            Membership(
                member_id=person.pk,
                organisation_id=stay.branch.node.pk,
                group_id=person.group.pk if person.group and stay is person.stays[-1] else None,
                starts_on=stay.starts_on,
                ends_on=stay.ends_on,
                entry_reason="moved" if number else "imported",
                leave_reason=stay.leave_reason,
            )
            for person in city.people
            for number, stay in enumerate(person.stays)
        ),
        batch_size=5000,
    )


def _member(person: Person, random: Random, serials: dict[str, int]) -> Member:
    """The 17th digit of an ID number is odd for men, so serials go up by two from 1 or 0."""
    full, initials = person_pinyin(person.name)
    birth = person.birth.strftime("%Y%m%d")
    key = birth + str(int(person.gender) % 2)
    serial = serials[key] = serials.get(key, int(person.gender) % 2 - 2) + 2
    number, phone = id_number(birth, serial), f"140{person.pk:08d}"
    education, degree = random.choice(EDUCATION)
    return Member(
        id=person.pk,
        organisation_id=person.stays[-1].branch.node.pk,
        group_id=person.group.pk if person.group else None,
        name=person.name,
        name_pinyin=full,
        initials=initials,
        gender=person.gender,
        ethnicity=random.choice(ETHNICITIES),
        birth_date=person.birth,
        education=education,
        degree=degree,
        category=person.category,
        joined_on=person.joined_on,
        confirmed_on=person.confirmed_on,
        position=random.choice(POSITIONS),
        id_number_cipher=encrypt(number),
        id_number_hash=keyed_hash(number),
        id_number_mask=f"{number[:6]}********{number[-4:]}",
        phone_cipher=encrypt(phone),
        phone_hash=keyed_hash(phone),
        phone_mask=f"{phone[:3]}****{phone[-4:]}",
        left_on=person.left_on,
        leave_reason=person.leave_reason,
    )


def posts(branches: Sequence[Branch], random: Random, since: date, today: date) -> None:
    terms: list[Term] = []
    rows: list[tuple[Branch, Person, str, date]] = []
    for branch in branches:
        start = branch.node.founded_on
        elected = max(start, today - timedelta(days=random.randrange(60, 1150)))
        if branch.node.ended_on:
            elected = start
        terms.append(
            Term(
                organisation_id=branch.node.pk,
                number=random.randrange(1, 5),
                elected_on=elected,
                expires_on=elected.replace(year=elected.year + 3, day=min(elected.day, 28)),
            )
        )
        rows.extend((branch, person, kind, max(start, since)) for person, kind in branch.posts)
    saved = {term.organisation_id: term for term in Term.objects.bulk_create(terms, batch_size=1000)}
    Post.objects.bulk_create(
        [
            Post(
                organisation_id=branch.node.pk,
                member_id=person.pk,
                term=saved[branch.node.pk],
                kind=kind,
                starts_on=min(start, since),
                ends_on=branch.node.ended_on,
            )
            for branch, person, kind, start in rows
        ],
        batch_size=2000,
    )
    Post.objects.bulk_create(
        [
            Post(
                organisation_id=group.pk,
                member_id=next(person.pk for person in branch.on(today) if person.group is group),
                kind=PostKind.GROUP_LEADER,
                starts_on=since,
            )
            for branch in branches
            for group in branch.groups
            if any(person.group is group for person in branch.on(today))
        ],
        batch_size=2000,
    )


TABLES: tuple[tuple[str, type[models.Model], Sequence[str]], ...] = (
    ("meetings", Meeting, minutes.MEETING_COLUMNS),
    ("counts", MeetingCount, minutes.COUNT_COLUMNS),
    ("attendances", Attendance, minutes.ATTENDANCE_COLUMNS),
    ("votes", MeetingVote, minutes.VOTE_COLUMNS),
    ("decisions", MeetingDecision, minutes.DECISION_COLUMNS),
)


def logs(rows: minutes.Rows) -> int:
    """Store one batch of logs and return how many there were."""
    for name, model, columns in TABLES:
        insert_rows(model, columns, getattr(rows, name))
    return len(rows.meetings)
