"""What the pages of study hours show beside the figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Member, Organisation
from branches.querysets import MemberQuerySet
from core.calendar import local_today
from education.models import HoursRefresh
from education.policy.hours import StudyRules, YearHours
from education.selectors.hours import (
    Asked,
    BranchHours,
    HoursRecord,
    HoursRow,
    hours_row,
    is_leader,
    judged_on,
    member_records,
)
from education.selectors.hours_measure import class_days, newcomer_end, was_trained
from education.selectors.training_rules import study_rules

#: The lists that obligations open to.
GROUPS = (("", "全部党员"), ("members", "党员"), ("leaders", "书记和班子成员"), ("newcomers", "新党员"))


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A member beside what is asked in a group; ``note`` tells by when where that is not the end of the year."""

    row: HoursRow
    reached: bool
    note: str = ""


def group_of(page: BranchHours, asked: str) -> tuple[str, list[GroupRow]]:
    """The group asked for, and who is in it. One query for newcomers."""
    if asked == "newcomers":
        return asked, _newcomers(page)
    wanted = {"members": False, "leaders": True}.get(asked)
    rows = [GroupRow(row, row.reached) for row in page.rows if wanted is None or row.person.is_leader == wanted]
    return (asked if wanted is not None else ""), rows


def _newcomers(page: BranchHours) -> list[GroupRow]:
    """Whose time for the newcomers' training ends in this year."""
    ends = {row.person.member: newcomer_end(row.person, page.rules) for row in page.rows}
    rows = [row for row in page.rows if (end := ends[row.person.member]) and end.year == page.year]
    days = class_days({row.person.member for row in rows})
    return [GroupRow(row, was_trained(row.person, days, page.rules), f"{ends[row.person.member]} 前") for row in rows]


@dataclass(frozen=True, slots=True)
class MemberYear:
    """One member's year: every record that counted, the sum, and what is asked."""

    year: int
    records: tuple[HoursRecord, ...]
    row: HoursRow
    rules: StudyRules

    @property
    def missing(self) -> Decimal:
        return max(self.row.target - self.row.hours.total, Decimal(0))


def member_year(member: Member, year: int) -> MemberYear:
    """Live. Seven queries."""
    records = member_records(member, year)
    rules = study_rules(local_today())
    classes = [record.hours for record in records if record.training]
    meetings = [record.hours for record in records if record.meeting]
    hours = YearHours(sum(meetings, Decimal(0)), sum(classes, Decimal(0)), len(classes))
    leads = is_leader(member, judged_on(year, local_today()))
    person = Asked(member.organisation_id, member.pk, member.name, leads, member.joined_on, member.confirmed_on)
    return MemberYear(year, tuple(records), hours_row(person, hours, rules), rules)


def members_in_full() -> MemberQuerySet:
    found: MemberQuerySet = Member.objects.select_related("organisation")
    return found


def refreshable(user: User) -> Organisation | None:
    """The highest organisation whose summary the reader may renew: the city or a unit. One query."""
    rows = Organisation.objects.visible_to(user, Capability.HOURS_VIEW).order_by("path")
    return rows.filter(kind__in=(OrganisationKind.WORK_COMMITTEE, OrganisationKind.UNIT)).first()


def as_of(user: User, place: Organisation | None, year: int) -> datetime | None:
    """
    When the summary of what the reader sees was last renewed: that of ``place`` (``refreshable``) or of what lies above
    it; None where it never was. One query.
    """
    path = place.path if place else next(iter(user.scope(Capability.HOURS_VIEW).paths), "")
    above = [path[:end] for end in range(Organisation.steplen, len(path) + 1, Organisation.steplen)]
    rows = HoursRefresh.objects.filter(year=year, organisation__path__in=above).order_by("-at")
    found: datetime | None = rows.values_list("at", flat=True).first()
    return found
