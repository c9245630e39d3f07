"""Which dated changes of a member there are, who may make them, and which of them fit a member as the member stands."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import Capability
from branches.choices import LeaveReason, MemberCategory
from branches.models import Member
from branches.policy.letters import LOST_SOURCE, PROBATION_SOURCE
from branches.selectors.organisation_rights import may


@dataclass(frozen=True, slots=True)
class Act:
    """A dated change: its words, the right to it, and the rule that it follows."""

    label: str
    capability: Capability
    source: str = ""


ACTS: dict[str, Act] = {
    "confirm": Act("转为正式党员", Capability.ADMISSION_APPROVE, PROBATION_SOURCE),
    "extend": Act("延长预备期", Capability.ADMISSION_APPROVE, PROBATION_SOURCE),
    "cancel": Act("取消预备党员资格", Capability.ADMISSION_APPROVE, PROBATION_SOURCE),
    "reclassify": Act("更正人员类别", Capability.ADMISSION_APPROVE),
    "suspend-voting": Act("停止表决权（留党察看）", Capability.MEMBER_DISABLE),
    "restore-voting": Act("恢复表决权", Capability.MEMBER_DISABLE),
    "lose": Act("登记失联", Capability.MEMBER_UPDATE, LOST_SOURCE),
    "find": Act("登记重新取得联系", Capability.MEMBER_UPDATE),
    "stop": Act("停止党籍", Capability.MEMBER_DISABLE, LOST_SOURCE),
    "restore": Act("恢复党籍", Capability.MEMBER_DISABLE),
    "strike-off": Act("按自行脱党除名", Capability.MEMBER_DISABLE, LOST_SOURCE),
}
ON_PROBATION = ("confirm", "extend", "cancel")
STOPPED = ("restore", "strike-off")


def possible_acts(user: User, member: Member) -> dict[str, str]:
    """What the user may change about the member as the member stands: slug -> words."""
    fitting = {name: act for name, act in ACTS.items() if _fits(name, member)}
    return {name: act.label for name, act in fitting.items() if may(user, act.capability, member.organisation)}


def _fits(name: str, member: Member) -> bool:
    if member.left_on is not None:
        return name in STOPPED and member.leave_reason == LeaveReason.SUSPENDED
    if name in ON_PROBATION:
        fresh = name != "extend" or member.probation_extended_until is None
        return member.category == MemberCategory.PROBATIONARY and fresh
    suspended = member.voting_suspended_from is not None and member.voting_suspended_until is None
    fits = {
        "reclassify": True,
        "suspend-voting": not suspended,
        "restore-voting": member.voting_suspended_from is not None,
        "lose": not member.is_lost,
        "find": member.is_lost,
        "stop": member.is_lost,
    }
    return fits.get(name, False)
