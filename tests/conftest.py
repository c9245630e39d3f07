"""Fixtures that every test may use. ``city`` is the smallest tree in which own, sibling and foreign differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from branches.choices import OrganisationKind, PostKind
from branches.models import Member, Organisation
from tests.database import (  # noqa: F401 - fixtures for every test
    audit_tables_can_be_flushed,
    django_db_setup,
)
from tests.factories import ROLE_PLACES, make_member, make_organisation, make_post, make_user


@dataclass
class City:
    """One committee, two units; ``branch`` and ``sibling`` in the first unit, ``foreign`` in the second."""

    root: Organisation
    unit: Organisation
    committee: Organisation
    branch: Organisation
    sibling: Organisation
    group: Organisation
    foreign_unit: Organisation
    foreign: Organisation
    members: list[Member]
    sibling_members: list[Member]
    foreign_members: list[Member]
    users: dict[str, User] = field(default_factory=dict)

    def user(self, role: str) -> User:
        """The user who holds ``role`` at its usual place: the branch, the first unit, or the root."""
        if role not in self.users:
            place = getattr(self, ROLE_PLACES[role])
            self.users[role] = make_user(role, place, username=str(role).replace("_", "-"))
        return self.users[role]

    def client(self, role: str) -> Client:
        client = Client()
        client.force_login(self.user(role), backend="django.contrib.auth.backends.ModelBackend")
        return client


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def build_city() -> City:
    root = make_organisation(None, OrganisationKind.WORK_COMMITTEE, "云川市直机关工委", code="529900")
    unit = make_organisation(root, OrganisationKind.UNIT, "市档案整理中心")
    committee = make_organisation(unit, OrganisationKind.ORGAN_COMMITTEE, "市档案整理中心机关党委", type_code="611")
    branch = make_organisation(committee, OrganisationKind.BRANCH, "整理一科党支部")
    sibling = make_organisation(committee, OrganisationKind.BRANCH, "整理二科党支部")
    group = make_organisation(branch, OrganisationKind.GROUP, "第一党小组")
    foreign_unit = make_organisation(root, OrganisationKind.UNIT, "市园圃养护处")
    foreign = make_organisation(foreign_unit, OrganisationKind.BRANCH, "养护科党支部")
    members = [make_member(branch, name) for name in ("钱一帆", "孙二禾", "李三木", "周四海", "吴五岳")]
    for member, kind in zip(members, (PostKind.SECRETARY, PostKind.ORGANISATION, PostKind.PUBLICITY), strict=False):
        make_post(member, kind)
    sibling_members = [make_member(sibling, name) for name in ("郑六合", "王七巧", "冯八方")]
    foreign_members = [make_member(foreign, name) for name in ("陈九章", "褚十全", "卫百川")]
    built = City(
        Organisation.objects.get(pk=root.pk),
        Organisation.objects.get(pk=unit.pk),
        Organisation.objects.get(pk=committee.pk),
        Organisation.objects.get(pk=branch.pk),
        Organisation.objects.get(pk=sibling.pk),
        group,
        Organisation.objects.get(pk=foreign_unit.pk),
        foreign,
        members,
        sibling_members,
        foreign_members,
    )
    member_user = built.user(Role.MEMBER)
    Member.objects.filter(pk=members[4].pk).update(user=member_user)
    members[4].user = member_user
    return built
