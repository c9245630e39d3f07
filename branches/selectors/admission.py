"""Reads of 发展党员: what is known of people on the way, votes that may admit them, what is due within reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from branches.choices import (
    ApplicantStatus,
    HelperRole,
    MeetingStatus,
    MemberCategory,
    Standing,
    VoteRule,
)
from branches.models import (
    AdmissionDue,
    AdmissionHelper,
    AdmissionReview,
    AdmissionStep,
    Applicant,
    Meeting,
    MeetingVote,
    Member,
    Organisation,
)
from branches.policy.admission import CONFIRMING_STEP, SECOND_ROUND, Progress, Rule
from branches.querysets import AdmissionPartQuerySet, ApplicantQuerySet

SOON_DAYS = 30
ASSEMBLY_KINDS = ("assembly", "life_meeting", "appraisal")


@dataclass(slots=True)
class Known:
    """One person with everything that the rules ask for."""

    applicant: Applicant
    progress: Progress
    steps: dict[int, AdmissionStep]
    former: list[AdmissionStep] = field(default_factory=list)
    helpers: list[AdmissionHelper] = field(default_factory=list)
    reviews: list[AdmissionReview] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """What the assembly decided at the end of the probation, "" before."""
        return self.steps[CONFIRMING_STEP].outcome if CONFIRMING_STEP in self.steps else ""


def applicants_in_full() -> ApplicantQuerySet:
    """Applicants with branch and member, for pages of one person."""
    return Applicant.objects.select_related("organisation", "member")


def dues_in_full() -> AdmissionPartQuerySet:
    return AdmissionDue.objects.select_related("applicant", "applicant__organisation")


def known_of(applicants: Iterable[Applicant]) -> list[Known]:
    """What is known of each. Three queries, whoever many."""
    people = list(applicants)
    ids = [person.pk for person in people]
    steps, helpers, reviews = defaultdict(list), defaultdict(list), defaultdict(list)
    for step in AdmissionStep.objects.filter(applicant__in=ids).select_related("meeting", "by"):
        steps[step.applicant_id].append(step)
    for helper in AdmissionHelper.objects.filter(applicant__in=ids, ends_on=None).select_related("member"):
        helpers[helper.applicant_id].append(helper)
    for review in AdmissionReview.objects.filter(applicant__in=ids).order_by("done_on"):
        reviews[review.applicant_id].append(review)
    return [_known(person, steps[person.pk], helpers[person.pk], reviews[person.pk]) for person in people]


def _known(
    person: Applicant,
    steps: Sequence[AdmissionStep],
    helpers: list[AdmissionHelper],
    reviews: list[AdmissionReview],
) -> Known:
    current = {step.step: step for step in steps if step.step not in SECOND_ROUND or step.round == person.round}
    roles = [helper.role for helper in helpers]
    progress = Progress(
        birth_date=person.birth_date,
        done={number: step.done_on for number, step in sorted(current.items())},
        reviews=[review.done_on for review in reviews],
        contacts=roles.count(HelperRole.CONTACT),
        introducers=roles.count(HelperRole.INTRODUCER),
        training_hours=person.training_hours,
        training_days=person.training_days,
        leaves_on=person.leaves_on,
        extended_months=person.extended_months,
    )
    former = [step for step in steps if current.get(step.step) is not step]
    return Known(person, progress, current, former, helpers, reviews)


def helper_choices(applicant: Applicant) -> QuerySet[Member]:
    """Full members of the person's branch who may accompany: not the person, not under 留党察看. One query."""
    members = Member.objects.filter(organisation=applicant.organisation_id, left_on=None)
    members = members.filter(category=MemberCategory.FULL).exclude(pk=applicant.member_id)
    return members.order_by("name_pinyin", "pk")


def admission_votes(applicant: Applicant, *, besides: AdmissionStep | None = None) -> list[MeetingVote]:
    """
    Votes of the person's branch that may be taken: by R11, passed, in a log that stands, not taken for somebody else.
    Those that name the person come first. ``besides``: a step whose own vote counts as free. Two queries.
    """
    votes = (
        MeetingVote.objects.filter(
            meeting__organisation=applicant.organisation_id,
            meeting__status=MeetingStatus.SUBMITTED,
            meeting__counts__kind="assembly",
            rule=VoteRule.ADMISSION,
            passed=True,
        )
        .select_related("meeting")
        .order_by("-meeting__held_on", "pk")
    )
    taken = list(_taken(applicant.organisation_id, besides))
    free = []
    for vote in votes:
        key = (vote.meeting_id, vote.subject)
        if key in taken:
            taken.remove(key)
        else:
            free.append(vote)
    return sorted(free, key=lambda vote: applicant.name not in vote.subject)


def _taken(organisation_id: int, besides: AdmissionStep | None) -> QuerySet[Any, tuple[int, str]]:
    """(log, subject) of every vote that a step rests on already; a branch's logs stay with it, whoever moves."""
    steps = AdmissionStep.objects.filter(meeting__organisation=organisation_id)
    if besides is not None:
        steps = steps.exclude(pk=besides.pk)
    return steps.values_list("meeting_id", "vote_subject")


def first_log_on(organisation_id: int) -> date | None:
    """The day of the branch's first log: what happened before it cannot be shown by a log."""
    days = Meeting.objects.filter(organisation=organisation_id).order_by("held_on").values_list("held_on", flat=True)
    return days.first()


def others_named(applicant: Applicant, subject: str) -> bool:
    """Whether the subject of a vote names somebody else of the branch who is on the way, and not this person."""
    if applicant.name in subject:
        return False
    others = Applicant.objects.filter(organisation=applicant.organisation_id).exclude(pk=applicant.pk)
    return any(name in subject for name in others.values_list("name", flat=True))


def matching_member(applicant: Applicant) -> Member | None:
    """
    The probationary member of the branch who is this person: the same name, and no other birth date. None where there
    is none or several. One query.
    """
    same = Member.objects.filter(organisation=applicant.organisation_id, left_on=None, name=applicant.name)
    same = same.filter(category=MemberCategory.PROBATIONARY, applicant=None)
    found = list(same.filter(Q(birth_date=applicant.birth_date) | Q(birth_date=None))[:2])
    return found[0] if len(found) == 1 else None


def standing_counts(user: User) -> list[tuple[Standing, int]]:
    """How many people within reach stand where; those who stopped are left out. One query."""
    rows = Applicant.objects.visible_to(user, Capability.ADMISSION_VIEW)
    rows = rows.filter(Q(status=ApplicantStatus.ONGOING) | Q(status=ApplicantStatus.CONFIRMED, last_step__lt=25))
    found = dict(rows.order_by().values_list("standing").annotate(count=Count("pk")))
    return [(standing, found.get(standing.value, 0)) for standing in Standing]


def due_query(code: str, today: date) -> Q:
    """
    Rows of AdmissionDue: "overdue"; "soon" (due, or to be done from a coming day such as the probation's end, within
    SOON_DAYS); "ready" (may be done); "waiting" (not yet); a number of days: all that comes within them, overdue too.
    """
    if code == "overdue":
        return Q(due_on__lt=today)
    if code in ("ready", "waiting"):
        return Q(from_on__lte=today) if code == "ready" else Q(from_on__gt=today)
    end = today + timedelta(days=SOON_DAYS if code == "soon" else int(code))
    coming = Q(due_on__gte=today, due_on__lte=end) | Q(from_on__gt=today, from_on__lte=end)
    return coming if code == "soon" else coming | Q(due_on__lt=today)


@dataclass(frozen=True, slots=True)
class AdmissionsDue:
    """Figures for the home page, each opened by the list of the same filter; ``first`` are the most urgent rows."""

    overdue: int
    soon: int
    ready: int
    first: list[AdmissionDue]


def admissions_due(user: User, today: date, *, first: int = 5) -> AdmissionsDue:
    """
    What is overdue, coming within SOON_DAYS, and to be done already, for the reader's own part: the branch's steps for
    those who record, the superior's for those who approve; nothing for those who only look. Two queries.
    """
    rows = dues_to_do(user)
    late, near, ready = (due_query(code, today) for code in ("overdue", "soon", "ready"))
    counts = rows.aggregate(
        overdue=Count("pk", filter=late), soon=Count("pk", filter=near), ready=Count("pk", filter=ready)
    )
    urgent = rows.filter(late | near).select_related("applicant", "applicant__organisation")
    return AdmissionsDue(**counts, first=list(urgent.order_by("sort_on", "pk")[:first]))


def dues_to_do(user: User) -> AdmissionPartQuerySet:
    """The reader's own part: the superior's steps for those who approve, else the branch's for those who record."""
    rows = AdmissionDue.objects.all()
    if user.scope(Capability.ADMISSION_APPROVE).can:
        return rows.visible_to(user, Capability.ADMISSION_APPROVE).filter(actor="superior")
    return rows.visible_to(user, Capability.ADMISSION_RECORD).filter(actor="branch")


def right_for(actor: str) -> Capability:
    """What one needs to record a step of this actor."""
    return Capability.ADMISSION_APPROVE if actor == "superior" else Capability.ADMISSION_RECORD


def known_duplicate(organisation: Organisation, name: str, birth_date: date) -> bool:
    """Whether the branch has this very person on the way already."""
    rows = Applicant.objects.filter(organisation=organisation, name=name, birth_date=birth_date)
    return rows.exclude(status=ApplicantStatus.CANCELLED).exists()


def batch_people(user: User, rule: Rule) -> ApplicantQuerySet:
    """People within reach for whom the step is open, by branch and name; the right is that of the step's actor."""
    rows = applicants_in_full().visible_to(user, right_for(rule.actor)).filter(dues__step=rule.step)
    return rows.order_by("organisation__path", "name_pinyin", "pk")
