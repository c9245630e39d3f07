"""Roles granted: proposed by business staff, approved by another, never for oneself; the administrators stay apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts import services
from accounts.models import Posting, PostingProposal, ProposalState, User
from accounts.roles import Capability, Role
from branches.models import Organisation
from core.calendar import local_today
from core.models import AuditEvent
from tests.conftest import City
from tests.factories import make_user


def propose(
    city: City,
    *,
    by: str = Role.UNIT_STAFF,
    user: User | None = None,
    role: str = Role.BRANCH_SECRETARY,
    at: Organisation | None = None,
) -> PostingProposal:
    return services.posting_propose(
        by=city.user(by),
        user=user or make_user(None, None),
        organisation=at or city.branch,
        role=role,
        starts_on=local_today(),
        reason="换届后新任书记",
    )


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_proposed_then_approved(city: City) -> None:
    person = make_user(None, None)
    proposal = propose(city, user=person)
    assert not person.can(Capability.MEETING_SUBMIT)
    posting = services.posting_approve(by=city.user(Role.SECURITY_ADMIN), proposal=proposal, note="同意")
    person.forget_scope()
    assert person.scope(Capability.MEETING_SUBMIT).paths == (city.branch.path,)
    assert (posting.user, posting.role, posting.ends_on) == (person, Role.BRANCH_SECRETARY, None)
    assert actions() == ["role_grant.propose", "role_grant.approve"]
    event = AuditEvent.objects.get(action="role_grant.approve")
    assert event.scope_path == city.branch.path
    assert event.after["role"] == Role.BRANCH_SECRETARY
    assert event.actor_role == "安全管理员@云川市直机关工委"


def test_refused_gives_nothing(city: City) -> None:
    proposal = propose(city)
    services.posting_refuse(by=city.user(Role.SECURITY_ADMIN), proposal=proposal, note="材料不全")
    assert proposal.state == ProposalState.REFUSED
    assert not proposal.user.postings.exists()
    with pytest.raises(ValidationError, match="已经办结"):
        services.posting_approve(by=city.user(Role.SECURITY_ADMIN), proposal=proposal)
    assert not proposal.user.postings.exists()


def test_decided_once(city: City) -> None:
    proposal = propose(city)
    stale = PostingProposal.objects.get(pk=proposal.pk)
    services.posting_approve(by=city.user(Role.SECURITY_ADMIN), proposal=proposal)
    with pytest.raises(ValidationError, match="已经办结"):
        services.posting_approve(by=city.user(Role.SECURITY_ADMIN), proposal=stale)
    assert Posting.objects.filter(user=proposal.user).count() == 1


def test_nobody_proposes_for_themselves(city: City) -> None:
    with pytest.raises(ValidationError, match="不能为自己"):
        propose(city, user=city.user(Role.UNIT_STAFF))


def test_nobody_approves_for_themselves(city: City) -> None:
    admin = city.user(Role.SECURITY_ADMIN)
    proposal = PostingProposal.objects.create(
        user=admin,
        organisation=city.root,
        role=Role.SECURITY_ADMIN,
        reason="续任",
        proposed_by=city.user(Role.CITY_STAFF),
    )
    with pytest.raises(ValidationError, match="给自己的授权"):
        services.posting_approve(by=admin, proposal=proposal)


def test_the_proposer_does_not_approve(city: City) -> None:
    admin = city.user(Role.SECURITY_ADMIN)
    proposal = PostingProposal.objects.create(
        user=make_user(None, None), organisation=city.branch, role=Role.MEMBER, reason="转入", proposed_by=admin
    )
    with pytest.raises(ValidationError, match="自己提请的授权"):
        services.posting_approve(by=admin, proposal=proposal)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.UNIT_STAFF, Role.CITY_STAFF])
def test_only_the_security_administrator_approves(city: City, role: Role) -> None:
    proposal = propose(city, by=Role.CITY_STAFF)
    with pytest.raises(PermissionDenied):
        services.posting_approve(by=city.user(role), proposal=proposal)
    assert PostingProposal.objects.get().is_open


def test_only_within_reach(city: City) -> None:
    for by, place in (
        (Role.UNIT_STAFF, city.foreign),
        (Role.UNIT_STAFF, city.root),
        (Role.BRANCH_SECRETARY, city.branch),
    ):
        with pytest.raises(ValidationError, match="不在您的管理范围内"):
            propose(city, by=by, at=place)
    assert propose(city, by=Role.CITY_STAFF, at=city.foreign).is_open


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.CITY_STAFF, "unit"),
        (Role.SYSTEM_ADMIN, "branch"),
        (Role.UNIT_STAFF, "root"),
        (Role.BRANCH_SECRETARY, "unit"),
        (Role.MEMBER, "root"),
    ],
)
def test_the_role_fits_the_place(city: City, role: Role, place: str) -> None:
    with pytest.raises(ValidationError, match=r"须授予|只能授予"):
        propose(city, by=Role.CITY_STAFF, role=role, at=getattr(city, place))


ADMINS = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]


@pytest.mark.parametrize("held", ADMINS)
@pytest.mark.parametrize("role", Role.values)
def test_administrators_hold_nothing_else(city: City, held: Role, role: str) -> None:
    """三员分立, in both directions."""
    if role == held:
        return
    at = city.root if role in (*ADMINS, Role.CITY_STAFF) else city.branch
    with pytest.raises(ValidationError, match="三员分立"):
        propose(city, by=Role.CITY_STAFF, user=make_user(held, city.root), role=role, at=at)
    if role not in ADMINS:
        with pytest.raises(ValidationError, match="三员分立"):
            propose(city, by=Role.CITY_STAFF, user=make_user(role, at), role=held, at=city.root)


def test_separation_is_judged_again_at_approval(city: City) -> None:
    person = make_user(None, None)
    first = propose(city, by=Role.CITY_STAFF, user=person, role=Role.AUDIT_ADMIN, at=city.root)
    second = propose(city, by=Role.CITY_STAFF, user=person, role=Role.MEMBER)
    services.posting_approve(by=city.user(Role.SECURITY_ADMIN), proposal=first)
    with pytest.raises(ValidationError, match="三员分立"):
        services.posting_approve(by=city.user(Role.SECURITY_ADMIN), proposal=second)
    assert person.postings.get().role == Role.AUDIT_ADMIN
    second.refresh_from_db()
    assert second.is_open


def test_a_future_posting_counts_for_separation(city: City) -> None:
    person = make_user(None, None)
    Posting.objects.create(
        user=person, organisation=city.root, role=Role.AUDIT_ADMIN, starts_on=local_today() + timedelta(days=30)
    )
    with pytest.raises(ValidationError, match="三员分立"):
        propose(city, by=Role.CITY_STAFF, user=person)


def test_revoked_at_once(city: City) -> None:
    person = make_user(Role.BRANCH_SECRETARY, city.branch)
    services.posting_revoke(by=city.user(Role.SECURITY_ADMIN), posting=person.postings.get(), reason="调离")
    person.forget_scope()
    assert not person.can(Capability.MEETING_SUBMIT)
    posting = person.postings.get()
    assert posting.ends_on == local_today()
    assert posting.state == "已撤销"
    with pytest.raises(ValidationError, match="已经结束"):
        services.posting_revoke(by=city.user(Role.SECURITY_ADMIN), posting=posting, reason="再次")
    assert actions() == ["role_grant.revoke"]


def test_not_ones_own_nor_the_last_administrator(city: City) -> None:
    admin = city.user(Role.SECURITY_ADMIN)
    with pytest.raises(ValidationError, match="自己的授权"):
        services.posting_revoke(by=admin, posting=admin.postings.get(), reason="x")
    last = city.user(Role.AUDIT_ADMIN).postings.get()
    with pytest.raises(ValidationError, match="至少要保留一名"):
        services.posting_revoke(by=admin, posting=last, reason="x")
    make_user(Role.AUDIT_ADMIN, city.root)
    services.posting_revoke(by=admin, posting=last, reason="轮岗")


def test_the_same_role_is_not_granted_twice(city: City) -> None:
    person = make_user(Role.MEMBER, city.branch)
    with pytest.raises(ValidationError, match="已在这个党组织担任"):
        propose(city, user=person, role=Role.MEMBER)
    other = make_user(None, None)
    propose(city, user=other)
    with pytest.raises(ValidationError, match="正在等待审批"):
        propose(city, user=other)


def test_appointed_on_the_server(city: City) -> None:
    person = make_user(None, None)
    services.administrator_appoint(user=person, role=Role.SYSTEM_ADMIN, organisation=city.root, reason="初始化")
    assert person.can(Capability.ACCOUNT_LIST)
    assert AuditEvent.objects.get().actor_name == "系统"
    with pytest.raises(ValidationError, match="只能在服务器上任命"):
        services.administrator_appoint(user=person, role=Role.CITY_STAFF, organisation=city.root, reason="x")
