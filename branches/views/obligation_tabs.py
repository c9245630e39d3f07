"""The tabs of 应做事项: one subject, one menu entry, several pages."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import Capability

TABS = (
    ("按党支部和事项", "branches:obligation_matrix", Capability.OBLIGATION_LIST),
    ("逐项列表", "branches:obligation_list", Capability.OBLIGATION_LIST),
    ("季度归档", "branches:quarter_list", Capability.QUARTER_VIEW),
    ("补记和更正", "branches:late_entry_list", Capability.MEETING_HISTORY),
    ("规则与依据", "branches:requirement_list", Capability.OBLIGATION_LIST),
)


def obligation_tabs(user: User, current: str) -> list[tuple[str, str, bool]]:
    """(title, URL name, whether it is this page) of the tabs that open to the user."""
    return [(title, name, name.endswith(f":{current}")) for title, name, right in TABS if user.can(right)]
