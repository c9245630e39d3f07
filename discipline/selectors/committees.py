"""Reads around 机关纪委: who sits in it, the ledger of a quarter and what the portal already knows of it, its sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Sum
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from accounts.scopes import unit_path
from branches.choices import MeetingKind, OrganisationKind, OrganisationStatus, PostKind
from branches.models import MeetingCount, Organisation, Post
from branches.querysets import OrganisationRowQuerySet, PostQuerySet
from branches.services.measures import Figure, Measure, MeasureSpan
from core.calendar import local_today
from core.periods import Freq, Period, period_of
from discipline.choices import ConferenceState, StaffMark
from discipline.models import (
    CommitteeQuarter,
    CommitteeQuarterVersion,
    CommitteeStaffing,
    IntegrityTalk,
    WarningConference,
)
from discipline.policy.quarters import COUNTS, LABELS, asked_for, span_quarters
from discipline.selectors.places import units_within

QUARTERS = "discipline_quarter"
#: Posts that make up a 机关纪委 and its branches' own discipline members.
DISCIPLINE_POSTS = (PostKind.DISCIPLINE_SECRETARY, PostKind.DISCIPLINE)
RANK = {PostKind.DISCIPLINE_SECRETARY.value: 0, PostKind.DISCIPLINE.value: 1}


@dataclass(frozen=True, slots=True)
class Seat:
    """One post of the 机关纪委 as the posts hold it, with the mark that only this page adds."""

    post: Post
    mark: str

    @property
    def mark_words(self) -> str:
        return str(StaffMark(self.mark).label) if self.mark else ""


@dataclass(frozen=True, slots=True)
class CommitteePage:
    """
    ``since``: when the organ committee set its 机关纪委 up; ``lacks``: what R15 advises and is not there, in words;
    ``seats``: its own; ``below``: 纪检委员 of the branches.
    """

    unit: Organisation
    since: date | None
    lacks: tuple[str, ...]
    seats: tuple[Seat, ...]
    below: tuple[Seat, ...]


def discipline_posts(unit: Organisation) -> PostQuerySet:
    """Discipline posts within a unit that are held today."""
    found: PostQuerySet = Post.objects.filter(organisation__path__startswith=unit.path, kind__in=DISCIPLINE_POSTS)
    return found.on(local_today())


def committee_page(unit: Organisation) -> CommitteePage:
    """Three queries."""
    committees = list(
        Organisation.objects.under(unit.path)
        .of_kind(OrganisationKind.ORGAN_COMMITTEE)
        .active()
        .values_list("discipline_since", flat=True)
    )
    posts = discipline_posts(unit).select_related("member", "organisation").order_by("organisation__path", "pk")
    marks = dict(CommitteeStaffing.objects.filter(post__in=posts).values_list("post_id", "mark"))
    seats = sorted(
        (Seat(post, marks.get(post.pk, "")) for post in posts),
        key=lambda seat: (RANK[seat.post.kind], seat.post.organisation.path),
    )
    own = tuple(seat for seat in seats if seat.post.organisation.kind == OrganisationKind.ORGAN_COMMITTEE)
    below = tuple(seat for seat in seats if seat.post.organisation.kind != OrganisationKind.ORGAN_COMMITTEE)
    since = min((day for day in committees if day), default=None)
    return CommitteePage(unit, since, _lacks(committees, since, own), own, below)


def _lacks(committees: list[date | None], since: date | None, own: tuple[Seat, ...]) -> tuple[str, ...]:
    """What 机关条例 art. 9 asks of an organ committee (R15); nothing of a unit without one."""
    found = []
    if committees and since is None:
        found.append("机关党委还没有登记机关纪委的设立日期。")
    if committees and not any(seat.post.kind == PostKind.DISCIPLINE_SECRETARY for seat in own):
        found.append("还没有机关纪委书记（由机关党委副书记担任）。")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CommitteeRow:
    unit: Organisation
    since: date | None
    members: int
    marked: int


def committee_rows(user: User) -> list[CommitteeRow]:
    """Units within reach that have a discipline committee or somebody in its posts, in tree order. Four queries."""
    units = list(units_within(user, Capability.DISCIPLINE_COMMITTEE_VIEW))
    committees = Organisation.objects.of_kind(OrganisationKind.ORGAN_COMMITTEE).active()
    since: dict[str, date | None] = {}
    for path, day in committees.values_list("path", "discipline_since"):
        since[unit_path(path)] = min(filter(None, (since.get(unit_path(path)), day)), default=None)
    posts = Post.objects.filter(kind__in=DISCIPLINE_POSTS).on(local_today())
    seats = _by_unit(
        posts.filter(organisation__kind=OrganisationKind.ORGAN_COMMITTEE).values_list("organisation__path")
    )
    marked = _by_unit(
        CommitteeStaffing.objects.filter(
            post__in=posts, organisation__kind=OrganisationKind.ORGAN_COMMITTEE
        ).values_list("organisation__path")
    )
    return [
        CommitteeRow(unit, since.get(unit.path), seats.get(unit.path, 0), marked.get(unit.path, 0)) for unit in units
    ]


def _by_unit(paths: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for (path,) in paths:
        found[unit_path(path)] = found.get(unit_path(path), 0) + 1
    return found


# --- the ledger of a quarter -----------------------------------------------------------------------------------------


def quarter_row(unit: Organisation, period: Period) -> CommitteeQuarter | None:
    found: CommitteeQuarter | None = (
        CommitteeQuarter.objects.filter(organisation=unit, year=period.year, quarter=period.number)
        .select_related("by", "organisation")
        .first()
    )
    return found


def quarters_in_full() -> OrganisationRowQuerySet:
    return CommitteeQuarter.objects.select_related("organisation", "by")


def quarters_known(unit: Organisation, periods: Sequence[Period]) -> list[tuple[Period, CommitteeQuarter | None]]:
    """Each period with its confirmed ledger, None where there is none. One query."""
    rows = quarters_in_full().filter(organisation=unit)
    known = {(row.year, row.quarter): row for row in rows}
    return [(period, known.get((period.year, period.number))) for period in periods]


def versions_of(row: CommitteeQuarter) -> list[CommitteeQuarterVersion]:
    return list(row.versions.select_related("by"))


def known_counts(unit: Organisation, period: Period) -> dict[str, int]:
    """
    What the portal holds of a quarter: logs of 警示教育 and the unit's conferences, talks registered. Three queries.
    """
    days = (period.starts_on, period.ends_on)
    logs = (
        MeetingCount.objects.filter(
            organisation__path__startswith=unit.path, kind=MeetingKind.WARNING_EDUCATION, held_on__range=days
        )
        .values("meeting")
        .distinct()
        .count()
    )
    held = WarningConference.objects.filter(organisation=unit, state=ConferenceState.HELD, held_on__range=days).count()
    talks = IntegrityTalk.objects.filter(organisation=unit, held_on__range=days).aggregate(sum=Sum("count"))["sum"]
    return {"education": logs + held, "talks": talks or 0}


def open_quarters(today: date) -> list[Period]:
    """The quarters whose ledger may be confirmed: those over, back to the beginning of last year, latest first."""
    period, found = period_of(today, Freq.QUARTER).previous(), []
    while period.year >= today.year - 1:
        found.append(period)
        period = period.previous()
    return found


@dataclass(frozen=True, slots=True)
class SumRow:
    unit: Organisation
    counts: tuple[int, ...]
    quarters: int

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Each count with its label."""
        return [(LABELS[name], count) for name, count in zip(COUNTS, self.counts, strict=True)]


@dataclass(frozen=True, slots=True)
class Sums:
    """The counts of a year or half added up by unit; ``quarters``: how many of the span are confirmed."""

    year: int
    span: str
    rows: tuple[SumRow, ...]

    @property
    def total(self) -> tuple[int, ...]:
        return tuple(sum(column) for column in zip(*(row.counts for row in self.rows), strict=True)) or (0,) * len(
            COUNTS
        )

    @property
    def total_cells(self) -> list[tuple[str, int]]:
        return [(LABELS[name], count) for name, count in zip(COUNTS, self.total, strict=True)]


def quarter_sums(user: User, year: int, span: str) -> Sums:
    """Two queries."""
    rows = CommitteeQuarter.objects.visible_to(user, Capability.DISCIPLINE_COMMITTEE_VIEW)
    rows = rows.filter(year=year, quarter__in=span_quarters(span)).order_by()
    figures = {
        row["organisation"]: row
        for row in rows.values("organisation").annotate(
            quarters=Count("pk"), **{f"sum_{name}": Sum(name) for name in COUNTS}
        )
    }
    units = units_within(user, Capability.DISCIPLINE_COMMITTEE_VIEW).filter(pk__in=figures)
    found = tuple(
        SumRow(
            unit,
            tuple(figures[unit.pk][f"sum_{name}"] for name in COUNTS),
            figures[unit.pk]["quarters"],
        )
        for unit in units
    )
    return Sums(year, span, found)


def quarter_years(user: User) -> list[int]:
    """Years of which there is something, latest first, this year always. One query."""
    rows = CommitteeQuarter.objects.visible_to(user, Capability.DISCIPLINE_COMMITTEE_VIEW).order_by()
    span = rows.aggregate(first=Min("year"), last=Max("year"))
    this = local_today().year
    return list(range(max(this, span["last"] or this), min(this - 1, span["first"] or this) - 1, -1))


# --- the rule (D05) --------------------------------------------------------------------------------------------------


def quarters_done(organisations: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
    """A confirmed ledger of the quarter before counts in the quarter that asks for it. One query a period."""
    for requirement, period in spans:
        if period.freq is not Freq.QUARTER:
            continue
        wanted = asked_for(period)
        rows = CommitteeQuarter.objects.filter(year=wanted.year, quarter=wanted.number)
        if organisations is not None:
            rows = rows.filter(organisation__in=organisations)
        for organisation in rows.order_by().values_list("organisation_id", flat=True):
            yield organisation, requirement, period.code, 1


def quarters_asked(organisations: Sequence[int] | None, spans: Sequence[MeasureSpan]) -> Iterator[Figure]:
    """Asked of units whose organ committee had its 机关纪委 through the whole quarter told of. Two queries."""
    committees = Organisation.objects.of_kind(OrganisationKind.ORGAN_COMMITTEE).filter(
        discipline_since__isnull=False, status=OrganisationStatus.ACTIVE
    )
    since: dict[str, date] = {}
    for path, day in committees.values_list("path", "discipline_since"):
        since[unit_path(path)] = min(day, since.get(unit_path(path), day))
    units = Organisation.objects.of_kind(OrganisationKind.UNIT)
    if organisations is not None:
        units = units.filter(pk__in=organisations)
    for pk, path in units.order_by().values_list("pk", "path"):
        for requirement, period in spans:
            if path in since and since[path] <= asked_for(period).starts_on:
                yield pk, requirement, period.code, 1


def _list_url(organisation: int, starts_on: date, ends_on: date) -> str:
    return f"{reverse('discipline:quarter_list')}?{urlencode({'org': organisation})}"


def _record_url(organisation: int) -> str:
    wanted = period_of(local_today(), Freq.QUARTER).previous()
    return reverse("discipline:quarter_edit", args=[organisation, wanted.code])


MEASURE = Measure(
    QUARTERS,
    label="确认上季度工作台账",
    hint="机关纪委确认上一季度的工作台账（只有数字）后自动计入。",
    done=quarters_done,
    asked=quarters_asked,
    asked_words="设机关纪委的单位每季度 1 次",
    url=_list_url,
    capability=Capability.DISCIPLINE_COMMITTEE_VIEW,
    record_url=_record_url,
    record_capability=Capability.DISCIPLINE_COMMITTEE_RECORD,
)
