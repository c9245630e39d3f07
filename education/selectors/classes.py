"""Reads of training classes and their rolls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind, OrganisationStatus
from branches.models import Member, Organisation
from branches.querysets import OrganisationQuerySet
from education.choices import LineResult
from education.models import Certificate, TrainingClass, TrainingLine
from education.querysets import TrainingClassQuerySet, TrainingLineQuerySet

#: Who organises training: whoever stands above branches.
ORGANISERS = (
    OrganisationKind.WORK_COMMITTEE,
    OrganisationKind.UNIT,
    OrganisationKind.ORGAN_COMMITTEE,
    OrganisationKind.GENERAL_BRANCH,
)


def classes_in_full() -> TrainingClassQuerySet:
    found: TrainingClassQuerySet = TrainingClass.objects.select_related("organisation", "by")
    return found


def lines_in_full() -> TrainingLineQuerySet:
    found: TrainingLineQuerySet = TrainingLine.objects.select_related("member", "organisation", "training_class")
    return found


def organisers(user: User) -> OrganisationQuerySet:
    """Organisations for which the user may register classes, the highest first."""
    rows = Organisation.objects.visible_to(user, Capability.TRAINING_RECORD)
    found: OrganisationQuerySet = rows.filter(kind__in=ORGANISERS, status=OrganisationStatus.ACTIVE).order_by("path")
    return found


@dataclass(frozen=True, slots=True)
class Roll:
    """The lines that a reader sees of a class, by pinyin, and how they stand."""

    lines: tuple[TrainingLine, ...]
    certified: frozenset[int]

    @property
    def attended(self) -> int:
        return sum(line.attended is True for line in self.lines)

    @property
    def untold(self) -> int:
        return sum(line.attended is None for line in self.lines)

    @property
    def passed(self) -> int:
        return sum(line.result == LineResult.PASSED for line in self.lines)

    @property
    def to_certify(self) -> list[TrainingLine]:
        """Who passed and has no certificate of this class yet."""
        return [
            line for line in self.lines if line.result == LineResult.PASSED and line.member_id not in self.certified
        ]


def class_roll(user: User, held: TrainingClass, capability: Capability = Capability.TRAINING_VIEW) -> Roll:
    """Two queries."""
    lines = lines_in_full().visible_to(user, capability).filter(training_class=held)
    certificates = Certificate.objects.filter(training_class=held, revoked_on=None)
    return Roll(
        tuple(lines.order_by("member__name_pinyin", "member_id")),
        frozenset(certificates.values_list("member_id", flat=True)),
    )


def members_below(held: TrainingClass) -> QuerySet[Member]:
    """Present members who may be on the roll."""
    return Member.objects.current().filter(organisation__path__startswith=held.organisation.path)


def members_to_pick(held: TrainingClass, branch: Organisation) -> list[tuple[int, str]]:
    """Present members of a branch below the organiser who are not on the roll, by pinyin. One query."""
    rows = members_below(held).filter(organisation=branch).exclude(training_lines__training_class=held)
    return list(rows.order_by("name_pinyin", "pk").values_list("pk", "name"))


def counted(rows: TrainingClassQuerySet, user: User) -> QuerySet[Any]:
    """
    Classes with how many lines of each the reader sees; the list of a branch must not tell how many others took part.
    """
    scope = user.scope(Capability.TRAINING_VIEW)
    seen = Q()
    for path in scope.paths:
        seen |= Q(lines__organisation__path__startswith=path)
    if not scope.everything and not seen:
        seen = Q(pk=None)
    return rows.annotate(
        seats=Count("lines", filter=seen if seen else None),
        came=Count("lines", filter=seen & Q(lines__attended=True)),
        passed=Count("lines", filter=seen & Q(lines__result=LineResult.PASSED)),
    )
