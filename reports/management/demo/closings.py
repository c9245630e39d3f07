"""归档 in the demo city: past quarters close by themselves, one request waits, one quarter is open again."""

from __future__ import annotations

from accounts.models import Posting, User
from accounts.roles import Role
from branches.models import Organisation, QuarterClosing
from branches.services.closings import quarter_reopen, quarter_request, quarters_close
from core.periods import parse_period


def load_closings() -> int:
    """Run what runs every night, then one request and one re-opening; how many quarters were closed."""
    closed = quarters_close()
    latest = QuarterClosing.objects.filter(state="closed").order_by("-period").values_list("period", flat=True).first()
    asked, opened = _held_by(Role.BRANCH_SECRETARY, 0), _held_by(Role.BRANCH_SECRETARY, 1)
    if latest is None or asked is None:
        return closed
    period = parse_period(latest)
    branch, secretary = asked
    quarter_request(by=secretary, branch=branch, period=period, reason="一次支部党员大会的记录漏报，需要补记")
    if opened and (staff := _staff_of(opened[0])):
        quarter_reopen(by=staff, branch=opened[0], period=period, reason="主题党日日期写错，同意更正")
    return closed


def _held_by(role: str, number: int) -> tuple[Organisation, User] | None:
    """The branch and the user of one posting, by its number."""
    found = Posting.objects.current().filter(role=role).select_related("organisation", "user").order_by("pk")
    row = found[number : number + 1].first()
    return (row.organisation, row.user) if row else None


def _staff_of(branch: Organisation) -> User | None:
    postings = Posting.objects.current().filter(role=Role.UNIT_STAFF, organisation__path__startswith=branch.unit_path)
    row = postings.select_related("user").order_by("pk").first()
    return row.user if row else None
