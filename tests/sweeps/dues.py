"""URLs of 党费 in the permission sweep."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from accounts.models import User
from accounts.roles import Role
from branches.models import DuesImport, DuesMonth, DuesPayment, DuesRelief
from branches.policy.dues import BaseEntry
from branches.services.dues_bases import bases_digest, bases_waiting, dues_bases_approve, dues_bases_save
from branches.services.dues_payments import dues_collect
from branches.services.dues_reliefs import dues_relief_propose
from branches.services.dues_rules import dues_rules_load
from core.calendar import local_today
from tests.sweep import PEOPLE, Entry, Target, World, branch, page, thing

HOME = ("dues.view", "dues.summary", "dues.view_own")


def opened(world: World, place: str) -> None:
    """A year with an approved base and a payment in the place."""

    def make() -> bool:
        today, home = local_today(), world.branch(place)
        writer, approver = world.city.user(Role.BRANCH_SECRETARY), world.city.user(Role.UNIT_STAFF)
        dues_rules_load()
        entry = BaseEntry(world.member(place).pk, "monthly", Decimal(6000))
        dues_bases_save(by=writer, branch=home, year=today.year, entries=[entry], submit=True)
        seen = bases_digest(bases_waiting(home.pk, today.year))
        dues_bases_approve(by=approver, branch=home, year=today.year, seen=seen)
        dues_collect(by=writer, branch=home, year=today.year, month=1, member_ids={entry.member_id}, paid_on=today)
        return True

    world.once(("dues", place), make)


def ledger(world: World, place: str, actor: User) -> Target:
    opened(world, place)
    return branch(world, place, actor)


def person(world: World, place: str, actor: User) -> Target:
    row = world.member(place)
    if place != "self":
        opened(world, place)
    return Target({"pk": row.pk}, world.branch(place).path, owner=row.user_id)


def payment(world: World, place: str, actor: User) -> Target:
    opened(world, place)
    row = DuesPayment.objects.get(organisation=world.branch(place))
    assert DuesMonth.objects.filter(member=row.member).exists()
    return Target({"pk": row.pk}, world.branch(place).path)


def relief(world: World, place: str, actor: User) -> Target:
    def make() -> DuesRelief:
        opened(world, place)
        return dues_relief_propose(
            by=world.city.user(Role.BRANCH_SECRETARY),
            branch=world.branch(place),
            member=world.member(place),
            year=local_today().year,
            from_month=2,
            through_month=3,
            kind="exempt",
            amount=None,
            reason="hardship",
            studied_on=local_today(),
        )

    return Target({"pk": world.once(("dues relief", place), make).pk}, world.branch(place).path)


def upload(world: World, place: str, actor: User) -> Target:
    def make() -> DuesImport:
        fields: dict[str, Any] = {"year": local_today().year, "kind": "bases", "file_name": "党费.xlsx"}
        by = world.city.user(Role.BRANCH_SECRETARY)
        return DuesImport.objects.create(organisation=world.branch(place), by=by, **fields)

    return Target({"pk": world.once(("dues import", place), make).pk}, world.branch(place).path)


def record(at: Any, **fields: Any) -> Entry:
    return thing("dues.record", at, seen_by="dues.view", **fields)


ENTRIES: dict[str, Entry] = {
    "branches:dues_home": page(*HOME),
    "branches:dues_summary_export": page("dues.summary"),
    "branches:dues_own": page("dues.view_own"),
    "branches:dues_rules": page(*HOME),
    "branches:dues_month_list": page("dues.view"),
    "branches:dues_month_export": page("dues.view"),
    "branches:dues_payment_list": page("dues.view"),
    "branches:dues_payment_export": page("dues.view"),
    "branches:dues_reverse": record(payment),
    "branches:dues_person": thing("dues.view", person, places=PEOPLE),
    "branches:dues_pay": record(person, places=PEOPLE),
    "branches:dues_base_change": record(person, places=PEOPLE),
    "branches:dues_relief_propose": record(person, places=PEOPLE),
    "branches:dues_relief_list": page("dues.view"),
    "branches:dues_relief_export": page("dues.view"),
    "branches:dues_relief": thing("dues.view", relief),
    "branches:dues_relief_decide": thing("dues.approve", relief, seen_by="dues.view"),
    "branches:dues_relief_end": thing("dues.approve", relief, seen_by="dues.view"),
    "branches:dues_relief_withdraw": record(relief),
    "branches:dues_ledger": thing("dues.view", ledger),
    "branches:dues_ledger_export": thing("dues.view", ledger, door=("export.create",)),
    "branches:dues_collect": record(ledger),
    "branches:dues_bases": record(ledger),
    "branches:dues_approve": thing("dues.approve", ledger, seen_by="dues.view"),
    "branches:dues_account": thing("dues.account", ledger),
    "branches:dues_account_export": thing("dues.account", ledger, door=("export.create",)),
    "branches:dues_template": record(ledger),
    "branches:dues_upload": record(ledger),
    "branches:dues_import_list": page("dues.view"),
    "branches:dues_import": thing("dues.view", upload),
    "branches:dues_import_commit": record(upload),
    "branches:dues_import_drop": record(upload),
}
