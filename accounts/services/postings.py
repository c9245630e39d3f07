"""Roles granted and taken away: proposed by business staff, decided by the security administrator."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import Posting, PostingProposal, ProposalState, User
from accounts.roles import ADMINISTRATORS, ROOT_ROLES, UNIT_ROLES, Capability, Role
from accounts.services.users import keep_administrators
from core import audit
from core.calendar import local_today

if TYPE_CHECKING:
    from branches.models import Organisation

ROOT_DEPTH, UNIT_DEPTH, BRANCH_DEPTH = 1, 2, 3


@transaction.atomic
def posting_propose(
    *,
    by: User,
    user: User,
    organisation: Organisation,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
    reason: str,
) -> PostingProposal:
    """Ask for a role for somebody else, at an organisation within one's own reach.

    Raises ValidationError: out of reach, for oneself, a role that does not fit the place or the person's other roles.
    """
    if not by.scope(Capability.ROLE_GRANT_PROPOSE).covers(organisation.path):
        raise ValidationError({"organisation": "该党组织不在您的管理范围内。"})
    if by.pk == user.pk:
        raise ValidationError("不能为自己提请授权。")
    _check_grant(user, organisation, role)
    proposal = PostingProposal(
        user=user,
        organisation=organisation,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        proposed_by=by,
    )
    proposal.full_clean(exclude=["decided_by", "decided_at"])
    proposal.save()
    _record(by, "role_grant.propose", proposal, reason=reason)
    return proposal


@transaction.atomic
def posting_approve(*, by: User, proposal: PostingProposal, note: str = "") -> Posting:
    """Grant what was proposed. Raises ValidationError: by its proposer or for oneself, decided already, roles clash."""
    holder = User.objects.select_for_update().get(pk=proposal.user_id)
    _decide(by, proposal, ProposalState.APPROVED, note)
    _check_grant(holder, proposal.organisation, proposal.role)
    posting = Posting(
        user=holder,
        organisation=proposal.organisation,
        role=proposal.role,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
    )
    posting.full_clean()
    posting.save()
    _record(by, "role_grant.approve", posting, reason=note)
    return posting


@transaction.atomic
def posting_refuse(*, by: User, proposal: PostingProposal, note: str) -> None:
    """Turn a proposal down. Raises ValidationError: by its proposer or for oneself, decided already."""
    _decide(by, proposal, ProposalState.REFUSED, note)
    _record(by, "role_grant.refuse", proposal, reason=note)


@transaction.atomic
def posting_revoke(*, by: User, posting: Posting, reason: str) -> None:
    """End a posting now; the holder's next request goes without it.

    Raises ValidationError: over already, one's own, or the last administrator of a kind.
    """
    if posting.user_id == by.pk:
        raise ValidationError("不能撤销自己的授权。")
    if not posting.is_standing:
        raise ValidationError("该授权已经结束。")
    if posting.role in ADMINISTRATORS:
        keep_administrators(posting.user)
    today, now = local_today(), timezone.now()
    last = max(posting.starts_on, today)
    ended = Posting.objects.filter(pk=posting.pk, revoked_at__isnull=True).update(revoked_at=now, ends_on=last)
    if not ended:
        raise ValidationError("该授权已经结束。")
    posting.refresh_from_db()
    _record(by, "role_grant.revoke", posting, reason=reason)


@transaction.atomic
def postings_end_below(*, by: User, user: User, path: str, reason: str) -> list[Posting]:
    """End what a user holds at or below the organisation at ``path`` because the person left it; what ended.

    Not a decision on rights but what follows from one on the roster, so nobody approves it; administrators' postings
    stand at the root, which nobody leaves.
    """
    rows = user.postings.standing().filter(organisation__path__startswith=path).exclude(role__in=ADMINISTRATORS)
    ended = list(rows.select_related("organisation").select_for_update(of=("self",), no_key=True).order_by("pk"))
    for posting in ended:
        posting.revoked_at, posting.ends_on = timezone.now(), max(posting.starts_on, local_today())
        posting.save(update_fields=["revoked_at", "ends_on"])
        _record(by, "role_grant.revoke", posting, reason=reason)
    return ended


@transaction.atomic
def administrator_appoint(*, user: User, role: Role, organisation: Organisation, reason: str) -> Posting:
    """Make an administrator from the server's command line, where nobody could approve yet.

    Raises ValidationError: no administrator's role, not the root, or the person has another role.
    """
    if role not in ADMINISTRATORS:
        raise ValidationError("只能在服务器上任命系统管理员、安全管理员、审计管理员。")
    _check_grant(user, organisation, role)
    posting = Posting.objects.create(user=user, organisation=organisation, role=role)
    _record(None, "role_grant.appoint", posting, reason=reason)
    return posting


def _decide(by: User, proposal: PostingProposal, state: str, note: str) -> None:
    """Only the first decision counts, however many arrive at once."""
    if not by.scope(Capability.ROLE_GRANT_APPROVE).covers(proposal.organisation.path):
        raise PermissionDenied("您没有审批授权的权限。")
    if by.pk == proposal.proposed_by_id:
        raise ValidationError("不能审批自己提请的授权。")
    if by.pk == proposal.user_id:
        raise ValidationError("不能审批给自己的授权。")
    waiting = PostingProposal.objects.filter(pk=proposal.pk, state=ProposalState.OPEN)
    decision = {"state": state, "decided_by": by, "decided_at": timezone.now(), "decision_note": note}
    if not waiting.update(**decision):
        raise ValidationError("该提请已经办结。")
    proposal.refresh_from_db()


def _check_grant(user: User, organisation: Organisation, role: str) -> None:
    if not user.is_active:
        raise ValidationError({"user": "该账号已停用。"})
    _check_place(organisation, role)
    held = list(user.postings.standing())
    _check_separation(role, {posting.role for posting in held})
    if any(posting.role == role and posting.organisation_id == organisation.pk for posting in held):
        raise ValidationError("该用户已在这个党组织担任此角色。")


def _check_place(organisation: Organisation, role: str) -> None:
    depth = organisation.depth
    if role in ROOT_ROLES and depth != ROOT_DEPTH:
        raise ValidationError({"organisation": "工委干部和三类管理员只能授予在机关工委。"})
    if role in UNIT_ROLES and depth < UNIT_DEPTH:
        raise ValidationError({"organisation": "单位党务干部和机关纪委干部须授予在单位或其下级党组织。"})
    if role not in ROOT_ROLES | UNIT_ROLES and depth < BRANCH_DEPTH:
        raise ValidationError({"organisation": "党员和党支部书记须授予在单位以下的党组织。"})


def _check_separation(role: str, held: set[str]) -> None:
    """三员分立: an administrator holds that one role and no other, nor any business role."""
    if (role in ADMINISTRATORS and held - {role}) or (role not in ADMINISTRATORS and held & ADMINISTRATORS):
        raise ValidationError("三员分立：系统管理员、安全管理员、审计管理员不得互相兼任，也不得兼任业务角色。")


def _record(by: User | None, action: str, grant: Posting | PostingProposal, *, reason: str) -> None:
    after = {
        "user": grant.user_id,
        "role": grant.role,
        "organisation": grant.organisation_id,
        "starts_on": grant.starts_on.isoformat(),
        "ends_on": grant.ends_on.isoformat() if grant.ends_on else None,
    }
    audit.record(by=by, action=action, target=grant, scope_path=grant.organisation.path, after=after, reason=reason)
