"""Roles asked for, granted, refused and taken away."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from accounts import selectors, services
from accounts.doors import door, get_visible
from accounts.forms import ProposalForm, ReasonForm, refuse
from accounts.ledgers import PostingLedger, ProposalLedger
from accounts.models import PostingProposal
from accounts.roles import Capability
from core.actors import UserRequest
from core.ledgers import ledger_page


@door(Capability.ROLE_GRANT_LIST, methods=("GET",))
def posting_list(request: UserRequest) -> HttpResponse:
    hide = () if request.user.can(Capability.ROLE_GRANT_REVOKE) else ("act",)
    return ledger_page(request, PostingLedger, "accounts/posting_list.html", _may(request), hide=hide)


@door(Capability.ROLE_GRANT_REVOKE)
def posting_revoke(request: UserRequest, pk: int) -> HttpResponse:
    rows, right = selectors.postings_all(), Capability.ROLE_GRANT_REVOKE
    posting = get_visible(rows, request.user, right, seen_by=Capability.ROLE_GRANT_LIST, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.posting_revoke(by=request.user, posting=posting, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "授权已撤销，立即生效。")
            return redirect("accounts:user_detail", pk=posting.user_id)
    return render(request, "accounts/posting_revoke.html", {"form": form, "posting": posting})


@door(Capability.ROLE_GRANT_LIST, methods=("GET",))
def proposal_list(request: UserRequest) -> HttpResponse:
    return ledger_page(request, ProposalLedger, "accounts/proposal_list.html", _may(request))


@door(Capability.ROLE_GRANT_PROPOSE)
def proposal_create(request: UserRequest) -> HttpResponse:
    form = ProposalForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            services.posting_propose(by=request.user, **form.proposal())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已提请，等待安全管理员审批。")
            lists = request.user.can(Capability.ROLE_GRANT_LIST)
            return redirect("accounts:proposal_list" if lists else "accounts:proposal_create")
    return render(request, "accounts/proposal_form.html", {"form": form, **_may(request)})


@door(Capability.ROLE_GRANT_PROPOSE, methods=("GET",))
def grant_places(request: UserRequest) -> HttpResponse:
    """Suggestions for the organisation field of a proposal."""
    return JsonResponse({"results": selectors.grant_places(request.user, request.GET.get("q", "")[:50])})


@door(Capability.ROLE_GRANT_LIST, methods=("GET",))
def proposal_detail(request: UserRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk, Capability.ROLE_GRANT_LIST)
    return _proposal_page(request, proposal, ReasonForm())


@door(Capability.ROLE_GRANT_APPROVE, methods=("POST",))
def proposal_approve(request: UserRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk, Capability.ROLE_GRANT_APPROVE)
    note = request.POST.get("reason", "").strip()[:200]
    try:
        services.posting_approve(by=request.user, proposal=proposal, note=note)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已批准，授权按起始日期生效。")
    return redirect("accounts:proposal_detail", pk=pk)


@door(Capability.ROLE_GRANT_APPROVE, methods=("POST",))
def proposal_refuse(request: UserRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk, Capability.ROLE_GRANT_APPROVE)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.posting_refuse(by=request.user, proposal=proposal, note=form.cleaned_data["reason"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已退回，未批准。")
            return redirect("accounts:proposal_detail", pk=pk)
    return _proposal_page(request, proposal, form)


def _proposal(request: UserRequest, pk: int, capability: Capability) -> PostingProposal:
    proposal: PostingProposal = get_visible(
        selectors.proposals_all(), request.user, capability, seen_by=Capability.ROLE_GRANT_LIST, pk=pk
    )
    return proposal


def _proposal_page(request: UserRequest, proposal: PostingProposal, form: ReasonForm) -> HttpResponse:
    user = request.user
    involved = user.pk in (proposal.proposed_by_id, proposal.user_id)
    context = {
        "proposal": proposal,
        "form": form,
        "may_decide": proposal.is_open and user.can(Capability.ROLE_GRANT_APPROVE) and not involved,
    }
    return render(request, "accounts/proposal_detail.html", context)


def _may(request: UserRequest) -> dict[str, bool]:
    user = request.user
    return {"may_propose": user.can(Capability.ROLE_GRANT_PROPOSE), "may_list": user.can(Capability.ROLE_GRANT_LIST)}
