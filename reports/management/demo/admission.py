"""People on the way into the Party: the probationary members of the roster, and a few in each branch before them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from branches.choices import HelperRole, MemberCategory, OrganisationStatus
from branches.models import AdmissionHelper, AdmissionReview, AdmissionStep, Applicant, Member, Organisation
from branches.services.admission_dues import dues_refresh
from branches.services.admission_rules import admission_rules_load
from branches.services.names import person_pinyin
from reports.management.demo.names import person_name

#: Days from the application to each step, of somebody who waited for nothing.
OFFSETS = (
    0, 10, 50, 59, 61, 230, 420, 430, 435, 456, 466, 482, 491, 496, 507, 517, 527, 535, 532, 538, 861, 872, 882, 904,
    910,
)  # fmt: skip
TRAINING, ASSEMBLY, OATH = 11, 15, 20
PLACES = (1, 2, 3, 5, 6, 6, 7, 10, 12, 15)
UNLOGGED = "见支部会议记录本"


def load_admission(random: Random, today: date) -> int:
    """
    Fill in 发展党员 for a demo city that has organisations and members; returns how many people. A dozen statements,
    however large the city.
    """
    admission_rules_load()
    branches = Organisation.objects.branches().filter(status=OrganisationStatus.ACTIVE, type_code="631")
    people = [_linked(member) for member in _probationary(today)]
    people += [_newcomer(random, branch, today) for branch in branches for _ in range(random.choice((0, 1, 1, 2)))]
    Applicant.objects.bulk_create([person for person, _ in people], batch_size=1000)
    steps = [row for person, done in people for row in _steps(person, done)]
    AdmissionStep.objects.bulk_create(steps, batch_size=1000)
    AdmissionReview.objects.bulk_create([row for person, done in people for row in _reviews(person, done)])
    AdmissionHelper.objects.bulk_create(_helpers(people), batch_size=1000)
    dues_refresh(applicants=[person for person, _ in people], today=today)
    return len(people)


def _probationary(today: date) -> list[Member]:
    rows = Member.objects.filter(category=MemberCategory.PROBATIONARY, left_on=None, applicant=None)
    return list(rows.exclude(joined_on=None).filter(joined_on__lt=today - timedelta(days=60)).order_by("pk"))


def _linked(member: Member) -> tuple[Applicant, dict[int, date]]:
    """Admitted by the assembly on the day of joining; the oath is behind, the year runs."""
    person = _person(member.organisation_id, member.name, member.birth_date or date(1990, 1, 1), member.gender)
    person.member, person.training_hours = member, 24
    start = (member.joined_on or date(2025, 1, 1)) - timedelta(days=OFFSETS[ASSEMBLY - 1])
    return person, {step: start + timedelta(days=OFFSETS[step - 1]) for step in range(1, OATH + 1)}


def _newcomer(random: Random, branch: Organisation, today: date) -> tuple[Applicant, dict[int, date]]:
    born = today - timedelta(days=random.randrange(23 * 366, 40 * 365))
    person = _person(branch.pk, person_name(random), born, random.choice("12"))
    upto = random.choice(PLACES)
    person.training_hours = 24 if upto >= TRAINING else None
    start = today - timedelta(days=OFFSETS[upto - 1] + random.randrange(5, 75))
    return person, {step: start + timedelta(days=OFFSETS[step - 1]) for step in range(1, upto + 1)}


def _person(branch: int, name: str, born: date, gender: str) -> Applicant:
    full, initials = person_pinyin(name)
    fields = {"name_pinyin": full, "initials": initials, "birth_date": born, "gender": gender}
    return Applicant(organisation_id=branch, name=name, **fields)


def _steps(person: Applicant, done: dict[int, date]) -> list[AdmissionStep]:
    return [
        AdmissionStep(applicant=person, step=step, done_on=day, reason=UNLOGGED if step == ASSEMBLY else "")
        for step, day in done.items()
    ]


def _reviews(person: Applicant, done: dict[int, date]) -> list[AdmissionReview]:
    first = done.get(6)
    if first is None:
        return []
    days = [first, *([first + timedelta(days=175)] if max(done) > 6 else [])]
    return [AdmissionReview(applicant=person, done_on=day) for day in days]


def _helpers(people: list[tuple[Applicant, dict[int, date]]]) -> list[AdmissionHelper]:
    """The first two full members of each branch."""
    full: dict[int, list[int]] = {}
    members = Member.objects.filter(category=MemberCategory.FULL, left_on=None).order_by("pk")
    for branch, member in members.values_list("organisation_id", "pk"):
        full.setdefault(branch, []).append(member)
    rows = []
    for person, done in people:
        two = full.get(person.organisation_id, [])[:2]
        for step, role in ((5, HelperRole.CONTACT), (9, HelperRole.INTRODUCER)):
            if step in done:
                rows += [AdmissionHelper(applicant=person, member_id=pk, role=role, starts_on=done[step]) for pk in two]
    return rows
