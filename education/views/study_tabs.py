"""The tabs of theoretical study: one menu entry, several pages."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import Capability

TABS = (
    ("学习计划", "education:plan_list", Capability.STUDY_VIEW),
    ("我的学习计划", "education:own_study", Capability.STUDY_VIEW),
    ("学习材料", "education:material_list", Capability.STUDY_VIEW),
    ("政治言行规范", "education:conduct_read", Capability.CONDUCT_COMMIT),
)


def study_tabs(user: User, current: str) -> list[tuple[str, str, bool]]:
    """(title, URL name, whether it is this page) of the tabs that open to the user."""
    return [(title, name, name.endswith(f":{current}")) for title, name, right in TABS if user.can(right)]
