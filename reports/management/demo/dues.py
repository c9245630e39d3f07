"""党费 of the demonstration: this year's bases and payments of the first branches, with a few things left to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from random import Random

from accounts.models import Posting
from accounts.roles import Role
from accounts.scopes import unit_path
from branches.choices import DuesBaseState, DuesPayer, DuesReliefKind, DuesReliefReason
from branches.models import DuesBase, DuesMonth, DuesPayment, DuesRelief, DuesRule, Member, Organisation
from branches.services.dues_bases import base_due
from branches.services.dues_months import dues_months_refresh
from branches.services.dues_rules import dues_rules_load

#: So many branches are enough to look at; more would only cost time.
BRANCHES = 40


def load_dues(random: Random, today: date, branches: int = BRANCHES) -> int:
    """
    Bases of every member of the first branches, paid month by month; one branch waits for approval, one member a branch
    is behind. Returns how many payments were made. About 0.1 s a branch.
    """
    dues_rules_load()
    writers = _holders(Role.BRANCH_SECRETARY)
    approvers = _holders(Role.UNIT_STAFF)
    chosen = [branch for branch in Organisation.objects.branches().active() if branch.path in writers][:branches]
    people: dict[int, list[Member]] = defaultdict(list)
    for member in Member.objects.current().filter(organisation__in=chosen).order_by("pk"):
        people[member.organisation_id].append(member)
    rules = {rule.payer: rule for rule in DuesRule.objects.prefetch_related("bands")}
    bases: list[DuesBase] = []
    for number, branch in enumerate(chosen):
        hands = (writers[branch.path], approvers.get(unit_path(branch.path), writers[branch.path]))
        waits = number == len(chosen) - 1
        bases += [_base(random, member, rules, today, hands, waits=waits) for member in people[branch.pk]]
    DuesBase.objects.bulk_create(bases, batch_size=500)
    _reliefs([members for members in people.values() if len(members) > 4][:3], writers, today)
    ids = [member.pk for members in people.values() for member in members]
    dues_months_refresh(member_ids=ids)
    made = _payments(random, people, {branch.pk: writers[branch.path] for branch in chosen}, today)
    dues_months_refresh(member_ids=ids)
    return made


def _holders(role: str) -> dict[str, int]:
    """User by the path of the organisation where the role is held."""
    return dict(Posting.objects.filter(role=role, ends_on=None).values_list("organisation__path", "user_id"))


def _base(
    random: Random,
    member: Member,
    rules: dict[str, DuesRule],
    today: date,
    hands: tuple[int, int],
    *,
    waits: bool,
) -> DuesBase:
    old = member.birth_date is not None and today.year - member.birth_date.year >= 60
    payer = DuesPayer.RETIRED if old else DuesPayer.MONTHLY
    base = Decimal(random.randrange(3800, 9800, 10))
    due = base_due(rules[payer], base)
    row = DuesBase(
        organisation_id=member.organisation_id,
        member=member,
        year=today.year,
        rule=rules[payer],
        payer=payer,
        base=base,
        rate=due.rate,
        monthly=due.monthly,
        state=DuesBaseState.SUBMITTED,
        entered_by_id=hands[0],
    )
    if not waits:
        row.state, row.approved_on, row.approved_by_id = DuesBaseState.APPROVED, date(today.year, 1, 1), hands[1]
    return row


def _reliefs(groups: Sequence[list[Member]], writers: dict[str, int], today: date) -> None:
    by = next(iter(writers.values()))
    DuesRelief.objects.bulk_create(
        DuesRelief(
            organisation_id=members[-1].organisation_id,
            member=members[-1],
            year=today.year,
            from_month=max(1, today.month - 1),
            through_month=12,
            kind=DuesReliefKind.EXEMPT,
            reason=DuesReliefReason.HARDSHIP,
            studied_on=today,
            proposed_by_id=by,
        )
        for members in groups
    )


def _payments(random: Random, people: dict[int, list[Member]], writers: dict[int, int], today: date) -> int:
    """Everybody paid on some day of each month that is over; one member a branch left the last two out."""
    behind = {members[-1].pk for members in people.values() if members}
    months = DuesMonth.objects.filter(organisation__in=list(writers), year=today.year, month__lt=today.month, due__gt=0)
    rows = [
        DuesPayment(
            organisation_id=row.organisation_id,
            member_id=row.member_id,
            year=row.year,
            month=row.month,
            amount=row.due,
            paid_on=date(row.year, row.month, random.randint(5, 25)),
            by_id=writers[row.organisation_id],
        )
        for row in months.order_by("pk")
        if not (row.member_id in behind and row.month >= today.month - 2)
    ]
    DuesPayment.objects.bulk_create(rows, batch_size=500)
    return len(rows)
