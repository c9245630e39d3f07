"""Bases, payments, reliefs: what the services write, refuse and record; months that follow them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from branches.choices import DuesBaseState, LeaveReason
from branches.models import DuesBase, DuesMonth, DuesPayment, DuesRelief, DuesRule, Member
from branches.policy.dues import BaseEntry
from branches.selectors import dues_years
from branches.services import (
    dues_bases,
    dues_months,
    dues_payments,
    dues_reliefs,
    memberships,
    organisation_history,
    organisation_status,
)
from branches.services import members as member_services
from branches.services.dues_rules import dues_rules_load
from core.models import AuditEvent
from tests.branches.dues import YEAR, approve, enter, open_year
from tests.factories import make_member

TODAY = date(2026, 8, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    modules = (dues_bases, dues_payments, dues_reliefs, memberships, member_services)
    for module in modules:
        monkeypatch.setattr(module, "local_today", lambda: TODAY)
    for module in (organisation_status, organisation_history):
        if hasattr(module, "local_today"):
            monkeypatch.setattr(module, "local_today", lambda: TODAY)


@pytest.fixture
def opened(city):
    open_year(city)
    return city


def months(member, year=YEAR):
    rows = DuesMonth.objects.filter(member=member, year=year).order_by("month")
    return {row.month: row for row in rows}


def collect(city, month, members=None, day=TODAY, year=YEAR):
    return dues_payments.dues_collect(
        by=city.user(Role.BRANCH_SECRETARY),
        branch=city.branch,
        year=year,
        month=month,
        member_ids={member.pk for member in members or city.members},
        paid_on=day,
    )


def pay(city, member, slots=(), **fields):
    fields.setdefault("paid_on", TODAY)
    return dues_payments.dues_pay(
        by=city.user(Role.BRANCH_SECRETARY), branch=city.branch, member=member, months=list(slots), **fields
    )


def propose(city, member, first=1, last=12, kind="exempt", amount=None, **fields):
    return dues_reliefs.dues_relief_propose(
        by=city.user(Role.BRANCH_SECRETARY),
        branch=fields.pop("branch", city.branch),
        member=member,
        year=fields.pop("year", YEAR),
        from_month=first,
        through_month=last,
        kind=kind,
        amount=amount,
        reason="hardship",
        studied_on=fields.pop("studied_on", TODAY),
    )


def decide(city, relief, approve=True, note="", role=Role.UNIT_STAFF):
    return dues_reliefs.dues_relief_decide(by=city.user(role), relief=relief, approve=approve, note=note)


# Rules


def test_rules_load_twice_changes_nothing(db):
    assert len(dues_rules_load()) == 6
    assert dues_rules_load() == []
    assert DuesRule.objects.get(payer="retired").bands.count() == 2
    assert AuditEvent.objects.filter(action="dues_rule.load").count() == 6


@pytest.mark.parametrize(
    "bands",
    [[["5000", "0.01"]], [["5000", "0.01"], ["3000", "0.02"], [None, "0.03"]], [[None, "0.01"], [None, "0.02"]]],
)
def test_bands_must_rise_and_end_open(db, bands):
    row = {"payer": "monthly", "base_title": "甲", "source": "乙", "article": "", "label": "丙"}
    with pytest.raises(ValidationError):
        dues_rules_load(rows=[{**row, "article": "第一条", "valid_from": "2026-01-01", "bands": bands}])
    assert not DuesRule.objects.exists()


# Bases


def test_entered_sent_approved_and_months_follow(city):
    dues_rules_load()
    assert enter(city, submit=False) == 5
    assert set(DuesBase.objects.values_list("state", flat=True)) == {"draft"}
    assert not DuesMonth.objects.exists()
    assert enter(city) == 5
    assert approve(city) == (5, 0)
    row = DuesBase.objects.get(member=city.members[0])
    assert (row.base, row.rate, row.monthly, row.approved_on) == (D(6000), D("0.015"), D(90), TODAY)
    assert {(row.due, row.paid) for row in months(city.members[0]).values()} == {(D(90), D(0))}
    assert len(months(city.members[0])) == 12
    actions = AuditEvent.objects.filter(action__startswith="dues_base").values_list("action", flat=True)
    assert list(actions.order_by("pk")) == ["dues_base.enter", "dues_base.enter", "dues_base.approve"]
    assert "6000" not in str(list(AuditEvent.objects.values_list("after", flat=True)))


def test_saving_the_same_again_writes_nothing(city):
    dues_rules_load()
    enter(city)
    count = AuditEvent.objects.count()
    assert enter(city) == 0
    assert AuditEvent.objects.count() == count


def test_changing_what_was_sent_takes_it_back(city):
    dues_rules_load()
    enter(city)
    enter(city, city.members[:1], base="7000", submit=False)
    assert DuesBase.objects.get(member=city.members[0]).state == DuesBaseState.DRAFT
    assert approve(city) == (4, 0)


def test_returned_with_a_note_and_sent_again(city):
    dues_rules_load()
    enter(city)
    row = DuesBase.objects.get(member=city.members[1])
    assert approve(city, returned={row.pk: "基数请再核对"}) == (4, 1)
    row.refresh_from_db()
    assert (row.state, row.note) == ("returned", "基数请再核对")
    enter(city, city.members[1:2], base="5000")
    assert approve(city) == (1, 0)
    assert months(city.members[1])[1].due == 50


def test_approval_of_what_was_not_read_is_refused(city):
    dues_rules_load()
    enter(city)
    seen = dues_bases.bases_digest(dues_bases.bases_waiting(city.branch.pk, YEAR))
    enter(city, city.members[:1], base="9000")
    with pytest.raises(ValidationError, match="变动"):
        dues_bases.dues_bases_approve(by=city.user(Role.UNIT_STAFF), branch=city.branch, year=YEAR, seen=seen)
    assert not DuesBase.objects.filter(state="approved").exists()


def test_nobody_approves_what_he_entered(city):
    dues_rules_load()
    enter(city)
    seen = dues_bases.bases_digest(dues_bases.bases_waiting(city.branch.pk, YEAR))
    with pytest.raises(ValidationError, match="本人"):
        dues_bases.dues_bases_approve(by=city.user(Role.BRANCH_SECRETARY), branch=city.branch, year=YEAR, seen=seen)


@pytest.mark.parametrize(
    ("payer", "base", "message"),
    [("monthly", "0", "大于0"), ("farmer", "2", "0.20元至1.00元"), ("nobody", "5", "没有这一人员类别")],
)
def test_one_bad_base_and_nothing_is_kept(city, payer, base, message):
    dues_rules_load()
    entries = [BaseEntry(city.members[0].pk, "monthly", D(5000)), BaseEntry(city.members[1].pk, payer, D(base))]
    with pytest.raises(ValidationError) as caught:
        dues_bases.dues_bases_save(by=city.user(Role.BRANCH_SECRETARY), branch=city.branch, year=YEAR, entries=entries)
    assert message in caught.value.message_dict[f"base_{city.members[1].pk}"][0]
    assert not DuesBase.objects.exists()


def test_somebody_elses_member_and_an_approved_base_are_refused(opened):
    with pytest.raises(ValidationError, match="不在本支部"):
        enter(opened, opened.foreign_members[:1])
    with pytest.raises(ValidationError, match="已经核定"):
        enter(opened, opened.members[:1], base="7000")


def test_a_base_may_be_left_for_later(city):
    dues_rules_load()
    entries = [BaseEntry(city.members[0].pk, "monthly", None), BaseEntry(city.members[1].pk, "student", None)]
    user = city.user(Role.BRANCH_SECRETARY)
    dues_bases.dues_bases_save(by=user, branch=city.branch, year=YEAR, entries=entries)
    assert [str(row.monthly) for row in DuesBase.objects.all()] == ["0.20"]


@pytest.mark.parametrize("year", [2024, 2028])
def test_far_years_are_refused(city, year):
    dues_rules_load()
    with pytest.raises(ValidationError, match="只能办理"):
        enter(city, year=year)


def test_cap_comes_from_the_settings(city, settings):
    settings.PORTAL = {**settings.PORTAL, "DUES_MONTHLY_CAP": 500}
    dues_rules_load()
    enter(city, base="80000")
    assert set(DuesBase.objects.values_list("monthly", flat=True)) == {D(500)}


def change(city, member, month=7, base="9000", reason="岗位调整"):
    return dues_bases.dues_base_change(
        by=city.user(Role.BRANCH_SECRETARY),
        branch=city.branch,
        member=member,
        year=YEAR,
        from_month=month,
        payer="monthly",
        base=D(base),
        reason=reason,
    )


def test_a_change_counts_from_its_month_once_approved(opened):
    member = opened.members[0]
    change(opened, member)
    assert months(member)[7].due == 90
    approve(opened)
    found = months(member)
    assert (found[6].due, found[7].due, found[12].due) == (90, 135, 135)
    assert DuesBase.objects.filter(member=member, state="approved").count() == 2


def test_a_change_needs_a_reason_a_month_and_an_approved_base(opened):
    with pytest.raises(ValidationError, match="调整原因"):
        change(opened, opened.members[0], reason="无")
    change(opened, opened.members[0])
    with pytest.raises(ValidationError, match="未核定"):
        change(opened, opened.members[0])
    late = make_member(opened.branch, "韩十三", since=date(2026, 8, 1))
    with pytest.raises(ValidationError, match="年度基数"):
        change(opened, late)


# Payments


def test_all_but_the_exceptions_in_one_go(opened):
    made = collect(opened, 8, opened.members[1:])
    assert [row.amount for row in made] == [D(90)] * 4
    assert {row.is_back for row in made} == {False}
    assert (months(opened.members[0])[8].paid, months(opened.members[1])[8].paid) == (0, 90)
    event = AuditEvent.objects.get(action="dues_payment.record")
    assert event.after["total"] == "360.00"
    assert len(event.after["rows"]) == 4


def test_sent_twice_it_is_written_once(opened):
    collect(opened, 8)
    with pytest.raises(ValidationError, match="没有需要登记"):
        collect(opened, 8)
    assert DuesPayment.objects.count() == 5


def test_back_payment_is_marked_by_its_day(opened):
    collect(opened, 7)
    assert set(DuesPayment.objects.values_list("is_back", flat=True)) == {True}
    collect(opened, 6, day=date(2026, 6, 30))
    assert set(DuesPayment.objects.filter(month=6).values_list("is_back", flat=True)) == {False}


def test_several_months_and_something_beyond(opened):
    member = opened.members[0]
    pay(opened, member, [(YEAR, 1), (YEAR, 2)], extra=D("500.5"))
    found = months(member)
    assert (found[1].paid, found[2].paid, found[3].paid, found[8].extra, found[8].paid) == (90, 90, 0, D("500.50"), 0)


def test_part_of_a_month(opened):
    member = opened.members[0]
    pay(opened, member, [(YEAR, 1)], amount=D("40"))
    assert months(member)[1].paid == 40
    with pytest.raises(ValidationError, match=r"还应交50\.00元"):
        pay(opened, member, [(YEAR, 1)], amount=D("50.01"))
    with pytest.raises(ValidationError, match="只能选一个月"):
        pay(opened, member, [(YEAR, 1), (YEAR, 2)], amount=D("50"))
    pay(opened, member, [(YEAR, 1)])
    assert months(member)[1].paid == 90


@pytest.mark.parametrize("day", [date(2026, 8, 16), date(2024, 12, 31)])
def test_impossible_days(opened, day):
    with pytest.raises(ValidationError):
        collect(opened, 8, day=day)
    assert not DuesPayment.objects.exists()


def test_nothing_to_pay_is_no_payment(opened):
    with pytest.raises(ValidationError, match="请选择"):
        pay(opened, opened.members[0])
    with pytest.raises(ValidationError, match="没有应交"):
        pay(opened, opened.foreign_members[0], [(YEAR, 1)])


def test_reversal_stays_beside_what_it_takes_back(opened):
    first = collect(opened, 8)[0]
    user = opened.user(Role.BRANCH_SECRETARY)
    row = dues_payments.dues_reverse(by=user, payment=first, reason="登记错了人")
    assert (row.amount, row.reverses, row.paid_on) == (-first.amount, first, TODAY)
    assert months(first.member)[8].paid == 0
    assert DuesPayment.objects.count() == 6
    for payment in (first, row):
        with pytest.raises(ValidationError, match="已经冲正"):
            dues_payments.dues_reverse(by=user, payment=payment, reason="再来一次")
    collect(opened, 8, [first.member])
    assert months(first.member)[8].paid == 90
    assert AuditEvent.objects.filter(action="dues_payment.reverse", reason="登记错了人").exists()


def test_payments_are_never_changed(opened):
    row = collect(opened, 8)[0]
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        row.delete()
    with pytest.raises(TypeError):
        DuesPayment.objects.filter(pk=row.pk).update(amount=1)
    with pytest.raises(TypeError):
        DuesPayment.objects.all().delete()


@pytest.mark.parametrize("fields", [{"amount": D(-1)}, {"amount": D(0)}, {"month": 13}, {"reason": "无"}])
def test_the_database_refuses_odd_payments(opened, fields):
    values = {"month": 1, "amount": D(1), **fields}
    user = opened.user(Role.BRANCH_SECRETARY)
    with pytest.raises(IntegrityError), transaction.atomic():
        DuesPayment.objects.create(
            organisation=opened.branch, member=opened.members[0], year=YEAR, paid_on=TODAY, by=user, **values
        )


# Relief


def test_relief_is_proposed_below_and_approved_above(opened):
    member = opened.members[2]
    relief = propose(opened, member, 3, 5)
    assert months(member)[3].due == 90
    decide(opened, relief)
    found = months(member)
    assert [(found[month].due, found[month].relieved) for month in (2, 3, 5, 6)] == [
        (90, False),
        (0, True),
        (0, True),
        (90, False),
    ]
    actions = AuditEvent.objects.filter(action__startswith="dues_relief").values_list("action", flat=True)
    assert set(actions) == {"dues_relief.propose", "dues_relief.approve"}


def test_reduced_dues(opened):
    member = opened.members[2]
    with pytest.raises(ValidationError, match="低于月应交"):
        propose(opened, member, kind="reduced", amount=D(90))
    with pytest.raises(ValidationError, match="少交的"):
        propose(opened, member, kind="reduced")
    decide(opened, propose(opened, member, kind="reduced", amount=D(20)))
    assert (months(member)[1].due, months(member)[1].full) == (20, 90)


def test_overlaps_own_decisions_and_second_decisions_are_refused(opened):
    member = opened.members[2]
    relief = propose(opened, member, 3, 5)
    with pytest.raises(ValidationError, match="重叠"):
        propose(opened, member, 5, 6)
    with pytest.raises(ValidationError, match="本人"):
        decide(opened, relief, role=Role.BRANCH_SECRETARY)
    with pytest.raises(ValidationError, match="不批准的原因"):
        decide(opened, relief, approve=False)
    decide(opened, relief, approve=False, note="请补充研究情况")
    with pytest.raises(ValidationError, match="未批准"):
        decide(opened, relief)
    propose(opened, member, 5, 6)
    assert months(member)[5].due == 90


def test_nobody_decides_about_his_own_dues(opened):
    member, staff = opened.members[2], opened.user(Role.UNIT_STAFF)
    relief = propose(opened, member, 3, 5)
    Member.objects.filter(pk=member.pk).update(user=staff)
    with pytest.raises(ValidationError, match="本人的减免"):
        decide(opened, relief)
    DuesBase.objects.filter(member=member).update(state="submitted", approved_on=None, approved_by=None)
    seen = dues_bases.bases_digest(dues_bases.bases_waiting(opened.branch.pk, YEAR))
    with pytest.raises(ValidationError, match="您本人的基数"):
        dues_bases.dues_bases_approve(by=staff, branch=opened.branch, year=YEAR, seen=seen)


def test_relief_ends_early_or_is_withdrawn(opened):
    member, user = opened.members[2], opened.user(Role.UNIT_STAFF)
    relief = decide(opened, propose(opened, member, 1, 12))
    with pytest.raises(ValidationError, match="之间"):
        dues_reliefs.dues_relief_end(by=user, relief=relief, through_month=12, note="情况好转")
    dues_reliefs.dues_relief_end(by=user, relief=relief, through_month=6, note="情况好转")
    assert (months(member)[6].due, months(member)[7].due) == (0, 90)
    again = propose(opened, member, 9, 9)
    dues_reliefs.dues_relief_withdraw(by=opened.user(Role.BRANCH_SECRETARY), relief=again)
    assert DuesRelief.objects.get(pk=again.pk).state == "withdrawn"


def test_backwards_months_and_future_studies_are_refused(opened):
    with pytest.raises(ValidationError, match="起始月份"):
        propose(opened, opened.members[2], 5, 4)
    with pytest.raises(ValidationError, match="晚于今天"):
        propose(opened, opened.members[2], studied_on=date(2026, 9, 1))
    with pytest.raises(ValidationError, match="不在本支部"):
        propose(opened, opened.foreign_members[0])


# Months follow the roster


def test_a_transfer_moves_the_coming_months(opened):
    member = opened.members[0]
    collect(opened, 1)
    member_services.member_transfer(
        by=opened.user(Role.UNIT_STAFF), member=member, target=opened.sibling, moved_on=date(2026, 6, 10)
    )
    places = {month: row.organisation_id for month, row in months(member).items()}
    assert (places[6], places[7]) == (opened.branch.pk, opened.sibling.pk)
    assert months(member)[7].due == 90
    assert months(member)[1].paid == 90


def test_who_leaves_owes_nothing_afterwards_and_advance_money_stays_visible(opened):
    member = opened.members[0]
    pay(opened, member, [(YEAR, 12)])
    member_services.member_disable(
        by=opened.user(Role.UNIT_STAFF), member=member, reason=LeaveReason.TRANSFERRED, left_on=date(2026, 6, 10)
    )
    found = months(member)
    assert sorted(found) == [1, 2, 3, 4, 5, 6, 12]
    assert (found[12].due, found[12].paid, found[12].organisation_id) == (0, 90, opened.branch.pk)


def test_a_corrected_day_of_admission_moves_the_first_month(opened):
    member = opened.members[0]
    member.refresh_from_db()
    member_services.member_update(
        by=opened.user(Role.UNIT_STAFF),
        member=member,
        revision=member.revision,
        values={"joined_on": date(2026, 4, 20), "confirmed_on": None, "category": "probationary"},
    )
    assert sorted(months(member)) == list(range(4, 13))


def test_a_merger_takes_the_months_along(opened):
    organisation_status.organisation_merge(
        by=opened.user(Role.CITY_STAFF),
        organisation=opened.branch,
        target=opened.sibling,
        effective_on=date(2026, 8, 1),
    )
    rows = DuesMonth.objects.filter(month__in=(7, 8), year=YEAR).order_by("month")
    assert set(rows.values_list("month", "organisation_id")) == {(7, opened.branch.pk), (8, opened.sibling.pk)}


def test_refreshing_again_changes_nothing(opened):
    collect(opened, 3)
    decide(opened, propose(opened, opened.members[2], 3, 5))
    ids = [member.pk for member in opened.members]
    assert dues_months.dues_months_refresh(member_ids=ids) == 0


def test_refresh_costs_the_same_for_one_and_eight(opened, django_assert_num_queries):
    many = [make_member(opened.branch, f"冯{number:02d}") for number in range(8)]
    enter(opened, many)
    approve(opened)
    for ids in ([many[0].pk], [member.pk for member in many]):
        DuesMonth.objects.filter(member__in=ids).update(due=0)
        with django_assert_num_queries(9):  # two of them the savepoint
            dues_months.dues_months_refresh(member_ids=ids)


# Reading


def test_six_months_without_dues_are_noticed_quietly(opened):
    assert {member.pk for member in dues_years.long_unpaid(opened.branch, TODAY)} == {
        member.pk for member in opened.members
    }
    collect(opened, 5, opened.members[1:])
    decide(opened, propose(opened, opened.members[0], 2, 2))
    assert dues_years.long_unpaid(opened.branch, TODAY) == []


def test_arrears_are_judged_by_the_day(opened):
    collect(opened, 6, opened.members[:1])
    ledger = dues_years.branch_year(opened.branch, YEAR, date(2026, 6, 30))
    assert (ledger.totals.due, ledger.totals.paid, ledger.totals.arrears) == (2700, 90, 2250)
    ledger = dues_years.branch_year(opened.branch, YEAR, date(2026, 7, 1))
    assert (ledger.totals.due, ledger.totals.arrears) == (3150, 2610)
    states = [cell.state for cell in ledger.lines[0].months if cell]
    assert states[6] == "due"
    assert states[11] == "ahead"
