"""The advice list (O6): which organisations no longer fit which rule, and what would mend it. Few queries for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from accounts.roles import Capability
from branches.choices import (
    COMMITTEE_POSTS,
    TEMPORARY_TYPES,
    AdviceLevel,
    MemberCategory,
    OrganisationKind,
    OrganisationStatus,
    PostKind,
)
from branches.models import AdviceRule, Member, Organisation, Post
from branches.policy.advice import Facts, Limits, Misfit, judge, months_between
from branches.querysets import OrganisationQuerySet

STANDING = (OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED)
STEP = Organisation.steplen
UNIT_LENGTH = 2 * STEP
JUDGED_POSTS = (PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY, PostKind.DISCIPLINE_SECRETARY)
COLUMNS = (
    "pk", "path", "kind", "short_name", "code", "staff_count", "party_staff_count", "discipline_since",
)  # fmt: skip


@dataclass(slots=True)
class Subject:
    """An organisation that is judged."""

    pk: int
    path: str
    kind: str
    short_name: str
    code: str
    staff: int | None
    party_staff: int | None
    discipline_since: date | None
    unit: str = ""
    secretary: int | None = None
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One organisation that does not fit one rule."""

    subject: Subject
    rule: AdviceRule
    misfit: Misfit

    @property
    def kind_label(self) -> str:
        return str(OrganisationKind(self.subject.kind).label)

    @property
    def found(self) -> str:
        """The figure, and by how much it is off."""
        return "，".join(filter(None, (self.misfit.figure, self.misfit.gap)))


@dataclass(frozen=True, slots=True)
class AdviceQuery:
    """What the list is narrowed to; empty means everything."""

    code: str = ""
    level: str = ""
    path: str = ""
    text: str = ""


def advice_findings(
    user: User, query: AdviceQuery, today: date, *, also: Capability = Capability.BRANCH_VIEW
) -> list[Finding]:
    """
    Everything within the reader's reach that does not fit, in the order of the tree; ``also``: a right that is needed
    besides. Six queries, however many organisations there are. Temporary organisations and those that ended are not
    judged (支部工作条例 sets the former apart; domain.md §1.1).
    """
    rows = Organisation.objects.visible_to(user, Capability.BRANCH_VIEW).visible_to(user, also)
    if query.path:
        rows = rows.under(query.path)
    found = findings_of(rows, today)
    return [item for item in found if _wanted(item, query)]


def organisation_findings(organisation: Organisation, today: date) -> list[Finding]:
    """What does not fit about one organisation. At most six queries."""
    return findings_of(Organisation.objects.filter(pk=organisation.pk), today)


def findings_of(organisations: OrganisationQuerySet, today: date) -> list[Finding]:
    rules = rules_on(today)
    kinds = {rule.kind for rule in rules}
    rows = organisations.filter(kind__in=kinds, status__in=STANDING).exclude(type_code__in=TEMPORARY_TYPES)
    subjects = [Subject(*row) for row in rows.order_by("path").values_list(*COLUMNS)]
    if not subjects:
        return []
    _gather(subjects, today)
    return [finding for subject in subjects for finding in _judged(subject, rules)]


def rules_on(today: date) -> list[AdviceRule]:
    """The rules in force; of two versions, the later one. One query."""
    valid = AdviceRule.objects.filter(valid_from__lte=today).filter(Q(valid_until=None) | Q(valid_until__gt=today))
    latest = {(rule.code, rule.measure, rule.kind): rule for rule in valid.order_by("valid_from")}
    return sorted(latest.values(), key=lambda rule: (rule.code, rule.pk))


def rule_titles(today: date) -> dict[str, str]:
    """Titles of the rules in force by code. One query."""
    titles: dict[str, str] = {}
    for rule in rules_on(today):
        titles.setdefault(rule.code, rule.title)
    return titles


def _judged(subject: Subject, rules: Sequence[AdviceRule]) -> list[Finding]:
    found = []
    for rule in rules:
        if rule.kind == subject.kind:
            misfit = judge(rule.measure, Limits(rule.threshold, rule.minimum, rule.maximum), subject.facts)
            found += [Finding(subject, rule, misfit)] if misfit else []
    warned = {item.rule.code for item in found if item.rule.level == AdviceLevel.WARN}
    return [item for item in found if item.rule.level == AdviceLevel.WARN or item.rule.code not in warned]


def _gather(subjects: Sequence[Subject], today: date) -> None:
    """Fill the facts of all subjects. Four queries."""
    units = _unit_names(subjects)
    counts = _member_counts(subjects)
    seats = _seats(subjects, today)
    holders = _holders(subjects, today)
    for subject in subjects:
        subject.unit = units.get(subject.path[:UNIT_LENGTH], "") if len(subject.path) > UNIT_LENGTH else ""
        posts = holders.get(subject.pk, {})
        heads = posts.get(PostKind.DISCIPLINE_SECRETARY, {})
        subject.secretary, months = next(iter(posts.get(PostKind.SECRETARY, {}).items()), (None, None))
        subject.facts = Facts(
            full=counts.get((subject.path, MemberCategory.FULL), 0),
            probationary=counts.get((subject.path, MemberCategory.PROBATIONARY), 0),
            seats=seats.get(subject.pk, 0),
            has_discipline=subject.discipline_since is not None and subject.discipline_since <= today,
            discipline_head=next(iter(heads), None),
            deputies=frozenset(posts.get(PostKind.DEPUTY_SECRETARY, {})),
            staff=subject.staff,
            party_staff=subject.party_staff,
            secretary_months=months,
        )


def _reach(subjects: Sequence[Subject]) -> str:
    """The path above all subjects; "" where that is everything, for then no condition is the fastest one."""
    first, last = subjects[0].path, subjects[-1].path  # they come in the order of their paths
    steps = range(STEP, len(first) + 1, STEP)
    above = max((first[:length] for length in steps if last.startswith(first[:length])), key=len, default="")
    return above if len(above) > STEP else ""


def _inside(subjects: Sequence[Subject]) -> Q:
    """Rows that belong to the subjects and what lies below them."""
    reach = _reach(subjects)
    return Q(organisation__path__startswith=reach) if reach else Q()


def _unit_names(subjects: Sequence[Subject]) -> dict[str, str]:
    units = Organisation.objects.of_kind(OrganisationKind.UNIT)
    if reach := _reach(subjects):
        units = units.filter(path=reach[:UNIT_LENGTH])
    return dict(units.values_list("path", "short_name"))


def _member_counts(subjects: Sequence[Subject]) -> dict[tuple[str, str], int]:
    """Present members by category, at and below each subject."""
    members = Member.objects.current().filter(_inside(subjects)).order_by()
    counted = members.values_list("organisation__path", "category").annotate(Count("pk"))
    paths = {subject.path for subject in subjects}
    totals: dict[tuple[str, str], int] = {}
    for path, category, count in counted:
        for length in range(STEP, len(path) + 1, STEP):
            if path[:length] in paths:
                key = (path[:length], category)
                totals[key] = totals.get(key, 0) + count
    return totals


def _seats(subjects: Sequence[Subject], today: date) -> dict[int, int]:
    """Persons in the committee."""
    posts = Post.objects.filter(_inside(subjects), kind__in=COMMITTEE_POSTS).on(today).order_by()
    return dict(posts.values_list("organisation").annotate(Count("member", distinct=True)))


def _holders(subjects: Sequence[Subject], today: date) -> dict[int, dict[str, dict[int, int | None]]]:
    """Organisation -> post -> holder -> Party age in months (from the day of becoming a full member), if known."""
    posts = Post.objects.filter(_inside(subjects), kind__in=JUDGED_POSTS).on(today).order_by("starts_on")
    columns = ("organisation", "kind", "member", "member__confirmed_on", "member__party_age_correction")
    found: dict[int, dict[str, dict[int, int | None]]] = {}
    for organisation, kind, member, confirmed_on, correction in posts.values_list(*columns):
        months = months_between(confirmed_on, today) + correction if confirmed_on else None
        found.setdefault(organisation, {}).setdefault(kind, {})[member] = months
    return found


def _wanted(finding: Finding, query: AdviceQuery) -> bool:
    if query.code and finding.rule.code != query.code:
        return False
    if query.level and finding.rule.level != query.level:
        return False
    text = query.text.lower()
    names = (finding.subject.short_name, finding.subject.unit, finding.subject.code)
    return not text or any(text in name.lower() for name in names)


def advice_totals(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """How many organisations do not fit, by rule: for the head of the page."""
    totals: dict[str, dict[str, Any]] = {}
    for item in findings:
        row = totals.setdefault(item.rule.code, {"code": item.rule.code, "title": item.rule.title, "places": set()})
        row["places"].add(item.subject.pk)
    return [{**row, "count": len(row["places"])} for _, row in sorted(totals.items())]
