"""Reads around political rituals: of one branch, for its committee alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from branches.models import HomeVisit, Meeting, Member, OathReview, Organisation, PoliticalBirthday
from branches.policy.ceremonies import party_age
from branches.querysets import OrganisationRowQuerySet

ROWS_SHOWN = 100
DEEDS = ("with_card", "with_oath", "with_talk", "with_reflection", "with_deed")
_LABELS = {field.name: str(field.verbose_name) for field in PoliticalBirthday._meta.fields}


def deed_choices() -> list[tuple[str, str]]:
    """The 五个一 as (column, words)."""
    return [(name, _LABELS[name]) for name in DEEDS]


@dataclass(frozen=True, slots=True)
class Birthday:
    """One member's 政治生日 in the year shown; ``record`` where it was marked."""

    member: Member
    age: int
    record: PoliticalBirthday | None

    @property
    def deeds(self) -> list[str]:
        return [_LABELS[name] for name in DEEDS if self.record and getattr(self.record, name)]


def birthdays_of(branch: Organisation, year: int, month: int) -> list[Birthday]:
    """Whose 入党 day falls into the month, by day. Two queries."""
    members = Member.objects.current().filter(organisation=branch, joined_on__month=month, joined_on__year__lt=year)
    found = sorted(
        members.only("name", "joined_on", "name_pinyin"), key=lambda each: (each.joined_on.day, each.name_pinyin)
    )
    records = {row.member_id: row for row in PoliticalBirthday.objects.filter(organisation=branch, year=year)}
    return [Birthday(member, party_age(member.joined_on, year), records.get(member.pk)) for member in found]


def birthday_months(branch: Organisation, year: int) -> list[tuple[int, int]]:
    """(month, how many have their day in it) of the whole year. One query."""
    days = Member.objects.current().filter(organisation=branch, joined_on__year__lt=year)
    months = [day.month for day in days.values_list("joined_on", flat=True) if day]
    return [(month, months.count(month)) for month in range(1, 13)]


def oath_reviews_of(branch: Organisation) -> list[OathReview]:
    """The newest hundred. One query."""
    rows = OathReview.objects.filter(organisation=branch).select_related("meeting").order_by("-held_on", "-pk")
    return list(rows[:ROWS_SHOWN])


def home_visits_of(branch: Organisation) -> list[HomeVisit]:
    """The newest hundred, with who went. Two queries."""
    rows = HomeVisit.objects.filter(organisation=branch).select_related("member").prefetch_related("visitors")
    return list(rows.order_by("-held_on", "-pk")[:ROWS_SHOWN])


def oath_reviews_in_full() -> OrganisationRowQuerySet:
    return OathReview.objects.select_related("organisation")


def home_visits_in_full() -> OrganisationRowQuerySet:
    return HomeVisit.objects.select_related("organisation")


def logs_of_day(branch: Organisation, since: date) -> list[Meeting]:
    """Logs of the branch since that day, latest first, to which a ritual may be linked. One query."""
    rows = Meeting.objects.filter(organisation=branch, held_on__gte=since).only("title", "held_on")
    return list(rows.order_by("-held_on", "-pk")[:50])
