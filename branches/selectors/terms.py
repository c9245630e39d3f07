"""Reads of terms: whose is over or soon will be (R13), and the page of one organisation's terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import TEMPORARY_TYPES, TERM_KINDS, ExtensionState, OrganisationStatus
from branches.models import Election, Organisation, Post, Term, TermExtension
from branches.policy.terms import TermDates, TermState, latest_extension, reminder_day, reminder_horizon, term_state
from branches.querysets import TermExtensionQuerySet, TermQuerySet
from branches.selectors.election_rules import RuleBook, rules_on
from branches.selectors.elections import running_election
from core.calendar import local_today

DUE_STATES = (TermState.OVERDUE, TermState.REMINDER)


@dataclass(frozen=True, slots=True)
class TermDue:
    """A term that is over, or whose reminder is due; ``source`` names the rule."""

    term: Term
    state: TermState
    ends_on: date
    source: str


@dataclass(frozen=True)
class TermFacts:
    """The present term as the page of its organisation shows it."""

    term: Term | None
    state: TermState | None
    remind_on: date | None
    latest: date | None
    pending: TermExtension | None
    running: Election | None
    rules: RuleBook
    may_record: bool
    may_approve: bool


@dataclass(frozen=True)
class TermsPage:
    """All terms of one organisation with who led in them, its extensions and elections."""

    facts: TermFacts
    terms: list[tuple[Term, TermState, list[Post]]]
    extensions: list[TermExtension]
    elections: list[Election]


def terms_in_full() -> TermQuerySet:
    return Term.objects.select_related("organisation")


def extensions_in_full() -> TermExtensionQuerySet:
    return TermExtension.objects.select_related("term__organisation", "proposed_by", "decided_by")


def termed_organisations() -> Q:
    """Organisations that are led for a term; to be asked of ``Organisation`` rows."""
    return Q(kind__in=TERM_KINDS, status=OrganisationStatus.ACTIVE) & ~Q(type_code__in=TEMPORARY_TYPES)


def state_of(term: Term, today: date, months: int) -> TermState:
    return term_state(TermDates(term.expires_on, term.extended_until, term.closed_on), today, months)


def state_query(state: str, today: date, months: int) -> Q:
    """``policy.terms.term_state`` as a condition on rows of ``Term``."""
    if state == TermState.CLOSED:
        return Q(closed_on__isnull=False)
    is_open = Q(closed_on=None)
    running = Q(extended_until=None, expires_on__gte=today)
    horizon = reminder_horizon(today, months)
    return (
        is_open
        & {
            TermState.OVERDUE: Q(extended_until=None, expires_on__lt=today) | Q(extended_until__lt=today),
            TermState.EXTENDED: Q(extended_until__gte=today),
            TermState.REMINDER: running & Q(expires_on__lte=horizon),
            TermState.IN_ORDER: running & Q(expires_on__gt=horizon),
        }[TermState(state)]
    )


def terms_due(user: User, today: date) -> list[TermDue]:
    """
    Open terms within the reader's reach (to record or approve elections) that are over, or end within the months of
    the reminder (R13), the oldest first; none where an extension holds. For the home page and reminders. Two queries.
    """
    reach = Q(pk__in=[])
    for capability in (Capability.ELECTION_RECORD, Capability.ELECTION_APPROVE):
        if user.can(capability):
            reach |= Q(pk__in=Term.objects.visible_to(user, capability).order_by().values("pk"))
    return due_among(Term.objects.filter(reach), today)


def due_among(terms: QuerySet[Term], today: date) -> list[TermDue]:
    """Those of the terms that are over or soon will be, of organisations that stand. Two queries."""
    book = rules_on(today)
    months, rule = book.reminder_months, book.rule("reminder_months")
    asked = Q()
    for state in DUE_STATES:
        asked |= state_query(state, today, months)
    standing = Organisation.objects.filter(termed_organisations()).order_by().values("pk")
    rows = terms.filter(asked, organisation__in=standing).select_related("organisation")
    return [
        TermDue(
            term, state_of(term, today, months), term.extended_until or term.expires_on, f"{rule.source}{rule.article}"
        )
        for term in rows.order_by("expires_on", "pk")
    ]


def term_facts(user: User, organisation: Organisation) -> TermFacts | None:
    """The present term for the organisation's page; None where there are no terms, or the reader may not see them."""
    if organisation.kind not in TERM_KINDS or organisation.is_temporary:
        return None
    if not user.scope(Capability.ELECTION_VIEW).covers(organisation.path):
        return None
    today = local_today()
    book = rules_on(today)
    term = Term.objects.open().filter(organisation=organisation).first()
    pending = TermExtension.objects.filter(term=term, state=ExtensionState.PROPOSED).first() if term else None
    return TermFacts(
        term=term,
        state=state_of(term, today, book.reminder_months) if term else None,
        remind_on=reminder_day(term.expires_on, book.reminder_months) if term else None,
        latest=latest_extension(term.expires_on, book.extension_months) if term else None,
        pending=pending,
        running=running_election(organisation),
        rules=book,
        may_record=user.scope(Capability.ELECTION_RECORD).covers(organisation.path),
        may_approve=user.scope(Capability.ELECTION_APPROVE).covers(organisation.path),
    )


def terms_page(user: User, organisation: Organisation) -> TermsPage | None:
    """Everything about an organisation's terms. Nine queries, however many there were."""
    facts = term_facts(user, organisation)
    if facts is None:
        return None
    today, months = local_today(), facts.rules.reminder_months
    terms = list(Term.objects.filter(organisation=organisation).order_by("-number"))
    led = _leaders(organisation)
    extensions = TermExtension.objects.filter(term__organisation=organisation)
    elections = Election.objects.filter(organisation=organisation).select_related("opened_by")
    return TermsPage(
        facts=facts,
        terms=[(term, state_of(term, today, months), led.get(term.pk, [])) for term in terms],
        extensions=list(extensions.select_related("term", "proposed_by", "decided_by")),
        elections=list(elections),
    )


def _leaders(organisation: Organisation) -> dict[int, list[Post]]:
    posts: Iterable[Post] = (
        Post.objects.filter(organisation=organisation, term__isnull=False)
        .committee()
        .select_related("member")
        .order_by("starts_on", "pk")
    )
    led: dict[int, list[Post]] = {}
    for post in posts:
        led.setdefault(post.term_id or 0, []).append(post)
    return led
