"""
Who logs in. A dozen demo accounts get a random password each; the other secretaries exist, so that reminders have
readers.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.contrib.auth.hashers import make_password

from accounts.models import Posting, User
from accounts.roles import Role
from branches.models import Member, Organisation
from reports.management.demo.tree import Branch, City

#: Letters and digits that cannot be taken for one another when typed from a screen.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "23456789"
SINCE = date(2018, 1, 1)


def random_password() -> str:
    """Sixteen characters of four classes, new for each installation."""
    groups = [LETTERS, CAPITALS, DIGITS, LETTERS]
    return "-".join("".join(secrets.choice(group) for _ in range(4)) for group in groups)


def secretaries(branches: Sequence[Branch]) -> dict[int, int]:
    """A user for every branch's secretary; returns user id by organisation id."""
    chosen = [(number, branch) for number, branch in enumerate(branches, start=1) if branch.posts]
    unusable = make_password(None)
    users = User.objects.bulk_create(
        [
            User(
                username=f"sj{number:04d}",
                name=branch.posts[0][0].name,
                email=f"sj{number:04d}@example.invalid",
                password=unusable,
            )
            for number, branch in chosen
        ],
        batch_size=1000,
    )
    Posting.objects.bulk_create(
        [
            Posting(
                user=user,
                organisation_id=branch.node.pk,
                role=Role.BRANCH_SECRETARY,
                starts_on=SINCE,
                ends_on=branch.node.ended_on,
            )
            for user, (_, branch) in zip(users, chosen, strict=True)
        ],
        batch_size=1000,
    )
    return {branch.node.pk: user.pk for user, (_, branch) in zip(users, chosen, strict=True)}


def demo_users(city: City, writers: dict[int, int]) -> None:
    """The people of the demonstration: city staff, administrators, the first units' staff, a plain member."""
    root = city.root.pk
    staff = [
        ("gongwei", "工委干部", Role.CITY_STAFF, root),
        ("xitong", "系统管理员", Role.SYSTEM_ADMIN, root),
        ("anquan", "安全管理员", Role.SECURITY_ADMIN, root),
        ("shenji", "审计管理员", Role.AUDIT_ADMIN, root),
        ("jiwei01", "机关纪委干部", Role.UNIT_DISCIPLINE, city.units[0].pk),
    ]
    staff += [
        (f"danwei{number:02d}", "单位党务干部", Role.UNIT_STAFF, unit.pk)
        for number, unit in enumerate(city.units, start=1)
    ]
    for username, name, role, place in staff:
        user = User.objects.create_user(username, None, name=name, email=f"{username}@example.invalid")
        Posting.objects.create(user=user, organisation_id=place, role=role, starts_on=SINCE)
    first = city.branches[0]
    for person, _ in first.posts[:1]:
        Member.objects.filter(pk=person.pk).update(user_id=writers[first.node.pk])
    plain = next(person for person in first.on(date.max) if not any(person is holder for holder, _ in first.posts))
    user = User.objects.create_user("dangyuan01", None, name=plain.name)
    Posting.objects.create(user=user, organisation_id=first.node.pk, role=Role.MEMBER, starts_on=SINCE)
    Member.objects.filter(pk=plain.pk).update(user=user)


#: Accounts that can be tried out at once.
OPEN_TO_TRY = (
    "sj0001",
    "sj0002",
    "sj0003",
    "danwei01",
    "danwei02",
    "jiwei01",
    "gongwei",
    "dangyuan01",
    "xitong",
    "anquan",
    "shenji",
)


def passwords_issue(path: Path) -> None:
    """Give every account to be tried a new random password and write the list, readable by its owner only."""
    listing = []
    users = {user.username: user for user in User.objects.filter(username__in=OPEN_TO_TRY)}
    for username in OPEN_TO_TRY:
        if (user := users.get(username)) is None:
            continue
        password = random_password()
        user.set_password(password)
        user.save(update_fields=["password"])
        posting = Posting.objects.filter(user=user).select_related("organisation").get()
        place: Organisation = posting.organisation
        listing.append(
            {
                "username": username,
                "password": password,
                "role": posting.role,
                "role_name": posting.get_role_display(),
                "organisation": place.short_name,
            }
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(listing, ensure_ascii=False, indent=2) + "\n")
