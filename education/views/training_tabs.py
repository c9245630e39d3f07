"""The tabs that the pages of training, hours, certificates and staffing share."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import Capability

PAGES = (
    ("培训班", "education:class_list", Capability.TRAINING_VIEW),
    ("本支部学时", "education:hours_branch", Capability.HOURS_VIEW),
    ("学时汇总", "education:hours_list", Capability.HOURS_VIEW),
    ("证书", "education:certificate_list", Capability.CERTIFICATE_VIEW),
    ("书记持证", "education:secretary_list", Capability.CERTIFICATE_VIEW),
    ("专职党务人员", "education:staffing_list", Capability.TRAINING_RECORD),
)


def tabs(user: User, current: str) -> list[tuple[str, str, bool]]:
    """(label, URL name, is the present page) of what the reader may open."""
    return [(label, name, name == current) for label, name, capability in PAGES if user.can(capability)]
