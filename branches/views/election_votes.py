"""Candidates and counts of one contest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.doors import door, get_visible
from accounts.forms import refuse
from accounts.roles import Capability
from branches.forms.elections import (
    CandidatesForm,
    CountForm,
    OrderForm,
    ReasonForm,
    VacateForm,
    WriteInForm,
)
from branches.models import ElectionContest
from branches.selectors.elections import basis_of, contest_state, contests_in_full
from branches.services import election_votes as services
from branches.views.elections import act_on
from core.actors import UserRequest

VIEW, RECORD = Capability.ELECTION_VIEW, Capability.ELECTION_RECORD


@door(RECORD)
def candidates(request: UserRequest, pk: int) -> HttpResponse:
    """Who stands in the contest ``pk``."""
    contest = _contest(request, pk)
    form = CandidatesForm(request.POST or None, user=request.user, state=contest_state(contest))

    def name(data: dict[str, Any]) -> None:
        if doubt := services.candidates_set(by=request.user, contest=contest, members=form.members()):
            messages.warning(request, doubt)

    return _act(request, contest, form, "确定候选人", name)


@door(RECORD)
def candidates_order(request: UserRequest, pk: int) -> HttpResponse:
    contest = _contest(request, pk)
    form = OrderForm(request.POST or None, state=contest_state(contest))
    return _act(
        request, contest, form, "调整次序",
        lambda data: services.candidates_order(by=request.user, contest=contest, order=form.order()),
    )  # fmt: skip


@door(RECORD)
def write_in(request: UserRequest, pk: int) -> HttpResponse:
    contest = _contest(request, pk)
    form = WriteInForm(request.POST or None, user=request.user, organisation=contest.election.organisation)
    return _act(
        request, contest, form, "登记另选他人",
        lambda data: services.candidate_write_in(by=request.user, contest=contest, member=data["member"]),
    )  # fmt: skip


@door(RECORD)
def count(request: UserRequest, pk: int) -> HttpResponse:
    """Enter the count of the vote that is due in the contest ``pk``."""
    contest = _contest(request, pk)
    state, basis = contest_state(contest), basis_of(contest)
    if state.follows is None:
        messages.info(request, "这一项已经选出，不需要再投票。")
        return redirect("branches:election_detail", pk=contest.election_id)
    form = CountForm(request.POST or None, state=state, basis=basis)
    if request.method == "POST" and form.is_valid():
        try:
            services.round_count(by=request.user, contest=contest, count=form.count())
        except ValidationError as error:
            refuse(form, error)
        else:
            verdict = contest_state(contest).rounds[-1].verdict
            (messages.success if verdict.follows is None else messages.warning)(request, verdict.message)
            return redirect("branches:election_detail", pk=contest.election_id)
    context = {"form": form, "contest": contest, "election": contest.election, "state": state, "basis": basis}
    return render(request, "branches/election_count.html", context)


@door(RECORD)
def count_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    contest = _contest(request, pk)
    form = ReasonForm(request.POST or None)
    return _act(
        request, contest, form, "撤回最近一次计票",
        lambda data: services.round_withdraw(by=request.user, contest=contest, reason=data["reason"]),
    )  # fmt: skip


@door(RECORD)
def vacate(request: UserRequest, pk: int) -> HttpResponse:
    contest = _contest(request, pk)
    form = VacateForm(request.POST or None)
    return _act(
        request, contest, form, "名额暂缺",
        lambda data: services.contest_vacate(by=request.user, contest=contest, consenting=data["consenting"]),
    )  # fmt: skip


def _contest(request: UserRequest, pk: int) -> ElectionContest:
    found: ElectionContest = get_visible(contests_in_full(), request.user, RECORD, seen_by=VIEW, pk=pk)
    return found


def _act(
    request: UserRequest, contest: ElectionContest, form: forms.Form, title: str, act: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    return act_on(request, contest.election, form, f"{title}：{contest.get_office_display()}", act)
