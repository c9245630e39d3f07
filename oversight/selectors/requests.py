"""Reads around 请示报告."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.querysets import OrganisationQuerySet
from branches.services.measures import Deadline
from core.calendar import local_today, workdays_between
from oversight.choices.requests import RequestKind, RequestState
from oversight.models import OfficialRequest, RequestTerm
from oversight.policy.requests import DEFAULT_WORKDAYS
from oversight.querysets import OfficialRequestQuerySet

#: Whose clock runs: rules of the audiences unit and work_committee.
UNIT_RULE, COMMITTEE_RULE = "V12", "V16"


def requests_in_full() -> OfficialRequestQuerySet:
    return OfficialRequest.objects.select_related("organisation", "target", "by", "answered_by")


def superior_of(organisation: Organisation) -> Organisation | None:
    """One level up: a branch's unit, a unit's work committee; None for everybody else. One query."""
    if organisation.kind == OrganisationKind.BRANCH:
        above = organisation.path[: STEP * UNIT_DEPTH]
    elif organisation.kind == OrganisationKind.UNIT:
        above = organisation.path[:STEP]
    else:
        return None
    return Organisation.objects.filter(path=above).exclude(pk=organisation.pk).first()


def senders(user: User) -> OrganisationQuerySet:
    """Whom the user may send for: the own branch, or the own unit (not its branches)."""
    found: OrganisationQuerySet = Organisation.objects.visible_to(user, Capability.REQUEST_SUBMIT).filter(
        status="active"
    )
    units = found.of_kind(OrganisationKind.UNIT).order_by("path")
    return units if units.exists() else found.of_kind(OrganisationKind.BRANCH).order_by("path")


def term_on(day: date) -> RequestTerm | None:
    """The setting in force on ``day``. One query."""
    return RequestTerm.objects.filter(valid_from__lte=day).order_by("-valid_from").first()


def term_workdays(day: date) -> int:
    """Working days within which a request sent on ``day`` is answered."""
    term = term_on(day)
    return term.workdays if term else DEFAULT_WORKDAYS


def terms_all() -> list[RequestTerm]:
    return list(RequestTerm.objects.select_related("by").order_by("-valid_from"))


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A request with what its reader may do; ``workdays`` taken so far, or in all."""

    row: OfficialRequest
    workdays: int
    overdue: bool
    may_answer: bool
    may_withdraw: bool
    may_finish: bool
    may_repeat: bool


def request_page(user: User, row: OfficialRequest) -> RequestPage:
    """One request for one reader. One query."""
    today = local_today()
    waiting = row.state == RequestState.SENT
    above, own = is_addressee(user, row), is_sender(user, row)
    taken = row.workdays_taken
    return RequestPage(
        row=row,
        workdays=taken if taken is not None else workdays_between(row.sent_on, today),
        overdue=waiting and row.due_on is not None and row.due_on < today,
        may_answer=waiting and above and row.by_id != user.pk,
        may_withdraw=waiting and own,
        may_finish=row.state == RequestState.REPLIED and own,
        may_repeat=row.state in (RequestState.RETURNED, RequestState.WITHDRAWN) and own,
    )


def is_addressee(user: User, row: OfficialRequest) -> bool:
    """Whether the user answers for the organisation that it was sent to."""
    scope = user.scope(Capability.REQUEST_REPLY)
    return row.target.depth == 1 if scope.everything else scope.covers(row.target.path)


def is_sender(user: User, row: OfficialRequest) -> bool:
    """Whether the user speaks for the organisation that sent it, and not for the one above."""
    scope = user.scope(Capability.REQUEST_SUBMIT)
    return scope.covers(row.organisation.path) and not scope.covers(row.target.path)


def requests_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """
    V12 and V16: a reply is due of the organisation above. What is asked stays between the two: the obligation, which
    others read as well, names the number alone. One query.
    """
    rows = OfficialRequest.objects.filter(kind=RequestKind.REQUEST, due_on__isnull=False)
    rows = rows.exclude(state=RequestState.WITHDRAWN)
    if subjects is not None:
        rows = rows.filter(pk__in=[int(subject.partition(":")[2]) for subject in subjects])
    fields = ("pk", "target_id", "target__depth", "sent_on", "due_on", "state")
    for pk, target, depth, sent_on, due_on, state in rows.order_by("pk").values_list(*fields):
        rule = COMMITTEE_RULE if depth == 1 else UNIT_RULE
        done = state != RequestState.SENT
        yield Deadline(rule, target, f"request:{pk}", f"答复第{pk}号请示", sent_on, due_on, done)
