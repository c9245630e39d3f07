"""Reads of training certificates, and of who serves as secretary without one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind, OrganisationStatus, PostKind
from branches.models import Member, Organisation, Post
from branches.querysets import PostQuerySet
from core.calendar import local_today
from education.choices import CertificateState
from education.models import Certificate
from education.policy.certificates import certificate_state
from education.querysets import OfMemberQuerySet
from education.selectors.training_rules import study_rules


def certificates_in_full() -> OfMemberQuerySet:
    found: OfMemberQuerySet = Certificate.objects.select_related(
        "member__organisation", "training_class__organisation", "by", "revoked_by"
    )
    return found


def notice_days() -> int:
    """How long before its end a certificate counts as expiring. One query."""
    return study_rules(local_today()).number("notice_days")


def state_of(certificate: Certificate, today: date, days: int) -> str:
    return certificate_state(certificate.valid_until, certificate.revoked_on is not None, today, days)


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate with its state today."""

    certificate: Certificate
    state: str

    @property
    def label(self) -> str:
        return str(CertificateState(self.state).label)


def certificates_of(member: Member) -> list[Held]:
    """All of a member's certificates, the newest first. Two queries."""
    today, days = local_today(), notice_days()
    rows = certificates_in_full().filter(member=member).order_by("-issued_on", "-pk")
    return [Held(row, state_of(row, today, days)) for row in rows]


def sitting_secretaries(day: date) -> PostQuerySet:
    """Posts of secretaries of active branches who sit on ``day``."""
    found: PostQuerySet = Post.objects.on(day).filter(
        kind=PostKind.SECRETARY,
        organisation__kind=OrganisationKind.BRANCH,
        organisation__status=OrganisationStatus.ACTIVE,
    )
    return found


def with_best(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Posts with the certificate of their holder that lasts longest: its day (``until``), number and id."""
    best = Certificate.objects.filter(member=OuterRef("member"), revoked_on=None).order_by("-valid_until", "-pk")
    return posts.annotate(
        until=Subquery(best.values("valid_until")[:1]),
        certificate_number=Subquery(best.values("number")[:1]),
        certificate=Subquery(best.values("pk")[:1]),
    )


def until_query(state: str, today: date, days: int, field: str = "until") -> Q:
    """The condition on the last valid day under which a certificate, or its absence, is in this state."""
    notice = today + timedelta(days=days)
    return {
        CertificateState.NONE.value: Q(**{f"{field}__isnull": True}),
        CertificateState.EXPIRED.value: Q(**{f"{field}__lt": today}),
        CertificateState.EXPIRING.value: Q(**{f"{field}__gte": today, f"{field}__lte": notice}),
        CertificateState.VALID.value: Q(**{f"{field}__gt": notice}),
    }[state]


def numbers_taken(numbers: Collection[str]) -> Iterator[str]:
    yield from Certificate.objects.filter(number__in=numbers).values_list("number", flat=True)


def register_place(user: User) -> int | None:
    """The work committee, for whoever keeps the register. One query."""
    rows = Organisation.objects.visible_to(user, Capability.CERTIFICATE_RECORD)
    found: int | None = rows.of_kind(OrganisationKind.WORK_COMMITTEE).values_list("pk", flat=True).first()
    return found
