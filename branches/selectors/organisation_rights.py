"""Which capability a change of an organisation needs: units are the committee's own matter, groups the branch's."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import Capability
from branches.choices import CHILD_KINDS, OrganisationChangeKind, OrganisationKind, OrganisationStatus
from branches.models import Organisation, OrganisationChange

UNIT_KINDS = (OrganisationKind.WORK_COMMITTEE, OrganisationKind.UNIT)
#: What `organisation_change` offers, with the words on its buttons.
CHANGES = {
    "move": "调整隶属",
    "merge": "合并",
    "suspend": "暂停活动",
    "resume": "恢复活动",
    "abolish": "撤销",
}


def right_to_create(kind: str) -> Capability:
    """Needed on the parent, to found an organisation of this kind under it."""
    if kind in UNIT_KINDS:
        return Capability.ORG_UNIT_CREATE
    return Capability.BRANCH_UPDATE if kind == OrganisationKind.GROUP else Capability.BRANCH_CREATE


def right_to_update(kind: str) -> Capability:
    """Needed on the organisation, to change its name and facts."""
    return Capability.ORG_UNIT_UPDATE if kind in UNIT_KINDS else Capability.BRANCH_UPDATE


def right_to_change(kind: str) -> Capability:
    """Needed on the organisation, to move, merge, suspend, resume or abolish it."""
    if kind in UNIT_KINDS:
        return Capability.ORG_UNIT_DISABLE
    return Capability.BRANCH_UPDATE if kind == OrganisationKind.GROUP else Capability.BRANCH_DISABLE


def right_to_undo(change: OrganisationChange, organisation: Organisation) -> Capability:
    """Needed on the organisation, to take back a change: the right that the change itself needed."""
    if change.kind == OrganisationChangeKind.FOUNDED:
        return right_to_create(organisation.kind)
    updates = (OrganisationChangeKind.RENAMED, OrganisationChangeKind.UPDATED)
    return right_to_update(organisation.kind) if change.kind in updates else right_to_change(organisation.kind)


def may_undo(user: User, change: OrganisationChange | None, organisation: Organisation) -> bool:
    """Whether the user may take back this change of the organisation."""
    return change is not None and may(user, right_to_undo(change, organisation), organisation)


def may(user: User, capability: Capability, organisation: Organisation) -> bool:
    """Whether the user reaches the organisation with the capability."""
    return user.scope(capability).covers(organisation.path)


def creatable_kinds(user: User, parent: Organisation) -> list[OrganisationKind]:
    """What the user may found under ``parent``."""
    if parent.status != OrganisationStatus.ACTIVE:
        return []
    kinds = [OrganisationKind(kind) for kind in CHILD_KINDS[parent.kind]]
    return [kind for kind in kinds if may(user, right_to_create(kind), parent)]


def possible_changes(user: User, organisation: Organisation) -> dict[str, str]:
    """What the user may do to the organisation as it stands: name in the URL -> words."""
    if not may(user, right_to_change(organisation.kind), organisation):
        return {}
    return {name: words for name, words in CHANGES.items() if _fits(name, organisation)}


def _fits(change: str, organisation: Organisation) -> bool:
    kind, status = organisation.kind, organisation.status
    if kind == OrganisationKind.WORK_COMMITTEE or status in (OrganisationStatus.MERGED, OrganisationStatus.ABOLISHED):
        return False
    if change == "move":
        return kind not in (OrganisationKind.UNIT, OrganisationKind.GROUP)
    if change == "merge":
        return kind != OrganisationKind.GROUP
    wanted = {"suspend": OrganisationStatus.ACTIVE, "resume": OrganisationStatus.SUSPENDED}
    return change not in wanted or (status == wanted[change] and kind != OrganisationKind.GROUP)
