"""What secretaries owe once: training for a new post (R18N), a first certificate (E11), a new one in time (E10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from accounts.roles import Capability
from branches.models import Post
from branches.services.measures import Deadline, DeadlineSource
from core.calendar import local_today
from education.choices import SECRETARY_TRAINING, ClassState, TrainingMeasure
from education.models import Certificate, TrainingLine
from education.policy.hours import months_later
from education.selectors.certificates import sitting_secretaries
from education.selectors.training_rules import since_of, study_rules

EXPIRY = "certificate_expiry"
FIRST = "certificate_first"
TRAINING = "secretary_training"
#: What begins later than so many days from now is not asked yet.
AHEAD_DAYS = 60


def keys_of(subjects: Collection[str] | None) -> list[int] | None:
    """The ids behind "<source>:<id>"; None for all."""
    return None if subjects is None else [int(subject.rpartition(":")[2]) for subject in subjects]


def expiry_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """One for each certificate of a sitting secretary that ends soon, or ended. Four queries."""
    today = local_today()
    days = study_rules(today).number("notice_days")
    branches = dict(sitting_secretaries(today).order_by().values_list("member_id", "organisation_id"))
    held = _certificates()
    wanted = keys_of(subjects)
    if wanted is not None:
        held = held.filter(member__certificates__in=wanted).distinct()
    rows = [row for row in held if row.member_id in branches]
    last = {row.member_id: row.valid_until for row in rows}
    for row in rows:
        starts_on = row.valid_until - timedelta(days=days)
        if starts_on <= today + timedelta(days=AHEAD_DAYS) and (wanted is None or row.pk in wanted):
            yield Deadline(
                "E10",
                branches[row.member_id],
                f"{EXPIRY}:{row.pk}",
                f"换发{row.member.name}的培训合格证书",
                max(starts_on, row.issued_on),
                row.valid_until,
                last[row.member_id] > row.valid_until,
            )


def _certificates() -> QuerySet[Certificate]:
    """Those in force, the one that lasts longest last."""
    return Certificate.objects.filter(revoked_on=None).select_related("member").order_by("valid_until", "pk")


def first_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """One for each secretary who took the post without a certificate. Four queries."""
    today = local_today()
    rules, posts = study_rules(today), _new_posts(TrainingMeasure.FIRST_MONTHS, subjects, today)
    held = defaultdict(list)
    for row in _certificates().filter(member__in=[post.member_id for post in posts]):
        held[row.member_id].append(row)
    for post in posts:
        start, rows = post.starts_on, held[post.member_id]
        if not any(row.issued_on < start <= row.valid_until for row in rows):
            done = any(row.issued_on >= start for row in rows)
            yield _of_post(post, "E11", FIRST, what="取得培训合格证书", months=rules.number("first_months"), done=done)


def training_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """
    One for each new secretary: a class for the post, attended within the months after or before it. Four queries.
    """
    today = local_today()
    rules, posts = study_rules(today), _new_posts(TrainingMeasure.SECRETARY_MONTHS, subjects, today)
    days, months = _training_days(posts), rules.number("secretary_months")
    for post in posts:
        earliest = months_later(post.starts_on, -months)
        done = any(day >= earliest for day in days[post.member_id])
        yield _of_post(post, "R18N", TRAINING, what="参加新任书记任职培训", months=months, done=done)


def _new_posts(measure: str, subjects: Collection[str] | None, today: date) -> list[Post]:
    """Sitting secretaries who took the post since the setting holds."""
    posts = sitting_secretaries(today).filter(starts_on__gte=since_of(measure, today))
    wanted = keys_of(subjects)
    if wanted is not None:
        posts = posts.filter(pk__in=wanted)
    return list(posts.select_related("member").order_by("pk"))


def _training_days(posts: list[Post]) -> dict[int, list[date]]:
    days: dict[int, list[date]] = defaultdict(list)
    lines = TrainingLine.objects.filter(
        attended=True,
        training_class__state=ClassState.CLOSED,
        training_class__kind__in=SECRETARY_TRAINING,
        member__in=[post.member_id for post in posts],
    )
    for member, day in lines.order_by().values_list("member_id", "training_class__ends_on"):
        days[member].append(day)
    return days


def _of_post(post: Post, rule: str, source: str, *, what: str, months: int, done: bool) -> Deadline:
    return Deadline(
        rule,
        post.organisation_id,
        f"{source}:{post.pk}",
        f"{post.member.name}{what}",
        post.starts_on,
        months_later(post.starts_on, months),
        done,
    )


def secretary_posts(members: Collection[int]) -> list[int]:
    """Posts as secretary that these members hold today. One query."""
    return list(sitting_secretaries(local_today()).filter(member__in=members).values_list("pk", flat=True))


def certificate_ids(members: Collection[int]) -> list[int]:
    return list(Certificate.objects.filter(member__in=members).values_list("pk", flat=True))


SOURCES = (
    DeadlineSource(
        name=EXPIRY,
        label="培训合格证书换发",
        hint="发放新的培训合格证书后自动计入。",
        rows=expiry_deadlines,
        url=lambda subject: reverse("education:certificate_detail", args=[subject.rpartition(":")[2]]),
        capability=Capability.CERTIFICATE_VIEW,
    ),
    DeadlineSource(
        name=FIRST,
        label="取得培训合格证书",
        hint="上岗培训考试合格、发放证书后自动计入。",
        rows=first_deadlines,
        url=lambda subject: reverse("education:secretary_list"),
        capability=Capability.CERTIFICATE_VIEW,
    ),
    DeadlineSource(
        name=TRAINING,
        label="新任书记任职培训",
        hint="任职培训或上岗培训班结班后自动计入。",
        rows=training_deadlines,
        url=lambda subject: reverse("education:class_list"),
        capability=Capability.TRAINING_VIEW,
    ),
)
