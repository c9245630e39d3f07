"""Money received: marked for a whole month, entered for one member, taken back by a row of its own; never changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import DuesPaymentKind
from branches.models import DuesMonth, DuesPayment, Member, Organisation
from branches.policy.dues import cents, is_back_payment
from branches.selectors.dues_years import month_rows, open_months
from branches.services.dues_bases import checked_reason
from branches.services.dues_months import dues_months_refresh
from branches.services.obligations import organisations_lock
from core import audit
from core.calendar import local_today


@transaction.atomic
def dues_collect(
    *, by: User, branch: Organisation, year: int, month: int, member_ids: Collection[int], paid_on: date
) -> list[DuesPayment]:
    """
    Mark what is left of a month as paid by these members. Sent twice, the second finds nothing left. ValidationError
    for an impossible day, or where none of them owes anything for the month.
    """
    _check_day(paid_on, year)
    organisations_lock([branch.pk])
    chosen = [row for row in month_rows(branch, year, month) if row.member_id in member_ids]
    if not chosen:
        raise ValidationError("所选党员这个月都已登记，没有需要登记的。")
    return _received(by, branch, [_payment(by, row, row.due - row.paid, paid_on) for row in chosen])


@transaction.atomic
def dues_pay(
    *,
    by: User,
    branch: Organisation,
    member: Member,
    months: Sequence[tuple[int, int]],
    paid_on: date,
    amount: Decimal | None = None,
    extra: Decimal | None = None,
) -> list[DuesPayment]:
    """
    Enter what one member paid: the rest of each of ``months`` (year, month), or ``amount`` yuan for a single one, and
    ``extra`` yuan given beyond it (自愿多交, unlimited).
    """
    _check_day(paid_on, min((year for year, _ in months), default=paid_on.year))
    organisations_lock([branch.pk])
    rows = _open_rows(branch, member, months)
    made = [_payment(by, row, _amount_for(row, amount, rows), paid_on) for row in rows]
    if extra:
        made.append(_extra(by, branch, member, cents(extra), paid_on))
    if not made:
        raise ValidationError("请选择交纳的月份，或填写自愿多交的金额。")
    return _received(by, branch, made)


@transaction.atomic
def dues_reverse(*, by: User, payment: DuesPayment, reason: str) -> DuesPayment:
    """Take a payment back by a row of the opposite amount, today. It stays on record with the reason."""
    organisations_lock([payment.organisation_id])
    wrong = DuesPayment.objects.select_related("organisation", "member").get(pk=payment.pk)
    if wrong.reverses_id or DuesPayment.objects.filter(reverses=wrong).exists():
        raise ValidationError("这条记录已经冲正，或本身就是冲正。")
    row = DuesPayment(
        organisation=wrong.organisation,
        member=wrong.member,
        year=wrong.year,
        month=wrong.month,
        kind=wrong.kind,
        amount=-wrong.amount,
        paid_on=local_today(),
        is_back=wrong.is_back,
        reverses=wrong,
        reason=checked_reason(reason, "冲正原因"),
        by=by,
    )
    row.full_clean()
    row.save(force_insert=True)
    dues_months_refresh(member_ids=[wrong.member_id])
    after = {"member": wrong.member_id, "month": f"{wrong.year}-{wrong.month:02d}", "amount": str(row.amount)}
    path = wrong.organisation.path
    audit.record(by=by, action="dues_payment.reverse", target=row, scope_path=path, after=after, reason=row.reason)
    return row


def dues_paid_sheet(
    *, by: User, branch: Organisation, paid: Sequence[tuple[int, int, int, Decimal, date]]
) -> list[DuesPayment]:
    """
    Enter what an uploaded ledger adds: (member, year, month, yuan, day) each. The caller holds the transaction and the
    branch's lock, and has compared the amounts with what is due.
    """
    slots = {(row.member_id, row.year, row.month): row for row in DuesMonth.objects.filter(organisation=branch)}
    made = []
    for member, year, month, amount, paid_on in paid:
        _check_day(paid_on, year)
        made.append(_payment(by, slots[member, year, month], amount, paid_on))
    return _received(by, branch, made)


def _check_day(paid_on: date, year: int) -> None:
    if paid_on > local_today():
        raise ValidationError({"paid_on": "交纳日期不能晚于今天。"})
    if paid_on < date(year - 1, 1, 1):
        raise ValidationError({"paid_on": f"交纳日期早于{year - 1}年，请核对。"})


def _open_rows(branch: Organisation, member: Member, months: Sequence[tuple[int, int]]) -> list[DuesMonth]:
    known = {(row.year, row.month): row for row in open_months(branch, member)}
    if gone := [slot for slot in months if slot not in known]:
        year, month = gone[0]
        raise ValidationError({"months": f"{year}年{month}月没有应交的余额，可能刚刚登记过，请核对。"})
    return [known[slot] for slot in sorted(set(months))]


def _amount_for(row: DuesMonth, amount: Decimal | None, rows: Sequence[DuesMonth]) -> Decimal:
    rest: Decimal = row.due - row.paid
    if amount is None:
        return rest
    if len(rows) != 1:
        raise ValidationError({"amount": "填写金额时只能选一个月；几个月一起交的，金额留空即按应交数登记。"})
    if not 0 < amount <= rest:
        text = f"这个月还应交{rest}元；多交的部分请填在“自愿多交”里。"
        raise ValidationError({"amount": text})
    return cents(amount)


def _payment(by: User, row: DuesMonth, amount: Decimal, paid_on: date) -> DuesPayment:
    payment = DuesPayment(
        organisation_id=row.organisation_id,
        member_id=row.member_id,
        year=row.year,
        month=row.month,
        amount=amount,
        paid_on=paid_on,
        is_back=is_back_payment(row.year, row.month, paid_on),
        by=by,
    )
    payment.clean_fields(exclude=["organisation", "member", "by", "reverses"])
    return payment


def _extra(by: User, branch: Organisation, member: Member, amount: Decimal, paid_on: date) -> DuesPayment:
    """It stands in the month in which it was given."""
    if amount <= 0:
        raise ValidationError({"extra": "金额须大于0。"})
    payment = DuesPayment(
        organisation=branch,
        member=member,
        year=paid_on.year,
        month=paid_on.month,
        kind=DuesPaymentKind.EXTRA,
        amount=amount,
        paid_on=paid_on,
        by=by,
    )
    payment.clean_fields(exclude=["organisation", "member", "by", "reverses"])
    return payment


def _received(by: User, branch: Organisation, payments: Sequence[DuesPayment]) -> list[DuesPayment]:
    made = list(DuesPayment.objects.bulk_create(payments))
    dues_months_refresh(member_ids=[row.member_id for row in made])
    rows = [[row.member_id, f"{row.year}-{row.month:02d}", row.kind, str(row.amount)] for row in made]
    after = {"paid_on": str(made[0].paid_on), "total": str(sum(row.amount for row in made)), "rows": rows}
    audit.record(by=by, action="dues_payment.record", target=branch, scope_path=branch.path, after=after)
    return made
