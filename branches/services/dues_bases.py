"""Bases of 党费: entered by the branch for a year, approved by the unit as a whole, changed from a month on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from branches.choices import DuesBaseState
from branches.models import DuesBase, DuesRule, Member, Organisation
from branches.policy.dues import BaseEntry, Due, DuesProblem, cents, monthly_due
from branches.policy.identity import holds_id_number
from branches.selectors.dues_rules import rules_in_force, tariff_of
from branches.selectors.dues_years import payers_of
from branches.services.dues_months import dues_months_refresh
from branches.services.obligations import organisations_lock
from core import audit
from core.calendar import local_today

REASON_MINIMUM = 4
OPEN = (DuesBaseState.DRAFT, DuesBaseState.SUBMITTED, DuesBaseState.RETURNED)
STALE = "页面打开之后基数有变动，请再看一遍后核定。"


def base_due(rule: DuesRule, base: Decimal | None) -> Due:
    """What the base comes to under the rule and the cap in force; ValidationError on ``base`` (Chinese)."""
    try:
        return monthly_due(tariff_of(rule), base or Decimal(0), cap=cents(settings.PORTAL["DUES_MONTHLY_CAP"]))
    except DuesProblem as problem:
        raise ValidationError({"base": str(problem)}) from problem


@transaction.atomic
def dues_bases_save(
    *, by: User, branch: Organisation, year: int, entries: Sequence[BaseEntry], submit: bool = False
) -> int:
    """
    Enter the bases of a year, in force from January or from the month of entry; ``submit`` sends all open ones to the
    unit. What is approved already is left alone. Returns how many changed. ValidationError keyed "base_<member>".
    """
    check_year(year)
    organisations_lock([branch.pk])
    people = {member.pk: member for member in payers_of(branch, year)}
    sheet = _Sheet(branch, year, by, people, rules_in_force(date(year, 1, 1)), _rows_of_year(people, year))
    problems: dict[str, Any] = {}
    changed: list[DuesBase] = []
    for entry in entries:
        try:
            row = _entered(entry, sheet)
        except ValidationError as error:
            problems[f"base_{entry.member_id}"] = error.messages
        else:
            changed += [row] if row else []
    if problems:
        raise ValidationError(problems)
    _store(changed)
    sent = _submit(branch, year) if submit else 0
    if changed or sent:
        after = {"year": year, "entered": [_told(row) for row in changed], "submitted": sent}
        audit.record(by=by, action="dues_base.enter", target=branch, scope_path=branch.path, after=after)
    return len(changed) + sent


@transaction.atomic
def dues_base_change(
    *,
    by: User,
    branch: Organisation,
    member: Member,
    year: int,
    from_month: int,
    payer: str,
    base: Decimal | None,
    reason: str,
) -> DuesBase:
    """Ask for another base from a month of the year on. It counts when the unit has approved it."""
    check_year(year)
    organisations_lock([branch.pk])
    if not any(each.pk == member.pk for each in payers_of(branch, year)):
        raise ValidationError("这名党员这一年度不在本支部交纳党费。")
    approved = DuesBase.objects.filter(member=member, year=year, state=DuesBaseState.APPROVED)
    if not approved.exists():
        raise ValidationError("这一年度的基数还没有核定，请直接在年度基数里填写。")
    rule = _rule(rules_in_force(date(year, from_month, 1)), payer)
    due = base_due(rule, base)
    row = DuesBase(
        organisation=branch,
        member=member,
        year=year,
        from_month=from_month,
        state=DuesBaseState.SUBMITTED,
        reason=checked_reason(reason, "调整原因"),
        entered_by=by,
    )
    _compute(row, rule, base, due)
    row.full_clean()
    row.save(force_insert=True)
    audit.record(by=by, action="dues_base.change", target=row, scope_path=branch.path, after=_told(row), reason=reason)
    return row


@transaction.atomic
def dues_bases_approve(
    *, by: User, branch: Organisation, year: int, seen: str, returned: Mapping[int, str] | None = None
) -> tuple[int, int]:
    """
    Approve everything that the branch has sent for the year but ``returned`` (id -> why, sent back). ``seen``: what
    ``bases_digest`` gave for the page that was read. Returns how many were approved and sent back.
    """
    organisations_lock([branch.pk])
    rows = bases_waiting(branch.pk, year)
    if not rows or bases_digest(rows) != seen:
        raise ValidationError(STALE, code="stale")
    back = {pk: checked_reason(note, "退回说明") for pk, note in (returned or {}).items()}
    granted = [row for row in rows if row.pk not in back]
    if any(by.pk in (row.entered_by_id, row.member.user_id) for row in granted):
        raise ValidationError("有您本人填报的或者您本人的基数；这些不能由本人核定，请由其他党务干部核定。")
    for row in rows:
        _decide(row, by, back)
    DuesBase.objects.bulk_update(rows, ["state", "note", "approved_on", "approved_by", "entered_at"])
    dues_months_refresh(member_ids=[row.member_id for row in granted])
    after = {"year": year, "approved": [_told(row) for row in granted], "returned": len(back)}
    audit.record(by=by, action="dues_base.approve", target=branch, scope_path=branch.path, after=after)
    return len(granted), len(rows) - len(granted)


def bases_waiting(branch_id: int, year: int) -> list[DuesBase]:
    """What the branch has sent for the year and nobody has decided, by name. One query."""
    rows = DuesBase.objects.filter(organisation=branch_id, year=year, state=DuesBaseState.SUBMITTED)
    return list(rows.select_related("member", "entered_by").order_by("member__name_pinyin", "from_month", "pk"))


def bases_digest(rows: Iterable[DuesBase]) -> str:
    """Changes when anything that is up for approval does."""
    text = ";".join(f"{row.pk},{row.payer},{row.base},{row.monthly},{row.from_month}" for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


def check_year(year: int) -> None:
    """This year, the one before, the one after: whatever else is written was written in its time."""
    today = local_today()
    if not today.year - 1 <= year <= today.year + 1:
        raise ValidationError(f"只能办理{today.year - 1}年至{today.year + 1}年的党费。")


def checked_reason(text: str, title: str) -> str:
    """A written reason; ValidationError on ``reason`` for a short or an overlong one."""
    text = text.strip()
    if not REASON_MINIMUM <= len(text) <= 100:
        raise ValidationError({"reason": f"请写明{title}（{REASON_MINIMUM}至100个字）。"})
    if holds_id_number(text):
        raise ValidationError({"reason": "这里不要写身份号码。"})
    return text


def _rows_of_year(people: Iterable[int], year: int) -> dict[int, list[DuesBase]]:
    found: dict[int, list[DuesBase]] = {}
    for row in DuesBase.objects.filter(member__in=list(people), year=year):
        found.setdefault(row.member_id, []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A branch-year being entered: its people, the rules of its first day, and what was entered before."""

    branch: Organisation
    year: int
    by: User
    people: Mapping[int, Member]
    rules: Mapping[str, DuesRule]
    rows: Mapping[int, list[DuesBase]]


def _entered(entry: BaseEntry, sheet: _Sheet) -> DuesBase | None:
    """The row to be stored; None where it says what is stored already, or where there is nothing to say yet."""
    if entry.member_id not in sheet.people:
        raise ValidationError("这名党员这一年度不在本支部交纳党费。")
    known = sheet.rows.get(entry.member_id, [])
    if any(row.state == DuesBaseState.APPROVED for row in known):
        raise ValidationError("已经核定；年内调整请在该党员的页面办理。")
    rule = _rule(sheet.rules, entry.payer)
    if entry.base is None and not tariff_of(rule).is_fixed:
        return None
    row = next((row for row in known if row.from_month == 1), None)
    before = (row.payer, row.base) if row else None
    due = base_due(rule, entry.base)
    row = row or DuesBase(member=sheet.people[entry.member_id], year=sheet.year, from_month=1)
    _compute(row, rule, entry.base, due)
    if before == (row.payer, row.base) and row.state != DuesBaseState.RETURNED:
        return None
    row.organisation, row.entered_by, row.entered_at = sheet.branch, sheet.by, timezone.now()
    row.state, row.note = DuesBaseState.DRAFT, ""
    row.clean_fields(exclude=["organisation", "member", "rule", "entered_by"])
    return row


def _rule(rules: Mapping[str, DuesRule], payer: str) -> DuesRule:
    if payer not in rules:
        raise ValidationError({"payer": "没有这一人员类别的党费标准。"})
    return rules[payer]


def _compute(row: DuesBase, rule: DuesRule, base: Decimal | None, due: Due) -> None:
    row.rule, row.payer, row.base = rule, rule.payer, cents(base)
    row.rate, row.monthly = due.rate, due.monthly
    if tariff_of(rule).is_fixed:
        row.base = cents(0)


def _store(rows: Sequence[DuesBase]) -> None:
    DuesBase.objects.bulk_create([row for row in rows if row.pk is None])
    fields = ["organisation", "rule", "payer", "base", "rate", "monthly", "state", "note", "entered_by", "entered_at"]
    DuesBase.objects.bulk_update([row for row in rows if row.pk is not None], fields)


def _submit(branch: Organisation, year: int) -> int:
    rows = DuesBase.objects.filter(organisation=branch, year=year, state__in=OPEN)
    return rows.exclude(state=DuesBaseState.SUBMITTED).update(state=DuesBaseState.SUBMITTED, note="")


def _decide(row: DuesBase, by: User, back: Mapping[int, str]) -> None:
    if row.pk in back:
        row.state, row.note = DuesBaseState.RETURNED, back[row.pk]
    else:
        row.state, row.approved_on, row.approved_by = DuesBaseState.APPROVED, local_today(), by


def _told(row: DuesBase) -> dict[str, Any]:
    """For the audit trail: what is due, not what somebody earns."""
    return {
        "member": row.member_id,
        "payer": row.payer,
        "from_month": row.from_month,
        "monthly": str(row.monthly),
        "reason": row.reason,
    }
