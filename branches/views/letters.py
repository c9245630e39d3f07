"""介绍信: the list, a page per letter, issuing, registering, accepting, cancelling."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.choices import LetterDirection
from branches.forms.member_history import (
    CancelForm,
    LetterAcceptForm,
    LetterForm,
    LetterReceiveForm,
    LetterRegisterForm,
)
from branches.ledgers.member_history import LetterLedger
from branches.models import Member, TransferLetter
from branches.policy.letters import LETTER_SOURCE
from branches.selectors import letters as selectors
from branches.selectors.members import members_in_full
from branches.selectors.organisation_rights import may
from branches.services import letters as services
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers.views import ledger_export, ledger_page


@door(Capability.MEMBER_VIEW_MASKED, methods=("GET",))
def letter_list(request: UserRequest) -> HttpResponse:
    context = {
        "overdue": selectors.letters_overdue(request.user),
        "source": LETTER_SOURCE,
        "may_register": request.user.can(Capability.MEMBER_TRANSFER),
    }
    return ledger_page(request, LetterLedger, "branches/letter_list.html", context)


@door(Capability.EXPORT_CREATE, methods=("POST",))
def letter_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, LetterLedger)


@door(Capability.MEMBER_VIEW_MASKED, methods=("GET",))
def letter_detail(request: UserRequest, pk: int) -> HttpResponse:
    letter = _letter(request, pk, Capability.MEMBER_VIEW_MASKED)
    user, right = request.user, Capability.MEMBER_TRANSFER
    member = letter.member
    context = {
        "letter": letter,
        "overdue": letter.is_overdue(local_today()),
        "source": LETTER_SOURCE,
        "may_accept": letter.is_open and may(user, right, letter.receiver),
        "may_cancel": letter.is_open and may(user, right, letter.organisation),
        "may_open": member and may(user, Capability.MEMBER_VIEW_MASKED, member.organisation),
    }
    return render(request, "branches/letter_detail.html", context)


@door(Capability.MEMBER_TRANSFER)
def letter_issue(request: UserRequest, pk: int) -> HttpResponse:
    """A letter for a member who goes."""
    rows, right = members_in_full(), Capability.MEMBER_TRANSFER
    member: Member = get_visible(rows, request.user, right, seen_by=Capability.MEMBER_LIST, pk=pk)
    form = LetterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            letter = services.letter_issue(by=request.user, member=member, **form.letter())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已开具介绍信，有效期至{letter.valid_until}。")
            return redirect("branches:letter_detail", pk=letter.pk)
    context = {"form": form, "member": member, "source": LETTER_SOURCE}
    return render(request, "branches/letter_form.html", context)


@door(Capability.MEMBER_TRANSFER)
def letter_register(request: UserRequest) -> HttpResponse:
    """A letter that came from outside."""
    form = LetterRegisterForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            letter = services.letter_register(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记，核实后办理接收。")
            return redirect("branches:letter_detail", pk=letter.pk)
    return render(request, "branches/letter_form.html", {"form": form, "source": LETTER_SOURCE})


@door(Capability.MEMBER_TRANSFER)
def letter_accept(request: UserRequest, pk: int) -> HttpResponse:
    """The receiving side's word; for a letter from outside with what is known of the person."""
    letter = _letter(request, pk, Capability.MEMBER_TRANSFER)
    if not may(request.user, Capability.MEMBER_TRANSFER, letter.receiver):
        raise PermissionDenied("由接收党组织所在单位办理接收。")
    inward = letter.direction == LetterDirection.INWARD
    form: Any = (
        LetterReceiveForm(request.POST or None) if inward else LetterAcceptForm(request.POST or None, letter=letter)
    )
    if request.method == "POST" and form.is_valid():
        try:
            _accept(request, letter, form)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已办理{letter.person_name}的组织关系{letter.get_direction_display()}。")
            return redirect("branches:letter_detail", pk=pk)
    context = {"form": form, "letter": letter, "inward": inward}
    return render(request, "branches/letter_accept.html", context)


@door(Capability.MEMBER_TRANSFER)
def letter_cancel(request: UserRequest, pk: int) -> HttpResponse:
    letter = _letter(request, pk, Capability.MEMBER_TRANSFER)
    if not may(request.user, Capability.MEMBER_TRANSFER, letter.organisation):
        raise PermissionDenied("由开具介绍信的单位撤销。")
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.letter_cancel(by=request.user, letter=letter, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已撤销这封介绍信。")
            return redirect("branches:letter_detail", pk=pk)
    return render(request, "branches/letter_cancel.html", {"form": form, "letter": letter})


def _accept(request: UserRequest, letter: TransferLetter, form: Any) -> TransferLetter:
    data = form.cleaned_data
    if isinstance(form, LetterReceiveForm):
        given = {name: data[name] for name in ("accepted_on", "id_number", "phone")}
        return services.letter_receive(by=request.user, letter=letter, values=form.values(), **given)
    return services.letter_accept(by=request.user, letter=letter, **data)


def _letter(request: UserRequest, pk: int, capability: Capability) -> TransferLetter:
    rows, seen = selectors.letters_in_full(), Capability.MEMBER_VIEW_MASKED
    found: TransferLetter = get_visible(rows, request.user, capability, seen_by=seen, pk=pk)
    return found
