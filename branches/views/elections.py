"""Elections: the ledger, an election's page, its frame and its papers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.exports.election_papers import PAPERS
from branches.forms.elections import (
    ApprovalForm,
    ElectionForm,
    ElectionPapersForm,
    ExcuseForm,
    LinkForm,
    ReasonForm,
    ReportForm,
    usual_place,
)
from branches.ledgers.elections import ElectionLedger
from branches.models import Election
from branches.selectors.elections import election_page, elections_in_full, excuses_in_full, rules_of
from branches.selectors.organisations import organisations_all
from branches.selectors.terms import term_facts
from branches.services import election_results, elections
from core import audit
from core.actors import UserRequest
from core.documents import DOCX_TYPE, write_docx
from core.ledgers.views import ledger_export, ledger_page

VIEW, RECORD, APPROVE = Capability.ELECTION_VIEW, Capability.ELECTION_RECORD, Capability.ELECTION_APPROVE


@door(VIEW, methods=("GET",))
def election_list(request: UserRequest) -> HttpResponseBase:
    return ledger_page(request, ElectionLedger, template="branches/election_list.html")


@door(Capability.EXPORT_CREATE, methods=("POST",))
def election_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, ElectionLedger)


@door(RECORD)
def election_open(request: UserRequest, pk: int) -> HttpResponse:
    """A new election in the organisation ``pk``."""
    organisation = get_visible(organisations_all(), request.user, RECORD, seen_by=VIEW, pk=pk)
    facts = term_facts(request.user, organisation)
    if facts is None:
        raise Http404("这类党组织不进行换届选举。")
    term = facts.term
    kind = "by_election" if request.GET.get("kind") == "by_election" else "regular"
    number = (term.number + (kind == "regular")) if term else 1
    initial = {
        "kind": kind, "number": number, "place": usual_place(organisation, term), "base": facts.rules.default_base,
        "secretaries": 1 if kind == "regular" else 0,
    }  # fmt: skip
    form = ElectionForm(request.POST or None, organisation=organisation, rules=facts.rules, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = elections.election_open(by=request.user, organisation=organisation, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记，下一步确定候选人。")
            return redirect("branches:election_detail", pk=made.pk)
    context = {"form": form, "organisation": organisation, "title": "登记选举", "submit": "登记"}
    return render(request, "branches/term_form.html", context)


@door(VIEW, methods=("GET",))
def election_detail(request: UserRequest, pk: int) -> HttpResponse:
    election = _election(request, pk, VIEW)
    page = election_page(request.user, election)
    papers = [(name, title) for name, (title, _) in PAPERS.items()]
    return render(request, "branches/election_detail.html", {"page": page, "election": election, "papers": papers})


@door(Capability.EXPORT_CREATE, methods=("POST",))
def election_paper(request: UserRequest, pk: int, paper: str) -> HttpResponseBase:
    """One paper as a Word file, made from the record as it stands."""
    if paper not in PAPERS:
        raise Http404("没有这种文书。")
    election = _election(request, pk, Capability.EXPORT_CREATE)
    title, write = PAPERS[paper]
    file = BytesIO()
    write_docx(write(election_page(request.user, election)), file)
    file.seek(0)
    path = election.organisation.path
    audit.record(by=request.user, action="election.paper", target=election, scope_path=path, after={"title": title})
    name = f"{election.organisation.short_name}{title}.docx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=DOCX_TYPE)


@door(RECORD)
def election_update(request: UserRequest, pk: int) -> HttpResponse:
    election = _election(request, pk, RECORD)
    form = ElectionPapersForm(request.POST or None, election=election, rules=rules_of(election))
    return act_on(
        request, election, form, "筹备情况",
        lambda data: elections.election_revise(by=request.user, election=election, values=data),
    )  # fmt: skip


@door(RECORD)
def election_link(request: UserRequest, pk: int) -> HttpResponse:
    election = _election(request, pk, RECORD)
    form = LinkForm(request.POST or None, election=election)
    return act_on(
        request, election, form, "关联党员大会记录",
        lambda data: elections.election_link(by=request.user, election=election, meeting=form.chosen()),
    )  # fmt: skip


@door(RECORD)
def election_excuse(request: UserRequest, pk: int) -> HttpResponse:
    election = _election(request, pk, RECORD)
    form = ExcuseForm(request.POST or None, user=request.user, election=election)
    return act_on(
        request, election, form, "登记不计入应到会",
        lambda data: elections.election_excuse(by=request.user, election=election, **data),
    )  # fmt: skip


@door(RECORD, methods=("POST",))
def election_count_in(request: UserRequest, pk: int) -> HttpResponse:
    """Count the member of the excuse ``pk`` again."""
    excuse = get_visible(excuses_in_full(), request.user, RECORD, seen_by=VIEW, pk=pk)
    try:
        elections.election_count_in(by=request.user, excuse=excuse)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已恢复计入应到会。")
    return redirect("branches:election_detail", pk=excuse.election_id)


@door(RECORD)
def election_cancel(request: UserRequest, pk: int) -> HttpResponse:
    election = _election(request, pk, RECORD)
    form = ReasonForm(request.POST or None)
    return act_on(
        request, election, form, "取消选举",
        lambda data: elections.election_cancel(by=request.user, election=election, reason=data["reason"]),
    )  # fmt: skip


@door(RECORD)
def election_report(request: UserRequest, pk: int) -> HttpResponse:
    """Report the result; the term and the posts follow."""
    election = _election(request, pk, RECORD)
    form = ReportForm(request.POST or None, states=election_page(request.user, election).contests)

    def report(data: dict[str, Any]) -> Election:
        act = {name: data[name] for name in ("report_number", "report_on")}
        return election_results.election_report(by=request.user, election=election, posts=form.posts(), **act)

    return act_on(request, election, form, "报告选举结果", report)


@door(APPROVE)
def election_approve(request: UserRequest, pk: int) -> HttpResponse:
    election = _election(request, pk, APPROVE)
    form = ApprovalForm(request.POST or None)
    return act_on(
        request, election, form, "批准备案",
        lambda data: election_results.election_approve(by=request.user, election=election, **data),
    )  # fmt: skip


def _election(request: UserRequest, pk: int, capability: Capability) -> Election:
    found: Election = get_visible(elections_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def act_on(
    request: UserRequest, election: Election, form: forms.Form, title: str, act: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """A form about an election: done and back to its page, or shown again with what was refused."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{title}：已保存。")
            return redirect("branches:election_detail", pk=election.pk)
    context = {"form": form, "election": election, "title": title}
    return render(request, "branches/election_form.html", context)
