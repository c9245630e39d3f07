"""A branch-year of 党费 for tests: rules, bases, approval."""

from __future__ import annotations

from decimal import Decimal

from accounts.roles import Role
from branches.policy.dues import BaseEntry
from branches.services import dues_bases as bases
from branches.services.dues_rules import dues_rules_load

YEAR = 2026


def enter(city, members=None, base="6000", payer="monthly", year=YEAR, branch=None, submit=True):
    """The bases of these members (6,000 yuan: 90 a month), sent to the unit."""
    entries = [BaseEntry(member.pk, payer, Decimal(base)) for member in members or city.members]
    return bases.dues_bases_save(
        by=city.user(Role.BRANCH_SECRETARY),
        branch=branch or city.branch,
        year=year,
        entries=entries,
        submit=submit,
    )


def approve(city, year=YEAR, branch=None, returned=None):
    branch = branch or city.branch
    seen = bases.bases_digest(bases.bases_waiting(branch.pk, year))
    return bases.dues_bases_approve(
        by=city.user(Role.UNIT_STAFF), branch=branch, year=year, seen=seen, returned=returned
    )


def open_year(city, year=YEAR, branch=None, members=None, base="6000"):
    dues_rules_load()
    enter(city, members, base, year=year, branch=branch)
    approve(city, year, branch)
