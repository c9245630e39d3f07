"""Training classes with their rolls, certificates and the summary of hours, in a few bulk inserts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts.models import User
from branches.choices import OrganisationKind, PostKind
from branches.models import Member, Organisation, Post
from core.calendar import local_now
from education.choices import ClassKind, ClassState, LineResult
from education.models import Certificate, TrainingClass, TrainingLine
from education.services.hours import hours_renew, training_deadlines_renew

PREFIX = "持证"
PASS_MARK = 60
VALIDITY = timedelta(days=1094)
BATCH = 2000
SPECIALS = ("党务工作实务培训班", "党的创新理论专题培训班", "党的纪律专题培训班")


def fill(city: Any, random: Random, since: date, today: date) -> None:
    """Run once, after members and posts are there and the rules are loaded."""
    by = User.objects.order_by("pk")[0]
    root = Organisation.objects.of_kind(OrganisationKind.WORK_COMMITTEE).get()
    secretaries = _holders(today, PostKind.SECRETARY.value)
    committee = [pair for pair in _committee(today) if pair not in set(secretaries)]
    tested = _qualifying(by, root, secretaries, random, today)
    _certificates(by, root, tested, random, today)
    _rotation(by, root, [*secretaries, *committee], random, today)
    _specials(by, random, today)
    _coming(by, root, today)
    _staffing(random)
    hours_renew(organisation=root, year=today.year)
    training_deadlines_renew()


def _holders(today: date, kind: str) -> list[tuple[int, int]]:
    """(member, branch) of everybody who holds this post."""
    posts = Post.objects.on(today).filter(kind=kind, organisation__kind=OrganisationKind.BRANCH)
    return list(posts.order_by("organisation__path", "pk").values_list("member_id", "member__organisation_id"))


def _committee(today: date) -> list[tuple[int, int]]:
    posts = Post.objects.on(today).committee().filter(organisation__kind=OrganisationKind.BRANCH)
    rows = posts.order_by("member_id").values_list("member_id", "member__organisation_id")
    return list(dict.fromkeys(rows))


def _class(by: User, organisation: Organisation, title: str, kind: str, ends_on: date, **fields: Any) -> TrainingClass:
    days = fields.pop("days", 1)
    closed = fields.pop("closed", True)
    return TrainingClass.objects.create(
        organisation=organisation,
        title=title,
        kind=kind,
        starts_on=ends_on - timedelta(days=days - 1),
        ends_on=ends_on,
        place=fields.pop("place", "市委党校"),
        hours=Decimal(8 * days),
        state=ClassState.CLOSED if closed else ClassState.OPEN,
        closed_at=local_now() if closed else None,
        by=by,
        **fields,
    )


def _qualifying(
    by: User, root: Organisation, secretaries: list[tuple[int, int]], random: Random, today: date
) -> list[TrainingLine]:
    """The class of this year for most secretaries; who failed and sat again; the lines of those who passed."""
    ends_on = max(today - timedelta(days=150), date(today.year, 1, 12))
    held = _class(
        by,
        root,
        f"{today.year}年市直机关党支部书记上岗培训班",
        ClassKind.QUALIFYING,
        ends_on,
        days=3,
        pass_mark=PASS_MARK,
    )
    lines = [_tested(held, member, branch, random) for member, branch in secretaries if random.random() < 0.7]
    TrainingLine.objects.bulk_create(lines, batch_size=BATCH)
    return [line for line in lines if line.result == LineResult.PASSED]


def _tested(held: TrainingClass, member: int, branch: int, random: Random) -> TrainingLine:
    if random.random() < 0.03:
        return TrainingLine(training_class=held, member_id=member, organisation_id=branch, attended=False)
    score = Decimal(random.randint(52, 98))
    resit = Decimal(random.randint(55, 85)) if score < PASS_MARK else None
    best = max(score, resit or score)
    return TrainingLine(
        training_class=held,
        member_id=member,
        organisation_id=branch,
        attended=True,
        hours=held.hours,
        score=score,
        resit_score=resit,
        result=LineResult.PASSED if best >= PASS_MARK else LineResult.FAILED,
    )


def _certificates(by: User, root: Organisation, passed: list[TrainingLine], random: Random, today: date) -> None:
    """From the class; and earlier ones, of which some end soon and some ended, for some without a new one."""
    rows = list(_issued(by, root, passed))
    certified = {row.member_id for row in rows}
    lacking = sorted({member for member, _ in _holders(today, PostKind.SECRETARY.value)} - certified)
    holders = [*(row.member_id for row in rows[::7]), *lacking[::3]]
    for number, member in enumerate(holders, start=1):
        rows.append(_earlier(by, root.short_name, member, number, today + timedelta(days=random.randint(-60, 80))))
    Certificate.objects.bulk_create(rows, batch_size=BATCH)


def _issued(by: User, root: Organisation, passed: list[TrainingLine]) -> Iterator[Certificate]:
    for serial, line in enumerate(passed, start=1):
        held = line.training_class
        issued_on = held.ends_on + timedelta(days=5)
        yield Certificate(
            member_id=line.member_id,
            training_class=held,
            number=f"{PREFIX}-{issued_on.year}-{serial:04d}",
            prefix=PREFIX,
            year=issued_on.year,
            serial=serial,
            issuer=root.short_name,
            issued_on=issued_on,
            valid_until=issued_on + VALIDITY,
            by=by,
        )


def _earlier(by: User, issuer: str, member: int, number: int, until: date) -> Certificate:
    issued_on = until - VALIDITY
    return Certificate(
        member_id=member,
        number=f"（{issued_on.year}）第{number:04d}号",
        issuer=issuer,
        issued_on=issued_on,
        valid_until=until,
        by=by,
    )


def _attended(held: TrainingClass, people: list[tuple[int, int]], random: Random) -> Iterator[TrainingLine]:
    for member, branch in people:
        came = random.random() < 0.94
        hours = held.hours if came else None
        yield TrainingLine(training_class=held, member_id=member, organisation_id=branch, attended=came, hours=hours)


def _rotation(by: User, root: Organisation, people: list[tuple[int, int]], random: Random, today: date) -> None:
    ends_on = max(today - timedelta(days=90), date(today.year, 1, 10))
    held = _class(by, root, f"{today.year}年党支部书记和班子成员集中轮训", ClassKind.ROTATION, ends_on, days=3)
    chosen = [pair for pair in people if random.random() < 0.8]
    TrainingLine.objects.bulk_create(_attended(held, chosen, random), batch_size=BATCH)


def _specials(by: User, random: Random, today: date) -> None:
    """One of each unit, with two thirds of its members."""
    people: dict[str, list[tuple[int, int]]] = {}
    rows = Member.objects.current().order_by("pk").values_list("organisation__path", "pk", "organisation_id")
    for path, member, branch in rows.iterator(chunk_size=BATCH):
        people.setdefault(path[:8], []).append((member, branch))
    lines: list[TrainingLine] = []
    for number, unit in enumerate(Organisation.objects.of_kind(OrganisationKind.UNIT).order_by("path")):
        ends_on = max(today - timedelta(days=20 + number % 60), date(today.year, 1, 4))
        title = f"{today.year}年{SPECIALS[number % len(SPECIALS)]}"
        held = _class(by, unit, title, ClassKind.SPECIAL, ends_on, days=2, place="单位会议室")
        chosen = [pair for pair in people.get(unit.path, []) if random.random() < 0.66]
        lines += _attended(held, chosen, random)
    TrainingLine.objects.bulk_create(lines, batch_size=BATCH)


def _coming(by: User, root: Organisation, today: date) -> None:
    _class(
        by, root, "新任党支部书记任职培训班", ClassKind.POST_TRAINING, today + timedelta(days=20), days=2, closed=False
    )


def _staffing(random: Random) -> None:
    """Full-time Party staff of units, mostly between one and two percent; one unit in eight has not told."""
    units = Organisation.objects.of_kind(OrganisationKind.UNIT).filter(
        party_staff_count=None, staff_count__isnull=False
    )
    rows = [unit for number, unit in enumerate(units.order_by("path")) if number % 8 != 7]
    for unit in rows:
        unit.party_staff_count = round((unit.staff_count or 0) * random.uniform(0.006, 0.024))
    Organisation.objects.bulk_update(rows, ["party_staff_count"], batch_size=500)
