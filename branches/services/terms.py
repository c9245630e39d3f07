"""Terms of leadership: registered, corrected, put off with a superior's approval (R13; domain.md §3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from branches.choices import TERM_KINDS, ElectionState, ExtensionState, OrganisationStatus
from branches.models import Election, Organisation, Post, Term, TermExtension
from branches.policy.terms import expiry, extension_problem
from branches.selectors.election_rules import rules_on
from branches.services.obligations import organisations_lock
from core import audit
from core.calendar import local_today

REASON_LIMIT = 200


@transaction.atomic
def term_open(*, by: User, organisation: Organisation, number: int, elected_on: date, place: str) -> Term:
    """
    Register the present term of an organisation as it came from an election before the portal; one that is still open
    is closed by it. ``place``: whose rule fixes its length (its own kind, or "village"). The committee's present posts
    are joined to it. ValidationError by field.
    """
    organisation = _locked(organisation)
    years = _years(organisation, place, elected_on)
    _check_election_day(organisation, elected_on)
    term = Term(organisation=organisation, number=number, elected_on=elected_on, years=years)
    term.expires_on = expiry(elected_on, years)
    term_follow(term)
    audit.record(by=by, action="term.open", target=term, scope_path=organisation.path, after=_told(term))
    return term


def term_follow(term: Term) -> None:
    """
    Store a term after the open one, which it closes. To be called with the organisation locked. ValidationError where
    it is no later than that one.
    """
    earlier = Term.objects.filter(organisation=term.organisation).order_by("-number").first()
    if earlier is not None:
        _check_follows(term, earlier)
        Term.objects.filter(organisation=term.organisation, closed_on=None).update(closed_on=term.elected_on)
    term.full_clean()
    term.save(force_insert=True)
    posts = Post.objects.filter(organisation=term.organisation, term=None, ends_on=None).committee()
    posts.filter(starts_on__gte=term.elected_on).update(term=term)


def _check_follows(term: Term, earlier: Term) -> None:
    if term.number <= earlier.number:
        raise ValidationError({"number": f"届次须大于上一届（第{earlier.number}届）。"})
    if term.elected_on <= earlier.elected_on:
        raise ValidationError({"elected_on": f"选举日期须晚于上一届的选举日期{earlier.elected_on}。"})


@transaction.atomic
def term_revise(*, by: User, term: Term, number: int, elected_on: date, place: str, reason: str) -> Term:
    """
    Put right what was registered wrongly about the open term; not once it came from an election in the portal, whose
    record tells it. ValidationError by field.
    """
    organisation = _locked(term.organisation)
    revised = Term.objects.select_related("organisation").get(pk=term.pk)
    if revised.closed_on is not None:
        raise ValidationError("已换届的届期不能更正。")
    if revised.elections.filter(kind="regular").exists():
        raise ValidationError("本届由平台上的选举记录产生，以选举记录为准。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明更正原因。"})
    before = _told(revised)
    _check_election_day(organisation, elected_on)
    earlier = Term.objects.filter(organisation=organisation).exclude(pk=term.pk).order_by("-number").first()
    revised.number, revised.elected_on = number, elected_on
    revised.years = _years(organisation, place, elected_on)
    revised.expires_on = expiry(elected_on, revised.years)
    if earlier is not None:
        _check_follows(revised, earlier)
        Term.objects.filter(pk=earlier.pk, closed_on=before["elected_on"]).update(closed_on=elected_on)
    revised.full_clean()
    revised.save()
    audit.record(
        by=by, action="term.revise", target=revised, scope_path=organisation.path, before=before, after=_told(revised),
        reason=reason.strip()[:REASON_LIMIT],
    )  # fmt: skip
    return revised


@transaction.atomic
def term_extend_propose(*, by: User, term: Term, until: date, reason: str) -> TermExtension:
    """Ask to put off the open term until that day, at most by the rule's months after its end. ValidationError."""
    organisation = _locked(term.organisation)
    term = Term.objects.get(pk=term.pk)
    if term.closed_on is not None:
        raise ValidationError("这一届已经换届，不需要延期。")
    months = rules_on(local_today()).extension_months
    if problem := extension_problem(term.expires_on, until, months):
        raise ValidationError({"until": problem})
    if term.extended_until and until <= term.extended_until:
        raise ValidationError({"until": f"已批准延期至{term.extended_until}，再延期须晚于这一天。"})
    extension = TermExtension(term=term, until=until, reason=reason.strip(), proposed_by=by)
    extension.full_clean(exclude=["decided_by"])
    extension.save(force_insert=True)
    audit.record(
        by=by, action="term.extend_propose", target=extension, scope_path=organisation.path,
        after={"until": str(until), "number": term.number}, reason=extension.reason,
    )  # fmt: skip
    return extension


@transaction.atomic
def term_extend_approve(
    *, by: User, extension: TermExtension, document: str, document_on: date, note: str = ""
) -> TermExtension:
    """Enter the superior's approval, by its number and date; not by who proposed it. The term then ends later."""
    found = _pending(extension)
    if by.pk == found.proposed_by_id:
        raise ValidationError("提出人不能自己办理批准，请由其他有权限的人员办理。")
    if not document.strip():
        raise ValidationError({"document": "请填写批准文号。"})
    if document_on > local_today():
        raise ValidationError({"document_on": "批准日期不能晚于今天。"})
    if problem := extension_problem(found.term.expires_on, found.until, rules_on(local_today()).extension_months):
        raise ValidationError(problem)
    found.document, found.document_on = document.strip(), document_on
    _decide(found, by, ExtensionState.APPROVED, note)
    Term.objects.filter(pk=found.term_id).update(extended_until=found.until)
    _record_decision(found, by, "term.extend_approve")
    return found


@transaction.atomic
def term_extend_refuse(*, by: User, extension: TermExtension, note: str) -> TermExtension:
    """Turn a proposal down, with a word why; not by who proposed it."""
    found = _pending(extension)
    if by.pk == found.proposed_by_id:
        raise ValidationError("提出人不能自己办理，可以撤回。")
    if not note.strip():
        raise ValidationError({"note": "请写明不批准的原因。"})
    _decide(found, by, ExtensionState.REFUSED, note)
    _record_decision(found, by, "term.extend_refuse")
    return found


@transaction.atomic
def term_extend_withdraw(*, by: User, extension: TermExtension) -> TermExtension:
    """Take a proposal back that nobody has decided yet."""
    found = _pending(extension)
    found.state, found.decided_at = ExtensionState.WITHDRAWN, timezone.now()
    found.save(update_fields=["state", "decided_at"])
    _record_decision(found, by, "term.extend_withdraw")
    return found


def _pending(extension: TermExtension) -> TermExtension:
    organisations_lock([extension.term.organisation_id])
    found = TermExtension.objects.select_related("term__organisation").get(pk=extension.pk)
    if found.state != ExtensionState.PROPOSED:
        raise ValidationError(f"这项延期{found.get_state_display()}，不能再办理。")
    if found.term.closed_on is not None:
        raise ValidationError("这一届已经换届，不需要延期。")
    return found


def _decide(extension: TermExtension, by: User, state: str, note: str) -> None:
    extension.state, extension.note = state, note.strip()
    extension.decided_by, extension.decided_at = by, timezone.now()
    extension.full_clean()
    extension.save()


def _record_decision(extension: TermExtension, by: User, action: str) -> None:
    after = {"until": str(extension.until), "state": extension.state, "document": extension.document}
    path = extension.term.organisation.path
    audit.record(by=by, action=action, target=extension, scope_path=path, after=after, reason=extension.note)


def _locked(organisation: Organisation) -> Organisation:
    """The organisation with its row locked, if it is led for a term and stands."""
    organisations_lock([organisation.pk])
    found: Organisation = Organisation.objects.get(pk=organisation.pk)
    check_termed(found)
    return found


def check_termed(organisation: Organisation) -> None:
    """ValidationError for what elects no committee for a term (临时党支部: 支部工作条例 art. 8)."""
    if organisation.kind not in TERM_KINDS or organisation.is_temporary:
        raise ValidationError("这类党组织没有任期，不进行换届选举。")
    if organisation.status != OrganisationStatus.ACTIVE:
        raise ValidationError(f"该党组织目前的状态是“{organisation.get_status_display()}”，不能办理。")


def _years(organisation: Organisation, place: str, day: date) -> int:
    rules = rules_on(max(day, local_today())).terms_for(organisation.kind)
    found = next((rule.number for rule in rules if rule.place == place), None)
    if found is None:
        raise ValidationError({"place": "请选择任期依据。"})
    return found


def _check_election_day(organisation: Organisation, day: date) -> None:
    if day > local_today():
        raise ValidationError({"elected_on": "选举日期不能晚于今天。"})
    if day < organisation.founded_on:
        raise ValidationError({"elected_on": f"选举日期不能早于党组织成立日期{organisation.founded_on}。"})
    if Election.objects.filter(organisation=organisation, state=ElectionState.REPORTED).exists():
        raise ValidationError("有一次选举正在等待批准备案，办结后再登记届期。")


def _told(term: Term) -> dict[str, Any]:
    return {
        "number": term.number,
        "elected_on": str(term.elected_on),
        "years": term.years,
        "expires_on": str(term.expires_on),
    }
