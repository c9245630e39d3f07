"""党费: sums, the ledger of a branch, a member's year, payments and their reversal."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.dues import CollectForm, PayForm, ReasonForm, YearQuery
from branches.ledgers.dues import DuesMonthLedger, DuesPaymentLedger
from branches.models import DuesPayment, Member, Organisation
from branches.policy.dues import MONTHS, OLD
from branches.selectors import dues_years as selectors
from branches.selectors.dues_rules import rules_all, tariff_words
from branches.selectors.dues_summary import dues_summary
from branches.selectors.members import members_in_full, own_member
from branches.selectors.organisations import organisations_all
from branches.services import dues_payments as services
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page

HOME_RIGHTS = (Capability.DUES_VIEW, Capability.DUES_SUMMARY, Capability.DUES_VIEW_OWN)


@door(*HOME_RIGHTS, methods=("GET",))
def dues_home(request: UserRequest) -> HttpResponse:
    """Where each begins: sums for those above, the ledger of an only branch, one's own year for a member."""
    user, query = request.user, YearQuery.read(request.GET.dict())
    if not user.can(Capability.DUES_SUMMARY):
        return redirect("branches:dues_own")
    summary = dues_summary(user, query.year, local_today())
    if len(summary.rows) == 1 and not summary.by_unit:
        return redirect(dues_url("dues_ledger", summary.rows[0].place.pk, year=query.year))
    context = {
        "summary": summary,
        "years": selectors.years_known(local_today()),
        "may_open": user.can(Capability.DUES_VIEW),
        "may_export": user.can(Capability.EXPORT_CREATE),
        "own": user.scope(Capability.DUES_VIEW_OWN).own and own_member(user),
    }
    return render(request, "branches/dues_home.html", context)


@door(Capability.DUES_VIEW, methods=("GET",))
def dues_ledger(request: UserRequest, pk: int) -> HttpResponse:
    branch, query, today = branch_seen(request, pk), YearQuery.read(request.GET.dict()), local_today()
    ledger = selectors.branch_year(branch, query.year, today)
    records = request.user.scope(Capability.DUES_RECORD).covers(branch.path)
    context = {
        "branch": branch,
        "query": query,
        "ledger": ledger,
        "totals": ledger.totals,
        "rows": [(line, line.arrears(today)) for line in ledger.lines],
        "month": ledger.month(query.month),
        "months": MONTHS,
        "states": list(selectors.MonthState),
        "years": selectors.years_known(today, branch),
        "waiting": selectors.waiting_counts(branch, query.year),
        "long_unpaid": selectors.long_unpaid(branch, today) if records else [],
        "may_record": records,
        "may_approve": request.user.scope(Capability.DUES_APPROVE).covers(branch.path),
        "may_export": request.user.can(Capability.EXPORT_CREATE),
        "move_old": settings.PORTAL["DUES_MOVE_MONTH"] == OLD,
    }
    return render(request, "branches/dues_ledger.html", context)


@door(Capability.DUES_RECORD)
def dues_collect(request: UserRequest, pk: int) -> HttpResponse:
    """Everybody who still owes for the month is ticked: two clicks when all have paid."""
    branch = branch_of(request, pk, Capability.DUES_RECORD)
    query = YearQuery.read(request.GET.dict())
    rows = selectors.month_rows(branch, query.year, query.month)
    form = CollectForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.dues_collect(
                by=request.user,
                branch=branch,
                year=query.year,
                month=query.month,
                member_ids=form.cleaned_data["members"],
                paid_on=form.cleaned_data["paid_on"],
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已登记{len(made)}人，共{sum(row.amount for row in made)}元。")
            return redirect(dues_url("dues_ledger", pk, year=query.year, month=query.month))
    return render(request, "branches/dues_collect.html", {"branch": branch, "query": query, "form": form, "rows": rows})


@door(Capability.DUES_VIEW, methods=("GET",))
def dues_person(request: UserRequest, pk: int) -> HttpResponse:
    member = selectors.dues_members(request.user).filter(pk=pk).first()
    if member is None:
        raise Http404("没有找到，或不在您的范围内。")
    return _person(request, member)


@door(Capability.DUES_VIEW_OWN, methods=("GET",))
def dues_own(request: UserRequest) -> HttpResponse:
    """One's own year; an account without a member behind it is told so."""
    member = own_member(request.user)
    if member is None:
        return render(request, "branches/dues_own_none.html")
    return _person(request, member, is_own=True)


def _person(request: UserRequest, member: Member, *, is_own: bool = False) -> HttpResponse:
    today, query = local_today(), YearQuery.read(request.GET.dict())
    year = selectors.member_year(request.user, member, query.year, today)
    records = not is_own and request.user.scope(Capability.DUES_RECORD).covers(member.organisation.path)
    context = {
        "member": member,
        "page": year,
        "query": query,
        "arrears": year.line.arrears(today),
        "years": selectors.years_known(today, member.organisation),
        "is_own": is_own,
        "may_record": records,
        "account": member.organisation
        if request.user.scope(Capability.DUES_ACCOUNT).covers(member.organisation.path)
        else None,
    }
    return render(request, "branches/dues_person.html", context)


@door(Capability.DUES_RECORD)
def dues_pay(request: UserRequest, pk: int) -> HttpResponse:
    member = member_of_branch(request, pk)
    rows = selectors.open_months(member.organisation, member)
    form = PayForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.dues_pay(
                by=request.user,
                branch=member.organisation,
                member=member,
                months=form.slots(),
                paid_on=data["paid_on"],
                amount=data["amount"],
                extra=data["extra"],
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已登记{sum(row.amount for row in made)}元。")
            return redirect("branches:dues_person", pk=pk)
    return render(request, "branches/dues_pay.html", {"member": member, "form": form})


@door(Capability.DUES_RECORD)
def dues_reverse(request: UserRequest, pk: int) -> HttpResponse:
    payment: DuesPayment = get_visible(
        selectors.payments_in_full(), request.user, Capability.DUES_RECORD, seen_by=Capability.DUES_VIEW, pk=pk
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.dues_reverse(by=request.user, payment=payment, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已冲正；原记录和冲正都保留在交纳记录里。")
            return redirect(dues_url("dues_person", payment.member_id, year=payment.year))
    return render(request, "branches/dues_reverse.html", {"payment": payment, "form": form})


@door(*HOME_RIGHTS, methods=("GET",))
def dues_rules(request: UserRequest) -> HttpResponse:
    rules = [(rule, tariff_words(rule)) for rule in rules_all()]
    context = {
        "rules": rules,
        "cap": settings.PORTAL["DUES_MONTHLY_CAP"],
        "move_old": settings.PORTAL["DUES_MOVE_MONTH"] == OLD,
    }
    return render(request, "branches/dues_rules.html", context)


@door(Capability.DUES_VIEW, methods=("GET",))
def dues_month_list(request: UserRequest) -> HttpResponse:
    return ledger_page(request, DuesMonthLedger, "branches/dues_list.html")


@door(Capability.DUES_VIEW, methods=("POST",))
def dues_month_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, DuesMonthLedger)


@door(Capability.DUES_VIEW, methods=("GET",))
def dues_payment_list(request: UserRequest) -> HttpResponse:
    return ledger_page(request, DuesPaymentLedger, "branches/dues_list.html")


@door(Capability.DUES_VIEW, methods=("POST",))
def dues_payment_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, DuesPaymentLedger)


# Shared with the other views of 党费 ----------------------------------------------------------------------------------


def branch_seen(request: UserRequest, pk: int) -> Organisation:
    """A branch whose dues the reader may see."""
    return branch_of(request, pk, Capability.DUES_VIEW)


def branch_of(request: UserRequest, pk: int, capability: Capability) -> Organisation:
    rows = organisations_all().branches()
    found: Organisation = get_visible(rows, request.user, capability, seen_by=Capability.DUES_VIEW, pk=pk)
    return found


def member_of_branch(request: UserRequest, pk: int) -> Member:
    """A member whose present branch the reader keeps the books of."""
    rows = members_in_full()
    found: Member = get_visible(rows, request.user, Capability.DUES_RECORD, seen_by=Capability.DUES_VIEW, pk=pk)
    return found


def dues_url(name: str, pk: int, **query: Any) -> str:
    return f"{reverse(f'branches:{name}', args=[pk])}?{urlencode(query)}"
