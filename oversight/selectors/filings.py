"""Reads around 规范性文件备案."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from accounts.scopes import STEP
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.querysets import OrganisationRowQuerySet
from branches.services.measures import Deadline
from core.calendar import local_today
from oversight.choices.filings import FilingState
from oversight.models import Filing, FilingReview

BEFORE_FILING = (FilingState.PENDING, FilingState.EXEMPT)


def filings_in_full() -> OrganisationRowQuerySet:
    return Filing.objects.select_related("organisation", "by", "filed_by")


@dataclass(frozen=True, slots=True)
class FilingPage:
    """A filing with its rounds of review, and what its reader may do now."""

    filing: Filing
    late: int
    reviews: list[FilingReview]
    acts: frozenset[str]

    @property
    def last(self) -> FilingReview | None:
        return self.reviews[-1] if self.reviews else None


def filing_page(user: User, filing: Filing) -> FilingPage:
    """One query beside the filing."""
    reviews = list(filing.reviews.select_related("received_by", "reviewer"))
    acts = _unit_acts(filing) if user.scope(Capability.FILING_SUBMIT).covers(filing.organisation.path) else set()
    own = user.pk in (filing.by_id, filing.filed_by_id)
    if not own and user.scope(Capability.FILING_REVIEW).covers(filing.organisation.path):
        acts |= _review_acts(filing, reviews)
    return FilingPage(filing, filing.late_on(local_today()), reviews, frozenset(acts))


def _unit_acts(filing: Filing) -> set[str]:
    if filing.state == FilingState.PENDING:
        return {"submit", "revise", "remove"}
    return {FilingState.EXEMPT: {"revise", "remove"}, FilingState.CORRECTING: {"correct"}}.get(
        FilingState(filing.state), set()
    )


def _review_acts(filing: Filing, reviews: list[FilingReview]) -> set[str]:
    if filing.state == FilingState.FILED:
        return {"receive", "return"}
    if filing.state != FilingState.REVIEWING:
        return set()
    return {"decide"} if reviews[-1].extension_reason else {"decide", "extend"}


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Documents of a unit in a year: issued, of these to be filed, filed, in time, filed late, not filed, overdue."""

    unit: Organisation
    issued: int = 0
    exempt: int = 0
    due: int = 0
    filed: int = 0
    late: int = 0
    waiting: int = 0
    overdue: int = 0


def filings_reconciled(user: User, year: int) -> list[Reconciled]:
    """有件必备: issued against filed, unit by unit in tree order; nobody is ranked. Two queries."""
    today = local_today()
    rows = Filing.objects.visible_to(user, Capability.FILING_VIEW).filter(issued_on__year=year)
    counted = rows.order_by().values("organisation").annotate(
        issued=Count("pk"),
        exempt=Count("pk", filter=Q(state=FilingState.EXEMPT)),
        due=Count("pk", filter=~Q(state=FilingState.EXEMPT)),
        filed=Count("pk", filter=Q(filed_on__isnull=False)),
        late=Count("pk", filter=Q(filed_on__gt=F("due_on"))),
        waiting=Count("pk", filter=Q(state=FilingState.PENDING)),
        overdue=Count("pk", filter=Q(state=FilingState.PENDING, due_on__lt=today)),
    )  # fmt: skip
    found = {row.pop("organisation"): row for row in counted}
    return [Reconciled(unit, **found.get(unit.pk, {})) for unit in units_within(user, Capability.FILING_VIEW)]


def units_within(user: User, capability: Capability) -> QuerySet[Organisation]:
    """The units that the reader reaches, in tree order."""
    units: QuerySet[Organisation] = Organisation.objects.visible_to(user, capability).of_kind(OrganisationKind.UNIT)
    return units.filter(status="active").order_by("path")


def filings_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """R21: a document is to be filed by its unit within thirty days. One query."""
    rows = Filing.objects.exclude(state=FilingState.EXEMPT)
    if subjects is not None:
        rows = rows.filter(pk__in=_keys(subjects))
    fields = ("pk", "organisation_id", "name", "issued_on", "due_on", "filed_on")
    for pk, unit, name, issued_on, due_on, filed_on in rows.order_by("pk").values_list(*fields):
        yield Deadline("R21", unit, f"filing:{pk}", f"报备：{name}"[:80], issued_on, due_on, filed_on is not None)


def reviews_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """V10: a review is due of the work committee; V11: a correction of the unit. Two queries."""
    rows = FilingReview.objects.select_related("filing__organisation")
    if subjects is not None:
        rows = rows.filter(filing__in={filing_of_review(subject) for subject in subjects})
    roots = dict(Organisation.objects.filter(depth=1).order_by().values_list("path", "pk"))
    for row in rows.order_by("pk"):
        if subjects is None or row.subject in subjects:
            yield from _review_deadlines(row, roots[row.filing.organisation.path[:STEP]])


def _review_deadlines(row: FilingReview, root: int) -> Iterator[Deadline]:
    filing, decided = row.filing, row.decided_on is not None
    yield Deadline("V10", root, row.subject, f"备案审查：{filing.name}"[:80], row.received_on, row.due_on, decided)
    if row.correct_by and row.decided_on:
        title, done = f"纠正：{filing.name}"[:80], row.corrected_on is not None
        yield Deadline("V11", filing.organisation_id, row.subject, title, row.decided_on, row.correct_by, done)


def filing_of_review(subject: str) -> int:
    """The filing that a subject "filing_review:<filing>.<round>" is about."""
    return int(subject.partition(":")[2].partition(".")[0])


def _keys(subjects: Collection[str]) -> list[int]:
    return [int(subject.partition(":")[2]) for subject in subjects]
