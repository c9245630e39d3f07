"""Terms: the ledger, the page of one organisation's terms, registering, correcting, putting off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.elections import (
    ExtensionDecisionForm,
    ExtensionForm,
    TermForm,
    TermReviseForm,
    usual_place,
)
from branches.ledgers.elections import TermLedger
from branches.models import Organisation, Term, TermExtension
from branches.selectors.organisations import organisations_all
from branches.selectors.terms import TermFacts, extensions_in_full, term_facts, terms_in_full, terms_page
from branches.services import terms as services
from core.actors import UserRequest
from core.ledgers.views import ledger_export, ledger_page

VIEW, RECORD, APPROVE = Capability.ELECTION_VIEW, Capability.ELECTION_RECORD, Capability.ELECTION_APPROVE


@door(VIEW, methods=("GET",))
def term_list(request: UserRequest) -> HttpResponseBase:
    return ledger_page(request, TermLedger, template="branches/term_list.html")


@door(Capability.EXPORT_CREATE, methods=("POST",))
def term_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, TermLedger)


@door(VIEW, methods=("GET",))
def organisation_terms(request: UserRequest, pk: int) -> HttpResponse:
    """Every term of the organisation ``pk``, with who led, extensions and elections."""
    organisation = _organisation(request, pk, VIEW)
    page = terms_page(request.user, organisation)
    if page is None:
        raise Http404("这类党组织没有任期。")
    return render(request, "branches/organisation_terms.html", {"organisation": organisation, "page": page})


@door(RECORD)
def term_open(request: UserRequest, pk: int) -> HttpResponse:
    organisation = _organisation(request, pk, RECORD)
    facts = _facts(request, organisation)
    form = TermForm(request.POST or None, organisation=organisation, rules=facts.rules, initial=_next(facts))
    if request.method == "POST" and form.is_valid():
        try:
            term = services.term_open(by=request.user, organisation=organisation, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"已登记第{term.number}届，{term.expires_on:%Y年%-m月%-d日}届满。")
            return redirect("branches:organisation_terms", pk=pk)
    return _form(request, form, organisation, "登记届期", "登记")


@door(RECORD)
def term_revise(request: UserRequest, pk: int) -> HttpResponse:
    term: Term = get_visible(terms_in_full(), request.user, RECORD, seen_by=VIEW, pk=pk)
    facts = _facts(request, term.organisation)
    initial = {"number": term.number, "elected_on": term.elected_on, "place": usual_place(term.organisation, term)}
    form = TermReviseForm(request.POST or None, organisation=term.organisation, rules=facts.rules, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.term_revise(by=request.user, term=term, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已更正。")
            return redirect("branches:organisation_terms", pk=term.organisation_id)
    return _form(request, form, term.organisation, f"更正第{term.number}届", "更正")


@door(RECORD)
def term_extend(request: UserRequest, pk: int) -> HttpResponse:
    term: Term = get_visible(terms_in_full(), request.user, RECORD, seen_by=VIEW, pk=pk)
    form = ExtensionForm(request.POST or None)
    facts = _facts(request, term.organisation)
    rule = facts.rules.rule("extension_months")
    form.fields["until"].help_text = f"最迟到{facts.latest}（{rule.title}，{rule.source}{rule.article}）"
    if request.method == "POST" and form.is_valid():
        try:
            services.term_extend_propose(by=request.user, term=term, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已提出延期，由他人凭上级批准文件办理后生效。")
            return redirect("branches:organisation_terms", pk=term.organisation_id)
    return _form(request, form, term.organisation, f"第{term.number}届延期", "提出延期")


@door(APPROVE)
def extension_decide(request: UserRequest, pk: int) -> HttpResponse:
    extension = _extension(request, pk, APPROVE)
    form = ExtensionDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, extension, form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已办理。")
            return redirect("branches:organisation_terms", pk=extension.term.organisation_id)
    return render(request, "branches/extension_decide.html", {"form": form, "extension": extension})


@door(RECORD, methods=("POST",))
def extension_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    extension = _extension(request, pk, RECORD)
    try:
        services.term_extend_withdraw(by=request.user, extension=extension)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已撤回。")
    return redirect("branches:organisation_terms", pk=extension.term.organisation_id)


def _decide(request: UserRequest, extension: TermExtension, data: dict[str, Any]) -> None:
    act: dict[str, Any] = {"by": request.user, "extension": extension, "note": data["note"]}
    if data["decision"] == "approve":
        services.term_extend_approve(**act, document=data["document"], document_on=data["document_on"])
    else:
        services.term_extend_refuse(**act)


def _organisation(request: UserRequest, pk: int, capability: Capability) -> Organisation:
    found: Organisation = get_visible(organisations_all(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _extension(request: UserRequest, pk: int, capability: Capability) -> TermExtension:
    found: TermExtension = get_visible(extensions_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _facts(request: UserRequest, organisation: Organisation) -> TermFacts:
    facts = term_facts(request.user, organisation)
    if facts is None:
        raise Http404("这类党组织没有任期。")
    return facts


def _next(facts: TermFacts) -> dict[str, Any]:
    return {"number": facts.term.number + 1} if facts.term else {}


def _form(request: UserRequest, form: Any, organisation: Organisation, title: str, submit: str) -> HttpResponse:
    context = {"form": form, "organisation": organisation, "title": title, "submit": submit}
    return render(request, "branches/term_form.html", context)
