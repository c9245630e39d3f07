"""How far a user reaches: the union over current postings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Posting, User
from accounts.roles import Capability, Role
from accounts.scopes import Scope, scope_of
from branches.models import Member, Organisation
from core.calendar import local_today
from tests.conftest import City
from tests.factories import make_user

LIST, VIEW = Capability.MEMBER_LIST, Capability.MEMBER_VIEW_MASKED


@pytest.mark.parametrize(
    ("role", "path", "capability", "expected"),
    [
        (Role.BRANCH_SECRETARY, "0001000100010001", LIST, Scope(paths=("0001000100010001",))),
        (Role.UNIT_STAFF, "0001000100010001", LIST, Scope(paths=("00010001",))),
        (Role.UNIT_STAFF, "00010001", LIST, Scope(paths=("00010001",))),
        (Role.UNIT_STAFF, "0001", LIST, Scope(paths=("0001",))),
        (Role.CITY_STAFF, "0001", LIST, Scope(everything=True)),
        (Role.MEMBER, "000100010001", VIEW, Scope(own=True)),
        (Role.SYSTEM_ADMIN, "0001", LIST, Scope()),
        ("no_such_role", "0001", LIST, Scope()),
    ],
)
def test_reach_of_one_posting(role: str, path: str, capability: Capability, expected: Scope) -> None:
    assert scope_of([(role, path)], capability) == expected


def test_union_keeps_the_outermost_subtrees() -> None:
    places = [
        (Role.BRANCH_SECRETARY, "000100010001"),
        (Role.UNIT_STAFF, "000100010001"),
        (Role.MEMBER, "000100020001"),
    ]
    scope = scope_of(places, LIST)
    assert scope.paths == ("00010001", "000100020001")
    assert scope.covers("000100010009")
    assert scope.covers("0001000200010001")
    assert not scope.covers("00010002")
    assert not scope.covers("00010003")
    assert scope_of([*places, (Role.CITY_STAFF, "0001")], LIST) == Scope(everything=True)


def test_self_reach_adds_to_subtrees() -> None:
    scope = scope_of([(Role.MEMBER, "000100010001"), (Role.BRANCH_SECRETARY, "000100010002")], VIEW)
    assert scope == Scope(paths=("000100010002",), own=True)
    assert not scope.self_only
    assert scope_of([(Role.MEMBER, "000100010001")], VIEW).self_only
    assert not Scope().can


def names(user: User, capability: Capability) -> set[str]:
    return set(Member.objects.visible_to(user, capability).values_list("name", flat=True))


def test_visible_to_per_role(city: City) -> None:
    own, sibling, foreign = (
        {member.name for member in members} for members in (city.members, city.sibling_members, city.foreign_members)
    )
    assert names(city.user(Role.BRANCH_SECRETARY), LIST) == own
    assert names(city.user(Role.UNIT_STAFF), LIST) == own | sibling
    assert names(city.user(Role.CITY_STAFF), LIST) == own | sibling | foreign
    assert names(city.user(Role.MEMBER), LIST) == own
    assert names(city.user(Role.MEMBER), VIEW) == {"吴五岳"}
    assert names(city.user(Role.SYSTEM_ADMIN), LIST) == set()
    assert names(make_user(None, None), LIST) == set()


@pytest.mark.parametrize(
    ("starts", "ends", "active", "revoked", "sees"),
    [
        (-1, None, True, False, True),
        (0, 0, True, False, True),
        (-9, -1, True, False, False),
        (1, None, True, False, False),
        (-9, 0, True, False, True),
        (-9, None, False, False, False),
        (-9, None, True, True, False),
    ],
)
def test_only_current_postings_count(
    city: City, starts: int, ends: int | None, active: bool, revoked: bool, sees: bool
) -> None:
    user = make_user(None, None, is_active=active)
    today = local_today()
    Posting.objects.create(
        user=user,
        organisation=city.branch,
        role=Role.BRANCH_SECRETARY,
        starts_on=today + timedelta(days=starts),
        ends_on=None if ends is None else today + timedelta(days=ends),
        revoked_at=timezone.now() if revoked else None,
    )
    assert user.can(LIST) is sees
    assert bool(names(user, LIST)) is sees


def test_a_prefix_never_crosses_to_a_neighbour(city: City) -> None:
    neighbour = Organisation.objects.get(pk=city.sibling.pk)
    assert neighbour.path[:-1] == city.branch.path[:-1]
    user = make_user(Role.BRANCH_SECRETARY, city.branch)
    assert set(Organisation.objects.visible_to(user, Capability.BRANCH_VIEW)) == {city.branch, city.group}


def test_abolished_organisations_stay_readable(city: City) -> None:
    city.branch.status, city.branch.ended_on = "abolished", local_today()
    city.branch.save()
    assert names(city.user(Role.BRANCH_SECRETARY), LIST) == {member.name for member in city.members}


def test_one_query_for_all_capabilities(city: City, django_assert_num_queries) -> None:
    user = User.objects.get(pk=city.user(Role.UNIT_STAFF).pk)
    Posting.objects.create(user=user, organisation=city.foreign, role=Role.MEMBER, starts_on=local_today())
    with django_assert_num_queries(1):
        for capability in Capability:
            user.scope(capability)
        assert "单位党务干部@市档案整理中心" in user.audit_role
        assert user.roles == {Role.UNIT_STAFF, Role.MEMBER}


def test_city_reach_adds_no_filter(city: City) -> None:
    rows = Member.objects.visible_to(city.user(Role.CITY_STAFF), LIST)
    assert not rows.query.where


def test_refresh_forgets_the_scope(city: City) -> None:
    user = make_user(None, None)
    assert not user.can(LIST)
    Posting.objects.create(user=user, organisation=city.branch, role=Role.BRANCH_SECRETARY)
    assert not user.can(LIST)
    user.refresh_from_db()
    assert user.can(LIST)


def test_database_refuses_bad_postings(city: City) -> None:
    user, today = make_user(Role.MEMBER, city.branch), local_today()
    bad: list[dict[str, object]] = [
        {"role": Role.MEMBER},
        {"role": "superuser"},
        {"role": Role.UNIT_STAFF, "ends_on": today - timedelta(days=1)},
    ]
    for fields in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            Posting.objects.create(user=user, organisation=city.branch, starts_on=today, **fields)
    Posting.objects.create(user=user, organisation=city.branch, role=Role.MEMBER, starts_on=today, ends_on=today)
